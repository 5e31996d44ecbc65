/*
 * The author's own calendar and clock: what a commit's time was where it was made.
 *
 * Worked out by hand from the event's time and the zone that the commit carries. The machine that judges has a time
 * zone, too, which must not matter: so no localtime(), and no TZ.
 */
#ifndef COMMITS_CALENDAR_H
#define COMMITS_CALENDAR_H

#include <brabeion/badge.h>

typedef struct local_time {
	int64_t day;     /* days since 1970-01-01 */
	int64_t date;    /* the same day as a number that reads like one: 20240229 */
	int32_t hour;    /* 0 to 23 */
	int32_t weekday; /* 0 to 6, from Monday */
} local_time;

/* A day since 1970-01-01 as local_time.date. */
int64_t commit_date_of_day(int64_t day);

/* The author's zone in minutes east of UTC; UTC when the event says none, or nonsense. */
int64_t commit_offset(badge_call *call);

/* When the commit was made, on its author's clock. */
local_time commit_local_time(badge_call *call);

#endif
