/*
 * yaml: a file -> a tree of nodes with line and column, by libyaml; and the list of what is wrong in that file.
 *
 * Keeps true: bounded size, depth and number of nodes, aliases counted as if written out, so that a small file cannot
 * unfold into a large one; no key twice in a mapping; one document. What a scalar means follows the YAML 1.2 core
 * schema: true and false are booleans, yes, no, on and off are text.
 *
 * Faults are kept beside the tree and told together, in the file's order, so that a person corrects a file once. What
 * leaves no doubt about the rest of the tree (a key twice, an unknown tag, a number too large) does not stop the
 * reading: the node is marked broken, and who reads the tree says nothing more about it.
 *
 * Leaves to others: what keys mean.
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
	bool broken;           /* a fault is on record here; only in a tree of brb_yaml_parse_tolerant */
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
 * Reads and parses a file. `name` is what messages call it. The root of an empty file is a NULL node at 1:1.
 * Errors: BRABEION_CONFIG "name:line:column: why", one line per fault, or "name: No such file or directory";
 *         BRABEION_MEMORY.
 */
brabeion_status brb_yaml_open(const char *path, const char *name, brb_yaml **out, brabeion_error *error);
brabeion_status brb_yaml_parse(const char *bytes, size_t length, const char *name, brb_yaml **out,
			       brabeion_error *error);

/*
 * As brb_yaml_parse, but a tree that came out whole is handed over with its faults still on record, for the caller to
 * add its own and ask for the verdict.
 */
brabeion_status brb_yaml_parse_tolerant(const char *bytes, size_t length, const char *name, brb_yaml **out,
					brabeion_error *error);

/* A file's bytes, at most BRB_YAML_BYTES_MOST, at the end of `content`. */
brabeion_status brb_yaml_read_file(const char *path, const char *name, brb_builder *content, brabeion_error *error);

void brb_yaml_close(brb_yaml *yaml);

const brb_yaml_node *brb_yaml_root(const brb_yaml *yaml);
const char *brb_yaml_name(const brb_yaml *yaml);

/* The SHA-256 of the bytes that were read, 64 hex digits: which version of the file this tree is. */
const char *brb_yaml_sha256(const brb_yaml *yaml);

/* The value under a key of a mapping; NULL when there is none or the node is no mapping. */
const brb_yaml_node *brb_yaml_get(const brb_yaml_node *node, const char *key);

/* "a list", "an integer": for messages. */
const char *brb_yaml_kind_name(brb_yaml_kind kind);

/* Puts a fault on record. Control characters come out escaped: a fault is one line. */
void brb_yaml_fault(brb_yaml *yaml, uint32_t line, uint32_t column, const char *format, ...) BRB_PRINTF(4, 5);
void brb_yaml_fault_va(brb_yaml *yaml, uint32_t line, uint32_t column, const char *format, va_list arguments)
	BRB_PRINTF(4, 0);

/*
 * A mapping has no key of that name: the fault says which one is likely to be meant, or all that are known. At most
 * BRB_YAML_KEYS_MOST. Answers the place of the one that is meant, or `count`.
 */
#define BRB_YAML_KEYS_MOST 32
size_t brb_yaml_refuse_key(brb_yaml *yaml, const brb_yaml_entry *entry, const char *const *names, size_t count);

/* OK when no fault is on record; else all of them, in the file's order, as "name:line:column: what". */
brabeion_status brb_yaml_verdict(brb_yaml *yaml, brabeion_error *error);

/* A text of any length as it fits into a message: itself, or its beginning and "...". */
#define BRB_YAML_SHORT_BYTES 108
const char *brb_yaml_shortened(const char *text, char buffer[BRB_YAML_SHORT_BYTES]);

#endif
