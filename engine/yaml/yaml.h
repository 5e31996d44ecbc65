/*
 * yaml: a file -> a tree of nodes with line and column, by libyaml, and the list of its faults.
 *
 * Guarantees: bounded size, depth and number of nodes, with aliases counted as if written out, so that a small file cannot
 * expand to a large tree; no key twice in a mapping; one document. Scalars follow the YAML 1.2 core schema: true and
 * false are booleans; yes, no, on and off are text.
 *
 * Faults are recorded with the tree and reported together, in the file's order. One that leaves the rest of the tree
 * readable (a key twice, an unknown tag, a number too large) marks its node broken; readers report nothing more about it.
 */
#ifndef BRB_YAML_YAML_H
#define BRB_YAML_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

#define BRB_YAML_BYTES_MOST (16 * 1024 * 1024)
#define BRB_YAML_DEPTH_MOST 64
#define BRB_YAML_NODES_MOST 2000000    /* keys count, too */
#define BRB_YAML_FAULTS_SHOWN_MOST 100 /* the rest are counted */

typedef enum brb_yaml_kind {
	BRB_YAML_NULL,
	BRB_YAML_BOOL,
	BRB_YAML_INT,
	BRB_YAML_REAL,
	BRB_YAML_TEXT,
	BRB_YAML_LIST,
	BRB_YAML_MAPPING
} brb_yaml_kind;

typedef struct brb_yaml_node brb_yaml_node;

typedef struct brb_yaml_entry {
	const char *key;
	uint32_t key_line, key_column;
	const brb_yaml_node *value;
} brb_yaml_entry;

struct brb_yaml_node {
	brb_yaml_kind kind;
	bool broken;           /* has a fault, which is recorded */
	uint32_t line, column; /* from 1 */
	const char *text;      /* of a scalar, as written (unquoted); NULL for lists and mappings */
	union {
		bool boolean;
		int64_t integer;
		double real;
	} value;
	const brb_yaml_node *const *items; /* of a list */
	const brb_yaml_entry *entries;     /* of a mapping, in the file's order */
	size_t count;                      /* of items or entries */
};

typedef struct brb_yaml brb_yaml;

/*
 * Parses a text; `name` is what messages call it. The root of an empty text is a NULL node at 1:1. A tree that could be
 * built is returned with its faults recorded: the caller adds its own and calls brb_yaml_verdict.
 * Errors: BRABEION_CONFIG "name:line:column: why", one line per fault; BRABEION_NO_MEMORY.
 */
brabeion_status brb_yaml_parse(const char *bytes, size_t length, const char *name, brb_yaml **out,
			       brabeion_error *error);

/* Appends a file's bytes, at most BRB_YAML_BYTES_MOST. Errors: "name: No such file or directory". */
brabeion_status brb_yaml_read_file(const char *path, const char *name, brb_builder *content, brabeion_error *error);

void brb_yaml_close(brb_yaml *yaml);

const brb_yaml_node *brb_yaml_root(const brb_yaml *yaml);

/* The SHA-256 of the file, 64 hex digits. */
const char *brb_yaml_sha256(const brb_yaml *yaml);

/* The value under a key of a mapping; NULL when there is none or the node is no mapping. */
const brb_yaml_node *brb_yaml_get(const brb_yaml_node *node, const char *key);

/* "a list", "an integer": for messages. */
const char *brb_yaml_kind_name(brb_yaml_kind kind);

/* Records a fault; line 0: of the file as a whole. Control characters are escaped, so that it is one line. */
void brb_yaml_fault(brb_yaml *yaml, uint32_t line, uint32_t column, const char *format, ...) BRB_PRINTF(4, 5);
void brb_yaml_fault_va(brb_yaml *yaml, uint32_t line, uint32_t column, const char *format, va_list arguments)
	BRB_PRINTF(4, 0);

/*
 * Records the fault that a key is unknown, with the name that was likely meant, or all `names`. Returns the index of that
 * name, or `count`.
 */
#define BRB_YAML_KEYS_MOST 32
size_t brb_yaml_refuse_key(brb_yaml *yaml, const brb_yaml_entry *entry, const char *const *names, size_t count);

/* OK without faults; else BRABEION_CONFIG and "name:line:column: what" for each, in the file's order. */
brabeion_status brb_yaml_verdict(brb_yaml *yaml, brabeion_error *error);

/* A text for a message: itself, or its first 104 bytes and "...". */
#define BRB_YAML_SHORT_BYTES 108
const char *brb_yaml_shortened(const char *text, char buffer[BRB_YAML_SHORT_BYTES]);

#endif
