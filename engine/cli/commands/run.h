/*
 * cli/commands/run: the state of `brabeion run`, shared by its two files.
 */
#ifndef BRB_CLI_COMMANDS_RUN_H
#define BRB_CLI_COMMANDS_RUN_H

#include "cli/input/batch.h"
#include "cli/input/event_json.h"
#include "cli/input/judging_thread.h"
#include "cli/input/lines.h"
#include "cli/shell/commands.h"

/* Why a run ends before its input. */
typedef enum brb_cli_stop {
	BRB_CLI_GOING = 0,
	BRB_CLI_STOP_STRICT,      /* a bad line or file, and --strict */
	BRB_CLI_STOP_SIGNAL,      /* SIGINT or SIGTERM */
	BRB_CLI_STOP_READER_GONE, /* stdout is a pipe without a reader */
	BRB_CLI_STOP_OUTPUT,      /* stdout cannot be written */
	BRB_CLI_STOP_STORE        /* the database, or memory */
} brb_cli_stop;

typedef struct brb_cli_run_counts {
	uint64_t events, awards, duplicates, unhandled, failed, refused;
} brb_cli_run_counts;

typedef struct brb_cli_run {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *engine;
	brb_cli_event_json *parser;
	brb_cli_lines lines;
	brb_cli_batch batches[2];
	brb_cli_batch *batch; /* being filled; the thread may judge the other */
	brb_cli_judging_thread thread;
	brb_cli_out out;
	brb_cli_terminal terminal; /* of stdout */
	brb_cli_counts counts;
	brb_cli_stop stop;
	const char *file;               /* being read, as messages name it */
	brb_cli_run_counts now, stored; /* of all that was judged; as of the last commit */
	uint64_t bad_lines, bad_files;
	brb_cli_ranges uncommitted;
	int64_t committed_us; /* when, by the monotonic clock */
} brb_cli_run;

/*
 * Submits the batch to the judging thread and continues with an empty one; takes the results of the batch submitted
 * before, and prints what has been committed. May set run->stop. If that batch failed, this one is dropped unjudged.
 */
void brb_cli_run_submit(brb_cli_run *run);

/* Submits the batch and waits: all that was read is committed and printed. */
void brb_cli_run_commit(brb_cli_run *run);

/*
 * After the last event: advances to --until and prints what that earns; later due times are left to the live clock. May set
 * run->stop.
 */
void brb_cli_run_end_history(brb_cli_run *run);

#endif
