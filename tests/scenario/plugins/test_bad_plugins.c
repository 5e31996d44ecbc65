/*
 * Plugins with one fault each, as .so files (tests/plugins): brabeion_check and brabeion_open refuse them with a
 * message that says where and what. Unusual but valid plugins load and judge.
 */
#include <fenv.h>

#include "support/scene.h"

/* ---- refused ---- */

static void expect_refused(const char *file, const char *message)
{
	scene *here = scene_new();
	char text[SCENE_PATH_BYTES];
	snprintf(text, sizeof text, "plugins:\n  - file: %s\n", file);
	scene_config(here, text);
	brabeion_badge_list untouched = { .count = 77 };
	cr_assert_eq(brabeion_config_check(&here->options, NULL, &untouched, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), message);
	cr_assert_eq(untouched.count, 77);
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), message);
	cr_assert_eq(scene_count_entries(here->folder), 1, "something was left behind");
	scene_finish(here);
}

/* Refused, with its position in line 4. */
#define REFUSED(name, message)                                             \
	Test(bad_plugins, name##_is_refused)                               \
	{                                                                  \
		expect_refused(#name ".so", "badges.yaml:4:11: " message); \
	}

REFUSED(no_symbol, "plugin \"no_symbol.so\" has no badge_plugin_v1: is it a brabeion plugin?")
REFUSED(zero_symbol, "plugin \"zero_symbol.so\" has a badge_plugin_v1 without content: is it initialised?")
REFUSED(function_symbol, "plugin \"function_symbol.so\" has a badge_plugin_v1 that is not data")
REFUSED(wrong_magic,
	"plugin \"wrong_magic.so\" has the magic number 0x32444700, not 0x32444742: it was not made with "
	"brabeion/badge.h")
REFUSED(newer_major,
	"plugin \"newer_major.so\" is for badge ABI 2, this engine speaks 1: build it with this engine's "
	"badge.h")
REFUSED(needs_newer_minor, "plugin \"needs_newer_minor.so\" needs an engine of ABI 1.9 or newer, this one has 1.0")
REFUSED(smaller_struct,
	"plugin \"smaller_struct.so\" has a descriptor of 96 bytes, version 1.0's has 104: it was not "
	"compiled against brabeion/badge.h")
REFUSED(smaller_definition,
	"plugin \"smaller_definition.so\" is wrong in its badge number 1: has a descriptor of 104 "
	"bytes, version 1.0's has 112: it was not compiled against brabeion/badge.h")
REFUSED(unknown_required_flag, "plugin \"unknown_required_flag.so\" has the required flag 0x0100, which this engine "
			       "(ABI 1.0) does not know; a newer engine may")
REFUSED(unknown_required_badge_flag, "plugin \"unknown_required_badge_flag.so\" is wrong in badge "
				     "\"unknown-required-badge-flag\": has the required "
				     "flag 0x0100, which this engine (ABI 1.0) does not know; a newer engine may")
REFUSED(null_id, "plugin \"null_id.so\" has no id (NULL)")
REFUSED(null_slug, "plugin \"null_slug.so\" is wrong in its badge number 1: has no slug (NULL)")
REFUSED(empty_slug, "plugin \"empty_slug.so\" is wrong in its badge number 1: the slug \"\" must be 1 to 100 of a-z, "
		    "0-9, \".\", \"_\" and \"-\"")
REFUSED(bad_slug, "plugin \"bad_slug.so\" is wrong in its badge number 1: the slug \"Bad slug\" must be 1 to 100 of "
		  "a-z, 0-9, \".\", \"_\" and \"-\"")
REFUSED(duplicate_slugs, "plugin \"duplicate_slugs.so\" defines the badge \"twice\" twice")
REFUSED(no_levels, "badge \"no-levels\" has no levels: it could never be awarded")
REFUSED(null_award,
	"plugin \"null_award.so\" is wrong in badge \"null-award\": listens to events but has no function `award`")
REFUSED(wild_pointer, "plugin \"wild_pointer.so\" has badges that lie outside of the plugin")
REFUSED(wild_function, "plugin \"wild_function.so\" is wrong in badge \"wild-function\": has a function `award` that "
		       "lies outside of all code")
REFUSED(missing_function, "plugin \"missing_function.so\" cannot be loaded: undefined symbol: "
			  "function_that_nobody_defines")
REFUSED(exec_stack, "plugin \"exec_stack.so\" asks for an executable stack: link it with -Wl,-z,noexecstack")
REFUSED(static_tls,
	"plugin \"static_tls.so\" uses initial-exec TLS, of which a running process has next to none left: "
	"compile it with -fPIC and without -ftls-model=initial-exec")
REFUSED(open_fails, "badge \"open-fails\": must be a prime, not 4")
REFUSED(plugin_open_fails, "plugin \"plugin_open_fails.so\": nothing is not a colour")

/* ---- files that are no plugins ---- */

static void expect_file_refused(const char *name, const char *bytes, size_t count, const char *message)
{
	scene *here = scene_new();
	char path[SCENE_PATH_BYTES * 2];
	scene_config(here, "plugins:\n  - file: odd.so\n");
	snprintf(path, sizeof path, "%s/%s", here->folder, name);
	FILE *file = fopen(path, "wb");
	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes, 1, count, file), count);
	fclose(file);
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), message);
	scene_finish(here);
}

Test(bad_plugins, an_empty_file_is_refused)
{
	expect_file_refused("odd.so", "", 0, "badges.yaml:4:11: plugin \"odd.so\" is empty");
}

Test(bad_plugins, a_text_file_is_refused)
{
	expect_file_refused(
		"odd.so", "INPUT(libother.so)\n", 19,
		"badges.yaml:4:11: plugin \"odd.so\" is not a shared object: it begins with \"INPUT(libother.s\"");
}

Test(bad_plugins, a_directory_is_refused)
{
	scene *here = scene_new();
	char path[SCENE_PATH_BYTES * 2];
	scene_config(here, "plugins:\n  - file: odd.so\n");
	snprintf(path, sizeof path, "%s/odd.so", here->folder);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), "badges.yaml:4:11: plugin \"odd.so\": ./odd.so: Is a directory");
	scene_finish(here);
}

Test(bad_plugins, a_plugin_cut_short_anywhere_is_refused_and_never_crashes, .timeout = 120)
{
	scene *here = scene_new();
	char path[SCENE_PATH_BYTES * 2];
	struct stat about;
	scene_copy_plugin(here, "good_one.so", "copy.so");
	scene_config(here, "plugins:\n  - file: copy.so\n");
	snprintf(path, sizeof path, "%s/copy.so", here->folder);
	cr_assert_eq(stat(path, &about), 0);
	/* The section headers are at the file's end: the last of 40 cuts removes one byte of them. */
	for (int i = 0; i < 40; i++) {
		scene_copy_plugin(here, "good_one.so", "copy.so");
		cr_assert_eq(truncate(path, i * (about.st_size - 1) / 39), 0);
		cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG,
			     "cut to %d/39", i);
		cr_assert(scene_message_begins(here, "badges.yaml:4:11: plugin \"copy.so\" is "), "%s",
			  here->error.message);
	}
	scene_finish(here);
}

/* ---- several at once ---- */

Test(bad_plugins, all_faults_of_a_file_are_told_at_once)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n"
			   "  - file: wrong_magic.so\n"
			   "  - file: good_one.so\n"
			   "  - file: no_levels.so\n"
			   "  - file: good_many.so\n"
			   "    badges:\n"
			   "      - badge: first-visti\n"
			   "      - badge: third-visit\n"
			   "        settings: { colour: red }\n");
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(
		scene_message(here),
		"badges.yaml:4:11: plugin \"wrong_magic.so\" has the magic number 0x32444700, not 0x32444742: it "
		"was not made with brabeion/badge.h\n"
		"badges.yaml:6:11: badge \"no-levels\" has no levels: it could never be awarded\n"
		"badges.yaml:9:16: plugin \"good_many.so\" defines no badge \"first-visti\" (did you mean "
		"\"first-visit\"?)\n"
		"badges.yaml:11:19: badge \"third-visit\" takes no settings");
	scene_finish(here);
}

Test(bad_plugins, a_file_listed_twice_is_refused)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: good_one.so\n  - file: good_one.so\n");
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here),
			 "badges.yaml:5:11: plugin \"good_one.so\" is listed already, at "
			 "badges.yaml:4:11: its memory would be kept twice; list its badges under one "
			 "entry");
	scene_finish(here);
}

Test(bad_plugins, an_id_listed_twice_is_refused)
{
	scene *here = scene_new();
	scene_copy_plugin(here, "memory_user.so", "copy.so");
	scene_config(here, "plugins:\n"
			   "  - file: memory_user.so\n"
			   "  - file: copy.so\n"
			   "    badges: [{ badge: memory-user, slug: other }]\n");
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here),
			 "badges.yaml:5:11: the plugin id \"memory-user\" is in use by the plugin of "
			 "line 4 already: their memory would be mixed");
	scene_finish(here);
}

/* ---- unusual, but valid ---- */

static scene *scene_of(const char *file)
{
	char text[SCENE_PATH_BYTES];
	snprintf(text, sizeof text, "plugins:\n  - file: %s\n", file);
	return scene_with(text);
}

Test(bad_plugins, a_badge_that_hears_nothing_is_well_with_a_warning)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: no_events.so\n");
	scene_open(here);
	cr_assert_not_null(strstr(here->log,
				  "badges.yaml:4:11: badge \"no-events\" listens to no event: only badge_grant "
				  "can award it\n"),
			   "%s", here->log);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "unhandled");
	scene_finish(here);
}

Test(bad_plugins, a_larger_struct_of_a_later_header_works)
{
	scene *here = scene_of("larger_struct.so");
	brabeion_result result = scene_judge(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"));
	cr_assert_eq(result.award_count, 1);
	cr_assert_eq(result.awards[0].level, 2);
	cr_assert_str_eq(result.awards[0].name, "Large");
	cr_assert_str_eq(result.awards[0].description, "Level 2 of a longer struct");
	brabeion_result_finish(&result);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("level", 1)), "larger-struct 1 ;");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("level", 3)), "1 failed;");
	scene_finish(here);
}

Test(bad_plugins, an_unknown_optional_flag_is_ignored)
{
	scene *here = scene_of("unknown_optional_flag.so");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "unknown-optional-flag 1 ;");
	scene_finish(here);
}

Test(bad_plugins, one_that_changes_the_floating_point_mode_leaves_the_hosts_alone)
{
	cr_assert_eq(fegetround(), FE_TONEAREST);
	scene *here = scene_of("fast_math.so");
	cr_assert_eq(fegetround(), FE_TONEAREST);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "fast-math 1 ;");
	cr_assert_eq(fegetround(), FE_TONEAREST);
	scene_finish(here);
}

static void *fire_once(void *context)
{
	scene *here = context;
	return brabeion_possibly_award(here->engine, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"),
				       NULL) == BRABEION_OK
		       ? context
		       : NULL;
}

Test(bad_plugins, one_with_a_key_and_a_destructor_outlives_its_threads)
{
	scene *here = scene_of("thread_key.so");
	pthread_t thread;
	void *answer = NULL;
	cr_assert_eq(pthread_create(&thread, NULL, fire_once, here), 0);
	cr_assert_eq(pthread_join(thread, &answer), 0);
	cr_assert_not_null(answer);
	cr_assert_str_eq(scene_awards(here, "ada"), "thread-key 1 ;");
	scene_finish(here);
}

Test(bad_plugins, one_in_cxx_works_and_its_exception_is_a_failed_badge_with_its_what)
{
	scene *here = scene_of("good_cxx.so");
	cr_assert_str_eq(scene_fire(here, "throw", "ada"), "1 failed;");
	cr_assert_str_eq(
		here->log,
		"warning: badge \"good-cxx\" failed on event \"throw\" of user \"ada\": thrown on purpose\n");
	here->log[0] = '\0';
	cr_assert_str_eq(scene_fire(here, "throw_number", "ada"), "1 failed;");
	cr_assert_str_eq(here->log,
			 "warning: badge \"good-cxx\" failed on event \"throw_number\" of user \"ada\": an "
			 "exception that is not a std::exception\n");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "good-cxx 1 ;");
	scene_finish(here);
}

Test(bad_plugins, a_pack_shares_what_observe_counts)
{
	scene *here = scene_of("good_many.so");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire(here, "visit", "ben"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "third-visit 1 ;");
	scene_finish(here);
}

Test(bad_plugins, answers_that_must_not_be_fail_alone_and_leave_no_memory)
{
	scene *here = scene_of("answers.so");
	/* `well` fails if a failed badge has left a tally */
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "3 failed;well 1 ;");
	cr_assert_str_eq(scene_fire(here, "visit", "ben"), "3 failed;well 1 ;");
	cr_assert_eq(scene_count(here, NULL), 2);
	scene_finish(here);
}

/* ---- memory ---- */

#define OP(name) BRABEION_TEXT("op", name)

Test(bad_plugins, tallies_are_kept_per_subject_and_across_opens)
{
	scene *here = scene_of("memory_user.so");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ben"), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "memory", "ben"), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "memory-user 1 ;");
	scene_finish(here);
}

Test(bad_plugins, tallies_can_be_negative_and_set)
{
	scene *here = scene_of("memory_user.so");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_INT("value", -10)), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_INT("value", 12)), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", OP("set"), BRABEION_INT("value", 3)), "memory-user 1 ;");
	scene_finish(here);
}

Test(bad_plugins, a_tally_that_overflows_refuses_the_event_and_keeps_its_value)
{
	scene *here = scene_of("memory_user.so");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_INT("value", 1)), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", OP("overflow")), "1 refused;");
	cr_assert_str_eq(here->log, "info: badge \"memory-user\" refused event \"memory\" of user \"ada\": the tally "
				    "\"count\" would grow beyond 64 bits\n");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_INT("value", 1)), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_INT("value", 1)), "memory-user 1 ;");
	scene_finish(here);
}

Test(bad_plugins, notes_are_kept_and_erased)
{
	scene *here = scene_of("memory_user.so");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", OP("note"), BRABEION_TEXT("value", "ab")), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", OP("note"), BRABEION_TEXT("value", "abc")),
			 "memory-user 1 ;");
	cr_assert_str_eq(scene_fire(here, "memory", "ben", OP("note"), BRABEION_TEXT("value", "abcd"),
				    BRABEION_TEXT("owner", "cleo")),
			 "memory-user 1 ;");
	cr_assert_str_eq(scene_fire(here, "memory", "dan", OP("erase"), BRABEION_TEXT("owner", "cleo")), "");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "memory", "dan", OP("note"), BRABEION_TEXT("value", "ab"),
				    BRABEION_TEXT("key", "k"), BRABEION_TEXT("owner", "cleo")),
			 "", "the erased note is back");
	scene_finish(here);
}

Test(bad_plugins, a_note_has_at_most_64_kib)
{
	scene *here = scene_of("memory_user.so");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", OP("long-note"), BRABEION_INT("value", 65536)),
			 "memory-user 1 ;");
	cr_assert_str_eq(scene_fire(here, "memory", "ben", OP("long-note"), BRABEION_INT("value", 65537)),
			 "1 failed;");
	cr_assert_str_eq(scene_fire(here, "memory", "ben", OP("set")), "", "something of the note was kept");
	scene_finish(here);
}

Test(bad_plugins, an_owner_has_at_most_255_bytes_and_a_name_1_to_100)
{
	scene *here = scene_of("memory_user.so");
	char name[102];
	memset(name, 'x', 101);
	name[101] = '\0';
	cr_assert_str_eq(scene_fire(here, "memory", "ada", OP("long-owner"), BRABEION_INT("value", 255)), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", OP("long-owner"), BRABEION_INT("value", 256)),
			 "1 failed;");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_TEXT("name", name)), "1 failed;");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_TEXT("name", name + 1)), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_TEXT("name", "")), "1 failed;");
	scene_finish(here);
}
