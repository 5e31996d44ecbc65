/*
 * store/compare: how the awards of one database differ from those of another, in which the same past was judged by
 * other rules.
 *
 * Both are looked at by names, for their numbers are their own. An award without a reason of its own ("#17") is found by
 * the event that earned it: its name and time; of several the first so many are the same.
 *
 * Keeps true: what is held by a person's decision is never lost; what a person has revoked is gained again only where
 * `rearn` allows it, by an event after the revocation; a lapse that the history covers is judged anew.
 */
#ifndef BRB_STORE_COMPARE_H
#define BRB_STORE_COMPARE_H

#include "base/table.h"
#include "base/text.h"
#include "store/store.h"

/* What the comparison has to know of a badge. */
typedef struct brb_compared_badge {
	bool rearn;
	bool temporary;
} brb_compared_badge;

typedef struct brb_comparison {
	const brb_table *badges; /* slug -> brb_compared_badge: the others are passed over. NULL: all are compared */
	int64_t after;           /* of what was judged, awards of a greater sequence; of temporary badges all */
	int64_t first_us;        /* what is held from a time before is not lost, nor what comes after the next */
	int64_t last_us;
	int64_t held_before; /* what is held of this sequence and later is not lost: it may not be judged yet. 0: no bound */
	bool gained, lost; /* which are wanted */
} brb_comparison;

typedef struct brb_difference {
	brabeion_award_info award; /* lost: the one that is held, else the one that was judged */
	bool lost;
	bool rearn;
	int64_t rank; /* of an award whose reason is a number of its own: which of its event's it is, from 1; else 0 */
} brb_difference;

/* A list of all zeroes is ready. */
typedef struct brb_difference_list {
	size_t count, capacity;
	brb_difference *items;
	brb_arena memory;        /* of the texts */
	int64_t judged_sequence; /* the last of what was judged */
} brb_difference_list;

void brb_difference_list_finish(brb_difference_list *list);

/*
 * What `judged` would give and take, in the order of their sequences: first what is gained. Reads what is committed in
 * `judged`, and of `held` too, or, within a transaction of `held`, what is written there.
 */
brabeion_status brb_store_compare(brb_store *held, brb_store *judged, bool in_transaction,
				  const brb_comparison *comparison, brb_difference_list *list, brabeion_error *error);

/*
 * In a transaction of `held`, which is settled (store/backfill.h): awards a gain that was found before, unless it is none
 * any more; *sequence is the award's, or 0. A number of its own is anew.
 */
brabeion_status brb_store_take_gain(brb_store *held, const brb_difference *gain, int64_t last_us, int64_t *sequence,
				    brabeion_error *error);

#endif
