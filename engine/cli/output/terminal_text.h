/*
 * cli/output/terminal_text: text from outside (names of users, badges, plugins) on a terminal, measured in columns.
 *
 * Guarantees: no control character, no mark that changes the direction of text, no broken UTF-8 reaches the terminal: each is
 * displayed as \x1b or \u{202e}. So is what cannot be seen, so that names that differ look different.
 */
#ifndef BRB_CLI_OUTPUT_TERMINAL_TEXT_H
#define BRB_CLI_OUTPUT_TERMINAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/output/out.h"

/* The columns that a whole text takes, as _write_cut() shows it. */
size_t brb_cli_terminal_text_width(const char *text);

/* Writes a text, or a part of one. */
void brb_cli_terminal_text_write(brb_cli_out *out, const char *text);

/*
 * Writes a whole text in at most `columns`, with "…" at the end if it was cut. A blank at either end is shown as \x20, since
 * the blanks of a table follow it. Returns the columns taken.
 */
size_t brb_cli_terminal_text_write_cut(brb_cli_out *out, const char *text, size_t columns);

#endif
