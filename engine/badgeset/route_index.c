/*
 * badgeset/route_index: see route_index.h.
 */
#include "badgeset/route_index.h"

#include <string.h>

#include "badgeset/generation.h"
#include "base/value.h"

/* ---- making ---- */

static const brb_condition *condition_on(const brb_route *route, const brb_badge *badge, const char *field)
{
	const brb_conditions *conditions = badge ? badge->conditions : NULL;
	for (uint32_t i = 0; conditions && i < conditions->field_count; i++) {
		const brb_condition *condition = &conditions->fields[i];
		if (strcmp(condition->field, field) == 0 &&
		    (!condition->event || strcmp(condition->event, route->event) == 0))
			return condition;
	}
	return NULL;
}

static uint32_t count_conditions(const brb_route *route, const char *field)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < route->step_count; i++)
		count += condition_on(route, route->steps[i].badge, field) != NULL;
	return count;
}

/* The field that most badges have a condition on; each is counted once. NULL: too few. */
static const char *choose_field(const brb_route *route, bool *memory_short)
{
	brb_table counted = { 0 };
	const char *chosen = NULL;
	uint32_t most = BRB_ROUTE_INDEX_LEAST - 1;
	for (uint32_t i = 0; i < route->step_count; i++) {
		const brb_badge *badge = route->steps[i].badge;
		for (uint32_t k = 0; badge && badge->conditions && k < badge->conditions->field_count; k++) {
			const char *field = badge->conditions->fields[k].field;
			if (brb_table_get(&counted, field))
				continue;
			*memory_short |= !brb_table_set(&counted, field, (void *)(uintptr_t)field);
			uint32_t count = count_conditions(route, field);
			if (count > most) {
				most = count;
				chosen = field;
			}
		}
	}
	brb_table_finish(&counted);
	return chosen;
}

static bool add_position(brb_step_list *list, uint32_t position, brb_arena *arena)
{
	if (list->count && list->positions[list->count - 1] == position)
		return true; /* a value that is given twice */
	if (list->count == list->capacity) {
		uint32_t capacity = list->capacity ? list->capacity * 2 : 4;
		uint32_t *positions = brb_arena_take(arena, capacity * sizeof *positions);
		if (!positions)
			return false;
		if (list->count)
			memcpy(positions, list->positions, list->count * sizeof *positions);
		list->positions = positions;
		list->capacity = capacity;
	}
	list->positions[list->count++] = position;
	return true;
}

static brb_step_list *list_of(brb_route_index *index, const char *value, brb_arena *arena)
{
	brb_step_list *list = brb_table_get(&index->values, value);
	if (list)
		return list;
	list = brb_arena_take(arena, sizeof *list);
	if (!list)
		return NULL;
	*list = (brb_step_list){ 0 };
	return brb_table_set(&index->values, value, list) ? list : NULL;
}

static bool add_step(brb_route_index *index, const brb_route *route, uint32_t position, brb_arena *arena)
{
	const brb_condition *condition = condition_on(route, route->steps[position].badge, index->field);
	if (!condition)
		return add_position(&index->rest, position, arena);
	for (uint32_t i = 0; i < condition->value_count; i++) {
		brb_step_list *list = list_of(index, condition->values[i].text, arena);
		if (!list || !add_position(list, position, arena))
			return false;
	}
	return true;
}

bool brb_route_index_make(brb_route *route, brb_arena *arena)
{
	bool memory_short = false;
	const char *field = choose_field(route, &memory_short);
	if (memory_short || !field)
		return !memory_short;
	brb_route_index *index = brb_arena_take(arena, sizeof *index);
	if (!index)
		return false;
	*index = (brb_route_index){ .field = field };
	route->index = index;
	for (uint32_t i = 0; i < route->step_count; i++)
		if (!add_step(index, route, i, arena))
			return false;
	return true;
}

void brb_route_index_finish(brb_route_index *index)
{
	if (index)
		brb_table_finish(&index->values);
}

/* ---- walking ---- */

void brb_route_walk_begin(brb_route_walk *walk, const brb_route_index *index, const brabeion_event *event)
{
	static const brb_step_list none = { 0 };
	char buffer[BRB_VALUE_TEXT_BYTES];
	const brabeion_field *field = brb_value_find(event->fields, event->field_count, index->field);
	const char *text = field ? brb_value_text(field, buffer) : NULL;
	const brb_step_list *found = text ? brb_table_get(&index->values, text) : NULL;
	*walk = (brb_route_walk){ .index = index, .found = found ? found : &none };
}

static uint32_t next_in(const brb_step_list *list, uint32_t *next, uint32_t position)
{
	while (*next < list->count && list->positions[*next] < position)
		++*next;
	return *next < list->count ? list->positions[*next] : UINT32_MAX;
}

uint32_t brb_route_walk_from(brb_route_walk *walk, uint32_t position)
{
	uint32_t found = next_in(walk->found, &walk->of_found, position);
	uint32_t rest = next_in(&walk->index->rest, &walk->of_rest, position);
	return found < rest ? found : rest;
}
