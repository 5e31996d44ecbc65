/*
 * judging/optimistic: the view of a judgement that does not work inside the store's transaction, however long it takes.
 * Part of the room judging/judge.
 *
 * Reads are looks at what is committed, each remembered; changes stay here, and the judgement that made them reads them.
 * Judgements follow each other in a chain: each reads what the ones before it have changed. At the end, inside the
 * transaction, each is compared, in the chain's order: if all that it read is still so, its changes are applied; else
 * it has not happened. What it read of a judgement before it that was not applied is not so either: so nothing of the
 * chain needs to be known to compare.
 *
 * Keeps true: what is applied is what the judgement would have done inside the transaction.
 *
 * Threads: as a judge. Comparing and applying is done by who leads the group.
 */
#ifndef BRB_JUDGING_OPTIMISTIC_H
#define BRB_JUDGING_OPTIMISTIC_H

#include "judging/call.h"

typedef struct brb_optimistic brb_optimistic;

/* One judgement of the chain. */
typedef struct brb_optimistic_part {
	size_t read_from, read_to;
	size_t change_from, change_to;
} brb_optimistic_part;

/* The view of judges whose `detached` is set. */
extern const brb_backend brb_backend_optimistic;

brabeion_status brb_optimistic_open(brb_store *store, brb_optimistic **out, brabeion_error *error);
void brb_optimistic_close(brb_optimistic *detached); /* before the store; NULL is fine */

/* Forgets all: the next judgement is a chain's first. */
void brb_optimistic_reset(brb_optimistic *detached);

/* A judgement begins; it ends, and leaves what it read and changed, or what it read alone. */
void brb_optimistic_begin(brb_optimistic *detached);
brb_optimistic_part brb_optimistic_end(brb_optimistic *detached, bool drop);

/* Inside the transaction: whether all that was read is so. */
brabeion_status brb_optimistic_compare(brb_judge *judge, const brb_optimistic *detached,
				       const brb_optimistic_part *part, bool *same);

/* Then: makes the changes, as the call's judgement; the awards go into its result. A fault is the judge's. */
void brb_optimistic_apply(brb_call *call, const brb_optimistic *detached, const brb_optimistic_part *part);

#endif
