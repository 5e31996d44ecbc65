/*
 * The semantics of the original brabeion, and where this engine differs: a test for each quirk. Most use the plugin
 * obedient, whose badges do what the event's fields say.
 */
#include <stdbool.h>

#include "support/scene.h"

static const char obedient[] = "plugins:\n  - file: obedient.so\n";
static const char obedient_and_listener[] = "plugins:\n  - file: obedient.so\n  - file: listener.so\n";

#define ONE BRABEION_TEXT("badge", "one")
#define MANY BRABEION_TEXT("badge", "many")

/* ---- as the original ---- */

Test(semantics, an_event_nobody_registered_is_silently_fine)
{
	scene *here = scene_with(obedient);
	brabeion_result result =
		scene_judge(here, &(brabeion_event)BRABEION_EVENT(.name = "no.such.event", .user = "ada", .id = "1"));
	cr_assert_eq(result.status, BRABEION_OK);
	cr_assert_eq(result.outcome, BRABEION_UNHANDLED);
	cr_assert_eq(result.failed, 0);
	cr_assert_null(result.message);
	brabeion_result_finish(&result);
	cr_assert_str_eq(here->log, "");
	scene_finish(here);
}

Test(semantics, levels_are_separate_awards_without_order)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", 3)), "one 3 ;");
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", 1)), "one 1 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "one 1 ;one 3 ;");
	scene_finish(here);
}

Test(semantics, a_level_that_is_reached_does_not_bring_those_below)
{
	scene *here = scene_with("plugins:\n  - file: points.so\n");
	cr_assert_str_eq(scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", 10001)), "points 3 ;");
	cr_assert_eq(scene_count(here, "ada"), 1);
	scene_finish(here);
}

Test(semantics, firing_again_stores_nothing)
{
	scene *here = scene_with(obedient);
	scene_listen(here);
	scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", 3));
	scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", 1));
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", 3)), "");
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", 1)), "");
	cr_assert_eq(scene_count(here, "ada"), 2);
	cr_assert_str_eq(here->told, "ada one 3 ;ada one 1 ;");
	scene_finish(here);
}

Test(semantics, the_documentations_points_badge_is_earned_above_its_bounds_and_not_at_them)
{
	scene *here = scene_with("plugins:\n  - file: points.so\n");
	static const struct {
		int64_t points;
		const char *earned;
	} cases[] = { { 0, "" },
		      { 5000, "" },
		      { 5001, "points 1 ;" },
		      { 7500, "points 1 ;" },
		      { 7501, "points 2 ;" },
		      { 10000, "points 2 ;" },
		      { 10001, "points 3 ;" },
		      { -5001, "" } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char user[16];
		snprintf(user, sizeof user, "user%zu", i);
		cr_assert_str_eq(scene_fire(here, "points_awarded", user, BRABEION_INT("points", cases[i].points)),
				 cases[i].earned, "%lld points", (long long)cases[i].points);
	}
	scene_finish(here);
}

Test(semantics, an_event_is_judged_by_the_state_the_caller_passes_and_no_other)
{
	scene *here = scene_with("plugins:\n  - file: points.so\n");
	cr_assert_str_eq(scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", 3000)), "");
	cr_assert_str_eq(scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", 3000)), "",
			 "the engine has added what it must not");
	cr_assert_str_eq(scene_fire(here, "points_awarded", "ada"), "");
	cr_assert_str_eq(scene_fire(here, "points_awarded", "ada", BRABEION_INT("points", 6000)), "points 1 ;");
	scene_finish(here);
}

Test(semantics, the_events_time_is_the_awards_time_also_in_the_past)
{
	scene *here = scene_with(obedient);
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = "ada", .has_at = true, .at_is_exact = true,
					      .at_us = 86400000000);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_geq(result.award_count, 1);
	for (uint32_t i = 0; i < result.award_count; i++)
		cr_assert_eq(result.awards[i].at_us, 86400000000);
	brabeion_result_finish(&result);
	brabeion_award_list list;
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.awards[0].at_us, 86400000000);
	brabeion_award_list_finish(&list);
	scene_finish(here);
}

Test(semantics, awards_are_each_users_own)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE), "one 1 ;");
	cr_assert_str_eq(scene_fire(here, "say", "ben", ONE), "one 1 ;");
	cr_assert_str_eq(scene_fire(here, "say", "Ada", ONE), "one 1 ;", "users differ by case");
	scene_finish(here);
}

/* ---- invalid levels ---- */

Test(semantics, level_0_is_not_earned_and_no_row)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", 0)), "");
	cr_assert_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

Test(semantics, a_level_out_of_range_is_that_badges_error_and_no_row)
{
	scene *here = scene_with(obedient);
	brabeion_event event =
		BRABEION_EVENT(.name = "say", .user = "ada",
			       .fields = (brabeion_field[]){ ONE, BRABEION_INT("level", 4) }, .field_count = 2);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.status, BRABEION_OK);
	cr_assert_eq(result.failed, 1);
	cr_assert_eq(result.award_count, 0);
	cr_assert_str_eq(result.message,
			 "badge \"one\" failed on event \"say\" of user \"ada\": award answered level 4, "
			 "the badge has 3");
	brabeion_result_finish(&result);
	cr_assert_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

Test(semantics, a_negative_level_is_that_badges_error_and_no_row)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_INT("level", -7)), "1 failed;");
	cr_assert_str_eq(here->log,
			 "warning: badge \"one\" failed on event \"say\" of user \"ada\": award answered -7\n");
	cr_assert_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

Test(semantics, a_grant_of_level_0_or_out_of_range_is_that_badges_error)
{
	scene *here = scene_with(obedient);
	static const int wrong[] = { 0, -1, 2 };
	for (int i = 0; i < 3; i++)
		cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("grant", "gift"),
					    BRABEION_INT("grant_level", wrong[i])),
				 "1 failed;", "level %d", wrong[i]);
	cr_assert_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

/* ---- refused at load ---- */

static void expect_refused(const char *text, const char *message)
{
	scene *here = scene_new();
	scene_config(here, text);
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), message);
	scene_finish(here);
}

Test(semantics, a_badge_without_levels_is_refused_at_load)
{
	expect_refused("plugins:\n  - file: no_levels.so\n",
		       "badges.yaml:4:11: badge \"no-levels\" has no levels: it could never be awarded");
}

Test(semantics, a_repeated_slug_is_refused_at_load)
{
	expect_refused(
		"plugins:\n  - file: good_one.so\n  - file: good_many.so\n    badges:\n"
		"      - { badge: first-visit, slug: good-one }\n",
		"badges.yaml:7:37: the slug \"good-one\" is in use at line 4 already: give one of them another "
		"`slug:`");
}

Test(semantics, an_empty_slug_is_refused_at_load)
{
	expect_refused("plugins:\n  - file: good_one.so\n    badges:\n      - { badge: good-one, slug: '' }\n",
		       "badges.yaml:6:34: \"slug\" must not be empty");
}

/* ---- multiple ---- */

Test(semantics, multiple_works_together_with_several_levels)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(
		scene_fire(here, "say", "ada", MANY, BRABEION_TEXT("for", "post-1"), BRABEION_INT("level", 1)),
		"many 1 post-1;");
	cr_assert_str_eq(
		scene_fire(here, "say", "ada", MANY, BRABEION_TEXT("for", "post-1"), BRABEION_INT("level", 3)),
		"many 3 post-1;");
	cr_assert_str_eq(
		scene_fire(here, "say", "ada", MANY, BRABEION_TEXT("for", "post-2"), BRABEION_INT("level", 1)),
		"many 1 post-2;");
	cr_assert_str_eq(
		scene_fire(here, "say", "ada", MANY, BRABEION_TEXT("for", "post-1"), BRABEION_INT("level", 1)), "");
	cr_assert_eq(scene_count(here, "ada"), 3);
	scene_finish(here);
}

Test(semantics, a_multiple_badge_is_held_per_reason_and_the_reason_is_the_events_id)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire_id(here, "e1", "say", "ada", MANY), "many 1 e1;");
	cr_assert_str_eq(scene_fire_id(here, "e2", "say", "ada", MANY), "many 1 e2;");
	cr_assert_str_eq(scene_fire(here, "say", "ada", MANY, BRABEION_TEXT("for", "e2")), "");
	cr_assert_str_eq(scene_fire_id(here, "e3", "say", "ada", MANY, BRABEION_TEXT("for", "")), "many 1 e3;");
	scene_finish(here);
}

Test(semantics, a_multiple_badge_without_reason_and_id_is_earned_each_time)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", MANY), "many 1 #1;");
	cr_assert_str_eq(scene_fire(here, "say", "ada", MANY), "many 1 #2;");
	cr_assert_str_eq(scene_fire(here, "say", "ben", MANY), "many 1 #3;");
	cr_assert_eq(scene_count(here, "ada"), 2);
	scene_finish(here);
}

Test(semantics, a_fresh_number_is_fresh_also_when_a_reason_looks_like_one)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire_id(here, "#2", "say", "ada", MANY), "many 1 #2;");
	brabeion_result result = scene_judge(
		here, &(brabeion_event)BRABEION_EVENT(.name = "say", .user = "ada",
						      .fields = (brabeion_field[]){ MANY }, .field_count = 1));
	cr_assert_eq(result.award_count, 1, "taken for the award of event #2");
	cr_assert_str_neq(result.awards[0].reason, "#2");
	brabeion_result_finish(&result);
	cr_assert_eq(scene_count(here, "ada"), 2);
	scene_finish(here);
}

Test(semantics, a_reason_on_a_badge_that_is_not_multiple_is_its_error)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("for", "post-1")), "1 failed;");
	cr_assert_str_eq(here->log,
			 "warning: badge \"one\" failed on event \"say\" of user \"ada\": badge_for on a badge "
			 "that is not BADGE_MULTIPLE\n");
	cr_assert_str_eq(scene_fire_id(here, "e1", "say", "ada", ONE), "one 1 ;", "the id is no reason here");
	cr_assert_str_eq(scene_fire_id(here, "e2", "say", "ada", ONE), "");
	scene_finish(here);
}

/* ---- awards to other users ---- */

Test(semantics, an_award_may_go_to_another_user)
{
	scene *here = scene_with(obedient);
	scene_listen(here);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("to", "ben")), "one 1 ;");
	cr_assert_str_eq(here->told, "ben one 1 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	cr_assert_str_eq(scene_awards(here, "ben"), "one 1 ;");
	cr_assert_str_eq(scene_fire(here, "say", "cleo", ONE, BRABEION_TEXT("to", "ben")), "", "ben holds it");
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE), "one 1 ;", "ada doesn't");
	scene_finish(here);
}

Test(semantics, an_award_to_nobody_is_that_badges_error)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("to", "")), "1 failed;");
	cr_assert_str_eq(here->log,
			 "warning: badge \"one\" failed on event \"say\" of user \"ada\": the user of badge_to "
			 "is empty\n");
	scene_finish(here);
}

Test(semantics, a_badge_may_grant_others_of_its_plugin)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("grant", "gift")), "gift 1 ;one 1 ;");
	cr_assert_str_eq(
		scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("grant", "gift"), BRABEION_INT("level", 2)),
		"one 2 ;", "what is held is passed over");
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("grant", "many"), BRABEION_INT("level", 0),
				    BRABEION_TEXT("grant_to", "ben"), BRABEION_TEXT("grant_for", "x"),
				    BRABEION_INT("grant_level", 3)),
			 "many 3 x;");
	cr_assert_str_eq(scene_awards(here, "ben"), "many 3 x;");
	scene_finish(here);
}

Test(semantics, a_grant_of_another_plugins_badge_is_that_badges_error)
{
	scene *here = scene_with("plugins:\n  - file: obedient.so\n  - file: good_one.so\n");
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("grant", "good-one")), "1 failed;");
	cr_assert_str_eq(here->log, "warning: badge \"one\" failed on event \"say\" of user \"ada\": badge_grant of "
				    "\"good-one\", which is no badge of the plugin \"obedient\" in badges.yaml\n");
	cr_assert_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

Test(semantics, held_awards_include_what_earlier_badges_of_the_event_earned)
{
	scene *here = scene_with(obedient);
	/* each badge returns the held level of "one" plus 1 */
	cr_assert_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("held", "one")), "one 1 ;many 2 #2;last 2 ;");
	cr_assert_str_eq(
		scene_fire(here, "say", "ben", ONE, BRABEION_TEXT("held", "one"), BRABEION_TEXT("held_user", "ada")),
		"one 2 ;");
	scene_finish(here);
}

/* ---- failures ---- */

Test(semantics, one_badges_error_does_not_stop_the_next)
{
	scene *here = scene_with("plugins:\n  - file: answers.so\n  - file: good_one.so\n");
	brabeion_event event =
		BRABEION_EVENT(.name = "visit", .user = "ada",
			       .fields = (brabeion_field[]){ BRABEION_INT("points", 5) }, .field_count = 1);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.status, BRABEION_OK);
	cr_assert_eq(result.outcome, BRABEION_JUDGED);
	cr_assert_eq(result.failed, 3);
	cr_assert_str_eq(result.message,
			 "badge \"failed\" failed on event \"visit\" of user \"ada\": award answered -1");
	cr_assert_eq(result.award_count, 2);
	cr_assert_str_eq(result.awards[0].badge, "well");
	cr_assert_str_eq(result.awards[1].badge, "good-one");
	brabeion_result_finish(&result);
	cr_assert_str_eq(
		here->log,
		"warning: badge \"failed\" failed on event \"visit\" of user \"ada\": award answered -1\n"
		"warning: badge \"too-high\" failed on event \"visit\" of user \"ada\": award answered level 99, "
		"the badge has 1\n"
		"warning: badge \"told\" failed on event \"visit\" of user \"ada\": told you so, ada\n");
	scene_finish(here);
}

Test(semantics, badge_fail_beats_the_level_that_award_returns)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("fail", "no"), BRABEION_INT("level", 2)),
			 "1 failed;");
	cr_assert_str_eq(here->log, "warning: badge \"one\" failed on event \"say\" of user \"ada\": no\n");
	cr_assert_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

Test(semantics, a_failed_badge_takes_its_grants_with_it_and_nothing_else)
{
	scene *here = scene_with(obedient);
	scene_listen(here);
	/* all four grant gift and fail, so that nothing is stored */
	cr_assert_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("grant", "gift"), BRABEION_TEXT("fail", "no")),
			 "3 failed;");
	cr_assert_eq(scene_count(here, NULL), 0);
	cr_assert_str_eq(here->told, "");
	/* `for` fails one and last, which are not multiple; many keeps its grant */
	cr_assert_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("grant", "gift"), BRABEION_TEXT("for", "x")),
			 "2 failed;gift 1 ;many 1 x;");
	cr_assert_str_eq(scene_awards(here, "ada"), "many 1 x;gift 1 ;");
	scene_finish(here);
}

Test(semantics, a_failed_badge_may_earn_later_what_it_lost)
{
	scene *here = scene_with(obedient);
	scene_fire(here, "say", "ada", ONE, BRABEION_TEXT("fail", "no"));
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE), "one 1 ;");
	scene_finish(here);
}

Test(semantics, the_id_of_an_event_on_which_a_badge_failed_is_remembered)
{
	scene *here = scene_with(obedient);
	cr_assert_str_eq(scene_fire_id(here, "e", "say", "ada", ONE, BRABEION_TEXT("fail", "no")), "1 failed;");
	cr_assert_str_eq(scene_fire_id(here, "e", "say", "ada", ONE), "duplicate");
	scene_finish(here);
}

/* ---- callbacks ---- */

static void lose_it(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	(void)award;
	/* what a callback can do wrong: a failing call, and removing itself */
	cr_assert_eq(brabeion_possibly_award(here->engine, &(brabeion_event)BRABEION_EVENT(.name = "say", .user = ""),
					     NULL),
		     BRABEION_INVALID);
	brabeion_off_award(here->engine, lose_it, here);
}

Test(semantics, a_callback_cannot_lose_an_award)
{
	scene *here = scene_with(obedient);
	cr_assert_eq(brabeion_on_award(here->engine, lose_it, here), BRABEION_OK);
	scene_listen(here);
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE), "one 1 ;");
	cr_assert_str_eq(here->told, "ada one 1 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "one 1 ;");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(scene_awards(here, "ada"), "one 1 ;");
	scene_finish(here);
}

/* ---- brabeion.awarded ---- */

Test(semantics, badges_build_on_awards)
{
	scene *here = scene_with(obedient_and_listener);
	scene_listen(here);
	cr_assert_str_eq(scene_fire_id(here, "e", "say", "ada", ONE), "one 1 ;chained 1 ;");
	cr_assert_str_eq(scene_fire(here, "say", "ada", ONE), "", "nothing was stored, so nothing is raised");
	cr_assert_str_eq(scene_fire(here, "say", "ben", ONE, BRABEION_TEXT("to", "cleo")), "one 1 ;chained 1 ;");
	cr_assert_str_eq(here->told, "ada one 1 ;ada chained 1 ;cleo one 1 ;cleo chained 1 ;");
	brabeion_award_list list;
	cr_assert_eq(brabeion_user_awards(here->engine, "ada",
					  &(brabeion_list_options)BRABEION_LIST_OPTIONS(.limit = 1), &list, NULL),
		     BRABEION_OK);
	cr_assert_str_eq(list.awards[0].badge, "chained");
	cr_assert_str_eq(list.awards[0].event, "brabeion.awarded");
	cr_assert_str_eq(list.awards[0].event_id, "");
	brabeion_award_list_finish(&list);
	scene_finish(here);
}

Test(semantics, awards_for_awards_end_sixteen_deep)
{
	scene *here = scene_with(obedient_and_listener);
	brabeion_event event =
		BRABEION_EVENT(.name = "say", .user = "ada", .fields = (brabeion_field[]){ MANY }, .field_count = 1);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.award_count, 17, "%u awards", result.award_count);
	cr_assert_str_eq(result.awards[0].badge, "many");
	cr_assert_str_eq(result.awards[16].badge, "endless");
	brabeion_result_finish(&result);
	cr_assert_eq(scene_count(here, "ada"), 17);
	cr_assert_not_null(strstr(here->log, "16 deep"), "%s", here->log);
	scene_finish(here);
}

Test(semantics, a_badge_that_fails_on_brabeion_awarded_fails_alone)
{
	scene *here = scene_with(obedient_and_listener);
	cr_assert_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "last")), "1 failed;last 1 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "last 1 ;");
	scene_finish(here);
}

/* ---- threads ---- */

typedef struct firing {
	scene *here;
	pthread_barrier_t *together;
	int awards;
} firing;

static void *fire_for_all_users(void *context)
{
	firing *mine = context;
	pthread_barrier_wait(mine->together);
	for (int i = 0; i < 50; i++) {
		char user[16];
		snprintf(user, sizeof user, "user%d", i);
		brabeion_result result = BRABEION_RESULT();
		brabeion_event event = BRABEION_EVENT(.name = "say", .user = user,
						      .fields = (brabeion_field[]){ ONE }, .field_count = 1);
		if (brabeion_possibly_award(mine->here->engine, &event, &result) == BRABEION_OK)
			mine->awards += (int)result.award_count;
		brabeion_result_finish(&result);
	}
	return NULL;
}

/* The original stored 105 rows here. tests/threads has the storms. */
Test(semantics, four_threads_with_fifty_users_store_fifty_awards)
{
	scene *here = scene_with(obedient);
	pthread_barrier_t together;
	pthread_t threads[4];
	firing firings[4];
	int awards = 0;
	pthread_barrier_init(&together, NULL, 4);
	for (int i = 0; i < 4; i++) {
		firings[i] = (firing){ here, &together, 0 };
		cr_assert_eq(pthread_create(&threads[i], NULL, fire_for_all_users, &firings[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		awards += firings[i].awards;
	}
	pthread_barrier_destroy(&together);
	cr_assert_eq(awards, 50);
	cr_assert_eq(scene_count(here, NULL), 50);
	scene_finish(here);
}
