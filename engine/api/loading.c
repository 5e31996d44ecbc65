/*
 * api/loading: badges.yaml becomes a generation: at the open, at a reload, and for a check alone.
 *
 * Keeps true: one reload at a time; what is at work stays until all of the next generation is there.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/internal.h"
#include "base/memory.h"
#include "probe/client.h"

/* ---- loading ---- */

static bool is_relative(const char *path)
{
	return path[0] != '/';
}

/* The path as it was meant at the open, whatever the working directory is later. NULL: no memory. */
char *brb_engine_path_at_open(const brabeion_engine *engine, const char *path)
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
	return moved ? brb_engine_path_at_open(engine, engine->config_path) : brb_memory_copy(engine->config_path);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash          ? brb_memory_copy(".")
	       : slash == path ? brb_memory_copy("/")
			       : brb_memory_copy_length(path, (size_t)(slash - path));
}

/* Told before plugins are loaded: a folder that is not there would else look like a lack of one for their copies. */
brabeion_status brb_engine_check_folder(const char *database, brabeion_error *error)
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
brabeion_status brb_engine_open_copies(const brb_config *config, const char *database, const char *last_resort,
				       const brb_log *log, brb_image_copies **home, brabeion_error *error)
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
	brabeion_status status = brb_image_copies_open(places, sizeof places / sizeof places[0], log, home, error);
	brb_memory_release(folder);
	if (status != BRABEION_OK && !config->cache_dir)
		brb_status_add(error, status, "(set \"cache_dir\" in %s to name another folder)", config->name);
	return status;
}

/* All faults of the file and of what it names, at once. */
brabeion_status brb_engine_load(brb_config *config, brb_image_copies *home, const brb_generation *before,
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

/* Badges and plugins of a generation that have no number yet, and the store's answers. */
typedef struct unnumbered {
	brb_badge **badges;
	brb_store_badge *asked;
	size_t badge_count;
	brb_plugin **plugins;
	const char **ids;
	uint32_t *numbers;
	size_t plugin_count;
} unnumbered;

/* False: no memory. */
static bool list_unnumbered(const brb_generation *generation, brb_arena *arena, unnumbered *list)
{
	size_t badge_room = generation->badge_count + 1, plugin_room = generation->plugin_count + 1;
	list->badges = brb_arena_take(arena, badge_room * sizeof *list->badges);
	list->asked = brb_arena_take(arena, badge_room * sizeof *list->asked);
	list->plugins = brb_arena_take(arena, plugin_room * sizeof *list->plugins);
	list->ids = brb_arena_take(arena, plugin_room * sizeof *list->ids);
	list->numbers = brb_arena_take(arena, plugin_room * sizeof *list->numbers);
	if (!list->badges || !list->asked || !list->plugins || !list->ids || !list->numbers)
		return false;
	for (size_t i = 0; i < generation->badge_count; i++) {
		brb_badge *badge = generation->badges[i];
		if (badge->number)
			continue;
		list->badges[list->badge_count] = badge;
		list->asked[list->badge_count++] = (brb_store_badge){ .slug = badge->slug,
								      .levels = badge->levels,
								      .level_count = badge->level_count };
	}
	for (size_t i = 0; i < generation->plugin_count; i++) {
		if (generation->plugins[i]->number)
			continue;
		list->plugins[list->plugin_count] = generation->plugins[i];
		list->ids[list->plugin_count++] = generation->plugins[i]->id;
	}
	return true;
}

static brabeion_status number_new(brb_generation *generation, brb_store *store, brabeion_error *error)
{
	brb_arena arena = { 0 };
	unnumbered list = { .badge_count = 0 };
	brabeion_status status = BRABEION_OK;
	if (!list_unnumbered(generation, &arena, &list))
		status = brb_status_no_memory(error);
	else if (list.badge_count || list.plugin_count)
		status = brb_store_register(store, list.asked, list.badge_count, list.ids, list.numbers,
					    list.plugin_count, error);
	for (size_t i = 0; i < list.badge_count && status == BRABEION_OK; i++)
		list.badges[i]->number = list.asked[i].number;
	for (size_t i = 0; i < list.plugin_count && status == BRABEION_OK; i++)
		list.plugins[i]->number = list.numbers[i];
	brb_arena_finish(&arena);
	return status;
}

/*
 * Only what is new is asked of the store: a thousand look-ups on each reload, though no event waited for them, took locks
 * of SQLite's that every commit needs, too, and made one in a thousand events wait.
 */
brabeion_status brb_engine_number_badges(brb_generation *generation, const brb_generation *before, brb_store *store,
					 brabeion_error *error)
{
	if (before)
		brb_generation_keep_numbers(generation, before);
	brabeion_status status = number_new(generation, store, error);
	return status == BRABEION_OK ? brb_generation_sort_numbers(generation, error) : status;
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

static bool is_same_path(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What the database was opened with stays until it is opened anew: an operator who changed it should know. */
static void tell_unchanged(const brabeion_engine *engine, const brb_config *config)
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

/* The generation that a configuration makes, ready to be published in place of the one at work. */
static brabeion_status load_next(brabeion_engine *engine, brb_config *config, brb_generation **out,
				 brabeion_error *error)
{
	brb_generation *generation = NULL;
	const brb_generation *before = atomic_load(&engine->registry.current);
	brabeion_status status = check_same_database(engine, config, error);
	if (status == BRABEION_OK)
		status = brb_engine_load(config, engine->home, before, &engine->log, &generation, error);
	if (status == BRABEION_OK)
		status = brb_engine_number_badges(generation, before, engine->store, error);
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
	receipt->resident = (uint32_t)brb_image_copies_resident(engine->home);
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

static brabeion_status visit(const brabeion_options *options, brb_engine_visitor visitor, void *context,
			     brabeion_error *error)
{
	brb_log log = { options->log, options->log_context };
	brb_config *config = NULL;
	brb_image_copies *home = NULL;
	brb_generation *generation = NULL;
	const char *temporary = secure_getenv("TMPDIR");
	brabeion_status status = brb_config_read(brb_engine_config_of(options), BRABEION_PLUGIN_DIR, &config, error);
	if (status == BRABEION_OK)
		status = brb_engine_open_copies(config, options->database ? options->database : config->database,
						temporary ? temporary : "/tmp", &log, &home, error);
	if (status == BRABEION_OK) {
		tell_untried(config, &log);
		status = brb_engine_load(config, home, NULL, &log, &generation, error);
	}
	if (status == BRABEION_OK)
		status = visitor(generation, context, error);
	brb_generation_close(generation);
	brb_image_copies_close(home, false);
	brb_config_close(config);
	return status;
}

static const brabeion_options no_options;

brabeion_status brb_engine_visit(const brabeion_options *options, brb_engine_visitor visitor, void *context,
				 brabeion_error *error)
{
	brabeion_error fault = BRABEION_NO_ERROR;
	if (!options)
		options = &no_options;
	if (brb_engine_enter_with(options, &fault) == BRABEION_OK)
		visit(options, visitor, context, &fault);
	return brb_status_hand_over(error, &fault);
}

typedef struct check_request {
	const char *language;
	brabeion_badge_list *list; /* NULL: not wanted */
} check_request;

static brabeion_status check(const brb_generation *generation, void *context, brabeion_error *error)
{
	const check_request *request = context;
	brabeion_badge_list read = { 0 };
	if (!request->list)
		return BRABEION_OK;
	brabeion_status status = brb_engine_list_badges(generation, NULL, &read, error);
	if (status == BRABEION_OK)
		status = brb_engine_translate_badges(generation, request->language, &read, error);
	if (status == BRABEION_OK)
		*request->list = read;
	else
		brabeion_badge_list_finish(&read);
	return status;
}

brabeion_status brabeion_check_in(const brabeion_options *options, const char *language, brabeion_badge_list *list,
				  brabeion_error *error)
{
	check_request request = { .language = language, .list = list };
	brabeion_status status = brb_engine_check_language(language, error);
	return status == BRABEION_OK ? brb_engine_visit(options, check, &request, error) : status;
}

brabeion_status brabeion_check(const brabeion_options *options, brabeion_badge_list *list, brabeion_error *error)
{
	return brabeion_check_in(options, NULL, list, error);
}
