/*
 * cli/output/earnable: in words whether and when a badge can be earned, and from whom it is hidden.
 */
#ifndef BRB_CLI_OUTPUT_EARNABLE_H
#define BRB_CLI_OUTPUT_EARNABLE_H

#include <brabeion/engine.h>

#include "cli/output/out.h"

enum { BRB_CLI_EARNABLE_BYTES = 2 * BRABEION_TIME_BYTES + 32 };

/* "earnable from 2026-12-01 00:00 until 2027-01-01 00:00 UTC"; "" for a badge without bounds. Returns `text`. */
const char *brb_cli_earnable_words(int64_t from_us, int64_t until_us, char text[BRB_CLI_EARNABLE_BYTES]);

/* A line for each badge that is retired, hidden or earnable for a time: "  xmas: hidden, earnable until ... UTC". */
void brb_cli_earnable_list(brb_cli_out *out, const brabeion_badge_list *list, const char *heading);

#endif
