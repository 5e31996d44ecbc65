/*
 * descriptor: a plugin's exports are copied to the current struct sizes, or refused with their fault. The plugins are
 * in tests/plugins.
 */
#include "plugin/descriptor.h"
#include "support/loading_fixture.h"
#include "support/open_image.h"

TestSuite(descriptor, .init = open_loading_fixture, .fini = close_loading_fixture);

static brb_arena arena;
static brb_image *image;

static brabeion_status read_plugin(const char *file, brb_descriptor *descriptor, brabeion_error *error)
{
	char path[PATH_BYTES];
	join(path, BRB_TEST_PLUGIN_DIR, file);
	cr_assert_eq(open_image(copies, path, &image, error), BRABEION_OK, "%s: %s", file, error->message);
	return brb_descriptor_read(image, &arena, descriptor, error);
}

static void forget_plugin(void)
{
	brb_image_close(image);
	brb_arena_finish(&arena);
}

static void expect_refused(const char *file, const char *message)
{
	brb_descriptor descriptor = { .definitions = NULL };
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(read_plugin(file, &descriptor, &error), BRABEION_CONFIG, "%s", file);
	cr_expect_str_eq(error.message ? error.message : "(none)", message, "%s: %s", file, error.message);
	cr_expect_null(descriptor.definitions, "untouched");
	cr_expect_null(descriptor.plugin.id);
	brabeion_error_finish(&error);
	forget_plugin();
}

static brb_descriptor expect_read(const char *file)
{
	brb_descriptor descriptor;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(read_plugin(file, &descriptor, &error), BRABEION_OK, "%s: %s", file, error.message);
	return descriptor;
}

Test(descriptor, a_plugin_in_short_form)
{
	brb_descriptor read = expect_read("good_one.so");
	cr_expect_eq(read.plugin.magic, BADGE_MAGIC);
	cr_expect_str_eq(read.plugin.id, "good-one");
	cr_expect_str_eq(read.plugin.version, "", "it has none");
	cr_expect_eq(read.plugin.badge_count, 1);
	cr_expect_eq(read.plugin.watch_count, 0);
	cr_expect_null(read.plugin.observe);
	const badge_definition *badge = &read.definitions[0];
	cr_expect_str_eq(badge->slug, "good-one");
	cr_expect_eq(badge->flags, 0);
	cr_assert_eq(badge->level_count, 3);
	cr_expect_str_eq(badge->levels[0].name, "Bronze");
	cr_expect_str_eq(badge->levels[2].name, "Gold");
	cr_expect_str_eq(badge->levels[2].description, "More than 100 points");
	cr_assert_eq(badge->event_count, 2);
	cr_expect_str_eq(badge->events[0], "visit");
	cr_expect_str_eq(badge->events[1], "points");
	cr_expect_not_null(badge->award);
	cr_expect_null(badge->open);
	forget_plugin();
}

Test(descriptor, a_pack)
{
	brb_descriptor read = expect_read("good_many.so");
	cr_expect_str_eq(read.plugin.id, "good-many");
	cr_expect_str_eq(read.plugin.version, "1.0");
	cr_assert_eq(read.plugin.badge_count, 2);
	cr_expect_str_eq(read.definitions[0].slug, "first-visit");
	cr_expect_str_eq(read.definitions[1].slug, "third-visit");
	cr_assert_eq(read.plugin.watch_count, 1);
	cr_expect_str_eq(read.plugin.watches[0], "visit");
	cr_expect_not_null(read.plugin.observe);
	cr_assert_eq(read.plugin.memory_count, 1);
	cr_expect_str_eq(read.plugin.memory[0].name, "visits");
	forget_plugin();
}

Test(descriptor, a_plugin_in_cxx)
{
	brb_descriptor read = expect_read("good_cxx.so");
	cr_expect_str_eq(read.plugin.id, "good-cxx");
	cr_expect_eq(read.definitions[0].event_count, 3);
	forget_plugin();
}

/* Texts are copied and outlive the plugin. */
Test(descriptor, texts_are_copies)
{
	brb_descriptor read = expect_read("good_many.so");
	size_t readable;
	cr_expect_not(brb_image_contains(image, read.plugin.id, 1, false));
	cr_expect_not(brb_image_contains(image, read.plugin.version, 1, false));
	cr_expect_not(brb_image_contains(image, read.plugin.watches, 1, false));
	cr_expect_not(brb_image_contains(image, read.plugin.watches[0], 1, false));
	cr_expect_not(brb_image_contains(image, read.definitions[0].slug, 1, false));
	cr_expect_not(brb_image_contains(image, read.definitions[0].levels, 1, false));
	cr_expect_not(brb_image_contains(image, read.definitions[0].levels[0].name, 1, false));
	cr_expect_not(brb_image_contains(image, read.definitions[0].events[0], 1, false));
	cr_expect_not(brb_image_contains(image, read.plugin.memory, 1, false));
	cr_expect_not(brb_image_contains(image, read.plugin.memory[0].name, 1, false));
	cr_expect(brb_image_contains(image, brb_image_symbol(image, &readable), 1, false), "unlike the original");
	forget_plugin();
}

/* ---- sizes and versions ------------------------------------------------------------------------------------------ */

Test(descriptor, larger_structs_are_accepted_and_the_stride_of_levels_is_theirs)
{
	brb_descriptor read = expect_read("larger_struct.so");
	cr_expect_eq(read.plugin.header_minor, 7);
	cr_assert_eq(read.definitions[0].level_count, 2);
	cr_expect_str_eq(read.definitions[0].levels[0].name, "Small");
	cr_expect_str_eq(read.definitions[0].levels[1].name, "Large");
	cr_expect_str_eq(read.definitions[0].levels[1].description, "Level 2 of a longer struct");
	cr_assert_eq(read.definitions[0].memory_count, 2);
	cr_expect_str_eq(read.definitions[0].memory[0].name, "first");
	cr_expect_str_eq(read.definitions[0].memory[1].name, "second");
	cr_expect_eq(read.definitions[0].memory[1].flags, BADGE_KIND_TEXT);
	forget_plugin();
}

Test(descriptor, optional_flags_are_ignored)
{
	brb_descriptor read = expect_read("unknown_optional_flag.so");
	cr_expect_str_eq(read.plugin.id, "unknown-optional-flag");
	forget_plugin();
}

Test(descriptor, what_is_refused_for_its_size_or_version)
{
	expect_refused("smaller_struct.so",
		       "has a descriptor of 96 bytes, version 1.0's has 104: it was not compiled "
		       "against brabeion/badge.h");
	expect_refused("smaller_definition.so",
		       "is wrong in its badge number 1: has a descriptor of 104 bytes, version "
		       "1.0's has 112: it was not compiled against brabeion/badge.h");
	expect_refused("wrong_magic.so", "has the magic number 0x32444700, not 0x32444742: it was not made with "
					 "brabeion/badge.h");
	expect_refused("needs_newer_minor.so", "needs an engine of ABI 1.9 or newer, this one has 1.0");
	expect_refused("unknown_required_flag.so",
		       "has the required flag 0x0100, which this engine (ABI 1.0) does not "
		       "know; a newer engine may");
	expect_refused("unknown_required_badge_flag.so",
		       "is wrong in badge \"unknown-required-badge-flag\": has the required flag 0x0100, which this "
		       "engine (ABI 1.0) does not know; a newer engine may");
}

/* ---- contents ---------------------------------------------------------------------------------------------------- */

Test(descriptor, what_is_refused_for_its_names)
{
	expect_refused("null_id.so", "has no id (NULL)");
	expect_refused("null_slug.so", "is wrong in its badge number 1: has no slug (NULL)");
	expect_refused("empty_slug.so", "is wrong in its badge number 1: the slug \"\" must be 1 to 100 of a-z, 0-9, "
					"\".\", \"_\" and \"-\"");
	expect_refused("bad_slug.so",
		       "is wrong in its badge number 1: the slug \"Bad slug\" must be 1 to 100 of a-z, "
		       "0-9, \".\", \"_\" and \"-\"");
	expect_refused("duplicate_slugs.so", "defines the badge \"twice\" twice");
}

Test(descriptor, what_is_refused_for_where_it_points)
{
	expect_refused("wild_pointer.so", "has badges that lie outside of the plugin");
	expect_refused("wild_function.so", "is wrong in badge \"wild-function\": has a function `award` that lies "
					   "outside of all code");
	expect_refused("null_award.so", "is wrong in badge \"null-award\": listens to events but has no function "
					"`award`");
}

Test(descriptor, what_is_refused_for_its_memory)
{
	expect_refused("memory_twice.so", "is wrong in badge \"memory-twice\": declares the memory \"seen\" twice");
	expect_refused("memory_flags.so",
		       "is wrong in badge \"memory-flags\": the memory \"seen\" has the flags 0x0800, of which this "
		       "engine (ABI 1.0) does not know all; a newer engine may");
	expect_refused("memory_rule.so",
		       "is wrong in badge \"memory-rule\": the memory \"seen\" has the rule BADGE_MERGE_MAX, but it "
		       "is no number: BADGE_MERGE_KEEP (the default) and BADGE_MERGE_OWN make sense");
	expect_refused("memory_name.so", "is wrong in badge \"memory-name\": has no name of memory (NULL)");
	expect_refused("memory_stride.so",
		       "is wrong in badge \"memory-stride\": declares memory in 8 bytes each, version 1.0's have 16");
	expect_refused("memory_in_both.so",
		       "declares the memory \"seen\" for badge \"memory-in-both\" and for the whole plugin: give one "
		       "of them another name");
	expect_refused("merge_missing.so", "is wrong in badge \"merge-missing\": declares memory with "
					   "BADGE_MERGE_OWN, but has no function `merge`");
	expect_refused("merge_idle.so", "has a function `merge`, but declares no memory with BADGE_MERGE_OWN for it");
}

Test(descriptor, what_is_for_badges_yaml_to_mend_is_read)
{
	brb_descriptor read = expect_read("no_levels.so");
	cr_expect_eq(read.definitions[0].level_count, 0);
	forget_plugin();
	read = expect_read("no_events.so");
	cr_expect_eq(read.definitions[0].event_count, 0);
	forget_plugin();
	read = expect_read("async_badge.so");
	cr_expect_eq(read.definitions[0].flags, BADGE_ASYNC);
	forget_plugin();
}
