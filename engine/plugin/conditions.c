/*
 * plugin/conditions: see conditions.h.
 */
#include "plugin/conditions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/value.h"

static const char *find_fault(const brb_conditions *conditions, const char *event, const char *field,
			      const char *value)
{
	if (event && (!event[0] || brb_text_checked_length(event, BRB_NAME_BYTES_MOST) == SIZE_MAX))
		return "badge_setup_expect_in: an event has a name of 1 to 100 bytes of UTF-8";
	if (!field || !field[0] || brb_text_checked_length(field, BRB_NAME_BYTES_MOST) == SIZE_MAX)
		return "badge_setup_expect: a field has a name of 1 to 100 bytes of UTF-8";
	if (!value || brb_text_checked_length(value, BRB_SUBJECT_BYTES_MOST) == SIZE_MAX)
		return "badge_setup_expect: a value is a text of at most 255 bytes of UTF-8";
	if (conditions->value_count == BRB_CONDITIONS_MOST)
		return "badge_setup_expect: at most 16 values, of all fields together";
	return NULL;
}

static bool is_of(const brb_condition *condition, const char *event, const char *field)
{
	bool same_event =
		condition->event && event ? strcmp(condition->event, event) == 0 : condition->event == event;
	return same_event && strcmp(condition->field, field) == 0;
}

/* A new one when there is none. */
static brb_condition *condition_of(brb_conditions *conditions, const char *event, const char *field)
{
	for (uint32_t i = 0; i < conditions->field_count; i++)
		if (is_of(&conditions->fields[i], event, field))
			return &conditions->fields[i];
	brb_condition *added = &conditions->fields[conditions->field_count];
	added->event = event ? brb_arena_copy(&conditions->arena, event) : NULL;
	added->field = brb_arena_copy(&conditions->arena, field);
	bool copied = added->field && (added->event || !event);
	conditions->field_count += copied;
	return copied ? added : NULL;
}

/* A number is one whose text would be the same: 7, not 07 or +7. */
static brb_condition_value value_of(const char *text)
{
	char again[BRB_VALUE_TEXT_BYTES];
	brb_condition_value value = { .text = text, .number = strtoll(text, NULL, 10) };
	snprintf(again, sizeof again, "%lld", (long long)value.number);
	value.is_number = strcmp(text, again) == 0;
	return value;
}

bool brb_conditions_add(brb_conditions *conditions, const char *event, const char *field, const char *value,
			const char **fault)
{
	*fault = find_fault(conditions, event, field, value);
	if (*fault)
		return true;
	brb_condition *condition = condition_of(conditions, event, field);
	const char *copy = condition ? brb_arena_copy(&conditions->arena, value) : NULL;
	if (!copy)
		return false;
	condition->values[condition->value_count++] = value_of(copy);
	conditions->value_count++;
	return true;
}

static bool holds_for_number(const brb_condition *condition, int64_t number)
{
	for (uint32_t i = 0; i < condition->value_count; i++)
		if (condition->values[i].is_number && condition->values[i].number == number)
			return true;
	return false;
}

static bool holds(const brb_condition *condition, const brabeion_event *event)
{
	char buffer[BRB_VALUE_TEXT_BYTES];
	if (condition->event && strcmp(condition->event, event->name) != 0)
		return true;
	const brabeion_field *field = brb_value_find(event->fields, event->field_count, condition->field);
	if (field && field->type == BRABEION_TYPE_INT)
		return holds_for_number(condition, field->value.integer);
	const char *text = field ? brb_value_text(field, buffer) : NULL;
	for (uint32_t i = 0; text && i < condition->value_count; i++)
		if (strcmp(text, condition->values[i].text) == 0)
			return true;
	return false;
}

bool brb_conditions_hold(const brb_conditions *conditions, const brabeion_event *event)
{
	uint32_t i = 0;
	while (i < conditions->field_count && holds(&conditions->fields[i], event))
		i++;
	return i == conditions->field_count;
}
