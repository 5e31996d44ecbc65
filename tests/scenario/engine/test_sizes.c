/*
 * Structs of a host that was compiled with another version of the public header: without a size, and larger than the
 * library's.
 */
#include "support/scene.h"

static const char obedient[] = "plugins:\n  - file: obedient.so\n";

/* As a later header may declare them. */
typedef struct later_field {
	brabeion_field field;
	const char *unit;
} later_field;

typedef struct later_event {
	brabeion_event event;
	int64_t weight;
} later_event;

typedef struct later_result {
	brabeion_result result;
	int64_t score;
} later_result;

Test(sizes, a_struct_without_its_size_is_refused_by_the_name_of_its_macro)
{
	scene *here = scene_with(obedient);
	brabeion_options options = BRABEION_OPTIONS(.config = here->config);
	options.struct_size = 0;
	brabeion_engine *other = NULL;
	cr_assert_eq(brabeion_open(&options, &other, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(here->error.message,
			 "brabeion_options.struct_size is 0, not at least 99: initialise the struct by "
			 "BRABEION_OPTIONS(...)");
	cr_expect_null(other);
	brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ada", .badge = "one");
	revocation.struct_size = 0;
	cr_assert_eq(brabeion_revoke(here->engine, &revocation, NULL, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(here->error.message,
			 "brabeion_revocation.struct_size is 0, not at least 40: initialise the struct by "
			 "BRABEION_REVOCATION(...)");
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	report.struct_size = 0;
	cr_assert_eq(brabeion_stats(here->engine, &report, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(here->error.message,
			 "brabeion_stats_report.struct_size is 0, not at least 136: initialise the struct by "
			 "BRABEION_STATS_REPORT(...)");
	scene_finish(here);
}

Test(sizes, an_event_without_its_size_is_refused_in_its_result)
{
	scene *here = scene_with(obedient);
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = "ada");
	event.struct_size = 0;
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, &result), BRABEION_INVALID);
	cr_expect_eq(result.outcome, BRABEION_ABANDONED);
	cr_expect_str_eq(result.message, "brabeion_event.struct_size is 0, not at least 57: initialise the struct by "
					 "BRABEION_EVENT(...)");
	brabeion_result_finish(&result);
	cr_expect_eq(result.struct_size, sizeof result);
	cr_expect_eq(brabeion_submit(here->engine, &event, NULL, NULL), BRABEION_INVALID);
	scene_finish(here);
}

Test(sizes, a_result_without_its_size_is_left_alone)
{
	scene *here = scene_with(obedient);
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = "ada");
	brabeion_result result = BRABEION_RESULT(.award_count = 77);
	result.struct_size = 0;
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, &result), BRABEION_INVALID);
	cr_expect_eq(result.award_count, 77);
	cr_expect_not_null(strstr(here->log, "initialise the struct by BRABEION_RESULT(...)"));
	scene_finish(here);
}

Test(sizes, a_host_of_a_later_header_has_arrays_of_larger_structs)
{
	scene *here = scene_with(obedient);
	later_field fields[2] = { { .field = BRABEION_TEXT("badge", "many") },
				  { .field = BRABEION_TEXT("for", "r1") } };
	later_event events[2] = { 0 };
	later_result results[2] = { 0 };
	for (size_t i = 0; i < 2; i++) {
		brabeion_event_init(&events[i].event);
		events[i].event.struct_size = sizeof events[i];
		events[i].event.field_size = sizeof fields[0];
		events[i].event.name = "say";
		events[i].event.user = i ? "ben" : "ada";
		events[i].event.fields = &fields[0].field;
		events[i].event.field_count = 2;
		results[i].score = 5;
	}
	results[0].result.struct_size = sizeof results[0];
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, &events[0].event, 2, &results[0].result),
		     BRABEION_OK);
	for (size_t i = 0; i < 2; i++) {
		brabeion_result *result = &results[i].result;
		cr_expect_eq(result->struct_size, sizeof results[0]);
		cr_assert_eq(result->award_count, 1);
		cr_expect_eq(result->award_stride, sizeof(brabeion_award_info));
		cr_expect_str_eq(brabeion_result_award(result, 0)->user, i ? "ben" : "ada");
		cr_expect_str_eq(brabeion_result_award(result, 0)->reason, "r1");
		cr_expect_eq(results[i].score, 5);
		brabeion_result_finish(result);
		cr_expect_eq(result->award_count, 0);
		cr_expect_eq(results[i].score, 5);
	}
	scene_finish(here);
}

Test(sizes, an_award_has_an_id_that_pages_use)
{
	scene *here = scene_with(obedient);
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "many"), BRABEION_TEXT("for", "r1"));
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "many"), BRABEION_TEXT("for", "r2"));
	brabeion_award_list list = { 0 };
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 2);
	cr_expect_eq(list.stride, sizeof(brabeion_award_info));
	brabeion_list_options older = BRABEION_LIST_OPTIONS(.before = brabeion_award_list_at(&list, 0)->id);
	brabeion_award_list_finish(&list);
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", &older, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(brabeion_award_list_at(&list, 0)->reason, "r1");
	cr_expect_eq(brabeion_award_list_at(&list, 0)->id, brabeion_award_list_at(&list, 0)->sequence);
	brabeion_award_list_finish(&list);
	scene_finish(here);
}
