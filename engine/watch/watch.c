/*
 * watch/watch: see watch.h. After each read of the queue the thread rests 20 ms, so that a busy folder (/tmp) wakes it
 * fifty times a second and not thousands; meanwhile the kernel keeps the queue.
 */
#include "watch/watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "watch/set.h"

static const int64_t quiet_us = 150 * 1000;
static const int64_t longest_us = 2 * 1000 * 1000;
static const int64_t rest_us = 20 * 1000;

struct brb_watch {
	brb_watch_look look;
	void *context;
	int wake; /* an eventfd: what the lock guards has changed */
	int inotify;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the rest */
	bool ending;
	int64_t first_us; /* time of the first change since the last call of `look`; 0: none */
	int64_t due_us;   /* when to call `look` for it */
	int64_t again_us; /* when to call it in any case; 0: never */
	brb_watch_set set;
};

/* ---- when to call `look` --------------------------------------------------------------------------------------- */

/* A change: waits for quiet. A file that is still open is probably half written, so it waits for the bound. */
static void put_off_locked(brb_watch *watch, int64_t now_us)
{
	if (!watch->first_us)
		watch->first_us = now_us;
	int64_t last_us = watch->first_us + longest_us;
	watch->due_us = now_us + quiet_us;
	if (watch->due_us > last_us || brb_watch_set_is_open(&watch->set))
		watch->due_us = last_us;
}

/* One read only: a file that is written all the time must not keep the thread here. */
static void take_events_locked(brb_watch *watch, int64_t now_us)
{
	_Alignas(struct inotify_event) char piece[16 * 1024];
	bool concerned = false;
	ssize_t got = read(watch->inotify, piece, sizeof piece);
	for (const char *at = piece; got > 0 && at < piece + got;) {
		const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
		concerned |= brb_watch_set_concerns(&watch->set, event);
		at += sizeof *event + event->len;
	}
	if (concerned)
		put_off_locked(watch, now_us);
}

/* ---- the thread ------------------------------------------------------------------------------------------------ */

typedef enum turn { TURN_WAIT, TURN_LOOK, TURN_END } turn;

/* What to do now; when waiting, until when (0: forever). */
static turn next_turn(brb_watch *watch, int64_t now_us, int64_t *until_us)
{
	turn next = TURN_WAIT;
	pthread_mutex_lock(&watch->lock);
	if (watch->ending)
		next = TURN_END;
	else if ((watch->first_us && watch->due_us <= now_us) || (watch->again_us && watch->again_us <= now_us))
		next = TURN_LOOK;
	if (next == TURN_LOOK)
		watch->first_us = 0;
	if (next == TURN_LOOK && watch->again_us <= now_us)
		watch->again_us = 0;
	*until_us = watch->first_us ? watch->due_us : 0;
	if (watch->again_us && (!*until_us || watch->again_us < *until_us))
		*until_us = watch->again_us;
	pthread_mutex_unlock(&watch->lock);
	return next;
}

static int milliseconds_until(int64_t until_us, int64_t now_us)
{
	int64_t left_ms = (until_us - now_us + 999) / 1000;
	return left_ms < 0 ? 0 : left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

/* Waits for a change or the time. The queue is not read before `rested_us`. */
static void wait_for_news(brb_watch *watch, int64_t until_us, int64_t *rested_us)
{
	int64_t now_us = brb_clock_monotonic_us();
	bool resting = now_us < *rested_us;
	struct pollfd polls[] = { { .fd = watch->wake, .events = POLLIN },
				  { .fd = resting ? -1 : watch->inotify, .events = POLLIN } };
	if (resting && (!until_us || *rested_us < until_us))
		until_us = *rested_us;
	if (poll(polls, 2, until_us ? milliseconds_until(until_us, now_us) : -1) <= 0)
		return;
	uint64_t ignored;
	ssize_t drained = polls[0].revents ? read(watch->wake, &ignored, sizeof ignored) : 0;
	(void)drained; /* EAGAIN is fine */
	if (!polls[1].revents)
		return;
	now_us = brb_clock_monotonic_us();
	*rested_us = now_us + rest_us;
	pthread_mutex_lock(&watch->lock);
	take_events_locked(watch, now_us);
	pthread_mutex_unlock(&watch->lock);
}

static void *work(void *context)
{
	brb_watch *watch = context;
	int64_t until_us = 0, rested_us = 0;
	brb_thread_schedule_as_batch();
	for (;;) {
		switch (next_turn(watch, brb_clock_monotonic_us(), &until_us)) {
		case TURN_WAIT:
			wait_for_news(watch, until_us, &rested_us);
			break;
		case TURN_LOOK:
			watch->look(watch->context);
			break;
		case TURN_END:
			return NULL;
		}
	}
}

static void wake_up(brb_watch *watch)
{
	uint64_t one = 1;
	ssize_t written = write(watch->wake, &one, sizeof one);
	(void)written; /* fails only at the largest counter, which is readable */
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

static void free_watch(brb_watch *watch)
{
	if (watch->inotify >= 0)
		close(watch->inotify);
	if (watch->wake >= 0)
		close(watch->wake);
	brb_watch_set_finish(&watch->set);
	pthread_mutex_destroy(&watch->lock);
	brb_memory_release(watch);
}

/* EMFILE stands for two limits (inotify_init1(2)). */
static brabeion_status refuse(brabeion_error *error, const char *what, int problem)
{
	const char *advice = problem == EMFILE ? "; raise a limit: sysctl fs.inotify.max_user_instances, or the open "
						 "files of the process (ulimit -n)"
					       : "";
	return brb_status_set(error, BRABEION_SYSTEM, "cannot watch files: %s: %s%s", what, strerror(problem),
			      advice);
}

brabeion_status brb_watch_open(brb_watch_look look, void *context, brb_watch **out, brabeion_error *error)
{
	brabeion_status status;
	int problem;
	brb_watch *watch = brb_memory_take_zeroed(1, sizeof *watch);
	if (!watch)
		return brb_status_no_memory(error);
	watch->look = look;
	watch->context = context;
	pthread_mutex_init(&watch->lock, NULL);
	watch->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	problem = errno;
	watch->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (watch->inotify < 0) {
		status = refuse(error, "inotify", problem);
		goto fail;
	}
	if (watch->wake < 0) {
		status = refuse(error, "eventfd", errno);
		goto fail;
	}
	problem = brb_thread_start(&watch->thread, work, watch);
	if (problem) {
		status = refuse(error, "a thread", problem);
		goto fail;
	}
	*out = watch;
	return BRABEION_OK;
fail:
	free_watch(watch);
	return status;
}

void brb_watch_close(brb_watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->ending = true;
	pthread_mutex_unlock(&watch->lock);
	wake_up(watch);
	pthread_join(watch->thread, NULL);
	free_watch(watch);
}

brabeion_status brb_watch_follow(brb_watch *watch, const char *const *paths, size_t count, brabeion_error *error)
{
	brabeion_error fault = BRABEION_NO_ERROR;
	pthread_mutex_lock(&watch->lock);
	brb_watch_set_change(&watch->set, watch->inotify, paths, count, &fault);
	if (!count)
		watch->first_us = watch->again_us = 0;
	pthread_mutex_unlock(&watch->lock);
	return brb_status_hand_over(error, &fault);
}

void brb_watch_ask(brb_watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	put_off_locked(watch, brb_clock_monotonic_us());
	pthread_mutex_unlock(&watch->lock);
	wake_up(watch);
}

void brb_watch_ask_later(brb_watch *watch, int64_t delay_us)
{
	pthread_mutex_lock(&watch->lock);
	watch->again_us = brb_clock_monotonic_us() + delay_us;
	pthread_mutex_unlock(&watch->lock);
	wake_up(watch);
}
