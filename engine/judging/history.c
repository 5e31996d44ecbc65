/*
 * judging/history: see history.h.
 *
 * Jobs are claimed one by one: what one asks for may come before what was to be next.
 */
#include "judging/history.h"

#include <string.h>

#include "judging/call.h"
#include "judging/deferred.h"
#include "judging/result.h"

/* Of claims that begin and end in one transaction: any number will do. */
enum { CLAIM = 1 };

void brb_history_init(brb_history *history, uint32_t attempts_most)
{
	*history = (brb_history){ .now_us = INT64_MIN,
				  .told_us = INT64_MIN,
				  .next_us = INT64_MAX,
				  .kept = { .now_us = INT64_MIN },
				  .attempts_most = attempts_most };
}

void brb_history_finish(brb_history *history)
{
	brb_store_claimed_list_finish(&history->claimed);
}

static void set_now(brb_history *history, int64_t now_us)
{
	history->now_us = now_us;
	atomic_store_explicit(&history->told_us, now_us, memory_order_relaxed);
}

int64_t brb_history_now_us(const brb_history *history)
{
	return atomic_load_explicit(&history->told_us, memory_order_relaxed);
}

void brb_history_keep(brb_judge *judge)
{
	brb_history *history = judge->history;
	if (history && !judge->in_transaction)
		history->kept = (brb_history_moment){ history->run, history->now_us };
}

void brb_history_restore(brb_history *history)
{
	if (history->run && history->run != history->kept.run)
		history->drop_run(history->context, history->run);
	history->run = history->kept.run;
	set_now(history, history->kept.now_us);
	history->next_us = history->run ? INT64_MIN : INT64_MAX; /* the next look finds out */
}

bool brb_history_begin_run(brb_judge *judge, int64_t *run)
{
	brb_history *history = judge->history;
	if (!history->run) {
		int64_t begun = 0;
		judge->fault = brb_store_run_new(judge->store, &begun, &judge->error);
		if (judge->fault == BRABEION_OK)
			judge->fault = history->begin_run(history->context, begun, &judge->error);
		if (judge->fault == BRABEION_OK)
			history->run = begun;
	}
	*run = history->run;
	return judge->fault == BRABEION_OK;
}

/* ---- one job ---- */

static void tell_parked(brb_judge *judge)
{
	const brb_store_claimed_list *list = &judge->history->claimed;
	for (size_t i = 0; i < list->parked_count; i++) {
		const brb_store_parked *parked = &list->parked[i];
		if (parked->id)
			brb_log_write(judge->log, BRABEION_LOG_ERROR, "job %lld of badge \"%s\" is parked: %s",
				      (long long)parked->id, parked->slug, parked->why);
		else
			brb_log_write(judge->log, BRABEION_LOG_WARNING,
				      "%lld job%s of badge \"%s\" %s parked: the badge is not loaded",
				      (long long)parked->count, parked->count == 1 ? "" : "s", parked->slug,
				      parked->count == 1 ? "is" : "are");
	}
}

/* The next job that is due up to then, NULL when there is none, or a fault. */
static const brb_store_claimed *claim_next(brb_judge *judge, int64_t until_us)
{
	brb_history *history = judge->history;
	brb_store_claim claim = { .number = CLAIM,
				  .run = history->run,
				  .now_us = until_us,
				  .lease_until_us = until_us,
				  .most = 1,
				  .badges = judge->generation->numbers,
				  .badge_count = judge->generation->badge_count };
	do {
		judge->fault = brb_store_jobs_claim(judge->store, &claim, &history->claimed, &judge->error);
		if (judge->fault != BRABEION_OK)
			return NULL;
		tell_parked(judge);
	} while (!history->claimed.count && history->claimed.parked_count);
	return history->claimed.count ? &history->claimed.jobs[0] : NULL;
}

/* An attempt that failed. True: it was the last, which parks the job, and counts as the badge's failure. */
static bool fail_job(brb_judge *judge, const brb_store_claimed *job, const brb_badge *badge, const char *why,
		     brabeion_result *result)
{
	bool parked = false;
	brb_store_failure failure = { .error = why,
				      .at_us = judge->history->now_us,
				      .retry_at_us = job->due_us,
				      .attempts_most = judge->history->attempts_most };
	judge->fault = brb_store_job_fail(judge->store, job->id, &failure, &parked, &judge->error);
	if (judge->fault != BRABEION_OK || !parked)
		return false;
	result->failed++;
	brb_result_add_failure(result, badge->plugin->id, badge->slug, why);
	brb_log_write(judge->log, BRABEION_LOG_ERROR, "job %lld is parked after %u attempts: %s", (long long)job->id,
		      job->attempts + 1, why);
	return true;
}

static void judge_job(brb_judge *judge, const brb_store_claimed *job, brabeion_result *result)
{
	const brb_badge *badge = brb_generation_badge(judge->generation, job->badge);
	const brabeion_event event = { .name = job->event,
				       .user = job->user,
				       .id = job->event_id,
				       .has_at = true,
				       .at_us = job->at_us,
				       .fields = job->fields,
				       .field_count = job->field_count };
	const char *why = NULL, *message = result->message;
	judge->cause = job->journal;
	brb_judge_job(judge, badge, &event, result, &why);
	if (judge->fault == BRABEION_OK && why)
		result->message = fail_job(judge, job, badge, why, result) ? result->message : message;
	else if (judge->fault == BRABEION_OK)
		judge->fault = brb_store_job_end(judge->store, job->id, &judge->error);
	brb_arena_reset(&judge->scratch);
}

/* ---- time ---- */

static bool judge_due(brb_judge *judge, int64_t until_us, brabeion_result *result)
{
	brb_history *history = judge->history;
	bool same_badges = history->generation == judge->generation->number;
	if (!history->run || (same_badges && history->next_us > until_us))
		return judge->fault == BRABEION_OK;
	if (!brb_judge_enter_store(judge))
		return false;
	history->generation = judge->generation->number;
	const brb_store_claimed *job;
	while ((job = claim_next(judge, until_us))) {
		if (job->due_us > history->now_us)
			set_now(history, job->due_us);
		judge_job(judge, job, result);
		if (judge->fault != BRABEION_OK)
			return false;
	}
	if (judge->fault == BRABEION_OK)
		judge->fault = brb_store_jobs_next_due(judge->store, history->run, &history->next_us, &judge->error);
	return judge->fault == BRABEION_OK;
}

bool brb_history_go_to(brb_judge *judge, int64_t at_us, brabeion_result *result)
{
	brb_history *history = judge->history;
	if (!judge_due(judge, at_us, result))
		return false;
	if (at_us > history->now_us)
		set_now(history, at_us);
	return true;
}

bool brb_history_settle(brb_judge *judge, brabeion_result *result)
{
	return judge_due(judge, judge->history->now_us, result);
}
