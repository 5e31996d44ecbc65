/*
 * api/judging: judges events, on the caller's thread alone if they do not need the store, else in the group commit.
 *
 * Guarantees: callbacks run after the commit, with no lock and no generation held.
 */
#include "api/batch.h"
#include "base/list.h"
#include "base/reentrancy.h"
#include "judging/backend.h"

/* Judges a single event on this thread alone, unless it needs the store. */
static brabeion_status judge_alone(brb_judge *judge, const brabeion_event *event, brabeion_result *result)
{
	brabeion_status status = brb_judge_event(judge, event, result);
	if (judge->leads)
		status = brb_group_commit_conclude(judge->shared->group, judge);
	if (status != BRABEION_OK)
		brb_judge_abandon(result, 1, 1, status, judge->error.message);
	return status;
}

/* Events as a request to the group. */
typedef struct event_request {
	brb_request head; /* first */
	const brabeion_event *events;
	size_t count;
	brabeion_result *results;
	size_t judged; /* results that are filled in */
} event_request;

static brabeion_status judge_request(brb_request *head)
{
	event_request *request = (event_request *)(void *)head;
	brabeion_status status = BRABEION_OK;
	brb_history_keep(head->judge);
	while (request->judged < request->count && status == BRABEION_OK) {
		size_t at = request->judged++;
		status = brb_judge_event(head->judge, &request->events[at], &request->results[at]);
	}
	return status;
}

static void fail_request(brb_request *head, brabeion_status status, const char *message)
{
	event_request *request = (event_request *)(void *)head;
	if (request->judged && head->judge->shared->history)
		brb_history_restore(head->judge->shared->history);
	brb_judge_abandon(request->results, request->judged, request->count, status, message);
}

static brabeion_status judge_all(brb_judge *judge, const brabeion_event *events, size_t count,
				 brabeion_result *results)
{
	judge->single = count == 1;
	brabeion_status status = judge->single ? judge_alone(judge, events, results) : BRABEION_OK;
	if (judge->single && !judge->left_to_group)
		return status;
	event_request request = { .head = { .judge = judge, .work = judge_request, .fail = fail_request },
				  .events = events,
				  .count = count,
				  .results = results };
	return brb_group_commit_run(judge->shared->group, &request.head);
}

static bool has_news(const brabeion_result *results, size_t count)
{
	size_t i = 0;
	while (i < count && !results[i].award_count && !results[i].lapsed_count)
		i++;
	return i < count;
}

/* Prepares a judge with the current generation, which the reader holds. Fails where the engine may not be called. */
static inline brabeion_status begin_judging(brabeion_engine *engine, brb_judge *judge, brb_reader **reader)
{
	brb_reentrancy *guard = brb_reentrancy_here();
	if (!*engine->fork_mark)
		return BRABEION_FORKED;
	if (guard->depth)
		return BRABEION_REENTRANT;
	if (engine->read_only)
		return BRABEION_READ_ONLY;
	guard->allocator = engine->allocator;
	*reader = brb_registry_reader(&engine->registry);
	if (!*reader)
		return BRABEION_NO_MEMORY;
	const brb_generation *generation = brb_registry_acquire(&engine->registry, *reader);
	brb_judge_init(judge, &engine->judging, generation, &brb_backend_transaction, NULL, &guard->depth,
		       brb_registry_counters(&engine->registry, *reader, generation));
	return BRABEION_OK;
}

brabeion_status brb_engine_begin_judging(brabeion_engine *engine, brb_judge *judge, brb_reader **reader)
{
	return begin_judging(engine, judge, reader);
}

void brb_engine_end_judging(brb_judge *judge, brb_reader *reader)
{
	if (judge->met_quarantine || judge->filled_quarantine)
		brb_quarantine_tend(judge);
	brb_registry_release(reader);
	brb_judge_finish(judge);
}

static brabeion_status run(brabeion_engine *engine, brb_judge *judge, brb_request *request,
			   brabeion_status (*run_in)(brb_group_commit *group, brb_request *request))
{
	brb_reader *reader;
	brabeion_status status = begin_judging(engine, judge, &reader);
	if (status != BRABEION_OK) {
		brb_request_fail(request, status, brb_status_refusal(status));
		return status;
	}
	request->judge = judge;
	status = run_in(&engine->group, request);
	brb_engine_end_judging(judge, reader);
	brb_engine_after_commit(engine);
	return status;
}

brabeion_status brb_engine_run(brabeion_engine *engine, brb_judge *judge, brb_request *request)
{
	return run(engine, judge, request, brb_group_commit_run);
}

brabeion_status brb_engine_run_alone(brabeion_engine *engine, brb_judge *judge, brb_request *request)
{
	return run(engine, judge, request, brb_group_commit_run_alone);
}

void brb_engine_count_results(brb_counters *counters, const brabeion_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const brabeion_result *result = &results[i];
		if (result->status != BRABEION_OK)
			brb_count(&counters->errors, 1);
		else if (result->outcome != BRABEION_UNHANDLED)
			brb_count(&counters->events, 1);
		if (result->outcome == BRABEION_DUPLICATE)
			brb_count(&counters->duplicates, 1);
		if (result->award_count)
			brb_count(&counters->awards, result->award_count);
	}
}

brabeion_status brb_engine_judge(brabeion_engine *engine, const brabeion_event *events, size_t count,
				 brabeion_result *results)
{
	brb_judge judge;
	brb_reader *reader;
	brabeion_status status = begin_judging(engine, &judge, &reader);
	if (status != BRABEION_OK) {
		brb_judge_abandon(results, 0, count, status, brb_status_refusal(status));
		return status;
	}
	status = judge_all(&judge, events, count, results);
	brb_engine_count_results(judge.counters, results, count);
	brb_engine_end_judging(&judge, reader);
	if (judge.leads || judge.left_to_group || count != 1) /* else nothing was stored */
		brb_engine_after_commit(engine);
	return status;
}

static brabeion_status possibly_award(brabeion_engine *engine, const brabeion_event *events, size_t count,
				      brabeion_result *results)
{
	brabeion_status status = brb_engine_judge(engine, events, count, results);
	for (size_t i = 0; i < count; i++)
		brb_batch_describe(&results[i]);
	if (status == BRABEION_OK && has_news(results, count))
		brb_engine_announce(engine, results, count);
	return status;
}

/* Checks the sizes: the host may be of another version, or not have set them. */
static brabeion_status convert_and_award(brabeion_engine *engine, const brabeion_event *events, size_t count,
					 brabeion_result *results)
{
	BRB_CALL;
	brb_batch batch = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK)
		return status;
	if (brb_batch_begin(&batch, events, count, results, &error) == BRABEION_OK)
		status = possibly_award(engine, batch.events, count, batch.results);
	if (status == BRABEION_OK && count == 1 && batch.results)
		status = batch.results->status;
	brabeion_status refused = brb_batch_end(&batch, &engine->log, &error);
	return refused == BRABEION_OK ? status : refused;
}

brabeion_status brabeion_possibly_award_batch(brabeion_engine *engine, const brabeion_event *events, size_t count,
					      brabeion_result *results)
{
	BRB_CALL;
	return brb_batch_is_current(events, count, results) ? possibly_award(engine, events, count, results)
							    : convert_and_award(engine, events, count, results);
}

brabeion_status brabeion_possibly_award(brabeion_engine *engine, const brabeion_event *event, brabeion_result *result)
{
	BRB_CALL;
	if (!brb_batch_is_current(event, 1, result))
		return convert_and_award(engine, event, 1, result);
	brabeion_result own;
	brabeion_result *filled = result ? result : &own;
	brabeion_status status = possibly_award(engine, event, 1, filled);
	if (status == BRABEION_OK)
		status = filled->status;
	if (!result)
		brabeion_result_finish(&own);
	return status;
}
