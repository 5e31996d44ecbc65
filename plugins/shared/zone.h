/*
 * What the generic plugins share: whose clock counts. The settings `zone` and `zone_field`, and the local time of an event.
 *
 *	zone: "+02:00"          an offset from UTC; also Z and UTC, which is the default
 *	zone: Europe/Berlin     a name of the system's tz database (tzdb.h)
 *	zone: event             the offset of the event's own time, "2026-07-01T09:00:00+02:00"; UTC where it has none
 *	zone_field: tz          the field of the event with the user's own zone: an offset, in minutes, too, or a name. An event
 *	                        without it is on the clock of `zone`
 *
 * Nothing here asks for the machine's own time zone, so no localtime(), and no TZ.
 */
#ifndef SHARED_ZONE_H
#define SHARED_ZONE_H

#include <brabeion/badge.h>

#include "limits.h"
#include "tzdb.h"

/* A clock: that of a zone, else an offset. */
typedef struct zone_clock {
	const tzif *zone; /* NULL: `offset` */
	int32_t offset;   /* seconds east of UTC */
} zone_clock;

/* What the settings say. */
typedef struct clock_zone {
	zone_clock clock;
	int is_of_event; /* the event's own offset comes before `clock` */
	char field[NAME_SIZE];
	tzdb *zones; /* NULL where no name can come */
} clock_zone;

/* Reads the settings. What it takes is given back by zone_finish, after a fault, too. */
int32_t zone_read(badge_setup *setup, clock_zone *zone);
void zone_finish(clock_zone *zone);

/*
 * The time of the event on the clock of its user, in seconds since 1970-01-01 00:00 of that clock. BADGE_OK; what `award`
 * returns otherwise: BADGE_REFUSED when the field is no zone, BADGE_FAILED when a zone cannot be read.
 *
 * An hour that the end of summer time repeats is one hour twice: the calendar day is right, the order within it is that of
 * badge_at.
 */
int32_t zone_local(badge_call *call, const clock_zone *zone, int64_t *seconds);

/* The name of the note that zone_remember keeps: declare it with ZONE_REMEMBERED. */
#define ZONE_MEMORY "zone"
#define ZONE_REMEMBERED BADGE_MEMORY(ZONE_MEMORY, BADGE_KIND_TEXT | BADGE_MERGE_KEEP)

/* Keeps the event's own zone, a name or an offset, for progress: call it for the newest event of the user. */
void zone_remember(badge_call *call, const clock_zone *zone);

/* In `progress`: the same as zone_local, for now, on the clock of the user's newest event that had one, else on `zone`. */
int64_t zone_local_now(badge_call *call, const clock_zone *zone);

#endif
