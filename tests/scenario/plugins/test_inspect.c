/*
 * brabeion_inspect: the contents and faults of a plugin file, through the public header. Some of the plugins, from
 * tests/plugins, would crash this process if their code ran here.
 */
#include "support/scene.h"

/* Inspects a plugin of tests/plugins. */
typedef struct look {
	brabeion_inspection found;
	brabeion_error error;
} look;

static look look_at(const char *name)
{
	char path[SCENE_PATH_BYTES];
	look here = { .found = BRABEION_INSPECTION(), .error = BRABEION_NO_ERROR };
	snprintf(path, sizeof path, "%s/%s", BRB_TEST_PLUGIN_DIR, name);
	cr_assert_eq(brabeion_inspect(path, NULL, &here.found, &here.error), BRABEION_OK, "%s: %s", name,
		     here.error.message);
	cr_assert_str_eq(here.found.path, path);
	return here;
}

static void expect_problem(const char *name, const char *problem)
{
	look here = look_at(name);
	cr_assert_eq(here.found.problem_count, 1, "%s has %u problems", name, here.found.problem_count);
	cr_expect_str_eq(here.found.problems[0], problem);
	brabeion_inspection_finish(&here.found);
}

TestSuite(inspect);

/* ---- contents ---- */

Test(inspect, tells_what_a_plugin_says_of_itself)
{
	look here = look_at("good_many.so");
	const brabeion_inspection *found = &here.found;
	cr_expect_eq(found->problem_count, 0);
	cr_expect_eq(found->note_count, 0);
	cr_expect_str_eq(found->id, "good-many");
	cr_expect_str_eq(found->version, "1.0");
	cr_expect_eq(found->abi_major, 1);
	cr_expect_eq(found->abi_minor, 0);
	cr_expect_eq(found->needs_minor, 0);
	cr_expect(found->observes);
	cr_assert_eq(found->watch_count, 1);
	cr_expect_str_eq(found->watches[0], "visit");
	cr_assert_eq(found->remembered_count, 1);
	cr_expect_str_eq(found->remembered[0].name, "visits");
	cr_expect_str_eq(found->remembered[0].owner, "user");
	cr_expect_str_eq(found->remembered[0].kind, "number");
	cr_expect_str_eq(found->remembered[0].merge, "sum");
	cr_assert_eq(found->badge_count, 2);
	cr_expect_str_eq(found->badges[0].slug, "first-visit");
	const brabeion_plugin_badge *third = &found->badges[1];
	cr_expect_str_eq(third->slug, "third-visit");
	cr_expect(!third->multiple && !third->async && !third->levels_from_config);
	cr_assert_eq(third->level_count, 1);
	cr_expect_str_eq(third->levels[0].name, "Regular");
	cr_expect_str_eq(third->levels[0].description, "Third visit");
	cr_assert_eq(third->event_count, 1);
	cr_expect_str_eq(third->events[0], "visit");
	brabeion_inspection_finish(&here.found);
	cr_expect_null(here.found.memory);
}

Test(inspect, tells_the_flags_of_a_badge)
{
	look here = look_at("async_badge.so");
	cr_assert_geq(here.found.badge_count, 1);
	cr_expect(here.found.badges[0].async);
	brabeion_inspection_finish(&here.found);
	here = look_at("starts_thread.so");
	cr_assert_eq(here.found.badge_count, 1);
	cr_expect(here.found.badges[0].multiple);
	brabeion_inspection_finish(&here.found);
	here = look_at("levels_from_config.so");
	cr_assert_eq(here.found.badge_count, 1);
	cr_expect(here.found.badges[0].levels_from_config);
	cr_expect_eq(here.found.problem_count, 0);
	cr_assert_eq(here.found.note_count, 1);
	cr_expect_str_eq(here.found.notes[0],
			 "without settings: badge \"levels-from-config\" has no levels: it could never be awarded");
	brabeion_inspection_finish(&here.found);
}

Test(inspect, tells_size_and_content)
{
	char path[SCENE_PATH_BYTES];
	struct stat about;
	look here = look_at("good_one.so");
	snprintf(path, sizeof path, "%s/good_one.so", BRB_TEST_PLUGIN_DIR);
	cr_assert_eq(stat(path, &about), 0);
	cr_expect_eq(here.found.size_bytes, (uint64_t)about.st_size);
	cr_expect_eq(strlen(here.found.sha256), 64);
	brabeion_inspection_finish(&here.found);
}

/* ---- needs, and unloading ---- */

Test(inspect, tells_why_a_plugin_stays)
{
	look here = look_at("good_one.so");
	cr_expect_str_eq(here.found.resident_because, "");
	cr_expect_eq(here.found.library_count, 0);
	cr_expect_eq(here.found.symbol_count, 0);
	brabeion_inspection_finish(&here.found);
	here = look_at("starts_thread.so");
	cr_expect_str_eq(here.found.resident_because, "imports pthread_create");
	brabeion_inspection_finish(&here.found);
#if BRB_CXX_IS_GCC
	here = look_at("cxx_inline.so");
	cr_expect_not_null(strstr(here.found.resident_because, "UNIQUE symbol"));
	cr_assert_eq(here.found.note_count, 1);
	cr_expect_str_eq(here.found.notes[0],
			 "stays in the process when it is replaced: compile it with -fno-gnu-unique");
	brabeion_inspection_finish(&here.found);
#endif
}

Test(inspect, tells_what_must_come_from_elsewhere)
{
	look here = look_at("needs_library.so");
	cr_expect_eq(here.found.problem_count, 0);
	cr_assert_eq(here.found.library_count, 1);
	cr_expect_eq(strncmp(here.found.libraries[0], "libyaml", 7), 0, "%s", here.found.libraries[0]);
	cr_assert_eq(here.found.symbol_count, 1);
	cr_expect_str_eq(here.found.symbols[0], "yaml_get_version_string");
	cr_expect_eq(strncmp(here.found.resident_because, "needs libyaml", 13), 0);
	brabeion_inspection_finish(&here.found);
	here = look_at("good_cxx.so");
	cr_expect_eq(here.found.library_count, 0, "the C++ library is everybody's");
	cr_expect_eq(here.found.symbol_count, 0);
	brabeion_inspection_finish(&here.found);
}

/* ---- faults ---- */

Test(inspect, tells_what_is_wrong_with_a_file)
{
	expect_problem("nowhere.so", "cannot be read: No such file or directory");
	expect_problem("meson.build", "cannot be read: No such file or directory");
	expect_problem("no_symbol.so", "has no badge_plugin_v1: is it a brabeion plugin?");
	expect_problem("newer_major.so",
		       "is for badge ABI 2, this engine speaks 1: build it with this engine's badge.h");
	expect_problem("exec_stack.so", "asks for an executable stack: link it with -Wl,-z,noexecstack");
}

Test(inspect, tells_what_is_wrong_with_a_descriptor)
{
	expect_problem("missing_function.so",
		       "cannot be loaded: undefined symbol: function_that_nobody_defines (define it, or link the "
		       "plugin with the library that has it: -l...)");
	expect_problem("needs_newer_minor.so", "needs an engine of ABI 1.9 or newer, this one has 1.0");
	expect_problem("null_award.so",
		       "is wrong in badge \"null-award\": listens to events but has no function `award`");
	expect_problem("no_levels.so",
		       "its badge \"no-levels\" has no levels, it could never be awarded: give it BADGE_LEVELS, or "
		       "the flag BADGE_LEVELS_FROM_CONFIG");
}

Test(inspect, outlives_plugins_that_end_their_process)
{
	expect_problem("constructor_crashes.so", "crashed (SIGSEGV) while it was loaded (its constructors)");
	expect_problem("constructor_exits.so", "called exit(3) while it was loaded (its constructors)");
	expect_problem("open_crashes.so", "crashed (SIGSEGV) while its badge \"odd\" was opened");
	expect_problem("award_crashes.so", "crashed (SIGSEGV) while its badge \"odd\" judged a trial event");
	expect_problem("close_exits.so", "called exit(3) while its badge \"odd\" was closed");
	expect_problem("destructor_crashes.so", "crashed (SIGSEGV) while it was unloaded (its destructors)");
}

Test(inspect, tells_what_a_plugin_said_before_it_crashed)
{
	look here = look_at("open_crashes.so");
	cr_assert_str_eq(here.found.id, "misbehaves");
	cr_assert_eq(here.found.badge_count, 1);
	cr_expect_str_eq(here.found.badges[0].slug, "odd");
	brabeion_inspection_finish(&here.found);
	here = look_at("constructor_crashes.so");
	cr_expect_null(here.found.id);
	cr_expect_eq(here.found.badge_count, 0);
	cr_expect_neq(here.found.size_bytes, 0, "the file itself is well");
	brabeion_inspection_finish(&here.found);
}

Test(inspect, takes_no_offence_at_settings_that_it_does_not_have)
{
	look here = look_at("open_fails.so");
	cr_expect_eq(here.found.problem_count, 0);
	cr_assert_eq(here.found.note_count, 1);
	cr_expect_str_eq(here.found.notes[0], "without settings: badge \"open-fails\": must be a prime, not 4");
	brabeion_inspection_finish(&here.found);
}

/* ---- the call itself ---- */

Test(inspect, leaves_its_argument_alone_when_it_cannot_look)
{
	brabeion_inspection untouched = BRABEION_INSPECTION(.size_bytes = 77);
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brabeion_inspect("", NULL, &untouched, &error), BRABEION_INVALID);
	cr_expect_str_eq(error.message, "brabeion_inspect: the path is empty");
	cr_expect_eq(brabeion_inspect(NULL, NULL, &untouched, NULL), BRABEION_INVALID);
	setenv("BRABEION_PROBE", "/nowhere/brabeion-probe", 1);
	cr_expect_eq(brabeion_inspect("good_one.so", NULL, &untouched, &error), BRABEION_SYSTEM);
	cr_expect_str_eq(
		error.message,
		"good_one.so: cannot be tried: there is no /nowhere/brabeion-probe (the environment variable "
		"BRABEION_PROBE names another)");
	cr_expect_eq(untouched.size_bytes, 77);
	brabeion_error_finish(&error);
	brabeion_inspection_finish(NULL);
}

Test(inspect, leaves_nothing_behind)
{
	scene *here = scene_new();
	setenv("XDG_RUNTIME_DIR", here->folder, 1);
	size_t before = scene_count_entries(here->folder);
	expect_problem("award_crashes.so", "crashed (SIGSEGV) while its badge \"odd\" judged a trial event");
	cr_expect_eq(scene_count_entries(here->folder), before);
	scene_finish(here);
}
