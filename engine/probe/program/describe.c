/*
 * probe/program/describe: see describe.h. The descriptor is a checked copy (plugin/descriptor).
 */
#include "probe/program/describe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

static bool describe_badge(const badge_definition *definition, brb_arena *arena, brabeion_plugin_badge *badge)
{
	brabeion_level *levels = brb_arena_take(arena, (definition->level_count + (size_t)1) * sizeof *levels);
	if (!levels)
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
					  .events = definition->events };
	return true;
}

static bool describe(const brb_descriptor *descriptor, brb_arena *arena, brb_builder *bytes)
{
	const badge_plugin *plugin = &descriptor->plugin;
	brabeion_plugin_badge *badges = brb_arena_take(arena, (plugin->badge_count + (size_t)1) * sizeof *badges);
	for (uint32_t i = 0; badges && i < plugin->badge_count; i++)
		if (!describe_badge(&descriptor->definitions[i], arena, &badges[i]))
			return false;
	brabeion_inspection facts = { .id = plugin->id,
				      .version = plugin->version,
				      .abi_major = BADGE_ABI_MAJOR,
				      .abi_minor = plugin->header_minor,
				      .needs_minor = plugin->needs_minor,
				      .observes = plugin->observe != NULL,
				      .watch_count = plugin->watch_count,
				      .watches = plugin->watches,
				      .badge_count = plugin->badge_count,
				      .badges = badges };
	return badges && brb_probe_write_facts(&facts, bytes);
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
