/*
 * The clause `when` of the plugins that need no C: days and hours, on the clock of the event's user or of the badge (`zone`,
 * `zone_field`: calendar.h).
 *
 *	when: { days: [sat, sun] }
 *	when: { between: ["18:00", "23:00"] }        from 18:00:00 until just before 23:00
 *	when: { between: ["22:00", "06:00"] }        over midnight: the hours before 6:00 are of the day before
 *	when: { dates: ["12-24", "12-25"] }          days of the year; "02-29" comes in leap years alone
 *	when: { months: [1, 12] }
 *
 * Several of them: all must fit.
 */
#ifndef SHARED_WHEN_H
#define SHARED_WHEN_H

#include <brabeion/badge.h>

#include "calendar.h"

typedef struct when {
	int32_t is_set;
	uint32_t days;       /* bit 0: Monday; 0: any */
	uint32_t months;     /* bit 1: January; 0: any */
	uint32_t dates[13];  /* by month, a bit for each day; */
	int32_t has_dates;   /* 0: any */
	int32_t from, until; /* minutes of the day; both 0: any */
} when;

/* Reads the setting `when`, which may be missing. BADGE_OK or BADGE_FAILED, with every mistake reported at its place. */
int32_t when_read(badge_setup *setup, when *times);

/* BADGE_OK: it fits. Else what `award` answers: BADGE_UNCHANGED, which has been explained; BADGE_REFUSED for a wrong zone. */
int32_t when_fits(badge_call *call, const when *times, const clock_zone *zone);

#endif
