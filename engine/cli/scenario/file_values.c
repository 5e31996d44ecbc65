/*
 * cli/scenario/file_values: reads mappings with known keys, texts, numbers, times and fields.
 */
#include <string.h>

#include "base/clock.h"
#include "base/duration.h"
#include "base/json_write.h"
#include "base/value.h"
#include "cli/scenario/file_reading.h"

/* A hundred years: more than a scenario needs, and sums of a few do not overflow. */
#define TIME_MOST_US (36600 * BRB_DAY_US)

const brb_yaml_node *const *brb_scenario_items(const brb_yaml_node *const *node, size_t *count)
{
	*count = (*node)->kind == BRB_YAML_LIST ? (*node)->count : 1;
	return (*node)->kind == BRB_YAML_LIST ? (*node)->items : node;
}

/* ---- texts and numbers ---- */

const char *brb_scenario_text(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, size_t most)
{
	if (node->broken)
		return NULL;
	if (!node->text || node->kind == BRB_YAML_NULL) {
		brb_yaml_wrong_kind(reading, what, node, "text");
		return NULL;
	}
	size_t length = strlen(node->text);
	if (length >= 1 && length <= most)
		return brb_yaml_keep(reading, node->text);
	if (length)
		BRB_YAML_FAULT(reading, node, "%s has at most %zu bytes, not %zu", what, most, length);
	else
		BRB_YAML_FAULT(reading, node, "%s must not be empty", what);
	return NULL;
}

int64_t brb_scenario_number(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, int64_t least,
			    int64_t most)
{
	if (node->broken)
		return least;
	if (node->kind != BRB_YAML_INT) {
		brb_yaml_wrong_kind(reading, what, node, "a whole number");
		return least;
	}
	if (node->value.integer >= least && node->value.integer <= most)
		return node->value.integer;
	BRB_YAML_FAULT(reading, node, "%s must be %lld to %lld, not %s", what, (long long)least, (long long)most,
		       node->text);
	return least;
}

/* ---- times ---- */

/* Digits, into *number, at most `most`. */
static bool read_digits(const char **at, int64_t most, int64_t *number)
{
	size_t digits = strspn(*at, "0123456789");
	int64_t sum = 0;
	for (size_t i = 0; i < digits && sum <= most; i++)
		sum = sum * 10 + ((*at)[i] - '0');
	*at += digits;
	*number = sum;
	return digits && sum <= most;
}

/* "2d 3h", to the end. */
static bool read_duration(const char *at, int64_t *us)
{
	int64_t sum = 0, part;
	do {
		if (!brb_duration_read(&at, TIME_MOST_US - sum, &part) || part > TIME_MOST_US - sum)
			return false;
		sum += part;
		at += strspn(at, " ");
	} while (*at);
	*us = sum;
	return true;
}

/* "08:00" or "08:00:30", to the end. */
static bool read_of_day(const char *at, int64_t *us)
{
	int64_t part[3] = { 0 };
	for (size_t i = 0; i < 3; i++) {
		if (strspn(at, "0123456789") != 2 || !read_digits(&at, i ? 59 : 23, &part[i]))
			return false;
		if (i && !*at)
			break;
		if (i == 2 || *at++ != ':')
			return false;
	}
	*us = ((part[0] * 60 + part[1]) * 60 + part[2]) * BRB_SECOND_US;
	return true;
}

/* The text after "day". */
static bool read_day(const char *at, brb_scenario_time *time)
{
	int64_t number, of_day_us = 0;
	at += strspn(at, " ");
	if (!read_digits(&at, 36600, &number) || number < 1)
		return false;
	time->kind = BRB_SCENARIO_DAY;
	time->us = (number - 1) * BRB_DAY_US;
	time->of_day = *at != '\0';
	if (!time->of_day)
		return true;
	if (*at != ' ' || !read_of_day(at + strspn(at, " "), &of_day_us))
		return false;
	time->us += of_day_us;
	return true;
}

static bool read_absolute(const char *text, brb_scenario_time *time)
{
	char midnight[32] = "";
	time->kind = BRB_SCENARIO_ABSOLUTE;
	if (strlen(text) == sizeof "2024-01-01" - 1)
		text = strcat(strcat(midnight, text), "T00:00:00Z");
	if (brabeion_time_parse(text, &time->us) != BRABEION_OK)
		return false;
	time->has_offset = brb_time_offset(text, &time->offset_minutes);
	return true;
}

static bool read_time(const char *text, brb_scenario_time *time)
{
	if (strncmp(text, "day", 3) == 0)
		return read_day(text + 3, time);
	if (*text != '+' && *text != '-')
		return read_absolute(text, time);
	time->kind = BRB_SCENARIO_SHIFT;
	if (!read_duration(text + 1 + strspn(text + 1, " "), &time->us))
		return false;
	if (*text == '-')
		time->us = -time->us;
	return true;
}

static bool read_wait(const char *text, brb_scenario_time *time)
{
	static const char until[] = "until ";
	time->kind = BRB_SCENARIO_SHIFT;
	if (strncmp(text, until, sizeof until - 1) != 0)
		return read_duration(text, &time->us);
	text += sizeof until - 1;
	return *text != '+' && *text != '-' && read_time(text + strspn(text, " "), time);
}

void brb_scenario_read_time(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, bool waiting,
			    brb_scenario_time *time)
{
	char buffer[BRB_YAML_SHORT_BYTES];
	brb_scenario_time read = { 0 };
	const char *unit = node->kind == BRB_YAML_INT ? brb_time_wrong_unit(node->value.integer, NULL) : NULL;
	if (node->kind == BRB_YAML_INT && !waiting) {
		BRB_YAML_FAULT(reading, node, "%s: %s is a number of %s; write a time such as 2024-01-31T08:00:00Z",
			       what, node->text, unit ? unit : "microseconds");
		return;
	}
	const char *text = brb_scenario_text(reading, what, node, BRB_SCENARIO_SUBJECT_BYTES);
	if (!text)
		return;
	if (waiting ? read_wait(text, &read) : read_time(text, &read))
		*time = read;
	else
		BRB_YAML_FAULT(reading, node, "%s must be %s, not \"%s\" (units: ms, s, m, h, d, w)", what,
			       waiting ? "like \"2d 3h\" or \"until day 3 08:00\""
				       : "like 2024-01-31T08:00:00Z, \"day 3 08:00\" or \"+2d 3h\"",
			       brb_yaml_shortened(text, buffer));
}

/* ---- fields ---- */

/* YAML writes some numbers as JSON does not: 0x1f, .5, +1. The depth is bounded by that of the tree. */
static void write_json(brb_json *json, const char *key, const brb_yaml_node *node) // NOLINT(misc-no-recursion)
{
	switch (node->kind) {
	case BRB_YAML_NULL:
		brb_json_null(json, key);
		return;
	case BRB_YAML_BOOL:
		brb_json_bool(json, key, node->value.boolean);
		return;
	case BRB_YAML_INT:
		brb_json_integer(json, key, node->value.integer);
		return;
	case BRB_YAML_REAL:
		brb_json_real(json, key, node->value.real);
		return;
	case BRB_YAML_TEXT:
		brb_json_text(json, key, node->text);
		return;
	case BRB_YAML_LIST:
		brb_json_array(json, key);
		for (size_t i = 0; i < node->count; i++)
			write_json(json, NULL, node->items[i]);
		break;
	case BRB_YAML_MAPPING:
		brb_json_object(json, key);
		for (size_t i = 0; i < node->count; i++)
			write_json(json, node->entries[i].key, node->entries[i].value);
		break;
	}
	brb_json_end(json);
}

static const char *to_json(brb_yaml_reading *reading, const brb_yaml_node *node)
{
	brb_builder text = { 0 };
	brb_json json = brb_json_into(&text, BRB_JSON_COMPACT);
	write_json(&json, NULL, node);
	const char *kept = text.failed ? NULL : brb_arena_copy(reading->arena, text.text);
	brb_builder_finish(&text);
	if (!kept)
		reading->memory_short = true;
	return kept;
}

void brb_scenario_read_field(brb_yaml_reading *reading, const brb_yaml_entry *entry, brabeion_field *field)
{
	const brb_yaml_node *value = entry->value;
	*field = (brabeion_field){ .name = brb_yaml_keep(reading, entry->key) };
	switch (value->kind) {
	case BRB_YAML_NULL:
		field->type = BRABEION_TYPE_NULL;
		return;
	case BRB_YAML_BOOL:
		field->type = BRABEION_TYPE_BOOL;
		field->value.boolean = value->value.boolean;
		return;
	case BRB_YAML_INT:
		field->type = BRABEION_TYPE_INT;
		field->value.integer = value->value.integer;
		return;
	case BRB_YAML_REAL:
		brb_value_set_real(field, value->value.real);
		return;
	case BRB_YAML_TEXT:
		field->type = BRABEION_TYPE_TEXT;
		field->value.text = brb_yaml_keep(reading, value->text);
		return;
	default:
		field->type = BRABEION_TYPE_JSON;
		field->value.text = to_json(reading, value);
	}
}
