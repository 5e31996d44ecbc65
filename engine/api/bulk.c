/*
 * api/bulk: batches that share a commit, which the host chooses: <brabeion/bulk.h>.
 *
 * From its first event to its commit a bulk leads the group: no other request of the engine is done meanwhile.
 */
#include <brabeion/bulk.h>

#include <time.h>

#include "api/batch.h"
#include "base/memory.h"
#include "judging/backend.h"

enum {
	EVENTS_AHEAD = 8,            /* whose users are looked up early */
	FLUSH_US_MOST = 200000,      /* beside others: what waits for a commit may take so long to write */
	GIVE_WAY_MS_MOST = 20,       /* after a commit, to those who wait */
	BYTES_PER_MS_AT_FIRST = 8000 /* written, until a commit has been measured: a slow disk */
};

struct brabeion_bulk {
	brabeion_engine *engine;
	bool leads; /* the group, with its transaction open */
	bool met_quarantine, filled_quarantine;
	int64_t bytes_per_ms; /* of the last commits */
};

brabeion_status brabeion_bulk_open(brabeion_engine *engine, brabeion_bulk **out, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_to_write(engine, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brabeion_bulk *bulk = brb_memory_take_zeroed(1, sizeof *bulk);
	if (!bulk) {
		brb_status_no_memory(&fault);
		return brb_status_hand_over(error, &fault);
	}
	bulk->engine = engine;
	brb_store_feed_begin(engine->store);
	bulk->bytes_per_ms = BYTES_PER_MS_AT_FIRST;
	*out = bulk;
	return BRABEION_OK;
}

/* Ends the transaction, if one is open, without storing anything. */
static void undo(brabeion_bulk *bulk)
{
	if (!bulk->leads)
		return;
	brb_store_rollback(bulk->engine->store);
	if (bulk->engine->history)
		brb_history_restore(bulk->engine->history);
	bulk->leads = false;
	brb_group_commit_leave(&bulk->engine->group);
}

/* ---- judging ---- */

static void expect_user(brb_store *store, const char *user, bool soon)
{
	if (user && strnlen(user, BRB_SUBJECT_BYTES_MOST + 1) <= BRB_SUBJECT_BYTES_MOST)
		brb_store_expect_user(store, user, soon);
}

void brb_bulk_expect(brb_store *store, const brabeion_event *events, size_t count, size_t at)
{
	if (at + EVENTS_AHEAD < count)
		expect_user(store, events[at + EVENTS_AHEAD].user, false);
	if (at + EVENTS_AHEAD / 2 < count)
		expect_user(store, events[at + EVENTS_AHEAD / 2].user, true);
}

/* The transaction stays open for the next request. A failure undoes it. */
static brabeion_status do_request(brabeion_bulk *bulk, brb_judge *judge, brb_request *request)
{
	request->judge = judge;
	judge->leads = bulk->leads;
	judge->in_transaction = bulk->leads;
	brb_history_keep(judge);
	if (brb_judge_enter_store(judge)) {
		bulk->leads = true;
		request->work(request);
	}
	bulk->met_quarantine |= judge->met_quarantine;
	bulk->filled_quarantine |= judge->filled_quarantine;
	judge->met_quarantine = judge->filled_quarantine = false; /* recorded after the commit */
	if (judge->fault == BRABEION_OK)
		return BRABEION_OK;
	if (judge->leads && !bulk->leads)
		brb_group_commit_leave(&bulk->engine->group);
	undo(bulk);
	brb_request_fail(request, judge->fault, judge->error.message);
	return judge->fault;
}

brabeion_status brb_bulk_run(brabeion_bulk *bulk, brb_request *request)
{
	brb_judge judge;
	brb_reader *reader;
	brabeion_status status = brb_engine_begin_judging(bulk->engine, &judge, &reader);
	if (status != BRABEION_OK) {
		brb_request_fail(request, status, brb_status_refusal(status));
		return status;
	}
	status = do_request(bulk, &judge, request);
	request->judge = NULL;
	brb_engine_end_judging(&judge, reader);
	return status;
}

typedef struct bulk_request {
	brb_request head; /* first */
	const brabeion_event *events;
	size_t count;
	brabeion_result *results;
	size_t judged; /* results that are filled in */
} bulk_request;

static brabeion_status judge_events(brb_request *head)
{
	bulk_request *request = (bulk_request *)(void *)head;
	brb_judge *judge = head->judge;
	while (request->judged < request->count && judge->fault == BRABEION_OK) {
		size_t at = request->judged++;
		brb_bulk_expect(judge->store, request->events, request->count, at);
		brb_judge_event(judge, &request->events[at], &request->results[at]);
	}
	if (judge->fault == BRABEION_OK)
		brb_engine_count_results(judge->counters, request->results, request->count);
	return judge->fault;
}

static void abandon_events(brb_request *head, brabeion_status status, const char *message)
{
	bulk_request *request = (bulk_request *)(void *)head;
	brb_judge_abandon(request->results, request->judged, request->count, status, message);
	if (head->judge)
		brb_engine_count_results(head->judge->counters, request->results, request->count);
}

static brabeion_status judge_batch(brabeion_bulk *bulk, const brabeion_event *events, size_t count,
				   brabeion_result *results)
{
	bulk_request request = { .head = { .work = judge_events, .fail = abandon_events },
				 .events = events,
				 .count = count,
				 .results = results };
	brabeion_status status = brb_bulk_run(bulk, &request.head);
	for (size_t i = 0; i < count; i++)
		brb_batch_describe(&results[i]);
	return status;
}

brabeion_status brabeion_bulk_judge(brabeion_bulk *bulk, const brabeion_event *events, size_t count,
				    brabeion_result *results)
{
	BRB_CALL;
	brb_batch batch = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_engine_enter(bulk->engine);
	if (status != BRABEION_OK || (results && brb_batch_is_current(events, count, results)))
		return status == BRABEION_OK ? judge_batch(bulk, events, count, results) : status;
	if (brb_batch_begin(&batch, events, count, results, &error) == BRABEION_OK)
		status = judge_batch(bulk, batch.events, count, batch.results);
	brabeion_status refused = brb_batch_end(&batch, &bulk->engine->log, &error);
	return refused == BRABEION_OK ? status : refused;
}

/* ---- committing ---- */

bool brabeion_bulk_is_due(brabeion_bulk *bulk)
{
	bool others = false, waiting = false;
	if (!bulk->leads)
		return false;
	brb_store *store = bulk->engine->store;
	if (brb_store_is_full(store) || brb_group_commit_is_awaited(&bulk->engine->group))
		return true;
	brb_store_company(store, &others, &waiting);
	int64_t flush_us = (int64_t)brb_store_changed_bytes(store) * 1000 / bulk->bytes_per_ms;
	return waiting || (others && flush_us >= FLUSH_US_MOST);
}

/* Half of the old estimate and half of the new: one slow commit, by a checkpoint, is not the rule. */
static void measure(brabeion_bulk *bulk, size_t bytes, int64_t took_us)
{
	int64_t bytes_per_ms = (int64_t)bytes * 1000 / (took_us > 0 ? took_us : 1);
	if (took_us >= 1000) /* of small commits what is measured is the disk's answer */
		bulk->bytes_per_ms = (bulk->bytes_per_ms + bytes_per_ms) / 2 + 1;
}

/* A waiting process tries again about every 0.4 ms (store/sqlite/opening/opening.c), so that it gets in. */
static void give_way(brb_store *store)
{
	bool others = false, waiting = true;
	const struct timespec pause = { 0, 1000000 };
	for (int i = 0; i < GIVE_WAY_MS_MOST; i++) {
		brb_store_company(store, &others, &waiting);
		if (!waiting)
			return;
		nanosleep(&pause, NULL);
	}
}

/* Records which badges were quarantined, which would have waited for the transaction. */
static void tend_quarantine(brabeion_bulk *bulk)
{
	brb_judge judge;
	brb_reader *reader;
	if ((!bulk->met_quarantine && !bulk->filled_quarantine) ||
	    brb_engine_begin_judging(bulk->engine, &judge, &reader) != BRABEION_OK)
		return;
	judge.met_quarantine = bulk->met_quarantine;
	judge.filled_quarantine = bulk->filled_quarantine;
	bulk->met_quarantine = bulk->filled_quarantine = false;
	brb_engine_end_judging(&judge, reader);
}

brabeion_status brabeion_bulk_commit(brabeion_bulk *bulk, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(bulk->engine, &fault) != BRABEION_OK || !bulk->leads)
		return brb_status_hand_over(error, &fault);
	brb_store *store = bulk->engine->store;
	size_t bytes = brb_store_changed_bytes(store);
	int64_t began_us = brb_clock_monotonic_us();
	if (brb_store_commit(store, &fault) == BRABEION_OK)
		measure(bulk, bytes, brb_clock_monotonic_us() - began_us);
	else if (bulk->engine->history)
		brb_history_restore(bulk->engine->history);
	bulk->leads = false;
	brb_group_commit_leave(&bulk->engine->group);
	give_way(store);
	tend_quarantine(bulk);
	brb_engine_after_commit(bulk->engine);
	return brb_status_hand_over(error, &fault);
}

void brabeion_bulk_close(brabeion_bulk *bulk)
{
	BRB_CALL_WITH(fault);
	if (!bulk || brb_engine_enter(bulk->engine) != BRABEION_OK)
		return;
	undo(bulk);
	brb_store *store = bulk->engine->store;
	brb_store_feed_end(store);
	brb_memory_release(bulk);
	if (brb_store_sweep_seen(store, &fault) != BRABEION_OK)
		brabeion_error_finish(&fault); /* the next feed sweeps more */
}
