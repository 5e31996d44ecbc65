/*
 * yaml/reading: reads the mappings of a file by tables of known keys. Faults are recorded and reading goes on.
 */
#ifndef BRB_YAML_READING_H
#define BRB_YAML_READING_H

#include "yaml/yaml.h"

typedef struct brb_yaml_reading {
	brb_yaml *yaml;
	brb_arena *arena; /* for what is made of the file */
	bool memory_short;
	void *context; /* the caller's */
} brb_yaml_reading;

/* A key that a mapping may have. The members after `required` are for readers that several keys share. */
typedef struct brb_yaml_key brb_yaml_key;
typedef void brb_yaml_reader(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			     void *target);
struct brb_yaml_key {
	const char *name;
	brb_yaml_reader *read; /* called with a value at which no fault is recorded */
	bool required;
	size_t member; /* its offset in the target */
	int64_t least, most;
};

/*
 * Reads a mapping by its known keys, at most BRB_YAML_KEYS_MOST. `what` is its name in messages: "the badge". Faults: a
 * node that is no mapping, an unknown key that `others` (may be NULL) does not take, a missing required one. True when the
 * node was a mapping.
 */
typedef bool (*brb_yaml_other)(brb_yaml_reading *reading, const brb_yaml_entry *entry, void *target);
bool brb_yaml_read_mapping(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
			   const brb_yaml_key *keys, size_t count, brb_yaml_other others, void *target);

/* Records a fault at a node. */
#define BRB_YAML_FAULT(reading, node, ...) brb_yaml_fault((reading)->yaml, (node)->line, (node)->column, __VA_ARGS__)

/* The fault "`what` must be `wanted`, not an integer". */
void brb_yaml_wrong_kind(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, const char *wanted);

/* Memory from the arena; NULL when memory is short, which is recorded. */
void *brb_yaml_take(brb_yaml_reading *reading, size_t count, size_t size_bytes);
const char *brb_yaml_keep(brb_yaml_reading *reading, const char *text);

#endif
