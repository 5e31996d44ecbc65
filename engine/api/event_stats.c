/*
 * api/event_stats: stores the event stats collected while judging, so that other processes can read them.
 *
 * A library thread, started at the first stats, stores them after a second, then at doubling intervals up to a minute:
 * a new server reports faults soon, a long-running one is hardly disturbed. The few rows go through the group commit
 * and delay an event no longer than another event would. The rest is stored at the close.
 *
 * Guarantees: never runs on a thread that fires events; stats that the store refuses are kept and tried again.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "api/internal.h"
#include "base/memory.h"
#include "base/thread.h"
#include "judging/backend.h"

enum { FIRST_DELAY_S = 1, LONGEST_DELAY_S = 60 };

/* ---- storing ---- */

typedef struct notices_request {
	brb_request head; /* first */
	brb_event_stats *noted;
	brabeion_error error;
} notices_request;

static brabeion_status do_store(brb_request *head)
{
	const notices_request *request = (notices_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	judge->fault = brb_event_stats_store(request->noted, judge->generation, judge->store, &judge->error);
	return judge->fault;
}

static void fail_store(brb_request *head, brabeion_status status, const char *message)
{
	notices_request *request = (notices_request *)(void *)head;
	brb_status_set_text(&request->error, status, message);
}

static brabeion_status store_notices(brabeion_engine *engine, brabeion_error *error)
{
	brb_judge judge;
	notices_request request = { .head = { .work = do_store, .fail = fail_store },
				    .noted = &engine->notices.noted };
	if (brb_engine_run(engine, &judge, &request.head) == BRABEION_OK)
		brb_event_stats_stored(&engine->notices.noted);
	return brb_status_hand_over(error, &request.error);
}

brabeion_status brb_engine_store_event_stats(brabeion_engine *engine, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	pthread_mutex_lock(&engine->notices.storing);
	brb_event_stats_begin(&engine->notices.noted);
	if (brb_event_stats_has_more(&engine->notices.noted))
		status = store_notices(engine, error);
	pthread_mutex_unlock(&engine->notices.storing);
	return status;
}

/* ---- the thread ---- */

/* Waits this long, or until the engine is closed. */
static void wait_locked(brb_noting *notices, int delay_s)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += delay_s;
	while (!notices->ending && pthread_cond_timedwait(&notices->changed, &notices->lock, &until) != ETIMEDOUT)
		;
}

static bool has_news(brb_noting *notices)
{
	return atomic_load_explicit(&notices->noted.has_new, memory_order_relaxed);
}

static void *work(void *context)
{
	brabeion_engine *engine = context;
	brb_noting *notices = &engine->notices;
	int delay_s = FIRST_DELAY_S;
	pthread_mutex_lock(&notices->lock);
	while (!notices->ending) {
		if (!has_news(notices)) {
			pthread_cond_wait(&notices->changed, &notices->lock);
			continue;
		}
		wait_locked(notices, delay_s);
		if (notices->ending)
			break;
		delay_s = delay_s * 2 < LONGEST_DELAY_S ? delay_s * 2 : LONGEST_DELAY_S;
		pthread_mutex_unlock(&notices->lock);
		brabeion_error ignored = BRABEION_NO_ERROR; /* judging reports a failing store */
		if (brb_engine_store_event_stats(engine, &ignored) != BRABEION_OK)
			brb_event_stats_wake(&notices->noted);
		brabeion_error_finish(&ignored);
		pthread_mutex_lock(&notices->lock);
	}
	pthread_mutex_unlock(&notices->lock);
	return NULL;
}

/* If no thread can be started, the stats are stored at the close. */
static void wake(void *context)
{
	brabeion_engine *engine = context;
	brb_noting *notices = &engine->notices;
	pthread_mutex_lock(&notices->lock);
	if (!notices->has_thread && !notices->ending)
		notices->has_thread = brb_thread_start(&notices->thread, work, engine) == 0;
	pthread_cond_signal(&notices->changed);
	pthread_mutex_unlock(&notices->lock);
}

/* ---- opening and closing ---- */

static brabeion_status init_locks(brb_noting *notices, brabeion_error *error)
{
	pthread_condattr_t attributes;
	if (pthread_condattr_init(&attributes) != 0)
		return brb_status_no_memory(error);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	int why = pthread_cond_init(&notices->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (why)
		return brb_status_no_memory(error);
	pthread_mutex_init(&notices->lock, NULL);
	pthread_mutex_init(&notices->storing, NULL);
	return BRABEION_OK;
}

brabeion_status brb_engine_open_event_stats(brabeion_engine *engine, brabeion_error *error)
{
	brb_noting *notices = &engine->notices;
	brabeion_status status = brb_event_stats_init(&notices->noted, &engine->clock, error);
	if (status != BRABEION_OK)
		return status;
	status = init_locks(notices, error);
	if (status != BRABEION_OK) {
		brb_event_stats_finish(&notices->noted);
		notices->noted.failing = NULL;
		return status;
	}
	notices->noted.wake = wake;
	notices->noted.context = engine;
	notices->is_open = true;
	return BRABEION_OK;
}

void brb_engine_close_event_stats(brabeion_engine *engine)
{
	brb_noting *notices = &engine->notices;
	if (!notices->is_open)
		return;
	pthread_mutex_lock(&notices->lock);
	notices->ending = true;
	pthread_cond_signal(&notices->changed);
	pthread_mutex_unlock(&notices->lock);
	if (notices->has_thread)
		pthread_join(notices->thread, NULL);
	brabeion_error ignored = BRABEION_NO_ERROR;
	if (atomic_load(&engine->registry.current)) /* else the open failed */
		brb_engine_store_event_stats(engine, &ignored);
	brabeion_error_finish(&ignored);
	pthread_cond_destroy(&notices->changed);
	pthread_mutex_destroy(&notices->lock);
	pthread_mutex_destroy(&notices->storing);
	brb_event_stats_finish(&notices->noted);
}
