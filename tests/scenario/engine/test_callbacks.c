/*
 * On-award callbacks: called once for each stored award, in order, after the commit, never nested; adding and removing
 * them; calls that a callback may make.
 */
#include "support/scene.h"

static const char good_badges[] = "plugins:\n  - file: good_one.so\n  - file: good_many.so\n";

/* ---- once and in order ---- */

Test(callbacks, each_stored_award_is_told_once_in_the_order_of_badges_yaml)
{
	scene *here = scene_with(good_badges);
	scene_listen(here);
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	cr_assert_str_eq(here->told, "ada good-one 1 ;ada first-visit 1 ;");
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	cr_assert_str_eq(here->told, "ada good-one 1 ;ada first-visit 1 ;");
	scene_finish(here);
}

Test(callbacks, the_awards_of_a_batch_are_told_in_the_order_of_its_events)
{
	scene *here = scene_with(good_badges);
	scene_listen(here);
	const brabeion_event events[] = { BRABEION_EVENT(.name = "visit", .user = "ben"),
					  BRABEION_EVENT(.name = "visit", .user = ""),
					  BRABEION_EVENT(.name = "visit", .user = "ada") };
	brabeion_result results[3] = { BRABEION_RESULT() };
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 3, results), BRABEION_OK);
	for (int i = 0; i < 3; i++)
		brabeion_result_finish(&results[i]);
	cr_assert_str_eq(here->told, "ben first-visit 1 ;ada first-visit 1 ;");
	scene_finish(here);
}

Test(callbacks, an_award_is_told_also_to_a_caller_who_wants_no_result)
{
	scene *here = scene_with(good_badges);
	scene_listen(here);
	cr_assert_eq(brabeion_possibly_award(here->engine,
					     &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"), NULL),
		     BRABEION_OK);
	cr_assert_str_eq(here->told, "ada first-visit 1 ;");
	scene_finish(here);
}

typedef struct named {
	scene *here;
	const char *name;
} named;

static void write_name(void *context, const brabeion_award_info *award)
{
	const named *mine = context;
	(void)award;
	strncat(mine->here->told, mine->name, 8);
}

Test(callbacks, run_in_the_order_in_which_they_were_added)
{
	scene *here = scene_with(good_badges);
	named first = { here, "first;" }, second = { here, "second;" };
	cr_assert_eq(brabeion_on_award(here->engine, write_name, &first), BRABEION_OK);
	cr_assert_eq(brabeion_on_award(here->engine, write_name, &second), BRABEION_OK);
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(here->told, "first;second;");
	cr_assert_eq(brabeion_off_award(here->engine, write_name, &first), BRABEION_OK);
	cr_assert_eq(brabeion_on_award(here->engine, write_name, &first), BRABEION_OK);
	scene_fire(here, "visit", "ben");
	cr_assert_str_eq(here->told, "first;second;second;first;");
	scene_finish(here);
}

/* ---- adding and removing ---- */

Test(callbacks, the_same_pair_is_added_once)
{
	scene *here = scene_with(good_badges);
	scene_listen(here);
	cr_assert_eq(brabeion_on_award(here->engine, scene_hear, here), BRABEION_INVALID);
	cr_assert_eq(brabeion_on_award(here->engine, NULL, here), BRABEION_INVALID);
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(here->told, "ada first-visit 1 ;");
	scene_finish(here);
}

Test(callbacks, one_that_was_removed_hears_nothing_more)
{
	scene *here = scene_with(good_badges);
	scene_listen(here);
	cr_assert_eq(brabeion_off_award(here->engine, scene_hear, NULL), BRABEION_INVALID);
	cr_assert_eq(brabeion_off_award(here->engine, scene_hear, here), BRABEION_OK);
	cr_assert_eq(brabeion_off_award(here->engine, scene_hear, here), BRABEION_INVALID);
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(here->told, "");
	scene_finish(here);
}

Test(callbacks, there_is_room_for_sixteen)
{
	scene *here = scene_with(good_badges);
	named names[17];
	for (int i = 0; i < 17; i++) {
		names[i] = (named){ here, "x" };
		cr_assert_eq(brabeion_on_award(here->engine, write_name, &names[i]),
			     i < 16 ? BRABEION_OK : BRABEION_INVALID, "callback %d", i + 1);
	}
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(here->told, "xxxxxxxxxxxxxxxx");
	cr_assert_eq(brabeion_off_award(here->engine, write_name, &names[3]), BRABEION_OK);
	cr_assert_eq(brabeion_on_award(here->engine, write_name, &names[16]), BRABEION_OK);
	scene_finish(here);
}

static void remove_itself(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	scene_hear(context, award);
	cr_assert_eq(brabeion_off_award(here->engine, remove_itself, here), BRABEION_OK);
}

Test(callbacks, one_may_remove_itself_from_inside)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_on_award(here->engine, remove_itself, here), BRABEION_OK);
	scene_fire(here, "visit", "ada");
	scene_fire(here, "visit", "ben");
	cr_assert_str_eq(here->told, "ada first-visit 1 ;");
	scene_finish(here);
}

/* ---- calls from callbacks ---- */

/* Fires an event at the first award, and records its begin and end. */
static void fire_from_inside(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	strcat(here->told, "<");
	scene_hear(context, award);
	if (strcmp(award->user, "ada") == 0 && strcmp(award->badge, "first-visit") == 0) {
		brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ben");
		brabeion_result result = BRABEION_RESULT();
		cr_assert_eq(brabeion_possibly_award(here->engine, &event, &result), BRABEION_OK);
		cr_assert_eq(result.award_count, 1);
		brabeion_result_finish(&result);
	}
	strcat(here->told, ">");
}

Test(callbacks, an_award_earned_from_inside_is_told_after_and_not_inside)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_on_award(here->engine, fire_from_inside, here), BRABEION_OK);
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	cr_assert_str_eq(here->told, "<ada good-one 1 ;><ada first-visit 1 ;><ben first-visit 1 ;>");
	scene_finish(here);
}

Test(callbacks, what_waited_is_told_before_the_outer_call_returns_to_all_callbacks)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_on_award(here->engine, fire_from_inside, here), BRABEION_OK);
	scene_listen(here);
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(here->told,
			 "<ada first-visit 1 ;>ada first-visit 1 ;<ben first-visit 1 ;>ben first-visit 1 ;");
	scene_finish(here);
}

/* Each award lets the next user visit: u1, u2, ... */
static void fire_in_turn(void *context, const brabeion_award_info *award)
{
	static int depth; /* each test has its own process */
	scene *here = context;
	cr_assert_eq(++depth, 1, "called %d deep", depth);
	int number = atoi(award->user + 1);
	char user[16];
	scene_hear(context, award);
	snprintf(user, sizeof user, "u%d", number + 1);
	if (number < 500)
		cr_assert_eq(brabeion_possibly_award(here->engine,
						     &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = user),
						     NULL),
			     BRABEION_OK);
	depth--;
}

Test(callbacks, a_long_chain_of_awards_from_inside_does_not_nest)
{
	scene *here = scene_with("plugins:\n  - file: good_many.so\n");
	cr_assert_eq(brabeion_on_award(here->engine, fire_in_turn, here), BRABEION_OK);
	scene_fire(here, "visit", "u1");
	cr_assert_eq(scene_count(here, NULL), 500);
	cr_assert_not_null(strstr(here->told, "u500 first-visit 1 ;"));
	scene_finish(here);
}

static void call_everything(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	brabeion_award_list awards;
	brabeion_user_list users;
	brabeion_badge_list badges;
	brabeion_receipt receipt = BRABEION_RECEIPT();
	int64_t count = 0;
	scene_hear(context, award);
	cr_assert_eq(brabeion_user_awards(here->engine, award->user, NULL, &awards, NULL), BRABEION_OK);
	cr_assert_eq(awards.count, 1, "called before it was stored");
	brabeion_award_list_finish(&awards);
	cr_assert_eq(brabeion_badge_awards(here->engine, award->badge, NULL, &awards, NULL), BRABEION_OK);
	brabeion_award_list_finish(&awards);
	cr_assert_eq(brabeion_users(here->engine, NULL, 0, &users, NULL), BRABEION_OK);
	brabeion_user_list_finish(&users);
	cr_assert_eq(brabeion_badges(here->engine, NULL, &badges, NULL), BRABEION_OK);
	brabeion_badge_list_finish(&badges);
	cr_assert_eq(brabeion_count_awards(here->engine, NULL, &count, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_reload(here->engine, &receipt, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_on_award(here->engine, scene_hear, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_off_award(here->engine, scene_hear, NULL), BRABEION_OK);
}

Test(callbacks, may_call_everything_but_close)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_on_award(here->engine, call_everything, here), BRABEION_OK);
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(here->told, "ada first-visit 1 ;");
	scene_finish(here);
}

typedef struct across {
	scene *from, *to;
} across;

static void fire_at_another_engine(void *context, const brabeion_award_info *award)
{
	const across *mine = context;
	scene_hear(mine->from, award);
	cr_assert_eq(brabeion_possibly_award(mine->to->engine,
					     &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = award->user),
					     NULL),
		     BRABEION_OK);
	strcat(mine->from->told, "|");
}

Test(callbacks, an_award_of_another_engine_earned_from_inside_is_told_to_its_own_callbacks)
{
	scene *here = scene_with(good_badges), *there = scene_with(good_badges);
	across mine = { here, there };
	cr_assert_eq(brabeion_on_award(here->engine, fire_at_another_engine, &mine), BRABEION_OK);
	scene_listen(there);
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(here->told, "ada first-visit 1 ;|");
	cr_assert_str_eq(there->told, "ada first-visit 1 ;");
	scene_finish(here);
	scene_finish(there);
}
