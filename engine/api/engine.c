/*
 * api/engine: opens and closes an engine: configuration, copies of plugins, store, registry, judging, threads.
 *
 * Guarantees: plugins are loaded before the database is touched, so a fault in badges.yaml creates no file; a failed
 * open is undone.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/internal.h"
#include "base/memory.h"

/*
 * A page that the kernel zeroes in a child of fork (MADV_WIPEONFORK, madvise(2)): one byte of it distinguishes parent
 * from child without a system call.
 */
static const unsigned char *make_fork_mark(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return NULL;
	if (madvise(page, size, MADV_WIPEONFORK) != 0) {
		munmap(page, size);
		return NULL;
	}
	*page = 1;
	return page;
}

static const char *copy_text(brb_arena *arena, const char *text, bool *whole)
{
	const char *copy = text ? brb_arena_copy(arena, text) : NULL;
	*whole = *whole && (copy || !text);
	return copy;
}

/* Copies the configuration source, for reloads. False: out of memory. */
static bool copy_source(brabeion_engine *engine, const brb_config_source *given)
{
	bool whole = true;
	size_t count = 0;
	while (given->other_keys && given->other_keys[count])
		count++;
	const char **keys = brb_arena_take(&engine->texts, (count + 1) * sizeof *keys);
	for (size_t i = 0; keys && i < count; i++)
		keys[i] = copy_text(&engine->texts, given->other_keys[i], &whole);
	engine->source = (brb_config_source){ .name = copy_text(&engine->texts, given->name, &whole),
					      .text = copy_text(&engine->texts, given->text, &whole),
					      .other_keys = keys,
					      .plugin_path = copy_text(&engine->texts, given->plugin_path, &whole),
					      .installed_plugin_dir = given->installed_plugin_dir };
	if (keys)
		keys[count] = NULL;
	return whole && keys;
}

static brabeion_status init_engine(brabeion_engine *engine, const brabeion_options *options, brabeion_error *error)
{
	engine->log = (brb_log){ options->log, options->log_context };
	engine->clock = (brb_clock){ options->clock, options->clock_context };
	engine->allocator = options->allocator;
	engine->read_only = options->read_only;
	engine->existing_only = options->no_create || options->read_only;
	engine->memory_bytes = options->memory_bytes;
	engine->keeps_last_good =
		!engine->existing_only && options->time == BRABEION_TIME_LIVE && !options->config_text;
	engine->watching.reload = brb_engine_reload_locked;
	engine->watching.word = options->no_watch ? BRB_WATCHING_OFF : BRB_WATCHING_AS_FILE;
	brb_config_source source = brb_engine_source_of(options);
	bool copied = copy_source(engine, &source);
	engine->database = options->database ? brb_memory_copy(options->database) : NULL;
	char folder[PATH_MAX];
	bool has_folder = getcwd(folder, sizeof folder) != NULL; /* a deleted or too deep folder has no path */
	engine->working_folder = has_folder ? brb_memory_copy(folder) : NULL;
	engine->fork_mark = make_fork_mark();
	if (!copied || (options->database && !engine->database) || (has_folder && !engine->working_folder))
		return brb_status_no_memory(error);
	if (options->read_only && options->time == BRABEION_TIME_HISTORY)
		return brb_status_set(error, BRABEION_INVALID,
				      "a history stores what it judges: it cannot be read_only");
	if (!engine->fork_mark)
		return brb_status_set(
			error, BRABEION_SYSTEM,
			"the kernel refuses a page that is wiped on fork (MADV_WIPEONFORK, Linux 4.14)");
	return BRABEION_OK;
}

/* The store opens its file again when it first reads, and compares it with badges.yaml's at each reload. */
static brabeion_status open_store(brabeion_engine *engine, const brb_config *config, const brabeion_options *given,
				  brabeion_error *error)
{
	engine->synchronous_full = config->synchronous == BRB_CONFIG_FULL;
	engine->busy_timeout_ms = config->busy_timeout_ms;
	engine->mode = config->mode;
	engine->retention_us = config->retention_us;
	engine->cache_dir = config->cache_dir ? brb_memory_copy(config->cache_dir) : NULL;
	if (config->cache_dir && !engine->cache_dir)
		return brb_status_no_memory(error);
	char *path = brb_engine_path_at_open(engine, engine->database ? engine->database : config->database);
	if (!path)
		return brb_status_no_memory(error);
	brb_store_options options = { .path = path,
				      .existing_only = engine->existing_only,
				      .read_only = engine->read_only,
				      .synchronous_full = engine->synchronous_full,
				      .busy_timeout_ms = engine->busy_timeout_ms,
				      .mode = (mode_t)engine->mode,
				      .compare_us = 1000,
				      .retention_us = engine->retention_us,
				      .memory_bytes =
					      config->memory_bytes ? config->memory_bytes : engine->memory_bytes,
				      .migrating = given->migrating,
				      .migrating_context = given->migrating_context,
				      .clock = engine->clock,
				      .log = engine->log };
	brabeion_status status = brb_store_open(&options, &engine->store, error);
	brb_memory_release(path);
	return status;
}

/* Where nothing may be written beside the database, plugins are copied to the folder for temporary files. */
static brabeion_status open_copies(brabeion_engine *engine, const brb_config *config, const char *database,
				   brabeion_error *error)
{
	const char *temporary = secure_getenv("TMPDIR");
	const char *last_resort = !engine->read_only ? NULL : temporary ? temporary : "/tmp";
	return brb_engine_open_copies(config, database, last_resort, &engine->log, &engine->copies, error);
}

/* Loads *config; where it has faults, the set that is kept, whose configuration takes its place. */
static brabeion_status load_first(brabeion_engine *engine, brb_config **config, const char *database,
				  brb_generation **generation, brabeion_error *error)
{
	brabeion_error kept_fault = BRABEION_NO_ERROR;
	brabeion_status status = brb_engine_load(*config, engine->copies, NULL, &engine->log, generation, error);
	brb_config *kept = status == BRABEION_CONFIG && engine->keeps_last_good && !atomic_load(&engine->is_last_good)
				   ? brb_last_good_read(engine, database)
				   : NULL;
	if (!kept)
		return status;
	if (brb_engine_load(kept, engine->copies, NULL, &engine->log, generation, &kept_fault) != BRABEION_OK ||
	    !brb_last_good_begin(engine, error)) {
		brabeion_error_finish(&kept_fault);
		brb_config_close(kept);
		return status;
	}
	brb_config_close(*config);
	*config = kept;
	return BRABEION_OK;
}

/* Reads badges.yaml; where it cannot be read, what is kept of it. */
static brabeion_status read_first(brabeion_engine *engine, brb_config **config, brabeion_error *error)
{
	brabeion_status status = brb_config_read(&engine->source, config, error);
	if (status != BRABEION_CONFIG || !engine->keeps_last_good)
		return status;
	char *beside = brb_engine_path_at_open(engine, engine->source.name);
	char *slash = beside ? strrchr(beside, '/') : NULL;
	brb_builder database = { 0 };
	if (engine->database)
		brb_builder_add(&database, engine->database);
	else if (slash)
		brb_builder_printf(&database, "%.*s/badges.db", (int)(slash - beside), beside);
	*config = database.text && !database.failed ? brb_last_good_read(engine, database.text) : NULL;
	brb_builder_finish(&database);
	brb_memory_release(beside);
	return *config && brb_last_good_begin(engine, error) ? BRABEION_OK : status;
}

static brabeion_status open_parts(brabeion_engine *engine, brb_config **read, const brabeion_options *options,
				  brabeion_error *error)
{
	brb_config *config = *read;
	brb_generation *generation = NULL;
	const char *database = engine->database ? engine->database : config->database;
	brabeion_status status = brb_engine_check_folder(database, !engine->read_only, error);
	brb_watching_read(engine, config);
	if (status == BRABEION_OK)
		status = open_copies(engine, config, database, error);
	if (status == BRABEION_OK)
		status = load_first(engine, read, database, &generation, error);
	config = *read;
	if (status == BRABEION_OK)
		status = open_store(engine, config, options, error);
	if (status == BRABEION_OK)
		status = brb_engine_number_badges(generation, NULL, engine->store, config->name, &engine->log, error);
	engine->judging = (brb_judge_shared){ .store = engine->store,
					      .log = &engine->log,
					      .clock = &engine->clock,
					      .group = &engine->group,
					      .quarantine = &engine->quarantine,
					      .event_stats = &engine->stats_writer.stats };
	if (status == BRABEION_OK)
		status = brb_engine_open_event_stats(engine, error);
	if (status == BRABEION_OK)
		status = brb_engine_open_workers(engine, config,
						 options->no_workers || options->time || options->read_only, error);
	if (status != BRABEION_OK) {
		brb_generation_close(generation);
		return status;
	}
	brb_registry_number_counters(&engine->registry, generation);
	brb_registry_publish(&engine->registry, generation);
	/* an engine that only inspects a database must not release badges that others quarantined */
	if (!engine->existing_only) {
		brb_quarantine_begin(&engine->quarantine, generation, engine->store, &engine->log);
		brb_engine_resume_chores(engine);
	}
	if (engine->keeps_last_good && !atomic_load(&engine->is_last_good))
		brb_last_good_keep(engine, config, generation);
	pthread_mutex_lock(&engine->reloading); /* from here on the watcher's thread may run */
	brb_watching_end(engine, generation);
	pthread_mutex_unlock(&engine->reloading);
	return BRABEION_OK;
}

static void free_engine(brabeion_engine *engine)
{
	if (engine->fork_mark)
		munmap((void *)(uintptr_t)engine->fork_mark, (size_t)sysconf(_SC_PAGESIZE));
	brb_arena_finish(&engine->texts);
	brb_memory_release(engine->working_folder);
	brb_memory_release(engine->database);
	brb_memory_release(engine->cache_dir);
	brb_memory_release(engine->last_good_fault);
	brb_memory_release(engine);
}

static brabeion_status open_engine(brabeion_engine *engine, const brabeion_options *options, bool journaled,
				   brabeion_error *error)
{
	brb_config *config = NULL;
	brabeion_status status = init_engine(engine, options, error);
	if (status == BRABEION_OK)
		status = read_first(engine, &config, error);
	if (status == BRABEION_OK && !journaled)
		config->journal.keep_us = 0;
	if (status == BRABEION_OK)
		status = brb_group_commit_init(&engine->group, error);
	if (status == BRABEION_OK)
		status = brb_quarantine_init(&engine->quarantine, &engine->registry, error);
	if (status == BRABEION_OK)
		status = brb_registry_init(&engine->registry, error);
	if (status != BRABEION_OK) {
		brb_config_close(config);
		free_engine(engine);
		return status;
	}
	pthread_mutex_init(&engine->reloading, NULL);
	pthread_mutex_init(&engine->callbacks_lock, NULL);
	pthread_mutex_init(&engine->feed_lock, NULL);
	pthread_mutex_init(&engine->snapshots.lock, NULL);
	brb_submissions_init(&engine->submissions, options->submit_capacity);
	engine->feed_fd = -1;
	engine->runs_fd = -1;
	status = open_parts(engine, &config, options, error);
	if (status == BRABEION_OK && options->time == BRABEION_TIME_HISTORY)
		status = brb_engine_open_history(engine, config->jobs.attempts_most, error);
	brb_config_close(config);
	if (status == BRABEION_OK)
		brb_engine_consider_workers(engine);
	else
		brabeion_close(engine);
	return status;
}

brabeion_status brb_engine_open(const brabeion_options *theirs, bool journaled, brabeion_engine **out,
				brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_options options;
	brabeion_engine *engine = NULL;
	if (brb_engine_enter_with(theirs, &options, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!(engine = brb_memory_take_zeroed(1, sizeof *engine)))
		brb_status_no_memory(&fault);
	else if (open_engine(engine, &options, journaled, &fault) == BRABEION_OK)
		*out = engine;
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_open(const brabeion_options *options, brabeion_engine **out, brabeion_error *error)
{
	return brb_engine_open(options, true, out, error);
}

void brabeion_close(brabeion_engine *engine)
{
	BRB_CALL;
	if (!engine || brb_engine_enter(engine) != BRABEION_OK || brb_engine_is_announcing_reload(engine))
		return;
	brb_watching_finish(&engine->watching); /* first: a running reload needs all the rest */
	brb_submissions_finish(&engine->submissions);
	brb_engine_close_workers(engine);
	brb_engine_close_event_stats(engine);
	if (engine->feed_fd >= 0)
		brb_store_unwatch(engine->store, engine->feed_fd);
	pthread_mutex_destroy(&engine->feed_lock);
	brb_registry_finish(&engine->registry);
	brb_engine_close_history(engine);
	brb_snapshot_pool_finish(&engine->snapshots);
	brb_store_close(engine->store);
	brb_image_copies_close(engine->copies, false);
	pthread_mutex_destroy(&engine->callbacks_lock);
	brb_group_commit_finish(&engine->group);
	brb_quarantine_finish(&engine->quarantine);
	pthread_mutex_destroy(&engine->reloading);
	free_engine(engine);
}
