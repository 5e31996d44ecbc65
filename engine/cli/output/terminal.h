/*
 * cli/output/terminal: what stdout or stderr can display.
 */
#ifndef BRB_CLI_OUTPUT_TERMINAL_H
#define BRB_CLI_OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct brb_cli_terminal {
	bool is_terminal;
	bool colour;    /* a terminal, without NO_COLOR and TERM=dumb */
	bool blocks;    /* its character set is UTF-8: stars and bars of block characters */
	size_t columns; /* 0: no terminal, unlimited */
} brb_cli_terminal;

/* Sets the locale in which widths are measured. Once, at the start. */
void brb_cli_terminal_prepare(void);

/* Describes a file descriptor as it is now: the width may change. */
brb_cli_terminal brb_cli_terminal_look(int fd);

#endif
