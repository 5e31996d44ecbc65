/*
 * clock: the system's time or the host's, and times as RFC 3339 text and back.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/reentrancy.h"

/* ---- now --------------------------------------------------------------------------------------------------------- */

static unsigned depth_in_callback;

static int64_t fixed_now(void *context)
{
	depth_in_callback = *brb_reentrancy_depth();
	return *(int64_t *)context;
}

Test(clock, the_systems_time)
{
	brb_clock clock = { 0 };
	int64_t before_us = (int64_t)time(NULL) * 1000000;
	int64_t now_us = brb_clock_now_us(&clock);
	cr_assert_geq(now_us, before_us - 1000000);
	cr_assert_leq(now_us, before_us + 60 * (int64_t)1000000);
}

Test(clock, the_hosts_time_with_the_thread_marked)
{
	int64_t now_us = 1390335965383000;
	brb_clock clock = { fixed_now, &now_us };
	cr_assert_eq(brb_clock_now_us(&clock), 1390335965383000);
	cr_assert_eq(depth_in_callback, 1);
	cr_assert_eq(*brb_reentrancy_depth(), 0);
	now_us = -5;
	cr_assert_eq(brb_clock_now_us(&clock), -5);
}

Test(clock, monotonic_time_does_not_go_back)
{
	int64_t last = brb_clock_monotonic_us();
	for (int i = 0; i < 1000; i++) {
		int64_t now = brb_clock_monotonic_us();
		cr_assert_geq(now, last);
		last = now;
	}
}

/* ---- times as text ----------------------------------------------------------------------------------------------- */

typedef struct example {
	int64_t at_us;
	const char *text;
} example;

/* The seconds are from `date -u -d TEXT +%s`. */
static const example examples[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ 1, "1970-01-01T00:00:00.000001Z" },
	{ 1000, "1970-01-01T00:00:00.001Z" },
	{ 999999, "1970-01-01T00:00:00.999999Z" },
	{ -1, "1969-12-31T23:59:59.999999Z" },
	{ -1000, "1969-12-31T23:59:59.999Z" },
	{ -1000000, "1969-12-31T23:59:59.000Z" },
	{ -86400000000, "1969-12-31T00:00:00.000Z" },
	{ -86400000001, "1969-12-30T23:59:59.999999Z" },
	{ -14182940000000, "1969-07-20T20:17:40.000Z" },
	{ 1390335965383000, "2014-01-21T20:26:05.383Z" },
	{ 1390335965383010, "2014-01-21T20:26:05.383010Z" },
	{ 951868799000000, "2000-02-29T23:59:59.000Z" },
	{ 951868800000000, "2000-03-01T00:00:00.000Z" },
	{ 4107542399000000, "2100-02-28T23:59:59.000Z" },
	{ 4107542400000000, "2100-03-01T00:00:00.000Z" },
	{ -2203891200000000, "1900-03-01T00:00:00.000Z" },
	{ -2203891200000001, "1900-02-28T23:59:59.999999Z" },
	{ -11670955200000000, "1600-02-29T12:00:00.000Z" },
	{ -62162121600000000, "0000-02-29T00:00:00.000Z" },
	{ -62167219200000000, "0000-01-01T00:00:00.000Z" },
	{ 253402300799999999, "9999-12-31T23:59:59.999999Z" },
};

enum { EXAMPLES = sizeof examples / sizeof examples[0] };

Test(clock, times_are_written)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		char text[BRABEION_TIME_BYTES];
		cr_expect_eq(brabeion_time_format(examples[i].at_us, text), BRABEION_OK, "%s", examples[i].text);
		cr_expect_str_eq(text, examples[i].text);
	}
}

Test(clock, times_are_read)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		int64_t at_us = 42;
		cr_expect_eq(brabeion_time_parse(examples[i].text, &at_us), BRABEION_OK, "%s", examples[i].text);
		cr_expect_eq(at_us, examples[i].at_us, "%s", examples[i].text);
	}
}

Test(clock, beyond_the_years_0000_to_9999_nothing_is_written)
{
	static const int64_t beyond[] = { -62167219200000001, 253402300800000000, INT64_MIN, INT64_MAX };
	for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
		char text[BRABEION_TIME_BYTES] = "as before";
		cr_expect_eq(brabeion_time_format(beyond[i], text), BRABEION_INVALID, "time %zu", i);
		cr_expect_str_eq(text, "as before");
	}
}

Test(clock, other_forms_of_the_same)
{
	static const example forms[] = {
		{ 1390335965000000, "2014-01-21T22:26:05+02:00" },
		{ 1390335965000000, "2014-01-21T14:56:05-05:30" },
		{ 1390335965000000, "2014-01-22T20:25:05+23:59" },
		{ 1390335965000000, "2014-01-21T20:26:05+00:00" },
		{ 1390335965000000, "2014-01-21T20:26:05-00:00" },
		{ 1390335965000000, "2014-01-21t20:26:05z" },
		{ 1390335965000000, "2014-01-21 20:26:05Z" },
		{ 1390335965100000, "2014-01-21T20:26:05.1Z" },
		{ 1390335965123456, "2014-01-21T20:26:05.1234569999Z" },
		{ 1390335965000000, "2014-01-21T20:26:05.0000009Z" },
		{ 1390335965000001, "2014-01-21T20:26:05.000001000000000000000000000000000000000000001Z" },
		{ -500000, "1969-12-31T23:59:59.5Z" },
		{ -3600000000, "1970-01-01T00:00:00+01:00" },
		{ 3600000000, "1970-01-01T00:00:00-01:00" },
		{ 1483228800000000, "2016-12-31T23:59:60Z" }, /* the leap second */
		{ 1483228800500000, "2016-12-31T23:59:60.5Z" },
	};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		int64_t at_us = 42;
		cr_expect_eq(brabeion_time_parse(forms[i].text, &at_us), BRABEION_OK, "%s", forms[i].text);
		cr_expect_eq(at_us, forms[i].at_us, "%s: %lld", forms[i].text, (long long)at_us);
	}
}

Test(clock, what_is_no_time)
{
	static const char *const garbage[] = {
		"",
		"now",
		"2014",
		"2014-01-21",
		"2014-01-21T20:26:05",   /* no offset */
		"2014-01-21T20:26Z",     /* no seconds */
		"2014-01-21T20:26:05.Z", /* no digit */
		"2014-01-21T20:26:05,5Z",
		"2014-01-21T20:26:05Z ",
		" 2014-01-21T20:26:05Z",
		"2014-01-21T20:26:05ZZ",
		"2014-01-21T20:26:05+0200",
		"2014-01-21T20:26:05+02",
		"2014-01-21T20:26:05+24:00",
		"2014-01-21T20:26:05+02:60",
		"2014-01-21T20:26:05 02:00",
		"2014-01-21T20:26:05--2:00",
		"2014-1-21T20:26:05Z",
		"14-01-21T20:26:05Z",
		"02014-01-21T20:26:05Z",
		"-014-01-21T20:26:05Z",
		"+2014-01-21T20:26:05Z",
		"2014-00-21T20:26:05Z",
		"2014-13-21T20:26:05Z",
		"2014-01-00T20:26:05Z",
		"2014-01-32T20:26:05Z",
		"2014-04-31T20:26:05Z",
		"2014-02-29T00:00:00Z", /* not a leap year */
		"1900-02-29T00:00:00Z", /* nor is this */
		"2000-02-30T00:00:00Z",
		"2014-01-21T24:00:00Z",
		"2014-01-21T20:60:05Z",
		"2014-01-21T20:26:61Z",
		"2014-01-21X20:26:05Z",
		"2014/01/21T20:26:05Z",
		"2014-01-21T20.26.05Z",
		"2014-01-21T2 :26:05Z",
		"1390335965",
		"\xd9\xa2\xd9\xa0\xd9\xa1\xd9\xa4-01-21T20:26:05Z", /* Arabic digits */
	};
	for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
		int64_t at_us = 42;
		cr_expect_eq(brabeion_time_parse(garbage[i], &at_us), BRABEION_INVALID, "\"%s\"", garbage[i]);
		cr_expect_eq(at_us, 42, "\"%s\" left its mark", garbage[i]);
	}
}

/* Every time that parses can be formatted: an offset must not lead out of the years 0000 to 9999. */
Test(clock, an_offset_that_leaves_the_years_is_refused)
{
	int64_t at_us = 42;
	cr_expect_eq(brabeion_time_parse("9999-12-31T23:59:59-00:01", &at_us), BRABEION_INVALID);
	cr_expect_eq(brabeion_time_parse("0000-01-01T00:00:00+00:01", &at_us), BRABEION_INVALID);
	cr_expect_eq(brabeion_time_parse("9999-12-31T23:59:60Z", &at_us), BRABEION_INVALID);
	cr_expect_eq(at_us, 42);
	cr_expect_eq(brabeion_time_parse("9999-12-31T23:59:59.999999Z", &at_us), BRABEION_OK);
	cr_expect_eq(brabeion_time_parse("0000-01-01T00:01:00+00:01", &at_us), BRABEION_OK);
	cr_expect_eq(at_us, -62167219200000000);
}

/* Every truncated text is refused, and none is read past its end (a sanitizer would report it). */
Test(clock, a_text_cut_short_is_refused)
{
	static const char whole[] = "2014-01-21T20:26:05.383+02:00";
	for (size_t length = 0; length < sizeof whole - 1; length++) {
		char *part = strndup(whole, length);
		int64_t at_us = 42;
		cr_expect_eq(brabeion_time_parse(part, &at_us), BRABEION_INVALID, "\"%s\"", part);
		free(part);
	}
}

/* Each day of 3,000 years, at varying times of day: reads back as written, and no two days are alike. */
Test(clock, every_day_is_read_back)
{
	char last[BRABEION_TIME_BYTES] = "", text[BRABEION_TIME_BYTES];
	for (int64_t day = -719528; day < 400000; day += 1) {
		int64_t at_us = day * 86400000000 + (day & 0xffff) * 1000003, again = 0;
		cr_assert_eq(brabeion_time_format(at_us, text), BRABEION_OK);
		cr_assert_eq(brabeion_time_parse(text, &again), BRABEION_OK, "%s", text);
		cr_assert_eq(again, at_us, "%s", text);
		cr_assert_gt(strcmp(text, last), 0, "%s after %s", text, last);
		memcpy(last, text, sizeof last);
	}
}
