/*
 * When a badge can be earned, and who is told of it, through the public header: `earnable`, `retired` and `hidden` of
 * badges.yaml.
 */
#include "support/decisions.h"
#include "support/progress_text.h"

#define DECEMBER "earnable: { from: 2026-12-01, until: 2027-01-01 }"

static int64_t now_us;

static int64_t told_time(void *context)
{
	(void)context;
	return now_us;
}

static int64_t time_of(const char *text)
{
	int64_t at_us = 0;
	cr_assert_eq(brabeion_time_parse(text, &at_us), BRABEION_OK, "%s", text);
	return at_us;
}

static scene *scene_at(const char *now, const char *text)
{
	scene *here = scene_new();
	now_us = time_of(now);
	here->options.clock = told_time;
	scene_config(here, text);
	scene_open(here);
	here->log[0] = '\0';
	return here;
}

/* Fires "say" with a level for the badge "one", and for others what the fields say. NULL: the event has no time. */
static const char *say_at(scene *here, const char *at, int64_t level)
{
	brabeion_field fields[] = { BRABEION_TEXT("badge", "one"), BRABEION_INT("level", level) };
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = "ada", .fields = fields, .field_count = 2);
	event.has_at = at != NULL;
	event.at_us = at ? time_of(at) : 0;
	return scene_earned(here, &event);
}

static const char *visit_at(scene *here, const char *id, const char *at, const char *word)
{
	brabeion_field fields[] = { BRABEION_TEXT("word", word) };
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada", .id = id, .has_at = true,
					      .at_us = time_of(at), .fields = fields, .field_count = 1);
	return scene_earned(here, &event);
}

static void reload(scene *here, const char *text)
{
	scene_config(here, text);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
}

static void work_off(scene *here)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s", here->error.message);
}

/* ---- for a time ---- */

static const char december[] = "plugins:\n  - file: obedient.so\n    badges: [{ badge: one, " DECEMBER " }]\n";

Test(earnable, by_events_of_the_time_alone)
{
	scene *here = scene_at("2027-02-01T00:00:00Z", december);
	cr_expect_str_eq(say_at(here, "2026-11-30T23:59:59.999999Z", 1), "");
	cr_expect_str_eq(say_at(here, "2027-01-01T00:00:00Z", 1), "", "until is exclusive");
	cr_expect_str_eq(say_at(here, NULL, 1), "", "an event without a time is of now");
	cr_expect_str_eq(say_at(here, "2026-12-01T00:00:00Z", 1), "one 1 ;");
	cr_expect_str_eq(say_at(here, "2026-12-31T23:59:59.999999Z", 2), "one 2 ;");
	now_us = time_of("2026-12-24T00:00:00Z");
	cr_expect_str_eq(say_at(here, NULL, 3), "one 3 ;");
	scene_finish(here);
}

Test(earnable, with_one_bound)
{
	scene *here = scene_at("2026-12-01T00:00:00Z",
			       "plugins:\n  - file: obedient.so\n    badges:\n"
			       "      - { badge: one, earnable: { from: '2026-06-01T12:00:00+02:00' } }\n"
			       "      - { badge: one, slug: early, earnable: { until: 2026-06-01 } }\n");
	brabeion_field fields[] = { BRABEION_INT("level", 1) };
	brabeion_event event =
		BRABEION_EVENT(.name = "say", .user = "ada", .has_at = true, .fields = fields, .field_count = 1);
	event.at_us = time_of("2026-06-01T09:59:59Z");
	cr_expect_str_eq(scene_earned(here, &event), "");
	event.at_us = time_of("2026-06-01T10:00:00Z");
	cr_expect_str_eq(scene_earned(here, &event), "one 1 ;");
	event.at_us = time_of("1975-01-01T00:00:00Z"), event.user = "ben";
	cr_expect_str_eq(scene_earned(here, &event), "early 1 ;");
	scene_finish(here);
}

Test(earnable, temporary_badges_keep_their_levels_when_the_time_is_over)
{
	scene *here =
		scene_at("2027-02-01T00:00:00Z", "plugins:\n  - file: obedient.so\n"
						 "    badges: [{ badge: one, temporary: true, " DECEMBER " }]\n");
	cr_expect_str_eq(say_at(here, "2026-12-24T00:00:00Z", 2), "one 2 ;");
	say_at(here, "2027-01-24T00:00:00Z", 0);
	cr_expect_str_eq(scene_awards(here, "ada"), "one 2 ;");
	say_at(here, "2026-12-25T00:00:00Z", 0);
	cr_expect_str_eq(scene_awards(here, "ada"), "", "a late event of the time counts");
	scene_finish(here);
}

Test(earnable, the_observe_of_its_plugin_is_not_affected)
{
	scene *here =
		scene_at("2026-12-03T00:00:00Z",
			 "plugins:\n  - file: good_many.so\n    badges: [{ badge: third-visit, " DECEMBER " }]\n");
	cr_expect_str_eq(visit_at(here, NULL, "2026-11-30T00:00:00Z", ""), "");
	cr_expect_str_eq(visit_at(here, NULL, "2026-12-01T00:00:00Z", ""), "");
	cr_expect_str_eq(visit_at(here, NULL, "2026-12-02T00:00:00Z", ""), "third-visit 1 ;");
	scene_finish(here);
}

Test(earnable, a_person_may_grant_it_at_any_time)
{
	scene *here = scene_at("2027-02-01T00:00:00Z", december);
	cr_expect_str_eq(decide_award(here, "ada", "one", .level = 2), "one 2 ;");
	scene_finish(here);
}

/* "last" is earned by "say" and grants "gift" then. */
Test(earnable, another_badge_cannot_give_it_out_of_its_time)
{
	scene *here = scene_at("2027-02-01T00:00:00Z", "plugins:\n  - file: obedient.so\n"
						       "    badges: [{ badge: last }, { badge: gift, " DECEMBER
						       " }, { badge: many, retired: true }]\n");
	brabeion_field fields[] = { BRABEION_TEXT("badge", "last"), BRABEION_TEXT("grant", "gift") };
	brabeion_event event =
		BRABEION_EVENT(.name = "say", .user = "ada", .has_at = true, .fields = fields, .field_count = 2);
	event.at_us = time_of("2027-01-02T00:00:00Z");
	cr_expect_str_eq(scene_earned(here, &event), "last 1 ;");
	event.at_us = time_of("2026-12-02T00:00:00Z");
	cr_expect_str_eq(scene_earned(here, &event), "gift 1 ;");
	fields[1] = BRABEION_TEXT("grant", "many");
	cr_expect_str_eq(scene_earned(here, &event), "");
	scene_finish(here);
}

/* ---- judged later ---- */

static const char later[] =
	"workers: 0\nplugins:\n  - file: freezing.so\n    badges: [{ badge: freezing, " DECEMBER " }]\n";

Test(earnable, of_a_badge_that_is_judged_later_the_events_time_counts)
{
	scene *here = scene_at("2026-12-31T23:59:59Z", later);
	visit_at(here, "a", "2026-11-30T00:00:00Z", "early");
	visit_at(here, "b", "2026-12-31T00:00:00Z", "in time");
	now_us = time_of("2027-01-01T12:00:00Z");
	visit_at(here, "c", "2027-01-01T00:00:00Z", "late");
	work_off(here);
	cr_expect_str_eq(scene_awards(here, "ada"), "freezing 1 frozen in time at 1798675200000000;");
	scene_finish(here);
}

Test(earnable, what_a_badge_has_asked_for_is_judged_when_its_time_is_over)
{
	scene *here = scene_at("2026-12-31T23:59:59.5Z", later);
	visit_at(here, "a", "2026-12-31T23:59:59.5Z", "again");
	work_off(here);
	now_us = time_of("2027-01-01T12:00:00Z");
	work_off(here);
	cr_expect_str_eq(scene_awards(here, "ada"), "freezing 1 again;");
	scene_finish(here);
}

Test(earnable, jobs_of_what_has_changed_since_end_without_an_award)
{
	scene *here = scene_at("2026-12-31T23:59:59Z", later);
	visit_at(here, "a", "2026-12-31T00:00:00Z", "before");
	reload(here, "workers: 0\nplugins:\n  - file: freezing.so\n"
		     "    badges: [{ badge: freezing, earnable: { until: 2026-12-30 } }]\n");
	work_off(here);
	cr_expect_str_eq(scene_awards(here, "ada"), "");
	reload(here, later);
	visit_at(here, "b", "2026-12-31T23:59:59Z", "again");
	work_off(here);
	reload(here,
	       "workers: 0\nplugins:\n  - file: freezing.so\n    badges: [{ badge: freezing, retired: true }]\n");
	now_us = time_of("2027-01-01T12:00:00Z");
	work_off(here);
	reload(here, later);
	work_off(here);
	cr_expect_str_eq(scene_awards(here, "ada"), "", "neither the event's job nor the one that is due");
	scene_finish(here);
}

/* ---- retired ---- */

static const char retired[] = "plugins:\n  - file: obedient.so\n    badges: [{ badge: one, retired: true }]\n";

Test(earnable, a_retired_badge_is_held_and_not_earned)
{
	scene *here =
		scene_at("2026-12-01T00:00:00Z", "plugins:\n  - file: obedient.so\n    badges: [{ badge: one }]\n");
	cr_expect_str_eq(say_at(here, NULL, 1), "one 1 ;");
	reload(here, retired);
	cr_expect_str_eq(say_at(here, NULL, 2), "");
	cr_expect_str_eq(scene_awards(here, "ada"), "one 1 ;");
	cr_expect_str_eq(
		decide_award(here, "ben", "one", .level = 1),
		"invalid: the badge \"one\" is retired (retired: true in badges.yaml): nobody gets it any more");
	cr_expect_str_eq(decide_revoke(here, "ada", "one", .level = 1), "2-ada one 1 ;");
	scene_finish(here);
}

Test(earnable, events_of_a_retired_badge_are_judged_once_should_it_come_back)
{
	scene *here = scene_at("2026-12-01T00:00:00Z", retired);
	cr_expect_str_eq(scene_fire_id(here, "e1", "say", "ada", BRABEION_INT("level", 1)), "");
	reload(here, "plugins:\n  - file: obedient.so\n    badges: [{ badge: one }]\n");
	cr_expect_str_eq(scene_fire_id(here, "e1", "say", "ada", BRABEION_INT("level", 1)), "duplicate");
	scene_finish(here);
}

/* ---- what is told ---- */

#define TELLS(keys) "plugins:\n  - file: tells.so\n    badges: [{ badge: tells-steps, " keys " }]\n"

static void do_deed(scene *here, int64_t points)
{
	scene_fire(here, "deed", "ada", BRABEION_INT("points", points));
}

Test(earnable, no_progress_is_told_of_what_has_ended)
{
	scene *here = scene_at("2026-12-31T00:00:00Z", TELLS(DECEMBER));
	do_deed(here, 12);
	cr_expect_str_eq(progress_of(here, "ada", NULL), "tells-steps 2/3 1 1: 12/20;");
	now_us = time_of("2027-01-01T00:00:00Z");
	cr_expect_str_eq(progress_of(here, "ada", NULL), "tells-steps 0/3 1 1: -;");
	reload(here, TELLS("retired: true"));
	cr_expect_str_eq(progress_of(here, "ada", NULL), "tells-steps 0/3 1 1: -;");
	scene_finish(here);
}

Test(earnable, a_hidden_badge_is_not_told_of_before_it_is_earned)
{
	scene *here = scene_at("2026-12-31T00:00:00Z", TELLS("hidden: true"));
	do_deed(here, 9);
	cr_expect_str_eq(progress_of(here, "ada", NULL), "");
	cr_expect_str_eq(progress_of(here, "ada", "tells-steps"), "");
	do_deed(here, 3);
	cr_expect_str_eq(progress_of(here, "ada", NULL), "tells-steps 2/3 1 1: 12/20;");
	decide_revoke(here, "ada", "tells-steps", .level = 1);
	cr_expect_str_eq(progress_of(here, "ada", NULL), "");
	scene_finish(here);
}

Test(earnable, hosts_are_told_which_badges_to_leave_out)
{
	brabeion_badge_list list;
	brabeion_progress_list progress;
	scene *here = scene_at("2027-01-01T00:00:00Z", "plugins:\n  - file: obedient.so\n    badges:\n"
						       "      - { badge: one, hidden: true, " DECEMBER " }\n"
						       "      - { badge: many, retired: true }\n"
						       "      - badge: last\n");
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, &here->error), BRABEION_OK);
	cr_assert_eq(list.count, 3);
	cr_expect(list.badges[0].hidden && !list.badges[0].retired);
	cr_expect_eq(list.badges[0].earnable_from_us, time_of("2026-12-01T00:00:00Z"));
	cr_expect_eq(list.badges[0].earnable_until_us, time_of("2027-01-01T00:00:00Z"));
	cr_expect(!list.badges[1].hidden && list.badges[1].retired);
	cr_expect(!list.badges[2].hidden && !list.badges[2].retired);
	cr_expect_eq(list.badges[2].earnable_from_us, 0);
	cr_expect_eq(list.badges[2].earnable_until_us, 0);
	brabeion_badge_list_finish(&list);
	decide_award(here, "ada", "one", .level = 1);
	cr_assert_eq(brabeion_user_progress(here->engine, "ada", NULL, &progress, &here->error), BRABEION_OK);
	cr_assert_eq(progress.count, 3);
	cr_expect(progress.badges[0].hidden && progress.badges[0].ended && !progress.badges[0].retired);
	cr_expect_eq(progress.badges[0].earnable_from_us, time_of("2026-12-01T00:00:00Z"));
	cr_expect_eq(progress.badges[0].earnable_until_us, time_of("2027-01-01T00:00:00Z"));
	cr_expect(progress.badges[1].retired && progress.badges[1].ended);
	cr_expect(!progress.badges[2].ended && !progress.badges[2].hidden);
	brabeion_progress_list_finish(&progress);
	scene_finish(here);
}
