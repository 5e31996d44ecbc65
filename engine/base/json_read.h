/*
 * base/json_read: one JSON object (RFC 8259), read strictly, pair by pair.
 *
 * Texts are decoded in place, in the caller's copy of the document; nothing is allocated. Arrays and objects are checked
 * completely and returned as their JSON text.
 *
 * Guarantees: UTF-8 is valid everywhere; a pair is returned only when it is complete. A repeated key is returned
 * each time.
 */
#ifndef BRB_BASE_JSON_READ_H
#define BRB_BASE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

enum { BRB_JSON_READ_DEPTH_MOST = 1000 }; /* JSON_MAX_DEPTH of SQLite's json.c since 3.45; 2000 before */

typedef enum brb_json_kind {
	BRB_JSON_NULL,
	BRB_JSON_BOOL,
	BRB_JSON_INTEGER,
	BRB_JSON_REAL,
	BRB_JSON_OUT_OF_RANGE, /* a number that is no int64 and no finite double: see base/number */
	BRB_JSON_TEXT,
	BRB_JSON_ARRAY,
	BRB_JSON_OBJECT
} brb_json_kind;

typedef struct brb_json_value {
	brb_json_kind kind;
	bool truth;
	int64_t integer;
	double real;   /* of OUT_OF_RANGE, too: that of an integer of more than 64 bits is finite */
	char *text;    /* of TEXT with NUL behind it, decoded; of ARRAY and OBJECT its JSON, with no NUL */
	size_t length; /* of the text, in which \u0000 may stand */
} brb_json_value;

typedef struct brb_json_reader {
	char *text;
	char *at;
	char *end; /* NUL */
	size_t depth_most;
	bool begun;
	brabeion_error *error;
} brb_json_reader;

/*
 * Begins with a document of `length` bytes and NUL, of at most `depth_most` arrays and objects inside each other, its own
 * being the first (1 to BRB_JSON_READ_DEPTH_MOST + 1). False: not an object, or not UTF-8; see `error`.
 */
bool brb_json_read_begin(brb_json_reader *reader, char *text, size_t length, size_t depth_most,
			 brabeion_error *error);

/* Reads the next pair. False at the end, and on a fault: `error` says what and at which byte. */
bool brb_json_read_pair(brb_json_reader *reader, brb_json_value *key, brb_json_value *value);

/*
 * Adds a returned array or object to a builder: without spaces, with only the escapes needed, reals as by base/json_write.
 * Returns the fault (static text): a NUL, a lone surrogate, a number out of range; NULL: none, if the builder had memory.
 */
const char *brb_json_read_compact(const brb_json_value *nested, brb_builder *compact);

/* Whether the text is one array or object, nested at most BRB_JSON_READ_DEPTH_MOST deep. */
bool brb_json_is_nested(const char *text);

#endif
