/*
 * cli/input/judging_thread: one thread that judges a batch while the next one is being read.
 *
 * Holds at most one batch. What is given comes back in the order in which it was given. Where no thread can be had the
 * batch is judged as it is given, and nobody need know.
 *
 * Leaves to others: what the results mean.
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

void brb_cli_judging_thread_open(brb_cli_judging_thread *worker, brabeion_engine *engine);

/* Nothing may be given and not taken. */
void brb_cli_judging_thread_close(brb_cli_judging_thread *worker);

/* Gives a batch to be judged; the one before must have been taken. */
void brb_cli_judging_thread_give(brb_cli_judging_thread *worker, brb_cli_batch *batch);

/* Waits for the batch that was given and answers it with the status of its commit; NULL and
 * BRABEION_OK when none was given. */
brb_cli_batch *brb_cli_judging_thread_take(brb_cli_judging_thread *worker, brabeion_status *status);

#endif
