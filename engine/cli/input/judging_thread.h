/*
 * cli/input/judging_thread: judges a batch on a second thread while the next one is read.
 *
 * Guarantees: holds at most one batch; batches come back in order. Without a second thread a batch is judged when it is given.
 * A batch is committed when it is given to be, or when the engine says that it is time (<brabeion/bulk.h>).
 * Not here: what the results mean.
 */
#ifndef BRB_CLI_INPUT_JUDGING_THREAD_H
#define BRB_CLI_INPUT_JUDGING_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include <brabeion/engine.h>

#include "cli/input/batch.h"

/* What became of a batch. With an error nothing since the last commit is stored, and its results are void. */
typedef struct brb_cli_judged {
	brabeion_status status;
	bool committed;    /* with all before it */
	char message[512]; /* of a commit that failed; "": the results have it */
} brb_cli_judged;

typedef struct brb_cli_judging_thread {
	brabeion_engine *engine;
	brabeion_bulk *bulk; /* NULL: none yet; the judging thread's */
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	brb_cli_batch *given; /* being judged, or judged and not yet taken */
	bool commits;         /* it is to be committed */
	bool judged;
	bool ending;
	brb_cli_judged outcome; /* of the batch */
} brb_cli_judging_thread;

void brb_cli_judging_thread_open(brb_cli_judging_thread *judging, brabeion_engine *engine);

/* Every batch that was given must have been taken. */
void brb_cli_judging_thread_close(brb_cli_judging_thread *judging);

/* Gives a batch, which may be empty, to be judged, and committed with all before it; the one before must have been taken. */
void brb_cli_judging_thread_give(brb_cli_judging_thread *judging, brb_cli_batch *batch, bool commit);

/* Waits for the batch that was given; returns it and what became of it. NULL: none was given. */
brb_cli_batch *brb_cli_judging_thread_take(brb_cli_judging_thread *judging, brb_cli_judged *outcome);

#endif
