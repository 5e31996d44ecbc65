/*
 * plugin/descriptor: see descriptor.h. The rules are in sdk/README.md: structs may be larger than ours, or smaller down to
 * the size of version 1.0; min(theirs, ours) is copied over zeroes; unknown required flags and a greater needs_minor are
 * refused.
 */
#include "plugin/descriptor.h"

#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "base/value.h"
#include "config/config.h"
#include "plugin/declared.h"

enum {
	PLUGIN_SIZE_1_0 = 104,
	DEFINITION_SIZE_1_0 = 112,
	LEVEL_SIZE_1_0 = 16,
	MEMORY_SIZE_1_0 = 16,
	BADGES_MOST = 100000,
	LEVELS_MOST = 1000,
	EVENTS_MOST = 10000,
	LEVEL_TEXT_MOST = 4096
};

_Static_assert(sizeof(badge_plugin) == PLUGIN_SIZE_1_0, "the ABI's struct has grown: keep 1.0's size");
_Static_assert(sizeof(badge_definition) == DEFINITION_SIZE_1_0, "the ABI's struct has grown: keep 1.0's size");
_Static_assert(sizeof(badge_memory) == MEMORY_SIZE_1_0, "the ABI's struct has grown: keep 1.0's size");
_Static_assert(sizeof(badge_level) == LEVEL_SIZE_1_0, "the ABI's struct has grown: keep 1.0's size");

/* Of the descriptors before 1.0, whose structs had another layout. */
static const uint32_t magic_before_1_0 = 0x31444742u;

static const uint32_t known_plugin_flags = 0;
static const uint32_t known_badge_flags = BADGE_MULTIPLE | BADGE_ASYNC | BADGE_LEVELS_FROM_CONFIG | BADGE_PERMANENT;

typedef struct descriptor_reader {
	const brb_image *image;
	brb_arena *arena;
	brabeion_error *error;
	char place[160]; /* for messages: `badge "x"`; "": the plugin itself */
} descriptor_reader;

static brabeion_status refuse(descriptor_reader *reader, const char *format, ...) BRB_PRINTF(2, 3);
static brabeion_status refuse(descriptor_reader *reader, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	brb_status_set_va(reader->error, BRABEION_CONFIG, format, arguments);
	va_end(arguments);
	if (reader->place[0])
		brb_status_prefix(reader->error, "is wrong in %s: ", reader->place);
	return BRABEION_CONFIG;
}

static brabeion_status refuse_flags(descriptor_reader *reader, uint32_t flags, uint32_t known)
{
	return refuse(reader,
		      "has the required flag 0x%04x, which this engine (ABI %d.%d) does not know; a newer engine may",
		      (flags & 0xffff) & ~known, BADGE_ABI_MAJOR, BADGE_ABI_MINOR);
}

/* ---- texts and arrays ---- */

static brabeion_status read_text(descriptor_reader *reader, const char *text, size_t most, const char *what,
				 const char **copy)
{
	size_t length = 0;
	if (!text)
		return refuse(reader, "has no %s (NULL)", what);
	while (length <= most && brb_image_contains(reader->image, text + length, 1, false) && text[length])
		length++;
	if (length > most)
		return refuse(reader, "has a %s longer than %zu bytes", what, most);
	if (!brb_image_contains(reader->image, text + length, 1, false))
		return refuse(reader, "has a %s that points outside of the plugin", what);
	if (!brb_text_is_utf8(text, length))
		return refuse(reader, "has a %s that is not UTF-8", what);
	*copy = brb_arena_copy_length(reader->arena, text, length);
	return *copy ? BRABEION_OK : brb_status_no_memory(reader->error);
}

static brabeion_status check_array(descriptor_reader *reader, const void *array, size_t count, size_t stride,
				   size_t most, const char *what)
{
	if (count > most)
		return refuse(reader, "has %zu %s, more than %zu", count, what, most);
	if (count && !array)
		return refuse(reader, "has %zu %s at NULL", count, what);
	if (count && !brb_image_contains(reader->image, array, count * stride, false))
		return refuse(reader, "has %s that lie outside of the plugin", what);
	return BRABEION_OK;
}

static brabeion_status read_events(descriptor_reader *reader, const char *const **events, uint32_t count,
				   const char *what)
{
	const char *const *theirs = *events;
	brabeion_status status = check_array(reader, theirs, count, sizeof *theirs, EVENTS_MOST, what);
	if (status != BRABEION_OK)
		return status;
	const char **ours = brb_arena_take(reader->arena, (count + (size_t)1) * sizeof *ours);
	if (!ours)
		return brb_status_no_memory(reader->error);
	for (uint32_t i = 0; i < count; i++) {
		status = read_text(reader, theirs[i], BRB_NAME_BYTES_MOST, "name of an event", &ours[i]);
		if (status != BRABEION_OK)
			return status;
		if (!ours[i][0])
			return refuse(reader, "has an empty name among its %s", what);
		if (strncmp(ours[i], "brabeion.", 9) == 0 && !brb_config_is_raised(ours[i]))
			return refuse(reader,
				      "listens to \"%s\": of the engine's own events there are " BRB_RAISED_EVENTS,
				      ours[i]);
	}
	*events = ours;
	return BRABEION_OK;
}

static brabeion_status read_levels(descriptor_reader *reader, badge_definition *definition)
{
	const char *theirs = (const char *)definition->levels;
	if (definition->level_count && definition->level_size < LEVEL_SIZE_1_0)
		return refuse(reader, "has levels of %u bytes each, version 1.0's have %d", definition->level_size,
			      LEVEL_SIZE_1_0);
	brabeion_status status =
		check_array(reader, theirs, definition->level_count, definition->level_size, LEVELS_MOST, "levels");
	if (status != BRABEION_OK)
		return status;
	badge_level *ours = brb_arena_take(reader->arena, (definition->level_count + (size_t)1) * sizeof *ours);
	if (!ours)
		return brb_status_no_memory(reader->error);
	for (uint32_t i = 0; i < definition->level_count && status == BRABEION_OK; i++) {
		memcpy(&ours[i], theirs + (size_t)i * definition->level_size, sizeof *ours);
		if (!ours[i].description)
			ours[i].description = "";
		else
			status = read_text(reader, ours[i].description, LEVEL_TEXT_MOST, "level's description",
					   &ours[i].description);
		if (status == BRABEION_OK)
			status = read_text(reader, ours[i].name, LEVEL_TEXT_MOST, "level's name", &ours[i].name);
	}
	definition->levels = ours;
	return status;
}

static brabeion_status check_memory(descriptor_reader *reader, const badge_memory *memories, uint32_t count)
{
	char fault[BRB_DECLARED_FAULT_BYTES];
	const badge_memory *last = &memories[count - 1];
	if (!last->name[0])
		return refuse(reader, "declares memory with an empty name");
	for (uint32_t i = 0; i + 1 < count; i++)
		if (strcmp(memories[i].name, last->name) == 0)
			return refuse(reader, "declares the memory \"%s\" twice", last->name);
	if (brb_declared_fault(last->flags, fault))
		return refuse(reader, "the memory \"%s\" %s", last->name, fault);
	return BRABEION_OK;
}

/* Of a definition or the plugin: replaces *memory by a copy. */
static brabeion_status read_memory(descriptor_reader *reader, const badge_memory **memory, uint32_t count,
				   uint32_t size)
{
	const char *theirs = (const char *)*memory;
	if (count && size < MEMORY_SIZE_1_0)
		return refuse(reader, "declares memory in %u bytes each, version 1.0's have %d", size,
			      MEMORY_SIZE_1_0);
	brabeion_status status =
		check_array(reader, theirs, count, size, BRB_DECLARED_MOST, "declarations of memory");
	if (status != BRABEION_OK)
		return status;
	badge_memory *ours = brb_arena_take(reader->arena, (count + (size_t)1) * sizeof *ours);
	if (!ours)
		return brb_status_no_memory(reader->error);
	for (uint32_t i = 0; i < count && status == BRABEION_OK; i++) {
		memcpy(&ours[i], theirs + (size_t)i * size, sizeof *ours);
		status = read_text(reader, ours[i].name, BRB_NAME_BYTES_MOST, "name of memory", &ours[i].name);
		if (status == BRABEION_OK)
			status = check_memory(reader, ours, i + 1);
	}
	*memory = ours;
	return status;
}

static bool has_own(const badge_memory *memory, uint32_t count)
{
	uint32_t i = 0;
	while (i < count && brb_declared_memory(&memory[i]).merge != BRB_MERGE_OWN)
		i++;
	return i < count;
}

/* Names that `merge` merges need one. A badge may have one without: to ask for a judgement. */
static brabeion_status check_merge(descriptor_reader *reader, const badge_memory *memory, uint32_t count,
				   bool has_merge)
{
	if (!has_merge && has_own(memory, count))
		return refuse(reader, "declares memory with BADGE_MERGE_OWN, but has no function `merge`");
	return BRABEION_OK;
}

/* POSIX lets function pointers be treated as data addresses (dlsym relies on it). */
static brabeion_status check_function(descriptor_reader *reader, const void *function, const char *what)
{
	if (!function || brb_image_may_call(reader->image, function))
		return BRABEION_OK;
	return refuse(reader, "has a function `%s` that lies outside of all code", what);
}

#define CHECK_FUNCTION(reader, pointer, what) \
	check_function(reader, *(const void *const *)(const void *)&(pointer), what)

/* ---- structs ---- */

/* Copies min(theirs, ours) of a struct that has its own size at `size_offset`. */
static brabeion_status read_struct(descriptor_reader *reader, const void *theirs, size_t size_offset, size_t least,
				   void *ours, size_t ours_size)
{
	uint32_t size = 0;
	if (!theirs || !brb_image_contains(reader->image, theirs, least, false))
		return refuse(reader, "has a definition that lies outside of the plugin");
	memcpy(&size, (const char *)theirs + size_offset, sizeof size);
	if (size < least)
		return refuse(reader,
			      "has a descriptor of %u bytes, version 1.0's has %zu: it was not compiled against "
			      "brabeion/badge.h",
			      size, least);
	size_t copied = size < ours_size ? size : ours_size;
	if (!brb_image_contains(reader->image, theirs, copied, false))
		return refuse(reader, "has a descriptor that is cut short");
	memcpy(ours, theirs, copied);
	return BRABEION_OK;
}

static brabeion_status check_definition(descriptor_reader *reader, const badge_definition *definition)
{
	if ((definition->flags & 0xffff) & ~known_badge_flags)
		return refuse_flags(reader, definition->flags, known_badge_flags);
	if (!definition->award && definition->event_count)
		return refuse(reader, "listens to events but has no function `award`");
	brabeion_status status = CHECK_FUNCTION(reader, definition->award, "award");
	if (status == BRABEION_OK)
		status = CHECK_FUNCTION(reader, definition->freeze, "freeze");
	if (status == BRABEION_OK)
		status = CHECK_FUNCTION(reader, definition->open, "open");
	if (status == BRABEION_OK)
		status = CHECK_FUNCTION(reader, definition->close, "close");
	if (status == BRABEION_OK)
		status = CHECK_FUNCTION(reader, definition->progress, "progress");
	if (status == BRABEION_OK)
		status = CHECK_FUNCTION(reader, definition->merge, "merge");
	return status == BRABEION_OK
		       ? check_merge(reader, definition->memory, definition->memory_count, definition->merge != NULL)
		       : status;
}

static brabeion_status read_definition(descriptor_reader *reader, const void *theirs, uint32_t index,
				       badge_definition *definition)
{
	snprintf(reader->place, sizeof reader->place, "its badge number %u", index + 1);
	brabeion_status status = read_struct(reader, theirs, 0, DEFINITION_SIZE_1_0, definition, sizeof *definition);
	if (status == BRABEION_OK)
		status = read_text(reader, definition->slug, BRB_NAME_BYTES_MOST, "slug", &definition->slug);
	if (status != BRABEION_OK)
		return status;
	if (!brb_text_is_slug(definition->slug))
		return refuse(reader, "the slug \"%s\" must be 1 to 100 of a-z, 0-9, \".\", \"_\" and \"-\"",
			      definition->slug);
	snprintf(reader->place, sizeof reader->place, "badge \"%s\"", definition->slug);
	status = read_levels(reader, definition);
	if (status == BRABEION_OK)
		status = read_events(reader, &definition->events, definition->event_count, "events");
	if (status == BRABEION_OK)
		status = read_memory(reader, &definition->memory, definition->memory_count, definition->memory_size);
	return status == BRABEION_OK ? check_definition(reader, definition) : status;
}

/* A name has one scope: a badge's helpers could not tell which is meant. */
static brabeion_status check_scopes(descriptor_reader *reader, const badge_plugin *plugin,
				    const badge_definition *definition)
{
	for (uint32_t i = 0; i < plugin->memory_count; i++)
		for (uint32_t j = 0; j < definition->memory_count; j++)
			if (strcmp(plugin->memory[i].name, definition->memory[j].name) == 0)
				return refuse(reader,
					      "declares the memory \"%s\" for badge \"%s\" and for the whole plugin: "
					      "give one of them another name",
					      plugin->memory[i].name, definition->slug);
	return BRABEION_OK;
}

static brabeion_status check_repeated(descriptor_reader *reader, const brb_descriptor *descriptor)
{
	reader->place[0] = '\0';
	brb_table slugs = { 0 };
	brabeion_status status = BRABEION_OK;
	for (uint32_t i = 0; i < descriptor->plugin.badge_count && status == BRABEION_OK; i++) {
		badge_definition *definition = &descriptor->definitions[i];
		if (brb_table_get(&slugs, definition->slug))
			status = refuse(reader, "defines the badge \"%s\" twice", definition->slug);
		else if (!brb_table_set(&slugs, definition->slug, definition))
			status = brb_status_no_memory(reader->error);
		if (status == BRABEION_OK)
			status = check_scopes(reader, &descriptor->plugin, definition);
	}
	brb_table_finish(&slugs);
	return status;
}

static brabeion_status check_plugin(descriptor_reader *reader, const badge_plugin *plugin)
{
	if (plugin->needs_minor > BADGE_ABI_MINOR)
		return refuse(reader, "needs an engine of ABI %d.%u or newer, this one has %d.%d", BADGE_ABI_MAJOR,
			      plugin->needs_minor, BADGE_ABI_MAJOR, BADGE_ABI_MINOR);
	if ((plugin->flags & 0xffff) & ~known_plugin_flags)
		return refuse_flags(reader, plugin->flags, known_plugin_flags);
	if (!plugin->badge_count)
		return refuse(reader, "defines no badge");
	if (plugin->watch_count && !plugin->observe)
		return refuse(reader, "watches events but has no function `observe`");
	brabeion_status status = CHECK_FUNCTION(reader, plugin->open, "open");
	if (status == BRABEION_OK)
		status = CHECK_FUNCTION(reader, plugin->close, "close");
	if (status == BRABEION_OK)
		status = CHECK_FUNCTION(reader, plugin->observe, "observe");
	return status == BRABEION_OK ? CHECK_FUNCTION(reader, plugin->merge, "merge") : status;
}

static brabeion_status read_plugin(descriptor_reader *reader, badge_plugin *plugin)
{
	size_t readable = 0;
	uint32_t magic = 0;
	const void *theirs = brb_image_symbol(reader->image, &readable);
	if (readable >= sizeof magic)
		memcpy(&magic, theirs, sizeof magic);
	if (magic == magic_before_1_0)
		return refuse(reader,
			      "was compiled before version 1.0 of the plugin ABI: compile it again with today's "
			      "brabeion/badge.h");
	if (readable < PLUGIN_SIZE_1_0)
		return refuse(reader, "has a descriptor of %zu bytes, version 1.0's has %d", readable,
			      PLUGIN_SIZE_1_0);
	if (magic != BADGE_MAGIC)
		return refuse(reader,
			      "has the magic number 0x%08x, not 0x%08x: it was not made with brabeion/badge.h", magic,
			      BADGE_MAGIC);
	brabeion_status status = read_struct(reader, theirs, offsetof(badge_plugin, struct_size), PLUGIN_SIZE_1_0,
					     plugin, sizeof *plugin);
	if (status == BRABEION_OK)
		status = check_plugin(reader, plugin);
	if (status == BRABEION_OK)
		status = read_text(reader, plugin->id, BRB_NAME_BYTES_MOST, "id", &plugin->id);
	if (status != BRABEION_OK)
		return status;
	if (!brb_text_is_slug(plugin->id))
		return refuse(reader, "has the id \"%s\", which must be 1 to 100 of a-z, 0-9, \".\", \"_\" and \"-\"",
			      plugin->id);
	if (!plugin->version)
		plugin->version = "";
	else
		status = read_text(reader, plugin->version, BRB_NAME_BYTES_MOST, "version", &plugin->version);
	if (status == BRABEION_OK)
		status = read_events(reader, &plugin->watches, plugin->watch_count, "watches");
	if (status == BRABEION_OK)
		status = read_memory(reader, &plugin->memory, plugin->memory_count, plugin->memory_size);
	if (status == BRABEION_OK && plugin->merge && !has_own(plugin->memory, plugin->memory_count))
		return refuse(reader, "has a function `merge`, but declares no memory with BADGE_MERGE_OWN for it");
	return status == BRABEION_OK
		       ? check_merge(reader, plugin->memory, plugin->memory_count, plugin->merge != NULL)
		       : status;
}

brabeion_status brb_descriptor_read(const brb_image *image, brb_arena *arena, brb_descriptor *out,
				    brabeion_error *error)
{
	descriptor_reader reader = { .image = image, .arena = arena, .error = error };
	brb_descriptor read = { .definitions = NULL };
	brabeion_status status = read_plugin(&reader, &read.plugin);
	if (status == BRABEION_OK)
		status = check_array(&reader, read.plugin.badges, read.plugin.badge_count, sizeof(void *),
				     BADGES_MOST, "badges");
	if (status != BRABEION_OK)
		return status;
	read.definitions = brb_arena_take(arena, read.plugin.badge_count * sizeof *read.definitions);
	if (!read.definitions)
		return brb_status_no_memory(error);
	for (uint32_t i = 0; i < read.plugin.badge_count && status == BRABEION_OK; i++)
		status = read_definition(&reader, read.plugin.badges[i], i, &read.definitions[i]);
	if (status == BRABEION_OK)
		status = check_repeated(&reader, &read);
	if (status == BRABEION_OK)
		*out = read;
	return status;
}
