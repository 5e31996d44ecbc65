/*
 * Temporary badges, through the public header: the result, the feed, the user's history and on-revoke callbacks report
 * a lapse once; the badge can be earned again; decisions of a person stay.
 */
#include "support/decisions.h"

static const char temporary[] = "plugins:\n"
				"  - file: obedient.so\n"
				"    badges:\n"
				"      - { badge: one, temporary: true }\n"
				"      - { badge: last }\n";

/* Fires an event for which "one" returns the level. Returns the lapses as decisions_of, without notes. */
static const char *answer(scene *here, const char *user, int64_t level)
{
	static char text[SCENE_TEXT_BYTES];
	brabeion_field fields[] = { BRABEION_TEXT("badge", "one"), BRABEION_INT("level", level) };
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = user, .fields = fields, .field_count = 2);
	brabeion_result result = scene_judge(here, &event);
	size_t used = 0;
	text[0] = '\0';
	for (uint32_t i = 0; i < result.award_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "+%s %u;", result.awards[i].badge,
					 result.awards[i].level);
	for (uint32_t i = 0; i < result.lapsed_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "~%s %u;", result.lapsed[i].award->badge,
					 result.lapsed[i].award->level);
	brabeion_result_finish(&result);
	return text;
}

static void hear_loss(void *context, const brabeion_change *change)
{
	scene *here = context;
	pthread_mutex_lock(&here->lock);
	size_t used = strlen(here->told);
	snprintf(here->told + used, sizeof here->told - used, "%s%s %s %u/%s;",
		 change->kind == BRABEION_CHANGE_LAPSED ? "~" : "-", change->award->user, change->award->badge,
		 change->award->level, change->comment);
	pthread_mutex_unlock(&here->lock);
}

static void listen_to_both(scene *here)
{
	scene_listen(here);
	cr_assert_eq(brabeion_on_revoke(here->engine, hear_loss, here), BRABEION_OK);
}

static const char *history(scene *here, const char *user, int64_t before, size_t limit)
{
	brabeion_change_list list;
	brabeion_status status = brabeion_user_changes(
		here->engine, user, &(brabeion_list_options)BRABEION_LIST_OPTIONS(.before = before, .limit = limit),
		&list, &here->error);
	cr_assert_eq(status, BRABEION_OK, "%s", here->error.message);
	const char *text = decisions_of(&list);
	brabeion_change_list_finish(&list);
	return text;
}

Test(temporary, what_lapses_is_told_everywhere_once)
{
	scene *here = scene_with(temporary);
	listen_to_both(here);
	cr_expect_str_eq(answer(here, "ada", 1), "+one 1;");
	cr_expect_str_eq(answer(here, "ada", 0), "~one 1;");
	cr_expect_str_eq(answer(here, "ada", 0), "");
	cr_expect_str_eq(scene_awards(here, "ada"), "");
	cr_expect_eq(scene_count(here, NULL), 0);
	cr_expect_str_eq(answer(here, "ada", 1), "+one 1;");
	cr_expect_str_eq(here->told, "ada one 1 ;~ada one 1/on event \"say\";ada one 1 ;");
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 ;2~ada one 1 /on event \"say\";3+ada one 1 ;");
	cr_expect_str_eq(decide_holders(here, "one"), "1: 1 0 0");
	scene_finish(here);
}

Test(temporary, a_lower_level_lets_higher_ones_lapse)
{
	scene *here = scene_with(temporary);
	answer(here, "ada", 1), answer(here, "ada", 3);
	cr_expect_str_eq(answer(here, "ada", 2), "+one 2;~one 3;");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 2 ;one 1 ;");
	cr_expect_str_eq(answer(here, "ada", 0), "~one 1;~one 2;");
	scene_finish(here);
}

Test(temporary, callbacks_hear_of_a_batch_in_the_order_in_which_things_were_stored)
{
	scene *here = scene_with(temporary);
	brabeion_field yes[] = { BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 2) };
	brabeion_field no[] = { BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 0) };
	brabeion_event events[4];
	brabeion_result results[4] = { BRABEION_RESULT() };
	listen_to_both(here);
	for (int i = 0; i < 4; i++)
		events[i] = (brabeion_event)BRABEION_EVENT(.name = "say", .user = "ada", .fields = i % 2 ? no : yes,
							   .field_count = 2);
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 4, results), BRABEION_OK);
	for (int i = 0; i < 4; i++)
		brabeion_result_finish(&results[i]);
	cr_expect_str_eq(here->told, "ada one 2 ;~ada one 2/on event \"say\";"
				     "ada one 2 ;~ada one 2/on event \"say\";");
	scene_finish(here);
}

Test(temporary, a_persons_revocation_is_final_and_a_grant_lifts_it)
{
	scene *here = scene_with(temporary);
	answer(here, "ada", 1);
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .comment = "cheated"), "2-ada one 1 /cheated;");
	cr_expect_str_eq(answer(here, "ada", 0), "");
	cr_expect_str_eq(answer(here, "ada", 1), "");
	cr_expect_str_eq(decide_award(here, "ada", "one", .comment = "sorry"), "one 1 ;");
	cr_expect_str_eq(answer(here, "ada", 0), "~one 1;", "a grant lapses, too");
	cr_expect_str_eq(answer(here, "ada", 1), "+one 1;");
	cr_expect_str_eq(history(here, "ada", 0, 0),
			 "5+ada one 1 ;4~ada one 1 /on event \"say\";3+ada one 1 /sorry;2-ada one 1 /cheated;"
			 "1+ada one 1 ;");
	scene_finish(here);
}

Test(temporary, what_lapsed_comes_back_after_the_engine_was_closed)
{
	scene *here = scene_with(temporary);
	answer(here, "ada", 1), answer(here, "ada", 0);
	scene_close(here);
	scene_open(here);
	cr_expect_str_eq(answer(here, "ada", 1), "+one 1;");
	scene_finish(here);
}

Test(temporary, no_more_after_a_reload_that_says_so)
{
	scene *here = scene_with(temporary);
	answer(here, "ada", 1);
	scene_config(here, "plugins:\n  - file: obedient.so\n    badges: [{ badge: one }, { badge: last }]\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_str_eq(answer(here, "ada", 0), "");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 1 ;");
	scene_finish(here);
}

Test(temporary, is_refused_with_multiple_where_it_stands)
{
	scene *here = scene_new();
	scene_config(here,
		     "plugins:\n  - file: obedient.so\n    badges:\n      - { badge: many, temporary: true }\n");
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_expect_not_null(strstr(scene_message(here), "badge \"many\" is multiple: each of its awards is for "
						       "something that has happened, and stays."),
			   "%s", scene_message(here));
	scene_finish(here);
}

/* ---- async badges ---- */

static const char later[] = "workers: 0\n"
			    "plugins:\n"
			    "  - file: obedient.so\n"
			    "    badges: [{ badge: one, temporary: true, async: true }]\n";

static void work_off(scene *here)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s", here->error.message);
}

Test(temporary, an_async_badge_lapses_when_its_job_is_judged)
{
	scene *here = scene_with(later);
	listen_to_both(here);
	answer(here, "ada", 2);
	work_off(here);
	cr_expect_str_eq(answer(here, "ada", 0), "", "later");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 2 ;");
	work_off(here);
	cr_expect_str_eq(here->told, "ada one 2 ;~ada one 2/on event \"say\";");
	cr_expect_str_eq(scene_awards(here, "ada"), "");
	scene_finish(here);
}

/* One claim takes the whole chain: each job must see the changes of those before it. */
Test(temporary, async_answers_in_a_row_are_each_seen)
{
	static const int levels[] = { 1, 0, 0, 1, 3, 2, 0, 3, 1 };
	scene *here = scene_with(later);
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		answer(here, "ada", levels[i]);
	work_off(here);
	cr_expect_str_eq(decide_feed(here, 0, 0),
			 "1+ada one 1 ;2~ada one 1 /on event \"say\";3+ada one 1 ;4+ada one 3 ;5+ada one 2 ;"
			 "6~ada one 3 /on event \"say\";7~ada one 1 /on event \"say\";"
			 "8~ada one 2 /on event \"say\";9+ada one 3 ;10+ada one 1 ;11~ada one 3 /on event \"say\";");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 1 ;");
	scene_finish(here);
}

/* ---- the history of a user ---- */

Test(temporary, a_history_is_one_users_page_by_page)
{
	scene *here = scene_with(temporary);
	decide_award(here, "ada", "one", .comment = "well done");
	decide_award(here, "ben", "one");
	answer(here, "ada", 0);
	decide_revoke(here, "ben", "one");
	cr_expect_str_eq(history(here, "ada", 0, 1), "3~ada one 1 /on event \"say\";");
	cr_expect_str_eq(history(here, "ada", 3, 1), "1+ada one 1 /well done;");
	cr_expect_str_eq(history(here, "ada", 1, 1), "");
	cr_expect_str_eq(history(here, "ben", 0, 0), "4-ben one 1 ;2+ben one 1 ;");
	cr_expect_str_eq(history(here, "eve", 0, 0), "");
	brabeion_change_list list = { 0 };
	cr_expect_eq(brabeion_user_changes(here->engine, NULL, NULL, &list, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(here->error.message, "no user is given");
	brabeion_error_finish(&here->error);
	cr_expect_eq(brabeion_user_changes(here->engine, "\xff", NULL, &list, NULL), BRABEION_INVALID);
	cr_expect_null(list.memory, "untouched");
	scene_finish(here);
}
