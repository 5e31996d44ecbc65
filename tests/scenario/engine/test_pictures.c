/*
 * test_pictures: names in a language, and SVG pictures of badges and holders, through the public header.
 */
#include "support/scene.h"

#define POINTS                                                                                                 \
	"plugins:\n"                                                                                           \
	"  - file: points.so\n"                                                                                \
	"    badges:\n"                                                                                        \
	"      - badge: points\n"                                                                              \
	"        color: \"#1d4ed8\"\n"                                                                         \
	"        levels:\n"                                                                                    \
	"          - { name: { de: Bronze-Medaille, fr: Bronze }, description: { de: Ueber 5.000 Punkte } }\n" \
	"          - { name: Second, image: second.gif }\n"                                                    \
	"          - { name: { de-AT: Goldi, en: Best }, image: third.svg }\n"
#define GIF "GIF89a!"
#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"

static scene *here;

static void enter(void)
{
	here = scene_new();
	scene_write(here, "second.gif", GIF);
	scene_write(here, "third.svg", SVG);
	scene_config(here, POINTS);
	scene_open(here);
}

static void leave(void)
{
	scene_finish(here);
}

TestSuite(pictures, .init = enter, .fini = leave);

static void earn(const char *user, int64_t points)
{
	brabeion_field state[] = { BRABEION_INT("points", points) };
	brabeion_event event =
		BRABEION_EVENT(.name = "points_awarded", .user = user, .fields = state, .field_count = 1,
			       .has_at = true, .at_us = INT64_C(1390335965000000)); /* 2014-01-21T20:26:05Z */
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, NULL), BRABEION_OK);
}

/* ---- names ---- */

/* "name|description" of a level. */
static const char *words(const char *language, uint32_t level)
{
	static char text[512];
	brabeion_level_words read = BRABEION_LEVEL_WORDS();
	brabeion_status status =
		brabeion_translate_level(here->engine, "points", level, language, &read, &here->error);
	if (status == BRABEION_OK)
		snprintf(text, sizeof text, "%s|%s", read.name, read.description);
	else
		snprintf(text, sizeof text, "%s: %s", brabeion_status_name(status), scene_message(here));
	brabeion_level_words_finish(&read);
	return text;
}

Test(pictures, a_name_falls_back_to_wider_languages_then_the_files_then_the_plugins)
{
	cr_expect_str_eq(words("de-AT", 1), "Bronze-Medaille|Ueber 5.000 Punkte");
	cr_expect_str_eq(words("DE", 1), "Bronze-Medaille|Ueber 5.000 Punkte");
	cr_expect_str_eq(words("fr", 1), "Bronze|More than 5,000 points");
	cr_expect_str_eq(words("es", 1), "Bronze|More than 5,000 points", "the plugin's own");
	cr_expect_str_eq(words(NULL, 1), "Bronze|More than 5,000 points");
	cr_expect_str_eq(words("", 1), "Bronze|More than 5,000 points");
	cr_expect_str_eq(words("de", 2), "Second|", "a plain name is for all");
	cr_expect_str_eq(words("de-AT", 3), "Goldi|");
	cr_expect_str_eq(words("de", 3), "Best|");
	cr_expect_str_eq(words("en-GB", 0), "Best|", "0: the highest");
}

/* The name of a plugin's badge with levels from badges.yaml, or the error. */
static const char *named(const char *plugin, const char *badge, const char *levels)
{
	static char text[SCENE_TEXT_BYTES];
	brabeion_badge_list list = { 0 };
	snprintf(text, sizeof text, "plugins: [{ file: %s.so, badges: [{ badge: %s,\n  levels: %s }] }]\n", plugin,
		 badge, levels);
	scene_config(here, text);
	if (brabeion_config_check(&here->options, NULL, &list, &here->error) != BRABEION_OK)
		return scene_message(here);
	snprintf(text, sizeof text, "%s|%s", list.badges[0].levels[0].name, list.badges[0].levels[0].description);
	brabeion_badge_list_finish(&list);
	return text;
}

Test(pictures, a_name_in_other_languages_only_is_the_first_where_the_plugin_has_none)
{
	cr_expect_str_eq(named("levels_from_config", "levels-from-config", "[{ name: { fr: Un, de: Eins } }]"),
			 "Un|");
	cr_expect_str_eq(
		named("levels_from_config", "levels-from-config", "[{ image: second.gif }]"),
		"badges.yaml:4:12: level 1 of badge \"levels-from-config\" needs \"name\": its plugin has none");
	cr_expect_str_eq(named("good_one", "good-one", "[{ name: { fr: Un } }, Two, Three]"),
			 "Bronze|More than 0 points");
	cr_expect_str_eq(named("good_one", "good-one", "[{ image: second.gif, description: D }, Two, Three]"),
			 "Bronze|D");
	cr_expect_str_eq(named("good_one", "good-one", "[{ image: second.gif }]"),
			 "badges.yaml:4:11: badge \"good-one\" has 3 levels, 1 are given here: each needs its name");
}

Test(pictures, what_is_no_language_badge_or_level_is_refused)
{
	cr_expect_str_eq(words("de_AT", 1), "invalid: the language must be a tag such as de or pt-BR, not \"de_AT\"");
	cr_expect_str_eq(words("\xff", 1), "invalid: the language must be a tag such as de or pt-BR");
	cr_expect_str_eq(words("de", 4), "invalid: badge \"points\" has 3 levels, not 4");
	brabeion_picture picture = BRABEION_PICTURE(.size_bytes = 7);
	cr_expect_eq(brabeion_draw_badge(here->engine, "nope", 1, NULL, &picture, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(scene_message(here), "no badge \"nope\" is loaded");
	cr_expect_eq(brabeion_level_image(here->engine, NULL, 1, NULL, &picture, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(scene_message(here), "no badge is given");
	cr_expect_eq(brabeion_draw_user(here->engine, NULL, NULL, &picture, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(scene_message(here), "no user is given");
	cr_expect_eq(brabeion_draw_user(here->engine, "ada", "x", &picture, &here->error), BRABEION_INVALID);
	cr_expect_eq(picture.size_bytes, 7, "untouched");
}

Test(pictures, lists_are_handed_out_in_a_language)
{
	brabeion_award_list awards = { 0 };
	brabeion_change_list changes = { 0 };
	brabeion_badge_list badges = { 0 };
	earn("ada", 5001);
	cr_assert_eq(brabeion_user_awards(here->engine, "ada",
					  &(brabeion_list_options)BRABEION_LIST_OPTIONS(.language = "de"), &awards,
					  NULL),
		     BRABEION_OK);
	cr_expect_str_eq(awards.awards[0].name, "Bronze-Medaille");
	cr_expect_str_eq(awards.awards[0].description, "Ueber 5.000 Punkte");
	brabeion_award_list_finish(&awards);
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &awards, NULL), BRABEION_OK);
	cr_expect_str_eq(awards.awards[0].name, "Bronze", "as stored");
	brabeion_award_list_finish(&awards);
	cr_assert_eq(brabeion_badge_awards(here->engine, "points",
					   &(brabeion_list_options)BRABEION_LIST_OPTIONS(.language = "de"), &awards,
					   NULL),
		     BRABEION_OK);
	cr_expect_str_eq(awards.awards[0].name, "Bronze-Medaille");
	brabeion_award_list_finish(&awards);
	cr_assert_eq(brabeion_user_changes(here->engine, "ada",
					   &(brabeion_list_options)BRABEION_LIST_OPTIONS(.language = "de"), &changes,
					   NULL),
		     BRABEION_OK);
	cr_expect_str_eq(changes.changes[0].award->name, "Bronze-Medaille");
	brabeion_change_list_finish(&changes);
	cr_assert_eq(brabeion_changes_since(here->engine, 0,
					    &(brabeion_list_options)BRABEION_LIST_OPTIONS(.language = "de"), &changes,
					    NULL),
		     BRABEION_OK);
	cr_expect_str_eq(changes.changes[0].award->name, "Bronze-Medaille");
	brabeion_change_list_finish(&changes);
	cr_assert_eq(brabeion_badges(here->engine, "de-AT", &badges, NULL), BRABEION_OK);
	cr_expect_str_eq(badges.badges[0].levels[2].name, "Goldi");
	cr_expect_eq(badges.badges[0].levels[0].holders, 1);
	brabeion_badge_list_finish(&badges);
	cr_assert_eq(brabeion_config_check(&here->options, "de-AT", &badges, NULL), BRABEION_OK);
	cr_expect_str_eq(badges.badges[0].levels[2].name, "Goldi");
	brabeion_badge_list_finish(&badges);
}

Test(pictures, an_award_whose_badge_is_gone_keeps_its_name)
{
	brabeion_award_list awards = { 0 };
	brabeion_picture picture = BRABEION_PICTURE();
	earn("ada", 12000);
	scene_config(here, "plugins: [{ file: good_one.so }]\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_assert_eq(brabeion_user_awards(here->engine, "ada",
					  &(brabeion_list_options)BRABEION_LIST_OPTIONS(.language = "de-AT"), &awards,
					  NULL),
		     BRABEION_OK);
	cr_expect_str_eq(awards.awards[0].name, "Best");
	brabeion_award_list_finish(&awards);
	cr_assert_eq(brabeion_draw_user(here->engine, "ada", "de-AT", &picture, NULL), BRABEION_OK);
	cr_expect_not_null(strstr(picture.bytes, ">Best</text>"));
	brabeion_picture_finish(&picture);
}

Test(pictures, a_reload_changes_names_and_pictures)
{
	brabeion_receipt receipt = BRABEION_RECEIPT();
	brabeion_picture picture = BRABEION_PICTURE();
	scene_config(here, POINTS "      # the same\n");
	cr_assert_eq(brabeion_reload(here->engine, &receipt, NULL), BRABEION_OK);
	cr_expect_eq(receipt.kept, 1);
	scene_write(here, "second.gif", "GIF87a, another");
	cr_assert_eq(brabeion_level_image(here->engine, "points", 2, NULL, &picture, NULL), BRABEION_OK);
	cr_expect_str_eq(picture.bytes, GIF, "as it was loaded");
	cr_assert_eq(brabeion_reload(here->engine, &receipt, NULL), BRABEION_OK);
	cr_expect_eq(receipt.changed, 1);
	cr_expect_str_eq(picture.bytes, GIF, "the host's own");
	brabeion_picture_finish(&picture);
	cr_assert_eq(brabeion_level_image(here->engine, "points", 2, NULL, &picture, NULL), BRABEION_OK);
	cr_expect_str_eq(picture.bytes, "GIF87a, another");
	brabeion_picture_finish(&picture);
	scene_config(here, "plugins: [{ file: points.so, badges: [{ badge: points, levels: ["
			   "{ name: { de: Erz } }, { name: { de: B } }, { name: { de: C } }] }] }]\n");
	cr_assert_eq(brabeion_reload(here->engine, &receipt, NULL), BRABEION_OK);
	cr_expect_eq(receipt.changed, 1);
	cr_expect_str_eq(words("de", 1), "Erz|More than 5,000 points");
	cr_expect_str_eq(words("en", 1), "Bronze|More than 5,000 points");
}

Test(pictures, a_reload_with_a_bad_picture_changes_nothing)
{
	scene_write(here, "second.gif", "no picture");
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(scene_message(here),
			 "badges.yaml:10:36: image \"second.gif\": what is in the file is neither "
			 "SVG, PNG, JPEG, WebP nor GIF");
	cr_expect_str_eq(words("de-AT", 3), "Goldi|");
}

/* ---- pictures ---- */

Test(pictures, a_level_shows_its_file_or_a_medal)
{
	brabeion_picture picture = BRABEION_PICTURE();
	cr_assert_eq(brabeion_level_image(here->engine, "points", 2, NULL, &picture, NULL), BRABEION_OK);
	cr_expect_str_eq(picture.media_type, "image/gif");
	cr_expect_eq(picture.size_bytes, sizeof GIF - 1);
	cr_expect_str_eq(picture.bytes, GIF);
	cr_expect_not(picture.drawn);
	brabeion_picture_finish(&picture);
	cr_assert_eq(brabeion_level_image(here->engine, "points", 1, "de", &picture, NULL), BRABEION_OK);
	cr_expect_str_eq(picture.media_type, "image/svg+xml");
	cr_expect_eq(picture.size_bytes, strlen(picture.bytes));
	cr_expect_not_null(strstr(picture.bytes, "<title>Bronze-Medaille</title><desc>Ueber 5.000 Punkte</desc>"));
	cr_expect_not_null(strstr(picture.bytes, "stop-color=\"#416ade\""), "of the color, lightened");
	cr_expect(picture.drawn);
	brabeion_picture_finish(&picture);
	brabeion_picture_finish(&picture);
	brabeion_picture_finish(NULL);
}

Test(pictures, a_badge_is_drawn_as_svg_whatever_its_file_is)
{
	brabeion_picture picture = BRABEION_PICTURE();
	cr_assert_eq(brabeion_draw_badge(here->engine, "points", 2, NULL, &picture, NULL), BRABEION_OK);
	cr_expect_not_null(strstr(picture.bytes, "href=\"data:image/gif;base64,R0lGODlhIQ==\""), "%s", picture.bytes);
	brabeion_picture_finish(&picture);
	cr_assert_eq(brabeion_draw_badge(here->engine, "points", 0, NULL, &picture, NULL), BRABEION_OK);
	cr_expect_str_eq(picture.bytes, SVG);
	brabeion_picture_finish(&picture);
}

Test(pictures, a_badge_is_drawn_without_an_engine)
{
	brabeion_picture picture = BRABEION_PICTURE();
	scene_close(here);
	cr_assert_eq(remove(here->database), 0);
	cr_assert_eq(brabeion_config_draw_badge(&here->options, "points", 2, NULL, &picture, NULL), BRABEION_OK);
	cr_expect_not_null(strstr(picture.bytes, "R0lGODlhIQ=="));
	brabeion_picture_finish(&picture);
	cr_expect_neq(access(here->database, F_OK), 0);
	cr_expect_eq(brabeion_config_draw_badge(&here->options, "nope", 2, NULL, &picture, &here->error),
		     BRABEION_INVALID);
	cr_expect_str_eq(scene_message(here), "no badge \"nope\" is loaded");
}

static void grant(const char *badge, uint32_t level, const char *reason, int64_t at_us)
{
	brabeion_grant wanted = BRABEION_GRANT(.user = "ada", .badge = badge, .level = level, .reason = reason,
					       .has_at = true, .at_us = at_us);
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_award(here->engine, &wanted, &result), BRABEION_OK, "%s", result.message);
	brabeion_result_finish(&result);
}

static const char *drawn_case(const char *user)
{
	static char text[4 * SCENE_TEXT_BYTES];
	brabeion_picture picture = BRABEION_PICTURE();
	cr_assert_eq(brabeion_draw_user(here->engine, user, NULL, &picture, NULL), BRABEION_OK);
	cr_assert_lt(picture.size_bytes, sizeof text);
	strcpy(text, picture.bytes);
	brabeion_picture_finish(&picture);
	return text;
}

Test(pictures, a_users_case_has_each_badge_once_at_its_highest_level)
{
	earn("ada", 5001);
	grant("points", 3, NULL, INT64_C(1390422365000000));
	const char *text = drawn_case("ada");
	cr_expect_not_null(strstr(text, ">Best</text>"));
	cr_expect_null(strstr(text, ">Bronze</text>"));
	cr_expect_not_null(strstr(text, ">2 awards</text>"));
	cr_expect_not_null(strstr(text, ">2014-01-22</text>"));
	cr_expect_not_null(strstr(text, "href=\"data:image/svg+xml;base64,PHN2ZyB4"), "a file of SVG is an image");
	cr_expect_null(strstr(text, "\xc3\x97"), "levels are not times");
	cr_expect_not_null(strstr(drawn_case("nobody"), ">No badges yet.</text>"));
}

Test(pictures, a_users_case_tells_how_often_and_how_many_more)
{
	char text[4096] = "plugins:\n  - file: good_one.so\n    badges:\n";
	for (int i = 0; i < 27; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "      - { badge: good-one, slug: b%d }\n",
			 i);
	scene_config(here, text);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	for (int i = 0; i < 27; i++) {
		char slug[8];
		snprintf(slug, sizeof slug, "b%d", i);
		grant(slug, 1, NULL, INT64_C(1390335965000000));
	}
	const char *drawn = drawn_case("ada");
	cr_expect_not_null(strstr(drawn, ">+3 more</text>"));
	cr_expect_not_null(strstr(drawn, ">27 awards</text>"));
	cr_expect_not_null(strstr(drawn, ">b26</text>"), "the latest first");
	cr_expect_null(strstr(drawn, ">b2</text>"));
}

Test(pictures, a_badge_earned_many_times_says_how_often)
{
	scene_config(here, "plugins: [{ file: addict.so }]\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	grant("addict", 1, "first", INT64_C(1390335965000000));
	cr_expect_null(strstr(drawn_case("ada"), "\xc3\x97"), "a count of one is shown");
	grant("addict", 1, "second", INT64_C(1390422365000000));
	cr_expect_not_null(strstr(drawn_case("ada"), ">\xc3\x97"
						     "2</text>"));
	cr_expect_not_null(strstr(drawn_case("ada"), ">2014-01-22</text>"));
}
