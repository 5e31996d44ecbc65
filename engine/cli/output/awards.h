/*
 * cli/output/awards: awards and changes of the feed as lines of text.
 */
#ifndef BRB_CLI_OUTPUT_AWARDS_H
#define BRB_CLI_OUTPUT_AWARDS_H

#include <stdint.h>

#include <brabeion/engine.h>

#include "cli/output/out.h"
#include "cli/output/terminal.h"

/* A time to the minute in UTC, "2014-01-21 20:26", or to the second; beyond year 9999 "?". */
void brb_cli_awards_when(int64_t at_us, char text[BRABEION_TIME_BYTES]);
void brb_cli_awards_second(int64_t at_us, char text[BRABEION_TIME_BYTES]);

/* One line: `2014-01-21 20:26  ada  earned  Bronze (points 1)`, with a star on a terminal. */
void brb_cli_awards_line(brb_cli_out *out, const brabeion_award_info *award, const brb_cli_terminal *terminal);

/* The same for an award that lapsed. */
void brb_cli_awards_lapsed_line(brb_cli_out *out, const brabeion_change *lapsed, const brb_cli_terminal *terminal);

/* The kind of change in a word: "earned", "granted", "lost" or "lapsed". */
const char *brb_cli_awards_word(const brabeion_change *change);

/*
 * One line of the feed, with its sequence: `17  2014-01-21 20:26  ada  earned  Bronze (points 1)`, or `granted` by a person,
 * `lost` by revocation, `lapsed` because its condition no longer held; a comment follows.
 */
void brb_cli_awards_change_line(brb_cli_out *out, const brabeion_change *change, const brb_cli_terminal *terminal);

#endif
