/*
 * test_drawing: pictures are the same bytes everywhere, safe for any input, and differ between badges.
 */
#include <criterion/criterion.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/sha256.h"
#include "drawing/svg.h"
#include "drawing/trophies.h"

/* ---- helpers ---- */

static char written[4096];

static const char *taken(brb_builder *svg)
{
	char *text = brb_builder_take(svg);
	cr_assert_not_null(text);
	snprintf(written, sizeof written, "%s", text);
	brb_memory_release(text);
	return written;
}

static const char *length(int tenths)
{
	brb_builder svg = { 0 };
	brb_svg_length(&svg, tenths);
	return taken(&svg);
}

static const char *point(int radius, int angle)
{
	brb_builder svg = { 0 };
	brb_svg_point(&svg, radius, angle);
	return taken(&svg);
}

static const char *text(const char *from)
{
	brb_builder svg = { 0 };
	brb_svg_text(&svg, from);
	return taken(&svg);
}

static const char *cut(const char *from, size_t columns)
{
	brb_builder svg = { 0 };
	brb_svg_text_cut(&svg, from, columns);
	return taken(&svg);
}

static const char *base64(const char *from)
{
	brb_builder svg = { 0 };
	brb_svg_base64(&svg, (const unsigned char *)from, strlen(from));
	return taken(&svg);
}

Test(drawing, lengths_have_a_digit_behind_the_point_where_there_is_one)
{
	cr_expect_str_eq(length(0), "0");
	cr_expect_str_eq(length(120), "12");
	cr_expect_str_eq(length(-125), "-12.5");
	cr_expect_str_eq(length(-5), "-0.5");
}

Test(drawing, points_go_clockwise_from_above)
{
	cr_expect_str_eq(point(1000, 0), "0 -100");
	cr_expect_str_eq(point(1000, 900), "100 0");
	cr_expect_str_eq(point(1000, 1800), "0 100");
	cr_expect_str_eq(point(1000, 2700), "-100 0");
	cr_expect_str_eq(point(1000, 300), "50 -86.5"); /* the sine of 60 degrees is 0.866: half a tenth off */
	cr_expect_str_eq(point(1000, -900), "-100 0");
	cr_expect_str_eq(point(1000, 4500), "100 0");
}

Test(drawing, text_is_what_xml_allows)
{
	cr_expect_str_eq(text("<a b=\"c\" d='e'>&amp;"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
	cr_expect_str_eq(text("a\tb\nc\rd"), "a b c d");
	cr_expect_str_eq(text("\x01|\x1f|\x7f|\xc2\x85"), "\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd");
	cr_expect_str_eq(text("\xef\xbf\xbe|\xef\xbf\xbf"), "\xef\xbf\xbd|\xef\xbf\xbd");
	cr_expect_str_eq(text("\xe2\x80\xae right to left"), "\xef\xbf\xbd right to left");
	cr_expect_str_eq(text("\xff|\xc3"), "\xef\xbf\xbd|\xef\xbf\xbd");
	cr_expect_str_eq(text("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	cr_expect_str_eq(text("]]>"), "]]&gt;");
	cr_expect_str_eq(text("\xf0\x9f\x8f\x85 \xc3\xa9"), "\xf0\x9f\x8f\x85 \xc3\xa9");
	cr_expect_str_eq(text(""), "");
}

Test(drawing, text_is_cut_by_what_is_seen)
{
	cr_expect_str_eq(cut("abcdef", 6), "abcdef");
	cr_expect_str_eq(cut("abcdefg", 6), "abcde\xe2\x80\xa6");
	cr_expect_str_eq(cut("a&b&c&d", 4), "a&amp;b\xe2\x80\xa6", "an entity is one column");
	cr_expect_str_eq(cut("\xe4\xb8\x83\xe6\x97\xa5\xe9\x80\xa3", 6), "\xe4\xb8\x83\xe6\x97\xa5\xe9\x80\xa3");
	cr_expect_str_eq(cut("\xe4\xb8\x83\xe6\x97\xa5\xe9\x80\xa3", 5), "\xe4\xb8\x83\xe6\x97\xa5\xe2\x80\xa6");
	cr_expect_str_eq(cut("\xe4\xb8\x83\xe6\x97\xa5\xe9\x80\xa3", 4), "\xe4\xb8\x83\xe2\x80\xa6");
	cr_expect_str_eq(cut("e\xcc\x81"
			     "e\xcc\x81"
			     "e\xcc\x81",
			     3),
			 "e\xcc\x81"
			 "e\xcc\x81"
			 "e\xcc\x81");
	cr_expect_str_eq(cut("e\xcc\x81"
			     "e\xcc\x81"
			     "e\xcc\x81",
			     2),
			 "e\xcc\x81\xe2\x80\xa6");
	cr_expect_eq(brb_svg_columns("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac"), 2, "joined: one");
}

Test(drawing, bytes_are_base64)
{
	cr_expect_str_eq(base64(""), "");
	cr_expect_str_eq(base64("f"), "Zg==");
	cr_expect_str_eq(base64("fo"), "Zm8=");
	cr_expect_str_eq(base64("foo"), "Zm9v");
	cr_expect_str_eq(base64("foobar"), "Zm9vYmFy");
	char many[771];
	memset(many, 'a', 769);
	many[769] = '\0';
	const char *all = base64(many); /* crosses the end of a piece */
	cr_expect_eq(strlen(all), 1028);
	cr_expect_str_eq(all + 1020, "YWFhYQ==");
}

Test(drawing, colours_are_read_and_mixed)
{
	brb_colour colour = 7;
	cr_expect(brb_text_read_colour("#1D4ed8", &colour));
	cr_expect_eq(colour, 0x1d4ed8);
	cr_expect_not(brb_text_read_colour("1d4ed8", &colour));
	cr_expect_not(brb_text_read_colour("#1d4ed", &colour));
	cr_expect_not(brb_text_read_colour("#1d4edg", &colour));
	cr_expect_not(brb_text_read_colour("#1d4ed88", &colour));
	cr_expect_eq(colour, 0x1d4ed8);
	cr_expect_eq(brb_colour_mix(0x000000, 0xffffff, 50), 0x808080);
	cr_expect_eq(brb_colour_mix(0x102030, 0xffffff, 0), 0x102030);
	cr_expect_eq(brb_colour_brightness(0xffffff), 255);
	cr_expect_eq(brb_colour_brightness(0x000000), 0);
}

/* ---- medals ---- */

/* Free with brb_memory_release(). */
static char *drawn(const brb_medal *medal)
{
	brb_builder svg = { 0 };
	brb_medal_draw(&svg, medal);
	char *picture = brb_builder_take(&svg);
	cr_assert_not_null(picture);
	return picture;
}

static void expect_in(const brb_medal *medal, const char *part, bool there)
{
	char *picture = drawn(medal);
	cr_expect_eq(strstr(picture, part) != NULL, there, "%s %s", there ? "no" : "there is", part);
	brb_memory_release(picture);
}

Test(drawing, a_medal_says_what_it_is)
{
	brb_medal medal = {
		.slug = "points", .level = 3, .level_count = 3, .name = "<Gold> & co", .description = "\"Much\""
	};
	char *picture = drawn(&medal);
	const char start[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"256\" height=\"256\" "
			     "viewBox=\"0 0 256 256\" role=\"img\"><title>&lt;Gold&gt; &amp; co</title>"
			     "<desc>&quot;Much&quot;</desc><defs><linearGradient id=\"mc54a061d-3\"";
	cr_expect_eq(strncmp(picture, start, sizeof start - 1), 0, "%.300s", picture);
	cr_expect_str_eq(picture + strlen(picture) - 11, "</g></svg>\n");
	cr_expect_null(strstr(picture + 60, "http"), "nothing from outside");
	cr_expect_null(strstr(picture, "<script"));
	brb_memory_release(picture);
}

/* The SHA-256 of the whole detects any changed byte, which would invalidate caches. */
Test(drawing, a_medal_is_the_same_bytes_always)
{
	brb_medal medal = { .slug = "first-commit", .level = 1, .level_count = 1, .name = "First Commit" };
	char digest[BRB_SHA256_TEXT_BYTES];
	setlocale(LC_ALL, "de_DE.UTF-8");
	char *picture = drawn(&medal), *again = drawn(&medal);
	brb_sha256_text(picture, strlen(picture), digest);
	cr_expect_str_eq(picture, again);
	cr_expect_str_eq(digest, "606bba84854c4f489ed0ec8617fb00a2c6c3c82cb21e2490b392622035877e59", "%s", digest);
	brb_memory_release(picture);
	brb_memory_release(again);
}

/* Enough slugs for every colour, outline and figure, in every metal. */
Test(drawing, all_medals_are_the_same_bytes_always)
{
	brb_builder all = { 0 };
	char digest[BRB_SHA256_TEXT_BYTES];
	for (int i = 0; i < 600; i++) {
		char slug[16];
		snprintf(slug, sizeof slug, "badge-%d", i);
		brb_medal medal = { .slug = slug, .level = 1 + (uint32_t)i % 5, .level_count = 5, .name = "N" };
		brb_medal_draw(&all, &medal);
	}
	cr_assert_not(all.failed);
	brb_sha256_text(all.text, all.length, digest);
	cr_expect_str_eq(digest, "6b284727da62b43793b659eb9d34b96a0a862810d14f6b8f9a2fd766c54ddde5", "%s", digest);
	brb_builder_finish(&all);
}

Test(drawing, the_level_chooses_the_metal)
{
	static const struct {
		uint32_t level, count;
		const char *edge;
	} cases[] = {
		{ 1, 1, "#775000" },      { 1, 0, "#775000" },
		{ 1, 2, "#525b67" },      { 2, 2, "#775000" },
		{ 1, 3, "#5c3212" },      { 2, 3, "#525b67" },
		{ 3, 3, "#775000" },      { 4, 4, "#2a605b" },
		{ 5, 5, "#493a98" },      { 1, 1000, "#5c3212" },
		{ 999, 1000, "#2a605b" }, { 1000, 1000, "#493a98" },
		{ 7, 0, "#493a98" },      { 4294967295u, 4294967295u, "#493a98" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		brb_medal medal = {
			.slug = "points", .level = cases[i].level, .level_count = cases[i].count, .name = "N"
		};
		expect_in(&medal, cases[i].edge, true);
	}
}

Test(drawing, few_levels_are_dots_and_many_a_number)
{
	brb_medal medal = { .slug = "points", .level = 2, .level_count = 1, .name = "N" };
	expect_in(&medal, " r=\"6\"", false);
	medal.level_count = 6;
	expect_in(&medal, " r=\"6\"", true);
	expect_in(&medal, "<text", false);
	medal.level_count = 7;
	expect_in(&medal, " r=\"6\"", false);
	expect_in(&medal, ">2</text>", true);
}

Test(drawing, a_colour_of_its_own_takes_the_place_of_the_slugs)
{
	brb_medal medal = { .slug = "points", .level = 1, .level_count = 1, .name = "N", .has_colour = true };
	medal.colour = 0xffe94d; /* bright: the figure is dark on it */
	cr_expect_eq(brb_medal_colour(&medal), 0xffe94d);
	expect_in(&medal, "fill=\"#403a13\"", true);
	medal.colour = 0x000000;
	expect_in(&medal, "fill-rule=\"evenodd\" fill=\"#ffffff\"", true);
}

Test(drawing, a_picture_is_shown_in_place_of_the_medal)
{
	brb_medal medal = { .slug = "points", .level = 1, .level_count = 3, .name = "N", .media_type = "image/png" };
	medal.picture = (const unsigned char *)"foobar";
	medal.picture_bytes = 6;
	char *picture = drawn(&medal);
	cr_expect_str_eq(picture, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"256\" height=\"256\" "
				  "viewBox=\"0 0 256 256\" role=\"img\"><title>N</title><image width=\"256\" "
				  "height=\"256\" href=\"data:image/png;base64,Zm9vYmFy\"/></svg>\n");
	brb_memory_release(picture);
}

/* Overwrites the ids of definitions, so that only visible differences count. */
static void blank_names(char *picture)
{
	for (char *name = picture; (name = strstr(name, "id=\"")) != NULL; name += 4)
		memset(name + 5, '.', 8);
	for (char *name = picture; (name = strstr(name, "url(#")) != NULL; name += 5)
		memset(name + 6, '.', 8);
}

Test(drawing, different_slugs_have_different_medals)
{
	enum { MANY = 300 };
	static char *pictures[MANY];
	size_t alike = 0;
	for (int i = 0; i < MANY; i++) {
		char slug[16];
		snprintf(slug, sizeof slug, "badge-%d", i);
		brb_medal medal = { .slug = slug, .level = 1, .level_count = 1, .name = "N" };
		pictures[i] = drawn(&medal);
		blank_names(pictures[i]);
		for (int j = 0; j < i; j++)
			alike += strcmp(pictures[i], pictures[j]) == 0;
	}
	cr_expect_leq(alike, 5, "%zu pairs of %d", alike, MANY * (MANY - 1) / 2);
	for (int i = 0; i < MANY; i++)
		brb_memory_release(pictures[i]);
}

/* ---- trophies ---- */

static char *drawn_case(const brb_trophy_case *trophies)
{
	brb_builder svg = { 0 };
	brb_trophies_draw(&svg, trophies);
	char *picture = brb_builder_take(&svg);
	cr_assert_not_null(picture);
	return picture;
}

static void expect_part(const char *picture, const char *part)
{
	cr_expect_not_null(strstr(picture, part), "no %s in %s", part, picture);
}

Test(drawing, a_case_without_trophies_says_so)
{
	brb_trophy_case nothing = { .user = "ada" };
	char *picture = drawn_case(&nothing);
	expect_part(picture, "width=\"384\" height=\"154\"");
	expect_part(picture, "<title>ada\xe2\x80\x99s badges</title>");
	expect_part(picture, ">No badges yet.</text>");
	expect_part(picture, ">0 awards</text>");
	brb_memory_release(picture);
}

Test(drawing, a_case_shows_each_trophy)
{
	brb_trophy trophies[] = {
		{ .medal = { .slug = "points", .level = 2, .level_count = 3, .name = "Silver" },
		  .since = "2026-03-01" },
		{ .medal = { .slug = "answer", .level = 1, .level_count = 1, .name = "<Nice> Answer, and more" },
		  .times = 12,
		  .since = "2026-03-02" },
		{ .medal = { .slug = "once", .level = 8, .level_count = 9, .name = "Once" },
		  .times = 1,
		  .since = "2026-03-03" },
	};
	brb_trophy_case whole = {
		.user = "<ada> & co", .award_count = 1, .badge_count = 4, .count = 3, .trophies = trophies
	};
	char *picture = drawn_case(&whole);
	expect_part(picture, ">&lt;ada&gt; &amp; co\xe2\x80\x99s badges<");
	expect_part(picture, ">1 award</text>");
	expect_part(picture, ">Silver</text>");
	expect_part(picture, ">points</text>");
	expect_part(picture, ">2026-03-01</text>");
	expect_part(picture, ">&lt;Nice&gt; Answer, an\xe2\x80\xa6</text>");
	expect_part(picture, "<title>&lt;Nice&gt; Answer, and more</title>");
	expect_part(picture, ">\xc3\x97"
			     "12</text>");
	expect_part(picture, ">level 8 of 9</text>");
	expect_part(picture, ">+1 more</text>");
	cr_expect_null(strstr(picture, "\xc3\x97"
				       "1<"),
		       "once is not told");
	brb_memory_release(picture);
}

Test(drawing, numbers_of_any_size_fit)
{
	brb_trophy trophy = { .medal = { .slug = "a", .level = 4294967295u, .level_count = 4294967295u, .name = "" },
			      .times = INT64_MAX,
			      .since = "?" };
	brb_trophy_case whole = {
		.user = "", .award_count = INT64_MAX, .badge_count = SIZE_MAX, .count = 1, .trophies = &trophy
	};
	char *picture = drawn_case(&whole);
	expect_part(picture, ">\xc3\x97"
			     "9223372036854M</text>");
	expect_part(picture, ">9223372036854775807 awards</text>");
	expect_part(picture, ">+18446744073709551614 more</text>");
	trophy.times = 9999;
	brb_memory_release(picture);
	picture = drawn_case(&whole);
	expect_part(picture, ">\xc3\x97"
			     "9999</text>");
	brb_memory_release(picture);
	trophy.times = 10000;
	picture = drawn_case(&whole);
	expect_part(picture, ">\xc3\x97"
			     "10k</text>");
	brb_memory_release(picture);
}
