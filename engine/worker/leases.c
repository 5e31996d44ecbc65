/*
 * worker/leases: renews the leases of jobs that take long.
 *
 * One thread keeps the leases of all workers of an engine. It is started by the first job, and sleeps while none is
 * being judged. A job that takes longer than LONG_JOB_US has the rest of its claim released, for other workers, and
 * then its lease renewed every third of its length.
 */
#include <string.h>

#include "base/reentrancy.h"
#include "base/thread.h"
#include "worker/jobs_internal.h"

#define LONG_JOB_US INT64_C(100000)

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A copy of what the keeper does for a worker, which may end meanwhile. */
typedef struct renewal {
	brb_worker *worker;
	int64_t claim, job, began_us;
	bool releases_rest; /* of the claim */
} renewal;

/*
 * The worker still judges the job. Called inside the transaction: the worker may finish the job after that, but cannot
 * claim another before the commit.
 */
static bool is_current(brb_jobs *jobs, const renewal *due)
{
	pthread_mutex_lock(&jobs->lock);
	brb_worker *worker = jobs->workers;
	while (worker && worker != due->worker)
		worker = worker->next;
	bool is = worker && worker->claim == due->claim && atomic_load(&worker->began_us) == due->began_us;
	if (is && due->releases_rest)
		atomic_store(&worker->rest_released, true);
	pthread_mutex_unlock(&jobs->lock);
	return is;
}

static brabeion_status renew_in_transaction(brb_jobs *jobs, const renewal *due, int64_t lease_us,
					    brabeion_error *error)
{
	int64_t count;
	brabeion_status status = BRABEION_OK;
	int64_t until_us = brb_clock_now_us(jobs->shared->clock) + lease_us;
	if (!is_current(jobs, due))
		return BRABEION_OK;
	if (due->releases_rest)
		status = brb_store_jobs_give_back_but(jobs->shared->store, due->claim, due->job, error);
	return status == BRABEION_OK ? brb_store_jobs_renew(jobs->shared->store, due->claim, until_us, &count, error)
				     : status;
}

static void renew_lease(brb_jobs *jobs, const renewal *due, int64_t lease_us)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_store_begin(jobs->shared->store, &error);
	if (status == BRABEION_OK) {
		status = renew_in_transaction(jobs, due, lease_us, &error);
		if (status == BRABEION_OK)
			status = brb_store_commit(jobs->shared->store, &error);
		else
			brb_store_rollback(jobs->shared->store);
	}
	if (status != BRABEION_OK)
		brb_log_write(
			jobs->shared->log, BRABEION_LOG_WARNING,
			"the lease of job %lld could not be renewed; it may be judged twice, and counts once: %s",
			(long long)due->job, error.message);
	brabeion_error_finish(&error);
}

/* Fills in a renewal that is due, and returns now_us; else when one is due. */
static int64_t find_due_locked(brb_worker *worker, int64_t lease_us, int64_t now_us, renewal *due)
{
	int64_t began_us = atomic_load(&worker->began_us);
	if (!began_us)
		return INT64_MAX;
	int64_t job = atomic_load(&worker->current_job);
	bool is_new = worker->kept_job != job || worker->kept_us < began_us;
	int64_t at_us = is_new ? began_us + least(LONG_JOB_US, lease_us / 3) : worker->kept_us + lease_us / 3;
	if (at_us > now_us)
		return at_us;
	worker->kept_job = job;
	worker->kept_us = now_us;
	*due = (renewal){ worker, worker->claim, job, began_us, is_new };
	return now_us;
}

/* Does what is due; returns when something is due next. Releases the lock meanwhile. */
static int64_t tend_locked(brb_jobs *jobs)
{
	int64_t next_us = INT64_MAX, now_us = brb_clock_monotonic_us(), lease_us = jobs->limits.lease_us;
	brb_reentrancy_begin_call();
	for (brb_worker *worker = jobs->workers; worker; worker = worker->next) {
		renewal due = { .worker = NULL };
		next_us = least(next_us, find_due_locked(worker, lease_us, now_us, &due));
		if (!due.worker)
			continue;
		pthread_mutex_unlock(&jobs->lock);
		renew_lease(jobs, &due, lease_us);
		pthread_mutex_lock(&jobs->lock);
		return now_us; /* the list may have changed */
	}
	return next_us;
}

static void wait_until_locked(brb_jobs *jobs, int64_t at_us)
{
	struct timespec until = { .tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000 };
	pthread_cond_timedwait(&jobs->keeper_changed, &jobs->lock, &until);
}

static void *keep_leases(void *context)
{
	brb_jobs *jobs = context;
	pthread_mutex_lock(&jobs->lock);
	while (!jobs->keeper_ends) {
		/* before the look-up: brb_worker_begin_job writes and reads in the opposite order */
		atomic_store(&jobs->keeper_sleeps, true);
		int64_t next_us = tend_locked(jobs);
		if (next_us == INT64_MAX && !jobs->keeper_ends) {
			pthread_cond_wait(&jobs->keeper_changed, &jobs->lock);
			continue;
		}
		atomic_store(&jobs->keeper_sleeps, false);
		if (next_us > brb_clock_monotonic_us() && !jobs->keeper_ends)
			wait_until_locked(jobs, next_us);
	}
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

static void start_keeper_locked(brb_jobs *jobs)
{
	int why = brb_thread_start(&jobs->keeper, keep_leases, jobs);
	jobs->has_keeper = why == 0;
	if (why)
		brb_log_write(jobs->shared->log, BRABEION_LOG_WARNING,
			      "no thread could be made to renew leases: a job that outlasts its lease may be judged "
			      "twice, and counts once: %s",
			      strerror(why));
}

void brb_worker_begin_job(brb_worker *worker, int64_t job, int64_t now_us)
{
	brb_jobs *jobs = worker->jobs;
	atomic_store_explicit(&worker->current_job, job, memory_order_relaxed);
	atomic_store(&worker->began_us, now_us);
	if (atomic_load(&jobs->keeper_sleeps)) {
		pthread_mutex_lock(&jobs->lock);
		if (!jobs->has_keeper)
			start_keeper_locked(jobs);
		atomic_store(&jobs->keeper_sleeps, false);
		pthread_cond_signal(&jobs->keeper_changed);
		pthread_mutex_unlock(&jobs->lock);
	}
	if (worker->options.on_job)
		worker->options.on_job(worker->options.context, job, worker->claim);
}

void brb_worker_end_job(brb_worker *worker)
{
	atomic_store(&worker->began_us, 0);
	if (worker->options.on_job)
		worker->options.on_job(worker->options.context, 0, worker->claim);
}
