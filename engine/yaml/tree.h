/*
 * yaml/tree: bytes -> tree, and the inside of a brb_yaml. The only file of the room that knows libyaml.
 */
#ifndef BRB_YAML_TREE_H
#define BRB_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sha256.h"
#include "base/text.h"
#include "yaml/yaml.h"

typedef struct brb_yaml_recorded {
	uint32_t line, column; /* line 0: the file as a whole */
	uint32_t number;       /* order of arrival, to order faults of one place */
	const char *what;      /* in the arena */
} brb_yaml_recorded;

struct brb_yaml {
	brb_arena arena; /* nodes, their texts, faults */
	char *name;
	char sha256[BRB_SHA256_TEXT_BYTES]; /* of the file's bytes */
	const brb_yaml_node *root;
	brb_yaml_recorded *faults;
	size_t fault_count, fault_capacity;
	size_t faults_dropped; /* beyond the number that is kept */
	bool memory_short;     /* at any point while the file was read: the verdict is BRABEION_NO_MEMORY */
};

/* Sets the root. False when reading had to stop: at least one fault is recorded, or memory was short. */
bool brb_yaml_tree_build(brb_yaml *yaml, const char *bytes, size_t length);

#endif
