/*
 * config/reading: see reading.h.
 */
#include "config/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *brb_config_text(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
			    const char *wanted)
{
	if (node->broken)
		return NULL;
	if (node->kind != BRB_YAML_TEXT) {
		brb_yaml_wrong_kind(reading, what, node, wanted);
		return NULL;
	}
	if (!*node->text) {
		BRB_YAML_FAULT(reading, node, "%s must not be empty", what);
		return NULL;
	}
	return node->text;
}

bool brb_config_is_word(const brb_yaml_node *node, const char *word)
{
	return node->kind == BRB_YAML_TEXT && strcmp(node->text, word) == 0;
}

#define QUOTED_BYTES 32

static const char *quoted(const brb_yaml_key *key, char text[QUOTED_BYTES])
{
	snprintf(text, QUOTED_BYTES, "\"%s\"", key->name);
	return text;
}

void brb_config_wrong_kind(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *node,
			   const char *wanted)
{
	char what[QUOTED_BYTES];
	brb_yaml_wrong_kind(reading, quoted(key, what), node, wanted);
}

int64_t brb_config_duration_us(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *node,
			       const char *wanted, int64_t most_us, const char *most)
{
	char what[QUOTED_BYTES], buffer[BRB_YAML_SHORT_BYTES];
	int64_t duration_us;
	const char *text = brb_config_text(reading, quoted(key, what), node, wanted), *end = text;
	if (!text)
		return -1;
	if (!brb_duration_read(&end, most_us, &duration_us) || *end) {
		BRB_YAML_FAULT(reading, node, "%s must be %s, not \"%s\" (units: ms, s, m, h, d, w)", what, wanted,
			       brb_yaml_shortened(text, buffer));
		return -1;
	}
	if (duration_us <= most_us)
		return duration_us;
	BRB_YAML_FAULT(reading, node, "%s must be at most %s, not %s", what, most, brb_yaml_shortened(text, buffer));
	return -1;
}

/* "512MiB", with or without a space, in MiB. -1: malformed. More than `most`: too large. */
static int64_t parse_mib(const char *text, int64_t most)
{
	static const struct {
		const char *unit;
		int64_t mib;
	} units[] = { { "MiB", 1 }, { "GiB", 1024 }, { "TiB", 1024 * 1024 } };
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	for (size_t i = 0; digits && i < sizeof units / sizeof units[0]; i++) {
		int64_t sum = 0;
		if (strcmp(unit, units[i].unit) != 0)
			continue;
		for (size_t k = 0; k < digits && sum <= most; k++)
			sum = sum * 10 + (text[k] - '0');
		return sum > most ? sum : sum * units[i].mib;
	}
	return -1;
}

int64_t brb_config_size_mib(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *node,
			    const char *wanted, int64_t least_mib, int64_t most_mib, const char *range)
{
	char what[QUOTED_BYTES], buffer[BRB_YAML_SHORT_BYTES];
	const char *text = brb_config_text(reading, quoted(key, what), node, wanted);
	int64_t mib = text ? parse_mib(text, most_mib) : -1;
	if (!text || (mib >= least_mib && mib <= most_mib))
		return mib;
	if (mib < 0)
		BRB_YAML_FAULT(reading, node, "%s must be %s, not \"%s\" (units: MiB, GiB, TiB)", what, wanted,
			       brb_yaml_shortened(text, buffer));
	else
		BRB_YAML_FAULT(reading, node, "%s must be %s, not %s", what, range, brb_yaml_shortened(text, buffer));
	return -1;
}

bool brb_config_is_filled_list(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
			       const char *wanted, const char *advice)
{
	if (node->kind != BRB_YAML_LIST)
		brb_yaml_wrong_kind(reading, what, node, wanted);
	else if (!node->count)
		BRB_YAML_FAULT(reading, node, "%s is empty: %s", what, advice);
	return node->kind == BRB_YAML_LIST && node->count > 0;
}

brb_config_position brb_config_position_of(const brb_yaml_node *node)
{
	return (brb_config_position){ .line = node->line, .column = node->column };
}

const char *brb_config_resolve(brb_yaml_reading *reading, const char *path)
{
	const brb_config_reading *self = reading->context;
	const char *resolved = brb_arena_printf(reading->arena, "%s%s", *path == '/' ? "" : self->folder, path);
	reading->memory_short |= !resolved;
	return resolved;
}

void brb_config_read_bool(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	if (value->kind == BRB_YAML_BOOL)
		*(bool *)brb_config_member(key, target) = value->value.boolean;
	else
		brb_config_wrong_kind(reading, key, value, "true or false");
}

void brb_config_read_count(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			   void *target)
{
	if (value->kind != BRB_YAML_INT)
		brb_config_wrong_kind(reading, key, value, "an integer");
	else if (value->value.integer < key->least || value->value.integer > key->most)
		BRB_YAML_FAULT(reading, value, "\"%s\" must be %" PRId64 " to %" PRId64 ", not %" PRId64, key->name,
			       key->least, key->most, value->value.integer);
	else
		*(uint32_t *)brb_config_member(key, target) = (uint32_t)value->value.integer;
}

void brb_config_read_path(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	char what[QUOTED_BYTES];
	const char *path = brb_config_text(reading, quoted(key, what), value, "text");
	if (path)
		*(const char **)brb_config_member(key, target) = brb_config_resolve(reading, path);
}
