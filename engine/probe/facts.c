/*
 * probe/facts: see facts.h. The format: texts with a NUL behind each, in the order of the structs. Numbers are texts; a
 * count is in front of what it counts.
 */
#include "probe/facts.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_MOST = 100000 };

/* ---- writing ---- */

static void add_text(brb_builder *bytes, const char *text)
{
	brb_builder_add_length(bytes, text, strlen(text) + 1);
}

static void add_number(brb_builder *bytes, uint32_t number)
{
	brb_builder_printf(bytes, "%u", number);
	brb_builder_add_length(bytes, "", 1);
}

static void add_texts(brb_builder *bytes, const char *const *texts, uint32_t count)
{
	add_number(bytes, count);
	for (uint32_t i = 0; i < count; i++)
		add_text(bytes, texts[i]);
}

static void add_remembered(brb_builder *bytes, const brabeion_plugin_memory *memory, uint32_t count)
{
	add_number(bytes, count);
	for (uint32_t i = 0; i < count; i++) {
		add_text(bytes, memory[i].name);
		add_text(bytes, memory[i].owner);
		add_text(bytes, memory[i].kind);
		add_text(bytes, memory[i].keys);
		add_text(bytes, memory[i].merge);
	}
}

static void add_badge(brb_builder *bytes, const brabeion_plugin_badge *badge)
{
	add_text(bytes, badge->slug);
	add_number(bytes, badge->multiple);
	add_number(bytes, badge->async);
	add_number(bytes, badge->levels_from_config);
	add_number(bytes, badge->progress);
	add_number(bytes, badge->level_count);
	for (uint32_t i = 0; i < badge->level_count; i++) {
		add_text(bytes, badge->levels[i].name);
		add_text(bytes, badge->levels[i].description);
	}
	add_texts(bytes, badge->events, badge->event_count);
	add_remembered(bytes, badge->remembered, badge->remembered_count);
}

bool brb_probe_write_facts(const brabeion_inspection *facts, brb_builder *bytes)
{
	add_text(bytes, facts->id);
	add_text(bytes, facts->version);
	add_number(bytes, facts->abi_major);
	add_number(bytes, facts->abi_minor);
	add_number(bytes, facts->needs_minor);
	add_number(bytes, facts->observes);
	add_texts(bytes, facts->watches, facts->watch_count);
	add_remembered(bytes, facts->remembered, facts->remembered_count);
	add_number(bytes, facts->badge_count);
	for (uint32_t i = 0; i < facts->badge_count; i++)
		add_badge(bytes, &facts->badges[i]);
	return !bytes->failed;
}

/* ---- reading ---- */

typedef struct cursor {
	const char *next;
	size_t left;
	brb_arena *arena;
	bool failed; /* malformed, or no memory: from here on all is "" and 0 */
} cursor;

/* The next text, not copied. */
static const char *take(cursor *from)
{
	const char *text = from->next;
	const char *end = from->left > 0 ? memchr(text, '\0', from->left) : NULL;
	if (!end) {
		from->failed = true;
		from->left = 0;
		return "";
	}
	from->left -= (size_t)(end - text) + 1;
	from->next = end + 1;
	return text;
}

static const char *take_text(cursor *from)
{
	const char *text = take(from);
	char *copy = brb_text_is_utf8(text, strlen(text)) ? brb_arena_copy(from->arena, text) : NULL;
	from->failed = from->failed || !copy;
	return copy ? copy : "";
}

static uint32_t take_number(cursor *from)
{
	char *end = NULL;
	const char *text = take(from);
	unsigned long number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || number > UINT32_MAX) {
		from->failed = true;
		return 0;
	}
	return (uint32_t)number;
}

/* A count and an array of as many items. Each item takes at least a byte of the input, which bounds the array. */
static void *take_array(cursor *from, size_t item_bytes, uint32_t *count)
{
	uint32_t wanted = take_number(from);
	if (wanted > ITEMS_MOST || wanted > from->left) {
		from->failed = true;
		wanted = 0;
	}
	void *items = brb_arena_take(from->arena, (wanted + (size_t)1) * item_bytes);
	from->failed = from->failed || !items;
	*count = items ? wanted : 0;
	return items;
}

static const char *const *take_texts(cursor *from, uint32_t *count)
{
	const char **texts = take_array(from, sizeof *texts, count);
	for (uint32_t i = 0; i < *count; i++)
		texts[i] = take_text(from);
	return texts;
}

static const brabeion_level *take_levels(cursor *from, uint32_t *count)
{
	brabeion_level *levels = take_array(from, sizeof *levels, count);
	for (uint32_t i = 0; i < *count; i++) {
		levels[i].name = take_text(from);
		levels[i].description = take_text(from);
	}
	return levels;
}

static const brabeion_plugin_memory *take_remembered(cursor *from, uint32_t *count)
{
	brabeion_plugin_memory *memory = take_array(from, sizeof *memory, count);
	for (uint32_t i = 0; i < *count; i++) {
		memory[i].name = take_text(from);
		memory[i].owner = take_text(from);
		memory[i].kind = take_text(from);
		memory[i].keys = take_text(from);
		memory[i].merge = take_text(from);
	}
	return memory;
}

static void take_badge(cursor *from, brabeion_plugin_badge *badge)
{
	badge->slug = take_text(from);
	badge->multiple = take_number(from) != 0;
	badge->async = take_number(from) != 0;
	badge->levels_from_config = take_number(from) != 0;
	badge->progress = take_number(from) != 0;
	badge->levels = take_levels(from, &badge->level_count);
	badge->level_stride = sizeof *badge->levels;
	badge->events = take_texts(from, &badge->event_count);
	badge->remembered = take_remembered(from, &badge->remembered_count);
	badge->remembered_stride = sizeof *badge->remembered;
}

bool brb_probe_read_facts(const char *bytes, size_t size_bytes, brb_arena *arena, brabeion_inspection *facts)
{
	cursor from = { .next = bytes, .left = size_bytes, .arena = arena };
	brabeion_inspection read = *facts;
	read.id = take_text(&from);
	read.version = take_text(&from);
	read.abi_major = take_number(&from);
	read.abi_minor = take_number(&from);
	read.needs_minor = take_number(&from);
	read.observes = take_number(&from) != 0;
	read.watches = take_texts(&from, &read.watch_count);
	read.remembered = take_remembered(&from, &read.remembered_count);
	read.remembered_stride = sizeof *read.remembered;
	brabeion_plugin_badge *badges = take_array(&from, sizeof *badges, &read.badge_count);
	for (uint32_t i = 0; i < read.badge_count; i++)
		take_badge(&from, &badges[i]);
	read.badges = badges;
	read.badge_stride = sizeof *badges;
	if (from.failed || from.left > 0)
		return false;
	*facts = read;
	return true;
}
