/*
 * api/backfill/backfill_judging: judges a backfill's events. A batch and its checkpoint are one transaction of the sandbox; the
 * first one seeds the sandbox with the awards held from before.
 */
#include <string.h>

#include "api/backfill/backfill.h"
#include "api/batch.h"
#include "base/list.h"
#include "base/memory.h"
#include "judging/backend.h"

enum { JOURNAL_EVENTS = 1000 };

/* Judges a batch, as a request of the sandbox. */
typedef struct past_request {
	brb_request head; /* first */
	brabeion_backfill *backfill;
	const brabeion_event *events;
	size_t count;
	brabeion_result *results;
	size_t judged; /* results filled in */
	brabeion_checkpoint checkpoint;
	int64_t first_us, last_us; /* of all events so far, including these */
} past_request;

/* Sets first_us, from which on awards count, before anything is judged. Events without a time are refused. */
static void measure_first(past_request *request)
{
	request->first_us = request->backfill->seeded ? request->backfill->first_us : INT64_MAX;
	for (size_t i = 0; i < request->count; i++) {
		const brabeion_event *event = &request->events[i];
		if (event->has_at && event->at_us < request->first_us &&
		    (event->at_is_exact || !brb_time_wrong_unit(event->at_us, NULL)))
			request->first_us = event->at_us;
	}
}

/* Sets last_us. An event that was refused, perhaps for its time, does not count. */
static void measure_last(past_request *request)
{
	request->last_us = request->backfill->seeded ? request->backfill->last_us : INT64_MIN;
	for (size_t i = 0; i < request->judged; i++) {
		int64_t at_us = request->events[i].at_us;
		if (request->results[i].status == BRABEION_OK && at_us > request->last_us)
			request->last_us = at_us;
	}
}

static brabeion_status write_checkpoint(brb_judge *judge, const past_request *request)
{
	const struct {
		const char *name;
		int64_t number;
	} numbers[] = { { BRB_BACKFILL_NUMBER, request->checkpoint.number },
			{ BRB_BACKFILL_MARK, (int64_t)request->checkpoint.mark },
			{ BRB_BACKFILL_FIRST, request->first_us },
			{ BRB_BACKFILL_LAST, request->last_us } };
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
	brb_history_keep(judge);
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	if (!request->backfill->seeded)
		judge->fault = brb_store_seed(judge->store, request->backfill->live->store, request->first_us,
					      &judge->error);
	while (request->judged < request->count && judge->fault == BRABEION_OK) {
		size_t at = request->judged++;
		judge->fault = judge_one(judge, &request->events[at], &request->results[at]);
	}
	measure_last(request);
	return judge->fault == BRABEION_OK ? write_checkpoint(judge, request) : judge->fault;
}

static void fail_judge(brb_request *head, brabeion_status status, const char *message)
{
	past_request *request = (past_request *)(void *)head;
	if (request->judged && head->judge->shared->history)
		brb_history_restore(head->judge->shared->history);
	brb_judge_abandon(request->results, request->judged, request->count, status, message);
	brb_status_set_text(&request->head.error, status, message);
}

static brabeion_status judge_batch(brabeion_backfill *backfill, const brabeion_event *events, size_t count,
				   const brabeion_checkpoint *checkpoint, brabeion_result *results,
				   brabeion_error *error)
{
	brb_judge judge;
	past_request request = { .head = { .work = do_judge, .fail = fail_judge },
				 .backfill = backfill,
				 .events = events,
				 .count = count,
				 .results = results,
				 .checkpoint = *checkpoint };
	measure_first(&request);
	brabeion_status status = brb_engine_run(backfill->sandbox, &judge, &request.head);
	if (status == BRABEION_OK) {
		backfill->checkpoint = *checkpoint;
		backfill->seeded = true;
		backfill->first_us = request.first_us;
		backfill->last_us = request.last_us;
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
		BRABEION_JOURNAL_FILTER(.after = backfill->checkpoint.number, .events_only = true,
					.limit = most ? most : JOURNAL_EVENTS);
	int64_t held = 0; /* read before the journal, which then has the events of all awards up to it */
	if (brb_engine_enter_or_say(backfill->live, &fault) == BRABEION_OK &&
	    brb_store_held_so_far(backfill->live->store, &held, &fault) == BRABEION_OK)
		brabeion_journal_read(backfill->live, &filter, &list, &fault);
	if (fault.status == BRABEION_OK && list.count)
		judge_entries(backfill, &list, &fault);
	if (fault.status == BRABEION_OK)
		*judged = list.count;
	if (fault.status == BRABEION_OK && !list.count)
		backfill->held_before = held + 1;
	brabeion_journal_list_finish(&list);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_backfill_advance(brabeion_backfill *backfill, int64_t at_us, brabeion_error *error)
{
	return brabeion_advance(backfill->sandbox, at_us, NULL, error);
}
