/*
 * worker/jobs: see jobs.h. Here: opening, closing, and a worker's step: a pass over what is claimed (pass.c), then one
 * transaction that settles it and claims more (settle.c). What the transaction changes of the worker is kept only if it
 * commits.
 *
 * How many jobs are claimed at once follows from how long they take: as many as a pass can judge, and one after a slow
 * job, so that other workers can take those that would wait behind it.
 */
#include "worker/jobs.h"

#include <string.h>
#include <sys/random.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/reentrancy.h"
#include "judging/quarantine.h"
#include "worker/jobs_internal.h"

enum { BATCH_MOST = 64, BATCH_FIRST = 16, QUICK_US = 1000 };

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

brabeion_status brb_worker_open(brb_jobs *jobs, const brb_worker_options *options, brb_worker **out,
				brabeion_error *error)
{
	brb_worker *worker = brb_memory_take_zeroed(1, sizeof *worker);
	if (!worker)
		return brb_status_no_memory(error);
	worker->jobs = jobs;
	worker->options = *options;
	if (!options->batch)
		worker->options.batch = BATCH_MOST;
	if (!options->quick_us)
		worker->options.quick_us = QUICK_US;
	worker->most = worker->options.batch < BATCH_FIRST ? worker->options.batch : BATCH_FIRST;
	if (getrandom(&worker->random, sizeof worker->random, 0) != sizeof worker->random || !worker->random)
		worker->random = (uint64_t)brb_clock_monotonic_us() | 1;
	worker->claim = (int64_t)(brb_worker_random(worker) >> 1 | 1);
	brabeion_status status = brb_optimistic_open(jobs->shared->store, &worker->optimistic, error);
	if (status == BRABEION_OK)
		status = brb_worker_register(worker, error);
	if (status != BRABEION_OK) {
		brb_optimistic_close(worker->optimistic);
		brb_memory_release(worker);
		return status;
	}
	if (options->on_job) /* reported before anything is claimed: the process may be killed */
		options->on_job(options->context, 0, worker->claim);
	*out = worker;
	return BRABEION_OK;
}

static void release_claim(brb_worker *worker)
{
	brb_store *store = worker->jobs->shared->store;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_store_begin(store, &error);
	if (status == BRABEION_OK) {
		status = brb_store_jobs_give_back(store, worker->claim, &error);
		if (status == BRABEION_OK)
			status = brb_store_commit(store, &error);
		else
			brb_store_rollback(store);
	}
	if (status != BRABEION_OK)
		brb_log_write(worker->jobs->shared->log, BRABEION_LOG_WARNING,
			      "jobs that a worker held are free again only when its lease ends: %s", error.message);
	brabeion_error_finish(&error);
}

static void release_recorders(brb_worker *worker)
{
	for (size_t i = 0; worker->recorders && i < worker->options.batch; i++)
		brb_verdict_recorder_finish(&worker->recorders[i]);
	brb_memory_release(worker->recorders);
}

void brb_worker_close(brb_worker *worker)
{
	if (!worker)
		return;
	brb_worker_unregister(worker);
	if (worker->holds_jobs)
		release_claim(worker);
	brb_optimistic_close(worker->optimistic);
	brb_store_claimed_list_finish(&worker->claimed);
	brb_store_claimed_list_finish(&worker->next_claimed);
	brabeion_result_finish(&worker->result);
	brb_arena_finish(&worker->texts);
	brb_arena_finish(&worker->line_texts);
	brb_memory_release(worker->lines);
	release_recorders(worker);
	brb_memory_release(worker->works);
	brb_memory_release(worker);
}

/* ---- after the transaction --------------------------------------------------------------------------------------- */

static void take_claim(brb_worker *worker, const brb_generation *generation)
{
	brb_store_claimed_list before = worker->claimed;
	worker->claimed = worker->next_claimed;
	worker->next_claimed = before;
	worker->holds_jobs = worker->claimed.count > 0;
	worker->generation = generation->number;
	worker->must_release = false;
	atomic_store(&worker->rest_released, false);
}

/* Claims as many next as a pass can judge. */
static void set_most(brb_worker *worker, bool was_full)
{
	if (worker->slow)
		worker->most = 1;
	else if (worker->ran_out)
		worker->most = worker->judged;
	else if (was_full && worker->judged == worker->claimed.count)
		worker->most = worker->most * 2 < worker->options.batch ? worker->most * 2 : worker->options.batch;
}

/* Memory for each job that may be claimed: taken before the transaction, which cannot fail for it then. */
static brabeion_status make_room(brb_worker *worker, const brb_generation *generation, brabeion_error *error)
{
	if (!worker->works)
		worker->works = brb_memory_take_zeroed(worker->options.batch, sizeof *worker->works);
	if (generation->journal.keep_us && !worker->recorders)
		worker->recorders = brb_memory_take_zeroed(worker->options.batch, sizeof *worker->recorders);
	bool has_room = worker->works && (worker->recorders || !generation->journal.keep_us);
	return has_room ? BRABEION_OK : brb_status_no_memory(error);
}

static void keep_step(brb_worker *worker, const brb_generation *generation)
{
	for (size_t i = 0; i < worker->claimed.count; i++)
		worker->works[i].stage = worker->works[i].next_stage;
	if (!worker->claimed_anew)
		return;
	take_claim(worker, generation);
	memset(worker->works, 0, worker->claimed.count * sizeof *worker->works);
}

static void undo_step(brb_worker *worker)
{
	for (size_t i = 0; i < worker->claimed.count; i++)
		if (worker->works[i].stage != BRB_JOB_DONE)
			worker->works[i].stage = BRB_JOB_PENDING;
	brabeion_result_finish(&worker->result);
}

static void report(brb_worker *worker, brb_counters *counters)
{
	for (size_t i = 0; i < worker->line_count; i++)
		brb_log_write(worker->jobs->shared->log, BRABEION_LOG_WARNING, "%s", worker->lines[i]);
	if (counters && worker->result.award_count)
		brb_count(&counters->awards, worker->result.award_count);
}

/* ---- a step ------------------------------------------------------------------------------------------------------ */

static brabeion_status pass(brb_worker *worker, const brb_generation *generation, brb_counters *counters,
			    brabeion_error *error)
{
	brb_judge judge;
	brb_judge_init(&judge, worker->jobs->shared, generation, &brb_backend_optimistic, worker->optimistic,
		       brb_reentrancy_depth(), counters);
	brabeion_status status = brb_worker_pass(worker, &judge) ? BRABEION_OK : judge.fault;
	if (status != BRABEION_OK)
		brb_status_set(error, status, "%s", judge.error.message);
	brb_judge_finish(&judge);
	return status;
}

static brabeion_status settle(brb_worker *worker, const brb_generation *generation, brb_counters *counters,
			      bool stops, brabeion_error *error)
{
	brb_judge judge;
	brb_judge_init(&judge, worker->jobs->shared, generation, &brb_backend_transaction, NULL,
		       brb_reentrancy_depth(), counters);
	brabeion_status status = brb_worker_settle(worker, &judge, stops, error);
	if (status == BRABEION_OK)
		keep_step(worker, generation);
	if (judge.met_quarantine || judge.filled_quarantine)
		brb_quarantine_tend(&judge);
	brb_judge_finish(&judge);
	return status;
}

static brabeion_status step(brb_worker *worker, const brb_generation *generation, brb_counters *counters, bool stops,
			    brabeion_error *error)
{
	bool was_full = worker->claimed.count == worker->most;
	worker->slow = worker->ran_out = false;
	worker->judged = 0;
	brabeion_status status = make_room(worker, generation, error);
	if (status == BRABEION_OK && worker->holds_jobs && !stops)
		status = pass(worker, generation, counters, error);
	set_most(worker, was_full);
	if (status == BRABEION_OK)
		status = settle(worker, generation, counters, stops, error);
	if (status == BRABEION_OK)
		report(worker, counters);
	else
		undo_step(worker);
	return status;
}

brabeion_status brb_worker_step(brb_worker *worker, bool *busy, brabeion_error *error)
{
	brb_jobs *jobs = worker->jobs;
	bool stops = brb_worker_is_to_stop(worker);
	brb_reentrancy_begin_call();
	*busy = false;
	if (stops && !worker->holds_jobs)
		return BRABEION_OK;
	brb_reader *reader = brb_registry_reader(jobs->registry);
	if (!reader)
		return brb_status_no_memory(error);
	const brb_generation *generation = brb_registry_acquire(jobs->registry, reader);
	brb_counters *counters = brb_registry_counters(jobs->registry, reader, generation);
	atomic_store(&worker->busy, true);
	brabeion_status status = step(worker, generation, counters, stops, error);
	brb_registry_release(reader);
	*busy = status == BRABEION_OK && (worker->holds_jobs || worker->found_jobs);
	if (worker->result.award_count || worker->result.lapsed_count)
		jobs->announce(jobs->context, &worker->result, 1);
	brabeion_result_finish(&worker->result);
	atomic_store(&worker->busy, worker->holds_jobs);
	return status;
}

/* ---- a worker that crashed --------------------------------------------------------------------------------------- */

static brabeion_status record_crash(brb_jobs *jobs, int64_t job, int64_t claim, const char *why, bool *parked,
				    brabeion_error *error)
{
	brb_jobs_limits limits = brb_jobs_get_limits(jobs);
	int64_t now_us = brb_clock_now_us(jobs->shared->clock);
	uint32_t attempts = 0;
	int64_t owner = 0;
	brabeion_status status = BRABEION_OK;
	if (job == BRABEION_JOB_HELD)
		status = brb_store_job_held(jobs->shared->store, claim, &job, error);
	if (status == BRABEION_OK && job)
		status = brb_store_job_claim(jobs->shared->store, job, &owner, &attempts, error);
	if (status == BRABEION_OK && owner && owner == claim) {
		uint64_t random = (uint64_t)brb_clock_monotonic_us() * UINT64_C(2685821657736338717) >> 20;
		brb_store_failure failure = { .error = why,
					      .at_us = now_us,
					      .retry_at_us =
						      now_us + brb_jobs_backoff_us(&limits, attempts + 1, random),
					      .attempts_most = limits.attempts_most };
		status = brb_store_job_fail(jobs->shared->store, job, &failure, parked, error);
	}
	return status == BRABEION_OK ? brb_store_jobs_give_back(jobs->shared->store, claim, error) : status;
}

brabeion_status brb_jobs_record_crash(brb_jobs *jobs, int64_t job, int64_t claim, const char *why, bool *parked,
				      brabeion_error *error)
{
	bool was_last = false;
	brabeion_status status = brb_store_begin(jobs->shared->store, error);
	if (status != BRABEION_OK)
		return status;
	status = record_crash(jobs, job, claim, why, &was_last, error);
	if (status == BRABEION_OK)
		status = brb_store_commit(jobs->shared->store, error);
	else
		brb_store_rollback(jobs->shared->store);
	if (status == BRABEION_OK)
		*parked = was_last;
	return status;
}
