/*
 * Grants: awards by a person's decision. Badges that listen to awards and callbacks get them, and they are stored
 * exactly once, as if earned by an event called "brabeion.granted".
 */
#include "support/decisions.h"

static const char obedient[] = "plugins:\n  - file: obedient.so\n";

/* ---- granting ---- */

Test(grants, a_grant_stores_an_award_of_level_1)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, "ada", "one"), "one 1 ;");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 1 ;");
	cr_expect_eq(scene_count(here, NULL), 1);
	scene_finish(here);
}

Test(grants, of_any_level_in_any_order)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 3), "one 3 ;");
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 1), "one 1 ;");
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 2), "one 2 ;");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 2 ;one 1 ;one 3 ;");
	scene_finish(here);
}

Test(grants, a_badge_that_no_event_can_earn)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, "ada", "gift"), "gift 1 ;");
	scene_finish(here);
}

Test(grants, tell_all_that_an_award_has)
{
	scene *here = scene_with(obedient);
	brabeion_grant grant =
		BRABEION_GRANT(.user = "ada", .badge = "many", .level = 2, .reason = "the fire of 2014",
			       .comment = "asked for by Ben", .has_at = true, .at_us = 1390335965383000);
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_award(here->engine, &grant, &result), BRABEION_OK);
	cr_assert_eq(result.award_count, 1);
	const brabeion_award_info *award = &result.awards[0];
	cr_expect_eq(award->sequence, 1);
	cr_expect_str_eq(award->user, "ada");
	cr_expect_str_eq(award->badge, "many");
	cr_expect_eq(award->level, 2);
	cr_expect_str_eq(award->name, "Middle");
	cr_expect_str_eq(award->description, "Level 2");
	cr_expect_str_eq(award->reason, "the fire of 2014");
	cr_expect_str_eq(award->event, "brabeion.granted");
	cr_expect_str_eq(award->event_id, "");
	cr_expect_eq(award->at_us, 1390335965383000);
	cr_expect_null(result.message);
	brabeion_result_finish(&result);
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada many 2 the fire of 2014/asked for by Ben;");
	scene_finish(here);
}

static int64_t say_noon(void *context)
{
	(void)context;
	return 1400000000000000;
}

Test(grants, without_a_time_have_the_clocks)
{
	scene *here = scene_new();
	scene_config(here, obedient);
	here->options.clock = say_noon;
	scene_open(here);
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(
		brabeion_award(here->engine, &(brabeion_grant)BRABEION_GRANT(.user = "ada", .badge = "one"), &result),
		BRABEION_OK);
	cr_assert_eq(result.award_count, 1);
	cr_expect_eq(result.awards[0].at_us, 1400000000000000);
	brabeion_result_finish(&result);
	scene_finish(here);
}

Test(grants, need_no_result)
{
	scene *here = scene_with(obedient);
	scene_listen(here);
	cr_expect_eq(
		brabeion_award(here->engine, &(brabeion_grant)BRABEION_GRANT(.user = "ada", .badge = "one"), NULL),
		BRABEION_OK);
	cr_expect_eq(
		brabeion_award(here->engine, &(brabeion_grant)BRABEION_GRANT(.user = "ada", .badge = "two"), NULL),
		BRABEION_INVALID);
	cr_expect_str_eq(here->told, "ada one 1 ;");
	scene_finish(here);
}

/* ---- already held ---- */

Test(grants, what_is_held_is_not_granted_again)
{
	scene *here = scene_with(obedient);
	scene_listen(here);
	cr_expect_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one")), "one 1 ;");
	cr_expect_str_eq(decide_award(here, "ada", "one", .comment = "too late"), "");
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 2), "one 2 ;");
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 2), "");
	cr_expect_str_eq(here->told, "ada one 1 ;ada one 2 ;");
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 ;2+ada one 2 ;");
	scene_finish(here);
}

Test(grants, what_was_granted_is_not_earned_again)
{
	scene *here = scene_with(obedient);
	decide_award(here, "ada", "one");
	for (int i = 0; i < 3; i++)
		cr_expect_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one")), "");
	cr_expect_eq(scene_count(here, "ada"), 1);
	scene_finish(here);
}

Test(grants, of_a_multiple_badge_are_one_for_each_reason)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, "ada", "many", .reason = "rescue"), "many 1 rescue;");
	cr_expect_str_eq(decide_award(here, "ada", "many", .reason = "rescue"), "");
	cr_expect_str_eq(decide_award(here, "ada", "many", .reason = "escape"), "many 1 escape;");
	cr_expect_str_eq(decide_award(here, "ada", "many", .reason = "rescue", .level = 2), "many 2 rescue;");
	cr_expect_str_eq(decide_award(here, "ben", "many", .reason = "rescue"), "many 1 rescue;");
	cr_expect_eq(scene_count(here, "ada"), 3);
	scene_finish(here);
}

Test(grants, of_a_multiple_badge_without_a_reason_are_fresh_each_time)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, "ada", "many"), "many 1 #1;");
	cr_expect_str_eq(decide_award(here, "ada", "many"), "many 1 #2;");
	cr_expect_str_eq(decide_award(here, "ada", "many", .reason = ""), "many 1 #3;");
	cr_expect_str_eq(decide_award(here, "ada", "many", .reason = "#5"), "many 1 #5;");
	cr_expect_str_eq(decide_award(here, "ada", "many"), "many 1 #6;", "#5 is not fresh");
	scene_finish(here);
}

/* ---- refused ---- */

Test(grants, of_what_is_not_loaded_are_refused)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, "ada", "two"), "invalid: no badge \"two\" is loaded");
	cr_expect_str_eq(decide_award(here, "ada", ""), "invalid: no badge \"\" is loaded");
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 4),
			 "invalid: the badge \"one\" has 3 levels, not 4");
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = UINT32_MAX),
			 "invalid: the badge \"one\" has 3 levels, not 4294967295");
	cr_expect_str_eq(decide_award(here, "ada", "one", .reason = "a reason"),
			 "invalid: the badge \"one\" is not multiple: it is held without a reason");
	cr_expect_str_eq(decide_award(here, "ada", "one", .reason = ""), "one 1 ;");
	cr_expect_eq(scene_count(here, NULL), 1);
	scene_finish(here);
}

Test(grants, without_user_or_badge_are_refused)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, NULL, "one"), "invalid: the grant has no user");
	cr_expect_str_eq(decide_award(here, "ada", NULL), "invalid: the grant has no badge");
	cr_expect_str_eq(decide_award(here, "", "one"), "invalid: the user is empty");
	cr_expect_eq(scene_count(here, NULL), 0);
	scene_finish(here);
}

static const char *letters(size_t count)
{
	static char text[8192];
	cr_assert_lt(count, sizeof text);
	memset(text, 'x', count);
	text[count] = '\0';
	return text;
}

Test(grants, bounds_of_texts)
{
	scene *here = scene_with(obedient);
	cr_expect_str_eq(decide_award(here, letters(256), "one"), "invalid: the user is longer than 255 bytes");
	cr_expect_str_eq(decide_award(here, letters(255), "one"), "one 1 ;");
	cr_expect_str_eq(decide_award(here, "ada", "many", .reason = letters(256)),
			 "invalid: the reason is longer than 255 bytes");
	cr_expect_eq(strlen(decide_award(here, "ada", "many", .reason = letters(255))), strlen("many 1 ;") + 255);
	cr_expect_str_eq(decide_award(here, "ada", "one", .comment = letters(4097)),
			 "invalid: the comment is longer than 4096 bytes");
	cr_expect_str_eq(decide_award(here, "ada", "one", .comment = letters(4096)), "one 1 ;");
	cr_expect_str_eq(decide_award(here, "\xff", "one"), "invalid: the user is not UTF-8");
	cr_expect_str_eq(decide_award(here, "ben", "many", .reason = "\xc3"), "invalid: the reason is not UTF-8");
	cr_expect_str_eq(decide_award(here, "ben", "one", .comment = "\xed\xa0\x80"),
			 "invalid: the comment is not UTF-8");
	cr_expect_eq(scene_count(here, NULL), 3);
	scene_finish(here);
}

/* ---- effects of an award ---- */

Test(grants, badges_that_listen_to_awards_judge_them)
{
	scene *here = scene_with("plugins:\n  - file: obedient.so\n  - file: listener.so\n");
	scene_listen(here);
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 2), "one 2 ;chained 1 ;");
	cr_expect_str_eq(here->told, "ada one 2 ;ada chained 1 ;");
	cr_expect_str_eq(decide_award(here, "ben", "chained"), "chained 1 ;");
	scene_finish(here);
}

Test(grants, a_listener_that_fails_fails_alone)
{
	scene *here = scene_with("plugins:\n  - file: obedient.so\n  - file: listener.so\n");
	cr_expect_str_eq(decide_award(here, "ada", "last"), "1 failed;last 1 ;");
	cr_expect_str_eq(scene_awards(here, "ada"), "last 1 ;");
	cr_expect_not_null(strstr(here->log, "spoilt on purpose"), "%s", here->log);
	scene_finish(here);
}

Test(grants, the_note_is_of_the_grant_alone)
{
	scene *here = scene_with("plugins:\n  - file: obedient.so\n  - file: listener.so\n");
	decide_award(here, "ada", "one", .comment = "well done");
	scene_fire(here, "say", "ben", BRABEION_TEXT("badge", "one"));
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 /well done;2+ada chained 1 ;3+ben one 1 ;"
						  "4+ben chained 1 ;");
	scene_finish(here);
}

static void grant_from_inside(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	strcat(here->told, "<");
	scene_hear(context, award);
	if (strcmp(award->badge, "one") == 0)
		cr_assert_str_eq(decide_award(here, award->user, "gift"), "gift 1 ;");
	strcat(here->told, ">");
}

Test(grants, from_inside_a_callback_are_told_after_it)
{
	scene *here = scene_with(obedient);
	cr_assert_eq(brabeion_on_award(here->engine, grant_from_inside, here), BRABEION_OK);
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one"));
	cr_expect_str_eq(here->told, "<ada one 1 ;><ada gift 1 ;>");
	decide_award(here, "ben", "one");
	cr_expect_str_eq(here->told, "<ada one 1 ;><ada gift 1 ;><ben one 1 ;><ben gift 1 ;>");
	scene_finish(here);
}

Test(grants, are_seen_by_plugins)
{
	scene *here = scene_with(obedient);
	decide_award(here, "ada", "one", .level = 2);
	/* level of "one" plus 1 */
	cr_expect_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "last"), BRABEION_TEXT("held", "one")),
			 "last 3 ;");
	scene_finish(here);
}

Test(grants, stay_after_reopening)
{
	scene *here = scene_with(obedient);
	decide_award(here, "ada", "one", .comment = "for the record");
	scene_close(here);
	scene_open(here);
	cr_expect_str_eq(scene_awards(here, "ada"), "one 1 ;");
	cr_expect_str_eq(decide_award(here, "ada", "one"), "");
	cr_expect_str_eq(scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one")), "");
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 /for the record;");
	scene_finish(here);
}

Test(grants, of_a_badge_that_a_reload_took_away_are_refused)
{
	scene *here = scene_with("plugins:\n  - file: obedient.so\n  - file: good_one.so\n");
	scene_config(here, "plugins:\n  - file: good_one.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_str_eq(decide_award(here, "ada", "one"), "invalid: no badge \"one\" is loaded");
	cr_expect_str_eq(decide_award(here, "ada", "good-one"), "good-one 1 ;");
	scene_finish(here);
}

/* ---- threads ---- */

enum { GRANTERS = 4, USERS = 25 };

typedef struct granter {
	scene *here;
	uint32_t granted;
} granter;

static void *grant_to_all(void *context)
{
	granter *mine = context;
	for (int i = 0; i < USERS; i++) {
		char user[16];
		snprintf(user, sizeof user, "u%d", i);
		mine->granted += decide_award(mine->here, user, "one")[0] != '\0';
	}
	return NULL;
}

Test(grants, of_many_threads_to_the_same_users_are_one_each)
{
	scene *here = scene_with(obedient);
	pthread_t threads[GRANTERS];
	granter granters[GRANTERS];
	uint32_t granted = 0;
	scene_listen(here);
	for (int i = 0; i < GRANTERS; i++) {
		granters[i] = (granter){ .here = here };
		cr_assert_eq(pthread_create(&threads[i], NULL, grant_to_all, &granters[i]), 0);
	}
	for (int i = 0; i < GRANTERS; i++) {
		pthread_join(threads[i], NULL);
		granted += granters[i].granted;
	}
	cr_expect_eq(granted, USERS);
	cr_expect_eq(scene_count(here, NULL), USERS);
	cr_expect_eq(strlen(here->told), 10 * strlen("u0 one 1 ;") + 15 * strlen("u10 one 1 ;"));
	scene_finish(here);
}
