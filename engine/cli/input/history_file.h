/*
 * cli/input/history_file: a history file, read line by line into batches of events.
 *
 * Keeps true: what stands before a place that was reached earlier is passed over, and must be what it was: each line goes
 * into a mark (FNV-1a). Every event has its time. A bad line is told, counted and passed over.
 *
 * Leaves to others: how a batch is judged, and what comes of it.
 */
#ifndef BRB_CLI_INPUT_HISTORY_FILE_H
#define BRB_CLI_INPUT_HISTORY_FILE_H

#include "cli/input/batch.h"
#include "cli/input/event_json.h"
#include "cli/input/lines.h"
#include "cli/output/report.h"

/* Why the reading has ended; all but the first two have been told. */
typedef enum brb_cli_history_file_end {
	BRB_CLI_HISTORY_FILE_GOING = 0,
	BRB_CLI_HISTORY_FILE_DONE,
	BRB_CLI_HISTORY_FILE_CHANGED, /* what was passed over is not what it was */
	BRB_CLI_HISTORY_FILE_STRICT,  /* a bad line, and it was to be the last */
	BRB_CLI_HISTORY_FILE_UNREADABLE,
	BRB_CLI_HISTORY_FILE_SIGNAL,
	BRB_CLI_HISTORY_FILE_FAILED /* the judging, or memory is short */
} brb_cli_history_file_end;

typedef struct brb_cli_history_file brb_cli_history_file;

/* Judges the batch, into its results, and tells what went wrong with the whole. False: no use to go on. */
typedef bool (*brb_cli_history_file_judge)(void *context, brb_cli_history_file *past);

struct brb_cli_history_file {
	brb_cli_report *report;
	const char *file;           /* "-": standard input */
	size_t batch_events;        /* in one batch, at most */
	bool strict;                /* the first bad line is the last */
	int wake;                   /* of cli/signals */
	brabeion_checkpoint passed; /* up to here all was judged before: the line's number and its mark */
	brb_cli_history_file_judge judge;
	void *context;

	/* what follows is filled in by the reading */
	brb_cli_batch batch;
	brabeion_checkpoint place; /* behind the line read last */
	brb_cli_event_json *wire;
	brb_cli_lines lines;
	brb_cli_standing standing; /* `awards` is the judge's */
	brb_cli_history_file_end end;
	uint64_t events, bad_lines;
};

/* Reads the file to its end, or to what is a reason to stop. */
brb_cli_history_file_end brb_cli_history_file_read(brb_cli_history_file *past);

/* The file's name, as shown to people. */
const char *brb_cli_history_file_name(const brb_cli_history_file *past);

#endif
