/*
 * engine: the public API. Ties the rooms together: configuration, image home, store, registry, judge.
 *
 * Keeps true: a call from inside a plugin or after fork is refused before anything is touched; callbacks run after the
 * commit, with no lock and no generation held.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/list.h"
#include "engine_internal.h"
#include "judging/view.h"

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
	if (!*engine->born_here)
		return BRABEION_FORKED;
	return *brb_guard_depth() ? BRABEION_REENTRANT : BRABEION_OK;
}

const char *brb_engine_refusal(brabeion_status status)
{
	switch (status) {
	case BRABEION_FORKED:
		return "the engine was opened by another process: open after fork";
	case BRABEION_REENTRANT:
		return "called from inside a plugin's function, the log callback or the clock";
	default:
		return "out of memory";
	}
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
		return strdup(path);
	brb_builder whole = { 0 };
	brb_builder_printf(&whole, "%s/%s", engine->working_folder, path);
	return brb_builder_take(&whole);
}

/* The path of badges.yaml: as given, unless the host has changed its working directory since the open. */
static char *config_path_now(const brabeion_engine *engine)
{
	char *now = is_relative(engine->config_path) ? getcwd(NULL, 0) : NULL;
	bool moved = now && engine->working_folder && strcmp(now, engine->working_folder) != 0;
	free(now);
	return moved ? path_at_open(engine, engine->config_path) : strdup(engine->config_path);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash ? strdup(".") : slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Told before plugins are loaded: a folder that is not there would else look like a lack of one for their copies. */
static brabeion_status check_folder(const char *database, brabeion_error *error)
{
	char *folder = folder_of(database);
	if (!folder)
		return brb_status_no_memory(error);
	bool usable = access(folder, W_OK | X_OK) == 0;
	int why = errno;
	free(folder);
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
	free(folder);
	if (status != BRABEION_OK && !config->cache_dir)
		brb_status_add(error, status, "(set \"cache_dir\" in %s to name another folder)", config->name);
	return status;
}

/* All faults of the file and of what it names, at once. */
static brabeion_status load_generation(brb_config *config, brb_image_home *home, const brb_log *log,
				       brb_generation **out, brabeion_error *error)
{
	brb_generation *generation = NULL;
	brabeion_status status = brb_generation_open(config, home, log, &generation, error);
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
	brabeion_status status = badges && ids && numbers ? BRABEION_OK : brb_status_no_memory(error);
	for (size_t i = 0; i < generation->badge_count && status == BRABEION_OK; i++)
		badges[i] = (brb_store_badge){ .slug = generation->badges[i]->slug,
					       .levels = generation->badges[i]->levels,
					       .level_count = generation->badges[i]->level_count };
	for (size_t i = 0; i < generation->plugin_count && status == BRABEION_OK; i++)
		ids[i] = generation->plugins[i]->id;
	if (status == BRABEION_OK)
		status = brb_store_register(store, badges, generation->badge_count, ids, numbers,
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
	engine->existing_only = options->existing_only;
	engine->config_path = strdup(config_of(options));
	engine->database = options->database ? strdup(options->database) : NULL;
	engine->working_folder = getcwd(NULL, 0);
	engine->born_here = make_birth_mark();
	if (!engine->config_path || (options->database && !engine->database))
		return brb_status_no_memory(error);
	if (!engine->born_here)
		return brb_status_set(
			error, BRABEION_SYSTEM,
			"the kernel refuses a page that is wiped on fork (MADV_WIPEONFORK, Linux 4.14)");
	return BRABEION_OK;
}

/* The store opens its file again when it first reads a list, and compares it with badges.yaml's at each reload. */
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
	free(path);
	return status;
}

/* Plugins are loaded before the database is touched: a fault in badges.yaml creates no file. */
static brabeion_status open_parts(brabeion_engine *engine, brb_config *config, const brabeion_options *options,
				  brabeion_error *error)
{
	brb_generation *generation = NULL;
	const char *database = engine->database ? engine->database : config->database;
	brabeion_status status = check_folder(database, error);
	if (status == BRABEION_OK)
		status = open_home(config, database, NULL, &engine->log, &engine->home, error);
	if (status == BRABEION_OK)
		status = load_generation(config, engine->home, &engine->log, &generation, error);
	if (status == BRABEION_OK)
		status = open_store(engine, config, error);
	if (status == BRABEION_OK)
		status = number_badges(generation, engine->store, error);
	if (status == BRABEION_OK)
		status = brb_engine_open_workers(engine, config, options->no_workers || options->time, error);
	if (status == BRABEION_OK)
		brb_registry_publish(&engine->registry, generation);
	else
		brb_generation_close(generation);
	return status;
}

static void free_engine(brabeion_engine *engine)
{
	if (engine->born_here)
		munmap((void *)(uintptr_t)engine->born_here, (size_t)sysconf(_SC_PAGESIZE));
	free(engine->config_path);
	free(engine->working_folder);
	free(engine->database);
	free(engine);
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

brabeion_status brabeion_open(const brabeion_options *options, brabeion_engine **out, brabeion_error *error)
{
	brabeion_error fault = BRABEION_NO_ERROR;
	brabeion_engine *engine = NULL;
	if (*brb_guard_depth())
		brb_status_set(&fault, BRABEION_REENTRANT, "%s", brb_engine_refusal(BRABEION_REENTRANT));
	else if (!(engine = calloc(1, sizeof *engine)))
		brb_status_no_memory(&fault);
	else if (open_engine(engine, options ? options : &no_options, &fault) == BRABEION_OK)
		*out = engine;
	return brb_status_hand_over(error, &fault);
}

void brabeion_close(brabeion_engine *engine)
{
	if (!engine || *brb_guard_depth() || !*engine->born_here)
		return;
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
	char *now = realpath(brb_store_path(engine->store), NULL);
	char *then = realpath(config->database, NULL);
	bool same = strcmp(brb_store_path(engine->store), config->database) == 0 ||
		    (now && then && strcmp(now, then) == 0);
	free(now);
	free(then);
	if (same)
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

static brabeion_status reload_locked(brabeion_engine *engine, brabeion_receipt *receipt, brabeion_error *error)
{
	brb_config *config = NULL;
	brb_generation *generation = NULL;
	int64_t began_us = brb_clock_monotonic_us();
	char *path = config_path_now(engine);
	brabeion_status status =
		path ? brb_config_read(path, BRABEION_PLUGIN_DIR, &config, error) : brb_status_no_memory(error);
	free(path);
	if (status == BRABEION_OK)
		status = check_same_database(engine, config, error);
	if (status == BRABEION_OK)
		status = load_generation(config, engine->home, &engine->log, &generation, error);
	if (status == BRABEION_OK)
		status = number_badges(generation, engine->store, error);
	if (status == BRABEION_OK)
		tell_unchanged(engine, config);
	if (status == BRABEION_OK)
		brb_engine_set_limits(engine, config);
	brb_config_close(config);
	if (status != BRABEION_OK) {
		brb_generation_close(generation);
		return status;
	}
	brb_generation_compare(atomic_load(&engine->registry.current), generation, receipt);
	int64_t loaded_us = brb_clock_monotonic_us();
	brb_registry_publish(&engine->registry, generation);
	receipt->generation = engine->registry.published;
	receipt->load_us = loaded_us - began_us;
	receipt->publish_us = brb_clock_monotonic_us() - loaded_us;
	brb_engine_consider_workers(engine);
	return BRABEION_OK;
}

brabeion_status brabeion_reload(brabeion_engine *engine, brabeion_receipt *receipt, brabeion_error *error)
{
	brabeion_error fault = BRABEION_NO_ERROR;
	brabeion_receipt made = { 0 };
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK) {
		brb_status_set(&fault, status, "%s", brb_engine_refusal(status));
		return brb_status_hand_over(error, &fault);
	}
	pthread_mutex_lock(&engine->reloading);
	status = reload_locked(engine, &made, &fault);
	pthread_mutex_unlock(&engine->reloading);
	if (status == BRABEION_OK && receipt)
		*receipt = made;
	return brb_status_hand_over(error, &fault);
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
	if (status == BRABEION_OK)
		status = load_generation(config, home, &log, &generation, error);
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
	if (*brb_guard_depth())
		brb_status_set(&fault, BRABEION_REENTRANT, "%s", brb_engine_refusal(BRABEION_REENTRANT));
	else
		check(options ? options : &no_options, list, &fault);
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
	unsigned *guard = brb_guard_depth();
	if (!*engine->born_here)
		return BRABEION_FORKED;
	if (*guard)
		return BRABEION_REENTRANT;
	*reader = brb_registry_reader(&engine->registry);
	if (!*reader)
		return BRABEION_MEMORY;
	const brb_generation *generation = brb_registry_acquire(&engine->registry, *reader);
	*judge = (brb_judge){ .generation = generation,
			      .counters = brb_registry_counters(&engine->registry, *reader, generation),
			      .guard = guard,
			      .view = &brb_view_in_store,
			      .store = engine->store,
			      .group = &engine->group,
			      .history = engine->history,
			      .log = &engine->log,
			      .clock = &engine->clock };
	return BRABEION_OK;
}

static void end_judging(brb_judge *judge, brb_reader *reader)
{
	brb_registry_release(reader);
	brb_judge_finish(judge);
}

brabeion_status brb_engine_run(brabeion_engine *engine, brb_judge *judge, brb_request *request)
{
	brb_reader *reader;
	brabeion_status status = begin_judging(engine, judge, &reader);
	if (status != BRABEION_OK) {
		request->fail(request, status, brb_engine_refusal(status));
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
		brb_judge_abandon(results, 0, count, status, brb_engine_refusal(status));
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
