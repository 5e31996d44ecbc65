/*
 * cli/scenario/file_reading: shared by the files that read scenarios.
 */
#ifndef BRB_CLI_SCENARIO_FILE_READING_H
#define BRB_CLI_SCENARIO_FILE_READING_H

#include "base/text.h"
#include "cli/scenario/file.h"
#include "yaml/reading.h"

enum { BRB_SCENARIO_NAME_BYTES = 100, BRB_SCENARIO_SUBJECT_BYTES = 255, BRB_SCENARIO_ROUNDS_MOST = 100000 };

/* The user of steps that name none. The reading's context is the address of the file's `user`. */
static inline const char *brb_scenario_user(const brb_yaml_reading *reading)
{
	return *(const char **)reading->context;
}

/* Text, a number or a boolean as written, of 1 to `most` bytes; NULL after adding a fault. */
const char *brb_scenario_text(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, size_t most);

/* A whole number within bounds; `least` after adding a fault. */
int64_t brb_scenario_number(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, int64_t least,
			    int64_t most);

/* "+2d 3h", "day 3 08:00", RFC 3339; with `waiting` "2d 3h" and "until ...". */
void brb_scenario_read_time(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, bool waiting,
			    brb_scenario_time *time);

/* One field of an event's state. */
void brb_scenario_read_field(brb_yaml_reading *reading, const brb_yaml_entry *entry, brabeion_field *field);

/* The items of a list; any other node is a list of one. */
const brb_yaml_node *const *brb_scenario_items(const brb_yaml_node *const *node, size_t *count);

/* file_expect.c */
void brb_scenario_read_awards(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			      const brb_scenario_award **awards, size_t *count);
void brb_scenario_read_memories(brb_yaml_reading *reading, const brb_yaml_node *value,
				const brb_scenario_memory **memories, size_t *count);

/* Whether a step is an expectation; its contents. */
bool brb_scenario_expects(const brb_yaml_node *node);
void brb_scenario_read_expectation(brb_yaml_reading *reading, const brb_yaml_node *node,
				   brb_scenario_expectation *expectation);

/* The steps of a scenario or of a repeat (file_steps.c). */
void brb_scenario_read_steps(brb_yaml_reading *reading, const brb_yaml_node *value, const brb_scenario_step **steps,
			     size_t *count);

#endif
