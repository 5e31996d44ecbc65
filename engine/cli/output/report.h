/*
 * cli/output/report: everything a person reads on stderr.
 *
 * Messages and the progress bar take turns here; messages are made safe to show; the library's errors and warnings come
 * in as its log callback, and of one kind of warning only the first twenty are shown. Any thread may report.
 *
 * Leaves to others: what is worth saying, and the exit code.
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
	brb_cli_kind kinds[BRB_CLI_REPORT_KINDS]; /* the last takes all for which there is no place */
	size_t kind_count;
	uint64_t unshown; /* warnings that were only counted */
} brb_cli_report;

void brb_cli_report_init(brb_cli_report *report, bool with_progress);
void brb_cli_report_finish(brb_cli_report *report);

/* Says something: one line or several, the last newline is added. */
void brb_cli_report_say(brb_cli_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The library's log callback; `report` is its context. Errors and warnings are said, the rest is dropped. */
void brb_cli_report_log(void *report, brabeion_log_level level, const char *message);

/* Draws the progress bar if it is wanted and time. */
void brb_cli_report_progress(brb_cli_report *report, const brb_cli_standing *standing);

/* Takes the progress bar away, since something else is about to use the terminal. */
void brb_cli_report_hide(brb_cli_report *report);

#endif
