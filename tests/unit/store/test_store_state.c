/*
 * store, state: a job's frozen state is restored exactly: types, bits, bytes; invalid JSON is refused, with its place.
 */
#include <criterion/criterion.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/json_read.h"
#include "base/value.h"
#include "store/codec/state.h"

/* ---- helpers ----------------------------------------------------------------------------------------------------- */

static brb_arena arena;
static brb_builder builder;

static void finish(void)
{
	brb_arena_finish(&arena);
	brb_builder_finish(&builder);
}

TestSuite(store_state, .fini = finish);

static const char *written(const brabeion_field *fields, size_t count)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_builder_reset(&builder);
	cr_assert_eq(brb_state_write(&builder, fields, count, &error), BRABEION_OK, "%s", error.message);
	cr_assert_null(error.message);
	cr_assert_not(builder.failed);
	return builder.text;
}

static const brabeion_field *read_back(const char *text, size_t expected)
{
	size_t count = 42;
	const brabeion_field *fields = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_state_read(text, &arena, &fields, &count, &error), BRABEION_OK, "%s", error.message);
	cr_assert_null(error.message);
	cr_assert_eq(count, expected);
	return fields;
}

static const brabeion_field *round_trip(const brabeion_field *fields, size_t count)
{
	return read_back(written(fields, count), count);
}

static void expect_refused(const char *text, const char *words)
{
	size_t count = 42;
	const brabeion_field *fields = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_state_read(text, &arena, &fields, &count, &error), BRABEION_INVALID, "%s", text);
	cr_expect_str_eq(error.message ? error.message : "(read)", words, "of %s", text);
	cr_expect(!fields && count == 42, "nothing is given");
	brabeion_error_finish(&error);
}

static void expect_not_written(brabeion_field field, const char *words)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_state_write(&builder, &field, 1, &error), BRABEION_INVALID);
	cr_expect_str_eq(error.message ? error.message : "(written)", words);
	brabeion_error_finish(&error);
}

/* SQLite's reading of the text, as in the sqlite3 shell. */
static const char *sqlite_says(const char *sql, const char *text)
{
	static char answer[256];
	sqlite3 *memory = NULL;
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(sqlite3_open(":memory:", &memory), SQLITE_OK);
	cr_assert_eq(sqlite3_prepare_v2(memory, sql, -1, &statement, NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW, "%s", sqlite3_errmsg(memory));
	const char *column = (const char *)sqlite3_column_text(statement, 0);
	snprintf(answer, sizeof answer, "%s", column ? column : "(null)");
	sqlite3_finalize(statement);
	sqlite3_close(memory);
	return answer;
}

/* ---- all types --------------------------------------------------------------------------------------------------- */

Test(store_state, one_of_each_type_is_readable_and_comes_back)
{
	const brabeion_field fields[] = {
		BRABEION_INT("points", 7600),
		BRABEION_REAL("share", 0.25),
		BRABEION_BOOL("first", true),
		BRABEION_BOOL("last", false),
		BRABEION_TEXT("by", "ada"),
		BRABEION_JSON("tags", "[\"c\", {\"sql\": 1.50}]"),
		{ .name = "nothing", .type = BRABEION_TYPE_NULL },
	};
	cr_expect_str_eq(written(fields, 7),
			 "{\"points\": 7600, \"share\": 0.25, \"first\": true, \"last\": false, \"by\": \"ada\", "
			 "\"tags\": [\"c\", {\"sql\": 1.50}], \"nothing\": null}");
	const brabeion_field *read = round_trip(fields, 7);
	for (int i = 0; i < 7; i++) {
		cr_expect_str_eq(read[i].name, fields[i].name);
		cr_expect_eq(read[i].type, fields[i].type, "%s", fields[i].name);
	}
	cr_expect_eq(read[0].value.integer, 7600);
	cr_expect(read[1].value.real == 0.25);
	cr_expect(read[2].value.boolean && !read[3].value.boolean);
	cr_expect_str_eq(read[4].value.text, "ada");
	cr_expect_str_eq(read[5].value.text, "[\"c\", {\"sql\": 1.50}]",
			 "as it was, not as someone else would write it");
	cr_expect_str_eq(sqlite_says("SELECT json_valid(?1) || json_extract(?1, '$.by')", written(fields, 7)),
			 "1ada");
}

Test(store_state, no_fields)
{
	cr_expect_str_eq(written(NULL, 0), "{}");
	read_back("{}", 0);
	read_back(" { \n } ", 0);
}

Test(store_state, of_two_fields_of_one_name_the_last_counts)
{
	const brabeion_field fields[] = { BRABEION_INT("a", 1), BRABEION_INT("b", 2), BRABEION_TEXT("a", "new"),
					  BRABEION_INT("ab", 3) };
	cr_expect_str_eq(written(fields, 4), "{\"b\": 2, \"a\": \"new\", \"ab\": 3}");
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

Test(store_state, integers_to_their_ends)
{
	const brabeion_field fields[] = { BRABEION_INT("least", INT64_MIN), BRABEION_INT("most", INT64_MAX),
					  BRABEION_INT("zero", 0), BRABEION_INT("minus", -1) };
	cr_expect_str_eq(written(fields, 4), "{\"least\": -9223372036854775808, \"most\": 9223372036854775807, "
					     "\"zero\": 0, \"minus\": -1}");
	const brabeion_field *read = round_trip(fields, 4);
	for (int i = 0; i < 4; i++)
		cr_expect(read[i].type == BRABEION_TYPE_INT && read[i].value.integer == fields[i].value.integer);
}

Test(store_state, reals_keep_their_bits_and_their_type)
{
	static const double reals[] = { 0.0,
					-0.0,
					1.0,
					-1.0,
					0.1,
					1.0 / 3.0,
					1e22,
					1e23,
					1e15,
					123456789012345680.0,
					DBL_MAX,
					-DBL_MAX,
					DBL_MIN,
					5e-324,
					0x1.fffffffffffffp-1022,
					2.2250738585072011e-308,
					9007199254740993.0,
					0x1p63,
					-0x1p63,
					3.141592653589793,
					8.41e21,
					2.0000000000000004 };
	for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
		const brabeion_field field = BRABEION_REAL("x", reals[i]);
		const brabeion_field *read = round_trip(&field, 1);
		cr_expect_eq(read->type, BRABEION_TYPE_REAL, "%a as %s", reals[i], builder.text);
		cr_expect_eq(memcmp(&read->value.real, &reals[i], sizeof reals[i]), 0, "%a as %s", reals[i],
			     builder.text);
		cr_expect_str_eq(sqlite_says("SELECT json_type(?1, '$.x')", builder.text), "real", "%s",
				 builder.text);
	}
}

/* Random bits, including numbers that SQLite's conversion would not restore. */
Test(store_state, any_real_keeps_its_bits)
{
	uint64_t bits = 88172645463325252u;
	for (int i = 0; i < 20000; i++) {
		double real;
		bits ^= bits << 13; /* Marsaglia's xorshift */
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&real, &bits, sizeof real);
		if (!isfinite(real))
			continue;
		const brabeion_field field = BRABEION_REAL("x", real);
		const brabeion_field *read = round_trip(&field, 1);
		cr_assert(read->type == BRABEION_TYPE_REAL && memcmp(&read->value.real, &real, sizeof real) == 0,
			  "%a as %s", real, builder.text);
		brb_arena_reset(&arena);
	}
}

Test(store_state, a_whole_real_stays_one)
{
	const brabeion_field fields[] = { BRABEION_REAL("one", 1.0), BRABEION_REAL("minus", -0.0),
					  BRABEION_REAL("much", 1e22) };
	cr_expect_str_eq(written(fields, 3), "{\"one\": 1.0, \"minus\": -0.0, \"much\": 1e+22}");
	cr_expect(signbit(round_trip(fields, 3)[1].value.real));
}

Test(store_state, numbers_do_not_depend_on_the_hosts_locale)
{
	const brabeion_field field = BRABEION_REAL("x", 2.5);
	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
		cr_skip_test("no locale with a comma is installed");
	cr_expect_str_eq(written(&field, 1), "{\"x\": 2.5}");
	cr_expect(read_back("{\"x\": 2.5}", 1)->value.real == 2.5);
	setlocale(LC_NUMERIC, "C");
}

Test(store_state, numbers_as_a_person_might_write_them)
{
	const brabeion_field *read =
		read_back("{\"a\":1E2,\"b\":-0,\"c\":9223372036854775808,\"d\":1e-400,\"e\":0.5e+1}", 5);
	cr_expect(read[0].type == BRABEION_TYPE_REAL && read[0].value.real == 100.0);
	cr_expect(read[1].type == BRABEION_TYPE_INT && read[1].value.integer == 0);
	cr_expect(read[2].type == BRABEION_TYPE_REAL && read[2].value.real == 0x1p63, "no int64 holds it");
	cr_expect(read[3].type == BRABEION_TYPE_REAL && read[3].value.real == 0.0);
	cr_expect(read[4].value.real == 5.0);
}

Test(store_state, what_is_not_a_finite_number_is_refused)
{
	expect_not_written(BRABEION_REAL("x", NAN), "the field \"x\" is not a finite number");
	expect_not_written(BRABEION_REAL("x", INFINITY), "the field \"x\" is not a finite number");
	expect_refused("{\"a\":1e999}", "a: number out of range");
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

Test(store_state, text_with_all_that_must_be_escaped)
{
	char all[0x80];
	for (int i = 1; i < 0x80; i++)
		all[i - 1] = (char)i;
	all[0x7f] = '\0';
	const brabeion_field fields[] = { BRABEION_TEXT("all", all), BRABEION_TEXT("empty", ""),
					  BRABEION_TEXT("\"quoted\\\n\"", "\x01\x1f\"\\/\b\f\n\r\t\x7f") };
	const brabeion_field *read = round_trip(fields, 3);
	cr_expect_str_eq(read[0].value.text, all);
	cr_expect_str_eq(read[1].value.text, "");
	cr_expect_str_eq(read[2].name, "\"quoted\\\n\"");
	cr_expect_str_eq(written(&fields[2], 1), "{\"\\\"quoted\\\\\\n\\\"\": "
						 "\"\\u0001\\u001f\\\"\\\\/\\b\\f\\n\\r\\t\x7f\"}");
	cr_expect_str_eq(sqlite_says("SELECT json_valid(?1)", written(fields, 3)), "1");
}

Test(store_state, text_of_every_plane)
{
	const brabeion_field field =
		BRABEION_TEXT("x", "\xc3\xa9 \xe2\x82\xac \xef\xbf\xbd \xf0\x9f\x8f\x86 \xf4\x8f\xbf\xbf");
	cr_expect_str_eq(round_trip(&field, 1)->value.text, field.value.text);
}

Test(store_state, escapes_as_others_write_them)
{
	const brabeion_field *read =
		read_back("{\"a\":\"\\u00e9\\u20AC\\uD83C\\uDFC6\\/\\u0041\", \"\\u0062\":\"\\udbff"
			  "\\udfff\"}",
			  2);
	cr_expect_str_eq(read[0].value.text, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8f\x86/A");
	cr_expect_str_eq(read[1].name, "b");
	cr_expect_str_eq(read[1].value.text, "\xf4\x8f\xbf\xbf");
}

Test(store_state, half_a_character_is_refused)
{
	static const char half[] = "a malformed escape in a text, or a surrogate without its other half at byte 7";
	expect_refused("{\"a\":\"\\ud83c\"}", half);
	expect_refused("{\"a\":\"\\ud83cx\"}", half);
	expect_refused("{\"a\":\"\\ud83c\\u0041\"}", half);
	expect_refused("{\"a\":\"\\udfc6\\ud83c\"}", half);
	expect_refused("{\"a\":\"\\u0000\"}", "a: NUL (\\u0000) in a text");
	expect_refused("{\"a\":\"\xc3\"}", "not valid UTF-8 at byte 7");
}

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

Test(store_state, text_of_a_mebibyte)
{
	char *text = malloc(BRB_TEXT_BYTES_MOST + 1);
	for (size_t i = 0; i < BRB_TEXT_BYTES_MOST; i++)
		text[i] = i % 3 ? 'x' : '"';
	text[BRB_TEXT_BYTES_MOST] = '\0';
	const brabeion_field field = BRABEION_TEXT("x", text);
	cr_expect_str_eq(round_trip(&field, 1)->value.text, text);
	free(text);
}

Test(store_state, as_many_fields_as_an_event_may_have)
{
	static char names[257][8];
	static brabeion_field fields[257];
	for (int i = 0; i < 257; i++) {
		snprintf(names[i], sizeof names[i], "n%d", i);
		fields[i] = BRABEION_INT(names[i], i);
	}
	const brabeion_field *read = round_trip(fields, 256);
	cr_expect_str_eq(read[255].name, "n255");
	cr_expect_eq(read[255].value.integer, 255);
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_state_write(&builder, fields, 257, &error), BRABEION_INVALID);
	cr_expect_str_eq(error.message, "the state has 257 fields, more than 256");
	brabeion_error_finish(&error);
	char *text = strdup(written(fields, 256)), *longer = malloc(strlen(text) + 32);
	text[strlen(text) - 1] = '\0';
	sprintf(longer, "%s,\"one\":1}", text);
	size_t count = 0;
	const brabeion_field *none = NULL;
	cr_expect_eq(brb_state_read(longer, &arena, &none, &count, &error), BRABEION_INVALID);
	cr_expect_str_eq(error.message, "more than 256 keys");
	brabeion_error_finish(&error);
	free(text);
	free(longer);
}

/* ---- nested ------------------------------------------------------------------------------------------------------ */

static char *nested(int depth)
{
	char *text = malloc((size_t)depth * 2 + 2);
	memset(text, '[', (size_t)depth);
	text[depth] = '1';
	memset(text + depth + 1, ']', (size_t)depth);
	text[depth * 2 + 1] = '\0';
	return text;
}

Test(store_state, nested_as_deep_as_sqlite_takes_it)
{
	char *deep = nested(1000), *deeper = nested(1001);
	cr_expect(brb_json_is_nested(deep));
	cr_expect_not(brb_json_is_nested(deeper));
	cr_expect_str_eq(sqlite_says("SELECT json_valid(?1)", deep), "1");
	const brabeion_field field = BRABEION_JSON("x", nested(999));
	cr_expect_str_eq(round_trip(&field, 1)->value.text, field.value.text);
	free(deep);
	free(deeper);
	free((char *)(uintptr_t)field.value.text);
}

/* Each begins as an array or object; the validator must agree with SQLite whether it is JSON. */
Test(store_state, what_json_is_we_say_as_sqlite_says)
{
	static const char *const texts[] = {
		"[]",
		"{}",
		" [ ] ",
		"[1]",
		"[1,2]",
		"[1,]",
		"[,1]",
		"[,]",
		"[1 2]",
		"[1",
		"1]",
		"[[]",
		"[]]",
		"[}",
		"{]",
		"{\"a\":1}",
		"{\"a\":1,}",
		"{,}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\" : [ { } , [ ] ] }",
		"{a:1}",
		"{'a':1}",
		"{1:1}",
		"{\"a\":1 \"b\":2}",
		"{\"a\":1,\"b\":2}",
		"[true,false,null]",
		"[tru]",
		"[nul]",
		"[TRUE]",
		"[01]",
		"[-1]",
		"[-]",
		"[- 1]",
		"[+1]",
		"[.5]",
		"[1.]",
		"[1.5]",
		"[1e5]",
		"[1e]",
		"[1e+]",
		"[1E-5]",
		"[0]",
		"[-0]",
		"[00]",
		"[0x10]",
		"[NaN]",
		"[Infinity]",
		"[\"\"]",
		"[\"a\"]",
		"[\"a]",
		"[\"\\n\"]",
		"[\"\\x\"]",
		"[\"\\u12\"]",
		"[\"\\u1234\"]",
		"[\"\\u123g\"]",
		"[\"\\\"]",
		"[\"\\\\\"]",
		"[\"a\nb\"]",
		"[\"a\tb\"]",
		"[1]x",
		"[1] ",
		"\n[1]\t\r",
		"[1]//c",
		"[/**/1]",
		"[\"\xc3\xa9\"]",
		"[1,[2,{\"a\":[3]}],4]",
		"[1,[2,{\"a\":[3}],4]",
		"[[],[],{}]",
		"[[],[],{},]",
		"{\"a\":{\"b\":{}}}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect_str_eq(brb_json_is_nested(texts[i]) ? "1" : "0",
				 sqlite_says("SELECT json_valid(?1)", texts[i]), "%s", texts[i]);
}

Test(store_state, what_is_not_nested_is_not_of_type_json)
{
	static const char *const texts[] = { "1", "\"a\"", "true", "null", "", " ", "x" };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect_not(brb_json_is_nested(texts[i]), "%s", texts[i]);
	expect_not_written(BRABEION_JSON("x", "1"),
			   "the field \"x\" is not a JSON array or object, though that is its type");
}

/* ---- invalid state ----------------------------------------------------------------------------------------------- */

Test(store_state, what_is_no_object_is_refused_with_its_place)
{
	expect_refused("", "no JSON object");
	expect_refused("[]", "expected a JSON object at byte 1");
	expect_refused("{", "expected a key in quotes at byte 2");
	expect_refused("{,}", "expected a key in quotes at byte 2");
	expect_refused("{\"a\"}", "expected : after a key at byte 5");
	expect_refused("{\"a\":}", "expected a value at byte 6");
	expect_refused("{\"a\":tru}", "a word that is none of true, false and null at byte 6");
	expect_refused("{\"a\":[1}", "expected , or ] at byte 8");
	expect_refused("{\"a\":01}", "a malformed number at byte 6");
	expect_refused("{\"a\":1,}", "expected a key in quotes at byte 8");
	expect_refused("{\"a\":1", "expected , or } at byte 7");
	expect_refused("{\"a\":1}}", "something behind the JSON object at byte 8");
	expect_refused("{\"a\":\"b\n\"}", "a control character in a text must be written as an escape at byte 8");
}
