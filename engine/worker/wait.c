/*
 * worker/jobs: waiting for work, and keeping leases. See jobs.h.
 *
 * A worker without work waits for one of three: a commit that stored jobs, by whichever process (brb_store_watch), the
 * time at which the next job is ready, or a wake of its own.
 *
 * One thread keeps the leases of all workers of an engine. It is made when there is first a job, and sleeps while none is
 * at hand. A job that takes longer than a moment has the rest of its claim given back, for others to take, and then its
 * lease renewed at every third of its length.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"

#include "worker/jobs_internal.h"

#define LONG_JOB_US INT64_C(100000)
#define WAIT_MOST_US INT64_C(10000000) /* clocks may be set */
#define WAIT_BLIND_US INT64_C(1000000) /* without inotify, or when the store cannot be looked at */

/* ---- the engine's ------------------------------------------------------------------------------------------------ */

static brabeion_status init_locks(brb_jobs *jobs, brabeion_error *error)
{
	pthread_condattr_t attributes;
	if (pthread_mutex_init(&jobs->lock, NULL) != 0)
		return brb_status_no_memory(error);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	int failed = pthread_cond_init(&jobs->keeper_changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (!failed)
		return BRABEION_OK;
	pthread_mutex_destroy(&jobs->lock);
	return brb_status_no_memory(error);
}

brabeion_status brb_jobs_init(brb_jobs *jobs, const brb_jobs_limits *limits, brabeion_error *error)
{
	jobs->limits = *limits;
	atomic_init(&jobs->stopping, false);
	atomic_init(&jobs->keeper_sleeps, true);
	jobs->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (jobs->stop_fd < 0)
		return brb_status_set(error, BRABEION_SYSTEM, "a descriptor to stop workers by: %s", strerror(errno));
	brabeion_status status = init_locks(jobs, error);
	if (status != BRABEION_OK)
		close(jobs->stop_fd);
	return status;
}

void brb_jobs_finish(brb_jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	jobs->keeper_ends = true;
	pthread_cond_signal(&jobs->keeper_changed);
	pthread_mutex_unlock(&jobs->lock);
	if (jobs->has_keeper)
		pthread_join(jobs->keeper, NULL);
	pthread_cond_destroy(&jobs->keeper_changed);
	pthread_mutex_destroy(&jobs->lock);
	close(jobs->stop_fd);
}

void brb_jobs_set_limits(brb_jobs *jobs, const brb_jobs_limits *limits)
{
	pthread_mutex_lock(&jobs->lock);
	jobs->limits = *limits;
	pthread_mutex_unlock(&jobs->lock);
}

brb_jobs_limits brb_jobs_get_limits(brb_jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	brb_jobs_limits limits = jobs->limits;
	pthread_mutex_unlock(&jobs->lock);
	return limits;
}

static void signal_fd(int fd)
{
	uint64_t one = 1;
	ssize_t written = write(fd, &one, sizeof one);
	(void)written; /* fails only when the counter is at its top: readable it is */
}

void brb_jobs_stop(brb_jobs *jobs)
{
	int before = errno;
	atomic_store(&jobs->stopping, true);
	signal_fd(jobs->stop_fd);
	errno = before;
}

void brb_jobs_wake(brb_jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	for (brb_worker *worker = jobs->workers; worker; worker = worker->next)
		signal_fd(worker->wake_fd);
	pthread_mutex_unlock(&jobs->lock);
}

/* ---- a worker's -------------------------------------------------------------------------------------------------- */

brabeion_status brb_worker_enlist(brb_worker *worker, brabeion_error *error)
{
	brb_jobs *jobs = worker->jobs;
	worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (worker->wake_fd < 0)
		return brb_status_set(error, BRABEION_SYSTEM, "a descriptor to wake a worker by: %s",
				      strerror(errno));
	worker->watch_fd = -1;
	pthread_mutex_lock(&jobs->lock);
	worker->next = jobs->workers;
	jobs->workers = worker;
	pthread_mutex_unlock(&jobs->lock);
	return BRABEION_OK;
}

void brb_worker_delist(brb_worker *worker)
{
	brb_jobs *jobs = worker->jobs;
	pthread_mutex_lock(&jobs->lock);
	brb_worker **at = &jobs->workers;
	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
	pthread_mutex_unlock(&jobs->lock);
	if (worker->watch_fd >= 0)
		brb_store_unwatch(jobs->store, worker->watch_fd);
	close(worker->wake_fd);
}

bool brb_worker_is_to_stop(const brb_worker *worker)
{
	struct pollfd own = { .fd = worker->options.stop_fd, .events = POLLIN };
	return atomic_load(&worker->jobs->stopping) || (own.fd >= 0 && poll(&own, 1, 0) > 0);
}

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

static void drain(int fd)
{
	char bytes[4096];
	while (fd >= 0 && read(fd, bytes, sizeof bytes) > 0)
		continue;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* `wait_us` -1: however long. `for_work`: commits and wakes count, too. */
static void sleep_for(const brb_worker *worker, int64_t wait_us, bool for_work)
{
	struct pollfd fds[] = { { .fd = worker->jobs->stop_fd, .events = POLLIN },
				{ .fd = worker->options.stop_fd, .events = POLLIN },
				{ .fd = for_work ? worker->watch_fd : -1, .events = POLLIN },
				{ .fd = for_work ? worker->wake_fd : -1, .events = POLLIN } };
	struct timespec time = { .tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000 };
	ppoll(fds, sizeof fds / sizeof fds[0], wait_us < 0 ? NULL : &time, NULL);
}

static bool has_new_generation(const brb_worker *worker)
{
	brb_registry *registry = worker->jobs->registry;
	brb_reader *reader = brb_registry_reader(registry);
	if (!reader)
		return false;
	bool is_new = brb_registry_acquire(registry, reader)->number != worker->generation;
	brb_registry_release(reader);
	return is_new;
}

/* How long there is nothing to do, as far as can be known now; -1: nobody knows. */
static int64_t idle_us(const brb_worker *worker)
{
	brb_jobs *jobs = worker->jobs;
	int64_t at_us = 0;
	brabeion_error error = BRABEION_NO_ERROR;
	if (has_new_generation(worker))
		return 0;
	brabeion_status status = brb_store_jobs_look(jobs->store, 0, &at_us, &error);
	brabeion_error_finish(&error);
	if (status != BRABEION_OK)
		return WAIT_BLIND_US;
	if (at_us == BRB_STORE_NEVER_US)
		return worker->watch_fd >= 0 ? -1 : WAIT_BLIND_US;
	int64_t now_us = brb_clock_now_us(jobs->clock);
	int64_t wait_us = at_us > now_us ? at_us - now_us : 0;
	return least(wait_us, worker->watch_fd >= 0 ? WAIT_MOST_US : WAIT_BLIND_US);
}

/* Logged once when commits cannot be watched. */
static void watch_commits(brb_worker *worker)
{
	brabeion_error error = BRABEION_NO_ERROR;
	if (brb_store_watch(worker->jobs->store, &worker->watch_fd, &error) != BRABEION_OK && !worker->is_blind) {
		brb_log_write(worker->jobs->log, BRABEION_LOG_WARNING,
			      "%s: a worker looks for jobs once a second instead", error.message);
		worker->is_blind = true;
	}
	brabeion_error_finish(&error);
}

void brb_worker_wait(brb_worker *worker, int64_t most_us)
{
	if (worker->watch_fd < 0)
		watch_commits(worker);
	if (worker->watch_fd >= 0)
		brb_store_drain(
			worker->jobs->store,
			worker->watch_fd); /* before looking: what is committed after this makes it readable again */
	drain(worker->wake_fd);
	int64_t wait_us = brb_worker_is_to_stop(worker) ? 0 : idle_us(worker);
	if (most_us >= 0)
		wait_us = wait_us < 0 ? most_us : least(wait_us, most_us);
	if (wait_us)
		sleep_for(worker, wait_us, true);
}

void brb_worker_pause(brb_worker *worker, int64_t pause_us)
{
	sleep_for(worker, pause_us, false);
}

/* ---- keeping leases ---------------------------------------------------------------------------------------------- */

/* What is to be done for a worker, apart from it: it may end meanwhile. */
typedef struct keep_order {
	brb_worker *worker;
	int64_t number, job, began_us;
	bool gives_back; /* the rest of the claim */
} keep_order;

/*
 * The worker is still at the job. Asked inside the transaction: it may come to the end of the job after that, but can
 * claim no other before we have committed.
 */
static bool is_at_hand(brb_jobs *jobs, const keep_order *keeping)
{
	pthread_mutex_lock(&jobs->lock);
	brb_worker *worker = jobs->workers;
	while (worker && worker != keeping->worker)
		worker = worker->next;
	bool is = worker && worker->number == keeping->number && atomic_load(&worker->began_us) == keeping->began_us;
	if (is && keeping->gives_back)
		atomic_store(&worker->rest_is_gone, true);
	pthread_mutex_unlock(&jobs->lock);
	return is;
}

static brabeion_status keep_in_transaction(brb_jobs *jobs, const keep_order *keeping, int64_t lease_us,
					   brabeion_error *error)
{
	int64_t count;
	brabeion_status status = BRABEION_OK;
	int64_t until_us = brb_clock_now_us(jobs->clock) + lease_us;
	if (!is_at_hand(jobs, keeping))
		return BRABEION_OK;
	if (keeping->gives_back)
		status = brb_store_jobs_give_back_but(jobs->store, keeping->number, keeping->job, error);
	return status == BRABEION_OK ? brb_store_jobs_renew(jobs->store, keeping->number, until_us, &count, error)
				     : status;
}

static void keep_lease(brb_jobs *jobs, const keep_order *keeping, int64_t lease_us)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_store_begin(jobs->store, &error);
	if (status == BRABEION_OK) {
		status = keep_in_transaction(jobs, keeping, lease_us, &error);
		if (status == BRABEION_OK)
			status = brb_store_commit(jobs->store, &error);
		else
			brb_store_rollback(jobs->store);
	}
	if (status != BRABEION_OK)
		brb_log_write(
			jobs->log, BRABEION_LOG_WARNING,
			"the lease of job %lld could not be renewed; it may be judged twice, and counts once: %s",
			(long long)keeping->job, error.message);
	brabeion_error_finish(&error);
}

/* Fills in what is due for the worker; answers when it is to be looked at next, or what is due now. */
static int64_t look_at_locked(brb_worker *worker, int64_t lease_us, int64_t now_us, keep_order *keeping)
{
	int64_t began_us = atomic_load(&worker->began_us);
	if (!began_us)
		return INT64_MAX;
	int64_t job = atomic_load(&worker->job_at_hand);
	bool is_new = worker->kept_job != job || worker->kept_us < began_us;
	int64_t at_us = is_new ? began_us + least(LONG_JOB_US, lease_us / 3) : worker->kept_us + lease_us / 3;
	if (at_us > now_us)
		return at_us;
	worker->kept_job = job;
	worker->kept_us = now_us;
	*keeping = (keep_order){ worker, worker->number, job, began_us, is_new };
	return now_us;
}

/* Does what is due; answers when to look again. The lock is given up meanwhile. */
static int64_t tend_locked(brb_jobs *jobs)
{
	int64_t next_us = INT64_MAX, now_us = brb_clock_monotonic_us(), lease_us = jobs->limits.lease_us;
	for (brb_worker *worker = jobs->workers; worker; worker = worker->next) {
		keep_order keeping = { .worker = NULL };
		next_us = least(next_us, look_at_locked(worker, lease_us, now_us, &keeping));
		if (!keeping.worker)
			continue;
		pthread_mutex_unlock(&jobs->lock);
		keep_lease(jobs, &keeping, lease_us);
		pthread_mutex_lock(&jobs->lock);
		return now_us; /* the list may be another now */
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
		atomic_store(&jobs->keeper_sleeps,
			     true); /* before the look: who begins a job looks the other way round */
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
		brb_log_write(jobs->log, BRABEION_LOG_WARNING,
			      "no thread could be made to renew leases: a job that outlasts its lease may be judged "
			      "twice, and counts once: %s",
			      strerror(why));
}

void brb_worker_begin_job(brb_worker *worker, int64_t job, int64_t now_us)
{
	brb_jobs *jobs = worker->jobs;
	atomic_store_explicit(&worker->job_at_hand, job, memory_order_relaxed);
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
		worker->options.on_job(worker->options.context, job, worker->number);
}

void brb_worker_end_job(brb_worker *worker)
{
	atomic_store(&worker->began_us, 0);
	if (worker->options.on_job)
		worker->options.on_job(worker->options.context, 0, worker->number);
}
