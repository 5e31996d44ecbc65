/*
 * yaml_tree: bytes -> tree. Part of the room yaml, and the only one that knows libyaml.
 */
#ifndef BRB_YAML_TREE_H
#define BRB_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sha256.h"
#include "base/text.h"
#include "yaml/faults.h"
#include "yaml/yaml.h"

struct brb_yaml {
	brb_arena arena; /* the nodes and their texts */
	char *name;
	char sha256[BRB_SHA256_TEXT_BYTES]; /* of the file's bytes */
	const brb_yaml_node *root;
	brb_yaml_faults faults;
};

/* Sets the root. False when the reading had to stop: then at least one fault is on record, or memory was short. */
bool brb_yaml_tree_build(brb_yaml *yaml, const char *bytes, size_t length);

#endif
