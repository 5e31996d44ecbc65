/*
 * api/chores: what forgetting and merging leave to be done after their commit. The call that made them does them. What it
 * could not do, because a process reads for long or was killed, an engine goes on with on its own thread: the same one, one
 * that is opened later, or one that sees by its next transaction that another process has forgotten a user.
 *
 * Guarantees: what is left stands in the database until it is done. No event waits for longer than for another event.
 */
#include "api/internal.h"
#include "judging/backend.h"
#include "store/operator/user_change.h"

/* A slice of what is swept takes about so long; events are judged between two. */
#define SLICE_US 50000

typedef struct chore_request {
	brb_request head;     /* first */
	bool done;            /* nothing is left to be swept */
	int64_t forgotten_us; /* the mark to be taken away */
} chore_request;

static brabeion_status do_sweep(brb_request *head)
{
	chore_request *request = (chore_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (brb_judge_enter_store(judge))
		judge->fault = brb_store_sweep_chores(judge->store, SLICE_US, &request->done, &judge->error);
	return judge->fault;
}

static brabeion_status do_unmark(brb_request *head)
{
	const chore_request *request = (chore_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (brb_judge_enter_store(judge))
		judge->fault = brb_store_unmark_forgotten(judge->store, request->forgotten_us, &judge->error);
	return judge->fault;
}

static bool is_closing(brabeion_engine *engine)
{
	pthread_mutex_lock(&engine->stats_writer.lock);
	bool closing = engine->stats_writer.ending;
	pthread_mutex_unlock(&engine->stats_writer.lock);
	return closing;
}

/* Each slice is a transaction of its own. An engine that is being closed leaves the rest to others. */
static brabeion_status sweep(brabeion_engine *engine, bool *left, brabeion_error *error)
{
	brabeion_status status = brb_store_has_chores(engine->store, left, error);
	while (status == BRABEION_OK && *left && !is_closing(engine)) {
		brb_judge judge;
		chore_request request = { .head = { .work = do_sweep } };
		brb_engine_run_alone(engine, &judge, &request.head);
		status = brb_status_hand_over(error, &request.head.error);
		*left = !request.done;
	}
	return status;
}

/* Empties the WAL, then takes the mark away, unless something was forgotten meanwhile. */
static brabeion_status empty_wal(brabeion_engine *engine, int64_t forgotten_us, brabeion_pending *pending,
				 brabeion_error *error)
{
	bool complete = false;
	brb_judge judge;
	chore_request request = { .head = { .work = do_unmark }, .forgotten_us = forgotten_us };
	brabeion_status status = brb_store_checkpoint(engine->store, &complete, error);
	if (status != BRABEION_OK || !complete)
		return status;
	*pending = BRABEION_PENDING_NOTHING;
	brb_engine_run(engine, &judge, &request.head);
	return brb_status_hand_over(error, &request.head.error);
}

brabeion_pending brb_engine_do_chores(brabeion_engine *engine)
{
	int64_t forgotten_us = 0;
	brabeion_pending pending = BRABEION_PENDING_SWEEP;
	brabeion_error error = BRABEION_NO_ERROR;
	bool left = false;
	brabeion_status status = sweep(engine, &left, &error);
	if (status == BRABEION_OK && !left) {
		pending = BRABEION_PENDING_WAL;
		status = brb_store_forgotten_us(engine->store, &forgotten_us, &error);
	}
	if (status == BRABEION_OK && !left && forgotten_us)
		status = empty_wal(engine, forgotten_us, &pending, &error);
	else if (status == BRABEION_OK && !left)
		pending = BRABEION_PENDING_NOTHING;
	if (status != BRABEION_OK)
		brb_log_write(&engine->log, BRABEION_LOG_INFO,
			      "what forgetting or merging has left is still there: %s", error.message);
	brabeion_error_finish(&error);
	return pending;
}
