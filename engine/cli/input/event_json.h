/*
 * cli/input/event_json: one line of JSON -> one event, fast.
 *
 * Guarantees: it takes the lines that brabeion_event_read_json takes, gives the same events, and reports the same faults.
 * Not here: where lines come from, what a bad one costs.
 */
#ifndef BRB_CLI_INPUT_EVENT_JSON_H
#define BRB_CLI_INPUT_EVENT_JSON_H

#include <stddef.h>

#include <brabeion/engine.h>

#include "base/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	BRB_CLI_EVENT_JSON_PADDING = 64, /* bytes behind a line that may be read, whatever they hold */
	BRB_CLI_EVENT_JSON_LINE_BYTES = 1024 * 1024,
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
void brb_cli_event_json_close(brb_cli_event_json *reader);

/*
 * Reads one line. What `event` points to lies in `arena`. When the line is bad, `message` says why, `event` is untouched
 * and the arena may have grown.
 */
brb_cli_event_json_outcome brb_cli_event_json_read(brb_cli_event_json *reader, const char *line, size_t size,
						   brb_arena *arena, brabeion_event *event,
						   char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
