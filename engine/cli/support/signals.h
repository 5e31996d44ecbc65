/*
 * cli/support/signals: SIGINT, SIGTERM and SIGHUP as a flag and a descriptor to poll.
 *
 * The first SIGINT or SIGTERM is remembered and makes the descriptor readable; a second one ends the process at once, as
 * the default action does. Each SIGHUP makes it readable, too.
 */
#ifndef BRB_CLI_SUPPORT_SIGNALS_H
#define BRB_CLI_SUPPORT_SIGNALS_H

#include <stdbool.h>

/* A write to a closed pipe then fails with EPIPE. */
void brb_cli_signals_ignore_pipe(void);

/* Installs the handlers. Returns the descriptor; -1: see errno. */
int brb_cli_signals_open(void);

/* The SIGINT or SIGTERM that came; 0: none. */
int brb_cli_signals_caught(void);

/* Handles SIGHUP, too. After brb_cli_signals_open(). False: see errno. */
bool brb_cli_signals_take_hangup(void);

/*
 * Whether a SIGHUP has come since the last call. It drains the descriptor, so call brb_cli_signals_caught() afterwards and
 * before each wait.
 */
bool brb_cli_signals_hung_up(void);

#endif
