/*
 * streak and streak-cycle: days and time zones, weeks and months, grace, cycles, and late events.
 */
#include "support/generic_badges.h"

#define STREAK(settings) GENERIC_BADGE("streak.so", "streak", "settings: { " settings " }")
#define LEVELS(settings) GENERIC_BADGE("streak.so", "streak", "levels: [One, Two, Three], settings: { " settings " }")
#define CYCLE(settings) GENERIC_BADGE("streak.so", "streak-cycle", "settings: { " settings " }")

/* ---- days ---- */

Test(generic_streak, days_in_a_row_are_counted_once_each)
{
	scene *here = scene_with(LEVELS("at: [1, 3, 4]"));
	EXPECT_AT("2016-03-01T00:00:00Z", "b 1 ;");
	EXPECT_AT("2016-03-01T23:59:59.999999Z", "");
	EXPECT_AT("2016-03-02T00:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-03T23:00:00Z", "b 2 ;");
	EXPECT_AT("2016-03-04T01:00:00Z", "b 3 ;");
	EXPECT_AT("2016-03-05T01:00:00Z", "");
	scene_finish(here);
}

Test(generic_streak, a_missed_day_ends_a_streak)
{
	scene *here = scene_with(STREAK("at: [3]"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-04T12:00:00Z", "");
	EXPECT_AT("2016-03-05T12:00:00Z", "");
	EXPECT_AT("2016-03-06T12:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, users_have_streaks_of_their_own)
{
	scene *here = scene_with(STREAK("at: [2]"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	cr_assert_str_eq(generic_fire(here, "ben", "2016-03-02T12:00:00Z", NO_FIELD), "");
	EXPECT_AT("2016-03-02T12:00:00Z", "b 1 ;");
	cr_assert_str_eq(generic_fire(here, "ben", "2016-03-03T12:00:00Z", NO_FIELD), "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, goes_on_over_leap_days_and_ends_of_years)
{
	scene *here = scene_with(LEVELS("at: [3, 5, 6]"));
	EXPECT_AT("2016-02-28T12:00:00Z", "");
	EXPECT_AT("2016-02-29T12:00:00Z", "");
	EXPECT_AT("2016-03-01T12:00:00Z", "b 1 ;");
	EXPECT_AT("2015-02-28T12:00:00Z", "");
	EXPECT_AT("2016-12-29T12:00:00Z", "");
	EXPECT_AT("2016-12-30T12:00:00Z", "");
	EXPECT_AT("2016-12-31T12:00:00Z", "");
	EXPECT_AT("2017-01-01T12:00:00Z", "");
	EXPECT_AT("2017-01-02T12:00:00Z", "b 2 ;");
	scene_finish(here);
}

Test(generic_streak, works_before_1970)
{
	scene *here = scene_with(STREAK("at: [3]"));
	EXPECT_AT("1969-12-31T23:59:59Z", "");
	EXPECT_AT("1970-01-01T00:00:00Z", "");
	EXPECT_AT("1969-12-30T00:00:00Z", "b 1 ;");
	scene_finish(here);
}

/* ---- time zones ---- */

Test(generic_streak, the_zone_moves_midnight)
{
	scene *here = scene_with(STREAK("at: [2], zone: '+02:00'"));
	EXPECT_AT("2016-03-01T22:30:00Z", ""); /* the 2nd */
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-02T22:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, the_zone_may_lie_west_and_have_half_hours)
{
	scene *here = scene_with(STREAK("at: [2], zone: '-03:30'"));
	EXPECT_AT("2016-03-02T03:29:59Z", ""); /* the 1st */
	EXPECT_AT("2016-03-01T04:00:00Z", "");
	EXPECT_AT("2016-03-02T03:30:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, the_events_own_zone_comes_first)
{
	scene *here = scene_with(STREAK("at: [2], zone: '+02:00', zone_field: tz"));
	EXPECT_WITH("2016-03-01T22:30:00Z", BRABEION_TEXT("tz", "Z"), "");
	EXPECT_WITH("2016-03-01T23:30:00Z", BRABEION_TEXT("tz", "-05:00"), "");
	EXPECT_WITH("2016-03-01T22:45:00Z", BRABEION_INT("tz", 60), "");
	EXPECT_AT("2016-03-01T22:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, a_zone_that_is_nonsense_is_refused)
{
	scene *here = scene_with(STREAK("at: [1], zone_field: tz"));
	EXPECT_WITH("2016-03-01T22:30:00Z", BRABEION_TEXT("tz", "Europe/Nowhere"), "1 refused;");
	cr_assert_not_null(strstr(here->log,
				  "field \"tz\" must be an offset from UTC, \"+02:00\" or minutes, or a name of "
				  "the tz database like Europe/Berlin, not \"Europe/Nowhere\""),
			   "%s", here->log);
	EXPECT_WITH("2016-03-01T22:30:00Z", BRABEION_INT("tz", 7200), "1 refused;");
	EXPECT_WITH("2016-03-01T22:30:00Z", BRABEION_BOOL("tz", true), "1 refused;");
	EXPECT_WITH("2016-03-01T22:30:00Z", BRABEION_TEXT("tz", "+2:00"), "1 refused;");
	EXPECT_AT("2016-03-01T22:30:00Z", "b 1 ;");
	scene_finish(here);
}

/* ---- weeks and months ---- */

Test(generic_streak, weeks_begin_on_monday)
{
	scene *here = scene_with(STREAK("every: week, at: [3]"));
	EXPECT_AT("2016-02-28T23:59:59Z", ""); /* a Sunday: week 8 */
	EXPECT_AT("2016-02-29T00:00:00Z", ""); /* a Monday: week 9 */
	EXPECT_AT("2016-03-06T12:00:00Z", "");
	EXPECT_AT("2016-03-07T12:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, months_have_any_number_of_days)
{
	scene *here = scene_with(STREAK("every: month, at: [4]"));
	EXPECT_AT("2015-11-30T12:00:00Z", "");
	EXPECT_AT("2015-12-31T23:00:00Z", "");
	EXPECT_AT("2016-02-29T12:00:00Z", "");
	EXPECT_AT("2016-01-01T00:00:00Z", "b 1 ;");
	scene_finish(here);
}

/* ---- grace ---- */

Test(generic_streak, grace_lets_days_be_missed_that_do_not_count)
{
	scene *here = scene_with(LEVELS("at: [2, 3, 4], grace: 2"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-04T12:00:00Z", "b 1 ;"); /* two missed */
	EXPECT_AT("2016-03-07T12:00:00Z", "b 2 ;"); /* two more: grace is for each gap */
	EXPECT_AT("2016-03-11T12:00:00Z", "");      /* three missed */
	EXPECT_AT("2016-03-12T12:00:00Z", "");
	EXPECT_AT("2016-03-13T12:00:00Z", "");
	EXPECT_AT("2016-03-14T12:00:00Z", "b 3 ;");
	scene_finish(here);
}

/* ---- late events ---- */

Test(generic_streak, days_may_come_in_any_order)
{
	scene *here = scene_with(STREAK("at: [5]"));
	EXPECT_AT("2016-03-05T12:00:00Z", "");
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-04T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-03T12:00:00Z", "b 1 ;");
	scene_finish(here);
}

static const char *day_after(int64_t first_us, int days)
{
	static char text[BRABEION_TIME_BYTES];
	cr_assert_eq(brabeion_time_format(first_us + days * INT64_C(86400000000), text), BRABEION_OK);
	return text;
}

/* More days than are kept one by one; a missing day in the middle arrives while it still counts. */
Test(generic_streak, may_be_longer_than_what_is_kept)
{
	scene *here = scene_with(LEVELS("at: [599, 600, 1000]"));
	int64_t first_us;
	cr_assert_eq(brabeion_time_parse("2010-01-01T12:00:00Z", &first_us), BRABEION_OK);
	for (int day = 0; day < 600; day++) {
		if (day != 300)
			EXPECT_AT(day_after(first_us, day), "");
	}
	EXPECT_AT(day_after(first_us, 300), "b 1 ;b 2 ;");
	for (int day = 600; day < 999; day++)
		EXPECT_AT(day_after(first_us, day), "");
	EXPECT_AT(day_after(first_us, 999), "b 3 ;");
	scene_finish(here);
}

Test(generic_streak, a_day_that_comes_400_days_late_is_passed_over)
{
	scene *here = scene_with(STREAK("at: [2]"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2015-01-26T12:00:00Z", ""); /* 400 days before */
	EXPECT_AT("2015-01-27T12:00:00Z", "");
	EXPECT_AT("2015-01-28T12:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, grace_and_carried_days_join)
{
	scene *here = scene_with(STREAK("at: [302], grace: 2"));
	int64_t first_us;
	cr_assert_eq(brabeion_time_parse("2010-01-01T12:00:00Z", &first_us), BRABEION_OK);
	for (int day = 0; day < 900; day += 3)
		EXPECT_AT(day_after(first_us, day), "");
	EXPECT_AT(day_after(first_us, 900), "");
	EXPECT_AT(day_after(first_us, 902), "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, is_kept_in_one_note_across_restarts)
{
	scene *here = scene_with(STREAK("at: [3]"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	scene_close(here);
	scene_open(here);
	EXPECT_AT("2016-03-03T12:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_streak, a_temporary_one_is_kept_by_a_second_event_of_a_day_and_ends_with_the_streak)
{
	scene *here = scene_with(GENERIC_BADGE("streak.so", "streak", "temporary: true, settings: { at: [2] }"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "b 1 ;");
	EXPECT_AT("2016-03-02T13:00:00Z", "");
	cr_assert_str_eq(scene_awards(here, "ada"), "b 1 ;");
	EXPECT_AT("2016-03-04T12:00:00Z", "");
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	scene_finish(here);
}

/* ---- cycles ---- */

Test(generic_streak, a_cycle_is_earned_on_every_third_day)
{
	scene *here = scene_with(CYCLE("length: 3"));
	EXPECT_AT("2016-02-27T12:00:00Z", "");
	EXPECT_AT("2016-02-28T12:00:00Z", "");
	EXPECT_AT("2016-02-29T12:00:00Z", "b 1 2016-02-29;");
	EXPECT_AT("2016-02-29T13:00:00Z", "");
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-03T12:00:00Z", "b 1 2016-03-03;");
	EXPECT_AT("2016-03-05T12:00:00Z", "");
	EXPECT_AT("2016-03-06T12:00:00Z", "");
	EXPECT_AT("2016-03-07T12:00:00Z", "b 1 2016-03-07;");
	scene_finish(here);
}

Test(generic_streak, a_day_counts_for_one_cycle_whatever_comes_late)
{
	scene *here = scene_with(CYCLE("length: 3"));
	EXPECT_AT("2016-03-03T12:00:00Z", "");
	EXPECT_AT("2016-03-04T12:00:00Z", "");
	EXPECT_AT("2016-03-05T12:00:00Z", "b 1 2016-03-05;");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_AT("2016-03-06T12:00:00Z", "");
	EXPECT_AT("2016-03-01T12:00:00Z", "b 1 2016-03-06;"); /* the 1st, 2nd and 6th */
	scene_finish(here);
}

Test(generic_streak, cycles_of_weeks_and_months_are_named_as_iso_8601_does)
{
	scene *here = scene_with(CYCLE("every: week, length: 2"));
	EXPECT_AT("2015-12-28T12:00:00Z", "");
	EXPECT_AT("2016-01-03T12:00:00Z", "");
	EXPECT_AT("2016-01-04T12:00:00Z", "b 1 2016-W01;");
	EXPECT_AT("2020-12-21T12:00:00Z", "");
	EXPECT_AT("2021-01-03T12:00:00Z", "b 1 2020-W53;");
	scene_finish(here);
	here = scene_with(CYCLE("every: month, length: 2"));
	EXPECT_AT("2015-12-31T12:00:00Z", "");
	EXPECT_AT("2016-01-01T12:00:00Z", "b 1 2016-01;");
	scene_finish(here);
}

/* 500 days: days that leave the window still count, and a cycle of 366 begins before it. */
Test(generic_streak, a_long_cycle_goes_over_what_is_kept)
{
	scene *here = scene_with(CYCLE("length: 366, grace: 1"));
	int64_t first_us;
	cr_assert_eq(brabeion_time_parse("2010-01-01T12:00:00Z", &first_us), BRABEION_OK);
	for (int day = 0; day < 730; day += 2)
		EXPECT_AT(day_after(first_us, day), "");
	EXPECT_AT("2012-01-01T12:00:00Z", "b 1 2012-01-01;");
	for (int day = 732; day < 1462; day += 2)
		EXPECT_AT(day_after(first_us, day), "");
	EXPECT_AT(day_after(first_us, 1462), "b 1 2014-01-02;");
	scene_finish(here);
}

/* ---- settings ---- */

#define REFUSED_STREAK(settings, column, message) \
	generic_refused(STREAK(settings), "badges.yaml:6:" column ": badge \"b\": " message)
#define REFUSED_CYCLE(settings, column, message) \
	generic_refused(CYCLE(settings), "badges.yaml:6:" column ": badge \"b\": " message)

/* In a folder of this test's own, in the place of the system's. */
Test(generic_streak, tells_what_is_wrong_with_a_named_zone)
{
	char folder[PATH_BYTES], path[PATH_BYTES], message[2 * PATH_BYTES];
	make_folder(folder);
	setenv("TZDIR", folder, 1);
	snprintf(message, sizeof message,
		 "badges.yaml:6:75: badge \"b\": zone \"Europe\": there is no tz database in %s (install tzdata); an "
		 "offset "
		 "from UTC like \"+02:00\" needs none",
		 folder);
	generic_refused(STREAK("at: [3], zone: Europe"), message);
	join(path, folder, "Etc");
	cr_assert_eq(mkdir(path, 0755), 0);
	join(path, folder, "Etc/UTC");
	write_file(path, "UTC0\n");
	REFUSED_STREAK(
		"at: [3], zone: Europe", "75",
		"zone must be an offset from UTC like \"+02:00\", a name of the tz database like Europe/Berlin, or "
		"event, not \"Europe\"");
	snprintf(message, sizeof message, "badges.yaml:6:75: badge \"b\": %s/Etc/UTC is not the file of a time zone",
		 folder);
	generic_refused(STREAK("at: [3], zone: Etc/UTC"), message);
	remove_folder(folder);
}

Test(generic_streak, tells_what_is_wrong_with_settings)
{
	REFUSED_STREAK("grace: 1", "32", "at must be a list of 1 number, one for each level");
	REFUSED_STREAK("at: [0]", "65", "at must have numbers from 1 up");
	REFUSED_STREAK("at: [100001]", "65", "at must have numbers up to 100000");
	REFUSED_STREAK("at: [1.5]", "65", "at must have whole numbers");
	REFUSED_STREAK("at: [3], grace: -1", "76", "grace must be from 0 to 100");
	REFUSED_STREAK("at: [3], every: year", "76", "every must be day, week or month, not \"year\"");
	REFUSED_STREAK(
		"at: [3], zone: '+19:00'", "75",
		"zone must be an offset from UTC like \"+02:00\", a name of the tz database like Europe/Berlin, or "
		"event, not \"+19:00\"");
	REFUSED_STREAK("at: [3], week_from: sunday", "80", "week_from is for every: week");
	REFUSED_STREAK("at: [3], every: week, week_from: friday", "93",
		       "week_from must be monday or sunday, not \"friday\"");
	REFUSED_STREAK("at: [3], length: 7", "69", "unknown setting \"length\"");
	REFUSED_CYCLE("grace: 1", "38", "length must say how many make a cycle, from 2 to 366");
	REFUSED_CYCLE("length: 1", "74", "length must say how many make a cycle, from 2 to 366");
}
