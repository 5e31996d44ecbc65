/*
 * cli/commands/run: what `brabeion run` knows while it runs; shared by its two files alone.
 */
#ifndef BRB_CLI_COMMANDS_RUN_H
#define BRB_CLI_COMMANDS_RUN_H

#include "cli/input/batch.h"
#include "cli/input/event_json.h"
#include "cli/input/judging_thread.h"
#include "cli/input/lines.h"
#include "cli/shell/commands.h"

/* Why a run ends before its input does. */
typedef enum brb_cli_stop {
	BRB_CLI_GOING = 0,
	BRB_CLI_STOP_STRICT,      /* a bad line or file, and --strict */
	BRB_CLI_STOP_SIGNAL,      /* SIGINT or SIGTERM */
	BRB_CLI_STOP_READER_GONE, /* stdout is a pipe that nobody reads any more */
	BRB_CLI_STOP_OUTPUT,      /* stdout cannot be written */
	BRB_CLI_STOP_STORE        /* the database, or memory */
} brb_cli_stop;

typedef struct brb_cli_run {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *engine;
	brb_cli_event_json *wire;
	brb_cli_lines lines;
	brb_cli_batch batches[2];
	brb_cli_batch *batch;          /* being filled; the other may be with the worker */
	brb_cli_judging_thread worker; /* judges while the next batch is read */
	brb_cli_out out;
	brb_cli_terminal terminal; /* that stdout is */
	brb_cli_standing standing;
	brb_cli_stop stop;
	const char *file; /* being read, as shown to people */
	uint64_t events, awards, duplicates, unheard, failed, bad_lines, bad_files;
} brb_cli_run;

/*
 * Gives the batch to be judged and goes on with an empty one. Tells what became of the one given before: its awards,
 * and what went wrong. May set run->stop. When the one before was not stored, the batch is dropped unjudged.
 */
void brb_cli_run_pass_on(brb_cli_run *run);

/* The same, and waits for it: all that was read is committed and told. */
void brb_cli_run_commit(brb_cli_run *run);

/*
 * All events are judged and told: goes on to --until, tells what that earns, and leaves the rest to the live clock. May
 * set run->stop.
 */
void brb_cli_run_end_history(brb_cli_run *run);

#endif
