/*
 * judging/lapse: temporary badges: what award() no longer answers is no longer held. Part of the room judging/judge.
 *
 * Keeps true: only an answer that is well makes anything lapse, in the transaction of its own event; what lapses is
 * told once, in the result; it can be earned again, which what a person has revoked cannot.
 */
#ifndef BRB_JUDGING_LAPSE_H
#define BRB_JUDGING_LAPSE_H

#include "judging/call.h"

/*
 * The badge's award() has answered `level`, 0 for nothing: the levels above it that the recipient holds lapse. The
 * recipient is, as of an award, whom badge_to has named, else the event's user. After a failure judge->fault is set.
 */
void brb_lapse_above(brb_call *call, const brb_badge *badge, int32_t level);

/* What fits lapses, through the judge's view, and is added to the result; otherwise the same. */
void brb_lapse(brb_call *call, const brb_store_revocation *lapse);

#endif
