/*
 * api/work: starts and stops workers: the engine's own threads, and callers of brabeion_work. worker/jobs says what a
 * worker does.
 *
 * The engine's threads start when they may be needed: a badge is judged later, the database has a job at the open, or
 * this engine stores one. One idle worker waits for jobs, the others for that one, so that a job wakes one thread.
 */
#include <string.h>

#include "api/internal.h"
#include "base/memory.h"
#include "base/thread.h"
#include "store/operator/user_change.h"

enum { TRIES_MOST = 5 };

#define THREADS_US INT64_C(5000) /* between looks at what the engine's threads hold */
#define PAUSE_FIRST_US INT64_C(100000)
#define PAUSE_MOST_US INT64_C(5000000)

static int64_t pause_us(unsigned errors)
{
	int64_t pause = PAUSE_FIRST_US << (errors < 10 ? errors - 1 : 9);
	return pause < PAUSE_MOST_US ? pause : PAUSE_MOST_US;
}

/* ---- the engine's threads ---------------------------------------------------------------------------------------- */

/* Logs the first of consecutive errors. */
static void log_error(brabeion_engine *engine, unsigned errors, const brabeion_error *error)
{
	if (errors == 1)
		brb_log_write(&engine->log, BRABEION_LOG_WARNING, "jobs cannot be judged now; trying again: %s",
			      error->message);
}

static void keep_working(brabeion_engine *engine, brb_worker *worker)
{
	unsigned errors = 0;
	bool busy = false;
	while (!brb_worker_is_to_stop(worker) || busy) {
		brabeion_error error = BRABEION_NO_ERROR;
		if (brb_worker_step(worker, &busy, &error) != BRABEION_OK) {
			log_error(engine, ++errors, &error);
			brabeion_error_finish(&error);
			brb_worker_pause(worker, pause_us(errors));
			continue;
		}
		errors = 0;
		if (busy)
			continue;
		pthread_mutex_lock(&engine->workers.waiting);
		brb_worker_wait(worker, -1);
		pthread_mutex_unlock(&engine->workers.waiting);
	}
}

static void *work(void *context)
{
	brabeion_engine *engine = context;
	brb_worker_options options = { .stop_fd = -1, .is_thread = true };
	brb_worker *worker = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brb_worker_open(&engine->jobs, &options, &worker, &error) == BRABEION_OK)
		keep_working(engine, worker);
	else
		brb_log_write(&engine->log, BRABEION_LOG_ERROR, "a worker cannot begin: %s", error.message);
	brabeion_error_finish(&error);
	brb_worker_close(worker);
	return NULL;
}

static void start_locked(brabeion_engine *engine)
{
	brb_workers *workers = &engine->workers;
	int why = 0;
	while (workers->count < workers->wanted && !why) {
		why = brb_thread_start(&workers->threads[workers->count], work, engine);
		workers->count += !why;
	}
	if (why)
		brb_log_write(&engine->log, BRABEION_LOG_WARNING, "%u of %u workers could be started: %s",
			      workers->count, workers->wanted, strerror(why));
}

static void start_workers(brabeion_engine *engine)
{
	brb_workers *workers = &engine->workers;
	pthread_mutex_lock(&workers->lock);
	if (!workers->started && !workers->ending) {
		atomic_store(&workers->started, true);
		start_locked(engine);
	}
	pthread_mutex_unlock(&workers->lock);
}

void brb_engine_after_commit(brabeion_engine *engine)
{
	if (!atomic_load_explicit(&engine->workers.started, memory_order_relaxed) &&
	    brb_store_has_stored_jobs(engine->store))
		start_workers(engine);
	if (!engine->existing_only && brb_store_take_forgotten(engine->store))
		brb_event_stats_wake(
			&engine->stats_writer.stats); /* its thread does chores when there are no stats */
}

static bool has_jobs(brabeion_engine *engine)
{
	bool exist = true; /* stays true when the store cannot be read */
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_jobs_exist(engine->store, &exist, &error);
	brabeion_error_finish(&error);
	return exist;
}

static bool has_async_badges(const brb_generation *generation)
{
	size_t i = 0;
	while (i < generation->badge_count && !generation->badges[i]->async)
		i++;
	return i < generation->badge_count;
}

void brb_engine_consider_workers(brabeion_engine *engine)
{
	brb_jobs_wake(&engine->jobs);
	if (!engine->workers.wanted || atomic_load(&engine->workers.started))
		return;
	if (has_async_badges(atomic_load(&engine->registry.current)) || has_jobs(engine))
		start_workers(engine);
}

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

static brb_jobs_limits limits_of(const brb_config *config)
{
	return (brb_jobs_limits){ .attempts_most = config->jobs.attempts_most,
				  .lease_us = config->jobs.lease_us,
				  .backoff_us = config->jobs.backoff_us };
}

static void set_bounds(brabeion_engine *engine, const brb_config *config)
{
	const brb_store_bounds bounds = { .jobs = config->jobs.most,
					  .jobs_of_user = config->jobs.most_of_user,
					  .notes_of_user = config->notes_most };
	brb_store_set_bounds(engine->store, &bounds);
}

void brb_engine_set_limits(brabeion_engine *engine, const brb_config *config)
{
	brb_jobs_limits limits = limits_of(config);
	brb_jobs_set_limits(&engine->jobs, &limits);
	set_bounds(engine, config);
}

brabeion_status brb_engine_open_workers(brabeion_engine *engine, const brb_config *config, bool none,
					brabeion_error *error)
{
	brb_workers *workers = &engine->workers;
	brb_jobs_limits limits = limits_of(config);
	engine->jobs = (brb_jobs){ .shared = &engine->judging,
				   .registry = &engine->registry,
				   .announce = brb_engine_announce_jobs,
				   .context = engine };
	set_bounds(engine, config);
	workers->configured = config->jobs.workers;
	workers->wanted = none ? 0 : config->jobs.workers;
	workers->threads = brb_memory_take_zeroed(workers->wanted + (size_t)1, sizeof *workers->threads);
	if (!workers->threads)
		return brb_status_no_memory(error);
	brabeion_status status = brb_jobs_init(&engine->jobs, &limits, error);
	if (status != BRABEION_OK)
		return status;
	pthread_mutex_init(&workers->lock, NULL);
	pthread_mutex_init(&workers->waiting, NULL);
	workers->is_open = true;
	return BRABEION_OK;
}

void brb_engine_close_workers(brabeion_engine *engine)
{
	brb_workers *workers = &engine->workers;
	if (workers->is_open) {
		pthread_mutex_lock(&workers->lock);
		workers->ending = true;
		pthread_mutex_unlock(&workers->lock);
		brb_jobs_stop(&engine->jobs);
		for (uint32_t i = 0; i < workers->count; i++)
			pthread_join(workers->threads[i], NULL);
		brb_jobs_finish(&engine->jobs);
		pthread_mutex_destroy(&workers->waiting);
		pthread_mutex_destroy(&workers->lock);
	}
	brb_memory_release(workers->threads);
}

void brb_engine_announce_jobs(void *engine, const brabeion_result *results, size_t count)
{
	brb_engine_announce(engine, results, count);
}

/* ---- the public calls -------------------------------------------------------------------------------------------- */

static brabeion_status check_live(const brabeion_engine *engine, brabeion_error *error)
{
	brabeion_status status = brb_engine_enter_to_write(engine, error);
	if (status != BRABEION_OK)
		return status;
	if (engine->history)
		return brb_status_set(error, BRABEION_INVALID,
				      "the engine is a history: it judges its jobs itself, and no others");
	return BRABEION_OK;
}

static brabeion_status work_off(brb_worker *worker, bool until_idle, brabeion_error *error)
{
	unsigned errors = 0;
	bool busy = false;
	while (!brb_worker_is_to_stop(worker) || busy) {
		brabeion_error fault = BRABEION_NO_ERROR;
		brabeion_status status = brb_worker_step(worker, &busy, &fault);
		if (status != BRABEION_OK && ++errors > TRIES_MOST)
			return brb_status_hand_over(error, &fault);
		brabeion_error_finish(&fault);
		if (status != BRABEION_OK) {
			busy = false;
			brb_worker_pause(worker, pause_us(errors));
			continue;
		}
		errors = 0;
		if (!busy && until_idle && !brb_worker_threads_are_busy(worker))
			break;
		if (!busy)
			until_idle ? brb_worker_pause(worker, THREADS_US) : brb_worker_wait(worker, -1);
	}
	return BRABEION_OK;
}

brabeion_status brabeion_work(brabeion_engine *engine, const brabeion_work_options *theirs, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_work_options options;
	brb_worker *worker = NULL;
	if (check_live(engine, &fault) != BRABEION_OK ||
	    brb_size_take(BRB_SIZE_WORK_OPTIONS, theirs, &options, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_worker_options wanted = { .batch = options.batch < 10000 ? options.batch : 10000,
				      .stop_fd = options.has_stop_fd ? options.stop_fd : -1,
				      .on_job = options.on_job,
				      .context = options.context };
	if (brb_worker_open(&engine->jobs, &wanted, &worker, &fault) == BRABEION_OK)
		work_off(worker, options.until_idle, &fault);
	brb_worker_close(worker);
	return brb_status_hand_over(error, &fault);
}

void brabeion_work_stop(brabeion_engine *engine)
{
	if (*engine->fork_mark)
		brb_jobs_stop(&engine->jobs);
}

brabeion_status brabeion_job_died(brabeion_engine *engine, int64_t job, int64_t claim, const char *why, bool *parked,
				  brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	enum { WHY_BYTES_MOST = 4096 };
	bool was_last = false;
	if (check_live(engine, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!why || brb_text_checked_length(why, WHY_BYTES_MOST) == SIZE_MAX)
		brb_status_set(&fault, BRABEION_INVALID, "why the worker died is %s",
			       why ? "longer than 4096 bytes or not UTF-8" : "not said");
	else if (brb_jobs_record_crash(&engine->jobs, job, claim, why, &was_last, &fault) == BRABEION_OK && parked)
		*parked = was_last;
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_config_work_settings(const brabeion_options *theirs, brabeion_work_settings *settings,
					      brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_options options;
	brb_config *config = NULL;
	if (brb_engine_enter_with(theirs, &options, &fault) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_WORK_SETTINGS, settings, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_config_source source = brb_engine_source_of(&options);
	if (brb_config_read(&source, &config, &fault) == BRABEION_OK &&
	    brb_config_verdict(config, &fault) == BRABEION_OK) {
		const brb_config_jobs *jobs = &config->jobs;
		brabeion_work_settings own = { .workers = jobs->workers,
					       .max_attempts = jobs->attempts_most,
					       .lease_us = jobs->lease_us,
					       .time_limit_us = jobs->time_limit_us,
					       .backoff_us = jobs->backoff_us,
					       .grace_us = jobs->grace_us };
		brb_size_give(BRB_SIZE_WORK_SETTINGS, &own, settings);
	}
	brb_config_close(config);
	return brb_status_hand_over(error, &fault);
}
