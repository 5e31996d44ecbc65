/*
 * test_json: what is written is valid JSON, whatever the text held.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "cli/output/json.h"

static brb_cli_out out;

static void enter(void)
{
	brb_cli_out_init(&out, -1);
}

TestSuite(json, .init = enter);

static void expect(const char *text)
{
	cr_assert_eq(out.used, strlen(text), "%.*s", (int)out.used, out.data);
	cr_assert_eq(memcmp(out.data, text, out.used), 0, "%.*s", (int)out.used, out.data);
	out.used = 0;
}

static void expect_text(const char *text, const char *json)
{
	brb_cli_json_text(&out, text);
	expect(json);
}

Test(json, writes_plain_text_as_it_is)
{
	expect_text("", "\"\"");
	expect_text("ada lovelace / 1815", "\"ada lovelace / 1815\"");
	expect_text("h\xC3\xA9, \xE9\x87\x91, \xF0\x9F\x98\x80", "\"h\xC3\xA9, \xE9\x87\x91, \xF0\x9F\x98\x80\"");
}

Test(json, writes_an_absent_text_as_an_empty_one)
{
	expect_text(NULL, "\"\"");
}

Test(json, escapes_what_json_wants_escaped)
{
	expect_text("a\"b\\c", "\"a\\\"b\\\\c\"");
	expect_text("\n\r\t\x01\x1f", "\"\\n\\r\\t\\u0001\\u001f\"");
}

Test(json, escapes_what_a_terminal_would_obey)
{
	expect_text("\x1b[31m\x7f", "\"\\u001b[31m\\u007f\"");
	expect_text("\xC2\x9B"
		    "31m",
		    "\"\\u009b31m\"");
	expect_text("\xE2\x80\xAEtxt", "\"\\u202etxt\"");
}

Test(json, replaces_broken_utf8)
{
	expect_text("a\xFFz", "\"a\xEF\xBF\xBDz\"");
	expect_text("\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
	expect_text("\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
	expect_text("\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
	expect_text("\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

Test(json, writes_an_award_in_one_fixed_order)
{
	brabeion_award_info award = {
		.sequence = 12,
		.user = "ada",
		.badge = "points",
		.level = 1,
		.name = "Bronze",
		.description = "More than 5,000 points",
		.reason = "",
		.event = "points_awarded",
		.event_id = "e\"1",
		.at_us = 1390335965383000,
	};
	brb_cli_json_award(&out, &award);
	expect("{\"user\":\"ada\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\","
	       "\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"e\\\"1\"}");
}

Test(json, writes_a_time_beyond_the_calendar_as_a_number)
{
	brb_cli_json_time(&out, INT64_MAX);
	expect("9223372036854775807");
}

Test(json, separates_pairs)
{
	brb_cli_json_text_pair(&out, "a", "b", true);
	brb_cli_json_integer_pair(&out, "c", -5, false);
	expect("\"a\":\"b\",\"c\":-5");
}

Test(json, hands_on_a_document_but_for_what_steers_a_terminal)
{
	brb_cli_json_document(&out, "{\"a\":[1,\"\\n\\\"\xC3\xA9\"],\"b\":null}");
	expect("{\"a\":[1,\"\\n\\\"\xC3\xA9\"],\"b\":null}");
	brb_cli_json_document(&out, "[\"\x7f\xC2\x9B\xE2\x80\xAE\"]");
	expect("[\"\\u007f\\u009b\\u202e\"]");
}
