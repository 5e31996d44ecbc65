/*
 * cli/supervisor/supervisor: the process of `brabeion worker` that starts, watches and replaces worker processes.
 *
 * It loads no plugin and opens no database, so no plugin can harm it. It forks the workers, reads in shared memory which job
 * each is judging, and kills a worker whose job exceeds the time limit. A worker that died is replaced; its successor records
 * the crash.
 *
 * Guarantees: one thread, so that fork(2) is safe; a crash is kept until it is recorded; no worker outlives the supervisor.
 *
 * Not here: judging, leases and attempts, which the library does in the workers.
 */
#ifndef BRB_CLI_SUPERVISOR_SUPERVISOR_H
#define BRB_CLI_SUPERVISOR_SUPERVISOR_H

#include "cli/shell/commands.h"

/* Runs until a signal ends it, or with --until-idle until no job is ready. Returns the exit code. */
int brb_cli_supervisor_run(const brb_cli_options *options, brb_cli_report *report);

#endif
