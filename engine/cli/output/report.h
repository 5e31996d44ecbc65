/*
 * cli/output/report: messages and the progress bar on stderr, from any thread.
 *
 * Guarantees: messages are safe to display (cli/output/terminal_text) and never mix with the bar; of one kind of warning from the
 * library only the first twenty are printed.
 * Not here: the exit code.
 */
#ifndef BRB_CLI_OUTPUT_REPORT_H
#define BRB_CLI_OUTPUT_REPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <brabeion/engine.h>

#include "cli/output/out.h"
#include "cli/output/progress_bar.h"

enum { BRB_CLI_REPORT_KINDS = 64 };

typedef struct brb_cli_kind {
	uint64_t hash;
	uint64_t count;
} brb_cli_kind;

typedef struct brb_cli_report {
	pthread_mutex_t lock;
	brb_cli_out out;
	brb_cli_progress_bar progress;
	brb_cli_kind kinds[BRB_CLI_REPORT_KINDS]; /* the last counts all kinds that do not fit */
	size_t kind_count;
	uint64_t unshown; /* warnings that were counted only */
} brb_cli_report;

void brb_cli_report_init(brb_cli_report *report, bool with_progress);
void brb_cli_report_finish(brb_cli_report *report);

/* Prints one line or several; adds the last newline. */
void brb_cli_report_say(brb_cli_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a warning, unless many of its kind have been: they begin alike, up to the end of the first word in quotes. */
void brb_cli_report_warn(brb_cli_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The library's log callback; `report` is its context. Prints errors and warnings, ignores the rest. */
void brb_cli_report_log(void *report, brabeion_log_level level, const char *message);

/* Draws the progress bar, if wanted and due. */
void brb_cli_report_progress(brb_cli_report *report, const brb_cli_counts *counts);

/* Clears the progress bar before something else is written to the terminal. */
void brb_cli_report_hide(brb_cli_report *report);

#endif
