/*
 * cli/output/terminal_text: text for a terminal, safe to show and measured in columns.
 *
 * What users, badges and plugins are called comes from outside. Keeps true: no control character, no mark that turns
 * the direction of writing, no broken UTF-8 reaches the terminal: each is shown as \x1b or \u{202e}.
 */
#ifndef BRB_CLI_OUTPUT_TERMINAL_TEXT_H
#define BRB_CLI_OUTPUT_TERMINAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/output/out.h"

/* The columns that the text takes when shown. */
size_t brb_cli_terminal_text_width(const char *text);

/* Shows the text. */
void brb_cli_terminal_text_write(brb_cli_out *out, const char *text);

/* Shows the text in at most `columns`; the last is "…" where something was left out. Answers the columns taken. */
size_t brb_cli_terminal_text_write_cut(brb_cli_out *out, const char *text, size_t columns);

#endif
