/*
 * plugin/conditions: which events a badge wants, as its `open` declared by badge_setup_expect and badge_setup_expect_in: for
 * each of some fields one of some values, in every event or in those of a name. Checked by the judgement before anything else, so that an event that does not fit costs next to nothing.
 */
#ifndef BRB_PLUGIN_CONDITIONS_H
#define BRB_PLUGIN_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <brabeion/engine.h>

#include "base/arena.h"

enum { BRB_CONDITIONS_MOST = 16 };

typedef struct brb_condition_value {
	const char *text;
	bool is_number; /* the text of this one, with which an integer is compared without making its text */
	int64_t number;
} brb_condition_value;

typedef struct brb_condition {
	const char *event; /* NULL: every event */
	const char *field;
	uint32_t value_count;
	brb_condition_value values[BRB_CONDITIONS_MOST]; /* any of them */
} brb_condition;

/* All zeroes: none, every event fits. */
typedef struct brb_conditions {
	uint32_t field_count;
	uint32_t value_count; /* of all fields */
	brb_condition fields[BRB_CONDITIONS_MOST];
	brb_arena arena;
} brb_conditions;

/* Adds a value, for events of a name, or all when it is NULL; all is copied. `fault` is what is wrong, NULL: nothing. False: no memory. */
bool brb_conditions_add(brb_conditions *conditions, const char *event, const char *field, const char *value,
			const char **fault);

bool brb_conditions_hold(const brb_conditions *conditions, const brabeion_event *event);

#endif
