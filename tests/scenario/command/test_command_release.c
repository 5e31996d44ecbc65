/*
 * test_command_release: `brabeion release`, and quarantined badges in the output of run and badges.
 */
#include "support/command.h"

#include <poll.h>

#define TROUBLED                                               \
	"database: badges.db\n"                                \
	"plugin_path: [\"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"busy_timeout: 50ms\n"                                 \
	"cache_dir: cache\n"                                   \
	"quarantine: { failures: 3 }\n"                        \
	"plugins: [{ file: troubled.so, badges: [{ badge: troubled }, { badge: steady }] }]\n"

#define WORK(user) "{\"event\":\"work\",\"user\":\"" user "\",\"fail\":true}\n"

#define REASON "it failed for 3 users in a row, at last on event \"work\": in trouble"

#define PASSED "troubled: was passed over in 1 event; where there is a journal: brabeion backfill --badge troubled\n"

static void enter_troubled(void)
{
	enter();
	write_file("badges.yaml", TROUBLED);
}

TestSuite(command_release, .init = enter_troubled, .fini = leave);

/* A run that quarantines "troubled". */
static void get_into_trouble(void)
{
	command_outcome outcome = run(WORK("a") WORK("b") WORK("c") WORK("d"), "run", NULL);
	expect_exit(outcome, 0);
	expect_err(
		outcome,
		"error: badge \"troubled\" is quarantined until a reload or \"brabeion release troubled\": " REASON);
	expect_err(outcome, "4 awards");
	expect_err(outcome, "3 badge failures");
	finish(&outcome);
}

static void expect_quiet_release(const char *word, const char *out)
{
	command_outcome outcome = run("", "release", word, NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, out);
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
}

Test(command_release, badges_tells_who_is_quarantined_since_when_and_why)
{
	get_into_trouble();
	command_outcome outcome = run("", "badges", NULL);
	expect_exit(outcome, 0);
	static const char table[] = "badge     levels  events  plugin    holders\n"
				    "troubled  One     work    troubled        0\n"
				    "steady    One     work    troubled        4\n"
				    "\n"
				    "quarantined (\"brabeion release\" releases them):\n"
				    "  troubled since 20";
	cr_expect_eq(strncmp(outcome.out, table, strlen(table)), 0, "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, " UTC: " REASON "\n"), "%s", outcome.out);
	finish(&outcome);
}

Test(command_release, badges_tells_what_was_passed_over_until_it_is_judged)
{
	write_file("badges.yaml", TROUBLED "journal: keep 30d\n");
	get_into_trouble();
	command_outcome outcome = run("", "badges", NULL);
	cr_expect_not_null(strstr(outcome.out,
				  "\npassed over, and not judged since (\"brabeion backfill\" judges it from "
				  "the journal):\n  troubled: 1 event, 20"),
			   "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "backfill", "--badge", "troubled", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	expect_quiet_release("troubled", "troubled: released\n");
}

Test(command_release, badges_tells_machines)
{
	get_into_trouble();
	command_outcome outcome = run("", "badges", "--json", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "\"holders\":0}],\"quarantined\":{\"since\":\"20"), "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out,
				  "Z\",\"reason\":\"it failed for 3 users in a row, at last on event "
				  "\\\"work\\\": in trouble\"},\"passed_over\":{\"events\":1,\"first\":\"20"),
			   "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, "\"holders\":4}],\"quarantined\":null}]}\n"), "%s", outcome.out);
	finish(&outcome);
}

Test(command_release, releases_by_slug_and_says_so)
{
	get_into_trouble();
	expect_quiet_release("troubled", "troubled: released\n" PASSED);
	expect_quiet_release("troubled", "troubled: was not quarantined\n" PASSED);
	command_outcome outcome = run("", "badges", NULL);
	cr_expect_null(strstr(outcome.out, "quarantined"), "%s", outcome.out);
	finish(&outcome);
}

Test(command_release, releases_all)
{
	get_into_trouble();
	expect_quiet_release("--all", "1 badge released\n" PASSED);
	expect_quiet_release("--all", "0 badges released\n" PASSED);
}

Test(command_release, releases_what_is_loaded_no_more)
{
	get_into_trouble();
	write_file("badges.yaml", BADGES_YAML);
	expect_quiet_release("troubled", "troubled: released\n");
}

Test(command_release, tells_of_each_whatever_becomes_of_the_others)
{
	get_into_trouble();
	command_outcome outcome = run("", "release", "trouble", "troubled", "steady", NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "troubled: released\nsteady: was not quarantined\n" PASSED);
	cr_expect_str_eq(outcome.err, "no badge \"trouble\" is loaded or quarantined\n");
	finish(&outcome);
}

Test(command_release, wants_slugs_or_all)
{
	command_outcome outcome = run("", "release", NULL);
	expect_exit(outcome, 2);
	cr_expect_str_eq(outcome.err, "brabeion release: expected either slugs or --all\n"
				      "Try \"brabeion release --help\".\n");
	finish(&outcome);
	outcome = run("", "release", "--all", "troubled", NULL);
	expect_exit(outcome, 2);
	finish(&outcome);
	outcome = run("", "release", "--help", NULL);
	expect_exit(outcome, 0);
	cr_expect_eq(strncmp(outcome.out, "Usage: brabeion release", 23), 0, "%s", outcome.out);
	finish(&outcome);
}

Test(command_release, makes_no_database)
{
	command_outcome outcome = run("", "release", "--all", NULL);
	expect_exit(outcome, 3);
	expect_err(outcome, "badges.db: No such file or directory");
	cr_expect_neq(access("badges.db", F_OK), 0);
	finish(&outcome);
}

Test(command_release, who_only_looks_releases_nobody)
{
	static const char *const looks[][3] = { { "show", NULL, NULL },
						{ "badges", NULL, NULL },
						{ "awards", NULL, NULL },
						{ "awards", "--follow", "--limit=1" },
						{ "check", NULL, NULL } };
	get_into_trouble();
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		command_outcome outcome = run("", looks[i][0], looks[i][1], looks[i][2], NULL);
		expect_exit(outcome, 0);
		finish(&outcome);
	}
	expect_quiet_release("--all", "1 badge released\n" PASSED);
}

Test(command_release, a_run_begins_with_all_at_work)
{
	get_into_trouble();
	command_outcome outcome = run("", "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	expect_quiet_release("--all", "0 badges released\n" PASSED);
}

/* ---- during a run ---- */

/* Feeds an event of a new user, and waits for the award of "steady". */
static void feed_work(const command_process *process, int number)
{
	char text[512];
	snprintf(text, sizeof text, "{\"event\":\"work\",\"user\":\"u%d\",\"fail\":true}\n", number);
	feed(process, text);
	read_line(process->out, text, sizeof text);
	cr_assert_not_null(strstr(text, "\"steady\""), "%s", text);
}

static void expect_beginning(const char *line, const char *beginning)
{
	cr_assert_eq(strncmp(line, beginning, strlen(beginning)), 0, "%s", line);
}

static bool has_more(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	return poll(&polled, 1, 0) > 0;
}

Test(command_release, another_process_has_it_at_work_again, .timeout = 60)
{
	char line[512];
	command_process process = start("run", NULL);
	int number = 0;
	while (number < 3)
		feed_work(&process, number++);
	for (int i = 0; i < 4; i++) /* three failures, then the quarantine */
		read_line(process.err, line, sizeof line);
	expect_beginning(line, "error: badge \"troubled\" is quarantined");
	feed_work(&process, number++);
	cr_assert_not(has_more(process.err));
	command_outcome release = run("", "release", "troubled", NULL);
	expect_exit(release, 0);
	expect_beginning(release.out,
			 "troubled: released\n"); /* and what it was passed over in, if that is stored by now */
	finish(&release);
	while (!has_more(process.err)) { /* it checks once a second, when events come */
		feed_work(&process, number++);
		usleep(10000);
	}
	read_line(process.err, line, sizeof line);
	expect_beginning(line, "warning: badge \"troubled\" failed on event \"work\"");
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 0);
	finish(&outcome);
}

Test(command_release, many_warnings_do_not_hide_the_error)
{
	write_file("badges.yaml", "database: badges.db\n"
				  "plugin_path: [\"" BRB_BUILD_DIR "/tests/plugins\"]\n"
				  "cache_dir: cache\n"
				  "plugins: [{ file: troubled.so, badges: [{ badge: troubled }] }]\n");
	char text[8192] = "";
	for (int i = 0; i < 100; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), WORK("a%d"), i);
	command_outcome outcome = run(text, "run", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome,
		   "error: badge \"troubled\" is quarantined until a reload or \"brabeion release troubled\": it "
		   "failed for 100 users in a row");
	expect_err(outcome, "80 warnings not shown");
	finish(&outcome);
}
