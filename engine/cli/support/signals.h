/*
 * cli/support/signals: SIGINT and SIGTERM as something to ask for, and to wait for; SIGHUP where it is wanted.
 *
 * The first of the two is remembered and wakes whoever polls; a second one ends the process at once, as the system
 * would. A SIGHUP wakes as well, each time.
 */
#ifndef BRB_CLI_SUPPORT_SIGNALS_H
#define BRB_CLI_SUPPORT_SIGNALS_H

#include <stdbool.h>

/* From now on a write to a closed pipe answers EPIPE and ends nothing. */
void brb_cli_signals_ignore_pipe(void);

/* Installs the handlers. Answers the descriptor that becomes readable with the first signal; -1: errno says why. */
int brb_cli_signals_open(void);

/* The signal that came, 0: none. */
int brb_cli_signals_caught(void);

/* From now on SIGHUP ends nothing: it is asked for with the next. After brb_cli_signals_open. False: errno says why. */
bool brb_cli_signals_take_hangup(void);

/*
 * Whether a SIGHUP has come since this was asked last. Makes the descriptor quiet: who asks looks at
 * brb_cli_signals_caught afterwards, and before each wait.
 */
bool brb_cli_signals_hung_up(void);

#endif
