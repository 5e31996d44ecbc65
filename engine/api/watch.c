/*
 * api/watch: reloads when files change.
 *
 * After an event on a file (watch/watch) the watcher's thread compares the files' contents; it reloads when their state
 * is neither that of the current badge set nor that at the start of the last attempt. An attempt records the state
 * before it reads a file, so that a change during the attempt is detected.
 *
 * Guarantees: one reload at a time; callbacks run without a lock.
 */
#include <string.h>

#include "api/internal.h"
#include "base/memory.h"

static const int64_t first_again_us = INT64_C(2) * 1000000;
static const int64_t longest_again_us = INT64_C(60) * 1000000;

/* ---- checking -------------------------------------------------------------------------------------------------- */

/* Logs an error unless it is the one logged last. Takes over the error's message. */
static void log_new_error(brabeion_engine *engine, brabeion_error *error)
{
	brb_watching *watching = &engine->watching;
	bool is_new = error->message && (!watching->last_error || strcmp(error->message, watching->last_error) != 0);
	if (is_new)
		brb_log_lines(&engine->log, BRABEION_LOG_ERROR, error->message);
	brb_memory_release(watching->last_error);
	watching->last_error = error->message ? brb_memory_copy(error->message) : NULL;
	brabeion_error_finish(error);
}

/* Watches the files that were read last, resolving symbolic links as they are now. */
static brabeion_status follow(brb_watching *watching, brabeion_error *error)
{
	return brb_watch_follow(watching->watch, watching->files.paths, watching->files.count, error);
}

/* Whether there is something to reload. */
static bool is_changed_locked(brabeion_engine *engine)
{
	brb_watching *watching = &engine->watching;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_watch_digest now;
	follow(watching, &error);
	log_new_error(engine, &error);
	if (watching->again_us && brb_clock_monotonic_us() >= watching->again_at_us)
		return true;
	const char *content = engine->source.text ? watching->content : NULL; /* a text never changes */
	if (!watching->files.count || !brb_watch_files_state(&watching->files, content, now) ||
	    strcmp(now, watching->attempted) == 0)
		return false;
	if (strcmp(now, watching->loaded) != 0)
		return true;
	strcpy(watching->attempted, now); /* back to the loaded state: a later refusal is logged again */
	return false;
}

/*
 * A faulty badge set is tried again when its files change. A busy database or a lack of descriptors or memory may pass
 * without a change: it is tried again at growing intervals.
 */
static void try_again_locked(brb_watching *watching, brabeion_status status)
{
	bool passes = status == BRABEION_BUSY || status == BRABEION_SYSTEM || status == BRABEION_NO_MEMORY;
	int64_t next_us = watching->again_us ? watching->again_us * 2 : first_again_us;
	watching->again_us = !passes ? 0 : next_us < longest_again_us ? next_us : longest_again_us;
	watching->again_at_us = brb_clock_monotonic_us() + watching->again_us;
	if (watching->again_us && watching->is_on)
		brb_watch_ask_later(watching->watch, watching->again_us);
}

static void check_files(void *context)
{
	brabeion_engine *engine = context;
	brb_reload_outcome outcome = { .generation = 0 };
	pthread_mutex_lock(&engine->reloading);
	bool is_on = engine->watching.is_on;
	bool is_changed = is_on && is_changed_locked(engine);
	if (is_changed)
		engine->watching.reload(engine, &outcome);
	if (is_changed)
		try_again_locked(&engine->watching, outcome.error.status);
	pthread_mutex_unlock(&engine->reloading);
	if (is_changed)
		brb_engine_announce_reload(engine, &outcome);
	else if (is_on)
		brb_log_write(&engine->log, BRABEION_LOG_DEBUG, "%s: looked, and nothing has changed",
			      engine->source.name);
	brabeion_error_finish(&outcome.error);
}

/* ---- turning on and off ---------------------------------------------------------------------------------------- */

static void turn_off_locked(brb_watching *watching)
{
	brabeion_error error = BRABEION_NO_ERROR;
	watching->is_on = false;
	if (watching->watch)
		brb_watch_follow(watching->watch, NULL, 0, &error);
	brabeion_error_finish(&error);
}

/* Watches the files as they are now, then checks once: earlier changes have caused no event. */
static brabeion_status turn_on_locked(brabeion_engine *engine, brabeion_error *error)
{
	brb_watching *watching = &engine->watching;
	brabeion_status status = BRABEION_OK;
	if (!watching->watch)
		status = brb_watch_open(check_files, engine, &watching->watch, error);
	if (status == BRABEION_OK) {
		watching->is_on = true;
		status = follow(watching, error);
		brb_watch_ask(watching->watch);
	}
	return status;
}

static bool is_wanted(const brb_watching *watching)
{
	return watching->word == BRB_WATCHING_AS_FILE ? watching->file_says_on : watching->word == BRB_WATCHING_ON;
}

/* ---- the stages of an attempt ---------------------------------------------------------------------------------- */

void brb_watching_begin(brabeion_engine *engine, const char *path)
{
	brb_watching *watching = &engine->watching;
	watching->attempted[0] = '\0';
	if (watching->is_on && path && !engine->source.text)
		brb_watch_files_content(path, watching->content);
}

void brb_watching_read(brabeion_engine *engine, const brb_config *config)
{
	brb_watching *watching = &engine->watching;
	brb_watch_files files;
	strcpy(watching->content, brb_yaml_sha256(config->yaml));
	watching->will_say_on = config->watch;
	if (!brb_watch_files_init(&files, config->name, config))
		return; /* out of memory: keep the previous files */
	brb_watch_files_finish(&watching->files);
	watching->files = files;
	if (config->watch || watching->is_on)
		brb_watch_files_state(&files, watching->content, watching->attempted);
}

void brb_watching_end(brabeion_engine *engine, const brb_generation *generation)
{
	brb_watching *watching = &engine->watching;
	brabeion_error error = BRABEION_NO_ERROR;
	if (generation) {
		watching->again_us = 0;
		brb_watch_files_loaded(generation, watching->content, watching->loaded);
		watching->file_says_on = watching->will_say_on;
	} else if (watching->is_on && !watching->attempted[0] && watching->files.count) {
		brb_watch_files_state(&watching->files, watching->content, watching->attempted);
	}
	if (is_wanted(watching)) {
		turn_on_locked(engine, &error);
		log_new_error(engine, &error);
	} else if (watching->is_on) {
		turn_off_locked(watching);
	}
}

void brb_watching_finish(brb_watching *watching)
{
	brb_watch_close(watching->watch);
	brb_watch_files_finish(&watching->files);
	brb_memory_release(watching->last_error);
}

/* ---- the public call ------------------------------------------------------------------------------------------- */

static brabeion_status set_word_locked(brabeion_engine *engine, brb_watching_word word, brabeion_error *error)
{
	brb_watching *watching = &engine->watching;
	bool was_on = watching->is_on;
	brabeion_status status = BRABEION_OK;
	if (word == BRB_WATCHING_ON)
		status = turn_on_locked(engine, error);
	if (word == BRB_WATCHING_OFF || (status != BRABEION_OK && !was_on))
		turn_off_locked(watching);
	if (status == BRABEION_OK)
		watching->word = word;
	return status;
}

brabeion_status brabeion_watch(brabeion_engine *engine, bool on, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	pthread_mutex_lock(&engine->reloading);
	set_word_locked(engine, on ? BRB_WATCHING_ON : BRB_WATCHING_OFF, &fault);
	pthread_mutex_unlock(&engine->reloading);
	return brb_status_hand_over(error, &fault);
}
