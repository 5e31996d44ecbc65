/*
 * addict: an event on every day of a month, in UTC. Earned again for each month; the reason is the month.
 *
 * The badge is async. `freeze` records the event's day when the event arrives, so that a visit just before midnight counts
 * for its day, however late a worker judges it.
 *
 * A user's month is one tally with a bit for each day: order and repetition do not matter. It was earned at the first visit of
 * its last day. When two users become one, their
 * days are put together; a month that is full only then is noted, and earned at the next event.
 */
#include "latest.h"

#include <stdlib.h>

#define DAY INT64_C(86400000000)

typedef struct date {
	int64_t year;
	int32_t month, day; /* from 1 */
} date;

/* The proleptic Gregorian calendar, from the 1st of March of the year 0 on: a leap day comes last in its year. */
static date date_at(int64_t at)
{
	int64_t days = at / DAY - (at % DAY < 0) + 719468;
	int64_t era = days / 146097 - (days % 146097 < 0);
	int64_t in_era = days - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int32_t month = (int32_t)((5 * in_year + 2) / 153);
	return (date){ .year = year + era * 400 + (month >= 10),
		       .month = month < 10 ? month + 3 : month - 9,
		       .day = (int32_t)(in_year - (153 * month + 2) / 5 + 1) };
}

static int32_t days_of(int64_t year, int32_t month)
{
	static const int32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int32_t leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

static int is_full(int64_t seen, int64_t days)
{
	return seen == (INT64_C(1) << days) - 1;
}

static void write_month(date day, char month[32])
{
	snprintf(month, 32, "%04lld-%02d", (long long)day.year, (int)day.month);
}

/* Adds the day to the state in a readable form: "2016-02", 29. */
static void freeze(void *self, badge_call *call)
{
	(void)self;
	char month[32];
	date today = date_at(badge_at(call));
	write_month(today, month);
	badge_set_text(call, "month", month);
	badge_set_int(call, "day", today.day);
	badge_set_int(call, "days", days_of(today.year, today.month));
}

/* The months that a merge has filled. */
static void earn_merged_months(badge_call *call)
{
	if (badge_key_count(call, "merged", NULL) == 0)
		return;
	for (const char *month = NULL; (month = badge_key_next(call, "merged", NULL, month));) {
		badge_earned_at(call, time_counted(call, "last", month));
		badge_grant(call, badge_slug(call), 1, NULL, month);
		badge_tally_set_of(call, "merged", NULL, month, 0);
	}
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	const char *month = badge_text(call, "month", "");
	int64_t day = badge_int(call, "day", 0), days = badge_int(call, "days", 0);
	if (day < 1 || day > days || days > 31)
		return badge_fail(call, "day %lld of %lld is not a day of a month", (long long)day, (long long)days);
	earn_merged_months(call);
	int64_t seen = badge_tally_of(call, "days", NULL, month);
	int64_t now = seen | INT64_C(1) << (day - 1);
	if (now != seen)
		badge_tally_set_of(call, "days", NULL, month, now);
	if (day == days)
		earliest_count(call, "last", month);
	if (!is_full(now, days))
		return BADGE_NOT_EARNED;
	badge_earned_at(call, time_counted(call, "last", month));
	badge_for(call, month);
	return 1;
}

/* The days of the current month that were judged, out of all its days. */
static int32_t progress(void *self, badge_call *call, int32_t level)
{
	(void)self, (void)level;
	char month[32];
	int64_t days = 0;
	date today = date_at(badge_at(call));
	write_month(today, month);
	for (int64_t seen = badge_tally_of(call, "days", NULL, month); seen > 0; seen >>= 1)
		days += seen & 1;
	return badge_progress(call, days, days_of(today.year, today.month));
}

/* How many days the month has: "2016-02". */
static int32_t days_of_text(const char *month)
{
	char *behind = NULL;
	long long year = strtoll(month, &behind, 10);
	long number = *behind == '-' ? strtol(behind + 1, NULL, 10) : 0;
	return number >= 1 && number <= 12 ? days_of(year, (int32_t)number) : 0;
}

static int32_t merge(void *self, badge_call *call)
{
	(void)self;
	for (const char *month = NULL; (month = badge_merged_key_next(call, "days", month));) {
		int64_t theirs = badge_merged_tally(call, "days", month);
		int64_t ours = badge_tally_of(call, "days", NULL, month);
		int64_t days = days_of_text(month);
		badge_tally_set_of(call, "days", NULL, month, ours | theirs);
		if (is_full(ours | theirs, days) && !is_full(ours, days) && !is_full(theirs, days))
			badge_tally_set_of(call, "merged", NULL, month, 1);
	}
	return BADGE_OK;
}

static const badge_level levels[] = { BADGE_LEVEL("Addict", "Came by on every day of a month") };
static const char *const events[] = { "visit" };
static const badge_memory memory[] = {
	BADGE_MEMORY("days", BADGE_MERGE_OWN),      /* by month: a bit for each day */
	BADGE_MEMORY("last", BADGE_MERGE_EARLIEST), /* by month: the first visit of its last day */
	BADGE_MEMORY("merged", BADGE_MERGE_OR),     /* by month: 1, filled by a merge and not yet earned */
};

BADGE_PLUGIN("addict", .slug = "addict", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .flags = BADGE_MULTIPLE | BADGE_ASYNC, .award = award, .freeze = freeze, .progress = progress,
	     .merge = merge);
