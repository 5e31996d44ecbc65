/*
 * What the commit pack remembers of an author: numbers, shared by its badges.
 *
 * The observer keeps them, once per commit, before the badges are asked; the badges only read. History may come in any
 * order, for authors' clocks are wrong, and branches are merged long after their commits: no number depends on it. So two
 * authors who turn out to be one have the numbers that one would have.
 */
#ifndef COMMITS_HISTORY_H
#define COMMITS_HISTORY_H

#include "calendar.h"
#include "latest.h"

/* How many commits */
#define TALLY_COMMITS "commits"
#define TALLY_NIGHT "night"     /* from midnight to 5 o'clock */
#define TALLY_EARLY "early"     /* from 5 to 8 */
#define TALLY_WEEKEND "weekend" /* on Saturday and Sunday */
#define TALLY_MERGES "merges"
/* Others */
#define TALLY_STREAK "streak" /* the most days in a row with a commit on each */
#define TALLY_FIRST "first"   /* the date of the earliest commit, as local_time.date */
/* By key */
#define TALLY_ZONES "zones" /* 1 for each offset from UTC */
#define TALLY_DAYS "days"   /* by number of a block of 64 days: a bit for each day with a commit */

#define TALLY_LATEST "latest" /* by name of a number: the latest time of the commits that it counts */
#define TALLY_TIMES "times"   /* by day of the epoch: the time of its earliest commit */

/* All of them: HISTORY_SIZE. */
enum { HISTORY_SIZE = 11 };
extern const badge_memory commits_memory[HISTORY_SIZE];

/* The pack's observer, and what it does when two authors become one. */
int32_t commits_observe(void *self, badge_call *call);
int32_t commits_merge(void *self, badge_call *call);

/* Calls `each` for every day with a commit, in no particular order. */
typedef void commits_each_day(badge_call *call, int64_t day);
void commits_list_days(badge_call *call, commits_each_day *each);

/* The time of a day's earliest commit; that of the event when the day has none. */
int64_t commits_time_of_day(badge_call *call, int64_t day);

/* The days in a row with a commit around this one: the first of them; returns how many. */
int64_t commits_days_around(badge_call *call, int64_t day, int64_t *first);

#endif
