/*
 * generation_numbers: badges by their numbers in the store, by which jobs name them.
 */
#include <stdlib.h>
#include <string.h>

#include "badgeset/generation.h"

/* ---- numbers of the generation before ---- */

static bool has_levels_of(const brb_badge *badge, const brb_badge *earlier)
{
	bool same = badge->level_count == earlier->level_count;
	for (uint32_t i = 0; i < badge->level_count && same; i++)
		same = strcmp(badge->levels[i].name, earlier->levels[i].name) == 0 &&
		       strcmp(badge->levels[i].description, earlier->levels[i].description) == 0;
	return same;
}

/* The search starts at the plugin's index, where it mostly is. NULL: there is none of that id. */
static const brb_plugin *plugin_of(const brb_generation *before, const char *id, size_t place)
{
	for (size_t i = 0; i < before->plugin_count; i++) {
		const brb_plugin *plugin = before->plugins[(place + i) % before->plugin_count];
		if (strcmp(plugin->id, id) == 0)
			return plugin;
	}
	return NULL;
}

/* Of names that are declared as before. */
static void keep_memory(brb_declared *memory, const brb_declared *before)
{
	for (uint32_t i = 0; i < memory->count; i++) {
		const brb_store_memory *earlier = brb_declared_find(before, memory->memories[i].name);
		if (earlier && brb_declared_same(earlier, &memory->memories[i])) {
			memory->memories[i].number = earlier->number;
			memory->memories[i].plugin = earlier->plugin;
			memory->memories[i].badge = earlier->badge;
		}
	}
}

void brb_generation_keep_numbers(brb_generation *generation, const brb_generation *before)
{
	for (size_t i = 0; i < generation->badge_count; i++) {
		brb_badge *badge = generation->badges[i];
		const brb_badge *earlier = brb_table_get(&before->slugs, badge->slug);
		if (earlier && has_levels_of(badge, earlier))
			badge->number = earlier->number;
		if (earlier && strcmp(earlier->plugin->id, badge->plugin->id) == 0)
			keep_memory(&badge->memory, &earlier->memory);
	}
	for (size_t i = 0; i < generation->plugin_count; i++) {
		brb_plugin *plugin = generation->plugins[i];
		const brb_plugin *earlier = plugin_of(before, plugin->id, i);
		if (!earlier)
			continue;
		plugin->number = earlier->number;
		keep_memory(&plugin->memory, &earlier->memory);
	}
}

/* ---- memory ---- */

static void list_memory(brb_declared *memory, uint32_t plugin, uint32_t badge, brb_store_memory **list, size_t *count)
{
	for (uint32_t i = 0; i < memory->count; i++) {
		memory->memories[i].plugin = plugin;
		memory->memories[i].badge = badge;
		if (!memory->memories[i].number)
			list[(*count)++] = &memory->memories[i];
	}
}

size_t brb_generation_memory_count(const brb_generation *generation)
{
	size_t count = 0;
	for (size_t i = 0; i < generation->plugin_count; i++)
		count += generation->plugins[i]->memory.count;
	for (size_t i = 0; i < generation->badge_count; i++)
		count += generation->badges[i]->memory.count;
	return count;
}

size_t brb_generation_list_memory(brb_generation *generation, brb_store_memory **list)
{
	size_t count = 0;
	for (size_t i = 0; i < generation->plugin_count; i++)
		list_memory(&generation->plugins[i]->memory, generation->plugins[i]->number, 0, list, &count);
	for (size_t i = 0; i < generation->badge_count; i++) {
		brb_badge *badge = generation->badges[i];
		list_memory(&badge->memory, badge->plugin->number, badge->number, list, &count);
	}
	return count;
}

/* ---- badges by number ---- */

static int by_number(const void *left, const void *right)
{
	uint32_t a = (*(brb_badge *const *)left)->number, b = (*(brb_badge *const *)right)->number;
	return (a > b) - (a < b);
}

brabeion_status brb_generation_sort_numbers(brb_generation *generation, brabeion_error *error)
{
	size_t count = generation->badge_count;
	brb_badge **numbered = brb_arena_take(&generation->arena, (count + 1) * sizeof *numbered);
	uint32_t *numbers = brb_arena_take(&generation->arena, (count + 1) * sizeof *numbers);
	if (!numbered || !numbers)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < count; i++)
		numbered[i] = generation->badges[i];
	if (count)
		qsort(numbered, count, sizeof(brb_badge *), by_number);
	for (size_t i = 0; i < count; i++)
		numbers[i] = numbered[i]->number;
	generation->numbered = numbered;
	generation->numbers = numbers;
	return BRABEION_OK;
}

const brb_badge *brb_generation_badge(const brb_generation *generation, uint32_t number)
{
	size_t from = 0, to = generation->badge_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (generation->numbers[middle] == number)
			return generation->numbered[middle];
		if (generation->numbers[middle] < number)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}
