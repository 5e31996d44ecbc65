/*
 * events: a file of JSON lines in batches, through the command's own reader, so that the engine and the loop that it is
 * held against read alike.
 */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include <stdbool.h>

#include "cli/batch.h"
#include "cli/lines.h"
#include "cli/wire.h"

enum { BENCH_BATCH = 10000 };

typedef struct bench_events {
	int input;
	brb_cli_wire *wire;
	brb_cli_lines lines;
	brb_cli_batch batch;
} bench_events;

void bench_events_open(bench_events *events, const char *path); /* exits on failure */
bool bench_events_next(bench_events *events);                   /* the next batch; false at the end */
void bench_events_close(bench_events *events);

#endif
