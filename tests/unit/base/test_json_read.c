/*
 * base/json_read: pairs in order, decoded in place; nested values validated fully; compact text.
 */
#include <criterion/criterion.h>

#include "base/json_read.h"

static char text[8192];
static brb_json_reader reader;
static brb_json_value key, value;
static brabeion_error error = BRABEION_NO_ERROR;

static bool begin(const char *document, size_t depth_most)
{
	cr_assert_lt(strlen(document), sizeof text);
	strcpy(text, document);
	return brb_json_read_begin(&reader, text, strlen(text), depth_most, &error);
}

static void expect_fault(const char *message)
{
	cr_expect_eq(error.status, BRABEION_INVALID);
	cr_expect_str_eq(error.message ? error.message : "(read)", message);
	brabeion_error_finish(&error);
}

Test(json_read, pairs_in_order_also_those_of_one_key)
{
	cr_assert(begin(" { \"a\" : 1 , \"a\":\"\\u0000x\\n\",\"\\u0062\":[ {} ] } ", 3));
	cr_assert(brb_json_read_pair(&reader, &key, &value));
	cr_expect_str_eq(key.text, "a");
	cr_expect_eq(value.kind, BRB_JSON_INTEGER);
	cr_expect_eq(value.integer, 1);
	cr_assert(brb_json_read_pair(&reader, &key, &value));
	cr_expect_str_eq(key.text, "a");
	cr_expect_eq(value.kind, BRB_JSON_TEXT);
	cr_expect_eq(value.length, 3, "NUL is a character");
	cr_expect_eq(memcmp(value.text, "\0x\n", 4), 0, "and NUL stands behind it");
	cr_assert(brb_json_read_pair(&reader, &key, &value));
	cr_expect_str_eq(key.text, "b");
	cr_expect_eq(value.kind, BRB_JSON_ARRAY);
	cr_expect_eq(value.length, strlen("[ {} ]"));
	cr_expect_eq(memcmp(value.text, "[ {} ]", value.length), 0);
	cr_expect_not(brb_json_read_pair(&reader, &key, &value));
	cr_expect_eq(error.status, BRABEION_OK);
}

Test(json_read, an_empty_object_has_no_pair)
{
	cr_assert(begin("{ }", 1));
	cr_expect_not(brb_json_read_pair(&reader, &key, &value));
	cr_expect_eq(error.status, BRABEION_OK);
}

Test(json_read, a_fault_stands_where_it_is)
{
	cr_expect_not(begin("  ", 1));
	expect_fault("no JSON object");
	cr_expect_not(begin(" 1", 1));
	expect_fault("expected a JSON object at byte 2");
	cr_expect_not(begin("{\"\x80\"}", 1));
	expect_fault("not valid UTF-8 at byte 3");
	cr_assert(begin("{\"a\":1 \"b\":2}", 1));
	cr_expect(brb_json_read_pair(&reader, &key, &value));
	cr_expect_not(brb_json_read_pair(&reader, &key, &value));
	expect_fault("expected , or } at byte 8");
}

Test(json_read, the_depth_is_bounded)
{
	cr_assert(begin("{\"a\":[[]]}", 3));
	cr_expect(brb_json_read_pair(&reader, &key, &value));
	cr_assert(begin("{\"a\":[[]]}", 2));
	cr_expect_not(brb_json_read_pair(&reader, &key, &value));
	expect_fault("nested deeper than 2 levels at byte 7");
	cr_assert(begin("{\"a\":[]}", 1));
	cr_expect_not(brb_json_read_pair(&reader, &key, &value));
	expect_fault("nested deeper than 1 levels at byte 6");
}

static void expect_compact(const char *document, const char *expected, const char *expected_fault)
{
	brb_builder compact = { 0 };
	cr_assert(begin(document, 64) && brb_json_read_pair(&reader, &key, &value), "%s", document);
	const char *fault = brb_json_read_compact(&value, &compact);
	cr_expect_str_eq(fault ? fault : "", expected_fault, "%s", document);
	if (!fault)
		cr_expect_str_eq(compact.text, expected);
	brb_builder_finish(&compact);
}

Test(json_read, compact_text_has_one_form)
{
	expect_compact("{\"x\":[ 1 , -0, 1.50e1, true,\tfalse, null,\n{ \"\\u0061\" : \"\\/\\u001f\\b\" } ]}",
		       "[1,0,15.0,true,false,null,{\"a\":\"/\\u001f\\b\"}]", "");
	expect_compact("{\"x\":{}}", "{}", "");
	expect_compact("{\"x\":[\"\\u0000\"]}", NULL, "NUL (\\u0000) in a text");
	expect_compact("{\"x\":[\"\\udc00\"]}", NULL,
		       "a malformed escape in a text, or a surrogate without its other half");
	expect_compact("{\"x\":[9223372036854775808]}", NULL, "number out of range");
}
