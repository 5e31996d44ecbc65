/*
 * yaml/faults: the faults of one file, recorded in any order, reported in the file's.
 *
 * Faults arrive nearly in the file's order, so the first 10,000 contain the first 100 of the file in all but contrived
 * cases; later ones are only counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "yaml/tree.h"

#define KEPT_MOST 10000

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

void brb_yaml_fault_va(brb_yaml *yaml, uint32_t line, uint32_t column, const char *format, va_list arguments)
{
	if (yaml->fault_count == KEPT_MOST) {
		yaml->faults_dropped++;
		return;
	}
	char *text = brb_arena_printf_va(&yaml->arena, format, arguments);
	const char *what = text ? on_one_line(&yaml->arena, text) : NULL;
	uint32_t number = (uint32_t)yaml->fault_count;
	brb_yaml_recorded *fault =
		what ? brb_list_add(&yaml->faults, &yaml->fault_count, &yaml->fault_capacity, sizeof *fault) : NULL;
	if (fault)
		*fault = (brb_yaml_recorded){ .line = line, .column = column, .number = number, .what = what };
	else
		yaml->memory_short = true;
}

void brb_yaml_fault(brb_yaml *yaml, uint32_t line, uint32_t column, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	brb_yaml_fault_va(yaml, line, column, format, arguments);
	va_end(arguments);
}

const char *brb_yaml_shortened(const char *text, char buffer[BRB_YAML_SHORT_BYTES])
{
	size_t most = BRB_YAML_SHORT_BYTES - sizeof "...";
	size_t length = brb_text_cut_length(text, most);
	if (!text[length])
		return text;
	memcpy(buffer, text, length);
	memcpy(buffer + length, "...", sizeof "...");
	return buffer;
}

const char *brb_yaml_kind_name(brb_yaml_kind kind)
{
	static const char *const names[] = { "nothing", "a boolean", "an integer", "a number",
					     "text",    "a list",    "a mapping" };
	size_t index = (size_t)kind;
	return index < sizeof names / sizeof names[0] ? names[index] : "something unknown";
}

size_t brb_yaml_refuse_key(brb_yaml *yaml, const brb_yaml_entry *entry, const char *const *names, size_t count)
{
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *shown = brb_yaml_shortened(entry->key, buffer);
	const char *meant = brb_text_nearest(entry->key, names, count);
	brb_builder known = { 0 };
	for (size_t i = 0; i < count; i++)
		brb_builder_printf(&known, "%s%s", i ? ", " : "", names[i]);
	if (known.failed)
		yaml->memory_short = true;
	else if (meant)
		brb_yaml_fault(yaml, entry->key_line, entry->key_column, "unknown key \"%s\" (did you mean \"%s\"?)",
			       shown, meant);
	else
		brb_yaml_fault(yaml, entry->key_line, entry->key_column, "unknown key \"%s\" (known here: %s)", shown,
			       known.text);
	brb_builder_finish(&known);
	size_t index = 0;
	while (index < count && names[index] != meant)
		index++;
	return index;
}

/* ---- the verdict ----------------------------------------------------------------------------------------------- */

static int by_place(const void *left, const void *right)
{
	const brb_yaml_recorded *a = left, *b = right;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* An anchored node that is used three times has its faults three times. */
static void drop_repeated(brb_yaml *yaml)
{
	size_t kept = 0;
	for (size_t i = 0; i < yaml->fault_count; i++) {
		const brb_yaml_recorded *item = &yaml->faults[i];
		bool repeated = false;
		for (size_t k = kept; k-- > 0 && !repeated;) {
			const brb_yaml_recorded *other = &yaml->faults[k];
			if (other->line != item->line || other->column != item->column)
				break;
			repeated = strcmp(other->what, item->what) == 0;
		}
		if (!repeated)
			yaml->faults[kept++] = *item;
	}
	yaml->fault_count = kept;
}

brabeion_status brb_yaml_verdict(brb_yaml *yaml, brabeion_error *error)
{
	if (yaml->memory_short)
		return brb_status_no_memory(error);
	if (!yaml->fault_count)
		return BRABEION_OK;
	qsort(yaml->faults, yaml->fault_count, sizeof *yaml->faults, by_place);
	drop_repeated(yaml);
	size_t shown =
		yaml->fault_count < BRB_YAML_FAULTS_SHOWN_MOST ? yaml->fault_count : BRB_YAML_FAULTS_SHOWN_MOST;
	size_t more = yaml->fault_count - shown + yaml->faults_dropped;
	brb_builder text = { 0 };
	for (size_t i = 0; i < shown; i++) {
		const brb_yaml_recorded *item = &yaml->faults[i];
		brb_builder_printf(&text, "%s%s:", i ? "\n" : "", yaml->name);
		if (item->line)
			brb_builder_printf(&text, "%u:%u:", item->line, item->column);
		brb_builder_printf(&text, " %s", item->what);
	}
	if (more)
		brb_builder_printf(&text, "\n... and %zu more", more);
	brabeion_status status =
		text.failed ? brb_status_no_memory(error) : brb_status_set(error, BRABEION_CONFIG, "%s", text.text);
	brb_builder_finish(&text);
	return status;
}
