/*
 * cli/wire: one line of JSON -> one event.
 *
 * A line is one JSON object. `event` and `user` are required, `id` and `at` may be there, every other key is state.
 * Keeps true: what it lets through is valid JSON (RFC 8259) in valid UTF-8 without NUL, inside the bounds of
 * brabeion/engine.h; of a key that comes twice the last counts.
 *
 * Leaves to others: where lines come from, what a bad one costs.
 */
#ifndef BRB_CLI_WIRE_H
#define BRB_CLI_WIRE_H

#include <stddef.h>

#include <brabeion/engine.h>

#include "cli/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	BRB_CLI_WIRE_PADDING = 64, /* bytes behind a line that may be read, whatever they hold */
	BRB_CLI_WIRE_LINE_BYTES = 1024 * 1024,
	BRB_CLI_WIRE_FIELDS = 256,
	BRB_CLI_WIRE_DEPTH = 64, /* objects and arrays inside each other, the line's own object being the first */
	BRB_CLI_WIRE_MESSAGE_BYTES = 512
};

typedef enum brb_cli_wire_outcome {
	BRB_CLI_WIRE_EVENT,
	BRB_CLI_WIRE_BAD,   /* the line is wrong: see message */
	BRB_CLI_WIRE_MEMORY /* out of memory */
} brb_cli_wire_outcome;

typedef struct brb_cli_wire brb_cli_wire;

/* A reader, to be used again and again by one thread; NULL: out of memory. */
brb_cli_wire *brb_cli_wire_open(void);

/* NULL is fine. */
void brb_cli_wire_close(brb_cli_wire *wire);

/*
 * Reads one line of at most BRB_CLI_WIRE_LINE_BYTES. What `event` points to lies in `arena`. When the line is bad,
 * `message` says why, `event` is untouched and the arena may have grown.
 */
brb_cli_wire_outcome brb_cli_wire_read(brb_cli_wire *wire, const char *line, size_t size, brb_cli_arena *arena,
				       brabeion_event *event, char message[BRB_CLI_WIRE_MESSAGE_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
