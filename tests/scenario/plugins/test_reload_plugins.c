/*
 * Plugins reloaded many times with changed content: C that can be unloaded, C++ with inline statics, std::regex and
 * thread_local objects, plugins that start threads or make keys. Each keeps judging correctly; one that cannot be
 * unloaded stays resident, is counted, and is reused when its content comes back.
 *
 * Changed content is the same plugin with unused bytes added at its end.
 */
#include "support/scene.h"

enum { ROUNDS = 100 };

/* Makes copy.so in the scene's folder, by rename, as a build does. */
static void put_plugin(scene *here, const char *plugin, int variant)
{
	char aside[SCENE_PATH_BYTES * 2], to[SCENE_PATH_BYTES * 2];
	scene_copy_plugin(here, plugin, "copy.so.new");
	snprintf(aside, sizeof aside, "%s/copy.so.new", here->folder);
	snprintf(to, sizeof to, "%s/copy.so", here->folder);
	FILE *file = fopen(aside, "a");
	cr_assert_not_null(file);
	fprintf(file, "variant %d", variant);
	cr_assert_eq(fclose(file), 0);
	cr_assert_eq(rename(aside, to), 0);
}

static scene *scene_with_plugin(const char *plugin)
{
	scene *here = scene_new();
	put_plugin(here, plugin, 0);
	scene_config(here, "plugins:\n  - file: copy.so\n");
	scene_open(here);
	return here;
}

/* Mappings of private copies, which are in the scene's folder. */
static int count_mappings(const scene *here)
{
	char line[4096];
	int count = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	cr_assert_not_null(maps);
	while (fgets(line, sizeof line, maps))
		count += strstr(line, here->folder) != NULL;
	fclose(maps);
	return count;
}

/* ---- one round, on a thread that ends ---- */

typedef struct visit {
	scene *here;
	int round;
	char earned[256]; /* by two events, with " | " between them */
} visit;

static void *visit_twice(void *context)
{
	visit *mine = context;
	char user[16], text[16];
	snprintf(user, sizeof user, "user%d", mine->round);
	snprintf(text, sizeof text, "ab%d", mine->round);
	for (int i = 0; i < 2; i++)
		snprintf(
			mine->earned + strlen(mine->earned), sizeof mine->earned - strlen(mine->earned), "%s%s",
			scene_fire(mine->here, "visit", user, BRABEION_TEXT("text", text), BRABEION_INT("points", 5)),
			i ? "" : " | ");
	return NULL;
}

static const char *visit_on_a_thread(scene *here, int round)
{
	static visit mine;
	pthread_t thread;
	mine = (visit){ .here = here, .round = round };
	cr_assert_eq(pthread_create(&thread, NULL, visit_twice, &mine), 0);
	pthread_join(thread, NULL);
	return mine.earned;
}

/* What both events must earn; "%d" is the round. */
static void expect_earned(scene *here, int round, const char *pattern)
{
	char expected[256];
	const char *number = strstr(pattern, "%d");
	if (number)
		snprintf(expected, sizeof expected, "%.*s%d%s", (int)(number - pattern), pattern, round, number + 2);
	else
		snprintf(expected, sizeof expected, "%s", pattern);
	const char *earned = visit_on_a_thread(here, round);
	cr_assert_str_eq(earned, expected, "round %d: \"%s\" instead of \"%s\"", round, earned, expected);
}

static void reload_as(scene *here, const char *plugin, int variant, uint32_t resident)
{
	brabeion_receipt receipt = BRABEION_RECEIPT();
	put_plugin(here, plugin, variant);
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_assert_eq(receipt.changed, 1);
	cr_assert_eq(receipt.resident, resident, "%u resident", receipt.resident);
}

/* ---- plugins that can be unloaded ---- */

/* 100 contents, one at a time in memory. */
static void expect_unloaded(const char *plugin, const char *pattern)
{
	scene *here = scene_with_plugin(plugin);
	int mappings = count_mappings(here);
	size_t files = scene_count_entries(here->folder);
	cr_assert_gt(mappings, 0);
	for (int round = 1; round <= ROUNDS; round++) {
		reload_as(here, plugin, round, 0);
		expect_earned(here, round, pattern);
	}
	scene_expect_retiring(here, 0);
	cr_assert_eq(count_mappings(here), mappings);
	cr_assert_leq(scene_count_entries(here->folder), files + 2, "the database's own files may have come");
	scene_finish(here);
}

Test(reload_plugins, of_c_are_unloaded, .timeout = 120)
{
	expect_unloaded("good_one.so", "good-one 1 ; | ");
}

Test(reload_plugins, of_cxx_with_exceptions_are_unloaded, .timeout = 120)
{
	expect_unloaded("good_cxx.so", "good-cxx 1 ; | ");
}

/* ---- resident plugins ---- */

/* Two contents in turn: both stay in memory, once each. */
static void expect_resident(const char *plugin, const char *pattern)
{
	scene *here = scene_with_plugin(plugin);
	reload_as(here, plugin, 1, 2);
	int mappings = count_mappings(here);
	for (int round = 2; round <= ROUNDS; round++) {
		reload_as(here, plugin, round % 2, 2);
		expect_earned(here, round, pattern);
	}
	scene_expect_retiring(here, 0);
	cr_assert_eq(count_mappings(here), mappings);
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	cr_assert_eq(brabeion_stats(here->engine, &report, NULL), BRABEION_OK);
	cr_assert_eq(report.resident, 2);
	brabeion_stats_finish(&report);
	scene_finish(here);
}

Test(reload_plugins, with_a_thread_local_destructor_stay, .timeout = 120)
{
	expect_resident("cxx_thread_local.so", " | cxx-thread-local 1 ab%d;");
}

Test(reload_plugins, that_start_a_thread_stay, .timeout = 120)
{
	expect_resident("starts_thread.so", "starts-thread 1 ab%d; | ");
}

Test(reload_plugins, that_make_a_thread_key_stay, .timeout = 120)
{
	expect_resident("thread_key.so", "thread-key 1 ; | ");
}

static void expect_by_compiler(const char *plugin, const char *pattern)
{
	if (BRB_CXX_IS_GCC)
		expect_resident(plugin, pattern);
	else
		expect_unloaded(plugin, pattern);
}

Test(reload_plugins, with_std_regex_judge_right, .timeout = 120)
{
	expect_by_compiler("cxx_regex.so", "cxx-regex 1 %dab; | ");
}

/* When its content comes back, its counter continues if the plugin was resident, else it restarts. */
Test(reload_plugins, with_an_inline_static_have_one_for_each_content, .timeout = 120)
{
	int events[2] = { 0, 0 };
	scene *here = scene_with_plugin("cxx_inline.so");
	for (int round = 1; round <= ROUNDS; round++) {
		char expected[64];
		int *count = &events[round % 2], first = BRB_CXX_IS_GCC ? *count + 1 : 1;
		*count = first + 1;
		reload_as(here, "cxx_inline.so", round % 2, BRB_CXX_IS_GCC ? 2 : 0);
		snprintf(expected, sizeof expected,
			 first % 3 == 0         ? "cxx-inline 1 %d; | "
			 : (first + 1) % 3 == 0 ? " | cxx-inline 1 %d;"
						: " | ",
			 first % 3 == 0 ? first : first + 1);
		cr_assert_str_eq(visit_on_a_thread(here, round), expected, "round %d", round);
	}
	scene_finish(here);
}

/* A plugin that was resident for one engine is counted again by the next. */
Test(reload_plugins, that_stay_are_counted_by_each_engine_for_itself)
{
	for (int i = 0; i < 3; i++) {
		scene *here = scene_with_plugin("thread_key.so");
		brabeion_stats_report report = BRABEION_STATS_REPORT();
		cr_assert_eq(brabeion_stats(here->engine, &report, NULL), BRABEION_OK);
		cr_assert_eq(report.resident, 1);
		brabeion_stats_finish(&report);
		scene_finish(here);
	}
}
