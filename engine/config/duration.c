/*
 * config_duration: durations as text with a unit, "30d". Part of the room config.
 */
#include <string.h>

#include "config/reading.h"

/* "30d": digits, then a unit. False when it is none; -1 when it is longer than `most_ms`. */
static bool parse_duration(const char *text, int64_t most_ms, int64_t *duration_ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "ms", 1 },
		      { "s", BRB_CONFIG_SECOND_MS },
		      { "m", 60 * BRB_CONFIG_SECOND_MS },
		      { "h", BRB_CONFIG_HOUR_MS },
		      { "d", BRB_CONFIG_DAY_MS },
		      { "w", 7 * BRB_CONFIG_DAY_MS } };
	size_t digits = strspn(text, "0123456789");
	for (size_t i = 0; digits && i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(text + digits, units[i].unit) != 0)
			continue;
		int64_t sum = 0;
		bool beyond = false;
		for (size_t k = 0; k < digits && !beyond; k++) {
			sum = sum * 10 + (text[k] - '0');
			beyond = sum > most_ms / units[i].ms;
		}
		*duration_ms = beyond ? -1 : sum * units[i].ms;
		return true;
	}
	return false;
}

int64_t brb_config_duration_ms(brb_config_reading *reading, const brb_yaml_node *value, const char *what,
			       const char *wanted, int64_t most_ms, const char *most)
{
	char buffer[BRB_YAML_SHORT_BYTES];
	int64_t duration_ms = -1;
	const char *text = brb_config_text(reading, what, value, wanted);
	if (!text)
		return -1;
	if (!parse_duration(text, most_ms, &duration_ms))
		BRB_CONFIG_FAULT(reading, value, "%s must be %s, not \"%s\" (units: ms, s, m, h, d, w)", what, wanted,
				 brb_yaml_shortened(text, buffer));
	else if (duration_ms < 0)
		BRB_CONFIG_FAULT(reading, value, "%s must be at most %s, not %s", what, most,
				 brb_yaml_shortened(text, buffer));
	return duration_ms;
}
