/*
 * cli/scenario/file_reading: what the parts of the room scenario_file share while a file is read.
 */
#ifndef BRB_CLI_SCENARIO_FILE_READING_H
#define BRB_CLI_SCENARIO_FILE_READING_H

#include "base/text.h"
#include "cli/scenario/file.h"
#include "yaml/yaml.h"

enum { BRB_SCENARIO_NAME_BYTES = 100, BRB_SCENARIO_SUBJECT_BYTES = 255, BRB_SCENARIO_ROUNDS_MOST = 100000 };

typedef struct brb_scenario_reading {
	brb_yaml *yaml;
	brb_arena *arena; /* lives as long as the set */
	const char *user;
	bool memory_short;
} brb_scenario_reading;

/* A key that a mapping may have. `read` is called with a value on which no fault is on record. */
typedef struct brb_scenario_key {
	const char *name;
	void (*read)(brb_scenario_reading *reading, const char *key, const brb_yaml_node *value, void *target);
	bool required;
} brb_scenario_key;

/* `fault` at a node. */
#define BRB_SCENARIO_FAULT(reading, node, ...) \
	brb_yaml_fault((reading)->yaml, (node)->line, (node)->column, __VA_ARGS__)

/*
 * Reads a mapping by its known keys, at most BRB_YAML_KEYS_MOST. A node that is no mapping, an unknown key and a missing
 * required one are faults. True when it was a mapping. With `others` (may be NULL) unknown keys are given to it instead.
 */
typedef void (*brb_scenario_other)(brb_scenario_reading *reading, const brb_yaml_entry *entry, void *target);
bool brb_scenario_read_mapping(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node,
			       const brb_scenario_key *keys, size_t count, brb_scenario_other others, void *target);

/* "what" must be `wanted`, not what it is. */
void brb_scenario_wrong_kind(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node,
			     const char *wanted);

/* Texts, numbers and booleans as they are written, of 1 to `most` bytes; else NULL, with the fault on record. */
const char *brb_scenario_text(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node,
			      size_t most);

/* A whole number within bounds; `least` with the fault on record. */
int64_t brb_scenario_number(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node, int64_t least,
			    int64_t most);

/* "+2d 3h", "day 3 08:00", RFC 3339; with `waiting` "2d 3h" and "until ...". */
void brb_scenario_read_time(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node, bool waiting,
			    brb_scenario_time *time);

/* One field of an event's state. */
void brb_scenario_read_field(brb_scenario_reading *reading, const brb_yaml_entry *entry, brabeion_field *field);

/* A list, or one that stands for a list of one: its items, and how many. */
const brb_yaml_node *const *brb_scenario_items(const brb_yaml_node *const *node, size_t *count);

/* Lists of what is held, expected, remembered (scenario_file_expect.c). */
void brb_scenario_read_awards(brb_scenario_reading *reading, const char *key, const brb_yaml_node *value,
			      const brb_scenario_award **awards, size_t *count);
void brb_scenario_read_memories(brb_scenario_reading *reading, const brb_yaml_node *value,
				const brb_scenario_memory **memories, size_t *count);

/* What an expecting step says; true when the node has one of its keys. */
bool brb_scenario_expects(const brb_yaml_node *node);
void brb_scenario_read_expectation(brb_scenario_reading *reading, const brb_yaml_node *node,
				   brb_scenario_expectation *expectation);

/* The steps of a scenario or of a repeat (scenario_file_steps.c). */
void brb_scenario_read_steps(brb_scenario_reading *reading, const brb_yaml_node *value,
			     const brb_scenario_step **steps, size_t *count);

/* Where the badges come from: the set's `badges`, `badges_from` and `plugin_path` (scenario_file_badges.c). */
void brb_scenario_read_badges(brb_scenario_reading *reading, brb_scenario_set *set, const char *bytes, size_t length);

/* Memory from the arena; when it is short that is remembered. */
void *brb_scenario_take(brb_scenario_reading *reading, size_t count, size_t size_bytes);
const char *brb_scenario_keep(brb_scenario_reading *reading, const char *text);

#endif
