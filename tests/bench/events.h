/*
 * events: reads a file of JSON lines in batches with the command's reader, so that the engine and its baseline have the
 * same cost of reading.
 */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include <stdbool.h>

#include "cli/input/batch.h"
#include "cli/input/event_json.h"
#include "cli/input/lines.h"

enum { BENCH_BATCH = 10000 };

typedef struct bench_events {
	int input;
	brb_cli_event_json *reader;
	brb_cli_lines lines;
	brb_cli_batch batch;
} bench_events;

void bench_events_open(bench_events *events, const char *path); /* exits on failure */
bool bench_events_next(bench_events *events);                   /* the next batch; false at the end */
void bench_events_close(bench_events *events);

#endif
