/*
 * What the generic plugins share: days, weeks and months, on the clock of the event's user.
 *
 * A day is that of the local calendar, however many hours it has: 23 or 25 when the clocks are changed. A period is a number:
 * days and weeks since the epoch, months since the year 0. One more is the next one.
 */
#ifndef SHARED_CALENDAR_H
#define SHARED_CALENDAR_H

#include <brabeion/badge.h>

#include "zone.h"

enum { PERIOD_TEXT_SIZE = 40 };

typedef enum period_kind { PERIOD_NONE, PERIOD_DAY, PERIOD_WEEK, PERIOD_SUNDAY_WEEK, PERIOD_MONTH } period_kind;

/* The setting `name`: day, week or month; and `week_from`, which says on which day a week begins: monday or sunday. */
int32_t period_read(badge_setup *setup, const char *name, const char *otherwise, period_kind *kind);

/* "day", "week", "sunday-week" or "month": a key of what is remembered. */
const char *period_word(period_kind kind);

/* In `progress`: the period that is under way on the user's clock as last known: zone_local_now. */
int64_t period_now(badge_call *call, const clock_zone *zone, period_kind kind);

/* The period that the event is in. BADGE_OK, or what `award` returns: zone_local. */
int32_t period_of_event(badge_call *call, const clock_zone *zone, period_kind kind, int64_t *period);

/*
 * Where the period would begin on the clock of UTC, in microseconds; on the user's it begins up to a day before or after. So it
 * is a fixed point to count from, and not a time to show. Within 10,000,000 periods of the epoch.
 */
int64_t period_start(period_kind kind, int64_t period);

/* As ISO 8601 writes it: "2016-02-29", "2016-W09", "2016-02"; a week from Sunday by its first day, "2016-02-28". */
void period_format(period_kind kind, int64_t period, char text[PERIOD_TEXT_SIZE]);

#endif
