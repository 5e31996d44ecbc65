/*
 * tzrule: the rule by which a time zone goes on, literally and against the C library's TZ.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tzrule.h"

static tzrule rule_of(const char *text)
{
	tzrule rule;
	cr_assert(tzrule_read(text, strlen(text), &rule), "%s", text);
	return rule;
}

/* The offset just before a time and at it. */
static void expect_change(const char *text, int64_t at, int32_t before, int32_t from)
{
	tzrule rule = rule_of(text);
	cr_assert_eq(tzrule_offset(&rule, at - 1), before, "%s", text);
	cr_assert_eq(tzrule_offset(&rule, at), from, "%s", text);
}

/* ---- literally ---- */

Test(tzrule, berlin)
{
	static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";
	expect_change(berlin, 2216250000, 3600, 7200); /* 2040-03-25T01:00:00Z */
	expect_change(berlin, 2234998800, 7200, 3600); /* 2040-10-28T01:00:00Z */
}

Test(tzrule, sydney_has_summer_over_the_new_year)
{
	static const char sydney[] = "AEST-10AEDT,M10.1.0,M4.1.0/3";
	expect_change(sydney, 2216822400, 39600, 36000); /* 2040-03-31T16:00:00Z */
	expect_change(sydney, 2233152000, 36000, 39600); /* 2040-10-06T16:00:00Z */
}

Test(tzrule, no_daylight_saving_time)
{
	tzrule rule = rule_of("<+0545>-5:45");
	cr_assert_eq(tzrule_offset(&rule, 0), 20700);
	rule = rule_of("<-03>3:00:01");
	cr_assert_eq(tzrule_offset(&rule, INT64_C(4000000000)), -10801);
}

/* RFC 9636, 3.3.2: times may be negative, and a week away. */
Test(tzrule, changes_may_be_days_away)
{
	expect_change("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2216250000, -7200, -3600); /* Saturday, 2040-03-24 23:00 */
	expect_change("EET-2EEST,M3.4.4/50,M10.4.4/50", 2216160000, 7200, 10800);   /* 2040-03-24 02:00 */
	expect_change("XXX0YYY,J1/-167,J100", 2208387600, 0, 3600);  /* 2039-12-25T01:00:00Z, for 2040 */
	expect_change("XXX0YYY,J100,J365/167", 2241122400, 3600, 0); /* 2041-01-06T22:00:00Z, for 2040 */
}

Test(tzrule, days_of_the_year_with_and_without_leap_days)
{
	expect_change("XXX0YYY,J60/0,J200/0", 2214172800, 0, 3600); /* 2040-03-01, always the first of March */
	expect_change("XXX0YYY,59/0,J200/0", 2214086400, 0, 3600);  /* 2040-02-29 */
	expect_change("XXX0YYY,J59/0,J200/0", 2214000000, 0, 3600); /* 2040-02-28 */
}

Test(tzrule, daylight_saving_time_without_end)
{
	tzrule rule = rule_of("XXX3EDT4,0/0,J365/23");
	for (int64_t at = 0; at < 4000000000; at += 3599)
		cr_assert_eq(tzrule_offset(&rule, at), -14400);
}

/* ---- what is none ---- */

Test(tzrule, what_is_no_rule_is_refused)
{
	static const char *const texts[] = {
		"",
		"C",
		"CE-1",
		"CET",
		"CET-",
		"CET-25",
		"CET-1CE",
		"CET-1CEST",
		"CET-1CEST,",
		"CET-1CEST,M3.5.0",
		"<+03",
		"<+03>",
		"<+03>-3x",
		"CET-1 ",
		"CET-1:",
		"CET-1:60",
		"CET-1:00:60",
		"CET-0001",
		"CET-1CEST,M3.5.0,M10.5.0/3x",
		"CET-1CEST,M0.5.0,M10.5.0",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.0.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,M3.5,M10.5.0",
		"CET-1CEST,J0,M10.5.0",
		"CET-1CEST,J366,M10.5.0",
		"CET-1CEST,366,M10.5.0",
		"CET-1CEST,M3.5.0/168,M10.5.0",
		"CET-1CEST,M3.5.0/,M10.5.0",
		"CET-1CEST,M3.5.0/-,M10.5.0",
		"CET-1CEST-25,M3.5.0,M10.5.0",
		"CET-1CEST,M3.5.0,M10.5.0,",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		tzrule rule;
		cr_assert_not(tzrule_read(texts[i], strlen(texts[i]), &rule), "%s", texts[i]);
	}
}

/* Of each shorter text, in a block of its own so that a sanitizer detects an overrun. */
Test(tzrule, reads_no_further_than_its_length)
{
	static const char text[] = "<+03>-3:10:10<+04>-4:11:12,M3.5.0/-167:10:10,J300/10:11:12";
	char lengths[100] = "";
	for (size_t length = 0; length < sizeof text; length++) {
		tzrule rule;
		char *copy = malloc(length + (length == 0));
		cr_assert_not_null(copy);
		memcpy(copy, text, length);
		if (tzrule_read(copy, length, &rule))
			snprintf(lengths + strlen(lengths), sizeof lengths - strlen(lengths), "%zu ", length);
		free(copy);
	}
	cr_assert_str_eq(lengths, "7 9 10 12 13 47 48 49 51 52 54 55 57 58 ");
}

/* ---- against the C library ---- */

Test(tzrule, agrees_with_the_c_library)
{
	static const char *const texts[] = { "CET-1CEST,M3.5.0,M10.5.0/3",
					     "EST5EDT,M3.2.0,M11.1.0",
					     "AEST-10AEDT,M10.1.0,M4.1.0/3",
					     "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
					     "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
					     "IST-2IDT,M3.4.4/26,M10.5.0",
					     "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
					     "XXX3YYY,J60,J300",
					     "XXX3YYY,60,300/4:05:06",
					     "IST-1GMT0,M10.5.0,M3.5.0/1",
					     "<+07>-7" };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		tzrule rule = rule_of(texts[i]);
		setenv("TZ", texts[i], 1);
		tzset();
		for (time_t at = 0; at < 2840140800; at += 10799) { /* to 2060 */
			struct tm local;
			cr_assert_not_null(localtime_r(&at, &local));
			cr_assert_eq(tzrule_offset(&rule, at), local.tm_gmtoff, "%s at %lld", texts[i],
				     (long long)at);
		}
	}
}
