/*
 * plugin/setup: see setup.h.
 */
#include "plugin/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/reentrancy.h"
#include "base/value.h"

static const badge_host setup_host;

static brb_setup *of(badge_setup *setup)
{
	return (brb_setup *)(void *)setup;
}

/* ---- finding ---- */

static const brb_yaml_node *item_at(const brb_yaml_node *list, const char *path, size_t *length)
{
	char *end;
	*length = strcspn(path, ".");
	unsigned long index = strtoul(path, &end, 10);
	bool number = *path >= '0' && *path <= '9' && end == path + *length;
	return number && index < list->count ? list->items[index] : NULL;
}

/* Of keys that the path may begin with the longest: a key may have dots of its own, as the name of a field may. */
static const brb_yaml_node *value_at(const brb_yaml_node *mapping, const char *path, size_t *length)
{
	const brb_yaml_node *value = NULL;
	*length = 0;
	for (size_t i = 0; i < mapping->count; i++) {
		const char *key = mapping->entries[i].key;
		size_t key_length = strlen(key);
		if ((value && key_length <= *length) || strncmp(key, path, key_length) != 0 ||
		    (path[key_length] && path[key_length] != '.'))
			continue;
		value = mapping->entries[i].value;
		*length = key_length;
	}
	return value;
}

static const brb_yaml_node *walk(const brb_yaml_node *node, const char *path)
{
	while (node && *path) {
		size_t length = 0;
		node = node->kind == BRB_YAML_LIST      ? item_at(node, path, &length)
		       : node->kind == BRB_YAML_MAPPING ? value_at(node, path, &length)
							: NULL;
		path += length + (path[length] == '.');
	}
	return node;
}

static void note_read(brb_setup *setup, const char *path)
{
	char *copy = brb_arena_copy(&setup->arena, path);
	if (!copy || !brb_table_set(&setup->read, copy, copy)) {
		setup->failed = true;
		brb_status_no_memory(setup->error);
	}
}

/* The node at a path; NULL when it is missing or null. */
static const brb_yaml_node *find(brb_setup *setup, const char *path)
{
	note_read(setup, path);
	const brb_yaml_node *node = walk(setup->settings, path);
	return node && node->kind != BRB_YAML_NULL ? node : NULL;
}

static void wrong_type(brb_setup *setup, const char *path, const brb_yaml_node *node, const char *wanted)
{
	setup->failed = true;
	brb_config_fault(setup->config, (brb_config_position){ node->line, node->column },
			 "%s: setting \"%s\" must be %s, not %s", setup->what, path, wanted,
			 brb_yaml_kind_name(node->kind));
}

/* ---- the plugin's helpers ---- */

static const char *setup_slug(badge_setup *setup)
{
	return of(setup)->slug;
}

static uint32_t setup_level_count(badge_setup *setup)
{
	return of(setup)->level_count;
}

static int32_t setup_is_temporary(badge_setup *setup)
{
	return of(setup)->is_temporary;
}

static uint32_t setting_type(badge_setup *setup, const char *path)
{
	const brb_yaml_node *node = find(of(setup), path);
	if (!node)
		return BADGE_TYPE_NONE;
	switch (node->kind) {
	case BRB_YAML_INT:
		return BADGE_TYPE_INT;
	case BRB_YAML_REAL:
		return BADGE_TYPE_REAL;
	case BRB_YAML_BOOL:
		return BADGE_TYPE_BOOL;
	case BRB_YAML_TEXT:
		return BADGE_TYPE_TEXT;
	case BRB_YAML_LIST:
	case BRB_YAML_MAPPING:
		return BADGE_TYPE_JSON;
	case BRB_YAML_NULL:
		break;
	}
	return BADGE_TYPE_NONE;
}

static bool has_items(const brb_yaml_node *node)
{
	return node->kind == BRB_YAML_LIST || node->kind == BRB_YAML_MAPPING;
}

static int64_t setting_count(badge_setup *setup, const char *path)
{
	const brb_yaml_node *node = find(of(setup), path);
	if (!node)
		return 0;
	return has_items(node) ? (int64_t)node->count : -1;
}

static const char *setting_key(badge_setup *setup, const char *path, uint32_t index)
{
	const brb_yaml_node *node = find(of(setup), path);
	if (!node || node->kind != BRB_YAML_MAPPING || index >= node->count)
		return NULL;
	const char *key = node->entries[index].key;
	char *whole = path[0] ? brb_arena_printf(&of(setup)->arena, "%s.%s", path, key) : NULL;
	note_read(of(setup), path[0] && whole ? whole : key);
	return key;
}

static int64_t setting_int(badge_setup *setup, const char *path, int64_t otherwise)
{
	const brb_yaml_node *node = find(of(setup), path);
	if (!node)
		return otherwise;
	if (node->kind == BRB_YAML_INT)
		return node->value.integer;
	wrong_type(of(setup), path, node, "an integer");
	return otherwise;
}

static double setting_real(badge_setup *setup, const char *path, double otherwise)
{
	const brb_yaml_node *node = find(of(setup), path);
	if (!node)
		return otherwise;
	if (node->kind == BRB_YAML_REAL)
		return node->value.real;
	if (node->kind == BRB_YAML_INT)
		return (double)node->value.integer;
	wrong_type(of(setup), path, node, "a number");
	return otherwise;
}

static int32_t setting_bool(badge_setup *setup, const char *path, int32_t otherwise)
{
	const brb_yaml_node *node = find(of(setup), path);
	if (!node)
		return otherwise;
	if (node->kind == BRB_YAML_BOOL)
		return node->value.boolean;
	wrong_type(of(setup), path, node, "true or false");
	return otherwise;
}

static const char *setting_text(badge_setup *setup, const char *path, const char *otherwise)
{
	const brb_yaml_node *node = find(of(setup), path);
	if (!node)
		return otherwise;
	if (!has_items(node))
		return node->text; /* a number as it was written: `field: 10` may name a field */
	wrong_type(of(setup), path, node, "text");
	return otherwise;
}

static void setup_fail(badge_setup *setup, const char *path, const char *message)
{
	brb_setup *self = of(setup);
	const brb_yaml_node *node = walk(self->settings, path);
	brb_config_position at = node ? (brb_config_position){ node->line, node->column } : self->at;
	self->failed = true;
	brb_config_fault(self->config, at, "%s: %s", self->what, message);
}

static int32_t add_condition(badge_setup *setup, const char *event, const char *field, const char *value)
{
	brb_setup *self = of(setup);
	const char *fault = "badge_setup_expect is for the open of a badge, not for a plugin's own";
	if (!self->is_plugin && !brb_conditions_add(&self->opened->conditions, event, field, value, &fault)) {
		self->failed = true;
		brb_status_no_memory(self->error);
		return BADGE_FAILED;
	}
	if (fault)
		setup_fail(setup, "", fault);
	return fault ? BADGE_FAILED : BADGE_OK;
}

static int32_t setup_expect(badge_setup *setup, const char *field, const char *value)
{
	return add_condition(setup, NULL, field, value);
}

static int32_t setup_expect_in(badge_setup *setup, const char *event, const char *field, const char *value)
{
	return add_condition(setup, event ? event : "", field, value);
}

/* Copies a name that `open` declares; NULL: told as a fault. */
static const char *declare(brb_setup *self, const char *name, const char *helper)
{
	char fault[200];
	bool named = name && name[0] && brb_text_checked_length(name, BRB_NAME_BYTES_MOST) != SIZE_MAX;
	if (self->is_plugin || !named) {
		snprintf(fault, sizeof fault, "%s is for the open of a badge, with a name of 1 to %d bytes of UTF-8",
			 helper, BRB_NAME_BYTES_MOST);
		setup_fail(&self->head, "", fault);
		return NULL;
	}
	const char *copy = brb_arena_copy(&self->opened->conditions.arena, name);
	if (!copy) {
		self->failed = true;
		brb_status_no_memory(self->error);
	}
	return copy;
}

static int32_t setup_subject(badge_setup *setup, const char *field)
{
	const char *copy = declare(of(setup), field, "badge_setup_subject");
	if (copy)
		of(setup)->opened->subject = copy;
	return copy ? BADGE_OK : BADGE_FAILED;
}

static int32_t setup_multiple(badge_setup *setup)
{
	const char *fault = of(setup)->is_plugin ? "badge_setup_multiple is for the open of a badge" : NULL;
	if (of(setup)->is_temporary)
		fault = "each of its awards is for something that has happened, and stays: it cannot be temporary";
	if (fault) {
		setup_fail(setup, "", fault);
		return BADGE_FAILED;
	}
	of(setup)->opened->is_multiple = true;
	return BADGE_OK;
}

static int32_t setup_listen(badge_setup *setup, const char *event)
{
	brb_opened *opened = of(setup)->opened;
	const char *copy = declare(of(setup), event, "badge_setup_listen");
	if (!copy)
		return BADGE_FAILED;
	for (uint32_t i = 0; i < opened->event_count; i++)
		if (strcmp(opened->events[i], copy) == 0)
			return BADGE_OK;
	if (opened->event_count == BRB_OPENED_EVENTS_MOST) {
		setup_fail(setup, "", "badge_setup_listen: at most 16 further events");
		return BADGE_FAILED;
	}
	opened->events[opened->event_count++] = copy;
	return BADGE_OK;
}

static const badge_host setup_host = {
	.struct_size = sizeof(badge_host),
	.abi_major = BADGE_ABI_MAJOR,
	.abi_minor = BADGE_ABI_MINOR,
	.setup_slug = setup_slug,
	.setup_level_count = setup_level_count,
	.setting_type = setting_type,
	.setting_count = setting_count,
	.setting_key = setting_key,
	.setting_int = setting_int,
	.setting_real = setting_real,
	.setting_bool = setting_bool,
	.setting_text = setting_text,
	.setup_expect = setup_expect,
	.setup_fail = setup_fail,
	.setup_is_temporary = setup_is_temporary,
	.setup_expect_in = setup_expect_in,
	.setup_subject = setup_subject,
	.setup_multiple = setup_multiple,
	.setup_listen = setup_listen,
};

/* ---- unknown settings ---- */

/* True when the path, or one below it, was read. */
static bool was_read(const brb_setup *setup, const char *path)
{
	size_t position = 0, length = strlen(path);
	const brb_table_entry *entry;
	while ((entry = brb_table_next(&setup->read, &position)))
		if (strncmp(entry->key, path, length) == 0 && (!entry->key[length] || entry->key[length] == '.'))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The nearest of the names that were read in the same mapping; NULL: none is near. */
static const char *nearest_read(brb_setup *setup, const char *parent, const char *key)
{
	size_t position = 0, count = 0, skipped = parent[0] ? strlen(parent) + 1 : 0;
	const char **names = brb_arena_take(&setup->arena, (setup->read.count + 1) * sizeof *names);
	const brb_table_entry *entry;
	while (names && (entry = brb_table_next(&setup->read, &position))) {
		bool below =
			!skipped || (strncmp(entry->key, parent, skipped - 1) == 0 && entry->key[skipped - 1] == '.');
		size_t length = below ? strcspn(entry->key + skipped, ".") : 0;
		if (length)
			names[count++] = brb_arena_copy_length(&setup->arena, entry->key + skipped, length);
		if (length && !names[count - 1])
			count--;
	}
	if (names && count)
		qsort(names, count, sizeof *names, by_name); /* of two that are as near it is always the same */
	return names ? brb_text_nearest(key, names, count) : NULL;
}

static void refuse_unread(brb_setup *setup, const brb_yaml_node *node, const char *path, bool misspelt_only);

static void refuse_unread_entry(brb_setup *setup, const brb_yaml_entry *entry, const char *parent, bool misspelt_only)
{
	char *path = brb_arena_printf(&setup->arena, "%s%s%s", parent, parent[0] ? "." : "", entry->key);
	if (!path)
		return;
	if (was_read(setup, path)) {
		refuse_unread(setup, entry->value, path, misspelt_only);
		return;
	}
	const char *nearest = nearest_read(setup, parent, entry->key);
	if (misspelt_only && !nearest)
		return;
	setup->failed = true;
	brb_config_fault(setup->config, (brb_config_position){ entry->key_line, entry->key_column },
			 nearest ? "%s: unknown setting \"%s\" (did you mean \"%s\"?)" : "%s: unknown setting \"%s\"",
			 setup->what, path, nearest);
}

/* `misspelt_only`: `open` failed early, so a setting that it did not read may be right, unless a near name was read. */
static void refuse_unread(brb_setup *setup, const brb_yaml_node *node, const char *path, bool misspelt_only)
{
	if (node->kind == BRB_YAML_MAPPING)
		for (size_t i = 0; i < node->count; i++)
			refuse_unread_entry(setup, &node->entries[i], path, misspelt_only);
	for (size_t i = 0; node->kind == BRB_YAML_LIST && i < node->count; i++) {
		char *item = brb_arena_printf(&setup->arena, "%s.%zu", path, i);
		if (item && node->items[i]->kind == BRB_YAML_MAPPING)
			refuse_unread(setup, node->items[i], item, misspelt_only);
	}
}

/* ---- as one text ---- */

/* With its length in front, so that two texts never look like one. */
static void add_counted(brb_builder *text, const char *part)
{
	brb_builder_printf(text, "%zu:", strlen(part));
	brb_builder_add(text, part);
}

static void add_node(brb_builder *text, const brb_yaml_node *node)
{
	brb_builder_printf(text, "%s %zu ", brb_yaml_kind_name(node->kind), node->count);
	if (node->text)
		add_counted(text, node->text);
	for (size_t i = 0; i < node->count; i++) {
		bool mapping = node->kind == BRB_YAML_MAPPING;
		if (mapping)
			add_counted(text, node->entries[i].key);
		add_node(text, mapping ? node->entries[i].value : node->items[i]);
	}
}

char *brb_setup_text(brb_arena *arena, const brb_yaml_node *settings)
{
	brb_builder text = { .text = NULL };
	if (settings)
		add_node(&text, settings);
	char *made = text.failed ? NULL : brb_arena_copy(arena, text.text ? text.text : "");
	brb_builder_finish(&text);
	return made;
}

/* ---- opening ---- */

void brb_setup_init(brb_setup *setup)
{
	setup->head.host = &setup_host;
}

void brb_setup_finish(brb_setup *setup)
{
	brb_table_finish(&setup->read);
	brb_arena_finish(&setup->arena);
}

bool brb_setup_open(brb_setup *setup, int32_t (*open)(badge_setup *, void **), void (*close)(void *), void **self)
{
	void *opened = NULL;
	int32_t result = BADGE_OK;
	if (open) {
		brb_reentrancy_enter();
		result = open(&setup->head, &opened);
		brb_reentrancy_leave();
	}
	if (result != BADGE_OK && !setup->failed)
		setup_fail(&setup->head, "", "its open failed without saying why");
	if (setup->settings)
		refuse_unread(setup, setup->settings, "", setup->failed);
	if (!setup->failed) {
		*self = opened;
		return true;
	}
	if (open && close && result == BADGE_OK) {
		brb_reentrancy_enter();
		close(opened);
		brb_reentrancy_leave();
	}
	return false;
}
