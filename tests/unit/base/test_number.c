/*
 * base/number: JSON's grammar, exact values, and the kinds of fault.
 */
#include <criterion/criterion.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static void expect_integer(const char *text, int64_t expected)
{
	brb_number number = brb_number_read(text);
	cr_expect_eq(number.kind, BRB_NUMBER_INTEGER, "%s", text);
	cr_expect_eq(number.integer, expected, "%s", text);
	cr_expect_eq(number.end - text, (ptrdiff_t)strcspn(text, " \t\r\n,]}"), "%s", text);
}

static void expect_real(const char *text, double expected)
{
	brb_number number = brb_number_read(text);
	cr_expect_eq(number.kind, BRB_NUMBER_REAL, "%s", text);
	cr_expect_eq(memcmp(&number.real, &expected, sizeof expected), 0, "%s: %a", text, number.real);
	cr_expect_str_eq(number.end, "", "%s", text);
}

Test(number, integers_to_their_ends_whatever_comes_behind_them)
{
	expect_integer("0", 0);
	expect_integer("-0,", 0);
	expect_integer("7]", 7);
	expect_integer("-42}", -42);
	expect_integer("10 ", 10);
	expect_integer("10\t", 10);
	expect_integer("10\r", 10);
	expect_integer("10\n", 10);
	expect_integer("9223372036854775807", INT64_MAX);
	expect_integer("-9223372036854775808", INT64_MIN);
}

Test(number, reals_are_the_nearest_double)
{
	expect_real("0.0", 0.0);
	expect_real("-0.0", -0.0);
	expect_real("1e0", 1.0);
	expect_real("1E+2", 100.0);
	expect_real("25e-1", 2.5);
	expect_real("9007199254740993.0", 9007199254740992.0);
	expect_real("2.2250738585072011e-308", 0x0.fffffffffffffp-1022);
	expect_real("1e-400", 0.0);
	expect_real("1.7976931348623157e308", 0x1.fffffffffffffp1023);
}

Test(number, what_is_written_well_and_too_large_is_out_of_range)
{
	static const char *const wide[] = { "9223372036854775808", "-9223372036854775809", "18446744073709551616" };
	for (size_t i = 0; i < 3; i++) {
		cr_expect_eq(brb_number_read(wide[i]).kind, BRB_NUMBER_OUT_OF_RANGE, "%s", wide[i]);
		cr_expect(isfinite(brb_number_read(wide[i]).real), "%s", wide[i]);
	}
	cr_expect_eq(brb_number_read("9223372036854775808").real, 0x1p63);
	cr_expect_eq(brb_number_read("1e309").kind, BRB_NUMBER_OUT_OF_RANGE);
	cr_expect_eq(brb_number_read("-1e309").real, -INFINITY);
}

Test(number, everything_else_is_malformed)
{
	static const char *const wrong[] = { "",    "-",   "+1",  ".5",       "1.", "1.e5", "1e",  "1e+",
					     "01",  "-01", "00",  "0x1",      "1a", "1.5.", "--1", "- 1",
					     "1_0", "NaN", "inf", "Infinity", "1:", "1\"" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		brb_number number = brb_number_read(wrong[i]);
		cr_expect_eq(number.kind, BRB_NUMBER_MALFORMED, "%s", wrong[i]);
		cr_expect_null(number.end);
	}
}

/* If the locale is not installed, the C locale is tested again. */
Test(number, a_point_is_a_point_in_every_locale)
{
	char text[BRB_NUMBER_BYTES];
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		setlocale(LC_ALL, "C");
	expect_real("2.5", 2.5);
	cr_expect_str_eq(brb_number_write(-1234.5, text), "-1234.5");
	setlocale(LC_ALL, "C");
}

/* The cost depends on the number's digits, not on the rest of the text. */
Test(number, many_in_a_text_take_linear_time, .timeout = 20)
{
	enum { COUNT = 500000 };
	char *text = malloc(2 * COUNT + 1);
	cr_assert_not_null(text);
	for (size_t i = 0; i < COUNT; i++)
		memcpy(text + 2 * i, "7,", 3);
	size_t read = 0;
	for (const char *at = text; *at; at = brb_number_read(at).end + 1)
		read++;
	cr_expect_eq(read, COUNT);
	free(text);
}
