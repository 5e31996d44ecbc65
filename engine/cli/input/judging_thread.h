/*
 * cli/input/judging_thread: judges a batch on a second thread while the next one is read.
 *
 * Guarantees: holds at most one batch; batches come back in order. Without a second thread a batch is judged when it is given.
 * Not here: what the results mean.
 */
#ifndef BRB_CLI_INPUT_JUDGING_THREAD_H
#define BRB_CLI_INPUT_JUDGING_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include <brabeion/engine.h>

#include "cli/input/batch.h"

typedef struct brb_cli_judging_thread {
	brabeion_engine *engine;
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	brb_cli_batch *given; /* being judged, or judged and not yet taken */
	bool judged;
	bool ending;
	brabeion_status status;
} brb_cli_judging_thread;

void brb_cli_judging_thread_open(brb_cli_judging_thread *judging, brabeion_engine *engine);

/* Every batch that was given must have been taken. */
void brb_cli_judging_thread_close(brb_cli_judging_thread *judging);

/* Gives a batch to be judged; the one before must have been taken. */
void brb_cli_judging_thread_give(brb_cli_judging_thread *judging, brb_cli_batch *batch);

/* Waits for the batch that was given; returns it and the status of its commit. NULL and BRABEION_OK: none was given. */
brb_cli_batch *brb_cli_judging_thread_take(brb_cli_judging_thread *judging, brabeion_status *status);

#endif
