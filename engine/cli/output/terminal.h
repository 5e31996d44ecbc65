/*
 * cli/output/terminal: what the other end of stdout or stderr can show.
 */
#ifndef BRB_CLI_OUTPUT_TERMINAL_H
#define BRB_CLI_OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct brb_cli_terminal {
	bool is_terminal;
	bool colour;    /* a terminal, and nobody asked for less by NO_COLOR or TERM=dumb */
	bool blocks;    /* its character set is UTF-8: stars and bars made of blocks */
	size_t columns; /* 0: no terminal, as wide as it gets */
} brb_cli_terminal;

/* Chooses the locale in which widths are measured. Once, at the start. */
void brb_cli_terminal_prepare(void);

/* Looks at a file descriptor; again whenever the width may have changed. */
brb_cli_terminal brb_cli_terminal_look(int fd);

#endif
