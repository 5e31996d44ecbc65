/*
 * cli/input/history_file: reads a file of past events, line by line, into batches.
 *
 * Guarantees: lines up to a checkpoint that was reached earlier are skipped, and must be unchanged: all lines go into one hash
 * (FNV-1a). Each event has a time. A bad line is reported, counted and skipped.
 * Not here: how a batch is judged and committed, and what becomes of its results.
 */
#ifndef BRB_CLI_INPUT_HISTORY_FILE_H
#define BRB_CLI_INPUT_HISTORY_FILE_H

#include "cli/input/batch.h"
#include "cli/input/event_json.h"
#include "cli/input/lines.h"
#include "cli/output/report.h"

/* Why reading has ended; all but DONE and CHANGED have been reported. */
typedef enum brb_cli_history_file_end {
	BRB_CLI_HISTORY_FILE_GOING = 0,
	BRB_CLI_HISTORY_FILE_DONE,
	BRB_CLI_HISTORY_FILE_CHANGED, /* the skipped lines are not those of before */
	BRB_CLI_HISTORY_FILE_STRICT,  /* a bad line, with `strict` */
	BRB_CLI_HISTORY_FILE_UNREADABLE,
	BRB_CLI_HISTORY_FILE_SIGNAL,
	BRB_CLI_HISTORY_FILE_FAILED /* judging failed, or out of memory */
} brb_cli_history_file_end;

typedef struct brb_cli_history_file brb_cli_history_file;

/* Judges the batch into its results; reports what failed as a whole. False ends the reading. */
typedef bool (*brb_cli_history_file_judge)(void *context, brb_cli_history_file *history);

/* Commits what was judged; reports what failed. False ends the reading. */
typedef bool (*brb_cli_history_file_commit)(void *context, brb_cli_history_file *history);

struct brb_cli_history_file {
	brb_cli_report *report;
	const char *file;           /* "-": standard input */
	size_t batch_events;        /* in one batch, at most */
	bool strict;                /* stop at the first bad line */
	int wake;                   /* of cli/signals */
	brabeion_checkpoint passed; /* judged before: the number of the last line, and the hash behind it */
	brb_cli_history_file_judge judge;
	brb_cli_history_file_commit commit; /* called when the input is idle, and at its end. NULL: judging commits */
	bool commit_each;                   /* also after each batch */
	void *context;

	/* set by reading */
	brb_cli_batch batch;
	brabeion_checkpoint reached; /* behind the line read last */
	brb_cli_event_json *reader;
	brb_cli_lines lines;
	brb_cli_counts counts; /* `awards` is counted by the judge */
	brb_cli_history_file_end end;
	uint64_t events, bad_lines;
};

/* Reads to the end, or until there is a reason to stop. */
brb_cli_history_file_end brb_cli_history_file_read(brb_cli_history_file *history);

#endif
