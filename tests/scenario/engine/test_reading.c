/*
 * Queries: awards of a user and of a badge, in pages; counts; users; badges with their holders; times as text.
 */
#include "support/scene.h"

static const char good_badges[] = "plugins:\n  - file: good_one.so\n  - file: good_many.so\n";
static const char obedient[] = "plugins:\n  - file: obedient.so\n";

/* ada holds many 1 for r1 to r5, ben one and last, cleo nothing. */
static scene *scene_with_awards(void)
{
	scene *here = scene_with(obedient);
	static const char *const reasons[] = { "r1", "r2", "r3", "r4", "r5" };
	for (int i = 0; i < 5; i++)
		scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "many"), BRABEION_TEXT("for", reasons[i]));
	scene_fire(here, "say", "ben", BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 3));
	scene_fire(here, "say", "ben", BRABEION_TEXT("badge", "last"));
	scene_fire(here, "say", "cleo", BRABEION_INT("level", 0));
	return here;
}

/* ---- awards ---- */

Test(reading, a_users_awards_come_newest_first)
{
	scene *here = scene_with_awards();
	cr_assert_str_eq(scene_awards(here, "ada"), "many 1 r5;many 1 r4;many 1 r3;many 1 r2;many 1 r1;");
	cr_assert_str_eq(scene_awards(here, "ben"), "last 1 ;one 3 ;");
	scene_finish(here);
}

Test(reading, newest_means_stored_last_and_not_the_latest_time)
{
	scene *here = scene_with(good_badges);
	brabeion_event event =
		BRABEION_EVENT(.name = "points", .user = "ada", .has_at = true, .at_is_exact = true, .at_us = 2000000,
			       .fields = (brabeion_field[]){ BRABEION_INT("points", 5) }, .field_count = 1);
	cr_assert_str_eq(scene_earned(here, &event), "good-one 1 ;");
	event.at_us = 1000000;
	event.fields = (brabeion_field[]){ BRABEION_INT("points", 50) };
	cr_assert_str_eq(scene_earned(here, &event), "good-one 2 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "good-one 2 ;good-one 1 ;");
	scene_finish(here);
}

Test(reading, awards_come_in_pages)
{
	scene *here = scene_with_awards();
	brabeion_award_list page;
	cr_assert_eq(brabeion_user_awards(here->engine, "ada",
					  &(brabeion_list_options)BRABEION_LIST_OPTIONS(.limit = 2), &page, NULL),
		     BRABEION_OK);
	cr_assert_eq(page.count, 2);
	cr_assert_str_eq(page.awards[0].reason, "r5");
	cr_assert_str_eq(page.awards[1].reason, "r4");
	int64_t before = page.awards[1].sequence;
	brabeion_award_list_finish(&page);
	cr_assert_eq(brabeion_user_awards(here->engine, "ada",
					  &(brabeion_list_options)BRABEION_LIST_OPTIONS(.before = before, .limit = 2),
					  &page, NULL),
		     BRABEION_OK);
	cr_assert_eq(page.count, 2);
	cr_assert_str_eq(page.awards[0].reason, "r3");
	cr_assert_str_eq(page.awards[1].reason, "r2");
	before = page.awards[1].sequence;
	brabeion_award_list_finish(&page);
	cr_assert_eq(brabeion_user_awards(here->engine, "ada",
					  &(brabeion_list_options)BRABEION_LIST_OPTIONS(.before = before, .limit = 2),
					  &page, NULL),
		     BRABEION_OK);
	cr_assert_eq(page.count, 1);
	cr_assert_str_eq(page.awards[0].reason, "r1");
	before = page.awards[0].sequence;
	brabeion_award_list_finish(&page);
	cr_assert_eq(brabeion_user_awards(here->engine, "ada",
					  &(brabeion_list_options)BRABEION_LIST_OPTIONS(.before = before, .limit = 2),
					  &page, NULL),
		     BRABEION_OK);
	cr_assert_eq(page.count, 0);
	brabeion_award_list_finish(&page);
	scene_finish(here);
}

Test(reading, an_award_is_read_as_it_was_told)
{
	scene *here = scene_with(good_badges);
	brabeion_event event =
		BRABEION_EVENT(.name = "points", .user = "ada", .id = "p1", .has_at = true, .at_is_exact = true,
			       .at_us = 1390335965383001, .fields = (brabeion_field[]){ BRABEION_INT("points", 500) },
			       .field_count = 1);
	cr_assert_str_eq(scene_earned(here, &event), "good-one 3 ;");
	brabeion_award_list list;
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_assert_eq(list.awards[0].sequence, 1);
	cr_assert_str_eq(list.awards[0].user, "ada");
	cr_assert_str_eq(list.awards[0].badge, "good-one");
	cr_assert_eq(list.awards[0].level, 3);
	cr_assert_str_eq(list.awards[0].name, "Gold");
	cr_assert_str_eq(list.awards[0].description, "More than 100 points");
	cr_assert_str_eq(list.awards[0].event, "points");
	cr_assert_str_eq(list.awards[0].event_id, "p1");
	cr_assert_eq(list.awards[0].at_us, 1390335965383001);
	brabeion_award_list_finish(&list);
	brabeion_award_list_finish(&list);
	scene_finish(here);
}

Test(reading, a_badges_awards_come_newest_first_and_in_pages)
{
	scene *here = scene_with(obedient);
	static const char *const users[] = { "ada", "ben", "cleo" };
	for (int i = 0; i < 3; i++)
		scene_fire(here, "say", users[i], BRABEION_TEXT("badge", "one"), BRABEION_INT("level", i + 1));
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "last"));
	brabeion_award_list list;
	cr_assert_eq(brabeion_badge_awards(here->engine, "one", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 3);
	cr_assert_str_eq(list.awards[0].user, "cleo");
	cr_assert_str_eq(list.awards[0].name, "High");
	cr_assert_str_eq(list.awards[2].user, "ada");
	int64_t before = list.awards[0].sequence;
	brabeion_award_list_finish(&list);
	cr_assert_eq(
		brabeion_badge_awards(here->engine, "one",
				      &(brabeion_list_options)BRABEION_LIST_OPTIONS(.before = before, .limit = 1),
				      &list, NULL),
		BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_assert_str_eq(list.awards[0].user, "ben");
	brabeion_award_list_finish(&list);
	scene_finish(here);
}

Test(reading, who_has_nothing_and_what_nobody_holds_give_empty_lists)
{
	scene *here = scene_with_awards();
	brabeion_award_list list;
	cr_assert_eq(brabeion_user_awards(here->engine, "nobody", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 0);
	brabeion_award_list_finish(&list);
	cr_assert_eq(brabeion_badge_awards(here->engine, "no-such-badge", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 0);
	brabeion_award_list_finish(&list);
	cr_assert_eq(brabeion_badge_awards(here->engine, "gift", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 0);
	brabeion_award_list_finish(&list);
	scene_finish(here);
}

Test(reading, names_that_cannot_be_are_invalid_and_leave_the_list_alone)
{
	scene *here = scene_with_awards();
	char longer[257];
	memset(longer, 'x', 256);
	longer[256] = '\0';
	brabeion_award_list list = { .count = 77 };
	int64_t count = 77;
	cr_assert_eq(brabeion_user_awards(here->engine, longer, NULL, &list, &here->error), BRABEION_INVALID);
	cr_assert_eq(brabeion_user_awards(here->engine, NULL, NULL, &list, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "no user is given");
	cr_assert_eq(brabeion_user_awards(here->engine, "\xff", NULL, &list, &here->error), BRABEION_INVALID);
	cr_assert_eq(brabeion_badge_awards(here->engine, NULL, NULL, &list, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "no slug is given");
	cr_assert_eq(brabeion_count_awards(here->engine, longer, &count, NULL), BRABEION_INVALID);
	cr_assert_eq(list.count, 77);
	cr_assert_eq(count, 77);
	scene_finish(here);
}

/* ---- counts and users ---- */

Test(reading, awards_are_counted_for_a_user_and_for_all)
{
	scene *here = scene_with_awards();
	cr_assert_eq(scene_count(here, "ada"), 5);
	cr_assert_eq(scene_count(here, "ben"), 2);
	cr_assert_eq(scene_count(here, "cleo"), 0);
	cr_assert_eq(scene_count(here, "nobody"), 0);
	cr_assert_eq(scene_count(here, NULL), 7);
	scene_finish(here);
}

Test(reading, users_come_with_most_awards_first)
{
	scene *here = scene_with_awards();
	brabeion_user_list list;
	cr_assert_eq(brabeion_users(here->engine, NULL, 0, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 2, "cleo holds nothing");
	cr_assert_str_eq(list.users[0].user, "ada");
	cr_assert_eq(list.users[0].awards, 5);
	cr_assert_eq(list.users[0].badges, 1);
	cr_assert_str_eq(list.users[1].user, "ben");
	cr_assert_eq(list.users[1].awards, 2);
	cr_assert_eq(list.users[1].badges, 2);
	brabeion_user_list_finish(&list);
	cr_assert_eq(brabeion_users(here->engine, NULL, 1, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_assert_str_eq(list.users[0].user, "ada");
	brabeion_user_list_finish(&list);
	cr_assert_eq(brabeion_users(here->engine, "ada", 1, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 1, "the page after ada");
	cr_assert_str_eq(list.users[0].user, "ben");
	brabeion_user_list_finish(&list);
	cr_assert_eq(brabeion_users(here->engine, "ben", 1, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 0);
	brabeion_user_list_finish(&list);
	scene_finish(here);
}

Test(reading, a_users_latest_is_the_time_of_the_newest_award)
{
	scene *here = scene_with(good_badges);
	brabeion_event event =
		BRABEION_EVENT(.name = "points", .user = "ada", .has_at = true, .at_is_exact = true, .at_us = 2000000,
			       .fields = (brabeion_field[]){ BRABEION_INT("points", 5) }, .field_count = 1);
	scene_earned(here, &event);
	event.at_us = 3000000;
	event.fields = (brabeion_field[]){ BRABEION_INT("points", 50) };
	scene_earned(here, &event);
	brabeion_user_list list;
	cr_assert_eq(brabeion_users(here->engine, NULL, 0, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.users[0].latest_at_us, 3000000);
	brabeion_user_list_finish(&list);
	scene_finish(here);
}

/* ---- badges ---- */

Test(reading, badges_come_in_the_order_of_badges_yaml_with_what_they_are)
{
	scene *here = scene_with("plugins:\n"
				 "  - file: good_many.so\n"
				 "    badges:\n"
				 "      - badge: third-visit\n"
				 "      - badge: first-visit\n"
				 "        slug: welcome\n"
				 "        events: [arrival, visit]\n"
				 "        levels: [{ name: Hello, description: Came }]\n"
				 "  - file: obedient.so\n"
				 "    badges: [{ badge: many }]\n");
	brabeion_badge_list list;
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.generation, 1);
	cr_assert_eq(list.count, 3);
	cr_assert_str_eq(list.badges[0].slug, "third-visit");
	cr_assert_str_eq(list.badges[0].levels[0].name, "Regular");
	const brabeion_badge *welcome = &list.badges[1];
	cr_assert_str_eq(welcome->slug, "welcome");
	cr_assert_str_eq(welcome->plugin, "good-many");
	cr_assert_str_eq(welcome->plugin_file, BRB_TEST_PLUGIN_DIR "/good_many.so");
	cr_assert_not(welcome->multiple);
	cr_assert_not(welcome->async);
	cr_assert_eq(welcome->event_count, 2);
	cr_assert_str_eq(welcome->events[0], "arrival");
	cr_assert_str_eq(welcome->events[1], "visit");
	cr_assert_eq(welcome->level_count, 1);
	cr_assert_str_eq(welcome->levels[0].name, "Hello");
	cr_assert_str_eq(welcome->levels[0].description, "Came");
	cr_assert_str_eq(list.badges[2].slug, "many");
	cr_assert(list.badges[2].multiple);
	brabeion_badge_list_finish(&list);
	brabeion_badge_list_finish(&list);
	scene_finish(here);
}

Test(reading, holders_are_users_and_not_awards)
{
	scene *here = scene_with(obedient);
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 1));
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 3));
	scene_fire(here, "say", "ben", BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 3));
	for (int i = 0; i < 4; i++)
		scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "many"));
	brabeion_badge_list list;
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, NULL), BRABEION_OK);
	cr_assert_str_eq(list.badges[0].slug, "one");
	cr_assert_eq(list.badges[0].holders, 2);
	cr_assert_eq(list.badges[0].levels[0].holders, 1);
	cr_assert_eq(list.badges[0].levels[1].holders, 0);
	cr_assert_eq(list.badges[0].levels[2].holders, 2);
	cr_assert_str_eq(list.badges[1].slug, "many");
	cr_assert_eq(list.badges[1].holders, 1);
	cr_assert_eq(list.badges[1].levels[0].holders, 1);
	cr_assert_eq(list.badges[2].holders, 0);
	brabeion_badge_list_finish(&list);
	scene_finish(here);
}

/* ---- times as text ---- */

Test(reading, times_are_written_with_three_digits_and_with_six_where_needed)
{
	char text[BRABEION_TIME_BYTES];
	cr_assert_eq(brabeion_time_format(1390335965383000, text), BRABEION_OK);
	cr_assert_str_eq(text, "2014-01-21T20:26:05.383Z");
	cr_assert_eq(brabeion_time_format(1390335965383001, text), BRABEION_OK);
	cr_assert_str_eq(text, "2014-01-21T20:26:05.383001Z");
	cr_assert_eq(brabeion_time_format(-1, text), BRABEION_OK);
	cr_assert_str_eq(text, "1969-12-31T23:59:59.999999Z");
	cr_assert_eq(brabeion_time_format(0, text), BRABEION_OK);
	cr_assert_str_eq(text, "1970-01-01T00:00:00.000Z");
	cr_assert_eq(brabeion_time_format(INT64_MAX, text), BRABEION_INVALID);
}

Test(reading, times_are_read_with_any_offset)
{
	int64_t at_us = 0;
	cr_assert_eq(brabeion_time_parse("2014-01-21T22:26:05.3839999+02:00", &at_us), BRABEION_OK);
	cr_assert_eq(at_us, 1390335965383999);
	cr_assert_eq(brabeion_time_parse("1969-12-31T23:59:60Z", &at_us), BRABEION_OK);
	cr_assert_eq(at_us, 0);
	at_us = 77;
	static const char *const wrong[] = { "",
					     "2014-01-21",
					     "2014-02-30T00:00:00Z",
					     "2014-01-21T20:26:05",
					     "2014-01-21T24:00:00Z",
					     "2014-01-21T20:26:05Zx",
					     "2014-01-21T20:26:05.Z",
					     " 2014-01-21T20:26:05Z" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		cr_assert_eq(brabeion_time_parse(wrong[i], &at_us), BRABEION_INVALID, "\"%s\"", wrong[i]);
	cr_assert_eq(at_us, 77);
}
