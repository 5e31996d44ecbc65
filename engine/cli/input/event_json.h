/*
 * cli/input/event_json: one line of JSON -> one event.
 *
 * A line is one JSON object. `event` and `user` are required, `id` and `at` may be there, every other key is state.
 * Keeps true: what it lets through is valid JSON (RFC 8259) in valid UTF-8 without NUL, inside the bounds of
 * brabeion/engine.h; of a key that comes twice the last counts.
 *
 * Leaves to others: where lines come from, what a bad one costs.
 */
#ifndef BRB_CLI_INPUT_EVENT_JSON_H
#define BRB_CLI_INPUT_EVENT_JSON_H

#include <stddef.h>

#include <brabeion/engine.h>

#include "cli/support/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	BRB_CLI_EVENT_JSON_PADDING = 64, /* bytes behind a line that may be read, whatever they hold */
	BRB_CLI_EVENT_JSON_LINE_BYTES = 1024 * 1024,
	BRB_CLI_EVENT_JSON_FIELDS = 256,
	BRB_CLI_EVENT_JSON_DEPTH =
		64, /* objects and arrays inside each other, the line's own object being the first */
	BRB_CLI_EVENT_JSON_MESSAGE_BYTES = 512
};

typedef enum brb_cli_event_json_outcome {
	BRB_CLI_EVENT_JSON_EVENT,
	BRB_CLI_EVENT_JSON_BAD,   /* the line is wrong: see message */
	BRB_CLI_EVENT_JSON_MEMORY /* out of memory */
} brb_cli_event_json_outcome;

typedef struct brb_cli_event_json brb_cli_event_json;

/* A reader, to be used again and again by one thread; NULL: out of memory. */
brb_cli_event_json *brb_cli_event_json_open(void);

/* NULL is fine. */
void brb_cli_event_json_close(brb_cli_event_json *wire);

/*
 * Reads one line of at most BRB_CLI_EVENT_JSON_LINE_BYTES. What `event` points to lies in `arena`. When the line is bad,
 * `message` says why, `event` is untouched and the arena may have grown.
 */
brb_cli_event_json_outcome brb_cli_event_json_read(brb_cli_event_json *wire, const char *line, size_t size,
						   brb_cli_arena *arena, brabeion_event *event,
						   char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
