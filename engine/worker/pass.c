/*
 * worker/pass: judges claimed jobs outside of the transaction, one after the other, until there is something to settle.
 */
#include "base/list.h"
#include "judging/judgement.h"
#include "worker/jobs_internal.h"

enum {
	CONFLICTS_MOST = 3,       /* then a quick job is judged inside the transaction */
	CONFLICTS_MOST_SLOW = 100 /* a slow one, for which all others wait there */
};

#define PASS_US INT64_C(5000)

static bool keep_failure(brb_worker *worker, brb_job_work *work, brb_job_failure failure, brb_judge *judge)
{
	work->failure = failure;
	if (failure.why)
		work->failure.why = brb_arena_copy(&worker->texts, failure.why);
	if (failure.why && !work->failure.why)
		judge->fault = brb_status_no_memory(&judge->error);
	return judge->fault == BRABEION_OK;
}

/* False: a fault of the judge's. */
static bool judge_outside(brb_worker *worker, size_t at, brb_judge *judge)
{
	brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	const brabeion_event event = brb_judge_event_of_job(job);
	const brb_judged_job judged = { .badge = work->badge,
					.event = &event,
					.cause = job->journal,
					.recorder = worker->recorders ? &worker->recorders[at] : NULL };
	brabeion_result unused = { 0 };
	brb_job_failure failure = { .why = NULL };
	int64_t began_us = brb_clock_monotonic_us();
	brb_worker_begin_job(worker, job->id, began_us);
	brb_optimistic_begin(worker->optimistic);
	brb_judge_job(judge, &judged, &unused, &failure);
	work->part = brb_optimistic_end(worker->optimistic, failure.why != NULL);
	brb_worker_end_job(worker);
	work->took_us = brb_clock_monotonic_us() - began_us;
	work->stage = BRB_JOB_JUDGED;
	bool fine = judge->fault == BRABEION_OK && keep_failure(worker, work, failure, judge);
	brabeion_result_finish(&unused);
	brb_arena_reset(&judge->scratch);
	return fine;
}

static bool belongs_inside(const brb_worker *worker, const brb_job_work *work)
{
	return work->conflicts >= (work->took_us <= worker->options.quick_us ? CONFLICTS_MOST : CONFLICTS_MOST_SLOW);
}

/* A job that failed before may crash the process, or fail again: the jobs before it are settled first. */
static bool is_retry(const brb_store_claimed *job)
{
	return job->attempts > 0;
}

bool brb_worker_pass(brb_worker *worker, brb_judge *judge)
{
	int64_t began_us = brb_clock_monotonic_us();
	brb_optimistic_reset(worker->optimistic);
	brb_arena_reset(&worker->texts);
	for (size_t i = 0; i < worker->claimed.count; i++) {
		brb_job_work *work = &worker->works[i];
		const brb_store_claimed *job = &worker->claimed.jobs[i];
		if (work->stage != BRB_JOB_PENDING)
			continue;
		if (is_retry(job) && worker->judged)
			break;
		worker->judged++;
		work->badge = brb_generation_badge(judge->generation, job->badge);
		if (!work->badge) /* no longer in this generation: the next claim finds that out */
			work->stage = BRB_JOB_DONE, worker->must_release = true;
		else if (belongs_inside(worker, work))
			work->stage = BRB_JOB_INSIDE, work->failure = (brb_job_failure){ .why = NULL };
		else if (!judge_outside(worker, i, judge))
			return false;
		worker->slow |= work->took_us > PASS_US || atomic_load(&worker->rest_released);
		worker->ran_out = brb_clock_monotonic_us() - began_us > PASS_US;
		if (work->failure.why || is_retry(job) || worker->slow || worker->ran_out)
			break;
	}
	return true;
}
