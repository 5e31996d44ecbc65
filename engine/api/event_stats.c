/*
 * api/event_stats: stores the event stats collected while judging, so that other processes can read them.
 *
 * A library thread stores them after a second, then at doubling intervals up to a minute: a new server reports faults
 * soon, a long-running one is hardly disturbed. The few rows go through the group commit and delay an event no longer
 * than another event would. The rest is stored at the close. The thread is started at the first stats, or when there are
 * chores (api/chores), which it does when there are no stats, once a minute.
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
#include "store/operator/user_change.h"

enum { FIRST_DELAY_S = 1, LONGEST_DELAY_S = 60 };

/* ---- storing ---- */

typedef struct store_request {
	brb_request head; /* first */
	brb_event_stats *stats;
} store_request;

static brabeion_status do_store(brb_request *head)
{
	const store_request *request = (store_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	judge->fault = brb_event_stats_store(request->stats, judge->generation, judge->store, &judge->error);
	return judge->fault;
}

static brabeion_status store_stats(brabeion_engine *engine, brabeion_error *error)
{
	brb_judge judge;
	store_request request = { .head = { .work = do_store }, .stats = &engine->stats_writer.stats };
	if (brb_engine_run(engine, &judge, &request.head) == BRABEION_OK)
		brb_event_stats_stored(&engine->stats_writer.stats);
	return brb_status_hand_over(error, &request.head.error);
}

brabeion_status brb_engine_store_event_stats(brabeion_engine *engine, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	pthread_mutex_lock(&engine->stats_writer.storing);
	brb_event_stats_begin(&engine->stats_writer.stats);
	if (brb_event_stats_has_more(&engine->stats_writer.stats))
		status = store_stats(engine, error);
	pthread_mutex_unlock(&engine->stats_writer.storing);
	return status;
}

/* ---- the thread ---- */

/* Waits this long, or until the engine is closed. */
static void wait_locked(brb_stats_writer *writer, int delay_s)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += delay_s;
	while (!writer->ending && pthread_cond_timedwait(&writer->changed, &writer->lock, &until) != ETIMEDOUT)
		;
}

/* Waits for stats, a minute at most. */
static void wait_for_news_locked(brb_stats_writer *writer)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LONGEST_DELAY_S;
	pthread_cond_timedwait(&writer->changed, &writer->lock, &until);
}

static void do_chores_locked(brabeion_engine *engine)
{
	pthread_mutex_unlock(&engine->stats_writer.lock);
	brb_engine_do_chores(engine);
	pthread_mutex_lock(&engine->stats_writer.lock);
}

static bool has_new(brb_stats_writer *writer)
{
	return atomic_load_explicit(&writer->stats.has_new, memory_order_relaxed);
}

static void *work(void *context)
{
	brabeion_engine *engine = context;
	brb_stats_writer *writer = &engine->stats_writer;
	int delay_s = FIRST_DELAY_S;
	pthread_mutex_lock(&writer->lock);
	while (!writer->ending) {
		brb_reentrancy_begin_call();
		if (!has_new(writer)) {
			do_chores_locked(engine);
			if (!writer->ending && !has_new(writer))
				wait_for_news_locked(writer);
			continue;
		}
		wait_locked(writer, delay_s);
		if (writer->ending)
			break;
		delay_s = delay_s * 2 < LONGEST_DELAY_S ? delay_s * 2 : LONGEST_DELAY_S;
		pthread_mutex_unlock(&writer->lock);
		brabeion_error ignored = BRABEION_NO_ERROR; /* judging reports a failing store */
		if (brb_engine_store_event_stats(engine, &ignored) != BRABEION_OK)
			brb_event_stats_wake(&writer->stats);
		brabeion_error_finish(&ignored);
		pthread_mutex_lock(&writer->lock);
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/* If no thread can be started, the stats are stored at the close. */
static void wake(void *context)
{
	brabeion_engine *engine = context;
	brb_stats_writer *writer = &engine->stats_writer;
	pthread_mutex_lock(&writer->lock);
	if (!writer->has_thread && !writer->ending)
		writer->has_thread = brb_thread_start(&writer->thread, work, engine) == 0;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
}

void brb_engine_start_upkeep(brabeion_engine *engine)
{
	wake(engine);
}

void brb_engine_resume_chores(brabeion_engine *engine)
{
	bool left = false;
	int64_t forgotten_us = 0;
	brabeion_error ignored = BRABEION_NO_ERROR; /* the next call says so */
	if (brb_store_has_chores(engine->store, &left, &ignored) == BRABEION_OK && !left)
		brb_store_forgotten_us(engine->store, &forgotten_us, &ignored);
	if (left || forgotten_us)
		brb_engine_start_upkeep(engine);
	brabeion_error_finish(&ignored);
}

/* ---- opening and closing ---- */

static brabeion_status init_locks(brb_stats_writer *writer, brabeion_error *error)
{
	pthread_condattr_t attributes;
	if (pthread_condattr_init(&attributes) != 0)
		return brb_status_no_memory(error);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	int why = pthread_cond_init(&writer->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	if (why)
		return brb_status_no_memory(error);
	pthread_mutex_init(&writer->lock, NULL);
	pthread_mutex_init(&writer->storing, NULL);
	return BRABEION_OK;
}

brabeion_status brb_engine_open_event_stats(brabeion_engine *engine, brabeion_error *error)
{
	brb_stats_writer *writer = &engine->stats_writer;
	brabeion_status status = brb_event_stats_init(&writer->stats, &engine->clock, error);
	if (status != BRABEION_OK)
		return status;
	status = init_locks(writer, error);
	if (status != BRABEION_OK) {
		brb_event_stats_finish(&writer->stats);
		writer->stats.others = NULL;
		return status;
	}
	writer->stats.wake = wake;
	writer->stats.context = engine;
	writer->is_open = true;
	return BRABEION_OK;
}

void brb_engine_close_event_stats(brabeion_engine *engine)
{
	brb_stats_writer *writer = &engine->stats_writer;
	if (!writer->is_open)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->ending = true;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	if (writer->has_thread)
		pthread_join(writer->thread, NULL);
	brabeion_error ignored = BRABEION_NO_ERROR;
	if (atomic_load(&engine->registry.current)) /* else the open failed */
		brb_engine_store_event_stats(engine, &ignored);
	brabeion_error_finish(&ignored);
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->lock);
	pthread_mutex_destroy(&writer->storing);
	brb_event_stats_finish(&writer->stats);
}
