/*
 * test_command_time: events of the future in `brabeion run`, and `brabeion clock`. The system's clock stays as it is here: what the
 * database has stored is moved instead.
 */
#include "support/command.h"

#include <sqlite3.h>

static void enter_counting(void)
{
	enter();
	write_file("badges.yaml",
		   "database: badges.db\n"
		   "plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
		   "cache_dir: cache\n"
		   "workers: 0\n"
		   "plugins:\n"
		   "  - file: threshold.so\n"
		   "    badges: [{ badge: threshold, slug: three, events: [visit], settings: { at: [3] } }]\n");
}

TestSuite(command_time, .init = enter_counting, .fini = leave);

#define VISIT(id, at) "{\"event\":\"visit\",\"user\":\"ada\",\"id\":\"" id "\",\"at\":" at "}\n"

static void execute(const char *sql)
{
	sqlite3 *handle = NULL;
	cr_assert_eq(sqlite3_open("badges.db", &handle), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	sqlite3_close(handle);
}

Test(command_time, an_event_of_the_future_is_a_bad_line_and_the_rest_is_judged)
{
	command_outcome outcome =
		run(VISIT("a", "\"2024-01-01T00:00:00Z\"") VISIT("b", "\"2099-01-01T00:00:00Z\"")
			    VISIT("c", "\"2024-01-02T00:00:00Z\"") VISIT("d", "\"2024-01-03T00:00:00Z\""),
		    "run", "--format", "text", NULL);
	expect_exit(outcome, 1);
	expect_err(
		outcome,
		"<stdin>:2: the time has not come: 2099-01-01T00:00:00.000Z is more than 1d after the clock, which "
		"shows ");
	expect_err(outcome, "3 events");
	expect_err(outcome, "1 award, 0 duplicates, 1 bad line");
	cr_expect_not_null(strstr(outcome.out, "2024-01-03 00:00  ada  earned  Reached (three 1)"), "%s",
			   outcome.out);
	finish(&outcome);
}

Test(command_time, a_number_in_another_unit_is_a_bad_line_that_names_it)
{
	command_outcome outcome = run(VISIT("a", "1704067200") VISIT("b", "1704067200000"), "run", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome,
		   "<stdin>:1: at: 1704067200 is in seconds; expected microseconds since 1970 (1704067200000000)");
	expect_err(outcome, "<stdin>:2: at: 1704067200000 is in milliseconds; expected microseconds since 1970 "
			    "(1704067200000000)");
	finish(&outcome);
}

Test(command_time, a_suspect_clock_is_told_and_can_be_confirmed)
{
	command_outcome outcome = run(VISIT("a", "\"2024-01-01T00:00:00Z\""), "run", NULL);
	finish(&outcome);
	outcome = run("", "clock", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "The clock is trusted.\n"), "%s", outcome.out);
	finish(&outcome);
	execute("UPDATE counters SET value = value - 400 * 86400000000 WHERE name = 'clock_newest_us'");
	outcome = run("", "clock", NULL);
	cr_expect_not_null(strstr(outcome.out, "The clock is suspect: it is 400 days ahead"), "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "doctor", NULL);
	cr_expect_not_null(strstr(outcome.out, "the clock is 400 days ahead of the newest time"), "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "clock", "--confirm", NULL);
	expect_exit(outcome, 0);
	cr_expect_str_eq(outcome.out, "the clock is confirmed\n");
	finish(&outcome);
	outcome = run("", "clock", NULL);
	cr_expect_not_null(strstr(outcome.out, "The clock is trusted.\n"), "%s", outcome.out);
	finish(&outcome);
}

Test(command_time, looking_at_the_clock_waits_for_no_writer)
{
	command_outcome outcome = run(VISIT("a", "\"2024-01-01T00:00:00Z\""), "run", NULL);
	finish(&outcome);
	sqlite3 *writer = NULL;
	cr_assert_eq(sqlite3_open("badges.db", &writer), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(writer, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	outcome = run("", "clock", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "The clock is trusted.\n"), "%s", outcome.out);
	finish(&outcome);
	sqlite3_close(writer);
}

Test(command_time, times_that_lie_ahead_are_set_back)
{
	command_outcome outcome = run(VISIT("a", "\"2024-01-01T00:00:00Z\""), "run", NULL);
	finish(&outcome);
	execute("UPDATE counters SET value = value + 400 * 86400000000 WHERE name = 'clock_newest_us';"
		"UPDATE seen SET period = period + 400 * 86400");
	outcome = run("", "clock", NULL);
	cr_expect_not_null(strstr(outcome.out, "is 399 days ahead of the clock"), "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "doctor", NULL);
	cr_expect_not_null(strstr(outcome.out,
				  "times lie more than a day ahead of the clock: the newest time, arrivals of "
				  "ids"),
			   "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "clock", "--mend", NULL);
	expect_exit(outcome, 0);
	cr_expect_str_eq(outcome.out, "2 times that lay ahead are set back\n");
	finish(&outcome);
	outcome = run("", "clock", "--mend", "--confirm", NULL);
	expect_exit(outcome, 2);
	finish(&outcome);
}
