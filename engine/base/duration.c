/*
 * base/duration: see duration.h.
 */
#include "base/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The microseconds of a unit, 0 when it is none. */
static int64_t unit_us(const char *unit, size_t length)
{
	static const struct {
		char name[3];
		int64_t us;
	} units[] = {
		{ "ms", 1000 },       { "s", BRB_SECOND_US }, { "m", 60 * BRB_SECOND_US },
		{ "h", BRB_HOUR_US }, { "d", BRB_DAY_US },    { "w", 7 * BRB_DAY_US },
	};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strlen(units[i].name) == length && memcmp(units[i].name, unit, length) == 0)
			return units[i].us;
	return 0;
}

bool brb_duration_read(const char **text, int64_t most_us, int64_t *duration_us)
{
	size_t digits = strspn(*text, "0123456789");
	const char *unit = *text + digits;
	size_t length = strspn(unit, "abcdefghijklmnopqrstuvwxyz");
	int64_t us = unit_us(unit, length), count = 0;
	if (!digits || !us)
		return false;
	for (const char *at = *text; at < unit && count <= most_us / us; at++)
		count = count * 10 + (*at - '0');
	*duration_us = count > most_us / us ? most_us + 1 : count * us;
	*text = unit + length;
	return true;
}

void brb_duration_write(int64_t duration_us, char text[BRB_DURATION_BYTES])
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {
		{ "d", BRB_DAY_US }, { "h", BRB_HOUR_US }, { "m", 60 * BRB_SECOND_US }, { "s", BRB_SECOND_US }
	};
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (duration_us && duration_us % units[i].us == 0) {
			snprintf(text, BRB_DURATION_BYTES, "%" PRId64 "%s", duration_us / units[i].us, units[i].name);
			return;
		}
	snprintf(text, BRB_DURATION_BYTES, "%" PRId64 "ms", duration_us / 1000);
}
