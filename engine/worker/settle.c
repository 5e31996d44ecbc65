/*
 * worker/settle: what a worker does in the transaction of a step: it applies what was judged, ends or fails the jobs,
 * releases what is left of the claim where that is called for, and claims more once nothing is left.
 */
#include <string.h>

#include "base/list.h"
#include "judging/due.h"
#include "judging/judgement.h"
#include "worker/jobs_internal.h"

/* A line for the log, written after the commit. */
static void add_line(brb_worker *worker, const char *line)
{
	const char **added = brb_list_add(&worker->lines, &worker->line_count, &worker->line_capacity, sizeof *added);
	if (added)
		*added = line ? line : "out of memory";
}

static bool same_queue(const brb_store_claimed *a, const brb_store_claimed *b)
{
	return a->badge == b->badge && strcmp(a->user, b->user) == 0;
}

/* The jobs behind it in its queue cannot be settled now. */
static void hold_back_followers(brb_worker *worker, size_t at, brb_job_stage stage)
{
	const brb_store_claimed *jobs = worker->claimed.jobs;
	for (size_t i = at + 1; i < worker->claimed.count; i++) {
		brb_job_work *work = &worker->works[i];
		if (work->next_stage == BRB_JOB_DONE || !same_queue(&jobs[at], &jobs[i]))
			continue;
		work->next_stage = stage;
		work->stage = work->stage == BRB_JOB_DONE ? BRB_JOB_DONE : BRB_JOB_PENDING;
		worker->must_release |= stage == BRB_JOB_DONE;
	}
}

static brabeion_status fail_job(brb_worker *worker, size_t at, const char *why, brb_judge *judge)
{
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	brb_jobs_limits limits = brb_jobs_get_limits(worker->jobs);
	bool parked = false;
	int64_t now_us = brb_clock_now_us(judge->clock);
	int64_t wait_us = brb_jobs_backoff_us(&limits, job->attempts + 1, brb_worker_random(worker));
	brb_store_failure failure = {
		.error = why, .at_us = now_us, .retry_at_us = now_us + wait_us, .attempts_most = limits.attempts_most
	};
	judge->fault = brb_store_job_fail(judge->store, job->id, &failure, &parked, &judge->error);
	if (judge->fault == BRABEION_OK && parked)
		add_line(worker,
			 brb_arena_printf(&worker->line_texts,
					  "job %lld of badge \"%s\" for user \"%s\" is parked after %u attempts: %s",
					  (long long)job->id, worker->works[at].badge->slug, job->user,
					  job->attempts + 1, why));
	if (!parked)
		hold_back_followers(worker, at, BRB_JOB_DONE);
	return judge->fault;
}

/* Applies what was planned, or judges the job here. *valid: what it read is unchanged. */
static brabeion_status apply(brb_worker *worker, size_t at, brb_judge *judge, brb_job_failure *failure, bool *valid)
{
	brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	const brabeion_event event = brb_judge_event_of_job(job);
	const brb_judged_job judged = { .badge = work->badge, .event = &event, .cause = job->journal };
	bool inside = work->stage == BRB_JOB_INSIDE;
	size_t count = 0;
	*failure = work->failure;
	*valid = true;
	if (!inside)
		judge->fault = brb_optimistic_validate(judge, worker->optimistic, &work->part, valid);
	if (judge->fault != BRABEION_OK || !*valid || work->failure.why)
		return judge->fault;
	/* applying calls the badges that listen to its award: they may crash, too */
	brb_worker_begin_job(worker, job->id, brb_clock_monotonic_us());
	const brb_planned_change *changes =
		inside ? NULL : brb_optimistic_changes(worker->optimistic, &work->part, &count);
	if (inside)
		brb_judge_job(judge, &judged, &worker->result, failure);
	else
		brb_judge_apply_job(judge, &judged, changes, count, &worker->result, failure);
	brb_worker_end_job(worker);
	return judge->fault;
}

/* The journal's row of a job that was judged outside. */
static void write_verdicts(brb_worker *worker, size_t at, const char *why, brb_judge *judge)
{
	const brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	const brabeion_event event = brb_judge_event_of_job(job);
	if (!judge->generation->journal.keep_us || work->stage == BRB_JOB_INSIDE)
		return;
	if (why && !work->failure.why) /* it failed only when it was applied */
		brb_verdict_recorder_fail(&worker->recorders[at], work->badge, why);
	brb_verdict_recorder_write(&worker->recorders[at], judge, &event, job->at_us, BRABEION_ENTRY_JOB);
}

static brabeion_status settle(brb_worker *worker, size_t at, brb_judge *judge)
{
	brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	bool claimed = false, valid = false;
	brb_job_failure failure = { .why = NULL };
	judge->fault = brb_store_job_is_claimed(judge->store, job->id, worker->claim, &claimed, &judge->error);
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	work->next_stage = BRB_JOB_DONE;
	if (!claimed) { /* the lease has ended and another worker has it, or it was dropped */
		worker->must_release = true;
		return BRABEION_OK;
	}
	if (apply(worker, at, judge, &failure, &valid) != BRABEION_OK)
		return judge->fault;
	if (!valid) {
		work->conflicts++;
		work->next_stage = BRB_JOB_PENDING;
		hold_back_followers(worker, at, BRB_JOB_PENDING);
		return BRABEION_OK;
	}
	write_verdicts(worker, at, failure.why, judge);
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	if (failure.why && !failure.refused)
		fail_job(worker, at, failure.why, judge);
	else
		judge->fault = brb_store_job_end(judge->store, job->id, &judge->error);
	brb_arena_reset(&judge->scratch);
	return judge->fault;
}

static size_t count_left(const brb_worker *worker)
{
	size_t left = 0;
	for (size_t i = 0; i < worker->claimed.count; i++)
		left += worker->works[i].next_stage != BRB_JOB_DONE;
	return left;
}

/* The slow job of the pass, which was the last, if it had a conflict. NULL: there is none. */
static const brb_store_claimed *find_conflict(const brb_worker *worker)
{
	size_t i = worker->claimed.count;
	while (i > 0 && !(worker->works[i - 1].next_stage == BRB_JOB_PENDING && worker->works[i - 1].conflicts))
		i--;
	return i > 0 ? &worker->claimed.jobs[i - 1] : NULL;
}

/* Releases all but this slow job: only this worker knows how many conflicts it has had. */
static brabeion_status keep_only(brb_worker *worker, const brb_store_claimed *job, brb_judge *judge)
{
	int64_t count, until_us = brb_clock_now_us(judge->clock) + brb_jobs_get_limits(worker->jobs).lease_us;
	judge->fault = brb_store_jobs_give_back_but(judge->store, worker->claim, job->id, &judge->error);
	if (judge->fault == BRABEION_OK)
		judge->fault = brb_store_jobs_renew(judge->store, worker->claim, until_us, &count, &judge->error);
	for (size_t i = 0; i < worker->claimed.count; i++)
		if (&worker->claimed.jobs[i] != job)
			worker->works[i].next_stage = BRB_JOB_DONE;
	return judge->fault;
}

static brabeion_status claim_more(brb_worker *worker, brb_judge *judge)
{
	brb_jobs_limits limits = brb_jobs_get_limits(worker->jobs);
	int64_t now_us = brb_clock_now_us(judge->clock);
	brb_store_claim claim = { .number = worker->claim,
				  .now_us = now_us,
				  .lease_until_us = now_us + limits.lease_us,
				  .most = worker->most,
				  .badges = judge->generation->numbers,
				  .badge_count = judge->generation->badge_count };
	judge->fault = brb_store_jobs_claim(judge->store, &claim, &worker->next_claimed, &judge->error);
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	for (size_t i = 0; i < worker->next_claimed.parked_count; i++)
		add_line(worker, brb_due_describe_parked(&worker->line_texts, &worker->next_claimed.parked[i]));
	worker->claimed_anew = true;
	worker->found_jobs = worker->next_claimed.count || worker->next_claimed.parked_count;
	return BRABEION_OK;
}

/* ---- the request ------------------------------------------------------------------------------------------------- */

typedef struct step_request {
	brb_request head; /* first */
	brb_worker *worker;
	bool stops;
} step_request;

static void begin_transaction(brb_worker *worker)
{
	brb_arena_reset(&worker->line_texts);
	worker->line_count = 0;
	worker->claimed_anew = worker->found_jobs = false;
	for (size_t i = 0; i < worker->claimed.count; i++)
		worker->works[i].next_stage = worker->works[i].stage;
}

static brabeion_status do_step(brb_request *head)
{
	step_request *request = (step_request *)(void *)head;
	brb_worker *worker = request->worker;
	brb_judge *judge = head->judge;
	begin_transaction(worker);
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	for (size_t i = 0; i < worker->claimed.count && judge->fault == BRABEION_OK; i++)
		if (worker->works[i].stage == BRB_JOB_JUDGED || worker->works[i].stage == BRB_JOB_INSIDE)
			settle(worker, i, judge);
	size_t left = count_left(worker);
	if (judge->fault != BRABEION_OK || (left && !request->stops && !worker->slow))
		return judge->fault;
	const brb_store_claimed *conflict = request->stops ? NULL : find_conflict(worker);
	if (conflict)
		return keep_only(worker, conflict, judge);
	if (left || worker->must_release)
		judge->fault = brb_store_jobs_give_back(judge->store, worker->claim, &judge->error);
	worker->claimed_anew = true;
	brb_store_claimed_list *none = &worker->next_claimed;
	none->count = none->parked_count = 0;
	return judge->fault == BRABEION_OK && !request->stops ? claim_more(worker, judge) : judge->fault;
}

brabeion_status brb_worker_settle(brb_worker *worker, brb_judge *judge, bool stops, brabeion_error *error)
{
	step_request request = { .head = { .judge = judge, .work = do_step }, .worker = worker, .stops = stops };
	brabeion_status status = brb_group_commit_run(worker->jobs->shared->group, &request.head);
	brb_status_hand_over(error, &request.head.error);
	return status;
}
