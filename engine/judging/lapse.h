/*
 * judging/lapse: temporary badges: levels that award() no longer returns are no longer held.
 *
 * Guarantees: only a judgement that succeeded makes anything lapse, in the transaction of its own event; each lapse is
 * in the result once; it can be earned again, which an award that a person revoked cannot.
 */
#ifndef BRB_JUDGING_LAPSE_H
#define BRB_JUDGING_LAPSE_H

#include "judging/call.h"

/*
 * award() has returned `level`, 0 for nothing: the levels above it that the recipient holds lapse. As for an award, the
 * recipient is the user of badge_to, else the event's. A failure is the judge's fault.
 */
void brb_lapse_above(brb_call *call, const brb_badge *badge, int32_t level);

#endif
