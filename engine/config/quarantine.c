/*
 * config/quarantine: when a badge is quarantined: `quarantine:` of the file, and of a single badge, whose own mapping
 * changes only what it names.
 */
#include <inttypes.h>

#include "config/reading.h"

#define IN_A_ROW_MOST 1000000

static bool is_off(const brb_yaml_node *node)
{
	return brb_config_is_word(node, "off") || (node->kind == BRB_YAML_INT && node->value.integer == 0);
}

static void read_in_a_row(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	uint32_t *most = brb_config_member(key, target);
	if (is_off(value))
		*most = 0;
	else if (value->kind != BRB_YAML_INT)
		brb_config_wrong_kind(reading, key, value, "a number, or off");
	else if (value->value.integer < 0 || value->value.integer > IN_A_ROW_MOST)
		BRB_YAML_FAULT(reading, value, "\"%s\" must be 1 to 1000000, or off, not %" PRId64, key->name,
			       value->value.integer);
	else
		*most = (uint32_t)value->value.integer;
}

static void read_budget(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config_quarantine *quarantine = target;
	int64_t budget_us = is_off(value)
				    ? 0
				    : brb_config_duration_us(reading, key, value, "a duration such as 100ms, or off",
							     BRB_HOUR_US, "1h, or off");
	if (budget_us >= 0)
		quarantine->budget_us = budget_us;
}

void brb_config_read_quarantine(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
				void *target)
{
	static const brb_yaml_key keys[] = {
		{ .name = "failures", .read = read_in_a_row, .member = offsetof(brb_config_quarantine, failures) },
		{ .name = "overruns", .read = read_in_a_row, .member = offsetof(brb_config_quarantine, overruns) },
		{ .name = "budget", .read = read_budget },
	};
	brb_config_quarantine *quarantine = brb_config_member(key, target);
	if (is_off(value))
		*quarantine = (brb_config_quarantine){ 0 };
	else if (value->kind != BRB_YAML_MAPPING)
		brb_config_wrong_kind(reading, key, value, "off, or a mapping of keys to values");
	else
		brb_yaml_read_mapping(reading, "\"quarantine\"", value, keys, sizeof keys / sizeof keys[0], NULL,
				      quarantine);
}
