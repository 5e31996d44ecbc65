/*
 * judging/due: judges the jobs of a history when they fall due: those due up to an event's time before the event, its
 * own async jobs after it, all on the leader's thread, in the event's transaction.
 *
 * Guarantees: jobs are judged in the order of their times, those of one time in the order in which they were added; so
 * the same events give the same awards, whatever the transactions.
 */
#ifndef BRB_JUDGING_DUE_H
#define BRB_JUDGING_DUE_H

#include "judging/history.h"

/* Judges into the result what is due by `at_us`, and advances the history's time to it. False: a fault. */
bool brb_due_advance(brb_judge *judge, int64_t at_us, brabeion_result *result);

/* Judges what is due by the history's time. False: a fault. */
bool brb_due_settle(brb_judge *judge, brabeion_result *result);

/* The log's text for jobs that a claim parked, in the arena. */
const char *brb_due_describe_parked(brb_arena *arena, const brb_store_parked *parked);

#endif
