/*
 * cli/past: a history file, read line by line into batches of events.
 *
 * Keeps true: what stands before a place that was reached earlier is passed over, and must be what it was: each line goes
 * into a mark (FNV-1a). Every event has its time. A bad line is told, counted and passed over.
 *
 * Leaves to others: how a batch is judged, and what comes of it.
 */
#ifndef BRB_CLI_PAST_H
#define BRB_CLI_PAST_H

#include "cli/batch.h"
#include "cli/lines.h"
#include "cli/report.h"
#include "cli/wire.h"

/* Why the reading has ended; all but the first two have been told. */
typedef enum brb_cli_past_end {
	BRB_CLI_PAST_GOING = 0,
	BRB_CLI_PAST_DONE,
	BRB_CLI_PAST_CHANGED, /* what was passed over is not what it was */
	BRB_CLI_PAST_STRICT,  /* a bad line, and it was to be the last */
	BRB_CLI_PAST_UNREADABLE,
	BRB_CLI_PAST_SIGNAL,
	BRB_CLI_PAST_FAILED /* the judging, or memory is short */
} brb_cli_past_end;

typedef struct brb_cli_past brb_cli_past;

/* Judges the batch, into its results, and tells what went wrong with the whole. False: no use to go on. */
typedef bool (*brb_cli_past_judge)(void *context, brb_cli_past *past);

struct brb_cli_past {
	brb_cli_report *report;
	const char *file;      /* "-": standard input */
	size_t batch_events;   /* in one batch, at most */
	bool strict;           /* the first bad line is the last */
	int wake;              /* of cli/signals */
	brabeion_place passed; /* up to here all was judged before: the line's number and its mark */
	brb_cli_past_judge judge;
	void *context;

	/* what follows is filled in by the reading */
	brb_cli_batch batch;
	brabeion_place place; /* behind the line read last */
	brb_cli_wire *wire;
	brb_cli_lines lines;
	brb_cli_standing standing; /* `awards` is the judge's */
	brb_cli_past_end end;
	uint64_t events, bad_lines;
};

/* Reads the file to its end, or to what is a reason to stop. */
brb_cli_past_end brb_cli_past_read(brb_cli_past *past);

/* The file's name, as shown to people. */
const char *brb_cli_past_name(const brb_cli_past *past);

#endif
