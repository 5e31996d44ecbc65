/*
 * base/json_write: output is valid JSON for any text and any nesting.
 */
#include <criterion/criterion.h>

#include "base/json_write.h"

static brb_builder text;
static brb_json json;

static void enter(void)
{
	json = brb_json_into(&text, BRB_JSON_SHOWN);
}

static void leave(void)
{
	brb_builder_finish(&text);
}

TestSuite(json_write, .init = enter, .fini = leave);

static void expect(const char *expected)
{
	cr_assert_not(text.failed);
	cr_assert_eq(json.depth, 0);
	cr_assert_str_eq(text.text, expected);
	brb_builder_reset(&text);
}

static void expect_text(const char *value, const char *expected)
{
	brb_json_text(&json, NULL, value);
	expect(expected);
}

static void write_one_of_each(brb_json_style style)
{
	json = brb_json_into(&text, style);
	brb_json_object(&json, NULL);
	brb_json_array(&json, "list");
	brb_json_integer(&json, NULL, INT64_MIN);
	brb_json_text(&json, NULL, "x");
	brb_json_object(&json, NULL);
	brb_json_end(&json);
	brb_json_array(&json, NULL);
	brb_json_end(&json);
	brb_json_end(&json);
	brb_json_bool(&json, "yes", true);
	brb_json_bool(&json, "no", false);
	brb_json_null(&json, "none");
	brb_json_document(&json, "document", "{\"a\":[1]}");
	brb_json_before(&json, "own");
	brb_builder_add(&text, "7");
	brb_json_end(&json);
}

Test(json_write, one_of_each_in_every_style)
{
	static const char compact[] = "{\"list\":[-9223372036854775808,\"x\",{},[]],\"yes\":true,\"no\":false,"
				      "\"none\":null,\"document\":{\"a\":[1]},\"own\":7}";
	write_one_of_each(BRB_JSON_COMPACT);
	expect(compact);
	write_one_of_each(BRB_JSON_SHOWN);
	expect(compact);
	write_one_of_each(BRB_JSON_SPACED);
	expect("{\"list\": [-9223372036854775808, \"x\", {}, []], \"yes\": true, \"no\": false, "
	       "\"none\": null, \"document\": {\"a\":[1]}, \"own\": 7}");
}

Test(json_write, sixty_four_inside_each_other)
{
	char expected[2 * 64 * 4 + 1] = "";
	for (int i = 0; i < 64; i++) {
		brb_json_array(&json, NULL);
		brb_json_null(&json, NULL);
	}
	for (int i = 0; i < 64; i++)
		brb_json_end(&json);
	for (int i = 0; i < 63; i++)
		strcat(expected, "[null,");
	strcat(expected, "[null");
	memset(expected + strlen(expected), ']', 64);
	expect(expected);
}

Test(json_write, documents_at_the_top_have_nothing_between_them)
{
	brb_json_integer(&json, NULL, 1);
	brb_json_object(&json, NULL);
	brb_json_end(&json);
	brb_json_integer(&json, NULL, 2);
	expect("1{}2");
}

Test(json_write, a_value_on_a_line_of_its_own)
{
	brb_json_array(&json, NULL);
	for (int i = 0; i < 2; i++) {
		brb_json_new_line(&json);
		brb_json_array(&json, NULL);
		brb_json_integer(&json, NULL, i);
		brb_json_integer(&json, NULL, i);
		brb_json_end(&json);
	}
	brb_json_end(&json);
	expect("[\n[0,0],\n[1,1]]");
}

Test(json_write, a_real_stays_one)
{
	static const double reals[] = { 1.0, -0.0, 0.1, 1e22, 2.5e-7 };
	brb_json_array(&json, NULL);
	for (int i = 0; i < 5; i++)
		brb_json_real(&json, NULL, reals[i]);
	brb_json_end(&json);
	expect("[1.0,-0.0,0.1,1e+22,2.5e-07]");
}

Test(json_write, plain_text_as_it_is)
{
	expect_text("", "\"\"");
	expect_text(NULL, "\"\"");
	expect_text("ada lovelace / 1815", "\"ada lovelace / 1815\"");
	expect_text("h\xC3\xA9, \xE9\x87\x91, \xF0\x9F\x98\x80", "\"h\xC3\xA9, \xE9\x87\x91, \xF0\x9F\x98\x80\"");
}

Test(json_write, escapes_what_json_wants_escaped)
{
	expect_text("a\"b\\c", "\"a\\\"b\\\\c\"");
	expect_text("\n\r\t\b\f\x01\x1f", "\"\\n\\r\\t\\u0008\\u000c\\u0001\\u001f\"");
	json.style = BRB_JSON_COMPACT;
	expect_text("\n\r\t\b\f\x01\x1f\x7f\xE2\x80\xAE", "\"\\n\\r\\t\\b\\f\\u0001\\u001f\x7f\xE2\x80\xAE\"");
}

Test(json_write, escapes_keys)
{
	brb_json_object(&json, NULL);
	brb_json_null(&json, "a\"b\n");
	brb_json_end(&json);
	expect("{\"a\\\"b\\n\":null}");
}

Test(json_write, escapes_what_a_terminal_would_obey)
{
	expect_text("\x1b[31m\x7f", "\"\\u001b[31m\\u007f\"");
	expect_text("\xC2\x9B"
		    "31m",
		    "\"\\u009b31m\"");
	expect_text("\xE2\x80\xAEtxt", "\"\\u202etxt\"");
}

Test(json_write, escapes_what_cannot_be_seen)
{
	expect_text("ada\xE2\x80\x8B\xC2\xA0\xF3\xA0\x81\xA1", "\"ada\\u200b\\u00a0\\udb40\\udc61\"");
	expect_text("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
		    "\"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80\"");
}

Test(json_write, replaces_broken_utf8)
{
	expect_text("a\xFFz", "\"a\xEF\xBF\xBDz\"");
	expect_text("\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
	expect_text("\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
	expect_text("\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
	expect_text("\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

/* A host's nested JSON may contain newlines, which must not become escapes between values. */
Test(json_write, a_document_stays_one_line_that_steers_no_terminal)
{
	brb_json_document(&json, NULL, "{\"a\":[1,\"\\n\\\"\xC3\xA9\"],\"b\":null}");
	expect("{\"a\":[1,\"\\n\\\"\xC3\xA9\"],\"b\":null}");
	brb_json_document(&json, NULL, "[\"\x7f\xC2\x9B\xE2\x80\xAE\"]");
	expect("[\"\\u007f\\u009b\\u202e\"]");
	brb_json_document(&json, NULL, "[1,\n\t2\r\n]");
	expect("[1,  2  ]");
}
