/*
 * test_command_decide: `brabeion award` and `brabeion revoke`, `brabeion show --history`, and lapses in the output of
 * run and awards.
 */
#include "support/command.h"

TestSuite(command_decide, .init = enter, .fini = leave);

#define THEN "2014-01-21T20:26:05Z"

static void earn(const char *lines)
{
	command_outcome outcome = run(lines, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

static void grant(const char *user, const char *badge, const char *note)
{
	command_outcome outcome = run("", "award", "--note", note, "--at", THEN, user, badge, NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

/* ---- award ---- */

Test(command_decide, award_tells_what_is_stored)
{
	earn("");
	command_outcome outcome =
		run("", "award", "ada", "points", "--note", "for\nyears", "--at", THEN, "--level", "2", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "     1  2014-01-21 20:26  ada  granted  Silver (points 2): for\\x0ayears\n");
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
	outcome = run("", "award", "--json", "bob", "points", "--note", "well done", "--at", THEN, NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "{\"user\":\"bob\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\","
			    "\"at\":\"2014-01-21T20:26:05.000Z\",\"event\":\"brabeion.granted\",\"event_id\":\"\","
			    "\"sequence\":2,\"note\":\"well done\"}\n");
	finish(&outcome);
}

Test(command_decide, award_of_what_is_held_changes_nothing_and_says_so)
{
	earn(EVENT("ada", "e1"));
	command_outcome outcome = run("", "award", "ada", "points", "--note", "again", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	expect_err(outcome, "ada already holds the badge \"points\": nothing is granted\n");
	finish(&outcome);
}

static void expect_refused(int exit_code, const char *message, const char *const *words)
{
	command_outcome outcome = run("", words[0], words[1], words[2], words[3], words[4], words[5], words[6], NULL);
	expect_exit(outcome, exit_code);
	expect_out(outcome, "");
	cr_expect_str_eq(outcome.err, message, "%s", outcome.err);
	finish(&outcome);
}

#define EXPECT_REFUSED(code, message, ...) expect_refused(code, message, (const char *const[7]){ __VA_ARGS__ })

Test(command_decide, award_says_what_is_wrong)
{
	earn("");
	EXPECT_REFUSED(2, "no badge \"pionts\" is loaded (did you mean \"points\"?)\n", "award", "ada", "pionts",
		       "--note", "x");
	EXPECT_REFUSED(2, "no badge \"elephant\" is loaded\n", "award", "ada", "elephant", "--note", "x");
	EXPECT_REFUSED(2, "the badge \"commentator\" has 1 levels, not 2\n", "award", "ada", "commentator", "--note",
		       "x", "--level=2");
	EXPECT_REFUSED(2, "the user is empty\n", "award", "", "points", "--note", "x");
	EXPECT_REFUSED(2,
		       "brabeion award: --level: 0 is not a whole number from 1 to 4294967295\nTry \"brabeion award "
		       "--help\".\n",
		       "award", "ada", "points", "--level=0");
	EXPECT_REFUSED(2,
		       "brabeion award: --at: expected a time like 2014-01-21T20:26:05Z, not noon\n"
		       "Try \"brabeion award --help\".\n",
		       "award", "ada", "points", "--at", "noon");
	EXPECT_REFUSED(2,
		       "brabeion award: --note TEXT is missing: why, for the record\n"
		       "Try \"brabeion award --help\".\n",
		       "award", "ada", "points");
	EXPECT_REFUSED(2, "brabeion award: BADGE is missing\nTry \"brabeion award --help\".\n", "award", "ada",
		       "--note", "x");
	EXPECT_REFUSED(2,
		       "brabeion award: USER and BADGE are missing\n"
		       "Try \"brabeion award --help\".\n",
		       "award");
	EXPECT_REFUSED(2, "brabeion award: one word too many: three\nTry \"brabeion award --help\".\n", "award",
		       "ada", "points", "three");
}

Test(command_decide, neither_makes_a_database)
{
	command_outcome outcome = run("", "award", "ada", "points", "--note", "x", NULL);
	expect_exit(outcome, 3);
	expect_err(outcome, "(\"brabeion run\" creates a database)");
	finish(&outcome);
	outcome = run("", "revoke", "ada", "points", "--note", "x", NULL);
	expect_exit(outcome, 3);
	finish(&outcome);
	cr_expect_neq(access("badges.db", F_OK), 0);
}

/* ---- revoke ---- */

Test(command_decide, revoke_tells_what_is_revoked_and_it_is_not_earned_again)
{
	earn(EVENT("ada", "e1"));
	command_outcome outcome = run("", "revoke", "--json", "ada", "points", "--note", "cheated", NULL);
	expect_exit(outcome, 0);
	static const char begin[] =
		"{\"user\":\"ada\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":"
		"\"\",\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\","
		"\"event_id\":\"e1\",\"sequence\":2,\"revoked\":true,\"revoked_at\":\"20";
	cr_expect_eq(strncmp(outcome.out, begin, strlen(begin)), 0, "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, "Z\",\"award_sequence\":1,\"note\":\"cheated\"}\n"), "%s",
			   outcome.out);
	finish(&outcome);
	outcome = run(EVENT("ada", "e2"), "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	finish(&outcome);
}

Test(command_decide, revoke_of_one_level)
{
	earn("");
	grant("ada", "points", "x");
	command_outcome outcome = run("", "award", "ada", "points", "--level", "2", "--note", "x", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	EXPECT_REFUSED(1, "nothing to revoke: ada holds no award of the badge \"points\", level 3\n", "revoke", "ada",
		       "points", "--note", "x", "--level=3");
	outcome = run("", "revoke", "ada", "points", "--level", "1", "--note", "y", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "  ada  lost  Bronze (points 1): y\n"), "%s", outcome.out);
	cr_expect_null(strstr(outcome.out, "Silver"), "%s", outcome.out);
	finish(&outcome);
}

Test(command_decide, revoke_says_what_is_wrong)
{
	earn(EVENT("ada", "e1"));
	EXPECT_REFUSED(1, "nothing to revoke: bob holds no award of the badge \"points\"\n", "revoke", "bob",
		       "points", "--note", "x");
	EXPECT_REFUSED(1,
		       "nothing to revoke: ada holds no award of the badge \"pionts\" (did you mean \"points\"?)\n",
		       "revoke", "ada", "pionts", "--note", "x");
	EXPECT_REFUSED(1, "nothing to revoke: ada holds no award of the badge \"points\", for the reason \"r\"\n",
		       "revoke", "ada", "points", "--note", "x", "--reason=r");
	EXPECT_REFUSED(2,
		       "brabeion revoke: --note TEXT is missing: why, for the record\n"
		       "Try \"brabeion revoke --help\".\n",
		       "revoke", "ada", "points", "--note=");
	EXPECT_REFUSED(2, "brabeion revoke: unknown option --at\nTry \"brabeion revoke --help\".\n", "revoke", "ada",
		       "points", "--at", "x");
}

/* ---- lapses and the history ---- */

#define TEMPORARY                                              \
	"database: badges.db\n"                                \
	"plugin_path: [\"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"cache_dir: cache\n"                                   \
	"plugins:\n"                                           \
	"  - file: obedient.so\n"                              \
	"    badges: [{ badge: one, temporary: true }]\n"

#define SAY(level) "{\"event\":\"say\",\"user\":\"ada\",\"at\":\"" THEN "\",\"level\":" level "}\n"

#define ONE                                                                                 \
	"{\"user\":\"ada\",\"badge\":\"one\",\"level\":1,\"name\":\"Low\",\"reason\":\"\"," \
	"\"at\":\"2014-01-21T20:26:05.000Z\",\"event\":\"say\",\"event_id\":\"\""
#define ONE_LAPSED                                                                          \
	ONE ",\"sequence\":2,\"revoked\":true,\"revoked_at\":\"2014-01-21T20:26:05.000Z\"," \
	    "\"award_sequence\":1,\"lapsed\":true,\"note\":\"on event \\\"say\\\"\"}"

Test(command_decide, run_and_awards_tell_what_lapses)
{
	write_file("badges.yaml", TEMPORARY);
	command_outcome outcome = run(SAY("1") SAY("0"), "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, ONE "}\n" ONE_LAPSED "\n");
	finish(&outcome);
	outcome = run(SAY("1") SAY("0"), "run", "--format", "text", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "2014-01-21 20:26  ada  earned  Low (one 1)\n"
			    "2014-01-21 20:26  ada  lapsed  Low (one 1)\n");
	finish(&outcome);
	outcome = run("", "awards", "--since", "3", NULL);
	expect_out(outcome, "     4  2014-01-21 20:26  ada  lapsed  Low (one 1): on event \"say\"\n");
	finish(&outcome);
}

Test(command_decide, show_tells_the_past)
{
	write_file("badges.yaml", TEMPORARY);
	earn(SAY("1") SAY("0"));
	grant("ada", "one", "she asked");
	command_outcome outcome = run("", "show", "--history", "ada", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "when (UTC)        what     award  badge  level  for  note\n"
			    "2014-01-21 20:26  granted  Low    one        1       she asked\n"
			    "2014-01-21 20:26  lapsed   Low    one        1       on event \"say\"\n"
			    "2014-01-21 20:26  earned   Low    one        1       \n");
	finish(&outcome);
	outcome = run("", "show", "--history", "--limit", "1", "ada", NULL);
	expect_out(outcome, "when (UTC)        what     award  badge  level  for  note\n"
			    "2014-01-21 20:26  granted  Low    one        1       she asked\n");
	finish(&outcome);
	outcome = run("", "show", "--history", "bob", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "bob was never awarded anything.\n");
	finish(&outcome);
	EXPECT_REFUSED(2, "brabeion show: --history needs USER\nTry \"brabeion show --help\".\n", "show",
		       "--history");
}

Test(command_decide, show_tells_the_past_as_json)
{
	write_file("badges.yaml", TEMPORARY);
	earn(SAY("1") SAY("0"));
	command_outcome outcome = run("", "show", "--history", "--json", "ada", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "{\"user\":\"ada\",\"history\":[" ONE_LAPSED "," ONE ",\"sequence\":1}]}\n");
	finish(&outcome);
	outcome = run("", "show", "--history", "--json", "bob", NULL);
	expect_out(outcome, "{\"user\":\"bob\",\"history\":[]}\n");
	finish(&outcome);
}
