/*
 * cli/supervisor/supervisor: the supervisor of `brabeion worker`. It loads no plugin and opens no database, so that nothing a plugin does
 * reaches it: it forks worker processes, sees in shared memory which job each is at, kills one whose job outruns the time
 * limit, and puts another in the place of one that has died, which puts on record what that was.
 *
 * Keeps true: it has one thread, so that fork(2) is safe; a death is known until it is on record; no worker outlives it.
 *
 * Leaves to others: judging, leases, attempts (the library, in the workers).
 */
#ifndef BRB_CLI_SUPERVISOR_SUPERVISOR_H
#define BRB_CLI_SUPERVISOR_SUPERVISOR_H

#include "cli/shell/commands.h"

/* Works until a signal ends it, or with --until-idle until no job is ready. Answers the exit code. */
int brb_cli_supervisor_run(const brb_cli_options *options, brb_cli_report *report);

#endif
