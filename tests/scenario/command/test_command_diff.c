/*
 * test_command_diff: `brabeion diff`: one history, two configurations.
 */
#include "support/command.h"

#include <glob.h>
#include <sqlite3.h>

#include "support/sqlite/wal.h"

#define SET(at)                                                                               \
	"database: badges.db\n"                                                               \
	"plugin_path: [\"" BRB_BUILD_DIR "/plugins\", \"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"plugins:\n"                                                                          \
	"  - file: threshold.so\n"                                                            \
	"    badges:\n"                                                                       \
	"      - badge: threshold\n"                                                          \
	"        slug: commentator\n"                                                         \
	"        events: [comment]\n"                                                         \
	"        levels: [{ name: Commentator, description: Talks }]\n"                       \
	"        settings: { count: events, at: [" at "] }\n"
#define COMMENT(user, day) "{\"event\":\"comment\",\"user\":\"" user "\",\"at\":\"2024-03-" day "T12:00:00Z\"}\n"
#define PAST COMMENT("ada", "01") COMMENT("bob", "02") COMMENT("ada", "03") COMMENT("bob", "04") COMMENT("ada", "05")

static void enter_sets(void)
{
	enter();
	setenv("TMPDIR", folder, 1);
	write_file("old.yaml", SET("2"));
	write_file("new.yaml", SET("3"));
	write_file("past.jsonl", PAST);
}

TestSuite(command_diff, .init = enter_sets, .fini = leave, .timeout = 60);

static void expect_nothing_left(void)
{
	glob_t found;
	cr_expect_eq(glob("brabeion-diff-*", 0, NULL, &found), GLOB_NOMATCH);
	cr_expect_neq(access("badges.db", F_OK), 0);
}

Test(command_diff, tells_what_only_one_of_them_gives)
{
	command_outcome outcome = run("", "diff", "old.yaml", "new.yaml", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "- bob  commentator 1  Commentator  2024-03-04 12:00\n");
	expect_err(outcome, "0 awards gained, 1 lost\n");
	finish(&outcome);
	outcome = run(PAST, "diff", "new.yaml", "old.yaml", "-", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "+ bob  commentator 1  Commentator  2024-03-04 12:00\n");
	finish(&outcome);
	expect_nothing_left();
}

Test(command_diff, tells_badges_that_only_one_of_them_has)
{
	write_file("new.yaml", "database: badges.db\n"
			       "plugin_path: [\"" BRB_BUILD_DIR "/tests/plugins\"]\n"
			       "plugins: [{ file: obedient.so, badges: [{ badge: one, events: [comment] }] }]\n");
	command_outcome outcome = run("", "diff", "--json", "old.yaml", "new.yaml", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "2 awards gained, 2 lost\n");
	finish(&outcome);
}

Test(command_diff, two_of_the_same_differ_in_nothing)
{
	command_outcome outcome = run("", "diff", "old.yaml", "old.yaml", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	expect_err(outcome, "0 awards gained, 0 lost\n");
	finish(&outcome);
}

/* ---- commits ---- */

static int count_awards(const char *path)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;
	int count = -1;
	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(database, "SELECT COUNT(*) FROM awards", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		count = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return count;
}

/* What a diff of PAST on an open pipe has committed to the first database, with this --batch or none. */
static int count_commits_of(const char *batch)
{
	glob_t found = { 0 };
	char path[PATH_BYTES];
	int awards = -1;
	command_process process = start("diff", "old.yaml", "new.yaml", "-", batch ? "--batch" : NULL, batch, NULL);
	feed(&process, PAST);
	for (int polls = 0; polls < 60000 && awards != 1; polls++) {
		globfree(&found);
		if (glob("brabeion-diff-*", 0, NULL, &found) == 0) {
			join(path, found.gl_pathv[0], "after.db");
			awards = count_awards(path);
		}
		usleep(1000);
	}
	cr_assert_eq(awards, 1, "ada's award was not committed");
	join(path, found.gl_pathv[0], "before.db");
	int commits = count_commits(path);
	kill(process.pid, SIGKILL);
	command_outcome outcome = wait_for(&process);
	finish(&outcome);
	remove_folder(found.gl_pathv[0]);
	globfree(&found);
	return commits;
}

/* What is committed at the opening is the same in both. */
Test(command_diff, commits_each_batch_only_if_its_size_is_given)
{
	int each = count_commits_of("1"), one = count_commits_of(NULL);
	cr_expect_eq(each - one, 4, "%d commits with --batch 1, %d without", each, one);
}

Test(command_diff, bad_lines_are_told_once)
{
	write_file("past.jsonl", PAST "{\"event\":\"comment\",\"user\":\"ada\"}\n");
	command_outcome outcome = run("", "diff", "old.yaml", "new.yaml", "past.jsonl", NULL);
	expect_exit(outcome, 1);
	cr_expect_str_eq(outcome.err, "past.jsonl:6: \"at\" is missing: an event of a history needs its time\n"
				      "0 awards gained, 1 lost\n");
	finish(&outcome);
}

Test(command_diff, refuses_what_makes_no_sense)
{
	static const struct {
		const char *words[4];
		const char *wrong;
	} refused[] = {
		{ { NULL, NULL, NULL, NULL }, "OLD.yaml, NEW.yaml and HISTORY are missing" },
		{ { "old.yaml", NULL, NULL, NULL }, "NEW.yaml and HISTORY are missing" },
		{ { "old.yaml", "new.yaml", NULL, NULL }, "HISTORY is missing" },
		{ { "old.yaml", "absent.yaml", "past.jsonl", NULL }, "absent.yaml" },
	};
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const char *const *words = refused[i].words;
		command_outcome outcome = run("", "diff", words[0], words[1], words[2], words[3], NULL);
		expect_exit(outcome, 2);
		expect_err(outcome, refused[i].wrong);
		finish(&outcome);
	}
	expect_nothing_left();
}
