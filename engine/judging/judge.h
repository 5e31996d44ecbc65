/*
 * judging/judge: one event and one generation -> effects in the store, and a result.
 *
 * Keeps true: each judgement's changes are dropped when it fails, and only its own; what a badge reads includes what
 * earlier badges of the event, and earlier events of the same transaction, did; every stored award raises
 * brabeion.awarded in the same transaction, at most 16 deep; an event without id that touches no memory and earns
 * nothing takes no lock.
 *
 * Leaves to others: committing, callbacks, which generation (engine).
 *
 * Threads: a judge belongs to one call on one thread.
 */
#ifndef BRB_JUDGING_JUDGE_H
#define BRB_JUDGING_JUDGE_H

#include "base/clock.h"
#include "base/log.h"
#include "loading/generation.h"
#include "store/store.h"

typedef struct brb_judge {
	const brb_generation *generation;
	brb_store *store;
	const brb_log *log;
	const brb_clock *clock;
	unsigned *guard;       /* this thread's: plugins must not call the engine */
	bool in_transaction;   /* begun by the judge when first needed; ended by the caller */
	brabeion_status fault; /* of the store: the transaction cannot be committed */
	brabeion_error error;  /* its message */
	brb_arena scratch;     /* texts for the judgement under way */
} brb_judge;

enum { BRB_AWARDED_DEPTH_MOST = 16 };

/*
 * Judges one event into the result, which it fills in completely. Answers the store's status: when it is not OK, the
 * transaction must be rolled back, and the results of all its events are void. An event that is itself wrong has its
 * own status in the result, and the answer is OK.
 */
brabeion_status brb_judge_event(brb_judge *judge, const brabeion_event *event, brabeion_result *result);

static inline void brb_judge_finish(brb_judge *judge)
{
	if (judge->scratch.newest)
		brb_arena_finish(&judge->scratch);
	if (judge->error.message)
		brabeion_error_finish(&judge->error);
}

#endif
