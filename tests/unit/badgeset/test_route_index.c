/*
 * route_index: which steps of a route an event may be for, by the value of a field, in the route's order.
 */
#include <criterion/criterion.h>

#include <stdio.h>

#include "badgeset/generation.h"

enum { STEPS = 24 };

static brb_arena arena;
static brb_badge badges[STEPS];
static brb_conditions conditions[STEPS];
static brb_route_step steps[STEPS];
static brb_route route = { .event = "visit", .step_count = STEPS, .steps = steps };

static void close_all(void)
{
	brb_route_index_finish(route.index);
	for (int i = 0; i < STEPS; i++)
		brb_arena_finish(&conditions[i].arena);
	brb_arena_finish(&arena);
}

TestSuite(route_index, .fini = close_all);

static void want(int step, const char *event, const char *field, const char *value)
{
	const char *fault = NULL;
	cr_assert(brb_conditions_add(&conditions[step], event, field, value, &fault));
	cr_assert_null(fault);
	badges[step].conditions = &conditions[step];
}

/* Step 0 is an observe, 5 wants every event, 9 wants "red" or "blue", 10 another field; the others "kind 0" to "kind 3". */
static void make_route(void)
{
	char kind[20];
	for (int i = 1; i < STEPS; i++) {
		steps[i].badge = &badges[i];
		snprintf(kind, sizeof kind, "kind %d", i % 4);
		if (i != 5 && i != 9 && i != 10)
			want(i, NULL, "kind", kind);
	}
	want(9, "visit", "kind", "red");
	want(9, "visit", "kind", "blue");
	want(10, NULL, "size", "3");
	cr_assert(brb_route_index_make(&route, &arena));
}

static const char *steps_for(brabeion_field field)
{
	static char text[200];
	brb_route_walk walk;
	brabeion_event event = { .name = "visit", .fields = &field, .field_count = 1 };
	brb_route_walk_begin(&walk, route.index, &event);
	text[0] = '\0';
	for (uint32_t i = brb_route_walk_from(&walk, 0); i < STEPS; i = brb_route_walk_from(&walk, i + 1))
		snprintf(text + strlen(text), sizeof text - strlen(text), "%u ", i);
	return text;
}

Test(route_index, those_of_the_value_and_those_that_want_any)
{
	make_route();
	cr_assert_not_null(route.index);
	cr_expect_str_eq(route.index->field, "kind");
	cr_expect_str_eq(steps_for(BRABEION_TEXT("kind", "kind 3")), "0 3 5 7 10 11 15 19 23 ");
	cr_expect_str_eq(steps_for(BRABEION_TEXT("kind", "blue")), "0 5 9 10 ");
	cr_expect_str_eq(steps_for(BRABEION_TEXT("kind", "green")), "0 5 10 ");
	cr_expect_str_eq(steps_for(BRABEION_TEXT("other", "blue")), "0 5 10 ");
}

Test(route_index, a_walk_goes_on_behind_what_was_left_out)
{
	brabeion_field field = BRABEION_TEXT("kind", "kind 3");
	brabeion_event event = { .name = "visit", .fields = &field, .field_count = 1 };
	brb_route_walk walk;
	make_route();
	brb_route_walk_begin(&walk, route.index, &event);
	cr_expect_eq(brb_route_walk_from(&walk, 0), 0);
	cr_expect_eq(brb_route_walk_from(&walk, 12), 15);
	cr_expect_eq(brb_route_walk_from(&walk, 24), UINT32_MAX);
}

Test(route_index, few_badges_have_none)
{
	for (int i = 0; i < STEPS; i++)
		steps[i].badge = &badges[i];
	for (int i = 0; i < 15; i++)
		want(i, NULL, "kind", "a");
	want(20, "another event", "kind", "a");
	cr_expect(brb_route_index_make(&route, &arena));
	cr_expect_null(route.index);
}
