/*
 * Temporary badges of the plugins that ship: each answers what holds as of its event, or is refused as temporary.
 */
#include "support/generic_badges.h"

#define TEMPORARY(name, more) GENERIC_BADGE(name ".so", name, "temporary: true, " more)
#define AMOUNT(number) BRABEION_INT("amount", number)

#define EXPECT_HELD(held) cr_assert_str_eq(scene_awards(here, "ada"), held)

/* ---- streaks ---- */

Test(generic_temporary, a_late_day_does_not_end_the_streak_of_now)
{
	scene *here = scene_with(TEMPORARY("streak", "settings: { at: [3] }"));
	EXPECT_AT("2026-03-08T09:00:00Z", "");
	EXPECT_AT("2026-03-09T09:00:00Z", "");
	EXPECT_AT("2026-03-10T09:00:00Z", "b 1 ;");
	EXPECT_AT("2026-03-02T09:00:00Z", "");
	EXPECT_HELD("b 1 ;");
	scene_finish(here);
}

Test(generic_temporary, a_late_day_that_completes_a_streak_of_the_past_earns_nothing)
{
	scene *here = scene_with(TEMPORARY("streak", "settings: { at: [3] }"));
	EXPECT_AT("2026-03-01T09:00:00Z", "");
	EXPECT_AT("2026-03-03T09:00:00Z", "");
	EXPECT_AT("2026-03-10T09:00:00Z", "");
	EXPECT_AT("2026-03-02T09:00:00Z", "");
	EXPECT_HELD("");
	scene_finish(here);
}

/* ---- thresholds ---- */

Test(generic_temporary, a_late_event_does_not_end_the_window_of_now)
{
	scene *here = scene_with(TEMPORARY("threshold", "settings: { at: [2], within: { days: 7 } }"));
	EXPECT_AT("2026-03-01T09:00:00Z", "");
	EXPECT_AT("2026-03-02T09:00:00Z", "b 1 ;");
	EXPECT_AT("2026-03-10T09:00:00Z", "");
	EXPECT_HELD("");
	EXPECT_AT("2026-03-08T09:00:00Z", "b 1 ;");
	EXPECT_AT("2026-03-20T09:00:00Z", "");
	EXPECT_AT("2026-03-13T10:00:00Z", "b 1 ;");
	EXPECT_HELD("b 1 ;");
	scene_finish(here);
}

Test(generic_temporary, a_late_event_that_fills_a_window_of_the_past_earns_nothing)
{
	scene *here = scene_with(TEMPORARY("threshold", "settings: { at: [3], within: { days: 7 } }"));
	EXPECT_AT("2026-03-01T09:00:00Z", "");
	EXPECT_AT("2026-03-02T09:00:00Z", "");
	EXPECT_AT("2026-03-09T10:00:00Z", "");
	EXPECT_AT("2026-03-02T11:00:00Z", "");
	EXPECT_HELD("");
	scene_finish(here);
}

Test(generic_temporary, an_event_of_last_month_does_not_end_this_months_badge)
{
	scene *here = scene_with(TEMPORARY("threshold", "settings: { at: [2], per: month }"));
	EXPECT_AT("2026-03-01T09:00:00Z", "");
	EXPECT_AT("2026-03-02T09:00:00Z", "b 1 ;");
	EXPECT_AT("2026-02-28T09:00:00Z", "");
	EXPECT_HELD("b 1 ;");
	EXPECT_AT("2026-04-01T09:00:00Z", "");
	EXPECT_HELD("");
	EXPECT_AT("2026-02-27T09:00:00Z", "");
	EXPECT_HELD("");
	scene_finish(here);
}

Test(generic_temporary, an_amount_of_0_moves_the_window)
{
	scene *here = scene_with(
		TEMPORARY("threshold", "settings: { count: sum, field: amount, at: [100], within: { days: 7 } }"));
	EXPECT_WITH("2026-03-01T09:00:00Z", AMOUNT(100), "b 1 ;");
	EXPECT_WITH("2026-03-02T09:00:00Z", AMOUNT(0), "");
	EXPECT_HELD("b 1 ;");
	EXPECT_WITH("2026-03-20T09:00:00Z", AMOUNT(0), "");
	EXPECT_HELD("");
	scene_finish(here);
}

Test(generic_temporary, a_sum_that_falls_ends_it_and_one_that_stays_does_not)
{
	scene *here = scene_with(TEMPORARY("threshold", "settings: { count: sum, field: amount, at: [100] }"));
	EXPECT_WITH("2026-03-01T09:00:00Z", AMOUNT(100), "b 1 ;");
	EXPECT_WITH("2026-03-02T09:00:00Z", AMOUNT(0), "");
	EXPECT_AT("2026-03-03T09:00:00Z", "");
	EXPECT_HELD("b 1 ;");
	EXPECT_WITH("2026-03-04T09:00:00Z", AMOUNT(-1), "");
	EXPECT_HELD("");
	EXPECT_WITH("2026-03-05T09:00:00Z", AMOUNT(1), "b 1 ;");
	scene_finish(here);
}

Test(generic_temporary, a_reload_that_makes_it_temporary_is_heard_by_the_badge)
{
	scene *here = scene_with(GENERIC_BADGE("streak.so", "streak", "settings: { at: [3] }"));
	EXPECT_AT("2026-03-08T09:00:00Z", "");
	EXPECT_AT("2026-03-09T09:00:00Z", "");
	EXPECT_AT("2026-03-10T09:00:00Z", "b 1 ;");
	scene_config(here, TEMPORARY("streak", "settings: { at: [3] }"));
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	EXPECT_AT("2026-03-02T09:00:00Z", "");
	EXPECT_HELD("b 1 ;");
	scene_finish(here);
}

/* ---- packs ---- */

Test(generic_temporary, what_counts_commits_is_kept_by_the_next_commit)
{
	scene *here = scene_with("plugins:\n  - file: commits.so\n    badges:\n"
				 "      - { badge: matchmaker, temporary: true }\n");
	for (int i = 0; i < 9; i++)
		cr_assert_str_eq(scene_fire(here, "commit", "ada", BRABEION_BOOL("merge", true)), "");
	cr_assert_str_eq(scene_fire(here, "commit", "ada", BRABEION_BOOL("merge", true)), "matchmaker 1 ;");
	cr_assert_str_eq(scene_fire(here, "commit", "ada"), "");
	EXPECT_HELD("matchmaker 1 ;");
	scene_finish(here);
}

Test(generic_temporary, a_profile_holds_as_long_as_it_says_something)
{
	scene *here = scene_with("plugins:\n  - file: qa.so\n    badges:\n"
				 "      - { badge: autobiographer, temporary: true }\n");
	cr_assert_str_eq(scene_fire(here, "user_snapshot", "ada", BRABEION_BOOL("about", true)),
			 "autobiographer 1 ;");
	cr_assert_str_eq(scene_fire(here, "user_snapshot", "ada", BRABEION_BOOL("about", true)), "");
	EXPECT_HELD("autobiographer 1 ;");
	scene_fire(here, "user_snapshot", "ada", BRABEION_BOOL("about", false));
	EXPECT_HELD("");
	scene_finish(here);
}

/* ---- what cannot be temporary ---- */

#define CANNOT(file, badge, more)                                                                               \
	generic_refused("plugins:\n  - file: " file "\n    badges:\n      - { badge: " badge ", slug: b, " more \
			"\n          temporary: true }\n",                                                      \
			"badges.yaml:7:22: badge \"b\" cannot be temporary: the plugin's \"" badge              \
			"\" is for something that has happened, and cannot say whether it still holds")

Test(generic_temporary, what_has_happened_cannot_be)
{
	CANNOT("first.so", "first", "");
	CANNOT("rank.so", "rank", "settings: { first: [1] },");
	CANNOT("commits.so", "first-commit", "");
	CANNOT("commits.so", "leap-day", "");
	CANNOT("commits.so", "clean-up", "");
	CANNOT("commits.so", "storyteller", "");
	CANNOT("qa.so", "student", "");
	CANNOT("qa.so", "scholar", "");
	CANNOT("qa.so", "strunk-white", "");
	CANNOT("qa.so", "explainer", "");
	CANNOT("qa.so", "tumbleweed", "");
}
