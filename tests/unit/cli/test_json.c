/*
 * cli/output/json: awards and changes as lines, and times.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "cli/output/json.h"

static brb_cli_out out;

static const brabeion_award_info award = {
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

Test(json, writes_an_award_in_one_fixed_order)
{
	brb_cli_json_award_line(&out, &award);
	expect("{\"user\":\"ada\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\","
	       "\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"e\\\"1\"}\n");
}

Test(json, writes_what_became_of_an_award)
{
	brabeion_change change = {
		.sequence = 14, .kind = BRABEION_CHANGE_LAPSED, .comment = "on event vote", .award = &award
	};
	brb_cli_json_change_line(&out, &change);
	expect("{\"user\":\"ada\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\","
	       "\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"e\\\"1\","
	       "\"sequence\":14,\"revoked\":true,\"revoked_at\":\"1970-01-01T00:00:00.000Z\",\"award_sequence\":12,"
	       "\"lapsed\":true,\"note\":\"on event vote\"}\n");
}

Test(json, writes_a_time_beyond_the_calendar_as_a_number)
{
	brb_json json = brb_cli_json(&out);
	brb_cli_json_time(&json, NULL, INT64_MAX);
	expect("9223372036854775807");
}

Test(json, writes_a_list_of_texts)
{
	static const char *const texts[] = { "a", "b" };
	brb_json json = brb_cli_json(&out);
	brb_cli_json_texts(&json, NULL, texts, 2);
	expect("[\"a\",\"b\"]");
	brb_cli_json_texts(&json, NULL, texts, 0);
	expect("[]");
}
