/*
 * engine: the public API. Ties the rooms together: configuration, image home, store, registry, judge.
 *
 * Keeps true: a call from inside a plugin or after fork is refused before anything is touched; callbacks run after the
 * commit, with no lock and no generation held.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/list.h"
#include "base/memory.h"
#include "engine_internal.h"
#include "judging/view.h"
#include "loading/probe.h"

const char *brabeion_version(void)
{
	return BRABEION_VERSION;
}

/* ---- who may call ---- */

/*
 * A page that the kernel replaces by zeroes in a child of fork (MADV_WIPEONFORK, madvise(2)): reading one byte of it
 * tells parent from child without a system call.
 */
static const unsigned char *make_birth_mark(void)
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

brabeion_status brb_engine_enter(const brabeion_engine *engine)
{
	brb_guard *guard = brb_guard_here();
	if (!*engine->born_here)
		return BRABEION_FORKED;
	if (guard->depth)
		return BRABEION_REENTRANT;
	guard->allocator = engine->allocator;
	return BRABEION_OK;
}

/* ---- loading ---- */

static bool is_relative(const char *path)
{
	return path[0] != '/';
}

/* The path as it was meant at the open, whatever the working directory is later. NULL: no memory. */
static char *path_at_open(const brabeion_engine *engine, const char *path)
{
	if (!is_relative(path) || !engine->working_folder)
		return brb_memory_copy(path);
	brb_builder whole = { 0 };
	brb_builder_printf(&whole, "%s/%s", engine->working_folder, path);
	return brb_builder_take(&whole);
}

/* The path of badges.yaml: as given, unless the host has changed its working directory since the open. */
static char *config_path_now(const brabeion_engine *engine)
{
	char now[PATH_MAX];
	bool known = is_relative(engine->config_path) && engine->working_folder && getcwd(now, sizeof now);
	bool moved = known && strcmp(now, engine->working_folder) != 0;
	return moved ? path_at_open(engine, engine->config_path) : brb_memory_copy(engine->config_path);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash          ? brb_memory_copy(".")
	       : slash == path ? brb_memory_copy("/")
			       : brb_memory_copy_length(path, (size_t)(slash - path));
}

/* Told before plugins are loaded: a folder that is not there would else look like a lack of one for their copies. */
static brabeion_status check_folder(const char *database, brabeion_error *error)
{
	char *folder = folder_of(database);
	if (!folder)
		return brb_status_no_memory(error);
	bool usable = access(folder, W_OK | X_OK) == 0;
	int why = errno;
	brb_memory_release(folder);
	return usable ? BRABEION_OK : brb_status_set(error, BRABEION_STORE, "%s: %s", database, strerror(why));
}

/* Where copies of plugins may live: cache_dir alone when it is given. */
static brabeion_status open_home(const brb_config *config, const char *database, const char *last_resort,
				 const brb_log *log, brb_image_home **home, brabeion_error *error)
{
	char *folder = folder_of(database);
	if (!folder)
		return brb_status_no_memory(error);
	const char *places[] = { config->cache_dir, NULL, NULL, NULL };
	if (!config->cache_dir) {
		places[0] = secure_getenv("XDG_RUNTIME_DIR");
		places[1] = folder;
		places[2] = last_resort;
	}
	brabeion_status status = brb_image_home_open(places, sizeof places / sizeof places[0], log, home, error);
	brb_memory_release(folder);
	if (status != BRABEION_OK && !config->cache_dir)
		brb_status_add(error, status, "(set \"cache_dir\" in %s to name another folder)", config->name);
	return status;
}

/* All faults of the file and of what it names, at once. */
static brabeion_status load_generation(brb_config *config, brb_image_home *home, const brb_generation *before,
				       const brb_log *log, brb_generation **out, brabeion_error *error)
{
	brb_generation *generation = NULL;
	brabeion_status status = brb_generation_open(config, home, before, log, &generation, error);
	if (status == BRABEION_OK || status == BRABEION_CONFIG)
		status = brb_config_verdict(config, error);
	if (status == BRABEION_OK)
		*out = generation;
	else
		brb_generation_close(generation);
	return status;
}

/* Numbers of badges and plugins in the store; the generation is not published yet. */
static brabeion_status number_badges(brb_generation *generation, brb_store *store, brabeion_error *error)
{
	brb_arena arena = { 0 };
	brb_store_badge *badges = brb_arena_take(&arena, (generation->badge_count + 1) * sizeof *badges);
	const char **ids = brb_arena_take(&arena, (generation->plugin_count + 1) * sizeof *ids);
	uint32_t *numbers = brb_arena_take(&arena, (generation->plugin_count + 1) * sizeof *numbers);
	if (!badges || !ids || !numbers) {
		brb_arena_finish(&arena);
		return brb_status_no_memory(error);
	}
	for (size_t i = 0; i < generation->badge_count; i++)
		badges[i] = (brb_store_badge){ .slug = generation->badges[i]->slug,
					       .levels = generation->badges[i]->levels,
					       .level_count = generation->badges[i]->level_count };
	for (size_t i = 0; i < generation->plugin_count; i++)
		ids[i] = generation->plugins[i]->id;
	brabeion_status status = brb_store_register(store, badges, generation->badge_count, ids, numbers,
						    generation->plugin_count, error);
	for (size_t i = 0; i < generation->badge_count && status == BRABEION_OK; i++)
		generation->badges[i]->number = badges[i].number;
	for (size_t i = 0; i < generation->plugin_count && status == BRABEION_OK; i++)
		generation->plugins[i]->number = numbers[i];
	if (status == BRABEION_OK)
		status = brb_generation_sort_numbers(generation, error);
	brb_arena_finish(&arena);
	return status;
}

/* ---- opening and closing ---- */

static const char *config_of(const brabeion_options *options)
{
	return options->config ? options->config : "badges.yaml";
}

static brabeion_status init_engine(brabeion_engine *engine, const brabeion_options *options, brabeion_error *error)
{
	engine->log = (brb_log){ options->log, options->log_context };
	engine->clock = (brb_clock){ options->clock, options->clock_context };
	engine->allocator = options->allocator;
	engine->existing_only = options->existing_only;
	engine->watching.word = options->unwatched ? BRB_WATCHING_OFF : BRB_WATCHING_AS_FILE;
	engine->config_path = brb_memory_copy(config_of(options));
	engine->database = options->database ? brb_memory_copy(options->database) : NULL;
	char folder[PATH_MAX];
	bool has_folder = getcwd(folder, sizeof folder) != NULL; /* one that is gone, or too deep, has no path */
	engine->working_folder = has_folder ? brb_memory_copy(folder) : NULL;
	engine->born_here = make_birth_mark();
	if (!engine->config_path || (options->database && !engine->database) ||
	    (has_folder && !engine->working_folder))
		return brb_status_no_memory(error);
	if (!engine->born_here)
		return brb_status_set(
			error, BRABEION_SYSTEM,
			"the kernel refuses a page that is wiped on fork (MADV_WIPEONFORK, Linux 4.14)");
	return BRABEION_OK;
}

/* The store opens its file again when it first reads, and compares it with badges.yaml's at each reload. */
static brabeion_status open_store(brabeion_engine *engine, const brb_config *config, brabeion_error *error)
{
	engine->synchronous_full = config->synchronous == BRB_CONFIG_FULL;
	engine->busy_timeout_ms = config->busy_timeout_ms;
	engine->retention_us = config->retention_us;
	char *path = path_at_open(engine, engine->database ? engine->database : config->database);
	if (!path)
		return brb_status_no_memory(error);
	brb_store_options options = { .path = path,
				      .existing_only = engine->existing_only,
				      .synchronous_full = engine->synchronous_full,
				      .busy_timeout_ms = engine->busy_timeout_ms,
				      .retention_us = engine->retention_us,
				      .clock = engine->clock,
				      .log = engine->log };
	brabeion_status status = brb_store_open(&options, &engine->store, error);
	brb_memory_release(path);
	return status;
}

/* Plugins are loaded before the database is touched: a fault in badges.yaml creates no file. */
static brabeion_status open_parts(brabeion_engine *engine, brb_config *config, const brabeion_options *options,
				  brabeion_error *error)
{
	brb_generation *generation = NULL;
	const char *database = engine->database ? engine->database : config->database;
	brabeion_status status = check_folder(database, error);
	brb_watching_read(engine, config);
	if (status == BRABEION_OK)
		status = open_home(config, database, NULL, &engine->log, &engine->home, error);
	if (status == BRABEION_OK)
		status = load_generation(config, engine->home, NULL, &engine->log, &generation, error);
	if (status == BRABEION_OK)
		status = open_store(engine, config, error);
	if (status == BRABEION_OK)
		status = number_badges(generation, engine->store, error);
	if (status == BRABEION_OK)
		status = brb_engine_open_workers(engine, config, options->no_workers || options->time, error);
	if (status != BRABEION_OK) {
		brb_generation_close(generation);
		return status;
	}
	brb_registry_number_counters(&engine->registry, generation);
	brb_registry_publish(&engine->registry, generation);
	/* whoever only looks at an existing database lets nothing back that others set aside */
	if (!engine->existing_only)
		brb_quarantine_begin(&engine->quarantine, generation, engine->store, &engine->log);
	pthread_mutex_lock(&engine->reloading); /* from here on the watcher's thread may be there */
	brb_watching_end(engine, generation);
	pthread_mutex_unlock(&engine->reloading);
	return BRABEION_OK;
}

static void free_engine(brabeion_engine *engine)
{
	if (engine->born_here)
		munmap((void *)(uintptr_t)engine->born_here, (size_t)sysconf(_SC_PAGESIZE));
	brb_memory_release(engine->config_path);
	brb_memory_release(engine->working_folder);
	brb_memory_release(engine->database);
	brb_memory_release(engine);
}

static brabeion_status open_engine(brabeion_engine *engine, const brabeion_options *options, brabeion_error *error)
{
	brb_config *config = NULL;
	brabeion_status status = init_engine(engine, options, error);
	if (status == BRABEION_OK)
		status = brb_config_read(engine->config_path, BRABEION_PLUGIN_DIR, &config, error);
	if (status == BRABEION_OK)
		status = brb_group_init(&engine->group, error);
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
	brb_submissions_init(&engine->submissions, options->submit_capacity);
	engine->feed_fd = -1;
	engine->runs_fd = -1;
	status = open_parts(engine, config, options, error);
	if (status == BRABEION_OK && options->time == BRABEION_TIME_HISTORY)
		status = brb_engine_open_history(engine, config->jobs.attempts_most, error);
	brb_config_close(config);
	if (status == BRABEION_OK)
		brb_engine_consider_workers(engine);
	else
		brabeion_close(engine);
	return status;
}

static const brabeion_options no_options;

/* May a call without an engine begin on this thread? Its blocks come from the allocator of the options then. */
static brabeion_status enter_with(const brabeion_options *options, brabeion_error *error)
{
	const brabeion_allocator *allocator = options->allocator;
	if (*brb_guard_depth())
		return brb_status_refuse(error, BRABEION_REENTRANT);
	bool whole = !allocator || (allocator->allocate && allocator->reallocate && allocator->release);
	brb_memory_use(whole ? allocator : NULL);
	return whole ? BRABEION_OK
		     : brb_status_set(error, BRABEION_INVALID,
				      "options.allocator: allocate, reallocate and release must all be given");
}

brabeion_status brabeion_open(const brabeion_options *options, brabeion_engine **out, brabeion_error *error)
{
	brabeion_error fault = BRABEION_NO_ERROR;
	brabeion_engine *engine = NULL;
	if (!options)
		options = &no_options;
	if (enter_with(options, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!(engine = brb_memory_take_zeroed(1, sizeof *engine)))
		brb_status_no_memory(&fault);
	else if (open_engine(engine, options, &fault) == BRABEION_OK)
		*out = engine;
	return brb_status_hand_over(error, &fault);
}

void brabeion_close(brabeion_engine *engine)
{
	if (!engine || brb_engine_enter(engine) != BRABEION_OK || brb_engine_is_telling_reload(engine))
		return;
	brb_watching_finish(&engine->watching); /* first: a reload under way needs all the rest */
	brb_submissions_finish(&engine->submissions);
	brb_engine_close_workers(engine);
	if (engine->feed_fd >= 0)
		close(engine->feed_fd);
	pthread_mutex_destroy(&engine->feed_lock);
	brb_registry_finish(&engine->registry);
	brb_engine_close_history(engine);
	brb_store_close(engine->store);
	brb_image_home_close(engine->home, false);
	pthread_mutex_destroy(&engine->callbacks_lock);
	brb_group_finish(&engine->group);
	brb_quarantine_finish(&engine->quarantine);
	pthread_mutex_destroy(&engine->reloading);
	free_engine(engine);
}

/* ---- reloading and checking ---- */

/* The file names another database than the one that is open. */
static brabeion_status check_same_database(const brabeion_engine *engine, const brb_config *config,
					   brabeion_error *error)
{
	if (engine->database)
		return BRABEION_OK;
	char now[PATH_MAX], then[PATH_MAX];
	if (strcmp(brb_store_path(engine->store), config->database) == 0 ||
	    (realpath(brb_store_path(engine->store), now) && realpath(config->database, then) &&
	     strcmp(now, then) == 0))
		return BRABEION_OK;
	return brb_status_set(
		error, BRABEION_CONFIG,
		"%s: \"database\" is now \"%s\", the engine is using \"%s\": changing it needs a new open",
		config->name, config->database, brb_store_path(engine->store));
}

/* What the database was opened with stays until it is opened anew: an operator who changed it should know. */
static void tell_unchanged(const brabeion_engine *engine, const brb_config *config)
{
	const char *name = engine->synchronous_full != (config->synchronous == BRB_CONFIG_FULL) ? "synchronous"
			   : engine->busy_timeout_ms != config->busy_timeout_ms                 ? "busy_timeout"
			   : engine->retention_us != config->retention_us                       ? "retention"
			   : engine->workers.configured != config->jobs.workers                 ? "workers"
												: NULL;
	if (name)
		brb_log_write(&engine->log, BRABEION_LOG_WARNING,
			      "%s: \"%s\" has changed; that takes effect when the engine is opened anew",
			      config->name, name);
}

/* The generation that a configuration makes, ready to be published in place of the one at work. */
static brabeion_status load_next(brabeion_engine *engine, brb_config *config, brb_generation **out,
				 brabeion_error *error)
{
	brb_generation *generation = NULL;
	const brb_generation *before = atomic_load(&engine->registry.current);
	brabeion_status status = check_same_database(engine, config, error);
	if (status == BRABEION_OK)
		status = load_generation(config, engine->home, before, &engine->log, &generation, error);
	if (status == BRABEION_OK)
		status = number_badges(generation, engine->store, error);
	if (status != BRABEION_OK) {
		brb_generation_close(generation);
		return status;
	}
	tell_unchanged(engine, config);
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
	receipt->resident = (uint32_t)brb_image_home_resident(engine->home);
	brb_registry_retire(&engine->registry, &engine->log);
	brb_quarantine_begin(&engine->quarantine, generation, engine->store, &engine->log);
	brb_engine_consider_workers(engine);
}

/* The generation at work stays while the lock is held: only a reload retires it. */
static brabeion_status reload_locked(brabeion_engine *engine, brabeion_receipt *receipt, brabeion_error *error)
{
	brb_config *config = NULL;
	brb_generation *generation = NULL;
	int64_t began_us = brb_clock_monotonic_us();
	char *path = config_path_now(engine);
	brb_watching_begin(engine, path);
	if (!path)
		return brb_status_no_memory(error);
	brabeion_status status = brb_config_read(path, BRABEION_PLUGIN_DIR, &config, error);
	brb_memory_release(path);
	if (status == BRABEION_OK)
		brb_watching_read(engine, config);
	if (status == BRABEION_OK)
		status = load_next(engine, config, &generation, error);
	brb_config_close(config);
	if (status == BRABEION_OK)
		publish(engine, generation, began_us, receipt);
	return status;
}

void brb_engine_reload_locked(brabeion_engine *engine, brb_reload_outcome *outcome)
{
	*outcome = (brb_reload_outcome){ .generation = 0 };
	brabeion_status status = reload_locked(engine, &outcome->receipt, &outcome->error);
	outcome->generation = engine->registry.published;
	brb_watching_end(engine, status == BRABEION_OK ? atomic_load(&engine->registry.current) : NULL);
}

brabeion_status brabeion_reload(brabeion_engine *engine, brabeion_receipt *receipt, brabeion_error *error)
{
	brb_reload_outcome outcome = { .generation = 0 };
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK) {
		brb_status_refuse(&outcome.error, status);
		return brb_status_hand_over(error, &outcome.error);
	}
	if (brb_engine_is_telling_reload(engine)) {
		brb_status_set(&outcome.error, BRABEION_REENTRANT, "called from inside an on-reload callback");
		return brb_status_hand_over(error, &outcome.error);
	}
	pthread_mutex_lock(&engine->reloading);
	brb_engine_reload_locked(engine, &outcome);
	pthread_mutex_unlock(&engine->reloading);
	brb_engine_tell_reload(engine, &outcome);
	if (outcome.error.status == BRABEION_OK && receipt)
		*receipt = outcome.receipt;
	return brb_status_hand_over(error, &outcome.error);
}

/* Whoever checks wants to know what was not looked at. */
static void tell_untried(const brb_config *config, const brb_log *log)
{
	const char *program = brb_probe_program();
	if (!config->probe_ms)
		brb_log_write(log, BRABEION_LOG_INFO,
			      "%s: plugins are not tried before they are loaded: probe is off", config->name);
	else if (!brb_probe_is_there(program))
		brb_log_write(log, BRABEION_LOG_INFO,
			      "%s: plugins are not tried before they are loaded: there is no %s", config->name,
			      program);
}

static brabeion_status check(const brabeion_options *options, brabeion_badge_list *list, brabeion_error *error)
{
	brb_log log = { options->log, options->log_context };
	brb_config *config = NULL;
	brb_image_home *home = NULL;
	brb_generation *generation = NULL;
	const char *temporary = secure_getenv("TMPDIR");
	brabeion_status status = brb_config_read(config_of(options), BRABEION_PLUGIN_DIR, &config, error);
	if (status == BRABEION_OK)
		status = open_home(config, options->database ? options->database : config->database,
				   temporary ? temporary : "/tmp", &log, &home, error);
	if (status == BRABEION_OK) {
		tell_untried(config, &log);
		status = load_generation(config, home, NULL, &log, &generation, error);
	}
	if (status == BRABEION_OK && list)
		status = brb_engine_list_badges(generation, NULL, list, error);
	brb_generation_close(generation);
	brb_image_home_close(home, false);
	brb_config_close(config);
	return status;
}

brabeion_status brabeion_check(const brabeion_options *options, brabeion_badge_list *list, brabeion_error *error)
{
	brabeion_error fault = BRABEION_NO_ERROR;
	if (!options)
		options = &no_options;
	if (enter_with(options, &fault) == BRABEION_OK)
		check(options, list, &fault);
	return brb_status_hand_over(error, &fault);
}

/* ---- judging ---- */

/* A single event on this thread alone, as long as it does not need the store. */
static brabeion_status judge_alone(brb_judge *judge, const brabeion_event *event, brabeion_result *result)
{
	brabeion_status status = brb_judge_event(judge, event, result);
	if (judge->leads)
		status = brb_group_conclude(judge->group, judge);
	if (status != BRABEION_OK)
		brb_judge_abandon(result, 1, 1, status, judge->error.message);
	return status;
}

/* Events as a request to the group. */
typedef struct event_request {
	brb_request head; /* first */
	const brabeion_event *events;
	size_t count;
	brabeion_result *results;
	size_t judged; /* results that are filled in */
} event_request;

static brabeion_status judge_request(brb_request *head)
{
	event_request *request = (event_request *)(void *)head;
	brabeion_status status = BRABEION_OK;
	brb_history_keep(head->judge);
	while (request->judged < request->count && status == BRABEION_OK) {
		size_t at = request->judged++;
		status = brb_judge_event(head->judge, &request->events[at], &request->results[at]);
	}
	return status;
}

static void fail_request(brb_request *head, brabeion_status status, const char *message)
{
	event_request *request = (event_request *)(void *)head;
	if (request->judged && head->judge->history)
		brb_history_restore(head->judge->history);
	brb_judge_abandon(request->results, request->judged, request->count, status, message);
}

static brabeion_status judge_all(brb_judge *judge, const brabeion_event *events, size_t count,
				 brabeion_result *results)
{
	judge->single = count == 1;
	brabeion_status status = judge->single ? judge_alone(judge, events, results) : BRABEION_OK;
	if (judge->single && !judge->left_to_group)
		return status;
	event_request request = { .head = { .judge = judge, .work = judge_request, .fail = fail_request },
				  .events = events,
				  .count = count,
				  .results = results };
	return brb_group_run(judge->group, &request.head);
}

static bool has_awards(const brabeion_result *results, size_t count)
{
	size_t i = 0;
	while (i < count && !results[i].award_count)
		i++;
	return i < count;
}

/* Readies a judge with the current generation, which the reader holds. BRABEION_OK, or who may not call and why. */
static brabeion_status begin_judging(brabeion_engine *engine, brb_judge *judge, brb_reader **reader)
{
	brb_guard *guard = brb_guard_here();
	if (!*engine->born_here)
		return BRABEION_FORKED;
	if (guard->depth)
		return BRABEION_REENTRANT;
	guard->allocator = engine->allocator;
	*reader = brb_registry_reader(&engine->registry);
	if (!*reader)
		return BRABEION_MEMORY;
	const brb_generation *generation = brb_registry_acquire(&engine->registry, *reader);
	*judge = (brb_judge){ .generation = generation,
			      .counters = brb_registry_counters(&engine->registry, *reader, generation),
			      .guard = &guard->depth,
			      .view = &brb_view_in_store,
			      .store = engine->store,
			      .group = &engine->group,
			      .history = engine->history,
			      .quarantine = &engine->quarantine,
			      .log = &engine->log,
			      .clock = &engine->clock };
	return BRABEION_OK;
}

static void end_judging(brb_judge *judge, brb_reader *reader)
{
	if (judge->met_quarantine || judge->filled_quarantine)
		brb_quarantine_tend(judge);
	brb_registry_release(reader);
	brb_judge_finish(judge);
}

brabeion_status brb_engine_run(brabeion_engine *engine, brb_judge *judge, brb_request *request)
{
	brb_reader *reader;
	brabeion_status status = begin_judging(engine, judge, &reader);
	if (status != BRABEION_OK) {
		request->fail(request, status, brb_status_refusal(status));
		return status;
	}
	request->judge = judge;
	status = brb_group_run(&engine->group, request);
	end_judging(judge, reader);
	brb_engine_notice_jobs(engine);
	return status;
}

static void count_results(brb_counters *counters, const brabeion_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const brabeion_result *result = &results[i];
		if (result->status != BRABEION_OK)
			brb_count(&counters->errors, 1);
		else if (result->outcome != BRABEION_UNHEARD)
			brb_count(&counters->events, 1);
		if (result->outcome == BRABEION_DUPLICATE)
			brb_count(&counters->duplicates, 1);
		if (result->award_count)
			brb_count(&counters->awards, result->award_count);
	}
}

brabeion_status brb_engine_judge(brabeion_engine *engine, const brabeion_event *events, size_t count,
				 brabeion_result *results)
{
	brb_judge judge;
	brb_reader *reader;
	brabeion_status status = begin_judging(engine, &judge, &reader);
	if (status != BRABEION_OK) {
		brb_judge_abandon(results, 0, count, status, brb_status_refusal(status));
		return status;
	}
	status = judge_all(&judge, events, count, results);
	count_results(judge.counters, results, count);
	end_judging(&judge, reader);
	if (judge.leads || judge.left_to_group || count != 1) /* else nothing was stored */
		brb_engine_notice_jobs(engine);
	return status;
}

static brabeion_status possibly_award(brabeion_engine *engine, const brabeion_event *events, size_t count,
				      brabeion_result *results)
{
	brabeion_status status = brb_engine_judge(engine, events, count, results);
	if (status == BRABEION_OK && has_awards(results, count))
		brb_engine_announce(engine, results, count);
	return status;
}

brabeion_status brabeion_possibly_award_batch(brabeion_engine *engine, const brabeion_event *events, size_t count,
					      brabeion_result *results)
{
	return possibly_award(engine, events, count, results);
}

brabeion_status brabeion_possibly_award(brabeion_engine *engine, const brabeion_event *event, brabeion_result *result)
{
	brabeion_result own;
	brabeion_result *filled = result ? result : &own;
	brabeion_status status = possibly_award(engine, event, 1, filled);
	if (status == BRABEION_OK)
		status = filled->status;
	if (!result)
		brabeion_result_finish(&own);
	return status;
}
