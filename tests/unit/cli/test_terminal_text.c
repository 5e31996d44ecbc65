/*
 * test_glyphs: names from outside on a terminal: safe, and as wide as said.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "cli/output/terminal.h"
#include "cli/output/terminal_text.h"

static brb_cli_out out;

static void enter(void)
{
	brb_cli_terminal_prepare();
	brb_cli_out_init(&out, -1);
}

TestSuite(glyphs, .init = enter);

static void expect(const char *text)
{
	cr_assert_eq(out.used, strlen(text), "%.*s", (int)out.used, out.data);
	cr_assert_eq(memcmp(out.data, text, out.used), 0, "%.*s", (int)out.used, out.data);
	out.used = 0;
}

static void expect_shown(const char *text, const char *shown, size_t width)
{
	brb_cli_terminal_text_write(&out, text);
	expect(shown);
	cr_assert_eq(brb_cli_terminal_text_width(text), width, "%s: %zu columns", text,
		     brb_cli_terminal_text_width(text));
}

static void expect_cut(const char *text, size_t columns, const char *shown, size_t width)
{
	size_t taken = brb_cli_terminal_text_write_cut(&out, text, columns);
	expect(shown);
	cr_assert_eq(taken, width, "%s: %zu columns", text, taken);
}

Test(glyphs, shows_text_as_it_is)
{
	expect_shown("ada", "ada", 3);
	expect_shown("h\xC3\xA9", "h\xC3\xA9", 2);
	expect_shown("e\xCC\x81", "e\xCC\x81", 1);
	expect_shown("\xE9\x87\x91", "\xE9\x87\x91", 2);
	expect_shown("", "", 0);
}

Test(glyphs, shows_what_would_steer_a_terminal_as_an_escape)
{
	expect_shown("\x1b[31m", "\\x1b[31m", 8);
	expect_shown("a\tb\nc\x7f", "a\\x09b\\x0ac\\x7f", 15);
	expect_shown("\xC2\x9B", "\\u{9b}", 6);
	expect_shown("\xE2\x80\xAEtxt", "\\u{202e}txt", 11);
	expect_shown("\xE2\x81\xA6", "\\u{2066}", 8);
}

Test(glyphs, shows_broken_utf8_byte_by_byte)
{
	expect_shown("\xFFz", "\\xffz", 5);
	expect_shown("\xE2\x82", "\\xe2\\x82", 8);
	expect_shown("\xED\xA0\x80", "\\xed\\xa0\\x80", 12);
}

Test(glyphs, cuts_to_columns)
{
	expect_cut("lovelace", 8, "lovelace", 8);
	expect_cut("lovelace", 7, "lovela\xE2\x80\xA6", 7);
	expect_cut("lovelace", 1, "\xE2\x80\xA6", 1);
	expect_cut("lovelace", 0, "", 0);
}

Test(glyphs, never_cuts_through_a_wide_character)
{
	expect_cut("\xE9\x87\x91\xE9\x87\x91\xE9\x87\x91", 4, "\xE9\x87\x91\xE2\x80\xA6", 3);
	expect_cut("\xE9\x87\x91\xE9\x87\x91\xE9\x87\x91", 5, "\xE9\x87\x91\xE9\x87\x91\xE2\x80\xA6", 5);
}

static void expect_code(const char *text, size_t size, uint32_t code)
{
	uint32_t got = 0;
	cr_assert_eq(brb_cli_terminal_text_decode(text, &got), size);
	cr_assert_eq(got, code, "U+%04X", got);
}

Test(glyphs, decodes_the_borders_of_utf8)
{
	expect_code("\x01", 1, 0x01);
	expect_code("\x7F", 1, 0x7F);
	expect_code("\xC2\x80", 2, 0x80);
	expect_code("\xDF\xBF", 2, 0x7FF);
	expect_code("\xE0\xA0\x80", 3, 0x800);
	expect_code("\xED\x9F\xBF", 3, 0xD7FF);
	expect_code("\xEE\x80\x80", 3, 0xE000);
	expect_code("\xEF\xBF\xBF", 3, 0xFFFF);
	expect_code("\xF0\x90\x80\x80", 4, 0x10000);
	expect_code("\xF4\x8F\xBF\xBF", 4, 0x10FFFF);
	expect_code("", 0, 0);
	expect_code("\xC1\xBF", 0, 0);
	expect_code("\xE0\x9F\xBF", 0, 0);
	expect_code("\xF0\x8F\xBF\xBF", 0, 0);
	expect_code("\xF4\x90\x80\x80", 0, 0);
	expect_code("\xF5\x80\x80\x80", 0, 0);
}
