/*
 * api/reload: reads badges.yaml again and publishes the new generation in place of the current one.
 *
 * Guarantees: one reload at a time; the current generation stays until the next one is complete.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/internal.h"
#include "base/memory.h"

/* The path of badges.yaml: as given, unless the host has changed its working directory since the open. */
static char *config_path_now(const brabeion_engine *engine)
{
	char now[PATH_MAX];
	bool known = engine->source.name[0] != '/' && engine->working_folder && getcwd(now, sizeof now);
	bool moved = known && strcmp(now, engine->working_folder) != 0;
	return moved ? brb_engine_path_at_open(engine, engine->source.name) : brb_memory_copy(engine->source.name);
}

/* Whether the file names another database than the open one. */
static brabeion_status check_same_database(const brabeion_engine *engine, brb_config *config, brabeion_error *error)
{
	if (engine->database)
		return BRABEION_OK;
	char now[PATH_MAX], then[PATH_MAX];
	if (strcmp(brb_store_path(engine->store), config->database) == 0 ||
	    (realpath(brb_store_path(engine->store), now) && realpath(config->database, then) &&
	     strcmp(now, then) == 0))
		return BRABEION_OK;
	if (brb_config_verdict(config, error) !=
	    BRABEION_OK) /* a file that is empty or cut short names no database */
		return error->status;
	return brb_status_set(
		error, BRABEION_CONFIG,
		"%s: \"database\" is now \"%s\", the engine is using \"%s\": changing it needs a new open",
		config->name, config->database, brb_store_path(engine->store));
}

static bool is_same_path(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Warns of changed settings that are read at the open only. */
static void warn_unchanged(const brabeion_engine *engine, const brb_config *config)
{
	const char *name = engine->synchronous_full != (config->synchronous == BRB_CONFIG_FULL) ? "synchronous"
			   : engine->busy_timeout_ms != config->busy_timeout_ms                 ? "busy_timeout"
			   : engine->retention_us != config->retention_us                       ? "retention"
			   : engine->workers.configured != config->jobs.workers                 ? "workers"
			   : !is_same_path(engine->cache_dir, config->cache_dir)                ? "cache_dir"
												: NULL;
	if (name)
		brb_log_write(&engine->log, BRABEION_LOG_WARNING,
			      "%s: \"%s\" has changed; that takes effect when the engine is opened anew",
			      config->name, name);
}

static brabeion_status load_next(brabeion_engine *engine, brb_config *config, brb_generation **out,
				 brabeion_error *error)
{
	brb_generation *generation = NULL;
	const brb_generation *before = atomic_load(&engine->registry.current);
	brabeion_status status = check_same_database(engine, config, error);
	if (status == BRABEION_OK)
		status = brb_engine_load(config, engine->copies, before, &engine->log, &generation, error);
	if (status == BRABEION_OK)
		status = brb_engine_number_badges(generation, before, engine->store, config->name, &engine->log,
						  error);
	if (status != BRABEION_OK) {
		brb_generation_close(generation);
		return status;
	}
	warn_unchanged(engine, config);
	brb_engine_set_limits(engine, config);
	brb_registry_number_counters(&engine->registry, generation);
	*out = generation;
	return BRABEION_OK;
}

static void publish(brabeion_engine *engine, brb_generation *generation, int64_t began_us, brabeion_receipt *receipt)
{
	brb_generation_compare(atomic_load(&engine->registry.current), generation, receipt);
	int64_t loaded_us = brb_clock_monotonic_us();
	brb_registry_publish(&engine->registry, generation);
	receipt->publish_us = brb_clock_monotonic_us() - loaded_us;
	receipt->load_us = loaded_us - began_us;
	receipt->generation = engine->registry.published;
	receipt->resident = (uint32_t)brb_image_copies_resident(engine->copies);
	brb_registry_retire(&engine->registry, &engine->log);
	brb_quarantine_begin(&engine->quarantine, generation, engine->store, &engine->log);
	brb_engine_consider_workers(engine);
}

/* Only a reload retires the current generation: it stays while the lock is held. */
static brabeion_status reload_locked(brabeion_engine *engine, brabeion_receipt *receipt, brabeion_error *error)
{
	brb_config *config = NULL;
	brb_generation *generation = NULL;
	int64_t began_us = brb_clock_monotonic_us();
	char *path = config_path_now(engine);
	brb_watching_begin(engine, path);
	if (!path)
		return brb_status_no_memory(error);
	brb_config_source source = engine->source;
	source.name = path;
	brabeion_status status = brb_config_read(&source, &config, error);
	brb_memory_release(path);
	if (status == BRABEION_OK)
		brb_watching_read(engine, config);
	if (status == BRABEION_OK)
		status = load_next(engine, config, &generation, error);
	if (status == BRABEION_OK) {
		publish(engine, generation, began_us, receipt);
		brb_last_good_end(engine);
		if (engine->keeps_last_good)
			brb_last_good_keep(engine, config, generation);
	}
	brb_config_close(config);
	return status;
}

void brb_engine_reload_locked(brabeion_engine *engine, brb_reload_outcome *outcome)
{
	brb_reentrancy_begin_call(); /* also on the watcher's thread */
	*outcome = (brb_reload_outcome){ .receipt.struct_size = sizeof outcome->receipt };
	brabeion_status status = reload_locked(engine, &outcome->receipt, &outcome->error);
	outcome->generation = engine->registry.published;
	brb_watching_end(engine, status == BRABEION_OK ? atomic_load(&engine->registry.current) : NULL);
}

brabeion_status brabeion_reload(brabeion_engine *engine, brabeion_receipt *receipt, brabeion_error *error)
{
	BRB_CALL;
	brb_reload_outcome outcome = { .generation = 0 };
	if (brb_engine_enter_or_say(engine, &outcome.error) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_RECEIPT, receipt, &outcome.error) != BRABEION_OK)
		return brb_status_hand_over(error, &outcome.error);
	if (brb_engine_is_announcing_reload(engine)) {
		brb_status_set(&outcome.error, BRABEION_REENTRANT, "called from inside an on-reload callback");
		return brb_status_hand_over(error, &outcome.error);
	}
	pthread_mutex_lock(&engine->reloading);
	brb_engine_reload_locked(engine, &outcome);
	pthread_mutex_unlock(&engine->reloading);
	brb_engine_announce_reload(engine, &outcome);
	if (outcome.error.status == BRABEION_OK)
		brb_size_give(BRB_SIZE_RECEIPT, &outcome.receipt, receipt);
	return brb_status_hand_over(error, &outcome.error);
}
