/*
 * worker/wait: waiting for work, and being stopped. See jobs.h.
 *
 * A worker without work waits for one of three: a commit of any process that stored jobs (brb_store_watch), the time at
 * which the next job is ready, or its own wake descriptor.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "worker/jobs_internal.h"

#define WAIT_MOST_US INT64_C(10000000) /* the clock may be set */
#define WAIT_BLIND_US INT64_C(1000000) /* without inotify, or when the store cannot be read */

/* ---- an engine's workers ----------------------------------------------------------------------------------------- */

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
	(void)written; /* fails only when the counter is full: it is readable then, too */
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

/* ---- one worker -------------------------------------------------------------------------------------------------- */

brabeion_status brb_worker_register(brb_worker *worker, brabeion_error *error)
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

void brb_worker_unregister(brb_worker *worker)
{
	brb_jobs *jobs = worker->jobs;
	pthread_mutex_lock(&jobs->lock);
	brb_worker **at = &jobs->workers;
	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
	pthread_mutex_unlock(&jobs->lock);
	if (worker->watch_fd >= 0)
		brb_store_unwatch(jobs->shared->store, worker->watch_fd);
	close(worker->wake_fd);
}

bool brb_worker_threads_are_busy(const brb_worker *worker)
{
	brb_jobs *jobs = worker->jobs;
	bool busy = false;
	pthread_mutex_lock(&jobs->lock);
	for (const brb_worker *other = jobs->workers; other; other = other->next)
		busy |= other->options.is_thread && atomic_load(&other->busy);
	pthread_mutex_unlock(&jobs->lock);
	return busy;
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

/* `wait_us` -1: no limit. `for_work`: commits and wakes end it, too. */
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

/* How long there is nothing to do; -1: not known. */
static int64_t idle_us(const brb_worker *worker)
{
	brb_jobs *jobs = worker->jobs;
	int64_t at_us = 0;
	brabeion_error error = BRABEION_NO_ERROR;
	if (has_new_generation(worker))
		return 0;
	if (brb_store_clock_was_suspect(jobs->shared->store)) /* what is ready cannot be claimed */
		return WAIT_BLIND_US;
	brabeion_status status = brb_store_jobs_look(jobs->shared->store, 0, &at_us, &error);
	brabeion_error_finish(&error);
	if (status != BRABEION_OK)
		return WAIT_BLIND_US;
	if (at_us == BRB_STORE_NEVER_US)
		return worker->watch_fd >= 0 ? -1 : WAIT_BLIND_US;
	int64_t now_us = brb_clock_now_us(jobs->shared->clock);
	int64_t wait_us = at_us > now_us ? at_us - now_us : 0;
	return least(wait_us, worker->watch_fd >= 0 ? WAIT_MOST_US : WAIT_BLIND_US);
}

/* Logged once when commits cannot be watched. */
static void watch_commits(brb_worker *worker)
{
	brb_jobs *jobs = worker->jobs;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brb_store_watch(jobs->shared->store, &worker->watch_fd, &error) != BRABEION_OK && !worker->cannot_watch) {
		brb_log_write(jobs->shared->log, BRABEION_LOG_WARNING,
			      "%s: a worker looks for jobs once a second instead", error.message);
		worker->cannot_watch = true;
	}
	brabeion_error_finish(&error);
}

void brb_worker_wait(brb_worker *worker, int64_t most_us)
{
	if (worker->watch_fd < 0)
		watch_commits(worker);
	if (worker->watch_fd >= 0) /* before the look-up: a later commit makes it readable again */
		brb_store_drain(worker->jobs->shared->store, worker->watch_fd);
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
