/*
 * cli/scenario/file_reading: shared by the files that read scenarios.
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

/* A key that a mapping may have. `read` is called only with values that have no fault yet. */
typedef struct brb_scenario_key {
	const char *name;
	void (*read)(brb_scenario_reading *reading, const char *key, const brb_yaml_node *value, void *target);
	bool required;
} brb_scenario_key;

/* Adds a fault at a node. */
#define BRB_SCENARIO_FAULT(reading, node, ...) \
	brb_yaml_fault((reading)->yaml, (node)->line, (node)->column, __VA_ARGS__)

/*
 * Reads a mapping with at most BRB_YAML_KEYS_MOST known keys. Returns whether the node is a mapping. Faults: another kind
 * of node, a missing required key, an unknown key; `others` (may be NULL) takes unknown keys instead.
 */
typedef void (*brb_scenario_other)(brb_scenario_reading *reading, const brb_yaml_entry *entry, void *target);
bool brb_scenario_read_mapping(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node,
			       const brb_scenario_key *keys, size_t count, brb_scenario_other others, void *target);

/* Adds the fault "`what` must be `wanted`, not ...". */
void brb_scenario_wrong_kind(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node,
			     const char *wanted);

/* Text, a number or a boolean as written, of 1 to `most` bytes; NULL after adding a fault. */
const char *brb_scenario_text(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node,
			      size_t most);

/* A whole number within bounds; `least` after adding a fault. */
int64_t brb_scenario_number(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node, int64_t least,
			    int64_t most);

/* "+2d 3h", "day 3 08:00", RFC 3339; with `waiting` "2d 3h" and "until ...". */
void brb_scenario_read_time(brb_scenario_reading *reading, const char *what, const brb_yaml_node *node, bool waiting,
			    brb_scenario_time *time);

/* One field of an event's state. */
void brb_scenario_read_field(brb_scenario_reading *reading, const brb_yaml_entry *entry, brabeion_field *field);

/* The items of a list; any other node is a list of one. */
const brb_yaml_node *const *brb_scenario_items(const brb_yaml_node *const *node, size_t *count);

/* file_expect.c */
void brb_scenario_read_awards(brb_scenario_reading *reading, const char *key, const brb_yaml_node *value,
			      const brb_scenario_award **awards, size_t *count);
void brb_scenario_read_memories(brb_scenario_reading *reading, const brb_yaml_node *value,
				const brb_scenario_memory **memories, size_t *count);

/* Whether a step is an expectation; its contents. */
bool brb_scenario_expects(const brb_yaml_node *node);
void brb_scenario_read_expectation(brb_scenario_reading *reading, const brb_yaml_node *node,
				   brb_scenario_expectation *expectation);

/* The steps of a scenario or of a repeat (file_steps.c). */
void brb_scenario_read_steps(brb_scenario_reading *reading, const brb_yaml_node *value,
			     const brb_scenario_step **steps, size_t *count);

/* Where the badges come from: the set's `badges`, `badges_from` and `plugin_path` (scenario_file_badges.c). */
void brb_scenario_read_badges(brb_scenario_reading *reading, brb_scenario_set *set, const char *bytes, size_t length);

/* Memory from the arena; NULL sets reading->memory_short. */
void *brb_scenario_take(brb_scenario_reading *reading, size_t count, size_t size_bytes);
const char *brb_scenario_keep(brb_scenario_reading *reading, const char *text);

#endif
