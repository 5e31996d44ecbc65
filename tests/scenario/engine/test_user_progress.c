/*
 * Progress of users, through the public header: the next level, what badges report, what they may not do meanwhile, and
 * failures. The badges are those of tests/plugins/tells.c.
 */
#include "support/decisions.h"
#include "support/progress_text.h"

#define TELLS "plugins:\n  - file: tells.so\n"

enum { NOW_US = 1700000000 };

static int64_t now(void *context)
{
	(void)context;
	return NOW_US;
}

static scene *scene_telling(const char *text)
{
	scene *here = scene_new();
	here->options.clock = now;
	scene_config(here, text);
	scene_open(here);
	here->log[0] = '\0';
	return here;
}

static void do_deeds(scene *here, const char *user, int64_t points)
{
	scene_fire(here, "deed", user, BRABEION_INT("points", points));
}

#define EXPECT_TOLD(user, slug, text) cr_assert_str_eq(progress_of(here, user, slug), text)

/* ---- the next level ---- */

Test(user_progress, is_told_of_every_badge_in_the_order_of_badges_yaml)
{
	scene *here = scene_telling(TELLS);
	scene_fire(here, "deed", "ada", BRABEION_INT("points", 7), BRABEION_INT("how", 3));
	EXPECT_TOLD("ada", NULL,
		    "tells-steps 1/3 0 0: 7/10;tells-oddly 1/1 0 0: 0/9;tells-again 1/2 0 0: 7/10;"
		    "tells-nothing 1/1 0 0: -;tells-never 1/1 0 0: -;tells-in-award 1/1 0 0: -;");
	scene_finish(here);
}

Test(user_progress, of_a_user_nobody_has_heard_of_is_none)
{
	scene *here = scene_telling(TELLS);
	EXPECT_TOLD("nobody", "tells-steps", "tells-steps 1/3 0 0: 0/10;");
	cr_assert_eq(scene_count(here, "nobody"), 0);
	scene_finish(here);
}

Test(user_progress, is_about_the_level_above_the_highest_that_is_held)
{
	scene *here = scene_telling(TELLS);
	do_deeds(here, "ada", 13);
	EXPECT_TOLD("ada", "tells-steps", "tells-steps 2/3 1 1: 13/20;");
	do_deeds(here, "ada", 20);
	EXPECT_TOLD("ada", "tells-steps", "tells-steps 0/3 3 2: -;");
	EXPECT_TOLD("ben", "tells-steps", "tells-steps 1/3 0 0: 0/10;");
	scene_finish(here);
}

Test(user_progress, names_the_level_that_comes_next)
{
	scene *here = scene_telling(TELLS);
	brabeion_progress_list list;
	do_deeds(here, "ada", 13);
	cr_assert_eq(brabeion_user_progress(here->engine, "ada", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 6);
	cr_expect_eq(list.generation, 1);
	cr_expect_str_eq(list.badges[0].name, "Two");
	cr_expect_str_eq(list.badges[0].description, "Twenty");
	cr_expect(!list.badges[0].multiple && list.badges[2].multiple);
	brabeion_progress_list_finish(&list);
	cr_expect_null(list.badges);
	do_deeds(here, "ada", 100);
	cr_assert_eq(brabeion_user_progress(here->engine, "ada", "tells-steps", &list, NULL), BRABEION_OK);
	cr_expect_str_eq(list.badges[0].name, "");
	brabeion_progress_list_finish(&list);
	scene_finish(here);
}

Test(user_progress, passes_over_what_was_revoked_for_good)
{
	scene *here = scene_telling(TELLS);
	do_deeds(here, "ada", 20);
	decide_revoke(here, "ada", "tells-steps", .level = 2);
	EXPECT_TOLD("ada", "tells-steps", "tells-steps 1/3 0 0: 10/10;");
	scene_finish(here);
	here = scene_telling(TELLS);
	do_deeds(here, "ada", 10);
	do_deeds(here, "ada", 10);
	decide_revoke(here, "ada", "tells-steps", .level = 2);
	EXPECT_TOLD("ada", "tells-steps", "tells-steps 3/3 1 1: 20/30;");
	scene_finish(here);
}

Test(user_progress, comes_back_to_what_was_revoked_and_may_be_earned_again)
{
	scene *here = scene_telling(TELLS "    badges:\n      - { badge: tells-steps, rearn: true }\n");
	do_deeds(here, "ada", 10);
	do_deeds(here, "ada", 10);
	decide_revoke(here, "ada", "tells-steps", .level = 2);
	EXPECT_TOLD("ada", NULL, "tells-steps 2/3 1 1: 20/20;");
	scene_finish(here);
}

Test(user_progress, of_a_multiple_badge_is_about_the_first_level_that_is_not_complete)
{
	scene *here = scene_telling(TELLS);
	do_deeds(here, "ada", 9);
	EXPECT_TOLD("ada", "tells-again", "tells-again 1/2 0 0: 9/10;");
	scene_fire_id(here, "d1", "deed", "ada", BRABEION_INT("points", 4));
	scene_fire_id(here, "d2", "deed", "ada", BRABEION_INT("points", 0));
	EXPECT_TOLD("ada", "tells-again", "tells-again 2/2 1 2: 13/20;");
	do_deeds(here, "ada", 100);
	EXPECT_TOLD("ada", "tells-again", "tells-again 2/2 1 3: 20/20;");
	scene_finish(here);
}

/* ---- what a badge sees ---- */

Test(user_progress, has_no_event_but_a_user_the_time_now_memory_and_awards)
{
	scene *here = scene_telling(TELLS);
	do_deeds(here, "ada", 20);
	do_deeds(here, "ben", 10);
	EXPECT_TOLD("ada", "tells-oddly",
		    "tells-oddly 1/1 0 0: tells-oddly brabeion.progress ada \"\" 1700000000 0 1 none 2 1;");
	cr_assert_str_eq(here->log, "", "a failure returned to the caller is logged, too");
	scene_finish(here);
}

Test(user_progress, of_a_history_is_as_of_its_time)
{
	scene *here = scene_new();
	scene_config(here, TELLS);
	here->options.clock = now;
	here->options.time = BRABEION_TIME_HISTORY;
	scene_open(here);
	EXPECT_TOLD("ada", "tells-oddly",
		    "tells-oddly 1/1 0 0: tells-oddly brabeion.progress ada \"\" 1700000000 0 1 none 0 0;");
	brabeion_event event =
		BRABEION_EVENT(.name = "deed", .user = "ada", .has_at = true, .at_is_exact = true, .at_us = 5000);
	scene_earned(here, &event);
	EXPECT_TOLD("ada", "tells-oddly",
		    "tells-oddly 1/1 0 0: tells-oddly brabeion.progress ada \"\" 5000 0 1 none 0 0;");
	scene_finish(here);
}

static void expect_oddly(scene *here, int64_t how, const char *told)
{
	char expected[1024];
	scene_fire(here, "deed", "ada", BRABEION_INT("how", how));
	snprintf(expected, sizeof expected, "tells-oddly 1/1 0 0: %s;", told);
	cr_assert_str_eq(progress_of(here, "ada", "tells-oddly"), expected, "how %lld", (long long)how);
}

Test(user_progress, is_bounded)
{
	scene *here = scene_telling(TELLS);
	expect_oddly(here, 1, "badge_progress with the goal 0: a goal is from 1 up");
	expect_oddly(here, 2, "badge_progress with the goal -3: a goal is from 1 up");
	expect_oddly(here, 3, "0/9");
	expect_oddly(here, 4, "9/9");
	expect_oddly(here, 5, "progress answered 37: what badge_progress answers is expected");
	expect_oddly(here, 6, "progress answered -1: what badge_progress answers is expected");
	expect_oddly(here, 7, "9223372036854775806/9223372036854775807");
	expect_oddly(here, 15, "the name of memory is empty");
	scene_finish(here);
}

Test(user_progress, changes_nothing)
{
	scene *here = scene_telling(TELLS);
	expect_oddly(here, 8, "badge_tally_set is for judging, not for progress: nothing can be changed there");
	expect_oddly(here, 9, "badge_tally_add is for judging, not for progress: nothing can be changed there");
	expect_oddly(here, 10, "badge_note_set is for judging, not for progress: nothing can be changed there");
	expect_oddly(here, 11, "badge_grant is for award and observe, not for progress");
	expect_oddly(here, 12, "badge_later is for award and a badge's merge, not for progress");
	expect_oddly(here, 13, "badge_to is for award, not for progress");
	expect_oddly(here, 14, "badge_set of \"points\" outside of freeze");
	expect_oddly(here, 16, "0/2");
	cr_assert_str_eq(here->log, "info: tells-oddly: asked about level 1\n");
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	EXPECT_TOLD("ada", "tells-steps", "tells-steps 1/3 0 0: 0/10;");
	scene_finish(here);
}

Test(user_progress, is_for_progress_alone)
{
	scene *here = scene_telling(TELLS);
	cr_assert_str_eq(scene_fire(here, "confusion", "ada"), "1 failed;");
	cr_assert_not_null(strstr(here->log, "badge_progress is for progress, not for award"), "%s", here->log);
	scene_finish(here);
}

/* ---- failures ---- */

Test(user_progress, that_fails_does_not_count_for_the_quarantine)
{
	scene *here = scene_telling("quarantine: { failures: 3 }\n" TELLS);
	expect_oddly(here, 6, "progress answered -1: what badge_progress answers is expected");
	for (int i = 0; i < 10; i++)
		EXPECT_TOLD("ada", "tells-oddly",
			    "tells-oddly 1/1 0 0: progress answered -1: what badge_progress answers is expected;");
	EXPECT_TOLD("ada", "tells-again", "tells-again 1/2 0 0: 0/10;");
	cr_assert_str_eq(here->log, "");
	scene_finish(here);
}

Test(user_progress, is_not_asked_of_a_badge_that_is_quarantined)
{
	scene *here = scene_telling("quarantine: { failures: 2 }\n" TELLS);
	scene_fire(here, "confusion", "ada");
	scene_fire(here, "confusion", "bob");
	EXPECT_TOLD(
		"ada", "tells-in-award",
		"tells-in-award 1/1 0 0: quarantined, it is quarantined: it failed for 2 users in a row, at last on "
		"event "
		"\"confusion\": badge_progress is for progress, not for award;");
	size_t released = 0;
	cr_assert_eq(brabeion_release(here->engine, NULL, &released, NULL), BRABEION_OK);
	cr_assert_eq(released, 1);
	EXPECT_TOLD("ada", "tells-in-award", "tells-in-award 1/1 0 0: -;");
	scene_finish(here);
}

Test(user_progress, that_throws_in_cxx_is_told_as_what_it_says)
{
	scene *here = scene_telling("plugins:\n  - file: throws.so\n");
	EXPECT_TOLD("ada", NULL, "throws 1/1 0 0: no such user;");
	EXPECT_TOLD("ben", NULL, "throws 1/1 0 0: 1/2;");
	scene_finish(here);
}

Test(user_progress, refuses_what_is_wrong)
{
	scene *here = scene_telling(TELLS);
	char user[300];
	memset(user, 'u', sizeof user);
	user[256] = '\0';
	EXPECT_TOLD(NULL, NULL, "invalid: no user is given");
	EXPECT_TOLD("", NULL, "invalid: no user is given");
	EXPECT_TOLD(user, NULL, "invalid: the user is longer than 255 bytes or not UTF-8");
	EXPECT_TOLD("\xff", NULL, "invalid: the user is longer than 255 bytes or not UTF-8");
	EXPECT_TOLD("ada", "steps", "invalid: no badge \"steps\" is loaded");
	scene_finish(here);
}

Test(user_progress, of_a_database_that_was_taken_away_is_an_error)
{
	scene *here = scene_telling(TELLS);
	EXPECT_TOLD("ada", "tells-steps", "tells-steps 1/3 0 0: 0/10;");
	cr_assert_eq(unlink(here->database), 0);
	cr_assert_eq(strncmp(progress_of(here, "ada", NULL), "store: ", 7), 0, "%s", progress_of(here, "ada", NULL));
	scene_finish(here);
}

/* ---- calls from callbacks ---- */

static void ask_inside(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	snprintf(here->told, sizeof here->told, "%s", progress_of(here, award->user, award->badge));
}

Test(user_progress, may_be_asked_from_a_callback_and_sees_what_was_committed)
{
	scene *here = scene_telling(TELLS);
	cr_assert_eq(brabeion_on_award(here->engine, ask_inside, here), BRABEION_OK);
	scene_fire_id(here, "d1", "deed", "ada", BRABEION_INT("points", 12));
	cr_assert_str_eq(here->told, "tells-again 2/2 1 1: 12/20;");
	scene_finish(here);
}

Test(user_progress, goes_with_a_reload)
{
	scene *here = scene_telling(TELLS "    badges:\n      - { badge: tells-steps }\n");
	do_deeds(here, "ada", 4);
	scene_config(here, TELLS "    badges:\n      - { badge: tells-steps, slug: other }\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	EXPECT_TOLD("ada", NULL, "other 1/3 0 0: 4/10;");
	scene_finish(here);
}
