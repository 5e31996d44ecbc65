/*
 * conditions: an event fits when each field has one of its values, as text.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "plugin/conditions.h"

static brb_conditions conditions;

static void finish(void)
{
	brb_arena_finish(&conditions.arena);
}

TestSuite(conditions, .fini = finish);

static const char *add(const char *field, const char *value)
{
	const char *fault = "untouched";
	cr_assert(brb_conditions_add(&conditions, NULL, field, value, &fault));
	return fault ? fault : "(none)";
}

static bool holds(brabeion_field one, brabeion_field two)
{
	brabeion_field fields[] = { one, two };
	return brb_conditions_hold(&conditions, &(brabeion_event)BRABEION_EVENT(.fields = fields, .field_count = 2));
}

static const brabeion_field nothing = { .name = "nothing", .type = BRABEION_TYPE_NULL };

Test(conditions, without_any_every_event_fits)
{
	cr_expect(holds(nothing, nothing));
}

Test(conditions, of_one_field_any_value_will_do)
{
	add("color", "red");
	add("color", "blue");
	cr_expect(holds(BRABEION_TEXT("color", "red"), nothing));
	cr_expect(holds(BRABEION_TEXT("color", "blue"), nothing));
	cr_expect_not(holds(BRABEION_TEXT("color", "green"), nothing));
	cr_expect_not(holds(nothing, nothing), "the field is missing");
	cr_expect_not(holds((brabeion_field){ .name = "color", .type = BRABEION_TYPE_NULL }, nothing));
}

Test(conditions, all_fields_must_fit)
{
	add("color", "red");
	add("size", "5");
	cr_expect(holds(BRABEION_TEXT("color", "red"), BRABEION_INT("size", 5)));
	cr_expect_not(holds(BRABEION_TEXT("color", "red"), BRABEION_INT("size", 6)));
	cr_expect_not(holds(BRABEION_TEXT("color", "blue"), BRABEION_INT("size", 5)));
}

Test(conditions, a_number_is_compared_by_its_text)
{
	add("size", "07");
	add("size", "+8");
	add("size", "-9223372036854775808");
	add("size", "9223372036854775808");
	cr_expect_not(holds(BRABEION_INT("size", 7), nothing));
	cr_expect_not(holds(BRABEION_INT("size", 8), nothing));
	cr_expect(holds(BRABEION_INT("size", INT64_MIN), nothing));
	cr_expect_not(holds(BRABEION_INT("size", INT64_MAX), nothing));
	cr_expect(holds(BRABEION_TEXT("size", "07"), nothing));
}

Test(conditions, values_are_compared_as_text)
{
	add("a", "5");
	add("b", "true");
	cr_expect(holds(BRABEION_TEXT("a", "5"), BRABEION_BOOL("b", true)));
	cr_expect(holds(BRABEION_INT("a", 5), BRABEION_TEXT("b", "true")));
	cr_expect_not(holds(BRABEION_REAL("a", 5.5), BRABEION_BOOL("b", true)));
	cr_expect_not(holds(BRABEION_INT("a", 5), BRABEION_BOOL("b", false)));
}

static bool holds_in(const char *event, const char *color)
{
	brabeion_field field = BRABEION_TEXT("color", color);
	return brb_conditions_hold(
		&conditions, &(brabeion_event)BRABEION_EVENT(.name = event, .fields = &field, .field_count = 1));
}

Test(conditions, those_of_one_event_leave_others_alone)
{
	const char *fault = NULL;
	cr_assert(brb_conditions_add(&conditions, "paint", "color", "red", &fault) && !fault);
	cr_assert(brb_conditions_add(&conditions, "paint", "color", "blue", &fault) && !fault);
	cr_assert(brb_conditions_add(&conditions, "wash", "color", "white", &fault) && !fault);
	cr_expect(holds_in("paint", "red"));
	cr_expect(holds_in("paint", "blue"));
	cr_expect_not(holds_in("paint", "white"));
	cr_expect(holds_in("wash", "white"));
	cr_expect_not(holds_in("wash", "red"));
	cr_expect(holds_in("sell", "green"));
	add("color", "red");
	cr_expect(holds_in("paint", "red"));
	cr_expect_not(holds_in("paint", "blue"), "what holds for all events holds for it, too");
	cr_expect_not(holds_in("sell", "green"));
}

Test(conditions, an_event_has_a_name)
{
	const char *fault = NULL;
	cr_assert(brb_conditions_add(&conditions, "", "color", "red", &fault));
	cr_expect_str_eq(fault, "badge_setup_expect_in: an event has a name of 1 to 100 bytes of UTF-8");
}

Test(conditions, there_are_at_most_16_values)
{
	char field[] = "a";
	for (int i = 0; i < 16; i++, field[0]++)
		cr_expect_str_eq(add(field, "1"), "(none)");
	cr_expect_str_eq(add("a", "2"), "badge_setup_expect: at most 16 values, of all fields together");
	cr_expect_eq(conditions.value_count, 16);
	cr_expect_eq(conditions.fields[0].value_count, 1);
}

Test(conditions, names_and_values_out_of_bounds_are_faults)
{
	char text[257];
	memset(text, 'x', sizeof text);
	text[256] = '\0';
	cr_expect_str_neq(add("", "1"), "(none)");
	cr_expect_str_neq(add(NULL, "1"), "(none)");
	cr_expect_str_neq(add(text + 155, "1"), "(none)", "101 bytes");
	cr_expect_str_eq(add(text + 156, "1"), "(none)", "100 bytes");
	cr_expect_str_neq(add("a", NULL), "(none)");
	cr_expect_str_neq(add("a", text), "(none)", "256 bytes");
	cr_expect_str_eq(add("a", text + 1), "(none)", "255 bytes");
	cr_expect_str_neq(add("a", "\xff"), "(none)");
	cr_expect_str_eq(add("a", ""), "(none)", "an empty text is a value");
}
