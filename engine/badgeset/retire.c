/*
 * badgeset/retire: a thread that closes old generations once nobody uses them. The plugins' `close` functions and
 * destructors run there.
 *
 * A reader that leaves its slot wakes nobody, so the thread polls while a generation is in use, with pauses that double;
 * else it sleeps.
 */
#include "badgeset/retire.h"

#include <string.h>
#include <time.h>

#include "badgeset/readers.h"
#include "base/thread.h"

enum { PAUSE_LEAST_US = 500, PAUSE_MOST_US = 256000 };

brabeion_status brb_retirement_init(brb_registry *registry, brabeion_error *error)
{
	brb_retirement *retirement = &registry->retirement;
	pthread_condattr_t attributes;
	if (pthread_mutex_init(&retirement->lock, NULL) != 0)
		return brb_status_no_memory(error);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	int failed = pthread_cond_init(&retirement->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (!failed)
		return BRABEION_OK;
	pthread_mutex_destroy(&retirement->lock);
	return brb_status_no_memory(error);
}

void brb_retirement_add(brb_registry *registry, brb_generation *generation)
{
	brb_retirement *retirement = &registry->retirement;
	atomic_fetch_add(&retirement->count, 1);
	pthread_mutex_lock(&retirement->lock);
	generation->next_retired = retirement->arrived;
	retirement->arrived = generation;
	pthread_mutex_unlock(&retirement->lock);
}

size_t brb_registry_retiring(const brb_registry *registry)
{
	return atomic_load(&registry->retirement.count);
}

/* ---- closing ---- */

static void close_generation(brb_registry *registry, brb_generation *generation)
{
	brb_generation_close(generation);
	atomic_fetch_sub(&registry->retirement.count, 1);
}

static void take_arrived_locked(brb_retirement *retirement)
{
	while (retirement->arrived) {
		brb_generation *generation = retirement->arrived;
		retirement->arrived = generation->next_retired;
		generation->next_retired = retirement->waiting;
		retirement->waiting = generation;
	}
}

/* Closes those of `waiting` that nobody uses. True when there was one. */
static bool close_unused(brb_registry *registry)
{
	bool closed = false;
	brb_generation **at = &registry->retirement.waiting;
	if (*at)
		brb_readers_fence(registry);
	while (*at) {
		brb_generation *generation = *at;
		if (brb_readers_use(registry, generation)) {
			at = &generation->next_retired;
			continue;
		}
		*at = generation->next_retired;
		close_generation(registry, generation);
		closed = true;
	}
	return closed;
}

/* ---- the thread ---- */

static void wait_locked(brb_retirement *retirement, int64_t pause_us)
{
	struct timespec until;
	if (!retirement->waiting) {
		pthread_cond_wait(&retirement->changed, &retirement->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t nanoseconds = until.tv_nsec + pause_us * 1000;
	until.tv_sec += nanoseconds / 1000000000;
	until.tv_nsec = nanoseconds % 1000000000;
	pthread_cond_timedwait(&retirement->changed, &retirement->lock, &until);
}

static void *keep_retiring(void *context)
{
	brb_registry *registry = context;
	brb_retirement *retirement = &registry->retirement;
	int64_t pause_us = PAUSE_LEAST_US;
	brb_thread_schedule_as_batch();
	pthread_mutex_lock(&retirement->lock);
	while (!retirement->ending) {
		if (retirement->arrived)
			pause_us = PAUSE_LEAST_US;
		take_arrived_locked(retirement);
		pthread_mutex_unlock(&retirement->lock);
		bool closed = close_unused(registry);
		pthread_mutex_lock(&retirement->lock);
		if (closed || retirement->arrived || retirement->ending)
			continue;
		wait_locked(retirement, pause_us);
		pause_us = pause_us * 2 < PAUSE_MOST_US ? pause_us * 2 : PAUSE_MOST_US;
	}
	pthread_mutex_unlock(&retirement->lock);
	return NULL;
}

/* 0 or an errno. */
static int start_thread_locked(brb_registry *registry)
{
	int why = brb_thread_start(&registry->retirement.thread, keep_retiring, registry);
	registry->retirement.has_thread = why == 0;
	return why;
}

void brb_registry_retire(brb_registry *registry, const brb_log *log)
{
	brb_retirement *retirement = &registry->retirement;
	pthread_mutex_lock(&retirement->lock);
	int why = retirement->has_thread || !brb_registry_retiring(registry) ? 0 : start_thread_locked(registry);
	if (why)
		take_arrived_locked(retirement);
	else
		pthread_cond_signal(&retirement->changed);
	pthread_mutex_unlock(&retirement->lock);
	if (!why)
		return;
	brb_log_write(log, BRABEION_LOG_WARNING,
		      "no thread could be made to close old badge sets (%s): the reload closes them itself",
		      strerror(why));
	close_unused(registry);
}

void brb_retirement_finish(brb_registry *registry)
{
	brb_retirement *retirement = &registry->retirement;
	pthread_mutex_lock(&retirement->lock);
	retirement->ending = true;
	pthread_cond_signal(&retirement->changed);
	pthread_mutex_unlock(&retirement->lock);
	if (retirement->has_thread)
		pthread_join(retirement->thread, NULL);
	take_arrived_locked(retirement);
	while (retirement->waiting) {
		brb_generation *generation = retirement->waiting;
		retirement->waiting = generation->next_retired;
		close_generation(registry, generation);
	}
	pthread_cond_destroy(&retirement->changed);
	pthread_mutex_destroy(&retirement->lock);
}
