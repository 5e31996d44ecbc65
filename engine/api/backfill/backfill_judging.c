/*
 * api/backfill/backfill_judging: judges a backfill's events, in a bulk of the sandbox: many batches share a commit. Each
 * writes its checkpoint in the bulk's transaction; the first one seeds the sandbox with the awards held from before.
 */
#include <string.h>

#include "api/backfill/backfill.h"
#include "api/batch.h"
#include "base/list.h"
#include "base/memory.h"
#include "judging/backend.h"

enum { JOURNAL_EVENTS = 1000 };

#define COMMIT_EVERY_US INT64_C(5000000) /* so much work may be lost when the process is killed */

/* ---- committing ---- */

/* A transaction has ended: all of it is stored, or it was undone. */
static void note_end(brabeion_backfill *backfill, brabeion_status status)
{
	if (status == BRABEION_OK)
		backfill->stored = backfill->reached;
	else
		backfill->reached = backfill->stored;
	backfill->begun_us = 0;
}

brabeion_status brb_backfill_store(brabeion_backfill *backfill, brabeion_error *error)
{
	brabeion_status status = backfill->bulk ? brabeion_bulk_commit(backfill->bulk, error) : BRABEION_OK;
	note_end(backfill, status);
	return status;
}

static bool is_due(const brabeion_backfill *backfill)
{
	return brabeion_bulk_is_due(backfill->bulk) ||
	       brb_clock_monotonic_us() - backfill->begun_us >= COMMIT_EVERY_US;
}

brabeion_status brabeion_backfill_commit(brabeion_backfill *backfill, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(backfill->live, &fault) == BRABEION_OK)
		brb_backfill_store(backfill, &fault);
	return brb_status_hand_over(error, &fault);
}

/* ---- judging ---- */

/* Judges a batch, as a request in the bulk. */
typedef struct past_request {
	brb_request head; /* first */
	brabeion_backfill *backfill;
	const brabeion_event *events;
	size_t count;
	brabeion_result *results;
	size_t judged;                 /* results filled in */
	brb_backfill_progress reached; /* by these events */
} past_request;

/* Sets first_us, from which on awards count, before anything is judged. Events without a time are refused. */
static void measure_first(past_request *request)
{
	const brb_backfill_progress *before = &request->backfill->reached;
	int64_t *first_us = &request->reached.first_us;
	*first_us = before->seeded ? before->first_us : INT64_MAX;
	for (size_t i = 0; i < request->count; i++) {
		const brabeion_event *event = &request->events[i];
		if (event->has_at && event->at_us < *first_us &&
		    (event->at_is_exact || !brb_time_wrong_unit(event->at_us, NULL)))
			*first_us = event->at_us;
	}
}

/* Sets last_us. An event that was refused, perhaps for its time, does not count. */
static void measure_last(past_request *request)
{
	const brb_backfill_progress *before = &request->backfill->reached;
	int64_t *last_us = &request->reached.last_us;
	*last_us = before->seeded ? before->last_us : INT64_MIN;
	for (size_t i = 0; i < request->judged; i++) {
		int64_t at_us = request->events[i].at_us;
		if (request->results[i].status == BRABEION_OK && at_us > *last_us)
			*last_us = at_us;
	}
}

static brabeion_status write_progress(brb_judge *judge, const brb_backfill_progress *reached)
{
	const struct {
		const char *name;
		int64_t number;
	} numbers[] = { { BRB_BACKFILL_NUMBER, reached->checkpoint.number },
			{ BRB_BACKFILL_MARK, (int64_t)reached->checkpoint.mark },
			{ BRB_BACKFILL_FIRST, reached->first_us },
			{ BRB_BACKFILL_LAST, reached->last_us } };
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && judge->fault == BRABEION_OK; i++)
		judge->fault = brb_store_number_set(judge->store, numbers[i].name, numbers[i].number, &judge->error);
	return judge->fault;
}

static brabeion_status judge_one(brb_judge *judge, const brabeion_event *event, brabeion_result *result)
{
	if (event->has_at)
		return brb_judge_event(judge, event, result);
	*result = (brabeion_result){ .status = BRABEION_INVALID,
				     .outcome = BRABEION_ABANDONED,
				     .memory = brb_list_memory() };
	if (!result->memory)
		return judge->fault = brb_status_no_memory(&judge->error);
	result->message = brb_arena_copy(result->memory, "the event has no time: of the past it must be known");
	return BRABEION_OK;
}

static brabeion_status do_judge(brb_request *head)
{
	past_request *request = (past_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (!request->backfill->reached.seeded)
		judge->fault = brb_store_seed(judge->store, request->backfill->live->store, request->reached.first_us,
					      &judge->error);
	while (request->judged < request->count && judge->fault == BRABEION_OK) {
		size_t at = request->judged++;
		brb_bulk_expect(judge->store, request->events, request->count, at);
		judge->fault = judge_one(judge, &request->events[at], &request->results[at]);
	}
	measure_last(request);
	return judge->fault == BRABEION_OK ? write_progress(judge, &request->reached) : judge->fault;
}

static void fail_judge(brb_request *head, brabeion_status status, const char *message)
{
	past_request *request = (past_request *)(void *)head;
	brb_judge_abandon(request->results, request->judged, request->count, status, message);
	brb_status_set_text(&request->head.error, status, message);
}

/* A failure becomes that of the batch, whose results it makes void. */
static brabeion_status store_batch(brabeion_backfill *backfill, past_request *request)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_backfill_store(backfill, &error);
	if (status != BRABEION_OK)
		brb_request_fail(&request->head, status, error.message);
	brabeion_error_finish(&error);
	return status;
}

static brabeion_status judge_batch(brabeion_backfill *backfill, const brabeion_event *events, size_t count,
				   const brabeion_checkpoint *checkpoint, brabeion_result *results,
				   brabeion_error *error)
{
	past_request request = { .head = { .work = do_judge, .fail = fail_judge },
				 .backfill = backfill,
				 .events = events,
				 .count = count,
				 .results = results,
				 .reached = { .checkpoint = *checkpoint, .seeded = true } };
	measure_first(&request);
	if (!backfill->begun_us)
		backfill->begun_us = brb_clock_monotonic_us();
	brabeion_status status = brb_bulk_run(backfill->bulk, &request.head);
	if (status == BRABEION_OK) {
		backfill->reached = request.reached;
		status = is_due(backfill) ? store_batch(backfill, &request) : BRABEION_OK;
	} else {
		note_end(backfill, status);
	}
	brb_status_hand_over(error, &request.head.error);
	return status;
}

brabeion_status brabeion_backfill_judge(brabeion_backfill *backfill, const brabeion_event *events, size_t count,
					const brabeion_checkpoint *checkpoint, brabeion_result *results)
{
	BRB_CALL;
	brb_batch batch = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_checkpoint own;
	brabeion_status status = brb_engine_enter(backfill->live);
	if (status != BRABEION_OK)
		return status;
	if (brb_batch_begin(&batch, events, count, results, &error) == BRABEION_OK &&
	    brb_size_take(BRB_SIZE_CHECKPOINT, checkpoint, &own, &error) == BRABEION_OK)
		status = judge_batch(backfill, batch.events, count, &own, batch.results, NULL);
	brabeion_status refused = brb_batch_end(&batch, &backfill->live->log, &error);
	return refused == BRABEION_OK ? status : refused;
}

/* ---- the journal ---- */

/* Drops the results: the log reports events that fail. */
static brabeion_status judge_entries(brabeion_backfill *backfill, const brabeion_journal_list *list,
				     brabeion_error *error)
{
	brabeion_event *events = brb_memory_take(list->count * sizeof *events);
	brabeion_result *results = brb_memory_take(list->count * sizeof *results);
	brabeion_status status = BRABEION_OK;
	if (events && results) {
		for (size_t i = 0; i < list->count; i++) {
			events[i] = *list->entries[i].event;
			events[i].has_at = events[i].at_is_exact = true;
		}
		brabeion_checkpoint reached = { .number = list->entries[list->count - 1].sequence };
		status = judge_batch(backfill, events, list->count, &reached, results, error);
		for (size_t i = 0; i < list->count; i++)
			brabeion_result_finish(&results[i]);
	} else {
		status = brb_status_no_memory(error);
	}
	brb_memory_release(events);
	brb_memory_release(results);
	return status;
}

brabeion_status brabeion_backfill_journal(brabeion_backfill *backfill, size_t most, size_t *judged,
					  brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_journal_list list = { 0 };
	brabeion_journal_filter filter =
		BRABEION_JOURNAL_FILTER(.after = backfill->reached.checkpoint.number, .events_only = true,
					.limit = most ? most : JOURNAL_EVENTS);
	int64_t held = 0; /* read before the journal, which then has the events of all awards up to it */
	if (brb_engine_enter_or_say(backfill->live, &fault) == BRABEION_OK &&
	    brb_store_held_so_far(backfill->live->store, &held, &fault) == BRABEION_OK)
		brabeion_journal_read(backfill->live, &filter, &list, &fault);
	if (fault.status == BRABEION_OK && list.count)
		judge_entries(backfill, &list, &fault);
	else if (fault.status == BRABEION_OK)
		brb_backfill_store(backfill, &fault); /* the next events may be long in coming */
	if (fault.status == BRABEION_OK)
		*judged = list.count;
	if (fault.status == BRABEION_OK && !list.count)
		backfill->held_before = held + 1;
	brabeion_journal_list_finish(&list);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_backfill_advance(brabeion_backfill *backfill, int64_t at_us, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(backfill->live, &fault) == BRABEION_OK &&
	    brb_backfill_store(backfill, &fault) == BRABEION_OK)
		brabeion_advance(backfill->sandbox, at_us, NULL, &fault);
	return brb_status_hand_over(error, &fault);
}
