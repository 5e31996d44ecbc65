/*
 * test_config_patterns: levels by one mapping for all, "{n}" and "{level}" in their texts, and the messages for their faults.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/config.h"

TestSuite(config_patterns);

/* What the badge says is line 3; `text` holds the file while the configuration is open. */
static brb_config *read_badge(const char *badge, char text[8192])
{
	brb_config *config = NULL;
	snprintf(text, 8192, "language: en\nplugins: [{ file: a.so, badges: [{ badge: a,\n%s }] }]\n", badge);
	cr_assert_eq(brb_config_read_text("badges.yaml", text, strlen(text), &config, NULL), BRABEION_OK);
	return config;
}

static void expect_fault(const char *badge, const char *message)
{
	char text[8192];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config *config = read_badge(badge, text);
	cr_expect_eq(brb_config_verdict(config, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message ? error.message : "(none)", message);
	brabeion_error_finish(&error);
	brb_config_close(config);
}

/* The levels as "name|description", one a line. */
static void expect_levels(const char *badge, const char *expected)
{
	char text[8192];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_builder levels = { 0 };
	brb_config *config = read_badge(badge, text);
	cr_assert_eq(brb_config_verdict(config, &error), BRABEION_OK, "%s", error.message);
	const brb_config_badge *read = &config->plugins[0].badges[0];
	for (size_t i = 0; i < read->level_count; i++)
		brb_builder_printf(&levels, "%s|%s\n", read->levels[i].name.usual, read->levels[i].description.usual);
	cr_expect_str_eq(levels.text, expected);
	brb_builder_finish(&levels);
	brb_config_close(config);
}

Test(config_patterns, make_a_level_for_each_number)
{
	expect_levels(
		"levels: { name: 'Pub Crawler {n}', description: 'Was in {n} pubs' }, settings: { at: [5, 10, 1000] "
		"}",
		"Pub Crawler 5|Was in 5 pubs\nPub Crawler 10|Was in 10 pubs\nPub Crawler 1000|Was in 1000 pubs\n");
	expect_levels("settings: { at: [7] }, levels: { name: 'Level {level}' }", "Level 1|\n");
}

Test(config_patterns, make_a_level_for_each_multiple)
{
	expect_levels("levels: { name: '{level}: {n}' }, settings: { at: { every: 5, to: 15 } }",
		      "1: 5|\n2: 10|\n3: 15|\n");
	expect_levels("levels: { name: '{n} km' }, settings: { at: { every: 2.5, to: 10 } }",
		      "2.5 km|\n5 km|\n7.5 km|\n10 km|\n");
	expect_levels("levels: { name: '{n} km' }, settings: { at: { every: 0.05, to: '0.10' } }",
		      "0.05 km|\n0.1 km|\n");
}

Test(config_patterns, take_numbers_as_they_are_written)
{
	expect_levels("levels: { name: '{n} km' }, settings: { at: [21.0975, 42.195, '100'] }",
		      "21.0975 km|\n42.195 km|\n100 km|\n");
	expect_levels("levels: { name: '{n}' }, settings: { at: [0x10, 007] }", "16|\n7|\n");
}

Test(config_patterns, are_filled_in_in_a_list_as_well)
{
	expect_levels(
		"levels: ['Read {n}', { name: Reader, description: 'Level {level}: {n} posts, in {{braces}' }, C], "
		"settings: { at: [3, 5] }",
		"Read 3|\nReader|Level 2: 5 posts, in {braces}\nC|\n");
	expect_levels("levels: ['Level {level}', '{{n}'], settings: { length: 7 }", "Level 1|\n{n}|\n");
	expect_levels("levels: ['{n}', 'B'], settings: { at: { every: 2, to: 4 } }", "2|\nB|\n");
}

Test(config_patterns, have_languages)
{
	char text[8192];
	brb_config *config =
		read_badge("levels: { name: { de: '{n} Kneipen', en: '{n} pubs' }, description: { fr: '{level}' } }, "
			   "settings: { at: [5, 10] }",
			   text);
	cr_assert_eq(brb_config_verdict(config, NULL), BRABEION_OK);
	const brb_config_badge *badge = &config->plugins[0].badges[0];
	cr_assert_eq(badge->level_count, 2);
	const brb_config_level *second = &badge->levels[1];
	cr_expect_str_eq(second->name.usual, "10 pubs");
	cr_assert_eq(second->name.in_other.count, 2);
	cr_expect_str_eq(second->name.in_other.texts[0].language, "de");
	cr_expect_str_eq(second->name.in_other.texts[0].text, "10 Kneipen");
	cr_expect_null(second->description.usual);
	cr_expect_str_eq(second->description.in_other.texts[0].text, "2");
	brb_config_close(config);
}

Test(config_patterns, tell_unknown_placeholders)
{
	expect_fault("levels: { name: 'Pub {count}' }, settings: { at: [5] }",
		     "badges.yaml:3:17: a level's \"name\" has the unknown placeholder \"{count}\": there are {n}, a "
		     "number of "
		     "\"at\", and {level}; write a brace as {{");
	expect_fault("levels: [A, 'Open { here']", "badges.yaml:3:13: a level has the unknown placeholder \"{ "
						   "here\": there are {n}, a number of \"at\", and "
						   "{level}; write a brace as {{");
	expect_fault("levels: [{ name: A, description: { de: '{N}' } }]",
		     "badges.yaml:3:40: a level's \"description\" has the unknown placeholder \"{N}\": there are "
		     "{n}, a number "
		     "of \"at\", and {level}; write a brace as {{");
}

Test(config_patterns, need_at)
{
	expect_fault(
		"levels: { name: A }",
		"badges.yaml:3:9: levels by one mapping for all need \"at\" in \"settings\": a list of numbers, or "
		"{ every: 5, to: 100 }");
	expect_fault(
		"levels: { name: A }, settings: { length: 7 }",
		"badges.yaml:3:9: levels by one mapping for all need \"at\" in \"settings\": a list of numbers, or "
		"{ every: 5, to: 100 }");
	expect_fault(
		"levels: [A, 'B {n}'], settings: { at: [1] }",
		"badges.yaml:3:13: {n} needs a number for this level: \"at\" in \"settings\": a list of numbers, or "
		"{ every: 5, to: 100 }");
	expect_fault("levels: { name: A }, settings: { at: 5 }",
		     "badges.yaml:3:38: \"at\" must be a list of numbers, or { every: 5, to: 100 }, since \"levels\" "
		     "has one "
		     "for each");
	expect_fault("levels: { name: A }, settings: { at: [1, {}] }",
		     "badges.yaml:3:42: each of \"at\" must be a number, since \"levels\" has one for each");
	expect_fault("levels: { name: A }, settings: { at: [1, soon] }",
		     "badges.yaml:3:42: each of \"at\" must be a number, since \"levels\" has one for each");
	expect_fault("levels: { name: A }, settings: { at: [] }",
		     "badges.yaml:3:38: \"at\" is empty: list at least one number");
}

Test(config_patterns, tell_what_is_wrong_with_every)
{
	expect_fault("levels: { name: A }, settings: { at: { every: 30, to: 100 } }",
		     "badges.yaml:3:55: \"to\" must be a multiple of \"every\": 100 is none of 30");
	expect_fault("levels: { name: A }, settings: { at: { every: 30, to: 20 } }",
		     "badges.yaml:3:55: \"to\" must be a multiple of \"every\": 20 is none of 30");
	expect_fault("levels: { name: A }, settings: { at: { every: 0, to: 20 } }",
		     "badges.yaml:3:47: \"every\" must be a number above 0, of at most 18 digits");
	expect_fault("levels: { name: A }, settings: { at: { every: 5, to: many } }",
		     "badges.yaml:3:54: \"to\" must be a number above 0, of at most 18 digits");
	expect_fault("levels: { name: A }, settings: { at: { every: 5 } }",
		     "badges.yaml:3:38: \"at\" needs \"to\", as in { every: 5, to: 100 }");
	expect_fault("levels: { name: A }, settings: { at: { every: 1, to: 1001 } }",
		     "badges.yaml:3:54: a badge has at most 1,000 levels, not 1001");
	expect_fault("levels: { name: A }, settings: { at: { every: 0.00000000000000001, to: 123456789012345678 } }",
		     "badges.yaml:3:72: 0.00000000000000001 and 123456789012345678 have too many digits together");
}

Test(config_patterns, tell_a_fault_once)
{
	expect_fault("levels: { name: 5 }, settings: { at: [1] }",
		     "badges.yaml:3:17: a level's \"name\" must be text, not an integer: put it in quotes");
	expect_fault("levels: { name: A }, settings: 5",
		     "badges.yaml:3:32: \"settings\" must be a mapping of keys to values, not an integer");
	expect_fault("levels: { description: A }, settings: { at: [1] }", "badges.yaml:3:9: a level needs \"name\"");
}

Test(config_patterns, make_at_most_a_thousand_levels)
{
	char text[8192];
	brb_config *config = read_badge("levels: { name: '{n}' }, settings: { at: { every: 3, to: 3000 } }", text);
	cr_assert_eq(brb_config_verdict(config, NULL), BRABEION_OK);
	cr_assert_eq(config->plugins[0].badges[0].level_count, 1000);
	cr_expect_str_eq(config->plugins[0].badges[0].levels[999].name.usual, "3000");
	brb_config_close(config);
}

/* Aliases write much in few bytes. */
Test(config_patterns, take_at_most_64_mib_in_a_file)
{
	static char name[9000];
	brb_builder text = { 0 };
	brb_config *config = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	memset(name, 'x', sizeof name - 1);
	brb_builder_printf(&text,
			   "plugins:\n- file: a.so\n  badges:\n"
			   "  - { badge: a, slug: s0, levels: &l { name: '{n}%s' }, settings: &s { at: { every: 1, "
			   "to: 1000 } } }\n",
			   name);
	for (int i = 1; i < 9; i++)
		brb_builder_printf(&text, "  - { badge: a, slug: s%d, levels: *l, settings: *s }\n", i);
	cr_assert_eq(brb_config_read_text("badges.yaml", text.text, text.length, &config, NULL), BRABEION_OK);
	cr_expect_eq(brb_config_verdict(config, &error), BRABEION_CONFIG);
	cr_expect_str_eq(
		error.message,
		"badges.yaml:4:35: the levels that have placeholders take more than 64 MiB in the whole file");
	brabeion_error_finish(&error);
	brb_config_close(config);
	brb_builder_finish(&text);
}
