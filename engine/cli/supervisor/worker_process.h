/*
 * cli/supervisor/worker_process: one worker process of `brabeion worker`, from fork(2) to its exit.
 *
 * It opens an engine, records its predecessor's crash and judges jobs until the supervisor commands it to stop. A plugin may
 * take it down at any moment: what others need is in the database or in the shared status.
 */
#ifndef BRB_CLI_SUPERVISOR_WORKER_PROCESS_H
#define BRB_CLI_SUPERVISOR_WORKER_PROCESS_H

#include <pthread.h>

#include "cli/shell/commands.h"
#include "cli/supervisor/shared_status.h"

/* What the supervisor sends, a byte each. The end of the pipe is BRB_CLI_COMMAND_STOP. */
enum { BRB_CLI_COMMAND_STOP = 's', BRB_CLI_COMMAND_RELOAD = 'r' };

/* What a worker tells through a pipe, out of a plugin's reach, when it begins with a claim. */
typedef struct brb_cli_claim_note {
	int64_t claim;
	bool is_careful; /* the claim holds one job at a time */
} brb_cli_claim_note;

typedef struct brb_cli_crash {
	int64_t job; /* 0: at no job; BRABEION_JOB_HELD */
	int64_t claim;
	char why[128];
} brb_cli_crash;

/* The supervisor sets the members before `engine`. */
typedef struct brb_cli_worker_process {
	const brb_cli_options *options;
	brb_cli_report *report;
	brb_cli_shared_status *shared;
	uint64_t secret;            /* of `shared` */
	const brb_cli_crash *crash; /* to record; NULL: none */
	bool is_careful;            /* judges one job at a time */
	int claim_fd;               /* a pipe's writing end, for a brb_cli_claim_note */
	int command_fd;             /* a pipe's reading end */
	int event_fd;               /* an eventfd: the engine has opened or reloaded */
	bool logs_opening;          /* all workers would log the same; one does */
	bool logs_reloads;

	brabeion_engine *engine;
	_Atomic bool is_open;
	bool has_listener; /* the thread that reads commands */
	pthread_t listener;
	pthread_t listener_self; /* set by the listener, which may log before pthread_create() has set `listener` */
	_Atomic bool has_listener_self;
	int quit_fd; /* an eventfd: ends the listener */
	int64_t claim;
	int calm_fd; /* an eventfd: ends careful work */
	int careful_jobs;
} brb_cli_worker_process;

/* Returns the exit code. */
int brb_cli_worker_process_run(brb_cli_worker_process *worker);

#endif
