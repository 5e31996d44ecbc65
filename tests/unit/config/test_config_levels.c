/*
 * test_config_levels: levels by language and with pictures in badges.yaml, and the messages for their faults.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/config.h"
#include "support/folder.h"
#include "support/open_config.h"

static char place[PATH_BYTES];

static void put(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(name, "w");
	cr_assert_not_null(file, "%s", name);
	cr_assert_eq(fwrite(text, 1, strlen(text), file), strlen(text));
	cr_assert_eq(fflush(file) | ftruncate(fileno(file), (off_t)size) | fclose(file), 0);
}

static void enter(void)
{
	const char *temporary = getenv("TMPDIR");
	snprintf(place, sizeof place, "%s/brabeion-levels-XXXXXX", temporary ? temporary : "/tmp");
	cr_assert_not_null(mkdtemp(place));
	cr_assert_eq(chdir(place), 0);
	put("points.so", "", 0);
	put("gold.gif", "GIF89a", 6);
	put("note.txt", "hello", 5);
}

static void leave(void)
{
	cr_assert_eq(chdir("/"), 0);
	remove_folder(place);
}

TestSuite(config_levels, .init = enter, .fini = leave);

/* The file's name is line 1, and what the badge says is line 3. */
static brb_config *read_badge(const char *top, const char *badge)
{
	brb_config *config = NULL;
	char text[8192];
	snprintf(text, sizeof text, "%s\nplugins: [{ file: ./points.so, badges: [{ badge: points,\n%s }] }]\n", top,
		 badge);
	put("badges.yaml", text, strlen(text));
	cr_assert_eq(brb_config_read(&(brb_config_source){ .name = "badges.yaml" }, &config, NULL), BRABEION_OK);
	return config;
}

static const brb_config_level *level_of(const brb_config *config)
{
	return &config->plugins[0].badges[0].levels[0];
}

static void expect_fault_of(const char *top, const char *badge, const char *message)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config *config = read_badge(top, badge);
	cr_expect_eq(brb_config_verdict(config, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message ? error.message : "(none)", message);
	brabeion_error_finish(&error);
	brb_config_close(config);
}

static void expect_fault(const char *badge, const char *message)
{
	expect_fault_of("", badge, message);
}

static brb_config *good(const char *top, const char *badge)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config *config = read_badge(top, badge);
	cr_assert_eq(brb_config_verdict(config, &error), BRABEION_OK, "%s", error.message);
	return config;
}

Test(config_levels, have_a_text_for_each_language)
{
	brb_config *config = good("language: DE", "levels: [{ name: { en: Gold, DE-at: Goldi, no: Gull } }]");
	const brb_config_level *level = level_of(config);
	cr_expect_str_eq(config->language, "de");
	cr_expect_null(level->name.usual);
	cr_expect_null(level->description.usual, "as the plugin says");
	cr_assert_eq(level->name.in_other.count, 3);
	cr_expect_str_eq(level->name.in_other.texts[1].language, "de-AT");
	cr_expect_str_eq(level->name.in_other.texts[1].text, "Goldi");
	cr_expect_str_eq(level->name.in_other.texts[2].language, "no", "which is text, not false");
	brb_config_close(config);
}

Test(config_levels, have_the_files_language_as_the_usual_one_wherever_it_stands)
{
	static const char text[] =
		"plugins: [{ file: ./points.so, badges: [{ badge: points, levels: [{ name: { en: Gold, "
		"de: Golden }, description: { fr: Beaucoup, de: Viel } }] }] }]\nlanguage: de-AT\n";
	brb_config *config = NULL;
	put("badges.yaml", text, sizeof text - 1);
	cr_assert_eq(open_config("badges.yaml", NULL, &config, NULL), BRABEION_OK);
	cr_expect_str_eq(level_of(config)->name.usual, "Golden");
	cr_expect_str_eq(level_of(config)->description.usual, "Viel");
	brb_config_close(config);
}

Test(config_levels, are_in_english_unless_the_file_says)
{
	brb_config *config = good("", "levels: [{ name: { de: Golden, en: Gold } }]");
	cr_expect_str_eq(config->language, "en");
	cr_expect_str_eq(level_of(config)->name.usual, "Gold");
	cr_expect_str_eq(level_of(config)->description.usual, "");
	brb_config_close(config);
}

Test(config_levels, tell_what_is_wrong_with_their_languages)
{
	expect_fault("levels: [{ name: { deutsch-: Gold } }]",
		     "badges.yaml:3:20: a key of a level's \"name\" must be a language such as de or pt-BR, not "
		     "\"deutsch-\"");
	expect_fault("levels: [{ name: { de: Gold, DE: Golden } }]",
		     "badges.yaml:3:30: a level's \"name\" has two texts for \"de\"");
	expect_fault("levels: [{ name: { de: '' } }]", "badges.yaml:3:24: a level's \"name\" must not be empty");
	expect_fault("levels: [{ name: { de: 5 } }]",
		     "badges.yaml:3:24: a level's \"name\" must be text, not an integer: put it in quotes");
	expect_fault("levels: [{ name: {} }]",
		     "badges.yaml:3:18: a level's \"name\" is empty: give at least one language");
	expect_fault("levels: [{ name: A, description: { de: [] } }]",
		     "badges.yaml:3:40: a level's \"description\" must be text, not a list");
	expect_fault("levels: [{ description: x }]", "badges.yaml:3:10: a level needs \"name\"");
	expect_fault_of("language: german!", "levels: [A]",
			"badges.yaml:1:11: \"language\" must be a language such as de or pt-BR, not \"german!\"");
	expect_fault_of(
		"language: 5", "levels: [A]",
		"badges.yaml:1:11: \"language\" must be text such as de or pt-BR, not an integer: put it in quotes");
}

Test(config_levels, have_at_most_100_languages)
{
	brb_builder text = { 0 };
	brb_builder_add(&text, "levels: [{ name: {");
	for (int i = 0; i < 100; i++)
		brb_builder_printf(&text, " aa-%03d: A,", i);
	char *badge = brb_builder_take(&text);
	char whole[4096];
	snprintf(whole, sizeof whole, "%s } }]", badge);
	brb_config_close(good("", whole));
	snprintf(whole, sizeof whole, "%s bb: B } }]", badge);
	expect_fault(whole, "badges.yaml:3:18: a level's \"name\" has at most 100 languages, not 101");
	brb_memory_release(badge);
}

Test(config_levels, may_have_no_name_where_they_bring_something_else)
{
	brb_config *config = good("", "levels: [{ image: gold.gif }, { description: { de: Viel } }]");
	cr_expect_null(level_of(config)->name.usual);
	cr_expect_null(level_of(config)->description.usual);
	cr_expect_not(level_of(config)->broken);
	brb_config_close(config);
}

Test(config_levels, share_a_picture)
{
	brb_config *config = good("", "levels: [{ image: gold.gif }, { image: gold.gif }]");
	const brb_config_level *levels = level_of(config);
	cr_assert_not_null(levels[0].image);
	cr_expect_str_eq(levels[0].image->media_type, "image/gif");
	cr_expect_eq(levels[0].image, levels[1].image);
	cr_expect_eq(config->picture_count, 1);
	cr_expect_str_eq(config->pictures[0].path, "gold.gif");
	brb_config_close(config);
}

Test(config_levels, tell_what_is_wrong_with_their_pictures)
{
	cr_assert_eq(mkdir("pics", 0755), 0);
	put("big.gif", "GIF89a", 1024 * 1024 + 1);
	put("empty.gif", "", 0);
	expect_fault(
		"levels: [{ image: gone.png }, { image: note.txt }, { image: pics }, { image: big.gif },\n"
		" { image: empty.gif }, { image: '' }, { image: 5 }]",
		"badges.yaml:3:19: image \"gone.png\": No such file or directory\n"
		"badges.yaml:3:40: image \"note.txt\": what is in the file is neither SVG, PNG, JPEG, WebP nor GIF\n"
		"badges.yaml:3:61: image \"pics\": not a regular file\n"
		"badges.yaml:3:78: image \"big.gif\": the file has more than 1 MiB\n"
		"badges.yaml:4:11: image \"empty.gif\": the file is empty\n"
		"badges.yaml:4:33: a level's \"image\" must not be empty\n"
		"badges.yaml:4:48: a level's \"image\" must be text, not an integer: put it in quotes");
}

Test(config_levels, have_pictures_of_at_most_64_mib_together)
{
	brb_builder text = { 0 };
	brb_builder_add(&text, "levels: [");
	for (int i = 0; i < 65; i++) {
		char name[16];
		snprintf(name, sizeof name, "%02d.gif", i);
		put(name, "GIF89a", 1024 * 1024);
		brb_builder_printf(&text, "{ image: %s },\n", name);
	}
	brb_builder_add(&text, "]");
	char *badge = brb_builder_take(&text);
	expect_fault(badge, "badges.yaml:67:10: image \"64.gif\": all images together have more than 64 MiB");
	brb_memory_release(badge);
}

Test(config_levels, do_not_look_for_pictures_in_a_process_that_tries_plugins)
{
	static const char text[] =
		"plugins: [{ file: a.so, badges: [{ badge: a, levels: [{ image: gone.png }] }] }]\n";
	brb_config *config = NULL;
	cr_assert_eq(brb_config_read_text("badges.yaml", text, sizeof text - 1, &config, NULL), BRABEION_OK);
	cr_expect_eq(brb_config_verdict(config, NULL), BRABEION_OK);
	cr_expect_eq(config->picture_count, 0);
	brb_config_close(config);
}

Test(config_levels, have_a_colour)
{
	brb_config *config = good("", "color: '#1D4ed8'");
	cr_expect_str_eq(config->plugins[0].badges[0].color, "#1D4ed8");
	brb_config_close(config);
	expect_fault("color: blue",
		     "badges.yaml:3:8: \"color\" must be \"#\" and six hexadecimal digits, not \"blue\"");
	expect_fault(
		"color: #1d4ed8\n",
		"badges.yaml:4:2: \"color\" has no value: write it in quotes, \"#1d4ed8\", since # begins a comment");
	expect_fault("color: 5",
		     "badges.yaml:3:8: \"color\" must be text such as \"#1d4ed8\", not an integer: put it in quotes");
}
