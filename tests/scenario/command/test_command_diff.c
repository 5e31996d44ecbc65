/*
 * test_command_diff: `brabeion diff`: one history, two configurations.
 */
#include "support/command.h"

#include <glob.h>

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
