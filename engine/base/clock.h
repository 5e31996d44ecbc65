/*
 * base/clock: the time, from the system or from the host; offsets of times that are given as text.
 */
#ifndef BRB_BASE_CLOCK_H
#define BRB_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <brabeion/engine.h>

typedef struct brb_clock {
	brabeion_clock_callback now; /* NULL: the system's clock */
	void *context;
} brb_clock;

int64_t brb_clock_now_us(const brb_clock *clock); /* NULL: the system's */
int64_t brb_clock_monotonic_us(void);             /* for durations, never stored */

/* ---- times as text; brabeion_time_parse and _format are in the public header ---- */

/* The times that can be written: 0000-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z. */
#define BRB_TIME_FIRST_US INT64_C(-62167219200000000)
#define BRB_TIME_LAST_US INT64_C(253402300799999999)

/* In minutes; no clock of an event is further from UTC. */
#define BRB_TIME_OFFSET_MOST (23 * 60 + 59)

/*
 * The unit in which a number was given in place of microseconds since 1970: "seconds", "milliseconds", "nanoseconds", by its
 * size. NULL: it may be microseconds, from March of 1973 to 5138. *us (may be NULL) is what it would be in microseconds.
 */
static inline const char *brb_time_wrong_unit(int64_t number, int64_t *us)
{
	const int64_t second = 1000000, seconds_most = INT64_C(100000000000), milliseconds_most = 1000 * seconds_most,
		      microseconds_most = 1000 * milliseconds_most;
	bool seconds = number < seconds_most && number > -seconds_most;
	bool milliseconds = number < milliseconds_most && number > -milliseconds_most;
	bool nanoseconds = number > microseconds_most || number < -microseconds_most;
	if (us)
		*us = seconds ? number * second : milliseconds ? number * 1000 : nanoseconds ? number / 1000 : number;
	return seconds ? "seconds" : milliseconds ? "milliseconds" : nanoseconds ? "nanoseconds" : NULL;
}

/*
 * The offset from UTC at the end of a text that brabeion_time_parse has accepted. False: it has none of its own. That is "Z",
 * and "-00:00", which RFC 3339 (4.3) gives the same meaning: the offset of the local clock is not known.
 */
static inline bool brb_time_offset(const char *text, int32_t *minutes)
{
	size_t length = strlen(text);
	const char *end = length >= 6 ? text + length - 6 : text;
	if (*end != '+' && *end != '-')
		return false;
	int32_t hour = (end[1] - '0') * 10 + (end[2] - '0');
	int32_t minute = (end[4] - '0') * 10 + (end[5] - '0');
	int32_t offset = hour * 60 + minute;
	if (*end == '-' && offset == 0)
		return false;
	*minutes = *end == '-' ? -offset : offset;
	return true;
}

#endif
