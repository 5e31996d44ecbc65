/*
 * judging/due: see due.h.
 *
 * Jobs are claimed one by one: one may add another that comes before what would have been next.
 */
#include "judging/due.h"

#include "judging/backend.h"
#include "judging/judgement.h"
#include "judging/result.h"

/* The owner of claims that begin and end in one transaction: any number will do. */
enum { CLAIM = 1 };

const char *brb_due_describe_parked(brb_arena *arena, const brb_store_parked *parked)
{
	bool one = parked->count == 1;
	const char *text =
		parked->id ? brb_arena_printf(arena, "job %lld of badge \"%s\" is parked: %s", (long long)parked->id,
					      parked->slug, parked->why)
			   : brb_arena_printf(arena,
					      "%lld job%s of badge \"%s\" %s parked until it is back: the badge is "
					      "not loaded",
					      (long long)parked->count, one ? "" : "s", parked->slug,
					      one ? "is" : "are");
	return text ? text : "out of memory";
}

static void log_parked(brb_judge *judge)
{
	const brb_store_claimed_list *list = &judge->shared->history->claimed;
	for (size_t i = 0; i < list->parked_count; i++)
		brb_log_write(judge->shared->log, list->parked[i].id ? BRABEION_LOG_ERROR : BRABEION_LOG_WARNING,
			      "%s", brb_due_describe_parked(&judge->scratch, &list->parked[i]));
}

/* The next job that is due by then; NULL: there is none, or a fault. */
static const brb_store_claimed *claim_next(brb_judge *judge, int64_t until_us)
{
	brb_history *history = judge->shared->history;
	brb_store_claim claim = { .number = CLAIM,
				  .history_id = history->id,
				  .now_us = until_us,
				  .lease_until_us = until_us,
				  .most = 1,
				  .badges = judge->generation->numbers,
				  .badge_count = judge->generation->badge_count };
	do {
		judge->fault = brb_store_jobs_claim(judge->store, &claim, &history->claimed, &judge->error);
		if (judge->fault != BRABEION_OK)
			return NULL;
		log_parked(judge);
	} while (!history->claimed.count && history->claimed.parked_count);
	return history->claimed.count ? &history->claimed.jobs[0] : NULL;
}

/* An attempt that failed. True: it was the last, which parks the job, and counts as the badge's failure. */
static bool fail_job(brb_judge *judge, const brb_store_claimed *job, const brb_badge *badge, const char *why,
		     brabeion_result *result)
{
	bool parked = false;
	brb_store_failure failure = { .error = why,
				      .at_us = judge->shared->history->now_us,
				      .retry_at_us = job->due_us,
				      .attempts_most = judge->shared->history->attempts_most };
	judge->fault = brb_store_job_fail(judge->store, job->id, &failure, &parked, &judge->error);
	if (judge->fault != BRABEION_OK || !parked)
		return false;
	result->failed++;
	brb_result_add_failure(result, badge->plugin->id, badge->slug, why, false);
	brb_log_write(judge->shared->log, BRABEION_LOG_ERROR, "job %lld is parked after %u attempts: %s",
		      (long long)job->id, job->attempts + 1, why);
	return true;
}

static void judge_job(brb_judge *judge, const brb_store_claimed *job, brabeion_result *result)
{
	const brb_badge *badge = brb_generation_badge(judge->generation, job->badge);
	const brabeion_event event = brb_judge_event_of_job(job);
	const brb_judged_job judged = { .badge = badge, .event = &event, .cause = job->journal };
	const char *message = result->message;
	brb_job_failure failure = { .why = NULL };
	brb_judge_job(judge, &judged, result, &failure);
	if (judge->fault == BRABEION_OK && failure.why && !failure.refused)
		result->message = fail_job(judge, job, badge, failure.why, result) ? result->message : message;
	else if (judge->fault == BRABEION_OK)
		judge->fault = brb_store_job_end(judge->store, job->id, &judge->error);
	if (judge->fault == BRABEION_OK && failure.refused) {
		result->refused++;
		brb_result_add_failure(result, badge->plugin->id, badge->slug, failure.why, true);
	}
	brb_arena_reset(&judge->scratch);
}

/* ---- time ---- */

static bool judge_due(brb_judge *judge, int64_t until_us, brabeion_result *result)
{
	brb_history *history = judge->shared->history;
	bool same_badges = history->generation == judge->generation->number;
	if (!history->id || (same_badges && history->next_us > until_us))
		return judge->fault == BRABEION_OK;
	if (!brb_judge_enter_store(judge))
		return false;
	history->generation = judge->generation->number;
	const brb_store_claimed *job;
	while ((job = claim_next(judge, until_us))) {
		brb_history_set_now(history, job->due_us);
		judge_job(judge, job, result);
		if (judge->fault != BRABEION_OK)
			return false;
	}
	if (judge->fault == BRABEION_OK)
		judge->fault = brb_store_jobs_next_due(judge->store, history->id, &history->next_us, &judge->error);
	return judge->fault == BRABEION_OK;
}

bool brb_due_advance(brb_judge *judge, int64_t at_us, brabeion_result *result)
{
	if (!judge_due(judge, at_us, result))
		return false;
	brb_history_set_now(judge->shared->history, at_us);
	return true;
}

bool brb_due_settle(brb_judge *judge, brabeion_result *result)
{
	return judge_due(judge, judge->shared->history->now_us, result);
}
