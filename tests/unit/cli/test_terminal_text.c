/*
 * cli/output/terminal_text: untrusted names on a terminal: safe, and as wide as computed.
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

TestSuite(terminal_text, .init = enter);

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

Test(terminal_text, shows_text_as_it_is)
{
	expect_shown("ada", "ada", 3);
	expect_shown("h\xC3\xA9", "h\xC3\xA9", 2);
	expect_shown("e\xCC\x81", "e\xCC\x81", 1);
	expect_shown("\xE9\x87\x91", "\xE9\x87\x91", 2);
	expect_shown("", "", 0);
}

Test(terminal_text, shows_what_would_steer_a_terminal_as_an_escape)
{
	expect_shown("\x1b[31m", "\\x1b[31m", 8);
	expect_shown("a\tb\nc\x7f", "a\\x09b\\x0ac\\x7f", 15);
	expect_shown("\xC2\x9B", "\\u{9b}", 6);
	expect_shown("\xE2\x80\xAEtxt", "\\u{202e}txt", 11);
	expect_shown("\xE2\x81\xA6", "\\u{2066}", 8);
}

Test(terminal_text, tells_names_apart_that_differ_by_what_cannot_be_seen)
{
	expect_cut("ada ", 9, "ada\\x20", 7);
	expect_cut(" ada", 9, "\\x20ada", 7);
	expect_cut(" ", 9, "\\x20", 4);
	expect_cut("ada l", 9, "ada l", 5);
	expect_shown("ada\xE2\x80\x8B", "ada\\u{200b}", 11);
	expect_shown("ada\xC2\xA0l", "ada\\u{a0}l", 10);
}

Test(terminal_text, shows_broken_utf8_byte_by_byte)
{
	expect_shown("\xFFz", "\\xffz", 5);
	expect_shown("\xE2\x82", "\\xe2\\x82", 8);
	expect_shown("\xED\xA0\x80", "\\xed\\xa0\\x80", 12);
}

Test(terminal_text, cuts_to_columns)
{
	expect_cut("lovelace", 8, "lovelace", 8);
	expect_cut("lovelace", 7, "lovela\xE2\x80\xA6", 7);
	expect_cut("lovelace", 1, "\xE2\x80\xA6", 1);
	expect_cut("lovelace", 0, "", 0);
}

Test(terminal_text, never_cuts_through_a_wide_character)
{
	expect_cut("\xE9\x87\x91\xE9\x87\x91\xE9\x87\x91", 4, "\xE9\x87\x91\xE2\x80\xA6", 3);
	expect_cut("\xE9\x87\x91\xE9\x87\x91\xE9\x87\x91", 5, "\xE9\x87\x91\xE9\x87\x91\xE2\x80\xA6", 5);
}
