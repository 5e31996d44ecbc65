/*
 * base/json_write: writes JSON value by value.
 *
 * Guarantees: correct commas, colons, brackets and escapes; at most 64 nested objects and arrays. Output goes to the sink at
 * once; nothing is allocated here.
 *
 * Not here: formatting times (base/time), the form of a document.
 */
#ifndef BRB_BASE_JSON_WRITE_H
#define BRB_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef enum brb_json_style {
	BRB_JSON_COMPACT, /* texts are valid UTF-8 and keep every character that JSON allows */
	BRB_JSON_SPACED,  /* the same, with a space behind each comma and colon */
	BRB_JSON_SHOWN    /* for terminals: what misleads (base/utf8) is escaped, broken UTF-8 becomes U+FFFD */
} brb_json_style;

enum { BRB_JSON_DEPTH_MOST = 64 };

typedef struct brb_json {
	void (*write)(void *context, const char *text, size_t length);
	void *context;
	brb_json_style style;
	bool new_line;
	unsigned depth;
	uint64_t objects; /* a bit for each open value, the innermost lowest: 1 for an object, 0 for an array */
	uint64_t filled;  /* likewise: 1 once it has a value */
} brb_json;

/* A writer into a builder, which records a lack of memory. */
brb_json brb_json_into(brb_builder *builder, brb_json_style style);

/*
 * Each writes one value: `key` is its name in an object, NULL in an array and at the top. brb_json_end() closes the
 * innermost open object or array. A NULL text is written as "".
 */
void brb_json_object(brb_json *json, const char *key);
void brb_json_array(brb_json *json, const char *key);
void brb_json_end(brb_json *json);
void brb_json_text(brb_json *json, const char *key, const char *text);
void brb_json_integer(brb_json *json, const char *key, int64_t number);
void brb_json_real(brb_json *json, const char *key, double number); /* finite; a whole one as "1.0" */
void brb_json_bool(brb_json *json, const char *key, bool truth);
void brb_json_null(brb_json *json, const char *key);

/* A value that is JSON text already, in valid UTF-8. */
void brb_json_document(brb_json *json, const char *key, const char *document);

/* Writes the comma and the key; the caller writes the value. */
void brb_json_before(brb_json *json, const char *key);

/* Starts a new line before the next value or key. */
void brb_json_new_line(brb_json *json);

#endif
