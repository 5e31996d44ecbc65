/*
 * judging/judge: judges one event, or one grant, with one generation: effects in the store, and a result.
 *
 * Guarantees: a judgement that fails loses its own changes and no others; what a badge reads includes what earlier
 * badges of the event, and earlier events of the same transaction, changed; every stored award raises brabeion.awarded
 * in the same transaction, at most 16 deep; an event without id that touches no memory and earns nothing takes no lock.
 *
 * Not here: committing, callbacks, which generation is current (api).
 *
 * Threads: a judge belongs to one call on one thread.
 */
#ifndef BRB_JUDGING_JUDGE_H
#define BRB_JUDGING_JUDGE_H

#include <stddef.h>
#include <string.h>

#include "badgeset/registry.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/store.h"

typedef struct brb_group_commit brb_group_commit;
typedef struct brb_quarantine brb_quarantine;
typedef struct brb_event_stats brb_event_stats;
typedef struct brb_history brb_history;
typedef struct brb_backend brb_backend;
typedef struct brb_verdict_recorder brb_verdict_recorder;

/* What all judges of an engine share; it does not change once events are judged. */
typedef struct brb_judge_shared {
	brb_store *store;
	const brb_log *log;
	const brb_clock *clock;
	brb_group_commit *group;
	brb_quarantine *quarantine;
	brb_event_stats *event_stats; /* NULL: nothing is counted */
	brb_history *history;         /* NULL: time is the clock's */
} brb_judge_shared;

/*
 * One call. brb_judge_init() sets what comes before `recorder`, and clears the rest: gcc clears up to 80 bytes by plain
 * stores, and more by `rep stos`, which takes longer to start than a stateless judgement takes.
 */
typedef struct brb_judge {
	const brb_judge_shared *shared;
	brb_store *store; /* shared->store and shared->clock, at hand */
	const brb_clock *clock;
	const brb_generation *generation;
	const brb_backend *backend; /* how memory, awards and jobs are reached */
	void *backend_context;      /* brb_backend_snapshot's reader, brb_backend_optimistic's state; else NULL */
	unsigned *reentrancy;       /* this thread's depth: plugins must not call the engine */
	brb_counters *counters;     /* of the thread whose event it is; may be NULL */

	int64_t latest_us; /* at which an event may be; INT64_MIN: not known yet */

	brb_verdict_recorder *recorder; /* while a judgement is recorded */
	int64_t *waited_us;             /* while a call is timed: adds up what it waits for the store; else NULL */
	brb_arena scratch;              /* texts of the current event */
	brabeion_error error;           /* the message of `fault` */
	brabeion_status fault;          /* of the store: the transaction cannot be committed */
	bool single;                    /* one event alone, so that what it finds held is worth caching */
	bool leads;                     /* this thread leads the group: it may begin a transaction */
	bool left_to_group;             /* not judged: the event needs the store, or is likely to */
	bool needed_store;              /* the current event read or changed memory, or earned something new */
	bool met_quarantine;            /* a quarantined badge was skipped */
	bool filled_quarantine;         /* a badge was quarantined */
	bool undeclared;                /* a badge used memory that its plugin does not declare */
	bool in_transaction;            /* begun by the judge when first needed; ended by the caller */
} brb_judge;

_Static_assert(sizeof(brb_judge) - offsetof(brb_judge, recorder) <= 80, "clearing it is measurable in every event");

enum { BRB_AWARDED_DEPTH_MOST = 16 };

/*
 * Judges one event into the result, which it fills in completely. Returns the store's status: when it is not OK, the
 * transaction must be rolled back, and the results of all its events are void. An event that is itself wrong has its
 * own status in the result, and OK is returned. A single event that is better judged in a group is not judged, unless
 * this thread leads: then judge->left_to_group is set.
 */
brabeion_status brb_judge_event(brb_judge *judge, const brabeion_event *event, brabeion_result *result);

/* Whether the event may be judged at all: its name, user, id and fields. BRABEION_INVALID with the reason. */
brabeion_status brb_judge_check(const brabeion_event *event, brabeion_error *error);

/* Stores an award that a person decided on; otherwise as brb_judge_event. */
brabeion_status brb_judge_grant(brb_judge *judge, const brabeion_grant *grant, brabeion_result *result);

/* Sets the results of a transaction that failed: events that were wrong by themselves keep their own status. */
void brb_judge_abandon(brabeion_result *results, size_t judged, size_t count, brabeion_status status,
		       const char *message);

static inline void brb_judge_init(brb_judge *judge, const brb_judge_shared *shared, const brb_generation *generation,
				  const brb_backend *backend, void *context, unsigned *reentrancy,
				  brb_counters *counters)
{
	judge->shared = shared;
	judge->store = shared->store;
	judge->clock = shared->clock;
	judge->generation = generation;
	judge->backend = backend;
	judge->backend_context = context;
	judge->reentrancy = reentrancy;
	judge->counters = counters;
	judge->latest_us = INT64_MIN;
	memset(&judge->recorder, 0, sizeof *judge - offsetof(brb_judge, recorder));
}

static inline void brb_judge_finish(brb_judge *judge)
{
	if (judge->scratch.newest)
		brb_arena_finish(&judge->scratch);
	if (judge->error.message)
		brabeion_error_finish(&judge->error);
}

#endif
