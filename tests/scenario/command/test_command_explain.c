/*
 * test_command_explain: `brabeion explain`, in every case. Times of arrival are replaced by "NOW".
 */
#include "support/command.h"

#define JOURNAL_YAML BADGES_YAML "journal: keep 30d\n"

static void enter_with_journal(void)
{
	enter();
	write_file("badges.yaml", JOURNAL_YAML);
}

TestSuite(command_explain, .init = enter_with_journal, .fini = leave);

static void earn(const char *lines)
{
	command_outcome outcome = run(lines, "run", NULL);
	cr_assert_leq(outcome.exit_code, 1, "%s", outcome.err);
	finish(&outcome);
}

/* Replaces times of the 2020s, to the minute, by NOW, and a number of seconds by AGE. */
static void blur(char *text)
{
	char *from = text, *to = text;
	while (*from) {
		if (strncmp(from, "202", 3) == 0 && strlen(from) >= 16 && from[4] == '-' && from[10] == ' ') {
			memcpy(to, "NOW             ", 16);
			from += 16;
			to += 16;
			continue;
		}
		const char *unit = strstr(from, " second");
		size_t digits = strspn(from, "0123456789");
		if (digits && unit == from + digits) {
			memcpy(to, "AGE", 3);
			to += 3;
			from = (char *)unit + strlen(" second");
			from += *from == 's';
			continue;
		}
		*to++ = *from++;
	}
	*to = '\0';
}

static void expect_explained(int exit_code, const char *user, const char *badge, const char *expected)
{
	command_outcome outcome = run("", "explain", user, badge, NULL);
	cr_expect_eq(outcome.exit_code, exit_code, "%s", outcome.err);
	blur(outcome.out);
	cr_expect_str_eq(outcome.out, expected, "%s", outcome.out);
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
}

#define POINTS(id, points, day)                                                                                  \
	"{\"event\":\"points_awarded\",\"user\":\"ada\",\"id\":\"" id "\",\"at\":\"2014-01-" day "T20:26:05Z\"," \
	"\"points\":" points "}\n"
#define COMMENT(user, day) "{\"event\":\"comment\",\"user\":\"" user "\",\"at\":\"2014-01-" day "T08:00:00Z\"}\n"

/* ---- awarded ---- */

Test(command_explain, held_and_each_event_with_its_answer)
{
	earn(POINTS("e1", "4000", "21") POINTS("e2", "5001", "22") POINTS("e3", "5002", "23"));
	expect_explained(
		0, "ada", "points",
		"ada holds \"points\", at the highest level 1 of 3, since 2014-01-22 20:26 UTC, by event "
		"\"points_awarded\" with id \"e2\".\n"
		"\n"
		"when (UTC)        what    award   level  for  event              note\n"
		"2014-01-22 20:26  earned  Bronze      1       points_awarded e2  \n"
		"\n"
		"when (UTC)        event              answer                 held     the event said  memory said\n"
		"2014-01-21 20:26  points_awarded e1  not earned             -        points=4000     \n"
		"2014-01-22 20:26  points_awarded e2  level 1, stored        -        points=5001     \n"
		"2014-01-23 20:26  points_awarded e3  level 1, held already  level 1  points=5002     \n");
}

Test(command_explain, what_memory_said)
{
	earn(COMMENT("ada", "21") COMMENT("ada", "22"));
	expect_explained(0, "ada", "commentator",
			 "ada holds \"commentator\", since 2014-01-22 08:00 UTC, by event \"comment\".\n"
			 "\n"
			 "when (UTC)        what    award        level  for  event    note\n"
			 "2014-01-22 08:00  earned  Commentator      1       comment  \n"
			 "\n"
			 "when (UTC)        event    answer           held  the event said  memory said\n"
			 "2014-01-21 08:00  comment  not earned       -                     events of ada = 0; "
			 "latest[events] of ada = 0\n"
			 "2014-01-22 08:00  comment  level 1, stored  -                     events of ada = "
			 "1; latest[events] of ada = 1390291200000000\n");
}

Test(command_explain, a_failure_says_why)
{
	earn("{\"event\":\"visit\",\"user\":\"ada\",\"at\":\"2014-01-21T08:00:00Z\"}\n");
	expect_explained(
		0, "ada", "told",
		"ada does not hold \"told\".\n"
		"\n"
		"when (UTC)        event  answer                    held  the event said  memory said\n"
		"2014-01-21 08:00  visit  failed: told you so, ada  -                     told of ada = 0\n");
}

Test(command_explain, since_and_limit)
{
	earn(POINTS("e1", "1", "21") POINTS("e2", "2", "22") POINTS("e3", "3", "23"));
	command_outcome outcome = run("", "explain", "--since", "2014-01-23T00:00:00Z", "ada", "points", NULL);
	expect_out(outcome, "ada does not hold \"points\".\n"
			    "\n"
			    "when (UTC)        event              answer      held  the event said  memory said\n"
			    "2014-01-23 20:26  points_awarded e3  not earned  -     points=3        \n");
	finish(&outcome);
	outcome = run("", "explain", "--limit", "1", "ada", "points", NULL);
	expect_out(outcome, "ada does not hold \"points\".\n"
			    "\n"
			    "2 earlier ones left out (--limit)\n"
			    "when (UTC)        event              answer      held  the event said  memory said\n"
			    "2014-01-23 20:26  points_awarded e3  not earned  -     points=3        \n");
	finish(&outcome);
}

/* ---- not awarded ---- */

Test(command_explain, no_such_event_has_come)
{
	earn(COMMENT("ada", "21"));
	expect_explained(0, "ada", "points",
			 "ada does not hold \"points\".\n"
			 "No event \"points_awarded\" of ada has come in the AGE that the journal reaches back "
			 "(to NOW              UTC), nor of anybody else.\n");
	earn(POINTS("e1", "1", "21") COMMENT("bob", "21"));
	expect_explained(0, "bob", "points",
			 "bob does not hold \"points\".\n"
			 "No event \"points_awarded\" of bob has come in the AGE that the journal reaches back "
			 "(to NOW              UTC); of others the last came NOW              UTC.\n");
}

Test(command_explain, the_journal_is_empty_or_off)
{
	command_outcome outcome =
		run("", "award", "ada", "points", "--note", "for years", "--at", "2014-01-21T20:26:05Z", NULL);
	finish(&outcome);
	earn("");
	outcome = run("", "award", "ada", "points", "--note", "for years", "--at", "2014-01-21T20:26:05Z", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	static const char granted[] =
		"ada holds \"points\", at the highest level 1 of 3, since 2014-01-21 20:26 UTC, "
		"granted by a person: for years.\n";
	static const char table[] = "\n"
				    "when (UTC)        what     award   level  for  event             note\n"
				    "2014-01-21 20:26  granted  Bronze      1       brabeion.granted  for years\n";
	char expected[2000];
	snprintf(expected, sizeof expected,
		 "%sThe journal is on, and empty: no event that a badge listens to has come since.\n"
		 "It listens to points_awarded.\n%s",
		 granted, table);
	expect_explained(0, "ada", "points", expected);
	write_file("badges.yaml", BADGES_YAML);
	snprintf(expected, sizeof expected,
		 "%sThe journal is off: what was judged is not recorded. \"journal: keep 30d\" in badges.yaml\n"
		 "records what comes from now on.\n"
		 "It listens to points_awarded.\n%s",
		 granted, table);
	expect_explained(0, "ada", "points", expected);
}

/* ---- obstacles ---- */

Test(command_explain, revoked_and_not_earned_again)
{
	earn(POINTS("e1", "5001", "21"));
	command_outcome outcome = run("", "revoke", "ada", "points", "--note", "cheated", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	earn(POINTS("e2", "5001", "22"));
	expect_explained(
		0, "ada", "points",
		"ada does not hold \"points\".\n"
		"It was revoked, and is not earned again: badges.yaml has no \"rearn: true\" for it.\n"
		"\n"
		"when (UTC)        what    award   level  for  event              note\n"
		"2014-01-21 20:26  earned  Bronze      1       points_awarded e1  \n"
		"NOW               lost    Bronze      1                          cheated\n"
		"\n"
		"when (UTC)        event              answer                   held  the event said  memory said\n"
		"2014-01-21 20:26  points_awarded e1  level 1, stored          -     points=5001     \n"
		"2014-01-22 20:26  points_awarded e2  level 1, revoked before  -     points=5001     \n");
}

Test(command_explain, not_loaded_and_not_known)
{
	earn(POINTS("e1", "5001", "21"));
	expect_explained(
		1, "adda", "pionts",
		"The badge \"pionts\" is not loaded: no badge of badges.yaml has that slug (did you mean "
		"\"points\"?).\n"
		"Nobody called \"adda\" is on record (did you mean \"ada\"?): no award, and no event that was "
		"recorded or had an id.\n");
	write_file("badges.yaml", "plugin_path: \"" BRB_BUILD_DIR "/tests/plugins\"\ncache_dir: cache\n"
				  "plugins: [{file: answers.so}]\n");
	command_outcome outcome = run("", "explain", "ada", "points", NULL);
	expect_exit(outcome, 0);
	blur(outcome.out);
	static const char begin[] =
		"The badge \"points\" is not loaded: no badge of badges.yaml has that slug.\n"
		"It was loaded before; what was earned stays.\n"
		"ada holds \"points\", since 2014-01-21 20:26 UTC, by event \"points_awarded\" with "
		"id \"e1\".\n"
		"The journal is off: what was judged since it was turned off is not recorded.";
	cr_expect_eq(strncmp(outcome.out, begin, strlen(begin)), 0, "%s", outcome.out);
	finish(&outcome);
}

Test(command_explain, a_plugin_that_is_refused)
{
	earn("");
	write_file("badges.yaml", "plugins: [{file: nowhere.so}]\n");
	command_outcome outcome = run("", "explain", "ada", "points", NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "");
	expect_err(outcome, "badges.yaml:1:18: plugin \"nowhere.so\": no such file");
	expect_err(outcome, "No badge is loaded until that is fixed; a running server keeps the badges that it has "
			    "loaded.\n");
	finish(&outcome);
}

Test(command_explain, quarantined)
{
	write_file("badges.yaml", JOURNAL_YAML "quarantine: { failures: 1 }\n");
	earn("{\"event\":\"visit\",\"user\":\"ada\",\"at\":\"2014-01-21T08:00:00Z\"}\n"
	     "{\"event\":\"visit\",\"user\":\"ada\",\"at\":\"2014-01-22T08:00:00Z\"}\n");
	expect_explained(
		0, "ada", "told",
		"The badge is quarantined since NOW              UTC: it failed for 1 user on event \"visit\": told "
		"you so, ada.\n"
		"Until \"brabeion release told\" or a reload it judges nothing.\n"
		"ada does not hold \"told\".\n"
		"\n"
		"when (UTC)        event  answer                         held  the event said  memory said\n"
		"2014-01-21 08:00  visit  failed: told you so, ada       -                     told of ada = 0\n"
		"2014-01-22 08:00  visit  not asked: it was quarantined  -                     \n");
	command_outcome outcome = run("", "explain", "--json", "ada", "told", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "\"answer\":\"quarantined\""), "%s", outcome.out);
	finish(&outcome);
}

/* ---- the command ---- */

Test(command_explain, as_json)
{
	earn(COMMENT("ada", "21"));
	command_outcome outcome = run("", "explain", "--json", "ada", "commentator", NULL);
	expect_exit(outcome, 0);
	static const char begin[] =
		"{\"user\":\"ada\",\"user_known\":true,\"badge\":\"commentator\",\"loaded\":true,\"on_record\":true,"
		"\"plugin\":\"threshold\",\"plugin_file\":\"";
	cr_expect_eq(strncmp(outcome.out, begin, strlen(begin)), 0, "%s", outcome.out);
	static const char end[] =
		"\"event\":\"comment\",\"id\":\"\",\"at\":\"2014-01-21T08:00:00.000Z\",\"state\":{},\"verdicts\":[{"
		"\"answer\":\"not earned\",\"level\":0,\"held_level\":0,\"stored\":false,\"held_already\":false,"
		"\"lapsed\":false,\"read\":[{\"kind\":\"tally\",\"name\":\"events\",\"user\":\"ada\","
		"\"value\":0},{\"kind\":\"tally\",\"name\":\"latest\",\"user\":\"ada\",\"key\":\"events\","
		"\"value\":0}],\"reads_left_out\":0}]}]}\n";
	const char *found = strstr(outcome.out, "\"event\":\"comment\",\"id\"");
	cr_assert_not_null(found, "%s", outcome.out);
	cr_expect_str_eq(found, end);
	finish(&outcome);
}

Test(command_explain, wrong_words)
{
	earn("");
	command_outcome outcome = run("", "explain", "ada", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion explain: BADGE is missing\nTry \"brabeion explain --help\".\n");
	finish(&outcome);
	outcome = run("", "explain", "--since", "noon", "ada", "points", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion explain: --since: expected a time like 2014-01-21T20:26:05Z, not noon\n");
	finish(&outcome);
}

/* ---- badges without C -------------------------------------------------------------------------------------------- */

#define LIKED_YAML                                                                                                   \
	BADGES_YAML "  - file: rules.so\n    badges:\n      - badge: every-event\n        slug: liked\n"             \
		    "        events: [like]\n        settings: { to: author, where: { score: { at_least: 10 } } }\n" \
		    "journal: keep 30d\n"
#define LIKE(score, second)                                                                          \
	"{\"event\":\"like\",\"user\":\"ben\",\"author\":\"ada\",\"at\":\"2014-01-01T08:00:0" second \
	"Z\",\"score\":" score "}\n"

Test(command_explain, an_event_of_another_that_did_not_fit_and_one_that_did)
{
	write_file("badges.yaml", LIKED_YAML);
	earn(LIKE("8", "1") LIKE("12", "2"));
	command_outcome outcome = run("", "explain", "ada", "liked", NULL);
	cr_expect_eq(outcome.exit_code, 0, "%s", outcome.err);
	cr_expect(strstr(outcome.out, "unchanged: score is 8, from 10 is needed"), "%s", outcome.out);
	cr_expect(strstr(outcome.out, "level 1 for ada, stored"), "%s", outcome.out);
	cr_expect_null(strstr(outcome.out, "No event"), "others have sent those for ada");
	finish(&outcome);
}
