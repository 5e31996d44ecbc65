/*
 * test_command_clock: --clock and --until of `brabeion run`.
 */
#include "support/command.h"

#include <sqlite3.h>

static void enter_frozen(void)
{
	enter();
	write_file("badges.yaml", "database: badges.db\n"
				  "plugin_path: [\"" BRB_BUILD_DIR "/tests/plugins\"]\n"
				  "cache_dir: cache\n"
				  "workers: 0\n"
				  "plugins:\n"
				  "  - file: freezing.so\n");
}

TestSuite(command_clock, .init = enter_frozen, .fini = leave);

/* freezing.so, async: "again" earns nothing and is due a second later; everything else earns at once. */
#define VISIT(id, word, at)                                                                     \
	"{\"event\":\"visit\",\"user\":\"ada\",\"id\":\"" id "\",\"at\":\"2024-02-29T23:59:" at \
	"Z\",\"word\":\"" word "\"}\n"
#define AWARD_AT(reason, at, event, id)                                                                 \
	"{\"user\":\"ada\",\"badge\":\"freezing\",\"level\":1,\"name\":\"Frozen\",\"reason\":\"" reason \
	"\",\"at\":\"2024-02-29T23:59:" at "Z\",\"event\":\"" event "\",\"event_id\":\"" id "\"}\n"
#define DUE AWARD_AT("again", "51.000", "brabeion.due", "")
#define SEEN AWARD_AT("frozen x at 1709251192000000", "52.000", "visit", "e2")

static int64_t count_jobs(const char *condition)
{
	char sql[256];
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;
	snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM jobs WHERE %s", condition);
	cr_assert_eq(sqlite3_open("badges.db", &database), SQLITE_OK);
	sqlite3_busy_timeout(database, 60000);
	cr_assert_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK, "%s",
		     sqlite3_errmsg(database));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	int64_t count = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return count;
}

Test(command_clock, what_falls_due_is_told_before_the_event_that_comes_after_it)
{
	command_outcome outcome = run(VISIT("e1", "again", "50") VISIT("e2", "x", "52"), "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, DUE SEEN);
	expect_err(outcome, ": 2 awards, 0 duplicates, 0 bad lines\n");
	cr_expect_eq(count_jobs("1"), 0);
	finish(&outcome);
}

Test(command_clock, the_batch_does_not_matter)
{
	command_outcome outcome = run(VISIT("e1", "again", "50") VISIT("e2", "x", "52"), "run", "--batch", "1",
				      "--clock", "events", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, DUE SEEN);
	finish(&outcome);
}

Test(command_clock, what_falls_due_after_the_last_event_is_left_to_the_live_clock)
{
	command_outcome outcome = run(VISIT("e1", "again", "50"), "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	cr_expect_eq(count_jobs("run = 0"), 1);
	finish(&outcome);
}

Test(command_clock, until_goes_on_behind_the_last_event)
{
	command_outcome before =
		run(VISIT("e1", "again", "50"), "run", "--until", "2024-02-29T23:59:50.999999Z", NULL);
	expect_exit(before, 0);
	expect_out(before, "");
	cr_assert_eq(remove("badges.db"), 0);
	command_outcome outcome =
		run(VISIT("e1", "again", "50"), "run", "--until", "2024-03-01T01:59:51+02:00", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, DUE);
	expect_err(outcome, ": 1 award, 0 duplicates, 0 bad lines\n");
	finish(&before);
	finish(&outcome);
}

Test(command_clock, by_the_wall_async_badges_are_left_to_workers)
{
	command_outcome outcome = run(VISIT("e1", "x", "50"), "run", "--clock", "wall", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	cr_expect_eq(count_jobs("run = 0 AND event_id = 'e1'"), 1);
	finish(&outcome);
}

Test(command_clock, a_run_that_is_stopped_goes_on_with_the_next, .timeout = 60)
{
	char line[512];
	command_process process = start("run", NULL);
	feed(&process, VISIT("e1", "again", "50") VISIT("e0", "w", "50"));
	read_line(process.out, line, sizeof line);
	cr_assert_str_eq(line, AWARD_AT("frozen w at 1709251190000000", "50.000", "visit", "e0"));
	cr_assert_eq(kill(process.pid, SIGTERM), 0);
	int kept_open = dup(process.in);
	command_outcome first = wait_for(&process);
	close(kept_open);
	expect_exit(first, 143);
	cr_expect_eq(count_jobs("run > 0"), 1);
	command_outcome second =
		run(VISIT("e1", "again", "50") VISIT("e0", "w", "50") VISIT("e2", "x", "52"), "run", NULL);
	expect_exit(second, 0);
	expect_out(second, DUE SEEN);
	finish(&first);
	finish(&second);
}

Test(command_clock, a_run_that_could_not_read_all_is_not_at_its_end)
{
	command_outcome outcome =
		run(VISIT("e1", "again", "50"), "run", "--until", "2025-01-01T00:00:00Z", "-", "not-there", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome, "");
	cr_expect_eq(count_jobs("run > 0"), 1);
	finish(&outcome);
}

Test(command_clock, a_job_that_goes_on_failing_is_counted)
{
	command_outcome outcome = run(VISIT("e1", "late", "50"), "run", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, ", 1 badge failure");
	expect_err(outcome, "is parked after 5 attempts: cannot judge frozen late\n");
	finish(&outcome);
}

Test(command_clock, refuses_words_that_mean_no_time)
{
	static const struct {
		const char *words[4];
		const char *message;
	} cases[] = {
		{ { "--clock", "moon" }, "brabeion run: --clock: expected events or wall, not moon\n" },
		{ { "--until", "tomorrow" },
		  "brabeion run: --until: expected a time like 2014-01-21T20:26:05Z, not tomorrow\n" },
		{ { "--clock", "wall", "--until", "2024-01-01T00:00:00Z" },
		  "brabeion run: --until does not go with --clock wall\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *const *words = cases[i].words;
		command_outcome outcome = run("", "run", words[0], words[1], words[2], words[3], NULL);
		expect_exit(outcome, 2);
		expect_err(outcome, cases[i].message);
		finish(&outcome);
	}
}

Test(command_clock, by_the_wall_a_signal_ends_it_cleanly_and_its_jobs_wait_for_workers, .timeout = 60)
{
	command_outcome made = run("", "run", NULL); /* makes the database */
	command_process process = start("run", "--clock", "wall", NULL);
	feed(&process, VISIT("e1", "x", "50"));
	while (count_jobs("1") < 1)
		usleep(2000);
	int in = process.in; /* stays open, so that its end does not come first */
	process.in = -1;
	cr_assert_eq(kill(process.pid, SIGTERM), 0);
	command_outcome outcome = wait_for(&process);
	close(in);
	expect_exit(outcome, 143);
	expect_err(outcome, "interrupted at <stdin>:1; everything up to there is stored.");
	cr_expect_eq(count_jobs("run = 0 AND claim = 0"), 1);
	finish(&made);
	finish(&outcome);
}
