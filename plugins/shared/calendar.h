/*
 * What the generic plugins share: days, weeks and months, on the clock of the event's user.
 *
 * Worked out by hand from the event's time and an offset from UTC. The machine that judges has a time zone, too, which
 * must not matter: so no localtime(), and no TZ. Names like "Europe/Berlin" are not understood: what they mean changes
 * from year to year, and the server that knows its users' zones knows the offset of each moment.
 *
 * A period is a number: days and weeks since the epoch, months since the year 0. One more is the next one.
 */
#ifndef SHARED_CALENDAR_H
#define SHARED_CALENDAR_H

#include <brabeion/badge.h>

#include "limits.h"

enum { PERIOD_TEXT_SIZE = 40 };

typedef enum period_kind { PERIOD_NONE, PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH } period_kind;

/* Whose clock it is: settings `zone` and `zone_field`. */
typedef struct clock_zone {
	int64_t minutes; /* east of UTC */
	char field[NAME_SIZE];
} clock_zone;

/* "+02:00", "-03:30", "Z" or "UTC" -> minutes east of UTC. 0 when it is none of these, else 1. */
int zone_parse(const char *text, int64_t *minutes);

int32_t zone_read(badge_setup *setup, clock_zone *zone);

/* The setting `name`: day, week or month. */
int32_t period_read(badge_setup *setup, const char *name, const char *otherwise, period_kind *kind);

/* "day", "week" or "month". */
const char *period_word(period_kind kind);

/* The name of the number that zone_remember keeps: declare it with ZONE_REMEMBERED. */
#define ZONE_MEMORY "offset"
#define ZONE_REMEMBERED BADGE_MEMORY(ZONE_MEMORY, BADGE_MERGE_KEEP)

/* Keeps the event's own offset, for progress: call it for the newest event of the user. */
void zone_remember(badge_call *call, const clock_zone *zone);

/* In `progress`: the period that is under way on the clock of the user's newest event with an offset, else on `zone`. */
int64_t period_now(badge_call *call, const clock_zone *zone, period_kind kind);

/* The period that the event is in. BADGE_OK; BADGE_REFUSED, for `award` to return, when the event's zone is nonsense. */
int32_t period_of_event(badge_call *call, const clock_zone *zone, period_kind kind, int64_t *period);

/* Where the period begins on the clock of UTC, in microseconds. Within 10,000,000 periods of the epoch. */
int64_t period_start(period_kind kind, int64_t period);

/* As ISO 8601 writes it: "2016-02-29", "2016-W09", "2016-02". */
void period_format(period_kind kind, int64_t period, char text[PERIOD_TEXT_SIZE]);

#endif
