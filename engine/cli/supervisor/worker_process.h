/*
 * cli/supervisor/worker_process: one worker process of `brabeion worker`: what it does from its birth by fork(2) to its end.
 *
 * It opens an engine of its own, puts on record what the one before it has died of, and judges jobs until it is told to
 * stop. A plugin may take it down at any moment: what matters to others is in the database, or in its post.
 *
 * Leaves to others: when it is born, and what becomes of it (cli/crew).
 */
#ifndef BRB_CLI_SUPERVISOR_WORKER_PROCESS_H
#define BRB_CLI_SUPERVISOR_WORKER_PROCESS_H

#include <pthread.h>

#include "cli/shell/commands.h"
#include "cli/supervisor/shared_status.h"

/* What its supervisor sends, a byte each. The end of the pipe is BRB_CLI_ORDER_STOP. */
enum { BRB_CLI_ORDER_STOP = 's', BRB_CLI_ORDER_RELOAD = 'r' };

/* What a worker has died of. */
typedef struct brb_cli_crash {
	int64_t job; /* 0: of none */
	int64_t claim;
	char why[128];
} brb_cli_crash;

/* The first are the supervisor's to set. */
typedef struct brb_cli_worker_process {
	const brb_cli_options *options;
	brb_cli_report *report;
	brb_cli_shared_status *post;
	const brb_cli_crash *death; /* to be put on record; NULL: none */
	int orders;                 /* read from */
	int news;                   /* an eventfd: the engine is open, or has reloaded */
	bool tells_opening;         /* what all of them would say alike, one says */
	bool tells_reloads;

	brabeion_engine *engine;
	_Atomic bool is_open;
	bool listens; /* for orders, on a thread of its own */
	pthread_t listener;
	pthread_t self; /* the listener's, by itself */
	_Atomic bool knows_self;
	int quit; /* an eventfd: the listener is to end */
} brb_cli_worker_process;

/* All of its life. Answers the exit code. */
int brb_cli_worker_process_work(brb_cli_worker_process *hand);

#endif
