/*
 * probe/facts: written facts are read back, and anything else is refused.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "probe/facts.h"

static const char *const watches[] = { "visit", "leave" };
static const char *const events[] = { "visit" };
static const brabeion_level levels[] = { { "Owl", "Came at night", 0 }, { "Great Owl", "", 0 } };
static const brabeion_plugin_memory owls[] = { { "nights", "user", "number", "text", "sum" } };
static const brabeion_plugin_memory shared[] = { { "moon", "thing", "text", "hashed", "" },
						 { "friends", "thing", "number", "users", "keep" } };
static const brabeion_plugin_badge badges[] = {
	{ .slug = "owl",
	  .multiple = true,
	  .level_count = 2,
	  .levels = levels,
	  .event_count = 1,
	  .events = events,
	  .remembered_count = 1,
	  .remembered = owls },
	{ .slug = "bat", .async = true, .levels_from_config = true, .progress = true },
};
static const brabeion_inspection facts = { .id = "night",
					   .version = "1.2",
					   .abi_major = 1,
					   .abi_minor = 7,
					   .needs_minor = 3,
					   .observes = true,
					   .watch_count = 2,
					   .watches = watches,
					   .badge_count = 2,
					   .badges = badges,
					   .remembered_count = 2,
					   .remembered = shared };

TestSuite(probe_facts);

Test(probe_facts, are_read_as_they_were_written)
{
	brb_builder bytes = { 0 };
	brb_arena arena = { 0 };
	brabeion_inspection read = { .path = "untouched" };
	cr_assert(brb_probe_write_facts(&facts, &bytes));
	cr_assert(brb_probe_read_facts(bytes.text, bytes.length, &arena, &read));
	brb_builder_finish(&bytes); /* facts are copies */
	cr_expect_str_eq(read.path, "untouched");
	cr_expect_str_eq(read.id, "night");
	cr_expect_str_eq(read.version, "1.2");
	cr_expect_eq(read.abi_major, 1);
	cr_expect_eq(read.abi_minor, 7);
	cr_expect_eq(read.needs_minor, 3);
	cr_expect(read.observes);
	cr_assert_eq(read.watch_count, 2);
	cr_expect_str_eq(read.watches[1], "leave");
	cr_assert_eq(read.badge_count, 2);
	const brabeion_plugin_badge *owl = &read.badges[0], *bat = &read.badges[1];
	cr_expect_str_eq(owl->slug, "owl");
	cr_expect(owl->multiple && !owl->async && !owl->levels_from_config && !owl->progress);
	cr_assert_eq(owl->level_count, 2);
	cr_expect_str_eq(owl->levels[0].description, "Came at night");
	cr_expect_str_eq(owl->levels[1].name, "Great Owl");
	cr_assert_eq(owl->event_count, 1);
	cr_expect_str_eq(owl->events[0], "visit");
	cr_expect(!bat->multiple && bat->async && bat->levels_from_config && bat->progress);
	cr_expect_eq(bat->level_count, 0);
	cr_expect_eq(bat->event_count, 0);
	cr_expect_eq(bat->remembered_count, 0);
	cr_assert_eq(owl->remembered_count, 1);
	cr_expect_str_eq(owl->remembered[0].name, "nights");
	cr_assert_eq(read.remembered_count, 2);
	cr_expect_str_eq(read.remembered[0].merge, "");
	cr_expect_str_eq(read.remembered[1].name, "friends");
	cr_expect_str_eq(read.remembered[1].owner, "thing");
	cr_expect_str_eq(read.remembered[1].keys, "users");
	brb_arena_finish(&arena);
}

Test(probe_facts, cut_anywhere_are_refused)
{
	brb_builder bytes = { 0 };
	brb_arena arena = { 0 };
	cr_assert(brb_probe_write_facts(&facts, &bytes));
	for (size_t length = 0; length < bytes.length; length++) {
		brabeion_inspection read = { .id = "untouched" };
		char *part = malloc(length ? length : 1); /* exact size, so that a sanitizer detects an overrun */
		cr_assert_not_null(part);
		memcpy(part, bytes.text, length);
		cr_expect_not(brb_probe_read_facts(part, length, &arena, &read), "cut to %zu", length);
		cr_expect_str_eq(read.id, "untouched");
		free(part);
	}
	brb_builder_add(&bytes, "more");
	cr_expect_not(brb_probe_read_facts(bytes.text, bytes.length, &arena, &(brabeion_inspection){ 0 }));
	brb_arena_finish(&arena);
	brb_builder_finish(&bytes);
}

static bool reads(const char *bytes, size_t length)
{
	brb_arena arena = { 0 };
	brabeion_inspection read = { 0 };
	bool read_well = brb_probe_read_facts(bytes, length, &arena, &read);
	brb_arena_finish(&arena);
	return read_well;
}

#define READS(text) reads(text, sizeof(text))

Test(probe_facts, malformed_input_is_refused)
{
	cr_expect(READS("id\0"
			"1\0"
			"1\0"
			"0\0"
			"0\0"
			"0\0"
			"0\0"
			"0\0"
			"0"));
	cr_expect_not(READS("id\0"
			    "1\0"
			    "one\0"
			    "0\0"
			    "0\0"
			    "0\0"
			    "0\0"
			    "0\0"
			    "0"),
		      "a number that is none");
	cr_expect_not(READS("id\0"
			    "1\0"
			    "1\0"
			    "0\0"
			    "0\0"
			    "0\0"
			    "4000000000\0"
			    "0\0"
			    "0"),
		      "more watches than there are bytes");
	cr_expect_not(READS("i\xff\0"
			    "1\0"
			    "1\0"
			    "0\0"
			    "0\0"
			    "0\0"
			    "0\0"
			    "0\0"
			    "0"),
		      "a text that is not UTF-8");
}
