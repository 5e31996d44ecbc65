/*
 * test_command_progress: `brabeion show USER --progress`.
 */
#include "support/command.h"

TestSuite(command_progress, .init = enter, .fini = leave);

static const char badges_yaml[] =
	"database: badges.db\n"
	"plugin_path: [\"" BRB_BUILD_DIR "/plugins\", \"" BRB_BUILD_DIR "/tests/plugins\"]\n"
	"cache_dir: cache\n"
	"plugins:\n"
	"  - file: points.so\n"
	"  - file: tells.so\n"
	"    badges: [{ badge: tells-oddly, levels: [{ name: Odd, description: Who knows }] }]\n"
	"  - file: threshold.so\n"
	"    badges:\n"
	"      - badge: threshold\n"
	"        slug: talker\n"
	"        events: [comment]\n"
	"        levels: [{ name: Few, description: Two }, { name: Many, description: Twelve hundred }]\n"
	"        settings: { at: [2, 1200] }\n"
	"      - { badge: threshold, slug: newcomer, events: [comment], levels: [{ name: New, description: One }] "
	"}\n";

static const char comments[] = "{\"event\":\"comment\",\"user\":\"ada\",\"at\":\"1970-01-01T00:00:00Z\"}\n"
			       "{\"event\":\"comment\",\"user\":\"ada\",\"at\":\"1970-01-01T00:00:00Z\"}\n"
			       "{\"event\":\"comment\",\"user\":\"ada\",\"at\":\"1970-01-01T00:00:00Z\"}\n";

static void run_comments(void)
{
	write_file("badges.yaml", badges_yaml);
	command_outcome outcome = run(comments, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

Test(command_progress, shows_what_comes_next_and_how_far_it_is)
{
	run_comments();
	command_outcome outcome = run("", "show", "ada", "--progress", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "ada has 3 badges to go for, and 1 badge complete\n\n"
			    "next    badge        how far                              what for\n"
			    "Bronze  points                                            More than 5,000 points\n"
			    "Odd     tells-oddly                                       Who knows\n"
			    "Many    talker       ....................  0%  3 / 1,200  Twelve hundred\n");
	expect_err(outcome, "badge \"tells-oddly\" failed: tells-oddly brabeion.progress ada");
	finish(&outcome);
}

Test(command_progress, in_a_language)
{
	write_file("badges.yaml",
		   "database: badges.db\nplugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\ncache_dir: cache\nplugins:\n"
		   "  - file: threshold.so\n    badges:\n"
		   "      - badge: threshold\n        slug: talker\n        events: [comment]\n"
		   "        levels: [{ name: { en: Talker, fr: Bavarde }, description: { en: Ten, fr: Dix } }]\n"
		   "        settings: { at: [10] }\n");
	command_outcome outcome = run(comments, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	outcome = run("", "show", "ada", "--progress", "--lang", "fr", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "ada has 1 badge to go for\n\n"
			    "next     badge   how far                            what for\n"
			    "Bavarde  talker  ######..............  30%  3 / 10  Dix\n");
	finish(&outcome);
	outcome = run("", "show", "ada", "--progress", "--lang", "fr", "--json", NULL);
	expect_exit(outcome, 0);
	cr_expect(strstr(outcome.out, "\"name\":\"Bavarde\""), "%s", outcome.out);
	finish(&outcome);
}

Test(command_progress, shows_that_somebody_has_done_nothing_yet)
{
	run_comments();
	command_outcome outcome = run("", "show", "--progress", "nobody", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "nobody has 4 badges to go for\n\n"), "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, "Few     talker       ....................  0%  0 / 2  Two\n"), "%s",
			   outcome.out);
	finish(&outcome);
}

Test(command_progress, says_that_nothing_is_left)
{
	write_file("badges.yaml", "database: badges.db\n"
				  "plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
				  "cache_dir: cache\n"
				  "plugins:\n  - file: threshold.so\n    badges:\n"
				  "      - { badge: threshold, slug: newcomer, events: [comment] }\n");
	command_outcome outcome = run(comments, "run", NULL);
	finish(&outcome);
	outcome = run("", "show", "ada", "--progress", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "ada has nothing left to earn, and 1 badge complete\n");
	finish(&outcome);
}

Test(command_progress, shows_it_to_machines)
{
	run_comments();
	command_outcome outcome = run("", "show", "ada", "--progress", "--json", NULL);
	expect_exit(outcome, 0);
	cr_assert_str_eq(outcome.err, "");
	const char first[] =
		"{\"user\":\"ada\",\"progress\":[{\"badge\":\"points\",\"held\":0,\"held_level\":0,"
		"\"levels\":3,\"level\":1,\"name\":\"Bronze\",\"description\":\"More than 5,000 points\"},"
		"{\"badge\":\"tells-oddly\",\"held\":0,\"held_level\":0,\"levels\":1,\"level\":1,"
		"\"name\":\"Odd\",\"description\":\"Who knows\",\"error\":\"tells-oddly brabeion.progress ";
	const char rest[] = "\"},{\"badge\":\"talker\",\"held\":1,\"held_level\":1,\"levels\":2,\"level\":2,"
			    "\"name\":\"Many\",\"description\":\"Twelve hundred\",\"done\":3,\"goal\":1200},"
			    "{\"badge\":\"newcomer\",\"held\":1,\"held_level\":1,\"levels\":1}]}\n";
	cr_expect_eq(strncmp(outcome.out, first, sizeof first - 1), 0, "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, rest), "%s", outcome.out);
	finish(&outcome);
}

static void expect_usage(const char *err, const char *one, const char *two, const char *three)
{
	command_outcome outcome = run("", "show", one, two, three, NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "");
	cr_assert_str_eq(outcome.err, err);
	finish(&outcome);
}

#define TRY "\nTry \"brabeion show --help\".\n"

Test(command_progress, says_what_does_not_go_together)
{
	expect_usage("brabeion show: --progress needs USER" TRY, "--progress", NULL, NULL);
	expect_usage("brabeion show: no value is expected in --progress=never" TRY, "--progress=never", "ada", NULL);
	expect_usage("brabeion show: --history and --progress do not go together" TRY, "--progress", "--history",
		     "ada");
	expect_usage("brabeion show: --progress does not go with --limit" TRY, "--limit=3", "--progress", "ada");
}

Test(command_progress, of_a_run_still_takes_its_value)
{
	command_outcome outcome = run("", "run", "--progress", NULL);
	expect_exit(outcome, 2);
	cr_assert_str_eq(outcome.err, "brabeion run: a value is missing after --progress\n"
				      "Try \"brabeion run --help\".\n");
	finish(&outcome);
	outcome = run("", "run", "--progress", "never", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}
