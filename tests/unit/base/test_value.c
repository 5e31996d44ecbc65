/*
 * value: fields of an event's state: found by name, read as another type if nothing is lost, written as text that reads
 * back as the same value, and refused if out of bounds.
 */
#include <criterion/criterion.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/value.h"

/* ---- finding ----------------------------------------------------------------------------------------------------- */

Test(value, a_field_is_found_by_name)
{
	brabeion_field fields[] = { BRABEION_INT("a", 1), BRABEION_INT("b", 2) };
	cr_assert_eq(brb_value_find(fields, 2, "a"), &fields[0]);
	cr_assert_eq(brb_value_find(fields, 2, "b"), &fields[1]);
	cr_assert_null(brb_value_find(fields, 2, "c"));
	cr_assert_null(brb_value_find(fields, 0, "a"));
	cr_assert_null(brb_value_find(NULL, 0, "a"));
}

Test(value, of_two_fields_of_one_name_the_last_counts)
{
	brabeion_field fields[] = { BRABEION_INT("a", 1), BRABEION_INT("b", 2), BRABEION_INT("a", 3) };
	cr_assert_eq(brb_value_find(fields, 3, "a"), &fields[2]);
	fields[2].type = BRABEION_TYPE_NULL;
	cr_assert_null(brb_value_find(fields, 3, "a"), "also when it is null");
}

/* ---- reading as another type ------------------------------------------------------------------------------------- */

Test(value, integers)
{
	int64_t value = 42;
	brabeion_field field = BRABEION_INT("a", INT64_MIN);
	cr_assert(brb_value_int(&field, &value));
	cr_assert_eq(value, INT64_MIN);
	field = BRABEION_INT("a", INT64_MAX);
	cr_assert(brb_value_int(&field, &value));
	cr_assert_eq(value, INT64_MAX);
}

Test(value, a_real_that_is_a_whole_number_is_an_integer)
{
	static const struct {
		double real;
		bool whole;
		int64_t value;
	} cases[] = {
		{ 3.0, true, 3 },
		{ -3.0, true, -3 },
		{ -0.0, true, 0 },
		{ 3.5, false, 0 },
		{ 1e18, true, 1000000000000000000 },
		{ -0x1p63, true, INT64_MIN },
		{ 0x1p63, false, 0 },
		{ 0x1.fffffffffffffp62, true, 9223372036854774784 },
		{ -0x1.0000000000001p63, false, 0 },
		{ 1e300, false, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t value = 42;
		brabeion_field field = BRABEION_REAL("a", cases[i].real);
		cr_expect_eq(brb_value_int(&field, &value), cases[i].whole, "%g", cases[i].real);
		cr_expect_eq(value, cases[i].whole ? cases[i].value : 42, "%g", cases[i].real);
	}
}

Test(value, what_is_no_integer)
{
	int64_t value = 42;
	brabeion_field fields[] = { BRABEION_BOOL("a", true), BRABEION_TEXT("a", "7"), BRABEION_JSON("a", "[7]") };
	for (size_t i = 0; i < 3; i++)
		cr_expect_not(brb_value_int(&fields[i], &value));
	cr_expect_eq(value, 42);
}

Test(value, reals)
{
	double value = 42;
	brabeion_field fields[] = { BRABEION_REAL("a", 2.5), BRABEION_INT("a", -7), BRABEION_BOOL("a", true),
				    BRABEION_TEXT("a", "7"), BRABEION_JSON("a", "7") };
	cr_expect(brb_value_real(&fields[0], &value));
	cr_expect_eq(value, 2.5);
	cr_expect(brb_value_real(&fields[1], &value));
	cr_expect_eq(value, -7.0);
	for (size_t i = 2; i < 5; i++)
		cr_expect_not(brb_value_real(&fields[i], &value));
	cr_expect_eq(value, -7.0);
}

Test(value, truths)
{
	bool value = false;
	brabeion_field fields[] = { BRABEION_BOOL("a", true), BRABEION_BOOL("a", false), BRABEION_INT("a", 1),
				    BRABEION_TEXT("a", "true") };
	cr_expect(brb_value_bool(&fields[0], &value));
	cr_expect(value);
	cr_expect(brb_value_bool(&fields[1], &value));
	cr_expect_not(value);
	cr_expect_not(brb_value_bool(&fields[2], &value));
	cr_expect_not(brb_value_bool(&fields[3], &value));
}

/* ---- as text ----------------------------------------------------------------------------------------------------- */

static const char *text_of(brabeion_field field)
{
	static char buffer[BRB_VALUE_TEXT_BYTES];
	return brb_value_text(&field, buffer);
}

Test(value, as_text)
{
	cr_expect_str_eq(text_of(BRABEION_TEXT("a", "ada")), "ada");
	cr_expect_str_eq(text_of(BRABEION_JSON("a", "{\"b\":[1]}")), "{\"b\":[1]}");
	cr_expect_str_eq(text_of(BRABEION_BOOL("a", true)), "true");
	cr_expect_str_eq(text_of(BRABEION_BOOL("a", false)), "false");
	cr_expect_str_eq(text_of(BRABEION_INT("a", 0)), "0");
	cr_expect_str_eq(text_of(BRABEION_INT("a", -42)), "-42");
	cr_expect_str_eq(text_of(BRABEION_INT("a", INT64_MIN)), "-9223372036854775808");
	cr_expect_str_eq(text_of(BRABEION_INT("a", INT64_MAX)), "9223372036854775807");
	brabeion_field nothing = { .name = "a", .type = BRABEION_TYPE_NULL };
	cr_expect_null(text_of(nothing));
}

Test(value, a_real_as_the_shortest_text_that_reads_back)
{
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 0.1)), "0.1");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 5.0)), "5");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", -2.5)), "-2.5");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 1e300)), "1e+300");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", -1.5e-7)), "-1.5e-07");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 0.1 + 0.2)), "0.30000000000000004");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", -1e19)), "-1e+19");
}

Test(value, a_whole_real_as_the_text_of_the_integer)
{
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 60.0)), "60");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", -0.0)), "0");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 1e15)), "1000000000000000");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 1e18)), "1000000000000000000");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", -0x1p63)), "-9223372036854775808");
}

Test(value, a_real_that_is_set_is_an_integer_where_it_is_whole)
{
	brabeion_field field = { .name = "a" };
	brb_value_set_real(&field, 60.0);
	cr_expect_eq(field.type, BRABEION_TYPE_INT);
	cr_expect_eq(field.value.integer, 60);
	brb_value_set_real(&field, 60.5);
	cr_expect_eq(field.type, BRABEION_TYPE_REAL);
	cr_expect_eq(field.value.real, 60.5);
	brb_value_set_real(&field, 0x1p63);
	cr_expect_eq(field.type, BRABEION_TYPE_REAL);
	cr_expect_eq(field.value.real, 0x1p63);
}

Test(value, every_real_reads_back_as_the_same_bits)
{
	uint64_t bits = 0x9e3779b97f4a7c15u;
	for (int i = 0; i < 20000; i++) {
		bits = bits * 6364136223846793005u + 1442695040888963407u;
		double real, again;
		memcpy(&real, &bits, sizeof real);
		if (!isfinite(real))
			continue;
		const char *text = text_of(BRABEION_REAL("a", real));
		cr_assert_lt(strlen(text), BRB_VALUE_TEXT_BYTES);
		again = strtod(text, NULL);
		cr_assert_eq(memcmp(&again, &real, sizeof real), 0, "%s", text);
	}
}

/* The decimal point does not depend on the locale. If German is not installed, the C locale is tested again. */
Test(value, a_real_has_a_point_in_every_locale)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		setlocale(LC_ALL, "C");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", 1234.5)), "1234.5");
	cr_expect_str_eq(text_of(BRABEION_REAL("a", -2.25e-30)), "-2.25e-30");
	setlocale(LC_ALL, "C");
}

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

static void expect_refused(const brabeion_field *fields, size_t count, const char *message)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_value_check(fields, count, &error), BRABEION_INVALID, "%s", message);
	cr_expect_str_eq(error.message, message);
	brabeion_error_finish(&error);
}

static void expect_fine(const brabeion_field *fields, size_t count)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_value_check(fields, count, &error), BRABEION_OK, "%s", error.message);
	brabeion_error_finish(&error);
}

Test(value, state_that_is_fine)
{
	brabeion_field fields[] = { BRABEION_INT("a", 1),     BRABEION_REAL("b", 1e308),
				    BRABEION_BOOL("c", true), BRABEION_TEXT("caf\xc3\xa9", ""),
				    BRABEION_JSON("e", "[]"), { .name = "f", .type = BRABEION_TYPE_NULL } };
	expect_fine(fields, sizeof fields / sizeof fields[0]);
	expect_fine(NULL, 0);
}

Test(value, at_most_256_fields)
{
	brabeion_field fields[257];
	for (size_t i = 0; i < 257; i++)
		fields[i] = BRABEION_INT("a", 1);
	expect_fine(fields, 256);
	expect_refused(fields, 257, "the event has 257 fields, more than 256");
}

Test(value, names_of_1_to_100_bytes)
{
	char name[102];
	memset(name, 'n', 101);
	name[101] = '\0';
	brabeion_field field = BRABEION_INT(name, 1);
	expect_refused(&field, 1,
		       "the field name \"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\" is longer than 100 bytes "
		       "or not UTF-8");
	name[100] = '\0';
	expect_fine(&field, 1);
	field.name = "";
	expect_refused(&field, 1, "a field has no name");
	field.name = NULL;
	expect_refused(&field, 1, "a field has no name");
	field.name = "bad\xff";
	expect_refused(&field, 1, "the field name \"bad\\xff\" is longer than 100 bytes or not UTF-8");
}

Test(value, texts_of_at_most_1_mebibyte)
{
	char *text = malloc(1024 * 1024 + 2);
	cr_assert_not_null(text);
	memset(text, 't', 1024 * 1024 + 1);
	text[1024 * 1024 + 1] = '\0';
	brabeion_field field = BRABEION_TEXT("a", text);
	expect_refused(&field, 1, "the text of field \"a\" is longer than 1 MiB");
	field.type = BRABEION_TYPE_JSON;
	expect_refused(&field, 1, "the text of field \"a\" is longer than 1 MiB");
	text[1024 * 1024] = '\0';
	expect_fine(&field, 1);
	text[9] = (char)0xff;
	expect_refused(&field, 1, "the text of field \"a\" is not UTF-8");
	field.value.text = NULL;
	expect_refused(&field, 1, "the text of field \"a\" is NULL");
	free(text);
}

Test(value, numbers_are_finite)
{
	const double odd[] = { INFINITY, -INFINITY, NAN };
	for (size_t i = 0; i < 3; i++) {
		brabeion_field field = BRABEION_REAL("speed", odd[i]);
		expect_refused(&field, 1, "the field \"speed\" is not a finite number");
	}
}

Test(value, an_unknown_type_is_refused)
{
	brabeion_field field = BRABEION_INT("a", 1);
	field.type = (brabeion_type)6;
	expect_refused(&field, 1, "the field \"a\" has no type of BRABEION_TYPE_*");
}

Test(value, the_first_fault_is_told)
{
	brabeion_field fields[] = { BRABEION_INT("a", 1), BRABEION_REAL("b", NAN), BRABEION_TEXT("c", NULL) };
	expect_refused(fields, 3, "the field \"b\" is not a finite number");
}
