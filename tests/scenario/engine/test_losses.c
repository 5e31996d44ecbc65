/*
 * What badges make of losses, through the public header: brabeion.lapsed and brabeion.revoked are raised in the transaction of the
 * loss, for the user who has lost it, and in one bounded cascade with brabeion.awarded.
 */
#include "support/decisions.h"

#define NOW "1700000000000000"

#define BADGES(more, keys)                                                              \
	more "plugins:\n"                                                               \
	     "  - file: obedient.so\n"                                                  \
	     "    badges: [{ badge: one, temporary: true" keys " }, { badge: last }]\n" \
	     "  - file: follower.so\n"                                                  \
	     "    badges: [{ badge: told }, { badge: whole, temporary: true }]\n"

static int64_t now(void *context)
{
	(void)context;
	return 1700000000000000;
}

static scene *scene_following(const char *text)
{
	scene *here = scene_new();
	here->options.clock = now;
	scene_config(here, text);
	scene_open(here);
	here->log[0] = '\0';
	return here;
}

static void hear_loss(void *context, const brabeion_change *change)
{
	scene *here = context;
	size_t used = strlen(here->told);
	snprintf(here->told + used, sizeof here->told - used, "%s%s %s %u;",
		 change->kind == BRABEION_CHANGE_LAPSED ? "~" : "-", change->award->user, change->award->badge,
		 change->award->level);
}

static void say(scene *here, int64_t level)
{
	brabeion_field fields[] = { BRABEION_TEXT("badge", "one"), BRABEION_INT("level", level) };
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = "ada", .fields = fields, .field_count = 2,
					      .has_at = true, .at_us = 1600000000000000);
	brabeion_result result = scene_judge(here, &event);
	brabeion_result_finish(&result);
}

Test(losses, a_lapse_is_raised_at_the_time_of_its_event)
{
	scene *here = scene_following(BADGES("", ""));
	say(here, 2);
	cr_expect_str_eq(scene_awards(here, "ada"), "whole 1 ;one 2 ;");
	say(here, 0);
	cr_expect_str_eq(decide_feed(here, 2, 0), "3~ada one 2 /on event \"say\";"
						  "4+ada told 1 brabeion.lapsed one 2 '' 1600000000000000;"
						  "5~ada whole 1 /on event \"brabeion.lapsed\";"
						  "6+ada told 1 brabeion.lapsed whole 1 '' 1600000000000000;");
	scene_finish(here);
}

Test(losses, a_revocation_lists_and_tells_what_came_of_it)
{
	scene *here = scene_following(BADGES("", ""));
	say(here, 1);
	scene_listen(here);
	cr_assert_eq(brabeion_on_revoke(here->engine, hear_loss, here), BRABEION_OK);
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .comment = "cheated"),
			 "3-ada one 1 /cheated;"
			 "4+ada told 1 brabeion.revoked one 1 '' " NOW ";"
			 "5~ada whole 1 /on event \"brabeion.revoked\";"
			 "6+ada told 1 brabeion.lapsed whole 1 '' " NOW ";");
	cr_expect_str_eq(here->told, "-ada one 1;ada told 1 brabeion.revoked one 1 '' " NOW ";~ada whole 1;"
				     "ada told 1 brabeion.lapsed whole 1 '' " NOW ";");
	cr_expect_str_eq(decide_feed(here, 3, 1), "4+ada told 1 brabeion.revoked one 1 '' " NOW ";");
	scene_finish(here);
}

Test(losses, each_award_that_is_revoked_is_raised_of_its_own)
{
	scene *here = scene_following(BADGES("", ""));
	decide_award(here, "ben", "one", .level = 1);
	decide_award(here, "ben", "one", .level = 3);
	cr_expect_str_eq(decide_revoke(here, "ben", "one", .level = 0),
			 "4-ben one 1 ;5-ben one 3 ;6+ben told 1 brabeion.revoked one 1 '' " NOW ";"
			 "7~ben whole 1 /on event \"brabeion.revoked\";"
			 "8+ben told 1 brabeion.lapsed whole 1 '' " NOW ";"
			 "9+ben told 1 brabeion.revoked one 3 '' " NOW ";");
	scene_finish(here);
}

Test(losses, a_badge_that_fails_on_a_revocation_fails_alone)
{
	scene *here = scene_following(BADGES("", ""));
	decide_award(here, "ada", "last", .level = 1);
	cr_expect_str_eq(decide_revoke(here, "ada", "last", .level = 1), "2-ada last 1 ;");
	cr_expect_not_null(strstr(here->log, "told of the last on purpose"), "%s", here->log);
	scene_finish(here);
}

Test(losses, of_a_badge_that_is_judged_later_are_raised_then)
{
	scene *here = scene_following(BADGES("workers: 0\n", ", async: true"));
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	decide_award(here, "ada", "one", .level = 1);
	say(here, 0);
	cr_expect_str_eq(scene_awards(here, "ada"), "whole 1 ;one 1 ;");
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_str_eq(scene_awards(here, "ada"), "told 1 brabeion.lapsed whole 1 '' 1600000000000000;"
						    "told 1 brabeion.lapsed one 1 '' 1600000000000000;");
	scene_finish(here);
}

Test(losses, a_cascade_of_awards_and_lapses_ends)
{
	scene *here = scene_following("plugins:\n  - file: follower.so\n"
				      "    badges: [{ badge: seesaw, temporary: true }]\n");
	brabeion_event event = BRABEION_EVENT(.name = "push", .user = "ada");
	brabeion_result result = scene_judge(here, &event);
	cr_expect_eq(result.award_count, 9, "one by the event, and each second time of 16");
	cr_expect_eq(result.lapsed_count, 8);
	brabeion_result_finish(&result);
	cr_expect_not_null(strstr(here->log,
				  "badges award each other, or let each other lapse, 16 deep on event \"push\" "
				  "of user \"ada\"; not raised further"),
			   "%s", here->log);
	scene_finish(here);
}

Test(losses, have_rows_in_the_journal)
{
	scene *here = scene_following(BADGES("journal: keep 30d\n", ""));
	brabeion_journal_list list;
	say(here, 1);
	decide_revoke(here, "ada", "one", .level = 1);
	cr_assert_eq(brabeion_journal_read(here->engine, NULL, &list, &here->error), BRABEION_OK);
	cr_assert_eq(list.count, 7,
		     "say, two awards, the revocation, an award and a lapse by it, and an award by that");
	cr_expect_str_eq(list.entries[3].event->name, "brabeion.revoked");
	cr_expect_eq(list.entries[3].kind, BRABEION_ENTRY_RAISED);
	cr_expect_str_eq(list.entries[3].event->user, "ada");
	cr_assert_eq(list.entries[3].verdict_count, 2);
	cr_expect_str_eq(list.entries[3].verdicts[0].badge, "told");
	cr_expect(list.entries[3].verdicts[0].stored);
	cr_expect(list.entries[3].verdicts[1].lapsed);
	brabeion_journal_list_finish(&list);
	scene_finish(here);
}

Test(losses, nothing_is_raised_where_nobody_listens)
{
	scene *here =
		scene_following("journal: keep 30d\nplugins:\n  - file: obedient.so\n    badges: [{ badge: one }]\n"
				"  - file: follower.so\n    badges: [{ badge: told, retired: true }]\n");
	brabeion_journal_list list;
	say(here, 1);
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .level = 1), "2-ada one 1 ;");
	cr_assert_eq(brabeion_journal_read(here->engine, NULL, &list, &here->error), BRABEION_OK);
	cr_expect_eq(list.count, 1, "the event alone");
	brabeion_journal_list_finish(&list);
	scene_finish(here);
}
