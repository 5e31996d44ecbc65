/*
 * base/utf8: characters to bytes and back, and ill-formed text.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "base/utf8.h"

static void expect_character(const char *bytes, uint32_t expected)
{
	char again[BRB_UTF8_BYTES_MOST];
	uint32_t code = 0;
	size_t length = brb_utf8_decode(bytes, SIZE_MAX, &code);
	cr_expect_eq(length, strlen(bytes), "%s", bytes);
	cr_expect_eq(code, expected, "%s", bytes);
	cr_expect_eq(brb_utf8_encode(expected, again), length);
	cr_expect_eq(memcmp(again, bytes, length), 0, "%s", bytes);
}

Test(utf8, reads_and_writes_characters_of_every_length)
{
	expect_character("\x01", 0x01);
	expect_character("\x7f", 0x7f);
	expect_character("\xC2\x80", 0x80);
	expect_character("\xDF\xBF", 0x7ff);
	expect_character("\xE0\xA0\x80", 0x800);
	expect_character("\xED\x9F\xBF", 0xd7ff);
	expect_character("\xEE\x80\x80", 0xe000);
	expect_character("\xEF\xBF\xBF", 0xffff);
	expect_character("\xF0\x90\x80\x80", 0x10000);
	expect_character("\xF4\x8F\xBF\xBF", 0x10ffff);
}

Test(utf8, refuses_what_is_not_well_formed)
{
	static const char *const wrong[] = {
		"\x80",         "\xBF",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x9F\xBF",
		"\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
		"\xFF",         "\xC3",         "\xE2\x82",         "\xF0\x9F\x98",     "\xE2\x82z",
	};
	uint32_t code = 42;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_eq(brb_utf8_decode(wrong[i], SIZE_MAX, &code), 0, "%zu", i);
	cr_expect_eq(brb_utf8_length("\xE2\x82\xAC", 2), 0, "the third byte is not there to be read");
	cr_expect_eq(code, 42);
}

Test(utf8, knows_what_must_not_reach_a_terminal)
{
	static const uint32_t misleading[] = { 0,      0x1b,   0x1f,   0x7f,   0x80,   0x9f,   0x61c,
					       0x200e, 0x200f, 0x2028, 0x202e, 0x2066, 0x2069, 0xfeff };
	static const uint32_t fine[] = { 0x20, 0x7e, 0xa0, 0x61b, 0x200d, 0x2010, 0x2027, 0x202f, 0x2065, 0x2070 };
	for (size_t i = 0; i < sizeof misleading / sizeof *misleading; i++)
		cr_expect(brb_utf8_misleads(misleading[i]), "U+%04X", misleading[i]);
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		cr_expect_not(brb_utf8_misleads(fine[i]), "U+%04X", fine[i]);
}

static void expect_shown(const char *text, const char *shown)
{
	char to[256];
	size_t length = brb_utf8_show_all(text, false, to, sizeof to);
	cr_expect_str_eq(to, shown, "%s", to);
	cr_expect_eq(length, strlen(shown));
}

Test(utf8, shows_what_cannot_be_seen_by_its_number)
{
	expect_shown("ada", "ada");
	expect_shown("\x1b[1m\n\x7f", "\\x1b[1m\\x0a\\x7f");
	expect_shown("a\xC2\x9B"
		     "b",
		     "a\\u{9b}b");
	expect_shown("ada\xE2\x80\x8B", "ada\\u{200b}"); /* zero-width space */
	expect_shown("a\xC2\xAD"
		     "da",
		     "a\\u{ad}da"); /* soft hyphen */
	expect_shown("a\xC2\xA0"
		     "b",
		     "a\\u{a0}b"); /* no-break space */
	expect_shown("a\xE2\x80\x8D"
		     "b",
		     "a\\u{200d}b");                    /* a joiner between Latin letters */
	expect_shown("\xE3\x85\xA4", "\\u{3164}");      /* the Hangul filler */
	expect_shown("a\xEF\xB8\x8F", "a\\u{fe0f}");    /* a variation of a letter */
	expect_shown("\xF3\xA0\x81\xA1", "\\u{e0061}"); /* a tag without a flag */
	expect_shown("\xFF\xE2\x82", "\\xff\\xe2\\x82");
}

Test(utf8, shows_what_joins_where_it_is_seen)
{
	static const char *const as_they_are[] = {
		"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",         /* an astronaut: woman, joiner, rocket */
		"\xE2\x9D\xA4\xEF\xB8\x8F\xE2\x80\x8D\xF0\x9F\x94\xA5", /* heart, U+FE0F, joiner, fire */
		"1\xEF\xB8\x8F\xE2\x83\xA3",                            /* a keycap */
		"\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2\xF3\xA0\x81\xBF", /* a flag of tags */
		"\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE", /* Persian, a non-joiner within a word */
		"\xE4\xB8\x80\xE3\x80\x80\xE4\xBA\x8C", /* the wide blank of Japanese */
	};
	for (size_t i = 0; i < sizeof as_they_are / sizeof *as_they_are; i++)
		expect_shown(as_they_are[i], as_they_are[i]);
}

Test(utf8, shows_in_bounded_room_and_keeps_lines_where_asked)
{
	char to[8];
	cr_expect_eq(brb_utf8_show_all("ab\n\x1b", true, to, sizeof to), 7);
	cr_expect_str_eq(to, "ab\n\\x1b");
	cr_expect_eq(brb_utf8_show_all("abcde\x1bz", true, to, sizeof to), 10);
	cr_expect_str_eq(to, "abcde", "cut in front of the escape, and nothing after it");
	cr_expect_eq(brb_utf8_show_all("abc", true, NULL, 0), 3);
}
