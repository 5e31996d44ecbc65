/*
 * store/compare: how the awards of one database differ from those of another, in which the same history was judged by other
 * rules.
 *
 * Rows are matched by names, since each database has its own numbers. An award with a fresh number as its reason ("#17") is
 * matched by the name and time of the event that earned it, and by its rank among several.
 *
 * Guarantees: an award by a person's decision is never lost; what a person has revoked is gained again only where `rearn`
 * allows it, by an event after the revocation; a lapse that the history covers is judged again.
 */
#ifndef BRB_STORE_COMPARE_H
#define BRB_STORE_COMPARE_H

#include "base/table.h"
#include "store/store.h"

typedef struct brb_compared_badge {
	bool rearn;
	bool temporary;
} brb_compared_badge;

typedef struct brb_comparison {
	const brb_table *badges;   /* slug -> brb_compared_badge: only these are compared. NULL: all */
	int64_t after;             /* judged awards of a greater sequence are compared; of temporary badges all */
	int64_t first_us, last_us; /* only awards held from within are lost */
	int64_t held_before; /* only held awards of a smaller sequence are lost: others may not be judged yet. 0: no bound */
	bool gained, lost; /* which to list */
} brb_comparison;

typedef struct brb_difference {
	brabeion_award_info award; /* the held one when lost, else the judged one */
	bool lost;
	bool rearn;
	int64_t rank; /* of an award with a fresh number as reason, among those of its event, from 1; else 0 */
} brb_difference;

typedef struct brb_difference_list {
	size_t count, capacity;
	brb_difference *items;
	brb_arena memory;        /* of the texts */
	int64_t judged_sequence; /* the last judged award's */
} brb_difference_list;

void brb_difference_list_finish(brb_difference_list *list);

/*
 * Lists the awards gained, then those lost, each by sequence. Reads what is committed in both, or, within a
 * transaction of `held`, what is written there. `list` is all zeroes before.
 */
brabeion_status brb_store_compare(brb_store *held, brb_store *judged, bool in_transaction,
				  const brb_comparison *comparison, brb_difference_list *list, brabeion_error *error);

/*
 * In a transaction of `held`, which is settled: awards a gain that was found before, unless it is held by now; *sequence is
 * the award's, or 0. A fresh number as reason is drawn again.
 */
brabeion_status brb_store_take_gain(brb_store *held, const brb_difference *gain, int64_t last_us, int64_t *sequence,
				    brabeion_error *error);

#endif
