/*
 * yaml_faults: see yaml_faults.h.
 *
 * Faults arrive nearly in the file's order, so keeping the first few thousand and sorting those tells the right
 * hundred; a file with more faults than that is not read to its last one by anybody.
 */
#include "yaml/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "yaml/yaml.h"

#define KEPT_MOST 10000

static bool make_room(brb_yaml_faults *faults)
{
	if (faults->count < faults->capacity)
		return true;
	size_t capacity = faults->capacity ? faults->capacity * 2 : 16;
	brb_yaml_faults_item *items = brb_memory_resize(faults->items, capacity, sizeof *items);
	if (!items)
		return false;
	faults->items = items;
	faults->capacity = capacity;
	return true;
}

static bool is_control(char byte)
{
	return (unsigned char)byte < 0x20 || byte == 0x7f;
}

/* The text with each control character as \xNN, in the arena. */
static const char *on_one_line(brb_arena *arena, const char *text)
{
	size_t controls = 0;
	for (const char *at = text; *at; at++)
		controls += is_control(*at);
	char *line = brb_arena_take(arena, strlen(text) + 3 * controls + 1);
	if (!line)
		return NULL;
	char *to = line;
	for (const char *at = text; *at; at++) {
		if (is_control(*at))
			to += snprintf(to, 5, "\\x%02x", (unsigned)(unsigned char)*at);
		else
			*to++ = *at;
	}
	*to = '\0';
	return line;
}

void brb_yaml_faults_add_va(brb_yaml_faults *faults, uint32_t line, uint32_t column, const char *format,
			    va_list arguments)
{
	if (faults->count == KEPT_MOST) {
		faults->dropped++;
		return;
	}
	char *text = brb_arena_printf_va(&faults->arena, format, arguments);
	const char *what = text ? on_one_line(&faults->arena, text) : NULL;
	if (!what || !make_room(faults)) {
		faults->memory_short = true;
		return;
	}
	faults->items[faults->count] = (brb_yaml_faults_item){
		.line = line, .column = column, .number = (uint32_t)faults->count, .what = what
	};
	faults->count++;
}

static int by_place(const void *left, const void *right)
{
	const brb_yaml_faults_item *a = left, *b = right;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* An anchored node that is used three times has its faults three times. */
static void drop_repeated(brb_yaml_faults *faults)
{
	size_t kept = 0;
	for (size_t i = 0; i < faults->count; i++) {
		const brb_yaml_faults_item *item = &faults->items[i];
		bool repeated = false;
		for (size_t k = kept; k-- > 0 && !repeated;) {
			const brb_yaml_faults_item *other = &faults->items[k];
			if (other->line != item->line || other->column != item->column)
				break;
			repeated = strcmp(other->what, item->what) == 0;
		}
		if (!repeated)
			faults->items[kept++] = *item;
	}
	faults->count = kept;
}

brabeion_status brb_yaml_faults_verdict(brb_yaml_faults *faults, const char *name, brabeion_error *error)
{
	if (faults->memory_short)
		return brb_status_no_memory(error);
	if (!faults->count)
		return BRABEION_OK;
	qsort(faults->items, faults->count, sizeof *faults->items, by_place);
	drop_repeated(faults);
	size_t told = faults->count < BRB_YAML_FAULTS_TOLD ? faults->count : BRB_YAML_FAULTS_TOLD;
	size_t more = faults->count - told + faults->dropped;
	brb_builder text = { 0 };
	for (size_t i = 0; i < told; i++) {
		const brb_yaml_faults_item *item = &faults->items[i];
		const char *newline = i ? "\n" : "";
		if (item->line)
			brb_builder_printf(&text, "%s%s:%u:%u: %s", newline, name, item->line, item->column,
					   item->what);
		else
			brb_builder_printf(&text, "%s%s: %s", newline, name, item->what);
	}
	if (more)
		brb_builder_printf(&text, "\n... and %zu more", more);
	brabeion_status status =
		text.failed ? brb_status_no_memory(error) : brb_status_set(error, BRABEION_CONFIG, "%s", text.text);
	brb_builder_finish(&text);
	return status;
}

void brb_yaml_faults_finish(brb_yaml_faults *faults)
{
	brb_memory_release(faults->items);
	brb_arena_finish(&faults->arena);
	*faults = (brb_yaml_faults){ 0 };
}
