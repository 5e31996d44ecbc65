/*
 * Good: its first open starts a thread that never ends, so the plugin must never be unloaded. Level 1 once the thread runs.
 */
#include <brabeion/badge.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

static atomic_int beats;
static atomic_bool started;

static void *beat(void *unused)
{
	(void)unused;
	for (;;) {
		atomic_fetch_add(&beats, 1);
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
	return NULL;
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	pthread_t thread;
	(void)self;
	if (!atomic_exchange(&started, true)) {
		if (pthread_create(&thread, NULL, beat, NULL) != 0)
			return badge_setup_fail(setup, "", "no thread");
		pthread_detach(thread);
	}
	return BADGE_OK;
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	int now = atomic_load(&beats);
	while (atomic_load(&beats) == now)
		nanosleep(&(struct timespec){ 0, 100000 }, NULL);
	badge_for(call, badge_text(call, "text", ""));
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("Alive", "The thread is there") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("starts-thread", .slug = "starts-thread", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_MULTIPLE, .award = award, .open = open_badge);
