/*
 * config_quarantine: when a badge is set aside: `quarantine:` of the file, and of a single badge. Part of the room
 * config.
 *
 * A badge's own mapping changes what it names; the rest stays as the file says.
 */
#include <inttypes.h>
#include <string.h>

#include "config/reading.h"

#define IN_A_ROW_MOST 1000000

static bool is_off(const brb_yaml_node *node)
{
	return (node->kind == BRB_YAML_TEXT && strcmp(node->text, "off") == 0) ||
	       (node->kind == BRB_YAML_INT && node->value.integer == 0);
}

static void read_in_a_row(brb_config_reading *reading, const char *what, const brb_yaml_node *value, uint32_t *most)
{
	if (is_off(value))
		*most = 0;
	else if (value->kind != BRB_YAML_INT)
		brb_config_wrong_kind(reading, what, value, "a number, or off");
	else if (value->value.integer < 0 || value->value.integer > IN_A_ROW_MOST)
		BRB_CONFIG_FAULT(reading, value, "%s must be 1 to 1000000, or off, not %" PRId64, what,
				 value->value.integer);
	else
		*most = (uint32_t)value->value.integer;
}

static void read_failures(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_quarantine *quarantine = target;
	read_in_a_row(reading, "\"failures\"", value, &quarantine->failures);
}

static void read_overruns(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_quarantine *quarantine = target;
	read_in_a_row(reading, "\"overruns\"", value, &quarantine->overruns);
}

static void read_budget(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_quarantine *quarantine = target;
	int64_t budget_ms = is_off(value) ? 0
					  : brb_config_duration_ms(reading, value, "\"budget\"",
								   "a duration such as 100ms, or off",
								   BRB_CONFIG_HOUR_MS, "1h, or off");
	if (budget_ms >= 0)
		quarantine->budget_us = budget_ms * 1000;
}

void brb_config_read_quarantine(brb_config_reading *reading, const brb_yaml_node *value,
				brb_config_quarantine *quarantine)
{
	static const brb_config_key keys[] = {
		{ "failures", read_failures, false },
		{ "overruns", read_overruns, false },
		{ "budget", read_budget, false },
	};
	if (is_off(value))
		*quarantine = (brb_config_quarantine){ 0 };
	else if (value->kind != BRB_YAML_MAPPING)
		brb_config_wrong_kind(reading, "\"quarantine\"", value, "off, or a mapping of keys to values");
	else
		brb_config_read_mapping(reading, "\"quarantine\"", value, keys, sizeof keys / sizeof keys[0],
					quarantine);
}
