/*
 * Progress with the generic badges, addict and the counting badges of the packs, at given times.
 */
#include "support/generic_badges.h"
#include "support/progress_text.h"

#define THRESHOLD(settings) \
	GENERIC_BADGE("threshold.so", "threshold", "levels: [One, Two], settings: { " settings " }")
#define EACH(settings) \
	GENERIC_BADGE("threshold.so", "threshold-each", "levels: [One, Two], settings: { " settings " }")
#define STREAK(settings) GENERIC_BADGE("streak.so", "streak", "levels: [One, Two], settings: { " settings " }")
#define CYCLE(settings) GENERIC_BADGE("streak.so", "streak-cycle", "settings: { " settings " }")

static _Atomic int64_t now_us = 1500000000000000; /* July of 2017 */

static int64_t read_now(void *context)
{
	(void)context;
	return now_us;
}

static scene *scene_at_time(const char *text)
{
	scene *here = scene_new();
	here->options.clock = read_now;
	scene_config(here, text);
	scene_open(here);
	return here;
}

static const char *told_at(scene *here, const char *user, const char *at)
{
	int64_t at_us = 0;
	cr_assert_eq(brabeion_time_parse(at, &at_us), BRABEION_OK, "%s is no time", at);
	now_us = at_us;
	return progress_of(here, user, NULL);
}

/* The progress of "ada" at a time. */
#define EXPECT_TOLD_AT(at, told) cr_assert_str_eq(told_at(here, "ada", at), told, "at %s", at)

/* ---- threshold ---- */

Test(generic_progress, of_threshold_is_the_count)
{
	scene *here = scene_at_time(THRESHOLD("at: [2, 5]"));
	EXPECT_TOLD_AT("2016-03-01T00:00:00Z", "b 1/2 0 0: 0/2;");
	EXPECT_AT("2016-03-01T00:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-01T00:00:00Z", "b 1/2 0 0: 1/2;");
	EXPECT_AT("2016-03-01T00:00:00Z", "b 1 ;");
	EXPECT_AT("2016-03-01T00:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-01T00:00:00Z", "b 2/2 1 1: 3/5;");
	cr_assert_str_eq(told_at(here, "ben", "2016-03-01T00:00:00Z"), "b 1/2 0 0: 0/2;");
	EXPECT_AT("2016-03-01T00:00:00Z", "");
	EXPECT_AT("2016-03-01T00:00:00Z", "b 2 ;");
	EXPECT_TOLD_AT("2016-03-01T00:00:00Z", "b 0/2 2 2: -;");
	scene_finish(here);
}

Test(generic_progress, of_sums_and_distinct_values_is_what_they_came_to)
{
	scene *here = scene_at_time(THRESHOLD("count: sum, field: n, at: [10, 100]"));
	EXPECT_WITH("2016-03-01T00:00:00Z", BRABEION_INT("n", -3), "");
	EXPECT_TOLD_AT("2016-03-01T00:00:00Z", "b 1/2 0 0: 0/10;");
	EXPECT_WITH("2016-03-01T00:00:00Z", BRABEION_INT("n", 15), "b 1 ;");
	EXPECT_TOLD_AT("2016-03-01T00:00:00Z", "b 2/2 1 1: 12/100;");
	scene_finish(here);
	here = scene_at_time(THRESHOLD("count: distinct, field: n, at: [3, 4]"));
	EXPECT_WITH("2016-03-01T00:00:00Z", BRABEION_TEXT("n", "x"), "");
	EXPECT_WITH("2016-03-01T00:00:00Z", BRABEION_TEXT("n", "y"), "");
	EXPECT_WITH("2016-03-01T00:00:00Z", BRABEION_TEXT("n", "x"), "");
	EXPECT_TOLD_AT("2016-03-01T00:00:00Z", "b 1/2 0 0: 2/3;");
	scene_finish(here);
}

Test(generic_progress, of_a_window_is_what_is_still_in_it)
{
	scene *here = scene_at_time(THRESHOLD("within: { days: 7 }, at: [3, 5]"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-04T12:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-01T11:00:00Z", "b 1/2 0 0: 0/3;");
	EXPECT_TOLD_AT("2016-03-03T12:00:00Z", "b 1/2 0 0: 1/3;");
	EXPECT_TOLD_AT("2016-03-04T12:00:00Z", "b 1/2 0 0: 2/3;");
	EXPECT_TOLD_AT("2016-03-08T12:00:00Z", "b 1/2 0 0: 2/3;");
	EXPECT_TOLD_AT("2016-03-08T12:00:00.000001Z", "b 1/2 0 0: 1/3;");
	EXPECT_TOLD_AT("2016-03-12T12:00:00Z", "b 1/2 0 0: 0/3;");
	scene_finish(here);
	here = scene_at_time(THRESHOLD("count: sum, field: n, within: { hours: 1 }, at: [10, 20]"));
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_INT("n", 4), "");
	EXPECT_WITH("2016-03-01T12:30:00Z", BRABEION_INT("n", 5), "");
	EXPECT_TOLD_AT("2016-03-01T13:00:00Z", "b 1/2 0 0: 9/10;");
	EXPECT_TOLD_AT("2016-03-01T13:15:00Z", "b 1/2 0 0: 5/10;");
	scene_finish(here);
	here = scene_at_time(THRESHOLD("count: distinct, field: n, within: { hours: 1 }, at: [3, 4]"));
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_TEXT("n", "x"), "");
	EXPECT_WITH("2016-03-01T12:10:00Z", BRABEION_TEXT("n", "y"), "");
	EXPECT_WITH("2016-03-01T12:30:00Z", BRABEION_TEXT("n", "x"), "");
	EXPECT_TOLD_AT("2016-03-01T12:45:00Z", "b 1/2 0 0: 2/3;");
	EXPECT_TOLD_AT("2016-03-01T13:20:00Z", "b 1/2 0 0: 1/3;");
	scene_finish(here);
}

Test(generic_progress, of_a_period_is_about_the_one_under_way)
{
	scene *here = scene_at_time(THRESHOLD("per: week, zone: '+02:00', at: [3, 5]"));
	EXPECT_AT("2016-03-05T12:00:00Z", ""); /* a Saturday */
	EXPECT_AT("2016-03-06T12:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-06T21:59:59Z", "b 1/2 0 0: 2/3;");
	EXPECT_TOLD_AT("2016-03-06T22:00:00Z", "b 1/2 0 0: 0/3;");
	EXPECT_TOLD_AT("2016-02-20T12:00:00Z", "b 1/2 0 0: 0/3;");
	scene_finish(here);
}

Test(generic_progress, of_threshold_each_begins_anew_with_the_period)
{
	scene *here = scene_at_time(EACH("at: [1, 3]"));
	EXPECT_AT("2016-03-01T12:00:00Z", "b 1 2016-03-01;");
	EXPECT_AT("2016-03-01T13:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-01T23:00:00Z", "b 2/2 1 1: 2/3;");
	EXPECT_TOLD_AT("2016-03-02T00:00:00Z", "b 1/2 1 1: 0/1;");
	scene_finish(here);
}

/* ---- streak ---- */

Test(generic_progress, of_a_streak_is_the_one_that_goes_on)
{
	scene *here = scene_at_time(STREAK("at: [3, 7]"));
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "b 1/2 0 0: 0/3;");
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-02T12:00:00Z", "b 1/2 0 0: 2/3;");
	EXPECT_TOLD_AT("2016-03-03T23:59:59Z", "b 1/2 0 0: 2/3;"); /* today is not over */
	EXPECT_TOLD_AT("2016-03-04T00:00:00Z", "b 1/2 0 0: 0/3;");
	EXPECT_AT("2016-03-03T12:00:00Z", "b 1 ;");
	EXPECT_TOLD_AT("2016-03-04T00:00:00Z", "b 2/2 1 1: 3/7;");
	scene_finish(here);
}

Test(generic_progress, of_a_streak_lives_as_long_as_the_grace)
{
	scene *here = scene_at_time(STREAK("at: [3, 7], grace: 2, zone: '-03:30'"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-03T12:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-07T03:29:59Z", "b 1/2 0 0: 2/3;"); /* the 6th */
	EXPECT_TOLD_AT("2016-03-07T03:30:00Z", "b 1/2 0 0: 0/3;");
	scene_finish(here);
}

/* West of UTC the user's day goes on while UTC has the next one; east of it it has begun before. */
Test(generic_progress, of_a_streak_is_on_the_users_clock_as_last_known)
{
	scene *here = scene_at_time(STREAK("at: [3, 7], zone_field: tz"));
	EXPECT_WITH("2016-03-01T20:00:00Z", BRABEION_TEXT("tz", "-08:00"), "");
	EXPECT_WITH("2016-03-02T20:00:00Z", BRABEION_TEXT("tz", "-08:00"), "");
	EXPECT_TOLD_AT("2016-03-04T00:00:00Z", "b 1/2 0 0: 2/3;"); /* 16:00 of the 3rd */
	EXPECT_TOLD_AT("2016-03-04T07:59:59Z", "b 1/2 0 0: 2/3;");
	EXPECT_TOLD_AT("2016-03-04T08:00:00Z", "b 1/2 0 0: 0/3;");
	EXPECT_WITH("2016-03-04T07:59:00Z", BRABEION_TEXT("tz", "-08:00"), "b 1 ;");
	EXPECT_WITH("2016-03-01T20:00:00Z", BRABEION_TEXT("tz", "+09:00"),
		    ""); /* late: the newest event's offset counts */
	EXPECT_TOLD_AT("2016-03-05T07:59:59Z", "b 2/2 1 1: 3/7;");
	EXPECT_AT("2016-03-04T10:00:00Z",
		  ""); /* without an offset: the badge's zone judges it, and nothing else is known */
	EXPECT_TOLD_AT("2016-03-06T07:59:59Z", "b 2/2 1 1: 4/7;");
	EXPECT_TOLD_AT("2016-03-06T08:00:00Z", "b 2/2 1 1: 0/7;");
	scene_finish(here);
}

Test(generic_progress, of_periods_and_cycles_is_on_the_users_clock_as_last_known)
{
	scene *here = scene_at_time(EACH("at: [1, 3], zone_field: tz"));
	EXPECT_WITH("2016-03-01T20:00:00Z", BRABEION_INT("tz", -480), "b 1 2016-03-01;");
	EXPECT_TOLD_AT("2016-03-02T07:59:59Z", "b 2/2 1 1: 1/3;");
	EXPECT_TOLD_AT("2016-03-02T08:00:00Z", "b 1/2 1 1: 0/1;");
	scene_finish(here);
	now_us = 1500000000000000;
	here = scene_at_time(CYCLE("length: 3, zone_field: tz"));
	EXPECT_WITH("2016-03-01T20:00:00Z", BRABEION_INT("tz", 540), "");
	EXPECT_WITH("2016-03-02T20:00:00Z", BRABEION_INT("tz", 540), "");
	EXPECT_TOLD_AT("2016-03-04T14:59:59Z", "b 1/1 0 0: 2/3;"); /* 23:59 of the 4th */
	EXPECT_TOLD_AT("2016-03-04T15:00:00Z", "b 1/1 0 0: 0/3;");
	scene_finish(here);
}

Test(generic_progress, of_cycles_is_what_no_cycle_has_used_up)
{
	scene *here = scene_at_time(CYCLE("length: 3"));
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	EXPECT_AT("2016-03-02T12:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-02T12:00:00Z", "b 1/1 0 0: 2/3;");
	EXPECT_AT("2016-03-03T12:00:00Z", "b 1 2016-03-03;");
	EXPECT_TOLD_AT("2016-03-03T12:00:00Z", "b 1/1 1 1: 0/3;");
	EXPECT_AT("2016-03-04T12:00:00Z", "");
	EXPECT_TOLD_AT("2016-03-05T12:00:00Z", "b 1/1 1 1: 1/3;");
	EXPECT_TOLD_AT("2016-03-06T12:00:00Z", "b 1/1 1 1: 0/3;");
	scene_finish(here);
}

/* ---- collection, first, rank ---- */

Test(generic_progress, of_a_collection_is_the_pieces_held)
{
	scene *here = scene_at_time(
		"plugins:\n  - file: threshold.so\n    badges:\n      - { badge: threshold, slug: x, events: [e] }\n"
		"      - { badge: threshold, slug: y, events: [f], levels: [One, Two], settings: { at: [1, 2] } }\n"
		"  - file: collection.so\n    badges:\n      - { badge: collection, slug: b, levels: [Half, All], "
		"settings: { of: [x, { badge: y, level: 2 }, z], at: [2, 3] } }\n");
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "x 1/1 0 0: 0/1;y 1/2 0 0: 0/1;b 1/2 0 0: 0/2;");
	scene_fire(here, "f", "ada");
	EXPECT_AT("2016-03-01T12:00:00Z", "x 1 ;");
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "x 0/1 1 1: -;y 2/2 1 1: 1/2;b 1/2 0 0: 1/2;");
	scene_fire(here, "f", "ada");
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "x 0/1 1 1: -;y 0/2 2 2: -;b 2/2 1 1: 2/3;");
	scene_finish(here);
}

Test(generic_progress, of_first_is_told_as_long_as_nobody_was)
{
	scene *here = scene_at_time(GENERIC_BADGE("first.so", "first", ""));
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "b 1/1 0 0: 0/1;");
	EXPECT_AT("2016-03-01T12:00:00Z", "b 1 ;");
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "b 0/1 1 1: -;");
	cr_assert_str_eq(told_at(here, "ben", "2016-03-01T12:00:00Z"), "b 1/1 0 0: -;");
	scene_finish(here);
	here = scene_at_time(GENERIC_BADGE("first.so", "first-each", "settings: { field: n }"));
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "b 1/1 0 0: -;");
	scene_finish(here);
}

Test(generic_progress, of_rank_is_told_as_long_as_there_are_places)
{
	scene *here = scene_at_time(
		GENERIC_BADGE("rank.so", "rank", "levels: [Early, First], settings: { first: [2, 1] }"));
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "b 1/2 0 0: 0/1;");
	EXPECT_AT("2016-03-01T12:00:00Z", "b 1 ;b 2 ;");
	EXPECT_TOLD_AT("2016-03-01T12:00:00Z", "b 0/2 2 2: -;");
	cr_assert_str_eq(told_at(here, "ben", "2016-03-01T12:00:00Z"), "b 1/2 0 0: 0/1;");
	cr_assert_str_eq(generic_fire(here, "ben", "2016-03-01T12:00:00Z", NO_FIELD), "b 1 ;");
	cr_assert_str_eq(told_at(here, "ben", "2016-03-01T12:00:00Z"), "b 2/2 1 1: -;", "his place is the second");
	cr_assert_str_eq(told_at(here, "cyd", "2016-03-01T12:00:00Z"), "b 1/2 0 0: -;");
	scene_finish(here);
}

/* ---- other shipped badges ---- */

Test(generic_progress, of_addict_is_the_days_of_the_month)
{
	scene *here = scene_new();
	here->options.clock = read_now;
	here->options.time = BRABEION_TIME_HISTORY;
	scene_config(here, "plugins:\n  - file: addict.so\n");
	scene_open(here);
	static const char *const days[] = { "2016-02-01T23:00:00Z", "2016-02-03T01:00:00Z", "2016-02-03T02:00:00Z" };
	for (int i = 0; i < 3; i++) {
		brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada", .has_at = true);
		cr_assert_eq(brabeion_time_parse(days[i], &event.at_us), BRABEION_OK);
		cr_assert_str_eq(scene_earned(here, &event), "");
	}
	cr_assert_str_eq(progress_of(here, "ada", NULL), "addict 1/1 0 0: 2/29;");
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ben", .has_at = true);
	cr_assert_eq(brabeion_time_parse("2016-03-01T00:00:00Z", &event.at_us), BRABEION_OK);
	cr_assert_str_eq(scene_earned(here, &event), "");
	cr_assert_str_eq(progress_of(here, "ada", NULL), "addict 1/1 0 0: 0/31;");
	cr_assert_str_eq(progress_of(here, "ben", NULL), "addict 1/1 0 0: 1/31;");
	scene_finish(here);
}

Test(generic_progress, of_the_commit_pack_is_what_it_counts)
{
	scene *here = scene_at_time("plugins:\n  - file: commits.so\n");
	brabeion_field field = BRABEION_BOOL("merge", true);
	brabeion_event event =
		BRABEION_EVENT(.name = "commit", .user = "ada", .has_at = true, .fields = &field, .field_count = 1);
	cr_assert_eq(brabeion_time_parse("2016-03-05T03:00:00Z", &event.at_us), BRABEION_OK); /* a Saturday */
	cr_assert_str_eq(scene_earned(here, &event), "first-commit 1 ;");
	for (int i = 0; i < 10; i++)
		scene_earned(here, &event);
	cr_assert_str_eq(progress_of(here, "ada", NULL),
			 "first-commit 0/1 1 1: -;commits 2/4 1 1: 11/100;matchmaker 2/3 1 1: 11/100;"
			 "night-owl 2/3 1 1: 11/50;early-bird 1/3 0 0: 0/5;weekend 2/3 1 1: 11/100;"
			 "streak 1/4 0 0: 1/3;leap-day 1/1 0 0: -;anniversary 1/1 0 0: -;clean-up 1/3 0 0: -;"
			 "storyteller 1/2 0 0: -;globetrotter 1/3 0 0: 1/3;");
	cr_assert_str_eq(progress_of(here, "ben", "first-commit"), "first-commit 1/1 0 0: 0/1;");
	scene_finish(here);
}

Test(generic_progress, of_the_qa_pack_is_what_it_counts)
{
	scene *here = scene_at_time("plugins:\n  - file: qa.so\n");
	for (int i = 0; i < 7; i++)
		scene_fire(here, "comment", "7", BRABEION_TEXT("post", "p"));
	cr_assert_str_eq(progress_of(here, "7", "commentator"), "commentator 1/1 0 0: 7/10;");
	cr_assert_str_eq(progress_of(here, "7", "strunk-white"), "strunk-white 1/1 0 0: 0/80;");
	cr_assert_str_eq(progress_of(here, "7", "student"), "student 1/1 0 0: -;");
	scene_finish(here);
}

Test(generic_progress, of_points_is_not_known_to_a_badge_without_memory)
{
	scene *here = scene_at_time("plugins:\n  - file: points.so\n");
	scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", 7600));
	cr_assert_str_eq(progress_of(here, "ada", NULL), "points 3/3 2 1: -;");
	scene_finish(here);
}
