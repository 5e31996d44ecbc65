/*
 * What the generic plugins share: the rule by which a time zone goes on for ever, as the TZ variable of POSIX.1-2024 writes it
 * (Base Definitions, 8.3) and as it stands at the end of a file of the tz database: "CET-1CEST,M3.5.0,M10.5.0/3".
 */
#ifndef SHARED_TZRULE_H
#define SHARED_TZRULE_H

#include <stddef.h>
#include <stdint.h>

/* When the clocks are changed in each year, on the clock that is changed. */
typedef struct tzrule_change {
	char form; /* 'M': the weekday of a week of a month; 'J': the day without leap days, from 1; 'n': from 0 */
	int32_t month;   /* from 1 */
	int32_t week;    /* from 1; 5 is the last */
	int32_t day;     /* of 'M' the weekday, from Sunday, 0; else the day of the year */
	int32_t seconds; /* after midnight, may be negative, and more than a day has */
} tzrule_change;

/* Seconds east of UTC. */
typedef struct tzrule {
	int32_t standard;
	int32_t daylight;
	int has_daylight;
	tzrule_change start; /* of daylight saving time */
	tzrule_change end;
} tzrule;

/*
 * Reads `length` bytes. 1; 0 when they are no such rule, which leaves `rule` undefined. Daylight saving time without the days of
 * its changes is none, since POSIX leaves to the system which days these are.
 */
int tzrule_read(const char *text, size_t length, tzrule *rule);

/* The offset at a time, in seconds since 1970, of any year from -200,000,000 to 200,000,000. */
int32_t tzrule_offset(const tzrule *rule, int64_t at);

#endif
