/*
 * cli/output/terminal_text: text from outside (names of users, badges, plugins) on a terminal, measured in columns.
 *
 * Guarantees: no control character, no mark that changes the direction of text, no broken UTF-8 reaches the terminal: each is
 * displayed as \x1b or \u{202e}.
 */
#ifndef BRB_CLI_OUTPUT_TERMINAL_TEXT_H
#define BRB_CLI_OUTPUT_TERMINAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/output/out.h"

/* The columns that the text takes. */
size_t brb_cli_terminal_text_width(const char *text);

/* Writes the text. */
void brb_cli_terminal_text_write(brb_cli_out *out, const char *text);

/* Writes the text in at most `columns`, with "…" at the end if it was cut. Returns the columns taken. */
size_t brb_cli_terminal_text_write_cut(brb_cli_out *out, const char *text, size_t columns);

#endif
