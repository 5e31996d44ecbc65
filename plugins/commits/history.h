/*
 * What the commit pack remembers: tallies, all of them by author.
 *
 * The observer keeps them, once per commit, before the badges are asked; the badges only read. History may come in any
 * order, for authors' clocks are wrong, and branches are merged long after their commits: no tally depends on it.
 */
#ifndef COMMITS_HISTORY_H
#define COMMITS_HISTORY_H

#include "calendar.h"

/* How many commits */
#define TALLY_COMMITS "commits"
#define TALLY_NIGHT "night"     /* from midnight to 5 o'clock */
#define TALLY_EARLY "early"     /* from 5 to 8 */
#define TALLY_WEEKEND "weekend" /* on Saturday and Sunday */
#define TALLY_MERGES "merges"
/* Others */
#define TALLY_ZONES "zones"   /* different offsets from UTC */
#define TALLY_STREAK "streak" /* the most days in a row with a commit on each */
#define TALLY_FIRST "first"   /* the date of the earliest commit, as local_time.date */

/* The pack's observer. */
int32_t commits_observe(void *self, badge_call *call);

#endif
