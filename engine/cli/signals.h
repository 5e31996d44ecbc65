/*
 * cli/signals: SIGINT and SIGTERM as something to ask for, and to wait for.
 *
 * The first of them is remembered and wakes whoever polls; a second one ends the process at once, as the system
 * would.
 */
#ifndef BRB_CLI_SIGNALS_H
#define BRB_CLI_SIGNALS_H

/* From now on a write to a closed pipe answers EPIPE and ends nothing. */
void brb_cli_signals_ignore_pipe(void);

/* Installs the handlers. Answers the descriptor that becomes readable with the first signal; -1: errno says why. */
int brb_cli_signals_open(void);

/* The signal that came, 0: none. */
int brb_cli_signals_caught(void);

#endif
