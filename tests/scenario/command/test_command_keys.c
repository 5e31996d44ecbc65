/*
 * test_command_keys: what the keys of a badge that the engine itself understands do, as the command shows it.
 */
#include "support/command.h"

#define HEAD "database: badges.db\nplugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\ncache_dir: cache\nplugins:\n"

TestSuite(command_keys, .init = enter, .fini = leave);

/* Runs the command on what has been written to badges.yaml. */
static void expect_output(const char *input, const char *word, const char *argument, const char *out)
{
	command_outcome outcome = run(input, word, argument, NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, out);
	finish(&outcome);
}

/* ---- levels by a pattern ---- */

Test(command_keys, levels_by_a_pattern_are_earned_like_others)
{
	write_file("x.yaml", "plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
			     "plugins:\n"
			     "  - file: threshold.so\n"
			     "    badges:\n"
			     "      - badge: threshold\n"
			     "        slug: crawler\n"
			     "        events: [visit]\n"
			     "        levels: { name: 'Pub Crawler {n}' }\n"
			     "        settings: { count: distinct, field: pub, at: [1, 2] }\n"
			     "scenarios:\n"
			     "  - name: two pubs\n"
			     "    steps:\n"
			     "      - { event: visit, pub: anchor }\n"
			     "      - earns: crawler 1\n"
			     "      - { event: visit, pub: bell }\n"
			     "      - earns: crawler 2\n");
	expect_output("", "try", "x.yaml", "x.yaml\n  ok      two pubs\n1 passed, 0 failed\n");
}

Test(command_keys, an_award_has_the_name_that_the_pattern_gives)
{
	write_file(
		"badges.yaml", HEAD
		"  - file: threshold.so\n"
		"    badges:\n"
		"      - badge: threshold\n"
		"        slug: crawler\n"
		"        events: [visit]\n"
		"        levels: { name: { en: 'Pub Crawler {n}', de: '{n} Kneipen' }, description: 'No. {level}' }\n"
		"        settings: { at: [2] }\n");
	expect_output(
		"{\"event\":\"visit\",\"user\":\"ada\",\"at\":\"2026-01-01T00:00:00Z\"}\n"
		"{\"event\":\"visit\",\"user\":\"ada\",\"at\":\"2026-01-02T00:00:00Z\"}\n",
		"run", NULL,
		"{\"user\":\"ada\",\"badge\":\"crawler\",\"level\":1,\"name\":\"Pub Crawler 2\",\"reason\":\"\","
		"\"at\":\"2026-01-02T00:00:00.000Z\",\"event\":\"visit\",\"event_id\":\"\"}\n");
	expect_output("", "show", "ada",
		      "ada holds 1 award\n\n"
		      "earned (UTC)      award          badge    level  what for\n"
		      "2026-01-02 00:00  Pub Crawler 2  crawler      1  No. 1\n");
	expect_output("", "badges", "--lang=de",
		      "badge    levels     events  plugin     holders\n"
		      "crawler  2 Kneipen  visit   threshold        1\n");
}

/* ---- retired, hidden, earnable for a time ---- */

#define COMMENTED(at) "{\"event\":\"comment\",\"user\":\"ada\",\"at\":\"" at "\"}\n"

static void write_keys(void)
{
	write_file(
		"badges.yaml", HEAD
		"  - file: threshold.so\n"
		"    badges:\n"
		"      - { badge: threshold, slug: plain, events: [comment], levels: [Plain], settings: { at: [3] } "
		"}\n"
		"      - { badge: threshold, slug: xmas, events: [comment], levels: [Merry], settings: { at: [3] },\n"
		"          earnable: { from: 2015-12-01, until: 2016-01-01 } }\n"
		"      - { badge: threshold, slug: egg, events: [comment], levels: [Egg], settings: { at: [2] },\n"
		"          hidden: true, earnable: { from: 2015-12-24 } }\n"
		"      - { badge: threshold, slug: old, events: [comment], levels: [Old], retired: true }\n");
}

Test(command_keys, are_listed_for_operators)
{
	static const char marked[] = "  xmas: earnable from 2015-12-01 00:00 until 2016-01-01 00:00 UTC\n"
				     "  egg: hidden, earnable from 2015-12-24 00:00 UTC\n"
				     "  old: retired\n";
	char expected[1024];
	write_keys();
	snprintf(expected, sizeof expected,
		 "badge  levels  events   plugin     holders\n"
		 "plain  Plain   comment  threshold        0\n"
		 "xmas   Merry   comment  threshold        0\n"
		 "egg    Egg     comment  threshold        0\n"
		 "old    Old     comment  threshold        0\n\n"
		 "retired, hidden, or earnable for a time:\n%s",
		 marked);
	expect_output("", "badges", NULL, expected);
	snprintf(expected, sizeof expected, "badges.yaml: 4 badges in 1 plugin, fine\n%s", marked);
	expect_output("", "check", NULL, expected);
	expect_output("", "check", "--json",
		      "{\"config\":\"badges.yaml\",\"fine\":true,\"badges\":4,\"plugins\":1,\"retired\":[\"old\"],"
		      "\"hidden\":[\"egg\"],\"errors\":[],\"warnings\":[],\"notes\":[]}\n");
}

Test(command_keys, are_not_told_to_users_before_the_badge_is_earned)
{
	write_keys();
	expect_output(COMMENTED("2015-12-23T00:00:00Z"), "run", NULL, "");
	command_outcome outcome = run("", "show", "--progress", "ada", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "ada has 1 badge to go for\n\n"
			    "next   badge  how far                           what for\n"
			    "Plain  plain  ######..............  33%  1 / 3  \n");
	finish(&outcome);
	expect_output(COMMENTED("2015-12-24T00:00:00Z") COMMENTED("2016-01-02T00:00:00Z"), "run", NULL,
		      "{\"user\":\"ada\",\"badge\":\"plain\",\"level\":1,\"name\":\"Plain\",\"reason\":\"\","
		      "\"at\":\"2016-01-02T00:00:00.000Z\",\"event\":\"comment\",\"event_id\":\"\"}\n"
		      "{\"user\":\"ada\",\"badge\":\"egg\",\"level\":1,\"name\":\"Egg\",\"reason\":\"\","
		      "\"at\":\"2016-01-02T00:00:00.000Z\",\"event\":\"comment\",\"event_id\":\"\"}\n");
	outcome = run("", "show", "--progress", "ada", "--json", NULL);
	expect_exit(outcome, 0);
	expect_out(
		outcome,
		"{\"user\":\"ada\",\"progress\":["
		"{\"badge\":\"plain\",\"held\":1,\"held_level\":1,\"levels\":1},"
		"{\"badge\":\"xmas\",\"held\":0,\"held_level\":0,\"levels\":1,\"earnable\":"
		"{\"from\":\"2015-12-01T00:00:00.000Z\",\"until\":\"2016-01-01T00:00:00.000Z\"},\"ended\":true},"
		"{\"badge\":\"egg\",\"held\":1,\"held_level\":1,\"levels\":1,\"hidden\":true,\"earnable\":"
		"{\"from\":\"2015-12-24T00:00:00.000Z\"}},"
		"{\"badge\":\"old\",\"held\":0,\"held_level\":0,\"levels\":1,\"retired\":true,\"ended\":true}]}\n");
	finish(&outcome);
}

static void expect_explained(const char *badge, const char *out)
{
	command_outcome outcome = run("", "explain", "ada", badge, NULL);
	cr_expect_not_null(strstr(outcome.out, out), "%s", outcome.out);
	finish(&outcome);
}

Test(command_keys, are_explained)
{
	write_keys();
	expect_output(COMMENTED("2015-12-23T00:00:00Z"), "run", NULL, "");
	expect_explained("xmas",
			 "The badge is earnable from 2015-12-01 00:00 until 2016-01-01 00:00 UTC: no longer. Events "
			 "outside that time do not count for it.\n");
	expect_explained("egg",
			 "The badge is earnable from 2015-12-24 00:00 UTC. Events outside that time do not count "
			 "for it.\nThe badge is hidden (hidden: true) from those who have not earned it.\n");
	expect_explained(
		"old",
		"The badge is retired (retired: true): who holds it keeps it, and nobody earns it any more.\n");
}

Test(command_keys, are_used_by_scenarios)
{
	write_file(
		"x.yaml",
		"plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
		"plugins:\n"
		"  - file: threshold.so\n"
		"    badges:\n"
		"      - { badge: threshold, slug: xmas, events: [comment], levels: [Merry], settings: { at: [2] },\n"
		"          hidden: true, earnable: { from: 2024-01-02, until: 2024-01-04 } }\n"
		"      - { badge: threshold, slug: old, events: [vote], levels: [Old], retired: true }\n"
		"scenarios:\n"
		"  - name: two days\n"
		"    steps:\n"
		"      - { repeat: 4, steps: [{ event: comment, at: day 1 }, { event: vote, at: day 1 }] }\n"
		"      - earns: []\n"
		"      - { event: comment, at: day 2 }\n"
		"      - { event: comment, at: day 3 }\n"
		"      - earns: xmas\n"
		"  - name: not told\n"
		"    steps:\n"
		"      - { event: comment, at: day 2 }\n"
		"      - progress: { badge: xmas, done: 1, goal: 2 }\n");
	command_outcome outcome = run("", "try", "x.yaml", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome,
		   "x.yaml\n"
		   "  ok      two days\n"
		   "  FAILED  not told\n"
		   "    x.yaml:19: after event 1 (comment of ada, 2024-01-02T00:00:00.000Z): progress is not as "
		   "expected\n"
		   "      - xmas of ada: 1 of 2\n"
		   "      + xmas of ada is not told: it is hidden until it is earned\n"
		   "1 passed, 1 failed\n");
	finish(&outcome);
}

/* ---- brabeion.lapsed and brabeion.revoked ---- */

Test(command_keys, a_collection_follows_what_its_badges_lose)
{
	write_file(
		"x.yaml",
		"plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
		"plugins:\n"
		"  - file: threshold.so\n"
		"    badges:\n"
		"      - { badge: threshold, slug: busy, events: [comment], levels: [Busy], temporary: true,\n"
		"          settings: { at: [2], within: { days: 1 } } }\n"
		"      - { badge: threshold, slug: liked, events: [like], levels: [Liked], settings: { at: [1] } }\n"
		"      - { badge: threshold, slug: unlucky, events: [brabeion.lapsed], levels: [Unlucky],\n"
		"          settings: { at: [2] } }\n"
		"  - file: collection.so\n"
		"    badges:\n"
		"      - { badge: collection, slug: both, temporary: true, levels: [Both],\n"
		"          events: [brabeion.awarded, brabeion.lapsed, brabeion.revoked],\n"
		"          settings: { of: [busy, liked] } }\n"
		"scenarios:\n"
		"  - name: lost again\n"
		"    steps:\n"
		"      - { event: like }\n"
		"      - { repeat: 2, steps: [{ event: comment }] }\n"
		"      - earns: [liked, busy, both]\n"
		"      - { event: comment, at: day 3 }\n"
		"      - lapses: [busy, both]\n"
		"        earns: unlucky\n");
	expect_output("", "try", "x.yaml", "x.yaml\n  ok      lost again\n1 passed, 0 failed\n");
}
