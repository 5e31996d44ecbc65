/*
 * probe/program/describe: see describe.h. The descriptor is a checked copy (plugin/descriptor).
 */
#include "probe/program/describe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plugin/declared.h"
#include "probe/facts.h"

static brabeion_status write_file(const char *folder, const char *name, const char *bytes, size_t size_bytes,
				  brabeion_error *error)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "we");
	bool written = file && fwrite(bytes, 1, size_bytes, file) == size_bytes;
	if (file && fclose(file) != 0)
		written = false;
	return written ? BRABEION_OK
		       : brb_status_set(error, BRABEION_SYSTEM, "cannot write %s: %s", path, strerror(errno));
}

/* NULL: no memory. */
static const brabeion_plugin_memory *describe_memory(const badge_memory *declared, uint32_t count, brb_arena *arena)
{
	brabeion_plugin_memory *words = brb_arena_take(arena, (count + (size_t)1) * sizeof *words);
	for (uint32_t i = 0; words && i < count; i++) {
		const brb_store_memory memory = brb_declared_memory(&declared[i]);
		words[i] = (brabeion_plugin_memory){ .name = memory.name,
						     .owner = brb_declared_owner_word(&memory),
						     .kind = brb_declared_kind_word(&memory),
						     .keys = brb_declared_keys_word(&memory),
						     .merge = brb_declared_merge_word(&memory) };
	}
	return words;
}

static bool describe_badge(const badge_definition *definition, brb_arena *arena, brabeion_plugin_badge *badge)
{
	brabeion_level *levels = brb_arena_take(arena, (definition->level_count + (size_t)1) * sizeof *levels);
	const brabeion_plugin_memory *remembered =
		describe_memory(definition->memory, definition->memory_count, arena);
	if (!levels || !remembered)
		return false;
	for (uint32_t i = 0; i < definition->level_count; i++)
		levels[i] = (brabeion_level){ .name = definition->levels[i].name,
					      .description = definition->levels[i].description };
	*badge = (brabeion_plugin_badge){ .slug = definition->slug,
					  .multiple = definition->flags & BADGE_MULTIPLE,
					  .async = definition->flags & BADGE_ASYNC,
					  .levels_from_config = definition->flags & BADGE_LEVELS_FROM_CONFIG,
					  .progress = definition->progress != NULL,
					  .level_count = definition->level_count,
					  .levels = levels,
					  .event_count = definition->event_count,
					  .events = definition->events,
					  .remembered_count = definition->memory_count,
					  .remembered = remembered };
	return true;
}

static bool describe(const brb_descriptor *descriptor, brb_arena *arena, brb_builder *bytes)
{
	const badge_plugin *plugin = &descriptor->plugin;
	brabeion_plugin_badge *badges = brb_arena_take(arena, (plugin->badge_count + (size_t)1) * sizeof *badges);
	for (uint32_t i = 0; badges && i < plugin->badge_count; i++)
		if (!describe_badge(&descriptor->definitions[i], arena, &badges[i]))
			return false;
	const brabeion_plugin_memory *remembered = describe_memory(plugin->memory, plugin->memory_count, arena);
	brabeion_inspection facts = { .id = plugin->id,
				      .version = plugin->version,
				      .abi_major = BADGE_ABI_MAJOR,
				      .abi_minor = plugin->header_minor,
				      .needs_minor = plugin->needs_minor,
				      .observes = plugin->observe != NULL,
				      .watch_count = plugin->watch_count,
				      .watches = plugin->watches,
				      .badge_count = plugin->badge_count,
				      .badges = badges,
				      .remembered_count = plugin->memory_count,
				      .remembered = remembered };
	return badges && remembered && brb_probe_write_facts(&facts, bytes);
}

brabeion_status brb_describe_plugin(const brb_descriptor *descriptor, const char *folder, brabeion_error *error)
{
	brb_arena arena = { 0 };
	brb_builder bytes = { 0 };
	brabeion_status status = describe(descriptor, &arena, &bytes)
					 ? write_file(folder, BRB_PROBE_FACTS, bytes.text, bytes.length, error)
					 : brb_status_no_memory(error);
	brb_builder_finish(&bytes);
	brb_arena_finish(&arena);
	return status;
}

brabeion_status brb_describe_refusal(const char *faults, const char *folder, brabeion_error *error)
{
	return write_file(folder, BRB_PROBE_REFUSAL, faults, strlen(faults), error);
}
