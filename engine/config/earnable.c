/*
 * config/earnable: the key `earnable` of a badge: from when it can be earned, and until when.
 */
#include "config/reading.h"

#include <stdio.h>
#include <string.h>

#include <brabeion/engine.h>

#define WANTED "a date such as 2026-12-01, or a time with its offset such as 2026-12-01T08:00:00+01:00"

enum { DATE_LENGTH = 10 };

/* A date is its first moment, in UTC. */
static bool parse(const char *text, int64_t *at_us)
{
	char moment[DATE_LENGTH + sizeof "T00:00:00Z"];
	if (strlen(text) != DATE_LENGTH)
		return brabeion_time_parse(text, at_us) == BRABEION_OK;
	snprintf(moment, sizeof moment, "%sT00:00:00Z", text);
	return brabeion_time_parse(moment, at_us) == BRABEION_OK;
}

static void read_moment(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	char what[32], buffer[BRB_YAML_SHORT_BYTES];
	snprintf(what, sizeof what, "\"%s\"", key->name);
	int64_t at_us = 0;
	const char *text = brb_config_text(reading, what, value, WANTED);
	if (!text)
		return;
	if (!parse(text, &at_us))
		BRB_YAML_FAULT(reading, value, "%s must be " WANTED ", not \"%s\"", what,
			       brb_yaml_shortened(text, buffer));
	else if (at_us <= 0)
		BRB_YAML_FAULT(reading, value, "%s must be later than 1970-01-01", what);
	else
		*(int64_t *)brb_config_member(key, target) = at_us;
}

void brb_config_read_earnable(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			      void *target)
{
	static const brb_yaml_key keys[] = {
		{ .name = "from", .read = read_moment, .member = offsetof(brb_config_earnable, from_us) },
		{ .name = "until", .read = read_moment, .member = offsetof(brb_config_earnable, until_us) },
	};
	(void)key;
	brb_config_earnable *earnable = &((brb_config_badge *)target)->earnable;
	if (!brb_yaml_read_mapping(reading, "\"earnable\"", value, keys, sizeof keys / sizeof keys[0], NULL,
				   earnable))
		return;
	const brb_yaml_node *until = brb_yaml_get(value, "until");
	if (!value->count)
		BRB_YAML_FAULT(reading, value, "\"earnable\" is empty: give \"from\", \"until\" or both");
	else if (earnable->until_us && earnable->from_us >= earnable->until_us)
		BRB_YAML_FAULT(reading, until, "\"until\" must be later than \"from\"");
}
