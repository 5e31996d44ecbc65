/*
 * test_config_earnable: `earnable`, `retired` and `hidden` of a badge, and the messages for their faults.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "config/config.h"

TestSuite(config_earnable);

/* What the badge says is line 2; `text` holds the file while the configuration is open. */
static brb_config *read_badge(const char *badge, char text[1024])
{
	brb_config *config = NULL;
	snprintf(text, 1024, "plugins: [{ file: a.so, badges: [{ badge: a,\n%s }] }]\n", badge);
	cr_assert_eq(brb_config_read_text("badges.yaml", text, strlen(text), &config, NULL), BRABEION_OK);
	return config;
}

static void expect_fault(const char *badge, const char *message)
{
	char text[1024];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config *config = read_badge(badge, text);
	cr_expect_eq(brb_config_verdict(config, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message ? error.message : "(none)", message);
	brabeion_error_finish(&error);
	brb_config_close(config);
}

static void expect_bounds(const char *badge, int64_t from_us, int64_t until_us)
{
	char text[1024];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_config *config = read_badge(badge, text);
	cr_assert_eq(brb_config_verdict(config, &error), BRABEION_OK, "%s", error.message);
	const brb_config_earnable *earnable = &config->plugins[0].badges[0].earnable;
	cr_expect_eq(earnable->from_us, from_us, "%s", badge);
	cr_expect_eq(earnable->until_us, until_us, "%s", badge);
	cr_expect_not(earnable->retired);
	brb_config_close(config);
}

Test(config_earnable, is_a_time_with_bounds)
{
	expect_bounds("slug: b", 0, 0);
	expect_bounds("earnable: { from: 2026-12-01, until: 2027-01-01 }", 1796083200000000, 1798761600000000);
	expect_bounds("earnable: { from: '2026-12-01T01:00:00+01:00' }", 1796083200000000, 0);
	expect_bounds("earnable: { until: '1970-01-01T00:00:01.5Z' }", 0, 1500000);
}

Test(config_earnable, tells_what_is_wrong_with_its_times)
{
#define WANTED "a date such as 2026-12-01, or a time with its offset such as 2026-12-01T08:00:00+01:00"
	expect_fault("earnable: { from: 2026-12-01, until: 2026-12-01 }",
		     "badges.yaml:2:38: \"until\" must be later than \"from\"");
	expect_fault("earnable: { from: 2026-12-32 }",
		     "badges.yaml:2:19: \"from\" must be " WANTED ", not \"2026-12-32\"");
	expect_fault("earnable: { until: '2026-12-01T08:00:00' }",
		     "badges.yaml:2:20: \"until\" must be " WANTED ", not \"2026-12-01T08:00:00\"");
	expect_fault("earnable: { until: 2026 }", "badges.yaml:2:20: \"until\" must be " WANTED ", not an integer");
	expect_fault("earnable: { from: 1970-01-01 }", "badges.yaml:2:19: \"from\" must be later than 1970-01-01");
	expect_fault("earnable: {}", "badges.yaml:2:11: \"earnable\" is empty: give \"from\", \"until\" or both");
	expect_fault("earnable: 2026-12-01",
		     "badges.yaml:2:11: \"earnable\" must be a mapping of keys to values, not text");
	expect_fault("earnable: { form: 2026-12-01 }",
		     "badges.yaml:2:13: unknown key \"form\" (did you mean \"from\"?)");
}

Test(config_earnable, badges_may_be_retired_and_hidden)
{
	char text[1024];
	brb_config *config = read_badge("retired: true, hidden: true", text);
	cr_assert_eq(brb_config_verdict(config, NULL), BRABEION_OK);
	cr_expect(config->plugins[0].badges[0].earnable.retired);
	cr_expect(config->plugins[0].badges[0].hidden);
	brb_config_close(config);
	expect_fault("retired: soon", "badges.yaml:2:10: \"retired\" must be true or false, not text");
	expect_fault("hidden: 1", "badges.yaml:2:9: \"hidden\" must be true or false, not an integer");
}
