/*
 * api/load: turns badges.yaml into a generation that is ready to be published: paths, copies of plugins, loading,
 * numbers in the store.
 *
 * Guarantees: a failure leaves no generation behind.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/internal.h"
#include "base/file.h"
#include "base/memory.h"

char *brb_engine_path_at_open(const brabeion_engine *engine, const char *path)
{
	if (path[0] == '/' || !engine->working_folder)
		return brb_memory_copy(path);
	brb_builder whole = { 0 };
	brb_builder_printf(&whole, "%s/%s", engine->working_folder, path);
	return brb_builder_take(&whole);
}

brabeion_status brb_engine_check_folder(const char *database, bool to_write, brabeion_error *error)
{
	char *folder = brb_file_folder(database);
	if (!folder)
		return brb_status_no_memory(error);
	bool usable = access(folder, to_write ? W_OK | X_OK : X_OK) == 0;
	int why = errno;
	brb_memory_release(folder);
	return usable ? BRABEION_OK : brb_status_set(error, BRABEION_STORE, "%s: %s", database, strerror(why));
}

enum { COPIES_PLACES = 3 };

/* Where copies of plugins may lie; `folder` is the database's. */
static void list_places(const char *cache_dir, const char *folder, const char *last_resort,
			const char *places[COPIES_PLACES])
{
	places[0] = cache_dir ? cache_dir : secure_getenv("XDG_RUNTIME_DIR");
	places[1] = cache_dir ? NULL : folder;
	places[2] = cache_dir ? NULL : last_resort;
}

brabeion_status brb_engine_open_copies(const brb_config *config, const char *database, const char *last_resort,
				       const brb_log *log, brb_image_copies **copies, brabeion_error *error)
{
	const char *places[COPIES_PLACES];
	char *folder = brb_file_folder(database);
	if (!folder)
		return brb_status_no_memory(error);
	list_places(config->cache_dir, folder, last_resort, places);
	brabeion_status status = brb_image_copies_open(places, COPIES_PLACES, log, copies, error);
	brb_memory_release(folder);
	if (status != BRABEION_OK && !config->cache_dir)
		brb_status_add(error, status, "(set \"cache_dir\" in %s to name another folder)", config->name);
	return status;
}

brabeion_status brb_engine_check_copies(const char *cache_dir, const char *database, brabeion_error *error)
{
	const char *places[COPIES_PLACES];
	char *folder = brb_file_folder(database);
	if (!folder)
		return brb_status_no_memory(error);
	list_places(cache_dir, folder, NULL, places);
	brabeion_status status = brb_image_copies_check(places, COPIES_PLACES, error);
	brb_memory_release(folder);
	return status;
}

brabeion_status brb_engine_load(brb_config *config, brb_image_copies *copies, const brb_generation *before,
				const brb_log *log, brb_generation **out, brabeion_error *error)
{
	brb_generation *generation = NULL;
	brabeion_status status = brb_generation_open(config, copies, before, log, &generation, error);
	if (status == BRABEION_OK || status == BRABEION_CONFIG)
		status = brb_config_verdict(config, error);
	if (status == BRABEION_OK)
		*out = generation;
	else
		brb_generation_close(generation);
	return status;
}

/* Badges and plugins of a generation without a number, and the numbers that the store gives them. */
typedef struct unnumbered {
	brb_badge **badges;
	brb_store_badge *asked;
	size_t badge_count;
	brb_plugin **plugins;
	const char **ids;
	uint32_t *numbers;
	size_t plugin_count;
} unnumbered;

/* False: out of memory. */
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

static brabeion_status number_new(brb_generation *generation, brb_store *store, const char *file, const brb_log *log,
				  brabeion_error *error)
{
	brb_arena arena = { 0 };
	unnumbered list = { .badge_count = 0 };
	brabeion_status status = BRABEION_OK;
	if (!list_unnumbered(generation, &arena, &list))
		status = brb_status_no_memory(error);
	else if (list.badge_count || list.plugin_count)
		status = brb_store_register(store, list.asked, list.badge_count, list.ids, list.numbers,
					    list.plugin_count, error);
	for (size_t i = 0; i < list.badge_count && status == BRABEION_OK; i++) {
		list.badges[i]->number = list.asked[i].number;
		if (list.asked[i].moved_from)
			brb_engine_warn_moved(log, file, list.badges[i], list.asked[i].moved_from,
					      list.asked[i].moved_to);
	}
	for (size_t i = 0; i < list.plugin_count && status == BRABEION_OK; i++)
		list.plugins[i]->number = list.numbers[i];
	brb_arena_finish(&arena);
	return status;
}

static brabeion_status number_memory(brb_generation *generation, brb_store *store, brabeion_error *error)
{
	brb_arena arena = { 0 };
	size_t room = brb_generation_memory_count(generation) + 1;
	brb_store_memory **list = brb_arena_take(&arena, room * sizeof *list);
	size_t count = list ? brb_generation_list_memory(generation, list) : 0;
	brabeion_status status = list ? BRABEION_OK : brb_status_no_memory(error);
	if (count)
		status = brb_store_register_memories(store, list, count, error);
	brb_arena_finish(&arena);
	return status;
}

/*
 * Only new badges, plugins and names of memory are looked up: a thousand look-ups on each reload took SQLite locks that commits need, too,
 * and delayed one in a thousand events.
 */
brabeion_status brb_engine_number_badges(brb_generation *generation, const brb_generation *before, brb_store *store,
					 const char *file, const brb_log *log, brabeion_error *error)
{
	if (before)
		brb_generation_keep_numbers(generation, before);
	brb_store_register_begin(store);
	brabeion_status status = number_new(generation, store, file, log, error);
	if (status == BRABEION_OK)
		status = number_memory(generation, store, error);
	status = brb_store_register_end(store, status, error);
	return status == BRABEION_OK ? brb_generation_sort_numbers(generation, error) : status;
}
