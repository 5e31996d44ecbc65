/*
 * test_config: reading badges.yaml, and the messages for its faults.
 *
 * Each test has a folder of its own, with plugins/streak.so, plugins/points.so, plugins/threshold.so and more/addict.so
 * in it. They are empty: this room looks for files, not into them.
 */
#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"
#include "support/open_config.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static char folder[64];

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file, "%s", path);
	cr_assert_geq(fputs(text, file), 0);
	cr_assert_eq(fclose(file), 0);
}

static void enter(void)
{
	const char *place = getenv("TMPDIR");
	cr_assert_lt(snprintf(folder, sizeof folder, "%s/brabeion-config-XXXXXX", place ? place : "/tmp"),
		     (int)sizeof folder);
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(mkdir("plugins", 0755), 0);
	cr_assert_eq(mkdir("more", 0755), 0);
	write_file("plugins/streak.so", "");
	write_file("plugins/points.so", "");
	write_file("plugins/threshold.so", "");
	write_file("more/addict.so", "");
	unsetenv("BRABEION_PLUGIN_PATH");
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *level)
{
	(void)facts, (void)kind, (void)level;
	return remove(path);
}

static void leave(void)
{
	cr_assert_eq(chdir("/"), 0);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(config, .init = enter, .fini = leave);

static brb_config *opened(const char *text)
{
	brb_config *config = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	write_file("badges.yaml", text);
	brabeion_status status = open_config("badges.yaml", NULL, &config, &error);
	cr_assert_eq(status, BRABEION_OK, "%s", error.message ? error.message : "");
	return config;
}

static void expect_fault_of_file(const char *path, const char *installed, const char *message)
{
	brb_config *config = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = open_config(path, installed, &config, &error);
	cr_expect_eq(status, BRABEION_CONFIG);
	cr_expect_null(config);
	cr_expect_str_eq(error.message ? error.message : "(none)", message, "expected\n%s\ngot\n%s", message,
			 error.message ? error.message : "(none)");
	brabeion_error_finish(&error);
	brb_config_close(config);
}

static void expect_fault(const char *text, const char *message)
{
	write_file("badges.yaml", text);
	expect_fault_of_file("badges.yaml", NULL, message);
}

/* A file whose one badge has these lines. The badge's keys begin at 6:9. */
#define BADGE_FILE(lines)          \
	"plugin_path: plugins\n"   \
	"plugins:\n"               \
	"  - file: threshold.so\n" \
	"    settings: {}\n"       \
	"    badges:\n"            \
	"      - badge: threshold\n" lines

/* A file that is valid but for these lines, which begin at 3:1. */
#define TOP_FILE(lines) "plugin_path: plugins\nplugins: [{file: points.so}]\n" lines

/* ---- valid files ------------------------------------------------------------------------------------------------ */

Test(config, what_is_left_out_has_its_default)
{
	brb_config *config = opened(TOP_FILE(""));
	cr_expect_str_eq(config->name, "badges.yaml");
	cr_expect_str_eq(config->database, "badges.db");
	cr_expect_eq(config->synchronous, BRB_CONFIG_NORMAL);
	cr_expect_eq(config->busy_timeout_ms, 5000);
	cr_expect_eq(config->retention_us, INT64_C(2592000000000));
	cr_expect_eq(config->future_us, INT64_C(86400000000));
	cr_expect_null(config->cache_dir);
	cr_expect_eq(config->probe_ms, 5000);
	cr_expect_null(config->plugins[0].sha256);
	cr_expect_eq(config->jobs.workers, 1);
	cr_expect_eq(config->jobs.attempts_most, 5);
	cr_expect_eq(config->jobs.lease_us, 30000000);
	cr_expect_eq(config->jobs.time_limit_us, 60000000);
	cr_expect_eq(config->jobs.backoff_us, 1000000);
	cr_expect_eq(config->jobs.grace_us, 10000000);
	cr_expect_eq(config->plugin_count, 1);
	cr_expect_str_eq(config->plugins[0].file, "points.so");
	cr_expect_str_eq(config->plugins[0].path, "plugins/points.so");
	cr_expect_eq(config->plugins[0].file_at.line, 2);
	cr_expect_eq(config->plugins[0].file_at.column, 18);
	cr_expect_not(config->plugins[0].has_badges);
	cr_expect_null(config->plugins[0].settings);
	brb_config_close(config);
	brb_config_close(NULL);
}

Test(config, every_key_is_read)
{
	brb_config *config = opened("database: data/b.db\n"
				    "plugin_path: [more, ./plugins/]\n"
				    "synchronous: full\n"
				    "busy_timeout: 200ms\n"
				    "retention: 12h\n"
				    "cache_dir: /var/cache/b\n"
				    "workers: 0\n"
				    "jobs: { max_attempts: 9, lease: 5s, time_limit: 3m, backoff: 20ms, grace: 0s }\n"
				    "plugins:\n"
				    "  - file: threshold.so\n"
				    "    settings: { deep: [1, { x: y }] }\n"
				    "    badges:\n"
				    "      - badge: threshold\n"
				    "        slug: commentator\n"
				    "        events: [comment, brabeion.awarded]\n"
				    "        levels:\n"
				    "          - { name: Commentator, description: Left ten comments }\n"
				    "          - Chatterbox\n"
				    "        settings: { count: events, at: [10, 20] }\n"
				    "      - badge: threshold\n"
				    "        events: vote\n"
				    "  - file: addict.so\n"
				    "future: 10m\n");
	cr_expect_str_eq(config->database, "data/b.db");
	cr_expect_eq(config->synchronous, BRB_CONFIG_FULL);
	cr_expect_eq(config->busy_timeout_ms, 200);
	cr_expect_eq(config->retention_us, INT64_C(43200000000));
	cr_expect_eq(config->future_us, INT64_C(600000000));
	cr_expect_str_eq(config->cache_dir, "/var/cache/b");
	cr_expect_eq(config->jobs.workers, 0);
	cr_expect_eq(config->jobs.attempts_most, 9);
	cr_expect_eq(config->jobs.lease_us, 5000000);
	cr_expect_eq(config->jobs.time_limit_us, 180000000);
	cr_expect_eq(config->jobs.backoff_us, 20000);
	cr_expect_eq(config->jobs.grace_us, 0);
	cr_assert_eq(config->plugin_count, 2);
	const brb_config_plugin *plugin = &config->plugins[0];
	cr_expect_str_eq(plugin->path, "./plugins/threshold.so");
	cr_expect_eq(plugin->at.line, 10);
	cr_expect_eq(plugin->at.column, 5);
	cr_expect_str_eq(brb_yaml_get(brb_yaml_get(plugin->settings, "deep")->items[1], "x")->text, "y");
	cr_expect(plugin->has_badges);
	cr_assert_eq(plugin->badge_count, 2);
	const brb_config_badge *badge = &plugin->badges[0];
	cr_expect_str_eq(badge->badge, "threshold");
	cr_expect_str_eq(badge->slug, "commentator");
	cr_expect_eq(badge->slug_at.line, 14);
	cr_expect_eq(badge->slug_at.column, 15);
	cr_assert_eq(badge->event_count, 2);
	cr_expect_str_eq(badge->events[0], "comment");
	cr_expect_str_eq(badge->events[1], "brabeion.awarded");
	cr_expect_eq(badge->events_at.line, 15);
	cr_assert_eq(badge->level_count, 2);
	cr_expect_str_eq(badge->levels[0].name.usual, "Commentator");
	cr_expect_str_eq(badge->levels[0].description.usual, "Left ten comments");
	cr_expect_str_eq(badge->levels[1].name.usual, "Chatterbox");
	cr_expect_str_eq(badge->levels[1].description.usual, "");
	cr_expect_eq(badge->levels[1].at.line, 18);
	cr_expect_eq(badge->levels_at.line, 17);
	cr_expect_eq(brb_yaml_get(badge->settings, "at")->items[1]->value.integer, 20);
	badge = &plugin->badges[1];
	cr_expect_str_eq(badge->slug, "threshold");
	cr_expect_eq(badge->slug_at.line, 20);
	cr_assert_eq(badge->event_count, 1);
	cr_expect_str_eq(badge->events[0], "vote");
	cr_expect_null(badge->levels);
	cr_expect_null(badge->settings);
	cr_expect_str_eq(config->plugins[1].path, "more/addict.so");
	brb_config_close(config);
}

Test(config, a_badge_is_async_or_not_where_it_says_so)
{
	static const struct {
		const char *lines;
		bool has_async, async;
	} cases[] = {
		{ "", false, false },
		{ "        async: true\n", true, true },
		{ "        async: false\n", true, false },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[256];
		snprintf(text, sizeof text, "%s%s", BADGE_FILE(""), cases[i].lines);
		brb_config *config = opened(text);
		cr_expect_eq(config->plugins[0].badges[0].has_async, cases[i].has_async, "%s", cases[i].lines);
		cr_expect_eq(config->plugins[0].badges[0].async, cases[i].async, "%s", cases[i].lines);
		brb_config_close(config);
	}
	expect_fault(BADGE_FILE("        async: 1\n"),
		     "badges.yaml:7:16: \"async\" must be true or false, not an integer");
	expect_fault(BADGE_FILE("        asynch: true\n"),
		     "badges.yaml:7:9: unknown key \"asynch\" (did you mean \"async\"?)");
}

Test(config, a_badge_may_be_earned_again_where_it_says_so)
{
	static const struct {
		const char *lines;
		bool rearn;
	} cases[] = {
		{ "", false },
		{ "        rearn: true\n", true },
		{ "        rearn: false\n", false },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[256];
		snprintf(text, sizeof text, "%s%s", BADGE_FILE(""), cases[i].lines);
		brb_config *config = opened(text);
		cr_expect_eq(config->plugins[0].badges[0].rearn, cases[i].rearn, "%s", cases[i].lines);
		brb_config_close(config);
	}
	expect_fault(BADGE_FILE("        rearn: 1\n"),
		     "badges.yaml:7:16: \"rearn\" must be true or false, not an integer");
	expect_fault(BADGE_FILE("        rearn: 'true'\n"),
		     "badges.yaml:7:16: \"rearn\" must be true or false, not text");
	expect_fault(BADGE_FILE("        rearn:\n"),
		     "badges.yaml:7:15: \"rearn\" must be true or false, not nothing");
	expect_fault(BADGE_FILE("        rearn: *again\n"),
		     "badges.yaml:7:16: alias \"*again\" has no anchor before it");
	expect_fault(BADGE_FILE("        reearn: true\n"),
		     "badges.yaml:7:9: unknown key \"reearn\" (did you mean \"rearn\"?)");
}

Test(config, whether_a_badge_lapses)
{
	static const struct {
		const char *lines;
		bool temporary;
	} cases[] = {
		{ "", false },
		{ "        temporary: true\n", true },
		{ "        temporary: false\n", false },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[256];
		snprintf(text, sizeof text, "%s%s", BADGE_FILE(""), cases[i].lines);
		brb_config *config = opened(text);
		cr_expect_eq(config->plugins[0].badges[0].temporary, cases[i].temporary, "%s", cases[i].lines);
		brb_config_close(config);
	}
	expect_fault(BADGE_FILE("        temporary: 7d\n"),
		     "badges.yaml:7:20: \"temporary\" must be true or false, not text");
}

/* ---- quarantine ------------------------------------------------------------------------------------------------- */

static void expect_quarantine(const brb_config_quarantine *got, uint32_t failures, uint32_t overruns,
			      int64_t budget_us)
{
	cr_expect_eq(got->failures, failures, "%u failures", got->failures);
	cr_expect_eq(got->overruns, overruns, "%u overruns", got->overruns);
	cr_expect_eq(got->budget_us, budget_us, "budget of %lld us", (long long)got->budget_us);
}

Test(config, quarantine_is_read_and_each_part_may_be_left_out_or_off)
{
	static const struct {
		const char *line;
		uint32_t failures, overruns;
		int64_t budget_us;
	} cases[] = {
		{ "", 100, 10, 1000000 },
		{ "quarantine: { failures: 7, overruns: 3, budget: 50ms }\n", 7, 3, 50000 },
		{ "quarantine: { failures: 1000000 }\n", 1000000, 10, 1000000 },
		{ "quarantine: { budget: 1h }\n", 100, 10, INT64_C(3600000000) },
		{ "quarantine: off\n", 0, 0, 0 },
		{ "quarantine: { failures: off }\n", 0, 10, 1000000 },
		{ "quarantine: { failures: 0, overruns: 0, budget: 0 }\n", 0, 0, 0 },
		{ "quarantine: { overruns: off, budget: off }\n", 100, 0, 0 },
		{ "quarantine: {}\n", 100, 10, 1000000 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[256];
		snprintf(text, sizeof text, "%s%s", TOP_FILE(""), cases[i].line);
		brb_config *config = opened(text);
		expect_quarantine(&config->quarantine, cases[i].failures, cases[i].overruns, cases[i].budget_us);
		brb_config_close(config);
	}
}

/* The file's own quarantine comes after the plugins, and still applies. */
Test(config, a_badges_quarantine_changes_what_it_names)
{
	brb_config *config = opened(BADGE_FILE("        quarantine: { budget: 5ms }\n"
					       "      - { badge: threshold, slug: b }\n"
					       "      - { badge: threshold, slug: c, quarantine: off }\n"
					       "quarantine: { failures: 7 }\n"));
	const brb_config_badge *badges = config->plugins[0].badges;
	expect_quarantine(&badges[0].quarantine, 7, 10, 5000);
	expect_quarantine(&badges[1].quarantine, 7, 10, 1000000);
	expect_quarantine(&badges[2].quarantine, 0, 0, 0);
	brb_config_close(config);
}

Test(config, wrong_quarantines_are_refused)
{
	expect_fault(TOP_FILE("quarantine: on\n"),
		     "badges.yaml:3:13: \"quarantine\" must be off, or a mapping of keys to values, not text");
	expect_fault(TOP_FILE("quarantine: 5\n"),
		     "badges.yaml:3:13: \"quarantine\" must be off, or a mapping of keys to values, not an integer");
	expect_fault(TOP_FILE("quarantine: { failure: 5 }\n"),
		     "badges.yaml:3:15: unknown key \"failure\" (did you mean \"failures\"?)");
	expect_fault(TOP_FILE("quarantine: { failures: -1 }\n"),
		     "badges.yaml:3:25: \"failures\" must be 1 to 1000000, or off, not -1");
	expect_fault(TOP_FILE("quarantine: { overruns: 1000001 }\n"),
		     "badges.yaml:3:25: \"overruns\" must be 1 to 1000000, or off, not 1000001");
	expect_fault(TOP_FILE("quarantine: { overruns: often }\n"),
		     "badges.yaml:3:25: \"overruns\" must be a number, or off, not text");
	expect_fault(TOP_FILE("quarantine: { budget: 61m }\n"),
		     "badges.yaml:3:23: \"budget\" must be at most 1h, or off, not 61m");
	expect_fault(TOP_FILE("quarantine: { budget: 5 }\n"),
		     "badges.yaml:3:23: \"budget\" must be a duration such as 100ms, or off, not an integer");
	expect_fault(BADGE_FILE("        quarantine: never\n"),
		     "badges.yaml:7:21: \"quarantine\" must be off, or a mapping of keys to values, not text");
}

Test(config, durations_have_units)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{ "0s", 0 },
		{ "1ms", 1000 },
		{ "90s", 90000000 },
		{ "5m", 300000000 },
		{ "12h", INT64_C(43200000000) },
		{ "30d", INT64_C(2592000000000) },
		{ "2w", INT64_C(1209600000000) },
		{ "36500d", INT64_C(3153600000000000) },
		{ "forever", INT64_MAX },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[128];
		snprintf(text, sizeof text, TOP_FILE("retention: %s\n"), cases[i].text);
		brb_config *config = opened(text);
		cr_expect_eq(config->retention_us, cases[i].us, "%s", cases[i].text);
		brb_config_close(config);
	}
	brb_config *config = opened(TOP_FILE("busy_timeout: 1h\n"));
	cr_expect_eq(config->busy_timeout_ms, 3600000);
	brb_config_close(config);
}

Test(config, paths_start_at_the_files_folder)
{
	brb_config *config = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(mkdir("etc", 0755), 0);
	write_file("etc/badges.yaml", "database: b.db\ncache_dir: cache\nplugin_path: [/nowhere, ../plugins]\n"
				      "plugins: [{file: points.so}, {file: ../more/addict.so}]\n");
	cr_assert_eq(open_config("etc/badges.yaml", NULL, &config, &error), BRABEION_OK, "%s", error.message);
	cr_expect_str_eq(config->name, "etc/badges.yaml");
	cr_expect_str_eq(config->database, "etc/b.db");
	cr_expect_str_eq(config->cache_dir, "etc/cache");
	cr_expect_str_eq(config->plugins[0].path, "etc/../plugins/points.so");
	cr_expect_str_eq(config->plugins[1].path, "etc/../more/addict.so");
	brb_config_close(config);
	write_file("etc/badges.yaml", "database: /var/b.db\nplugins: [{file: ../plugins/points.so}]\n");
	cr_assert_eq(open_config("etc/badges.yaml", NULL, &config, &error), BRABEION_OK, "%s", error.message);
	cr_expect_str_eq(config->database, "/var/b.db");
	brb_config_close(config);
}

Test(config, plugins_are_searched_in_order)
{
	brb_config *config = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	write_file("more/points.so", "");
	write_file("more/last.so", "");
	cr_assert_eq(mkdir("third", 0755), 0);
	write_file("third/last.so", "");
	write_file("third/installed.so", "");
	write_file("badges.yaml",
		   "plugins: [{file: points.so}, {file: last.so}, {file: installed.so}]\nplugin_path: [plugins]\n");
	setenv("BRABEION_PLUGIN_PATH", ":nowhere:more:", 1);
	cr_assert_eq(open_config("badges.yaml", "third", &config, &error), BRABEION_OK, "%s", error.message);
	cr_expect_str_eq(config->plugins[0].path, "plugins/points.so");
	cr_expect_str_eq(config->plugins[1].path, "more/last.so");
	cr_expect_str_eq(config->plugins[2].path, "third/installed.so");
	brb_config_close(config);
}

Test(config, windows_line_ends_a_byte_order_mark_and_aliases_are_fine)
{
	brb_config *config = opened("\xef\xbb\xbfplugin_path: plugins\r\nplugins:\r\n  - file: threshold.so\r\n"
				    "    badges:\r\n"
				    "      - {badge: a, levels: &l [One, Two], settings: &s {count: events}}\r\n"
				    "      - {badge: b, levels: *l, settings: *s}\r\n");
	cr_expect_str_eq(config->plugins[0].badges[1].levels[1].name.usual, "Two");
	cr_expect_eq(config->plugins[0].badges[0].settings, config->plugins[0].badges[1].settings);
	brb_config_close(config);
}

/* ---- the file as a whole ---------------------------------------------------------------------------------------- */

Test(config, a_file_without_plugins_is_refused)
{
	expect_fault("", "badges.yaml:1:1: the file is empty: it needs at least \"plugins\"");
	expect_fault("# nothing\n", "badges.yaml:1:1: the file is empty: it needs at least \"plugins\"");
	expect_fault("- file: a.so\n", "badges.yaml:1:1: the file must be a mapping of keys to values, not a list");
	expect_fault("badges\n", "badges.yaml:1:1: the file must be a mapping of keys to values, not text");
	expect_fault("database: x.db\n", "badges.yaml:1:1: the file needs \"plugins\"");
	expect_fault("plugins: []\n", "badges.yaml:1:10: \"plugins\" is empty: list at least one plugin");
	expect_fault("plugins:\n", "badges.yaml:1:9: \"plugins\" must be a list of plugins, not nothing");
	expect_fault("plugins: points.so\n", "badges.yaml:1:10: \"plugins\" must be a list of plugins, not text");
}

Test(config, what_cannot_be_read_says_why)
{
	expect_fault_of_file("nowhere.yaml", NULL, "nowhere.yaml: No such file or directory");
	expect_fault_of_file("plugins", NULL, "plugins: Is a directory");
	expect_fault("plugins: [\n",
		     "badges.yaml:2:1: did not find expected node content (while parsing a flow node)");
	expect_fault("plugins: []\nplugins: []\n",
		     "badges.yaml:1:10: \"plugins\" is empty: list at least one plugin\n"
		     "badges.yaml:2:1: key \"plugins\" is here a second time; the first is at badges.yaml:1:1");
}

Test(config, all_faults_are_told_at_once_in_the_files_order)
{
	expect_fault(
		"databse: x.db\n"
		"retention: [30d]\n"
		"plugins:\n"
		"  - file: streek.so\n"
		"    badges:\n"
		"      - slug: Big Badge\n"
		"        events: []\n"
		"        levels: [{description: x}, 7]\n"
		"        setting: {}\n"
		"        slug: other\n"
		"  - fil: points.so\n"
		"  - 12345678901234567890\n"
		"synchronous: fast\n"
		"plugin_path: [plugins, 5]\n",
		"badges.yaml:1:1: unknown key \"databse\" (did you mean \"database\"?)\n"
		"badges.yaml:2:12: \"retention\" must be a duration such as 30d, or forever, not a list\n"
		"badges.yaml:4:11: plugin \"streek.so\": no such file in plugins (did you mean \"streak.so\"?)\n"
		"badges.yaml:6:9: a badge needs \"badge\"\n"
		"badges.yaml:6:15: \"slug\" must be 1 to 100 of a-z, 0-9, \".\", \"_\" and \"-\", not \"Big Badge\"\n"
		"badges.yaml:7:17: \"events\" is empty: leave it out, or list at least one event\n"
		"badges.yaml:8:18: a level needs \"name\"\n"
		"badges.yaml:8:36: a level must be text or a mapping with \"name\", not an integer: put it in "
		"quotes\n"
		"badges.yaml:9:9: unknown key \"setting\" (did you mean \"settings\"?)\n"
		"badges.yaml:10:9: key \"slug\" is here a second time; the first is at badges.yaml:6:9\n"
		"badges.yaml:11:5: unknown key \"fil\" (did you mean \"file\"?)\n"
		"badges.yaml:12:5: the integer 12345678901234567890 does not fit in 64 bits\n"
		"badges.yaml:13:14: \"synchronous\" must be normal or full, not \"fast\"\n"
		"badges.yaml:14:24: each of \"plugin_path\" must be text, not an integer: put it in quotes");
}

Test(config, a_hundred_faults_are_told_and_the_rest_counted)
{
	brb_builder text = { 0 }, message = { 0 };
	brb_builder_add(&text, "plugin_path: plugins\nplugins:\n");
	for (int i = 0; i < 150; i++)
		brb_builder_add(&text, "  - x\n");
	for (int i = 0; i < 100; i++)
		brb_builder_printf(&message,
				   "badges.yaml:%d:5: a plugin must be a mapping of keys to values, not text\n",
				   i + 3);
	brb_builder_add(&message, "... and 50 more");
	expect_fault(text.text, message.text);
	brb_builder_finish(&text);
	brb_builder_finish(&message);
}

Test(config, a_fault_behind_an_alias_is_told_once)
{
	expect_fault(BADGE_FILE("        levels: &l [5]\n"
				"      - badge: b\n"
				"        levels: *l\n"),
		     "badges.yaml:7:21: a level must be text or a mapping with \"name\", not an integer: put it in "
		     "quotes");
}

/* ---- the probe and the pin ---- */

static int64_t probe_ms_of(const char *text)
{
	brb_config *config = opened(text);
	int64_t probe_ms = config->probe_ms;
	brb_config_close(config);
	return probe_ms;
}

Test(config, the_probe_is_on_off_or_on_with_a_deadline)
{
	cr_expect_eq(probe_ms_of(TOP_FILE("probe: on\n")), 5000);
	cr_expect_eq(probe_ms_of(TOP_FILE("probe: off\n")), 0);
	cr_expect_eq(probe_ms_of(TOP_FILE("probe: 250ms\n")), 250);
	cr_expect_eq(probe_ms_of(TOP_FILE("probe: 10m\n")), 600000);
}

#define DIGITS "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

Test(config, a_pin_is_64_hexadecimal_digits)
{
	brb_config *config = opened("plugins:\n  - file: plugins/points.so\n    sha256: "
				    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\n");
	cr_expect_str_eq(config->plugins[0].sha256, DIGITS);
	cr_expect_eq(config->plugins[0].sha256_at.line, 3);
	cr_expect_eq(config->plugins[0].sha256_at.column, 13);
	brb_config_close(config);
	expect_fault("plugins:\n  - { file: plugins/points.so, sha256: e3b0 }\n",
		     "badges.yaml:2:40: \"sha256\" must be 64 hexadecimal digits, not \"e3b0\"");
	expect_fault("plugins:\n  - { file: plugins/points.so, sha256: " DIGITS "0 }\n",
		     "badges.yaml:2:40: \"sha256\" must be 64 hexadecimal digits, not \"" DIGITS "0\"");
	expect_fault("plugins:\n  - { file: plugins/points.so, sha256: 1234 }\n",
		     "badges.yaml:2:40: \"sha256\" must be 64 hexadecimal digits, not \"1234\"");
	expect_fault("plugins:\n  - { file: plugins/points.so, sha256: [] }\n",
		     "badges.yaml:2:40: \"sha256\" must be text of 64 hexadecimal digits, not a list");
}

Test(config, a_text_that_was_read_before_says_the_same_without_a_look_at_the_plugins)
{
	static const char text[] = "probe: 2s\nplugins:\n  - { file: nowhere.so, badges: [{badge: b}] }\n  - { file: "
				   "nowhere.so }\n";
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config *config = NULL;
	cr_assert_eq(brb_config_read_text("x/badges.yaml", text, sizeof text - 1, &config, &error), BRABEION_OK);
	cr_expect_eq(brb_config_verdict(config, &error), BRABEION_OK, "%s", error.message);
	cr_expect_eq(config->probe_ms, 2000);
	cr_assert_eq(config->plugin_count, 2);
	cr_expect_str_eq(config->plugins[0].file, "nowhere.so");
	cr_expect_null(config->plugins[0].path);
	cr_expect_str_eq(config->plugins[0].badges[0].slug, "b");
	brb_config_close(config);
}

Test(config, the_text_of_the_file_is_kept)
{
	brb_config *config = opened(TOP_FILE("probe: on\n"));
	cr_expect_eq(config->text_bytes, strlen(TOP_FILE("probe: on\n")));
	cr_expect_arr_eq(config->text, TOP_FILE("probe: on\n"), config->text_bytes);
	brb_config_close(config);
}

/* ---- top-level keys --------------------------------------------------------------------------------------------- */

Test(config, an_unknown_key_comes_with_the_nearest_or_all)
{
	expect_fault(TOP_FILE("retension: 30d\n"),
		     "badges.yaml:3:1: unknown key \"retension\" (did you mean \"retention\"?)");
	expect_fault(
		TOP_FILE("colour: red\n"),
		"badges.yaml:3:1: unknown key \"colour\" (known here: database, plugin_path, plugins, synchronous, "
		"busy_timeout, mode, retention, future, memory, language, cache_dir, watch, last_good, quarantine, "
		"probe, "
		"workers, "
		"jobs, "
		"max_notes, journal)");
	expect_fault("pluginz: [{file: points.so}]\n",
		     "badges.yaml:1:1: unknown key \"pluginz\" (did you mean \"plugins\"?)");
}

Test(config, watching_is_on_or_off)
{
	brb_config *config = opened(TOP_FILE(""));
	cr_expect_not(config->watch);
	brb_config_close(config);
	config = opened(TOP_FILE("watch: on\n"));
	cr_expect(config->watch);
	brb_config_close(config);
	config = opened(TOP_FILE("watch: off\n"));
	cr_expect_not(config->watch);
	brb_config_close(config);
	expect_fault(TOP_FILE("watch: true\n"), "badges.yaml:3:8: \"watch\" must be on or off, not true");
	expect_fault(TOP_FILE("watch: yes\n"), "badges.yaml:3:8: \"watch\" must be on or off, not \"yes\"");
	expect_fault(TOP_FILE("watch: 1\n"), "badges.yaml:3:8: \"watch\" must be on or off, not an integer");
}

Test(config, the_places_of_a_plugin_are_all_where_it_is_looked_for)
{
	brb_config *config =
		opened("plugin_path: [plugins, more]\nplugins: [{file: addict.so}, {file: ./plugins/streak.so}]\n");
	cr_assert_eq(config->plugins[0].place_count, 2);
	cr_expect_str_eq(config->plugins[0].places[0], "plugins/addict.so");
	cr_expect_str_eq(config->plugins[0].places[1], "more/addict.so");
	cr_expect_str_eq(config->plugins[0].path, "more/addict.so");
	cr_assert_eq(config->plugins[1].place_count, 1);
	cr_expect_str_eq(config->plugins[1].places[0], "./plugins/streak.so");
	brb_config_close(config);
}

static void expect_journal(const char *line, int64_t keep_us, int64_t max_bytes)
{
	char text[200];
	snprintf(text, sizeof text, TOP_FILE("%s\n"), line);
	brb_config *config = opened(text);
	cr_expect_eq(config->journal.keep_us, keep_us, "%s", line);
	if (keep_us)
		cr_expect_eq(config->journal.max_bytes, max_bytes, "%s", line);
	brb_config_close(config);
}

Test(config, a_journal_is_kept_for_a_time_and_in_so_much_room)
{
	expect_journal("", 0, 0);
	expect_journal("journal: off", 0, 0);
	expect_journal("journal: keep 30d", INT64_C(2592000000000), INT64_C(1073741824));
	expect_journal("journal: keep  1h", INT64_C(3600000000), INT64_C(1073741824));
	expect_journal("journal: keep forever", INT64_MAX, INT64_C(1073741824));
	expect_journal("journal: { keep: 2s }", 2000000, INT64_C(1073741824));
	expect_journal("journal: { max: 3 MiB, keep: forever }", INT64_MAX, 3145728);
	expect_journal("journal: { keep: 2s, max: 2TiB }", 2000000, INT64_C(2199023255552));
}

Test(config, wrong_values_of_top_level_keys_are_refused)
{
	static const struct {
		const char *line, *fault;
	} cases[] = {
		{ "database: 5", "3:11: \"database\" must be text, not an integer: put it in quotes" },
		{ "database: ''", "3:11: \"database\" must not be empty" },
		{ "database: {}", "3:11: \"database\" must be text, not a mapping" },
		{ "cache_dir:", "3:11: \"cache_dir\" must be text, not nothing" },
		{ "workers: many", "3:10: \"workers\" must be an integer, not text" },
		{ "workers: 65", "3:10: \"workers\" must be 0 to 64, not 65" },
		{ "jobs: []", "3:7: \"jobs\" must be a mapping of keys to values, not a list" },
		{ "jobs: { attempts: 1 }", "3:9: unknown key \"attempts\" (known here: max_attempts, max_per_user, "
					   "max_total, lease, time_limit, backoff, grace)" },
		{ "jobs: { max_attempts: 0 }", "3:23: \"max_attempts\" must be 1 to 1000, not 0" },
		{ "jobs: { lease: 99ms }", "3:16: \"lease\" must be at least 100ms" },
		{ "jobs: { lease: 2d }", "3:16: \"lease\" must be at most 1d, not 2d" },
		{ "jobs: { backoff: 0s }", "3:18: \"backoff\" must be at least 1ms" },
		{ "journal: true",
		  "3:10: \"journal\" must be off, keep 30d, or a mapping with \"keep\", not a boolean" },
		{ "journal: on", "3:10: \"journal\" must be off or keep 30d (or another time), not \"on\"" },
		{ "journal: keep 30",
		  "3:10: \"keep\" must be a duration such as 30d, or forever, not \"30\" (units: ms, "
		  "s, m, h, d, w)" },
		{ "journal: keep 0d", "3:10: \"keep\" must be longer than 0: for no journal, write journal: off" },
		{ "journal: { max: 1GiB }", "3:10: \"journal\" needs \"keep\"" },
		{ "journal: { keep: 1d, max: 9 }", "3:27: \"max\" must be a size such as 512MiB, not an integer" },
		{ "journal: { keep: 1d, max: 9MB }",
		  "3:27: \"max\" must be a size such as 512MiB, not \"9MB\" (units: MiB, GiB, TiB)" },
		{ "journal: { keep: 1d, max: 1025 TiB }", "3:27: \"max\" must be 1MiB to 1024TiB, not 1025 TiB" },
		{ "synchronous: true", "3:14: \"synchronous\" must be normal or full, not a boolean" },
		{ "synchronous: FULL", "3:14: \"synchronous\" must be normal or full, not \"FULL\"" },
		{ "mode: 0644", "3:7: \"mode\" must be 0600, 0640 or 0660, not \"0644\"" },
		{ "mode: [0600]", "3:7: \"mode\" must be 0600, 0640 or 0660, not \"\"" },
		{ "busy_timeout: 5", "3:15: \"busy_timeout\" must be a duration such as 5s, not an integer" },
		{ "busy_timeout: 61m", "3:15: \"busy_timeout\" must be at most 1h, not 61m" },
		{ "busy_timeout: forever", "3:15: \"busy_timeout\" must be a duration such as 5s, not \"forever\" "
					   "(units: ms, s, m, h, d, w)" },
		{ "busy_timeout: -1s",
		  "3:15: \"busy_timeout\" must be a duration such as 5s, not \"-1s\" (units: ms, s, m, h, d, w)" },
		{ "memory: 256", "3:9: \"memory\" must be a size such as 256MiB, not an integer" },
		{ "memory: 256MB",
		  "3:9: \"memory\" must be a size such as 256MiB, not \"256MB\" (units: MiB, GiB, TiB)" },
		{ "memory: 7MiB", "3:9: \"memory\" must be 8MiB to 1TiB, not 7MiB" },
		{ "memory: 2TiB", "3:9: \"memory\" must be 8MiB to 1TiB, not 2TiB" },
		{ "retention: 1.5d",
		  "3:12: \"retention\" must be a duration such as 30d, or forever, not \"1.5d\" (units: "
		  "ms, s, m, h, d, w)" },
		{ "retention: 30 days", "3:12: \"retention\" must be a duration such as 30d, or forever, not \"30 "
					"days\" (units: ms, s, m, h, d, w)" },
		{ "retention: d", "3:12: \"retention\" must be a duration such as 30d, or forever, not \"d\" (units: "
				  "ms, s, m, h, d, w)" },
		{ "retention: 36501d", "3:12: \"retention\" must be at most 36500d, or forever, not 36501d" },
		{ "retention: 99999999999999999999w",
		  "3:12: \"retention\" must be at most 36500d, or forever, not 99999999999999999999w" },
		{ "probe: true", "3:8: \"probe\" must be on, off or a duration such as 5s, not a boolean" },
		{ "probe: of",
		  "3:8: \"probe\" must be on, off or a duration such as 5s, not \"of\" (units: ms, s, m, "
		  "h, d, w)" },
		{ "probe: 0s", "3:8: \"probe\" must be longer than 0: to try no plugin, write off" },
		{ "probe: 11m", "3:8: \"probe\" must be at most 10m, not 11m" },
		{ "retention: 1e3", "3:12: \"retention\" must be a duration such as 30d, or forever, not a number" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[256], message[256];
		snprintf(text, sizeof text, TOP_FILE("%s\n"), cases[i].line);
		snprintf(message, sizeof message, "badges.yaml:%s", cases[i].fault);
		expect_fault(text, message);
	}
	expect_fault("plugin_path: {}\nplugins: [{file: plugins/points.so}]\n",
		     "badges.yaml:1:14: \"plugin_path\" must be text or a list of texts, not a mapping");
}

/* ---- plugins ---------------------------------------------------------------------------------------------------- */

Test(config, a_missing_plugin_names_where_it_was_looked_for)
{
	setenv("BRABEION_PLUGIN_PATH", "more:nowhere", 1);
	write_file("badges.yaml", "plugin_path: [plugins/]\nplugins:\n  - file: streek.so\n  - file: adict.so\n"
				  "  - file: unlike\n  - file: points\n  - file: ./plugins/point.so\n");
	expect_fault_of_file(
		"badges.yaml", "/usr/lib/nothing-here",
		"badges.yaml:3:11: plugin \"streek.so\": no such file in plugins/, more, nowhere or "
		"/usr/lib/nothing-here "
		"(did you mean \"streak.so\"?)\n"
		"badges.yaml:4:11: plugin \"adict.so\": no such file in plugins/, more, nowhere or "
		"/usr/lib/nothing-here "
		"(did you mean \"addict.so\"?)\n"
		"badges.yaml:5:11: plugin \"unlike\": no such file in plugins/, more, nowhere or "
		"/usr/lib/nothing-here\n"
		"badges.yaml:6:11: plugin \"points\": no such file in plugins/, more, nowhere or "
		"/usr/lib/nothing-here "
		"(did you mean \"points.so\"?)\n"
		"badges.yaml:7:11: plugin \"./plugins/point.so\": no such file in ./plugins/ (did you mean "
		"\"points.so\"?)");
	unsetenv("BRABEION_PLUGIN_PATH");
	expect_fault("plugins: [{file: points.so}]\n",
		     "badges.yaml:1:18: plugin \"points.so\": no folder to look in: set \"plugin_path\"");
}

Test(config, a_plugin_that_is_no_readable_file_says_why)
{
	cr_assert_eq(mkdir("plugins/folder.so", 0755), 0);
	cr_assert_eq(mkfifo("plugins/pipe.so", 0644), 0);
	cr_assert_eq(symlink("loop.so", "plugins/loop.so"), 0);
	expect_fault("plugin_path: plugins\nplugins:\n  - file: folder.so\n  - file: pipe.so\n  - file: loop.so\n",
		     "badges.yaml:3:11: plugin \"folder.so\": plugins/folder.so: Is a directory\n"
		     "badges.yaml:4:11: plugin \"pipe.so\": plugins/pipe.so: Not a regular file\n"
		     "badges.yaml:5:11: plugin \"loop.so\": plugins/loop.so: Too many levels of symbolic links");
	if (geteuid() == 0)
		return; /* root may read everything */
	write_file("plugins/secret.so", "");
	cr_assert_eq(chmod("plugins/secret.so", 0), 0);
	expect_fault("plugin_path: plugins\nplugins: [{file: secret.so}]\n",
		     "badges.yaml:2:18: plugin \"secret.so\": plugins/secret.so: Permission denied");
}

Test(config, a_plugin_file_is_listed_once)
{
	cr_assert_eq(symlink("../plugins/points.so", "more/other.so"), 0);
	expect_fault(
		"plugin_path: [plugins, more]\nplugins:\n  - file: points.so\n  - file: ./plugins/points.so\n"
		"  - file: other.so\n",
		"badges.yaml:4:11: plugin \"./plugins/points.so\" is listed already, at badges.yaml:3:11: its memory "
		"would be kept twice; list its badges under one entry\n"
		"badges.yaml:5:11: plugin \"other.so\" is listed already, at badges.yaml:3:11: its memory would be "
		"kept twice; list its badges under one entry");
}

Test(config, wrong_values_of_a_plugins_keys_are_refused)
{
	expect_fault("plugins:\n  - settings: []\n    badges: x\n  - file: 5\n  -\n",
		     "badges.yaml:2:5: a plugin needs \"file\"\n"
		     "badges.yaml:2:15: \"settings\" must be a mapping of keys to values, not a list\n"
		     "badges.yaml:3:13: \"badges\" must be a list of badges, not text\n"
		     "badges.yaml:4:11: \"file\" must be text, not an integer: put it in quotes\n"
		     "badges.yaml:5:4: a plugin must be a mapping of keys to values, not nothing");
	expect_fault("plugin_path: plugins\nplugins:\n  - file: points.so\n    badges:\n",
		     "badges.yaml:4:12: \"badges\" must be a list of badges, not nothing");
	expect_fault(
		"plugin_path: plugins\nplugins:\n  - file: points.so\n    badges: []\n",
		"badges.yaml:4:13: \"badges\" is empty: leave it out to have all of the plugin's badges, or list at "
		"least one");
	expect_fault("plugin_path: plugins\nplugins:\n  - file: points.so\n    slug: x\n",
		     "badges.yaml:4:5: unknown key \"slug\" (known here: file, sha256, settings, badges)");
}

/* ---- badges ----------------------------------------------------------------------------------------------------- */

Test(config, slugs_are_of_few_characters)
{
	expect_fault(BADGE_FILE("        slug: Commentator\n"), "badges.yaml:7:15: \"slug\" must be 1 to 100 of a-z, "
								"0-9, \".\", \"_\" and \"-\", not \"Commentator\"");
	expect_fault(BADGE_FILE("        slug: ''\n"), "badges.yaml:7:15: \"slug\" must not be empty");
	expect_fault(BADGE_FILE("        slug: 404\n"),
		     "badges.yaml:7:15: \"slug\" must be text, not an integer: put it in quotes");
	expect_fault(
		BADGE_FILE("      - badge: Not/This\n"),
		"badges.yaml:7:16: \"badge\" must be 1 to 100 of a-z, 0-9, \".\", \"_\" and \"-\", not \"Not/This\"");
}

Test(config, a_slug_is_used_once)
{
	expect_fault(BADGE_FILE("        slug: fan\n"
				"      - badge: threshold\n"
				"        slug: fan\n"
				"  - file: points.so\n"
				"    badges: [{badge: fan}, {badge: x, slug: y}, {badge: y}]\n"),
		     "badges.yaml:9:15: slug \"fan\" is in use already, at badges.yaml:7:15\n"
		     "badges.yaml:11:22: slug \"fan\" is in use already, at badges.yaml:7:15: give this badge a "
		     "\"slug\" of "
		     "its own\n"
		     "badges.yaml:11:57: slug \"y\" is in use already, at badges.yaml:11:45: give this badge a "
		     "\"slug\" of "
		     "its own");
}

Test(config, events_have_bounded_names_of_their_own)
{
	expect_fault(BADGE_FILE("        events: {a: b}\n"),
		     "badges.yaml:7:17: \"events\" must be text or a list of texts, not a mapping");
	expect_fault(BADGE_FILE("        events: ''\n"), "badges.yaml:7:17: an event's name must not be empty");
	expect_fault(
		BADGE_FILE("        events: [vote, [x], vote, 5, brabeion.started]\n"),
		"badges.yaml:7:24: an event's name must be text, not a list\n"
		"badges.yaml:7:29: event \"vote\" is listed twice\n"
		"badges.yaml:7:35: an event's name must be text, not an integer: put it in quotes\n"
		"badges.yaml:7:38: event \"brabeion.started\": names that begin with \"brabeion.\" are the engine's; "
		"there are \"brabeion.awarded\", \"brabeion.lapsed\" and \"brabeion.revoked\"");
	char text[512], longest[102];
	memset(longest, 'e', 101);
	longest[101] = '\0';
	snprintf(text, sizeof text, BADGE_FILE("        events: %s\n"), longest);
	expect_fault(text, "badges.yaml:7:17: an event's name has at most 100 bytes, not 101");
	longest[100] = '\0';
	snprintf(text, sizeof text, BADGE_FILE("        events: %s\n"), longest);
	brb_config_close(opened(text));
}

Test(config, levels_have_names)
{
	expect_fault(BADGE_FILE("        levels: []\n"),
		     "badges.yaml:7:17: \"levels\" is empty: leave it out, or list at least one level");
	expect_fault(BADGE_FILE("        levels: Gold\n"),
		     "badges.yaml:7:17: \"levels\" must be a list of levels, or one mapping for all, not text");
	expect_fault(
		BADGE_FILE(
			"        levels: [{name: ''}, '', {name: A, description: 5}, {nam: A}, {name: B, x: 1}]\n"),
		"badges.yaml:7:25: a level's \"name\" must not be empty\n"
		"badges.yaml:7:30: a level must not be empty\n"
		"badges.yaml:7:57: a level's \"description\" must be text, not an integer: put it in quotes\n"
		"badges.yaml:7:62: unknown key \"nam\" (did you mean \"name\"?)\n"
		"badges.yaml:7:81: unknown key \"x\" (known here: name, description, image)");
}

Test(config, a_badge_has_at_most_1000_levels)
{
	brb_builder text = { 0 };
	brb_builder_add(&text, BADGE_FILE("        levels:\n"));
	for (int i = 0; i < 1000; i++)
		brb_builder_printf(&text, "        - L%d\n", i);
	brb_config *config = opened(text.text);
	cr_expect_eq(config->plugins[0].badges[0].level_count, 1000);
	brb_config_close(config);
	brb_builder_add(&text, "        - More\n");
	expect_fault(text.text, "badges.yaml:8:9: a badge has at most 1,000 levels, not 1001");
	brb_builder_finish(&text);
}

Test(config, a_file_has_at_most_100000_badges)
{
	brb_builder text = { 0 };
	brb_builder_add(&text, BADGE_FILE(""));
	for (int i = 1; i < 100000; i++)
		brb_builder_printf(&text, "      - badge: b%d\n", i);
	brb_config *config = opened(text.text);
	cr_expect_eq(config->plugins[0].badge_count, 100000);
	cr_expect_str_eq(config->plugins[0].badges[99999].slug, "b99999");
	brb_config_close(config);
	brb_builder_add(&text, "  - file: points.so\n    badges: [{badge: more}]\n"
			       "  - file: streak.so\n    badges: [{badge: more}]\n");
	expect_fault(text.text, "badges.yaml:100007:13: more than 100,000 badges in one file");
	brb_builder_finish(&text);
}

/* ---- more ------------------------------------------------------------------------------------------------------- */

Test(config, others_add_faults_of_the_file)
{
	brb_config *config = opened(TOP_FILE(""));
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config_position at = { .line = 4, .column = 7 }, nowhere = { 0 };
	brb_config_fault(config, at, "no badge \"%s\"", "x");
	brb_config_fault(config, nowhere, "%d badges", 3);
	cr_expect_eq(brb_config_verdict(config, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "badges.yaml: 3 badges\nbadges.yaml:4:7: no badge \"x\"");
	brabeion_error_finish(&error);
	brb_config_close(config);
}

Test(config, a_file_cut_short_anywhere_does_no_harm)
{
	static const char good[] = BADGE_FILE("        slug: commentator\n"
					      "        events: [comment]\n"
					      "        levels: [{name: Commentator, description: Left ten}]\n"
					      "        settings: {count: events, at: [10]}\n"
					      "retention: forever\n");
	for (size_t length = 0; length < sizeof good; length++) {
		char cut[sizeof good];
		memcpy(cut, good, length);
		cut[length < sizeof good ? length : length - 1] = '\0';
		write_file("badges.yaml", cut);
		brb_config *config = NULL;
		brabeion_error error = BRABEION_NO_ERROR;
		brabeion_status status = open_config("badges.yaml", NULL, &config, &error);
		if (status == BRABEION_OK)
			cr_expect_geq(config->plugin_count, 1);
		else
			cr_expect_eq(strncmp(error.message, "badges.yaml:", 12), 0, "%s", error.message);
		brb_config_close(config);
		brabeion_error_finish(&error);
	}
}

/* The text of the repository's own badges.yaml. */
Test(config, the_projects_own_file_is_well_written)
{
	static char text[32 * 1024];
	FILE *file = fopen(BRB_SOURCE_DIR "/badges.yaml", "r");
	cr_assert_not_null(file);
	size_t length = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[length] = '\0';
	write_file("badges.yaml", text);
	cr_assert_eq(mkdir("build", 0755), 0);
	cr_assert_eq(rename("plugins", "build/plugins"), 0);
	write_file("build/plugins/commits.so", "");
	brb_config *config = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = open_config("badges.yaml", NULL, &config, &error);
	cr_assert_eq(status, BRABEION_OK, "%s", error.message);
	cr_assert_eq(config->plugin_count, 3);
	cr_expect_str_eq(config->plugins[0].file, "commits.so");
	cr_expect_str_eq(config->plugins[1].file, "points.so");
	cr_expect_str_eq(config->plugins[2].file, "threshold.so");
	cr_expect_str_eq(config->plugins[2].badges[0].slug, "commentator");
	for (size_t i = 0; i < config->plugins[2].badge_count; i++)
		cr_expect_eq(brb_yaml_get(config->plugins[2].badges[i].settings, "at")->count,
			     config->plugins[2].badges[i].level_count);
	brb_config_close(config);
}
