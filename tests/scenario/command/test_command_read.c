/*
 * test_command_read: badges, show, check, help, and wrong command lines.
 */
#include "support/command.h"

TestSuite(command_read, .init = enter, .fini = leave);

static const char history[] = EVENT("ada", "e1") EVENT("bob", "e2")
	EVENT("ada", "e3") "{\"event\":\"comment\",\"user\":\"ada\",\"id\":\"c1\",\"at\":\"2014-01-22T08:00:00Z\"}\n"
			   "{\"event\":\"comment\",\"user\":\"ada\",\"id\":\"c2\",\"at\":\"2014-01-23T09:30:00Z\"}\n";

static void run_history(void)
{
	command_outcome outcome = run(history, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

/* ---- badges ---- */

Test(command_read, lists_badges_and_their_holders)
{
	run_history();
	command_outcome outcome = run("", "badges", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "badge        levels                events          plugin     holders\n"
			    "points       Bronze, Silver, Gold  points_awarded  points           2\n"
			    "commentator  Commentator           comment         threshold        1\n"
			    "failed       One                   visit           answers          0\n"
			    "nothing      One                   visit           answers          0\n"
			    "too-high     One                   visit           answers          0\n"
			    "told         One                   visit           answers          0\n"
			    "well         One                   visit           answers          0\n");
	finish(&outcome);
}

Test(command_read, lists_badges_for_machines)
{
	run_history();
	command_outcome outcome = run("", "badges", "--json", NULL);
	expect_exit(outcome, 0);
	const char start_of_it[] =
		"{\"generation\":1,\"badges\":[{\"slug\":\"points\",\"plugin\":\"points\",\"plugin_file\":";
	const char rest_of_it[] =
		"\"multiple\":false,\"async\":false,\"holders\":2,\"events\":[\"points_awarded\"],\"levels\":["
		"{\"level\":1,\"name\":\"Bronze\",\"description\":\"More than 5,000 points\",\"holders\":2},"
		"{\"level\":2,\"name\":\"Silver\",\"description\":\"More than 7,500 points\",\"holders\":0},";
	cr_expect_eq(strncmp(outcome.out, start_of_it, sizeof start_of_it - 1), 0, "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, rest_of_it), "%s", outcome.out);
	finish(&outcome);
}

Test(command_read, makes_no_database_to_list_badges)
{
	command_outcome outcome = run("", "badges", "--database", "other.db", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "commentator"), "%s", outcome.out);
	cr_expect_neq(access("other.db", F_OK), 0);
	finish(&outcome);
}

/* ---- show ---- */

Test(command_read, shows_a_user_newest_first)
{
	run_history();
	command_outcome outcome = run("", "show", "ada", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "ada holds 2 awards\n\n"
			    "earned (UTC)      award        badge        level  what for\n"
			    "2014-01-23 09:30  Commentator  commentator      1  Left two comments\n"
			    "2014-01-21 20:26  Bronze       points           1  More than 5,000 points\n");
	finish(&outcome);
}

Test(command_read, shows_as_many_as_are_wanted)
{
	run_history();
	command_outcome outcome = run("", "show", "--limit", "1", "ada", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "ada holds 2 awards\n\n"
			    "earned (UTC)      award        badge        level  what for\n"
			    "2014-01-23 09:30  Commentator  commentator      1  Left two comments\n");
	finish(&outcome);
}

Test(command_read, shows_a_user_for_machines)
{
	run_history();
	command_outcome outcome = run("", "show", "bob", "--json", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome,
		   "{\"user\":\"bob\",\"count\":1,\"awards\":[{\"sequence\":2,\"badge\":\"points\",\"level\":1,"
		   "\"name\":\"Bronze\",\"description\":\"More than 5,000 points\",\"reason\":\"\","
		   "\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\","
		   "\"event_id\":\"e2\"}]}\n");
	finish(&outcome);
}

Test(command_read, says_that_a_user_holds_nothing)
{
	run_history();
	command_outcome outcome = run("", "show", "nobody", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "nobody holds no award yet.\n");
	finish(&outcome);
	outcome = run("", "show", "nobody", "--json", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "{\"user\":\"nobody\",\"count\":0,\"awards\":[]}\n");
	finish(&outcome);
}

Test(command_read, shows_who_holds_most_by_their_rarest)
{
	run_history();
	command_outcome outcome = run("", "show", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "user  awards  latest (UTC)      rarest\n"
			    "ada        2  2014-01-23 09:30  Commentator, Bronze\n"
			    "bob        1  2014-01-21 20:26  Bronze\n");
	finish(&outcome);
	outcome = run("", "show", "--json", "--limit", "1", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "{\"count\":3,\"users\":[{\"user\":\"ada\",\"awards\":2,\"badges\":2,"
			    "\"latest_at\":\"2014-01-23T09:30:00.000Z\"}]}\n");
	finish(&outcome);
}

Test(command_read, lets_no_name_steer_the_terminal)
{
	command_outcome outcome = run("{\"event\":\"points_awarded\",\"user\":\"\\u001b[2J\",\"points\":5001,\"at\":"
				      "\"1970-01-01T00:00:00Z\"}\n",
				      "run", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "{\"user\":\"\\u001b[2J\","), "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "show", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "user     awards  latest (UTC)      rarest\n"
			    "\\x1b[2J       1  1970-01-01 00:00  Bronze\n");
	finish(&outcome);
}

Test(command_read, does_not_make_the_database_that_it_looks_for)
{
	command_outcome outcome = run("", "show", "ada", "--database", "other.db", NULL);
	expect_exit(outcome, 3);
	expect_err(outcome, "other.db: No such file or directory");
	cr_expect_neq(access("other.db", F_OK), 0);
	finish(&outcome);
}

Test(command_read, pages_through_many_awards, .timeout = 120)
{
	write_file("badges.yaml", "database: badges.db\n"
				  "plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
				  "cache_dir: cache\n"
				  "plugins:\n"
				  "  - file: threshold.so\n"
				  "    badges:\n"
				  "      - badge: threshold\n"
				  "        slug: first\n"
				  "        events: [visit]\n"
				  "        levels: [{ name: First, description: Came once }]\n"
				  "        settings: { count: events, at: [1] }\n");
	command_outcome outcome =
		run("{\"event\":\"visit\",\"user\":\"ada\",\"at\":\"1970-01-01T00:00:00Z\"}\n", "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	outcome = run("", "show", "ada", "--limit", "5000", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "ada holds 1 award\n\n"
			    "earned (UTC)      award  badge  level  what for\n"
			    "1970-01-01 00:00  First  first      1  Came once\n");
	finish(&outcome);
}

/* ---- check ---- */

Test(command_read, checks_without_touching_a_database)
{
	command_outcome outcome = run("", "check", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "badges.yaml: 7 badges in 3 plugins, fine\n");
	cr_expect_neq(access("badges.db", F_OK), 0);
	finish(&outcome);
	outcome = run("", "check", "--json", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "{\"config\":\"badges.yaml\",\"fine\":true,\"badges\":7,\"plugins\":3,\"retired\":[],"
			    "\"hidden\":[],\"errors\":[],\"warnings\":[],\"notes\":[]}\n");
	finish(&outcome);
}

Test(command_read, tells_every_fault)
{
	write_file("wrong.yaml", "database: badges.db\nplugns: []\nsynchronous: perhaps\n");
	command_outcome outcome = run("", "check", "--config", "wrong.yaml", NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "");
	expect_err(outcome, "wrong.yaml:2:1: ");
	expect_err(outcome, "(did you mean \"plugins\"?)");
	expect_err(outcome, "\nwrong.yaml:3:14: ");
	finish(&outcome);
	outcome = run("", "check", "--config", "wrong.yaml", "--json", NULL);
	expect_exit(outcome, 2);
	const char start_of_it[] =
		"{\"config\":\"wrong.yaml\",\"fine\":false,\"badges\":0,\"plugins\":0,\"retired\":[],"
		"\"hidden\":[],\"errors\":[\"wrong.yaml:2:1: ";
	cr_expect_eq(strncmp(outcome.out, start_of_it, sizeof start_of_it - 1), 0, "%s", outcome.out);
	finish(&outcome);
}

/* ---- help, and wrong arguments ---- */

static void expect_help(const char *word, const char *other, const char *start_of_it)
{
	command_outcome outcome = run("", word, other, NULL);
	expect_exit(outcome, 0);
	cr_assert_eq(strncmp(outcome.out, start_of_it, strlen(start_of_it)), 0, "%s", outcome.out);
	cr_assert_str_eq(outcome.err, "");
	finish(&outcome);
}

Test(command_read, helps)
{
	expect_help("--help", NULL, "brabeion turns events into badges.\n");
	expect_help("help", NULL, "brabeion turns events into badges.\n");
	expect_help("help", "run", "Usage: brabeion run ");
	expect_help("run", "--help", "Usage: brabeion run ");
	expect_help("badges", "--help", "Usage: brabeion badges ");
	expect_help("show", "--help", "Usage: brabeion show ");
	expect_help("worker", "--help", "Usage: brabeion worker ");
	expect_help("help", "jobs", "Usage: brabeion jobs ");
	expect_help("check", "--help", "Usage: brabeion check ");
	expect_help("new", "--help", "Usage: brabeion new ");
	expect_help("try", "--help", "Usage: brabeion try ");
	expect_help("--version", NULL, "brabeion 0.");
}

static void expect_usage(const char *err, const char *one, const char *two, const char *three)
{
	command_outcome outcome = run("", one, two, three, NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "");
	cr_assert_str_eq(outcome.err, err);
	finish(&outcome);
}

Test(command_read, says_what_is_wrong_with_a_word)
{
	expect_usage("brabeion: a subcommand is missing\nTry \"brabeion --help\".\n", NULL, NULL, NULL);
	expect_usage("brabeion: no subcommand \"shwo\" (did you mean \"show\"?)\nTry \"brabeion --help\".\n", "shwo",
		     NULL, NULL);
	expect_usage("brabeion: no subcommand \"elephant\"\nTry \"brabeion --help\".\n", "elephant", NULL, NULL);
	expect_usage("brabeion run: unknown option --databse (did you mean --database?)\n"
		     "Try \"brabeion run --help\".\n",
		     "run", "--databse", "x");
	expect_usage("brabeion run: a value is missing after --config\nTry \"brabeion run --help\".\n", "run",
		     "--config", NULL);
	expect_usage("brabeion run: no value is expected in --strict=1\nTry \"brabeion run --help\".\n", "run",
		     "--strict=1", NULL);
	expect_usage(
		"brabeion run: --batch: 0 is not a whole number from 1 to 100000\nTry \"brabeion run --help\".\n",
		"run", "--batch", "0");
	expect_usage("brabeion badges: one word too many: x\nTry \"brabeion badges --help\".\n", "badges", "x", NULL);
	expect_usage("brabeion show: one word too many: bob\nTry \"brabeion show --help\".\n", "show", "ada", "bob");
}

Test(command_read, says_so_when_its_output_cannot_be_written)
{
	command_outcome outcome = run_into("/dev/full", "", "badges", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "standard output: No space left on device\n");
	finish(&outcome);
}

/* ---- names that nothing answers to ---- */

Test(command_read, check_warns_of_names_that_nothing_answers_to)
{
	write_file(
		"badges.yaml",
		"plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
		"cache_dir: cache\n"
		"plugins:\n"
		"  - file: threshold.so\n"
		"    badges:\n"
		"      - { badge: threshold, slug: talker, events: [comment], levels: [One], settings: { at: [2] } "
		"}\n"
		"      - { badge: threshold, slug: writer, events: [coment], levels: [One], settings: { at: [2] } }\n"
		"  - file: collection.so\n"
		"    badges:\n"
		"      - { badge: collection, slug: all, levels: [All], settings: { of: [talker, writr] } }\n");
	command_outcome outcome = run("", "check", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "badge \"writer\" waits for the event, as no other badge does: \"coment\": did you mean "
			    "\"comment\"?");
	expect_err(outcome, "badge \"all\" waits for the badge, which is not loaded: \"writr\": did you mean "
			    "\"writer\"?");
	cr_expect_null(strstr(outcome.err, "\"talker\" waits for the badge"), "%s", outcome.err);
	finish(&outcome);
}

#define LEVELLED(levels, at)                                                       \
	"database: levels.db\nplugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"      \
	"cache_dir: cache\nplugins:\n  - file: threshold.so\n    badges:\n"        \
	"      - { badge: threshold, slug: giver, events: [gift], levels: " levels \
	", settings: { count: sum, field: amount, at: " at " } }\n"

/* A level that is inserted between two. */
Test(command_read, levels_that_moved_are_told_and_keep_their_names)
{
	static const char moved[] =
		"badges.yaml:7: \"Patron\" was level 2 of badge \"giver\" and is level 3 now: who "
		"holds level 2 can earn \"Patron\" anew. Put a new level after the others, or give";
	static const char gift[] = "{\"event\":\"gift\",\"user\":\"ada\",\"at\":\"2026-03-01T00:00:00Z\","
				   "\"amount\":60}\n";
	write_file("badges.yaml", LEVELLED("[Giver, Patron]", "[10, 60]"));
	command_outcome outcome = run(gift, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	write_file("badges.yaml", LEVELLED("[Giver, Friend, Patron]", "[10, 60, 70]"));
	outcome = run("", "check", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, moved);
	finish(&outcome);
	outcome = run("", "run", NULL);
	expect_err(outcome, moved);
	finish(&outcome);
	outcome = run("", "show", "ada", NULL);
	expect_out(outcome, "ada holds 2 awards\n\nearned (UTC)      award   badge  level  what for\n"
			    "2026-03-01 00:00  Patron  giver      2  \n"
			    "2026-03-01 00:00  Giver   giver      1  \n");
	finish(&outcome);
	outcome = run("", "check", NULL);
	expect_err(outcome, moved);
	finish(&outcome);
	outcome = run("", "doctor", NULL);
	cr_expect_not_null(strstr(outcome.out, "\"Patron\" was level 2 of badge \"giver\" and is level 3 now"), "%s",
			   outcome.out);
	finish(&outcome);
	write_file("badges.yaml", LEVELLED("[Giver, Patron, Friend]", "[10, 60, 70]"));
	outcome = run("", "check", NULL);
	expect_out(outcome, "badges.yaml: 1 badge in 1 plugin, fine\n");
	finish(&outcome);
}

/* Of the events that the plugin itself names, and of words that are written otherwise. */
Test(command_read, check_warns_of_events_written_otherwise)
{
	write_file("badges.yaml",
		   "plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
		   "cache_dir: cache\n"
		   "plugins:\n"
		   "  - file: commits.so\n"
		   "    badges:\n"
		   "      - { badge: first-commit, events: [Commit] }\n"
		   "  - file: threshold.so\n"
		   "    badges:\n"
		   "      - { badge: threshold, slug: a, events: [post_liked], levels: [A], settings: { at: [1] } }\n"
		   "      - { badge: threshold, slug: b, events: [post_liked], levels: [B], settings: { at: [1] } }\n"
		   "      - { badge: threshold, slug: c, events: [post-liked], levels: [C], settings: { at: [1] } }\n"
		   "      - { badge: threshold, slug: d, events: [posted], levels: [D], settings: { at: [1] } }\n"
		   "      - { badge: threshold, slug: e, events: [ask], levels: [E], settings: { at: [1] } }\n"
		   "      - { badge: threshold, slug: f, events: [act], levels: [F], settings: { at: [1] } }\n");
	command_outcome outcome = run("", "check", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "badges.yaml:6: badge \"first-commit\" waits for the event, as no other badge does: "
			    "\"Commit\": did you mean \"commit\"?\n");
	expect_err(outcome, "badges.yaml:11: badge \"c\" waits for the event, as no other badge does: "
			    "\"post-liked\": did you mean \"post_liked\"?\n");
	expect_out(outcome, "badges.yaml: 7 badges in 2 plugins, 2 warnings\n");
	finish(&outcome);
}
