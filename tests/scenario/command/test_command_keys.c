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
