/*
 * Events through brabeion_possibly_award and its batch: outcomes, ids, times, bounds, and a locked or broken database.
 * Not here: failing badges (test_semantics.c).
 */
#include <math.h>
#include <stdbool.h>
#include <time.h>

#include <sqlite3.h>

#include "support/scene.h"
#include "support/write_refusal.h"

static const char good_badges[] = "plugins:\n  - file: good_one.so\n  - file: good_many.so\n";

/* A text of `length` x. The caller frees it. */
static char *text_of(size_t length)
{
	char *text = malloc(length + 1);
	cr_assert_not_null(text);
	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

/* ---- outcomes ---- */

Test(events, a_result_tells_the_stored_award_with_all_its_fields)
{
	scene *here = scene_with(good_badges);
	brabeion_event event =
		BRABEION_EVENT(.name = "points", .user = "ada", .id = "p9", .has_at = true, .at_is_exact = true,
			       .at_us = 1390335965383000, .fields = (brabeion_field[]){ BRABEION_INT("points", 50) },
			       .field_count = 1);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.status, BRABEION_OK);
	cr_assert_eq(result.outcome, BRABEION_JUDGED);
	cr_assert_eq(result.failed, 0);
	cr_assert_null(result.message);
	cr_assert_eq(result.award_count, 1);
	const brabeion_award_info *award = &result.awards[0];
	cr_assert_eq(award->sequence, 1);
	cr_assert_str_eq(award->user, "ada");
	cr_assert_str_eq(award->badge, "good-one");
	cr_assert_eq(award->level, 2);
	cr_assert_str_eq(award->name, "Silver");
	cr_assert_str_eq(award->description, "More than 10 points");
	cr_assert_str_eq(award->reason, "");
	cr_assert_str_eq(award->event, "points");
	cr_assert_str_eq(award->event_id, "p9");
	cr_assert_eq(award->at_us, 1390335965383000);
	brabeion_result_finish(&result);
	cr_assert_eq(result.award_count, 0);
	brabeion_result_finish(&result);
	scene_finish(here);
}

Test(events, the_result_may_be_null)
{
	scene *here = scene_with(good_badges);
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada");
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, NULL), BRABEION_OK);
	cr_assert_str_eq(scene_awards(here, "ada"), "first-visit 1 ;");
	event.user = "";
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, NULL), BRABEION_INVALID);
	scene_finish(here);
}

Test(events, an_event_with_an_id_is_judged_once_per_name_and_user)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire_id(here, "v1", "visit", "ada"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, "v1", "visit", "ada"), "duplicate");
	cr_assert_str_eq(scene_fire_id(here, "v1", "visit", "ben"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, "v1", "points", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	cr_assert_str_eq(scene_fire_id(here, "v2", "visit", "ada"), "");
	cr_assert_str_eq(scene_fire_id(here, "v3", "visit", "ada"), "third-visit 1 ;");
	scene_finish(here);
}

Test(events, an_id_is_remembered_also_where_the_event_earned_nothing)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire_id(here, "p1", "points", "ada"), "");
	cr_assert_str_eq(scene_fire_id(here, "p1", "points", "ada", BRABEION_INT("points", 5)), "duplicate");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(scene_fire_id(here, "p1", "points", "ada", BRABEION_INT("points", 5)), "duplicate");
	scene_finish(here);
}

Test(events, an_id_of_an_event_that_nobody_heard_is_not_remembered)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\n");
	cr_assert_str_eq(scene_fire_id(here, "m1", "memory", "ada"), "unhandled");
	scene_config(here, "plugins:\n  - file: memory_user.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, NULL), BRABEION_OK);
	cr_assert_str_eq(scene_fire_id(here, "m1", "memory", "ada", BRABEION_INT("value", 3)), "memory-user 1 ;");
	scene_finish(here);
}

Test(events, an_empty_id_is_none)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire_id(here, "", "visit", "ada"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, "", "visit", "ada"), "");
	cr_assert_str_eq(scene_fire_id(here, "", "visit", "ada"), "third-visit 1 ;");
	scene_finish(here);
}

Test(events, retention_counts_from_arrival_by_the_engines_clock)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: good_one.so\nretention: 1h\n");
	here->options.clock = NULL;
	scene_open(here);
	brabeion_event event = BRABEION_EVENT(.name = "points", .user = "ada", .id = "old", .has_at = true,
					      .at_is_exact = true, .at_us = 0);
	cr_assert_str_eq(scene_earned(here, &event), "");
	cr_assert_str_eq(scene_earned(here, &event), "duplicate", "the event's own time is in 1970, its arrival now");
	scene_finish(here);
}

static int64_t told_time(void *context)
{
	return *(int64_t *)context;
}

Test(events, an_id_is_forgotten_after_its_retention)
{
	scene *here = scene_new();
	int64_t now_us = 1000000000000000;
	scene_config(here, "plugins:\n  - file: good_one.so\nretention: 1h\n");
	here->options.clock = told_time;
	here->options.clock_context = &now_us;
	scene_open(here);
	cr_assert_str_eq(scene_fire_id(here, "p", "points", "ada"), "");
	now_us += INT64_C(3500) * 1000000;
	cr_assert_str_eq(scene_fire_id(here, "p", "points", "ada"), "duplicate");
	now_us += INT64_C(7300) * 1000000;
	cr_assert_str_eq(scene_fire_id(here, "p", "points", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	scene_finish(here);
}

/* ---- times ---- */

Test(events, without_at_the_awards_time_is_that_of_the_injected_clock)
{
	scene *here = scene_new();
	int64_t now_us = 1700000000123456;
	scene_config(here, good_badges);
	here->options.clock = told_time;
	here->options.clock_context = &now_us;
	scene_open(here);
	brabeion_result result = scene_judge(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"));
	cr_assert_eq(result.awards[0].at_us, 1700000000123456);
	brabeion_result_finish(&result);
	scene_finish(here);
}

Test(events, without_at_and_without_a_clock_the_time_is_now)
{
	scene *here = scene_with(good_badges);
	int64_t before_s = time(NULL);
	brabeion_result result =
		scene_judge(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada", .at_us = 7));
	int64_t at_s = result.awards[0].at_us / 1000000;
	cr_assert(at_s >= before_s - 1 && at_s <= time(NULL) + 1, "the award's time is %lld", (long long)at_s);
	brabeion_result_finish(&result);
	scene_finish(here);
}

Test(events, times_before_1970_and_at_the_ends_of_64_bits_are_kept)
{
	scene *here = scene_with("future: off\nplugins:\n  - file: good_one.so\n  - file: good_many.so\n");
	const int64_t times[] = { -1, 0, INT64_MIN, INT64_MAX };
	const char *const users[] = { "a", "b", "c", "d" };
	for (int i = 0; i < 4; i++) {
		brabeion_event event = BRABEION_EVENT(.name = "visit", .user = users[i], .has_at = true,
						      .at_is_exact = true, .at_us = times[i]);
		cr_assert_str_eq(scene_earned(here, &event), "first-visit 1 ;");
		brabeion_award_list list;
		cr_assert_eq(brabeion_user_awards(here->engine, users[i], NULL, &list, NULL), BRABEION_OK);
		cr_assert_eq(list.awards[0].at_us, times[i]);
		brabeion_award_list_finish(&list);
	}
	scene_finish(here);
}

/* A scene whose clock is a number. */
static scene *scene_at(const char *config, int64_t *now_us)
{
	scene *here = scene_new();
	scene_config(here, config);
	here->options.clock = told_time;
	here->options.clock_context = now_us;
	scene_open(here);
	return here;
}

/* The status and message of an event at a time; "" when it was judged. */
static const char *judged_at(scene *here, const char *id, int64_t at_us)
{
	static char text[512];
	brabeion_event event =
		BRABEION_EVENT(.name = "visit", .user = "ada", .id = id, .has_at = true, .at_us = at_us);
	brabeion_result result = scene_judge(here, &event);
	snprintf(text, sizeof text, "%s", result.message ? result.message : "");
	cr_assert_eq(result.status, result.message ? BRABEION_INVALID : BRABEION_OK);
	brabeion_result_finish(&result);
	return text;
}

#define DAY_US INT64_C(86400000000)

Test(events, an_event_later_than_a_day_after_the_clock_is_refused_and_can_be_sent_again)
{
	int64_t now_us = 1700000000000000;
	scene *here = scene_at(good_badges, &now_us);
	cr_assert_str_eq(judged_at(here, "v1", now_us + DAY_US), "");
	cr_assert_str_eq(
		judged_at(here, "v2", now_us + DAY_US + 1),
		"the time has not come: 2023-11-15T22:13:20.000001Z is more than 1d after the clock, which shows "
		"2023-11-14T22:13:20.000Z (\"future\" in badges.yaml)");
	now_us += 1;
	cr_assert_str_eq(judged_at(here, "v2", now_us + DAY_US), "");
	cr_assert_str_eq(scene_fire_id(here, "v2", "visit", "ada"), "duplicate", "now it is judged");
	scene_finish(here);
}

Test(events, future_in_the_configuration_sets_the_bound_and_a_reload_changes_it)
{
	int64_t now_us = 1700000000000000;
	scene *here = scene_at("future: 90s\nplugins:\n  - file: good_one.so\n  - file: good_many.so\n", &now_us);
	cr_assert_str_eq(judged_at(here, NULL, now_us + 90000000), "");
	cr_assert_str_eq(
		judged_at(here, NULL, now_us + 90000001),
		"the time has not come: 2023-11-14T22:14:50.000001Z is more than 90s after the clock, which shows "
		"2023-11-14T22:13:20.000Z (\"future\" in badges.yaml)");
	scene_config(here, "future: off\nplugins:\n  - file: good_one.so\n  - file: good_many.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK);
	cr_assert_str_eq(judged_at(here, NULL, now_us + 10000 * DAY_US), "");
	scene_finish(here);
}

Test(events, a_batch_goes_on_behind_an_event_of_the_future)
{
	scene *here = scene_with(good_badges);
	const brabeion_event events[] = {
		BRABEION_EVENT(.name = "visit", .user = "ada", .has_at = true, .at_us = INT64_C(4000000000000000)),
		BRABEION_EVENT(.name = "visit", .user = "ben"),
	};
	brabeion_result results[2] = { BRABEION_RESULT(), BRABEION_RESULT() };
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 2, results), BRABEION_OK);
	cr_expect_eq(results[0].status, BRABEION_INVALID);
	cr_expect_eq(results[0].outcome, BRABEION_ABANDONED);
	cr_expect_eq(results[1].status, BRABEION_OK);
	cr_expect_eq(results[1].award_count, 1);
	for (int i = 0; i < 2; i++)
		brabeion_result_finish(&results[i]);
	scene_finish(here);
}

Test(events, a_time_in_another_unit_is_refused_with_its_name)
{
	scene *here = scene_with(good_badges);
	cr_expect_str_eq(
		judged_at(here, NULL, 1700000000),
		"at_us is 1700000000, which is in seconds; expected microseconds since 1970 (1700000000000000)");
	cr_expect_str_eq(judged_at(here, NULL, 1700000000123),
			 "at_us is 1700000000123, which is in milliseconds; expected microseconds since 1970 "
			 "(1700000000123000)");
	cr_expect_str_eq(judged_at(here, NULL, 1700000000123456789),
			 "at_us is 1700000000123456789, which is in nanoseconds; expected microseconds since 1970 "
			 "(1700000000123456)");
	cr_expect_str_eq(judged_at(here, NULL, 1700000000123456), "");
	scene_finish(here);
}

Test(events, a_simulated_clock_may_be_near_1970)
{
	int64_t now_us = 5000;
	scene *here = scene_at(good_badges, &now_us);
	cr_expect_str_eq(judged_at(here, NULL, 4000), "");
	scene_finish(here);
}

Test(events, a_decision_by_hand_is_not_of_the_future_either)
{
	scene *here = scene_with(good_badges);
	brabeion_result result = BRABEION_RESULT();
	brabeion_grant grant = BRABEION_GRANT(.user = "ada", .badge = "good-one", .comment = "why", .has_at = true,
					      .at_us = INT64_C(4000000000000000));
	cr_expect_eq(brabeion_award(here->engine, &grant, &result), BRABEION_INVALID);
	cr_expect_eq(result.award_count, 0);
	brabeion_result_finish(&result);
	scene_finish(here);
}

/* ---- bounds ---- */

Test(events, a_user_has_1_to_255_bytes)
{
	scene *here = scene_with(good_badges);
	char *longest = text_of(255), *longer = text_of(256);
	cr_assert_str_eq(scene_fire(here, "visit", longest), "first-visit 1 ;");
	cr_assert_eq(scene_count(here, longest), 1);
	cr_assert_str_eq(scene_fire(here, "visit", longer), "invalid: the user is longer than 255 bytes");
	cr_assert_str_eq(scene_fire(here, "visit", ""), "invalid: the user is empty");
	cr_assert_str_eq(scene_fire(here, "visit", NULL), "invalid: the event has no user");
	cr_assert_str_eq(scene_fire(here, "visit", "a\xff"), "invalid: the user is not UTF-8");
	free(longest);
	free(longer);
	scene_finish(here);
}

Test(events, an_id_has_at_most_255_bytes)
{
	scene *here = scene_with(good_badges);
	char *longest = text_of(255), *longer = text_of(256);
	cr_assert_str_eq(scene_fire_id(here, longest, "visit", "ada"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, longest, "visit", "ada"), "duplicate");
	cr_assert_str_eq(scene_fire_id(here, longer, "visit", "ada"),
			 "invalid: the event's id is longer than 255 bytes");
	cr_assert_str_eq(scene_fire_id(here, "\xc3", "visit", "ada"), "invalid: the event's id is not UTF-8");
	free(longest);
	free(longer);
	scene_finish(here);
}

Test(events, an_event_needs_a_name_that_is_not_the_engines)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire(here, NULL, "ada"), "invalid: the event has no name");
	cr_assert_str_eq(scene_fire(here, "", "ada"), "invalid: the event has no name");
	cr_assert_str_eq(
		scene_fire(here, "brabeion.awarded", "ada"),
		"invalid: the event is called \"brabeion.awarded\": names beginning with \"brabeion.\" are the "
		"engine's own");
	cr_assert_str_eq(
		scene_fire(here, "brabeion.anything", "ada"),
		"invalid: the event is called \"brabeion.anything\": names beginning with \"brabeion.\" are the "
		"engine's own");
	cr_assert_str_eq(scene_fire(here, "brabeion", "ada"), "unhandled");
	scene_finish(here);
}

Test(events, an_event_has_at_most_256_fields)
{
	scene *here = scene_with(good_badges);
	static char names[257][8];
	static brabeion_field fields[257];
	for (int i = 0; i < 257; i++) {
		snprintf(names[i], sizeof names[i], "f%d", i);
		fields[i] = BRABEION_INT(names[i], i);
	}
	fields[255] = BRABEION_INT("points", 5);
	brabeion_event event = BRABEION_EVENT(.name = "points", .user = "ada", .fields = fields, .field_count = 256);
	cr_assert_str_eq(scene_earned(here, &event), "good-one 1 ;");
	event.field_count = 257;
	cr_assert_str_eq(scene_earned(here, &event), "invalid: the event has 257 fields, more than 256");
	event.fields = NULL;
	event.field_count = 1;
	cr_assert_str_eq(scene_earned(here, &event), "invalid: the event has fields at NULL");
	scene_finish(here);
}

Test(events, a_field_has_a_name_of_1_to_100_bytes)
{
	scene *here = scene_with(good_badges);
	char *longest = text_of(100), *longer = text_of(101);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT(longest, 1)), "first-visit 1 ;");
	cr_assert_str_eq(
		scene_fire(here, "visit", "ada", BRABEION_INT(longer, 1)),
		"invalid: the field name \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" is longer than 100 bytes or "
		"not UTF-8");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("", 1)), "invalid: a field has no name");
	cr_assert_str_eq(
		scene_earned(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada",
								   .fields = (brabeion_field[]){ { .name = NULL } },
								   .field_count = 1)),
		"invalid: a field has no name");
	free(longest);
	free(longer);
	scene_finish(here);
}

Test(events, a_text_has_at_most_1_mib)
{
	scene *here = scene_with(good_badges);
	char *longest = text_of(1024 * 1024), *longer = text_of(1024 * 1024 + 1);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_TEXT("t", longest)), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_TEXT("t", longer)),
			 "invalid: the text of field \"t\" is longer than 1 MiB");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_JSON("t", longer)),
			 "invalid: the text of field \"t\" is longer than 1 MiB");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_TEXT("t", NULL)),
			 "invalid: the text of field \"t\" is NULL");
	free(longest);
	free(longer);
	scene_finish(here);
}

Test(events, text_must_be_utf8)
{
	scene *here = scene_with(good_badges);
	static const char *const wrong[] = { "\x80",     "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
					     "\xe2\x82", "a\xff" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_TEXT("t", wrong[i])),
				 "invalid: the text of field \"t\" is not UTF-8", "text %zu", i);
	cr_assert_str_eq(scene_fire(here, "visit", "\xe2\x82\xac\xf0\x9f\x8f\x86"), "first-visit 1 ;");
	scene_finish(here);
}

Test(events, a_number_must_be_finite)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_REAL("r", NAN)),
			 "invalid: the field \"r\" is not a finite number");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_REAL("r", -INFINITY)),
			 "invalid: the field \"r\" is not a finite number");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_REAL("r", -0.0)), "first-visit 1 ;");
	scene_finish(here);
}

Test(events, a_field_of_no_known_type_is_invalid)
{
	scene *here = scene_with(good_badges);
	brabeion_field field = BRABEION_INT("odd", 1);
	field.type = (brabeion_type)77;
	cr_assert_str_eq(scene_fire(here, "visit", "ada", field),
			 "invalid: the field \"odd\" has no type of BRABEION_TYPE_*");
	scene_finish(here);
}

Test(events, an_invalid_event_stores_nothing_not_even_its_id)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire_id(here, "v", "visit", "ada", BRABEION_REAL("r", NAN)),
			 "invalid: the field \"r\" is not a finite number");
	cr_assert_str_eq(scene_fire_id(here, "v", "visit", "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(events, of_two_fields_of_one_name_the_last_counts)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_INT("points", 500), BRABEION_INT("points", 5)),
			 "good-one 1 ;");
	scene_finish(here);
}

Test(events, a_whole_real_is_an_integer_and_a_fraction_or_a_text_is_not)
{
	scene *here = scene_with(good_badges);
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_REAL("points", 5.5)), "1 refused;");
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_TEXT("points", "5")), "1 refused;");
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_BOOL("points", true)), "1 refused;");
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_JSON("points", "[5]")), "1 refused;");
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_REAL("points", 1e300)), "1 refused;");
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_REAL("points", 5.0)), "good-one 1 ;");
	scene_finish(here);
}

/* ---- batches ---- */

Test(events, a_batch_has_one_result_per_event_and_an_invalid_event_answers_by_itself)
{
	scene *here = scene_with(good_badges);
	const brabeion_event events[] = { BRABEION_EVENT(.name = "visit", .user = "ada", .id = "1"),
					  BRABEION_EVENT(.name = "visit", .user = ""),
					  BRABEION_EVENT(.name = "nobody.hears", .user = "ada"),
					  BRABEION_EVENT(.name = "visit", .user = "ada", .id = "1"),
					  BRABEION_EVENT(.name = "visit", .user = "ben", .id = "2") };
	brabeion_result results[5] = { BRABEION_RESULT() };
	memset(results, 0xa5, sizeof results);
	results[0] = (brabeion_result)BRABEION_RESULT();
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 5, results), BRABEION_OK);
	cr_assert_eq(results[0].outcome, BRABEION_JUDGED);
	cr_assert_eq(results[0].award_count, 1);
	cr_assert_eq(results[1].outcome, BRABEION_ABANDONED);
	cr_assert_eq(results[1].status, BRABEION_INVALID);
	cr_assert_str_eq(results[1].message, "the user is empty");
	cr_assert_eq(results[2].outcome, BRABEION_UNHANDLED);
	cr_assert_eq(results[2].status, BRABEION_OK);
	cr_assert_eq(results[3].outcome, BRABEION_DUPLICATE);
	cr_assert_eq(results[3].award_count, 0);
	cr_assert_eq(results[4].award_count, 1);
	cr_assert_str_eq(results[4].awards[0].user, "ben");
	for (int i = 0; i < 5; i++)
		brabeion_result_finish(&results[i]);
	scene_finish(here);
}

Test(events, a_batch_sees_what_its_earlier_events_did)
{
	scene *here = scene_with(good_badges);
	brabeion_event events[3];
	brabeion_result results[3] = { BRABEION_RESULT() };
	for (int i = 0; i < 3; i++)
		events[i] = (brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada");
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 3, results), BRABEION_OK);
	cr_assert_eq(results[0].award_count, 1);
	cr_assert_eq(results[1].award_count, 0);
	cr_assert_eq(results[2].award_count, 1);
	cr_assert_str_eq(results[2].awards[0].badge, "third-visit");
	for (int i = 0; i < 3; i++)
		brabeion_result_finish(&results[i]);
	scene_finish(here);
}

Test(events, a_failing_badge_stops_no_other_event_of_its_batch)
{
	scene *here = scene_with("plugins:\n  - file: answers.so\n");
	const brabeion_event events[] = { BRABEION_EVENT(.name = "visit", .user = "ada"),
					  BRABEION_EVENT(.name = "visit", .user = "ben") };
	brabeion_result results[2] = { BRABEION_RESULT() };
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 2, results), BRABEION_OK);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(results[i].status, BRABEION_OK);
		cr_assert_eq(results[i].failed, 3);
		cr_assert_eq(results[i].award_count, 1);
		cr_assert_str_eq(results[i].awards[0].badge, "well");
		brabeion_result_finish(&results[i]);
	}
	scene_finish(here);
}

Test(events, an_empty_batch_is_fine)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, NULL, 0, NULL), BRABEION_OK);
	scene_finish(here);
}

/* ---- database failures ---- */

static void expect_batch_refused(scene *here, brabeion_status status, const char *message)
{
	const brabeion_event events[] = { BRABEION_EVENT(.name = "visit", .user = "ada", .id = "1"),
					  BRABEION_EVENT(.name = "visit", .user = ""),
					  BRABEION_EVENT(.name = "visit", .user = "ben", .id = "2"),
					  BRABEION_EVENT(.name = "visit", .user = "cleo") };
	brabeion_result results[4] = { BRABEION_RESULT() };
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 4, results), status);
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(results[i].outcome, BRABEION_ABANDONED, "event %d", i);
		cr_assert_eq(results[i].award_count, 0);
		if (results[i].status != BRABEION_INVALID)
			cr_assert_eq(results[i].status, status);
		if (results[i].status == status)
			cr_assert_not_null(strstr(results[i].message, message), "%s", results[i].message);
		brabeion_result_finish(&results[i]);
	}
}

Test(events, a_database_held_by_another_is_busy_and_then_well_again)
{
	scene *here = scene_with("plugins:\n  - file: good_many.so\nbusy_timeout: 20ms\n");
	scene_listen(here);
	sqlite3 *other = NULL;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	expect_batch_refused(here, BRABEION_BUSY, "another process has held the database for longer than 20 ms");
	brabeion_result result = scene_judge(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"));
	cr_assert_eq(result.status, BRABEION_BUSY);
	cr_assert_eq(result.outcome, BRABEION_ABANDONED);
	brabeion_result_finish(&result);
	cr_assert_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	cr_assert_str_eq(here->told, "");
	cr_assert_str_eq(scene_fire_id(here, "1", "visit", "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(events, what_touches_no_memory_and_earns_nothing_needs_no_database)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\nbusy_timeout: 20ms\n");
	sqlite3 *other = NULL;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_INT("points", 0)), "");
	cr_assert_str_eq(scene_fire(here, "points", "ada"), "");
	sqlite3_close(other);
	scene_finish(here);
}

Test(events, a_database_that_was_moved_away_answers_for_the_whole_batch_and_is_not_recreated)
{
	scene *here = scene_with(good_badges);
	scene_listen(here);
	scene_fire(here, "visit", "zoe");
	here->told[0] = '\0';
	char away[SCENE_PATH_BYTES * 2];
	snprintf(away, sizeof away, "%s/away.db", here->folder);
	cr_assert_eq(rename(here->database, away), 0);
	expect_batch_refused(here, BRABEION_STORE, "was moved, deleted or replaced while in use");
	cr_assert_neq(access(here->database, F_OK), 0, "it was recreated");
	cr_assert_str_eq(here->told, "");
	cr_assert_eq(rename(away, here->database), 0);
	cr_assert_str_eq(scene_fire_id(here, "1", "visit", "ada"), "first-visit 1 ;");
	cr_assert_str_eq(scene_awards(here, "ben"), "", "the refused batch has left something");
	scene_finish(here);
}

Test(events, a_database_that_was_replaced_is_not_written)
{
	scene *here = scene_with(good_badges);
	char copy[SCENE_PATH_BYTES * 2];
	snprintf(copy, sizeof copy, "%s/copy.db", here->folder);
	copy_whole(here->database, copy);
	cr_assert_eq(rename(copy, here->database), 0);
	brabeion_result result = scene_judge(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"));
	cr_assert_eq(result.status, BRABEION_STORE);
	cr_assert_eq(result.outcome, BRABEION_ABANDONED);
	brabeion_result_finish(&result);
	scene_finish(here);
}

Test(events, a_failing_write_stores_nothing_of_the_batch_and_the_engine_works_again_after_it)
{
	scene *here = scene_with(good_badges);
	scene_close(here);
	write_refusal_begin("BEFORE INSERT ON awards WHEN NEW.event_id = '2'");
	scene_open(here);
	expect_batch_refused(here, BRABEION_STORE, "refused");
	cr_assert_eq(scene_count(here, NULL), 0);
	write_refusal_end();
	cr_assert_str_eq(scene_fire_id(here, "1", "visit", "ada"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, "2", "visit", "ben"), "first-visit 1 ;");
	scene_finish(here);
}
