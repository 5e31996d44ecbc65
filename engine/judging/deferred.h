/*
 * judging/deferred: judging later. Freezing an event for an async badge, and badge_later: both add a job to the store,
 * in the event's own transaction.
 *
 * Guarantees: a frozen event is within the bounds of an event; a freeze or a judgement that fails leaves no job.
 *
 * Not here: judging the jobs (judging/due, worker).
 */
#ifndef BRB_JUDGING_DEFERRED_H
#define BRB_JUDGING_DEFERRED_H

#include "judging/call.h"

#define BRB_DUE_EVENT "brabeion.due"

enum { BRB_LATER_MOST = 100 }; /* in one judgement */

/* The badge's own copy of an event while it freezes. */
struct brb_frozen {
	brabeion_event event;
	brabeion_field fields[BRB_FIELDS_MOST];
};

/* Freezes the event of the call for its badge and stores the job; a failure is the call's. */
void brb_deferred_freeze(brb_call *call);

/* Behind badge_set_*: sets or replaces a field of the badge's copy. */
int32_t brb_deferred_set(brb_call *call, const brabeion_field *field);

/* Behind badge_later. `state` has `count` fields of `field_size` bytes each. */
int32_t brb_deferred_later(brb_call *call, int64_t at_us, const badge_field *state, uint32_t field_size,
			   uint32_t count);

#endif
