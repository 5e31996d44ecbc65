/*
 * Revocations: a revoked award stays on record, no longer counts as held, and is not earned again unless its badge
 * allows it or a person grants it.
 */
#include "support/decisions.h"

static const char obedient[] = "plugins:\n  - file: obedient.so\n";
static const char rearning[] = "plugins:\n"
			       "  - file: obedient.so\n"
			       "    badges:\n"
			       "      - { badge: one, rearn: true }\n"
			       "      - { badge: many, rearn: true }\n"
			       "      - { badge: last }\n";

static void hear_revocation(void *context, const brabeion_change *change)
{
	scene *here = context;
	cr_assert_eq(change->kind, BRABEION_CHANGE_REVOKED);
	size_t used = strlen(here->told);
	snprintf(here->told + used, sizeof here->told - used, "-%s %s %u %s;", change->award->user,
		 change->award->badge, change->award->level, change->award->reason);
}

static void listen_to_both(scene *here)
{
	scene_listen(here);
	cr_assert_eq(brabeion_on_revoke(here->engine, hear_revocation, here), BRABEION_OK);
}

/* Fires an event that earns a level of "one". */
static const char *earn(scene *here, const char *user, int64_t level)
{
	return scene_fire(here, "say", user, BRABEION_TEXT("badge", "one"), BRABEION_INT("level", level));
}

/* Fires an event that earns "many" for a reason. */
static const char *earn_for(scene *here, const char *user, const char *reason)
{
	return scene_fire(here, "say", user, BRABEION_TEXT("badge", "many"), BRABEION_TEXT("for", reason));
}

/* The highest level of "one" that plugins see the user hold, plus 1: the level of "last" given to another user. */
static const char *seen_by_plugins(scene *here, const char *user, const char *witness)
{
	return scene_fire(here, "say", witness, BRABEION_TEXT("badge", "last"), BRABEION_TEXT("held", "one"),
			  BRABEION_TEXT("held_user", user));
}

/* ---- selection ---- */

Test(revocations, one_level)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1), earn(here, "ada", 2), earn(here, "ben", 2);
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .level = 2), "4-ada one 2 ;");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 1 ;");
	cr_expect_str_eq(scene_awards(here, "ben"), "one 2 ;");
	scene_finish(here);
}

Test(revocations, all_levels_in_the_order_in_which_they_were_stored)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 3), earn(here, "ada", 1), earn(here, "ben", 2), earn(here, "ada", 2);
	cr_expect_str_eq(decide_revoke(here, "ada", "one"), "5-ada one 3 ;6-ada one 1 ;7-ada one 2 ;");
	cr_expect_str_eq(scene_awards(here, "ada"), "");
	scene_finish(here);
}

Test(revocations, by_reason)
{
	scene *here = scene_with(obedient);
	earn_for(here, "ada", "a"), earn_for(here, "ada", "b"), earn_for(here, "ada", "c");
	decide_award(here, "ada", "many", .reason = "b", .level = 2);
	cr_expect_str_eq(decide_revoke(here, "ada", "many", .reason = "b"), "5-ada many 1 b;6-ada many 2 b;");
	cr_expect_str_eq(scene_awards(here, "ada"), "many 1 c;many 1 a;");
	cr_expect_str_eq(decide_revoke(here, "ada", "many", .reason = "c", .level = 1), "7-ada many 1 c;");
	cr_expect_str_eq(decide_revoke(here, "ada", "many"), "8-ada many 1 a;");
	scene_finish(here);
}

Test(revocations, nothing_to_revoke_is_fine)
{
	scene *here = scene_with(obedient);
	listen_to_both(here);
	earn(here, "ada", 1);
	here->told[0] = '\0';
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .level = 2), "");
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .level = 99), "");
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .reason = "none such"), "");
	cr_expect_str_eq(decide_revoke(here, "ada", "many"), "");
	cr_expect_str_eq(decide_revoke(here, "nobody", "one"), "");
	cr_expect_str_eq(decide_revoke(here, "ada", "unheard-of"), "");
	cr_expect_str_eq(decide_revoke(here, "", ""), "");
	cr_expect_str_eq(here->told, "");
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 ;");
	scene_finish(here);
}

Test(revocations, what_was_revoked_is_not_revoked_again)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1);
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .comment = "first"), "2-ada one 1 /first;");
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .comment = "second"), "");
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 ;2-ada one 1 /first;");
	scene_finish(here);
}

Test(revocations, of_a_badge_that_is_no_longer_loaded)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1);
	scene_close(here);
	scene_config(here, "plugins:\n  - file: good_one.so\n");
	scene_open(here);
	cr_expect_str_eq(decide_revoke(here, "ada", "one"), "2-ada one 1 ;");
	cr_expect_eq(scene_count(here, "ada"), 0);
	scene_finish(here);
}

Test(revocations, tell_all_that_is_known)
{
	scene *here = scene_with(obedient);
	const brabeion_event event =
		BRABEION_EVENT(.name = "say", .user = "ada", .id = "e1", .has_at = true, .at_us = 1390335965383000);
	brabeion_change_list list;
	scene_earned(here, &event); /* one, many and last */
	cr_assert_eq(brabeion_revoke(here->engine,
				     &(brabeion_revocation)BRABEION_REVOCATION(.user = "ada", .badge = "many",
									       .comment = "by mistake"),
				     &list, NULL),
		     BRABEION_OK);
	cr_assert_eq(list.count, 1);
	const brabeion_change *change = &list.changes[0];
	cr_expect_eq(change->sequence, 4);
	cr_expect_eq(change->kind, BRABEION_CHANGE_REVOKED);
	cr_expect_gt(change->at_us, 1600000000000000, "when it was revoked");
	cr_expect_str_eq(change->comment, "by mistake");
	cr_expect_eq(change->award->sequence, 2, "the award's own");
	cr_expect_eq(change->award->at_us, 1390335965383000);
	cr_expect_str_eq(change->award->user, "ada");
	cr_expect_str_eq(change->award->badge, "many");
	cr_expect_eq(change->award->level, 1);
	cr_expect_str_eq(change->award->name, "Low");
	cr_expect_str_eq(change->award->description, "Level 1");
	cr_expect_str_eq(change->award->reason, "e1");
	cr_expect_str_eq(change->award->event, "say");
	cr_expect_str_eq(change->award->event_id, "e1");
	brabeion_change_list_finish(&list);
	scene_finish(here);
}

/* ---- refused ---- */

static const char *letters(size_t count)
{
	static char text[8192];
	cr_assert_lt(count, sizeof text);
	memset(text, 'x', count);
	text[count] = '\0';
	return text;
}

Test(revocations, bounds)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_revoke(here, NULL, "one"), "invalid: the revocation has no user");
	cr_expect_str_eq(decide_revoke(here, "ada", NULL), "invalid: the revocation has no badge");
	cr_expect_str_eq(decide_revoke(here, letters(256), "one"),
			 "invalid: the user is longer than 255 bytes or not UTF-8");
	cr_expect_str_eq(decide_revoke(here, "ada", letters(101)),
			 "invalid: the badge is longer than 100 bytes or not UTF-8");
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .reason = letters(256)),
			 "invalid: the reason is longer than 255 bytes or not UTF-8");
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .comment = letters(4097)),
			 "invalid: the comment is longer than 4096 bytes or not UTF-8");
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .comment = "\xff"),
			 "invalid: the comment is longer than 4096 bytes or not UTF-8");
	earn(here, "ada", 1);
	cr_expect_eq(strlen(decide_revoke(here, "ada", "one", .comment = letters(4096))),
		     strlen("2-ada one 1 /;") + 4096);
	scene_finish(here);
}

Test(revocations, need_no_list_and_no_error)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1);
	cr_expect_eq(
		brabeion_revoke(here->engine, &(brabeion_revocation)BRABEION_REVOCATION(.user = "ada"), NULL, NULL),
		BRABEION_INVALID);
	cr_expect_eq(brabeion_revoke(here->engine,
				     &(brabeion_revocation)BRABEION_REVOCATION(.user = "ada", .badge = "one"), NULL,
				     NULL),
		     BRABEION_OK);
	cr_expect_eq(scene_count(here, "ada"), 0);
	scene_finish(here);
}

Test(revocations, leave_the_list_alone_when_refused)
{
	scene *here = scene_with(obedient);
	brabeion_change_list list = { .count = 42 };
	cr_expect_eq(
		brabeion_revoke(here->engine, &(brabeion_revocation)BRABEION_REVOCATION(.badge = "one"), &list, NULL),
		BRABEION_INVALID);
	cr_expect_eq(list.count, 42);
	scene_finish(here);
}

/* ---- no longer held ---- */

Test(revocations, counts_holders_and_lists_show_it_no_more)
{
	scene *here = scene_with(obedient);
	brabeion_user_list users;
	brabeion_award_list awards;
	earn(here, "ada", 1), earn(here, "ada", 2), earn(here, "ben", 1);
	cr_expect_str_eq(decide_holders(here, "one"), "2: 2 1 0");
	decide_revoke(here, "ada", "one", .level = 1);
	cr_expect_str_eq(decide_holders(here, "one"), "2: 1 1 0");
	cr_expect_eq(scene_count(here, "ada"), 1);
	decide_revoke(here, "ada", "one");
	cr_expect_str_eq(decide_holders(here, "one"), "1: 1 0 0");
	cr_expect_eq(scene_count(here, "ada"), 0);
	cr_expect_eq(scene_count(here, NULL), 1);
	cr_assert_eq(brabeion_users(here->engine, NULL, 0, &users, NULL), BRABEION_OK);
	cr_expect_eq(users.count, 1);
	cr_expect_str_eq(users.users[0].user, "ben");
	brabeion_user_list_finish(&users);
	cr_assert_eq(brabeion_badge_awards(here->engine, "one", NULL, &awards, NULL), BRABEION_OK);
	cr_expect_eq(awards.count, 1);
	cr_expect_str_eq(awards.awards[0].user, "ben");
	brabeion_award_list_finish(&awards);
	scene_finish(here);
}

Test(revocations, plugins_see_it_no_more)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1), earn(here, "ada", 2);
	cr_expect_str_eq(seen_by_plugins(here, "ada", "w1"), "last 3 ;");
	decide_revoke(here, "ada", "one", .level = 2);
	cr_expect_str_eq(seen_by_plugins(here, "ada", "w2"), "last 2 ;");
	decide_revoke(here, "ada", "one");
	cr_expect_str_eq(seen_by_plugins(here, "ada", "w3"), "last 1 ;");
	scene_close(here);
	scene_open(here);
	cr_expect_str_eq(seen_by_plugins(here, "ada", "w4"), "last 1 ;");
	scene_finish(here);
}

Test(revocations, of_another_engine_are_seen_at_the_next_event)
{
	scene *here = scene_with(obedient);
	brabeion_engine *other = NULL;
	earn(here, "ada", 2);
	cr_expect_str_eq(seen_by_plugins(here, "ada", "w1"), "last 3 ;");
	cr_assert_eq(brabeion_open(&here->options, &other, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_revoke(other, &(brabeion_revocation)BRABEION_REVOCATION(.user = "ada", .badge = "one"),
				     NULL, NULL),
		     BRABEION_OK);
	brabeion_close(other);
	cr_expect_str_eq(seen_by_plugins(here, "ada", "w2"), "last 1 ;");
	cr_expect_eq(scene_count(here, "ada"), 0);
	scene_finish(here);
}

/* ---- earning again ---- */

Test(revocations, what_was_revoked_is_not_earned_again)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1), earn_for(here, "ada", "a");
	decide_revoke(here, "ada", "one"), decide_revoke(here, "ada", "many");
	for (int round = 0; round < 3; round++) {
		cr_expect_str_eq(earn(here, "ada", 1), "");
		cr_expect_str_eq(earn_for(here, "ada", "a"), "");
		if (round == 1)
			scene_close(here), scene_open(here);
	}
	cr_expect_str_eq(earn(here, "ada", 2), "one 2 ;", "another level");
	cr_expect_str_eq(earn_for(here, "ada", "b"), "many 1 b;", "for another reason");
	cr_expect_str_eq(earn(here, "ben", 1), "one 1 ;", "somebody else");
	scene_finish(here);
}

Test(revocations, unless_the_badge_says_rearn)
{
	scene *here = scene_with(rearning);
	listen_to_both(here);
	earn(here, "ada", 1), earn_for(here, "ada", "a");
	decide_revoke(here, "ada", "one"), decide_revoke(here, "ada", "many");
	cr_expect_str_eq(earn(here, "ada", 1), "one 1 ;");
	cr_expect_str_eq(earn(here, "ada", 1), "");
	cr_expect_str_eq(earn_for(here, "ada", "a"), "many 1 a;");
	decide_revoke(here, "ada", "one");
	scene_close(here);
	scene_open(here);
	cr_expect_str_eq(earn(here, "ada", 1), "one 1 ;");
	cr_expect_str_eq(earn(here, "ada", 1), "");
	cr_expect_eq(scene_count(here, "ada"), 2);
	cr_expect_str_eq(here->told, "ada one 1 ;ada many 1 a;-ada one 1 ;-ada many 1 a;ada one 1 ;ada many 1 a;"
				     "-ada one 1 ;");
	scene_finish(here);
}

Test(revocations, rearn_is_each_badges_own)
{
	scene *here = scene_with(rearning);
	cr_expect_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "last")), "last 1 ;");
	decide_revoke(here, "ada", "last");
	cr_expect_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "last")), "");
	scene_finish(here);
}

Test(revocations, rearn_may_come_with_a_reload)
{
	scene *here = scene_with(obedient);
	brabeion_receipt receipt = BRABEION_RECEIPT();
	earn(here, "ada", 1);
	decide_revoke(here, "ada", "one");
	cr_expect_str_eq(earn(here, "ada", 1), "");
	scene_config(here, rearning);
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_str_eq(earn(here, "ada", 1), "one 1 ;");
	scene_finish(here);
}

Test(revocations, what_was_revoked_is_granted_anew)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1);
	decide_revoke(here, "ada", "one", .comment = "a mistake");
	cr_expect_str_eq(decide_award(here, "ada", "one", .comment = "was none"), "one 1 ;");
	cr_expect_str_eq(decide_award(here, "ada", "one"), "");
	cr_expect_str_eq(earn(here, "ada", 1), "");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 1 ;");
	cr_expect_str_eq(seen_by_plugins(here, "ada", "w"), "last 2 ;");
	cr_expect_str_eq(decide_revoke(here, "ada", "one"), "5-ada one 1 ;");
	cr_expect_str_eq(earn(here, "ada", 1), "");
	cr_expect_str_eq(decide_feed(here, 0, 0),
			 "1+ada one 1 ;2-ada one 1 /a mistake;3+ada one 1 /was none;4+w last 2 ;5-ada one 1 ;");
	scene_finish(here);
}

/* ---- callbacks ---- */

Test(revocations, each_is_told_once_to_the_callbacks_of_this_engine)
{
	scene *here = scene_with(obedient);
	brabeion_engine *other = NULL;
	listen_to_both(here);
	earn(here, "ada", 2), earn(here, "ada", 1);
	decide_revoke(here, "ada", "one");
	cr_expect_str_eq(here->told, "ada one 2 ;ada one 1 ;-ada one 2 ;-ada one 1 ;");
	here->told[0] = '\0';
	earn(here, "ben", 1);
	cr_assert_eq(brabeion_open(&here->options, &other, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_revoke(other, &(brabeion_revocation)BRABEION_REVOCATION(.user = "ben", .badge = "one"),
				     NULL, NULL),
		     BRABEION_OK);
	brabeion_close(other);
	cr_expect_str_eq(here->told, "ben one 1 ;");
	scene_finish(here);
}

Test(revocations, callbacks_are_added_and_removed_as_pairs)
{
	scene *here = scene_with(obedient);
	cr_expect_eq(brabeion_on_revoke(here->engine, NULL, here), BRABEION_INVALID);
	cr_expect_eq(brabeion_off_revoke(here->engine, hear_revocation, here), BRABEION_INVALID);
	cr_expect_eq(brabeion_on_revoke(here->engine, hear_revocation, here), BRABEION_OK);
	cr_expect_eq(brabeion_on_revoke(here->engine, hear_revocation, here), BRABEION_INVALID);
	cr_expect_eq(brabeion_off_revoke(here->engine, hear_revocation, NULL), BRABEION_INVALID);
	cr_expect_eq(brabeion_off_revoke(here->engine, hear_revocation, here), BRABEION_OK);
	earn(here, "ada", 1);
	decide_revoke(here, "ada", "one");
	cr_expect_str_eq(here->told, "");
	scene_finish(here);
}

static void revoke_at_once(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	strcat(here->told, "<");
	scene_hear(context, award);
	cr_assert_neq(decide_revoke(here, award->user, award->badge, .comment = "at once")[0], '\0');
	strcat(here->told, ">");
}

static void regrant_once(void *context, const brabeion_change *change)
{
	static bool granted; /* each test has its own process */
	scene *here = context;
	strcat(here->told, "[");
	hear_revocation(context, change);
	if (!granted)
		cr_assert_str_eq(decide_award(here, change->award->user, change->award->badge), "one 1 ;");
	granted = true;
	strcat(here->told, "]");
}

Test(revocations, from_inside_callbacks_are_told_after_them)
{
	scene *here = scene_with(obedient);
	cr_assert_eq(brabeion_on_award(here->engine, revoke_at_once, here), BRABEION_OK);
	cr_assert_eq(brabeion_on_revoke(here->engine, regrant_once, here), BRABEION_OK);
	cr_expect_str_eq(earn(here, "ada", 1), "one 1 ;");
	cr_expect_str_eq(here->told, "<ada one 1 ;>[-ada one 1 ;]<ada one 1 ;>[-ada one 1 ;]");
	cr_expect_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

/* ---- threads ---- */

enum { ROUNDS = 50 };

static void *earn_again_and_again(void *context)
{
	for (int i = 0; i < ROUNDS; i++)
		earn(context, "ada", 1);
	return NULL;
}

Test(revocations, and_events_that_earn_it_again_at_the_same_time)
{
	scene *here = scene_with(rearning);
	pthread_t threads[3];
	int64_t sequence = 0;
	brabeion_change_list list;
	for (int i = 0; i < 3; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, earn_again_and_again, here), 0);
	for (int i = 0; i < ROUNDS; i++)
		decide_revoke(here, "ada", "one");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	cr_assert_eq(brabeion_changes_since(here->engine, 0, NULL, &list, NULL), BRABEION_OK);
	cr_assert_gt(list.count, 0);
	for (size_t i = 0; i < list.count; i++) { /* awards and revocations alternate */
		cr_assert_eq(list.changes[i].kind, i % 2 ? BRABEION_CHANGE_REVOKED : BRABEION_CHANGE_AWARDED);
		cr_assert_gt(list.changes[i].sequence, sequence);
		sequence = list.changes[i].sequence;
	}
	cr_expect_eq(scene_count(here, "ada"), (int64_t)(list.count % 2));
	brabeion_change_list_finish(&list);
	scene_finish(here);
}
