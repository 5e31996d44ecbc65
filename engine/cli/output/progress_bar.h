/*
 * cli/output/progress_bar: one line on stderr with the progress of a run.
 *
 * Guarantees: never wider than the terminal, drawn at most ten times a second, and cleared before anything else is written.
 */
#ifndef BRB_CLI_OUTPUT_PROGRESS_BAR_H
#define BRB_CLI_OUTPUT_PROGRESS_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/output/out.h"
#include "cli/output/terminal.h"

/* How far a run has come. */
typedef struct brb_cli_counts {
	uint64_t lines;
	uint64_t bytes;
	uint64_t total_bytes; /* of all inputs; 0: not known */
	uint64_t awards;
} brb_cli_counts;

typedef struct brb_cli_progress_bar {
	bool wanted;
	bool drawn; /* it stands on the terminal now */
	int64_t started_us;
	int64_t drawn_us; /* when last */
} brb_cli_progress_bar;

void brb_cli_progress_bar_init(brb_cli_progress_bar *progress, bool wanted, int64_t now_us);

/* Whether it is wanted and a tenth of a second has passed since it was drawn. */
bool brb_cli_progress_bar_is_due(const brb_cli_progress_bar *progress, int64_t now_us);

/* Draws it in place of what was drawn before. The caller flushes. */
void brb_cli_progress_bar_draw(brb_cli_progress_bar *progress, brb_cli_out *out, const brb_cli_terminal *terminal,
			       const brb_cli_counts *counts, int64_t now_us);

/* Takes it off the terminal, if it is there. The caller flushes. */
void brb_cli_progress_bar_clear(brb_cli_progress_bar *progress, brb_cli_out *out);

#endif
