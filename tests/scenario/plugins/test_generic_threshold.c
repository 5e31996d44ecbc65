/*
 * threshold with windows and periods, and threshold-each. Not here: threshold without them (test_settings.c).
 */
#include "support/generic_badges.h"

#define THRESHOLD(settings) GENERIC_BADGE("threshold.so", "threshold", "settings: { " settings " }")
#define LEVELS(settings) \
	GENERIC_BADGE("threshold.so", "threshold", "levels: [One, Two, Three], settings: { " settings " }")
#define EACH(settings) GENERIC_BADGE("threshold.so", "threshold-each", "settings: { " settings " }")
#define AMOUNT(number) BRABEION_INT("amount", number)
#define PAGE(text) BRABEION_TEXT("page", text)

/* ---- windows ---- */

Test(generic_threshold, a_window_holds_what_is_at_most_so_long_apart)
{
	scene *here = scene_with(THRESHOLD("at: [3], within: { days: 7 }"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-08T12:00:00.000001Z", "");
	EXPECT_AT("2016-03-09T12:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, a_window_slides_over_midnight_and_the_end_of_a_year)
{
	scene *here = scene_with(THRESHOLD("at: [2], within: { hours: 1, minutes: 29, seconds: 60 }"));
	EXPECT_AT("2016-12-31T22:59:59Z", "");
	EXPECT_AT("2017-01-01T00:30:00Z", "");
	EXPECT_AT("2017-01-01T01:59:59Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, events_of_one_moment_all_count)
{
	scene *here = scene_with(LEVELS("at: [1, 2, 3], within: { seconds: 1 }"));
	EXPECT_AT("2016-03-01T12:00:00Z", "b 1 ;");
	EXPECT_AT("2016-03-01T12:00:00Z", "b 2 ;");
	EXPECT_AT("2016-03-01T12:00:00Z", "b 3 ;");
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	scene_finish(here);
}

Test(generic_threshold, a_late_event_counts_as_if_it_had_come_in_its_turn)
{
	scene *here = scene_with(LEVELS("at: [3, 4, 5], within: { days: 7 }"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-10T12:00:00Z", "");
	EXPECT_AT("2016-03-03T12:00:00Z", "b 1 ;"); /* with the 1st and the 2nd; with the 10th */
	EXPECT_AT("2016-03-09T12:00:00Z", "");      /* three since the 2nd */
	EXPECT_AT("2016-03-02T11:00:00Z", "");      /* more than 7 days late */
	EXPECT_AT("2016-03-08T12:00:00Z", "b 2 ;");
	scene_finish(here);
}

Test(generic_threshold, sums_and_varieties_have_windows)
{
	scene *here = scene_with(THRESHOLD("count: sum, field: amount, at: [100], within: { days: 1 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(60), "");
	EXPECT_WITH("2016-03-02T13:00:00Z", AMOUNT(60), "");
	EXPECT_WITH("2016-03-02T14:00:00Z", AMOUNT(-30), "");
	EXPECT_AT("2016-03-02T14:00:00Z", "");
	EXPECT_WITH("2016-03-02T15:00:00Z", AMOUNT(69), "");
	EXPECT_WITH("2016-03-02T15:00:00Z", AMOUNT(1), "b 1 ;");
	scene_finish(here);
	here = scene_with(THRESHOLD("count: distinct, field: page, at: [3], within: { days: 1 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", PAGE("a"), "");
	EXPECT_WITH("2016-03-01T13:00:00Z", PAGE("b"), "");
	EXPECT_WITH("2016-03-02T12:30:00Z", PAGE("c"), "");
	EXPECT_WITH("2016-03-02T12:40:00Z", PAGE("b"), "");
	EXPECT_WITH("2016-03-03T12:30:00Z", PAGE("d"), "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, a_sum_beyond_64_bits_refuses_the_event)
{
	scene *here = scene_with(THRESHOLD("count: sum, field: amount, at: [100], within: { days: 1 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(INT64_MIN), "");
	EXPECT_WITH("2016-03-01T13:00:00Z", AMOUNT(-1), "1 refused;");
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(-1), "1 refused;");
	EXPECT_WITH("2016-03-02T13:00:00Z", AMOUNT(100), "b 1 ;");
	scene_finish(here);
	here = scene_with(THRESHOLD("count: sum, field: amount, at: [100]"));
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(INT64_MIN), "");
	EXPECT_WITH("2016-03-01T13:00:00Z", AMOUNT(-1), "1 refused;");
	scene_finish(here);
}

Test(generic_threshold, a_sum_may_be_beyond_64_bits_on_the_way)
{
	scene *here =
		scene_with(THRESHOLD("count: sum, field: amount, at: [9223372036854775807], within: { days: 1 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(-20), "");
	EXPECT_WITH("2016-03-01T13:00:00Z", AMOUNT(INT64_MAX - 5), "");
	EXPECT_WITH("2016-03-01T14:00:00Z", AMOUNT(10), "");
	EXPECT_WITH("2016-03-01T14:00:00Z", AMOUNT(15), "b 1 ;");
	scene_finish(here);
	here = scene_with(THRESHOLD("count: sum, field: amount, at: [9223372036854775807], within: { days: 1 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(-20), "");
	EXPECT_WITH("2016-03-01T13:00:00Z", AMOUNT(INT64_MAX - 5), "");
	EXPECT_WITH("2016-03-01T13:00:00Z", AMOUNT(25), "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, a_sum_of_what_is_no_whole_number_is_refused)
{
	scene *here = scene_with(THRESHOLD("count: sum, field: amount, at: [2]"));
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_TEXT("amount", "2"), "1 refused;");
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_REAL("amount", 2.5), "1 refused;");
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_REAL("amount", 2.0), "b 1 ;");
	scene_finish(here);
	here = scene_with(THRESHOLD("count: sum, field: amount, at: [2], within: { days: 1 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_BOOL("amount", true), "1 refused;");
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(2), "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, an_amount_of_0_is_a_moment_of_a_window)
{
	scene *here = scene_with(THRESHOLD("count: sum, field: amount, at: [100], within: { days: 7 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(-50), "");
	EXPECT_WITH("2016-03-02T12:00:00Z", AMOUNT(100), "");
	EXPECT_WITH("2016-03-09T12:00:00Z", AMOUNT(0), "b 1 ;");
	scene_finish(here);
	here = scene_with(THRESHOLD("count: sum, field: amount, at: [100], within: { days: 7 }"));
	EXPECT_WITH("2016-03-01T12:00:00Z", AMOUNT(-50), "");
	EXPECT_WITH("2016-03-09T12:00:00Z", AMOUNT(0), "");
	EXPECT_WITH("2016-03-02T12:00:00Z", AMOUNT(100), "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, a_number_is_one_value_however_it_is_written)
{
	scene *here = scene_with(THRESHOLD("count: distinct, field: page, at: [2]"));
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_INT("page", 1000000000000000), "");
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_REAL("page", 1e15), "");
	EXPECT_WITH("2016-03-01T12:00:00Z", PAGE("1000000000000000"), "");
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_JSON("page", "[1]"), "1 refused;");
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_INT("page", 60), "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, an_empty_value_is_one_of_the_different_ones)
{
	scene *here = scene_with(THRESHOLD("count: distinct, field: page, at: [2]"));
	EXPECT_WITH("2016-03-01T12:00:00Z", PAGE(""), "");
	EXPECT_WITH("2016-03-01T12:00:00Z", PAGE(""), "");
	EXPECT_WITH("2016-03-01T12:00:00Z", PAGE("a"), "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, badges_of_one_definition_have_counts_of_their_own)
{
	scene *here = scene_with("plugins:\n  - file: threshold.so\n    badges:\n"
				 "      - { badge: threshold, slug: b, events: [e], settings: { at: [2] } }\n"
				 "      - { badge: threshold, slug: c, events: [e, f], settings: { at: [2] } }\n");
	cr_assert_str_eq(scene_fire(here, "f", "ada"), "");
	cr_assert_str_eq(scene_fire(here, "e", "ada"), "c 1 ;");
	cr_assert_str_eq(scene_fire(here, "e", "ada"), "b 1 ;");
	scene_finish(here);
}

/* 1,200 events, of which a window keeps the newest 1,000. */
Test(generic_threshold, a_window_remembers_the_newest)
{
	scene *here = scene_with(LEVELS("at: [499, 500, 501], within: { days: 3650 }, count: sum, field: amount"));
	for (int i = 0; i < 1200; i++) {
		char at[32];
		snprintf(at, sizeof at, "2016-03-01T%02d:%02d:00Z", i / 60, i % 60);
		EXPECT_WITH(at, AMOUNT(i < 600 ? -1 : 1), "");
	}
	/* 400 of the 600 down are left, with the 600 up: 200. */
	EXPECT_WITH("2016-03-02T00:00:00Z", AMOUNT(297), "");
	EXPECT_WITH("2016-03-02T00:01:00Z", AMOUNT(1), "b 1 ;b 2 ;");
	scene_finish(here);
}

Test(generic_threshold, the_hours_and_the_extremes_of_time_are_fine)
{
	scene *here = scene_with(THRESHOLD("at: [2], within: { days: 3650 }") "future: off\n");
	EXPECT_AT("0001-01-01T00:00:00Z", "");
	EXPECT_AT("9999-12-31T23:59:59Z", "");
	EXPECT_AT("9990-12-31T23:59:59Z", "b 1 ;");
	scene_finish(here);
}

/* ---- periods ---- */

Test(generic_threshold, a_period_is_of_the_calendar)
{
	scene *here = scene_with(THRESHOLD("at: [2], per: week"));
	EXPECT_AT("2016-03-06T23:59:59Z", ""); /* a Sunday */
	EXPECT_AT("2016-03-07T00:00:00Z", "");
	EXPECT_AT("2016-03-14T00:00:00Z", "");
	EXPECT_AT("2016-03-13T23:59:59Z", "b 1 ;"); /* late, in the week of the 7th */
	scene_finish(here);
	here = scene_with(THRESHOLD("at: [2], per: day, zone: '+01:00', zone_field: tz"));
	EXPECT_AT("2016-03-06T23:30:00Z", "");
	EXPECT_AT("2016-03-06T22:30:00Z", "");
	EXPECT_WITH("2016-03-06T23:15:00Z", BRABEION_TEXT("tz", "+00:00"), "b 1 ;");
	scene_finish(here);
}

Test(generic_threshold, each_period_earns_anew)
{
	scene *here = scene_with(EACH("at: [2], per: month"));
	EXPECT_AT("2016-02-01T00:00:00Z", "");
	EXPECT_AT("2016-02-29T23:59:59Z", "b 1 2016-02;");
	EXPECT_AT("2016-02-29T23:59:59Z", "");
	EXPECT_AT("2016-03-01T00:00:00Z", "");
	EXPECT_AT("2016-03-02T00:00:00Z", "b 1 2016-03;");
	scene_finish(here);
}

Test(generic_threshold, each_period_has_all_levels_and_is_a_day_if_nothing_is_said)
{
	scene *here = scene_with(
		GENERIC_BADGE("threshold.so", "threshold-each",
			      "levels: [Some, Many], settings: { at: [5, 10], count: sum, field: amount }"));
	EXPECT_WITH("2016-02-01T10:00:00Z", AMOUNT(12), "b 1 2016-02-01;b 2 2016-02-01;");
	EXPECT_WITH("2016-02-02T10:00:00Z", AMOUNT(6), "b 1 2016-02-02;");
	EXPECT_WITH("2016-02-01T11:00:00Z", AMOUNT(1), "");
	EXPECT_WITH("2016-02-02T11:00:00Z", AMOUNT(6), "b 2 2016-02-02;");
	scene_finish(here);
}

Test(generic_threshold, varieties_are_counted_in_each_period)
{
	scene *here = scene_with(EACH("at: [2], per: day, count: distinct, field: page"));
	EXPECT_WITH("2016-02-01T10:00:00Z", PAGE("a"), "");
	EXPECT_WITH("2016-02-01T11:00:00Z", PAGE("a"), "");
	EXPECT_WITH("2016-02-02T10:00:00Z", PAGE("a"), "");
	EXPECT_WITH("2016-02-02T11:00:00Z", PAGE("b"), "b 1 2016-02-02;");
	EXPECT_WITH("2016-02-01T12:00:00Z", PAGE("b"), "b 1 2016-02-01;");
	scene_finish(here);
}

Test(generic_threshold, a_period_may_be_31_periods_late)
{
	scene *here = scene_with(EACH("at: [1], per: day"));
	EXPECT_AT("2016-03-01T10:00:00Z", "b 1 2016-03-01;");
	EXPECT_AT("2016-01-29T10:00:00Z", "");
	EXPECT_AT("2016-01-30T10:00:00Z", "b 1 2016-01-30;");
	scene_finish(here);
}

/* ---- settings ---- */

#define REFUSED(settings, column, message) \
	generic_refused(THRESHOLD(settings), "badges.yaml:6:" column ": badge \"b\": " message)

Test(generic_threshold, tells_what_is_wrong_with_settings)
{
	REFUSED("within: 7", "71", "within must be a time like { days: 7 }");
	REFUSED("within: { days: 0 }", "71", "within must be from 1 second to 3650 days");
	REFUSED("within: { days: 3651 }", "79", "within.days must be from 0 to 3650");
	REFUSED("within: { day: 7 }", "71",
		"within must be from 1 second to 3650 days\nbadges.yaml:6:73: badge \"b\": unknown setting "
		"\"within.day\" (did you mean \"days\"?)");
	REFUSED("within: { days: 1 }, per: day", "71", "within is for a threshold without per");
	REFUSED("within: { days: 1 }, at: [501]", "89", "at must have numbers up to 500");
	REFUSED("for: p, count: distinct, field: v, at: [1001]", "103", "at must have numbers up to 1000");
	REFUSED("per: year", "68", "per must be day, week or month, not \"year\"");
	REFUSED("zone: Z", "69", "zone is for what has days: \"per\" or \"when\"");
	REFUSED("zone_field: tz", "75", "zone_field is for what has days: \"per\" or \"when\"");
	REFUSED("count: most", "70", "count must be events, sum or distinct, not \"most\"");
}
