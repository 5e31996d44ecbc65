/*
 * What the plugins share: when an award was earned, where its condition counts events. It is the latest time of the events
 * that were counted, whichever of them came last: so the same events give the same date in any order.
 *
 * Kept in a tally of the user that merges by BADGE_MERGE_MAX, or by BADGE_MERGE_EARLIEST for the first time of something. A
 * tally of 0 is none: the first microsecond of 1970 is kept as the one after it.
 */
#ifndef SHARED_LATEST_H
#define SHARED_LATEST_H

#include <brabeion/badge.h>

static inline int64_t time_as_tally(int64_t at)
{
	return at != 0 ? at : 1;
}

/* Counts the event's time, and returns the latest. */
static inline int64_t latest_count(badge_call *call, const char *name, const char *key)
{
	int64_t latest = badge_tally_of(call, name, NULL, key), at = time_as_tally(badge_at(call));
	if (latest != 0 && latest >= at)
		return latest;
	badge_tally_set_of(call, name, NULL, key, at);
	return at;
}

/* Counts the event's time, where the first of something is needed. */
static inline void earliest_count(badge_call *call, const char *name, const char *key)
{
	int64_t earliest = badge_tally_of(call, name, NULL, key), at = time_as_tally(badge_at(call));
	if (earliest == 0 || at < earliest)
		badge_tally_set_of(call, name, NULL, key, at);
}

/* What was counted; the event's time when nothing was. */
static inline int64_t time_counted(badge_call *call, const char *name, const char *key)
{
	int64_t counted = badge_tally_of(call, name, NULL, key);
	return counted != 0 ? counted : badge_at(call);
}

#endif
