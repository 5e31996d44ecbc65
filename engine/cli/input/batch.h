/*
 * cli/input/batch: events of the next commit, and where each came from.
 *
 * Guarantees: bounded in events and, except for the last event, in bytes.
 */
#ifndef BRB_CLI_INPUT_BATCH_H
#define BRB_CLI_INPUT_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <brabeion/engine.h>

#include "base/arena.h"

/* Where an event came from. */
typedef struct brb_cli_origin {
	uint64_t line;
	const char *file; /* as displayed; outlives the batch */
} brb_cli_origin;

typedef struct brb_cli_batch {
	brb_arena arena; /* what the events point to */
	brabeion_event *events;
	brabeion_result *results; /* set by judging */
	brb_cli_origin *origins;
	size_t count, capacity;
} brb_cli_batch;

/* False: out of memory; the batch must be finished nevertheless. */
bool brb_cli_batch_init(brb_cli_batch *batch, size_t capacity);
void brb_cli_batch_finish(brb_cli_batch *batch);

/* Adds an event whose texts lie in the batch's arena. The batch must not be full. */
void brb_cli_batch_add(brb_cli_batch *batch, const brabeion_event *event, const char *file, uint64_t line);

/* Whether it must be judged before another event is added. */
bool brb_cli_batch_is_full(const brb_cli_batch *batch);

/* Empties it for the next events. */
void brb_cli_batch_reset(brb_cli_batch *batch);

/* Lines of batches: a range for each stretch of events of one file. All zeroes are none. */
typedef struct brb_cli_range {
	const char *file;
	uint64_t first, last;
} brb_cli_range;

typedef struct brb_cli_ranges {
	brb_cli_range *ranges;
	size_t count, capacity;
} brb_cli_ranges;

/* Adds the lines of a batch. False: out of memory. */
bool brb_cli_ranges_add(brb_cli_ranges *ranges, const brb_cli_batch *batch);
void brb_cli_ranges_clear(brb_cli_ranges *ranges);

/* "a.jsonl:1..200, b.jsonl:1..3". The caller frees it; NULL: out of memory. */
char *brb_cli_ranges_text(const brb_cli_ranges *ranges);

#endif
