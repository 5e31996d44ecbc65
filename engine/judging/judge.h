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

#include "badgeset/registry.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/store.h"

typedef struct brb_group_commit brb_group_commit; /* judging/group: who leads the store's transaction */
typedef struct brb_quarantine brb_quarantine;     /* judging/quarantine: which badges are set aside */
typedef struct brb_event_stats brb_event_stats;   /* judging/notices: what an operator wants to know afterwards */
typedef struct brb_history brb_history;           /* judging/history: the time of events of the past */
typedef struct brb_backend brb_backend;           /* judging/view: how memory, awards and jobs are reached */
typedef struct brb_verdict_recorder brb_verdict_recorder; /* judging/record: what is written to the journal of it */
typedef struct brb_optimistic brb_optimistic; /* judging/detached: what a worker's judgement does for itself */
typedef struct brb_optimistic_part brb_optimistic_part; /* one judgement of it */
typedef struct brb_snapshot_reader brb_snapshot_reader; /* store/peek: looks at what is committed */

typedef struct brb_judge {
	const brb_generation *generation;
	const brb_backend *view;
	brb_verdict_recorder *record; /* of a detached judge, or while one is recorded; else anything */
	int64_t cause;                /* the journal's row of the event by which what is judged came about; 0: none */
	brb_optimistic *detached;     /* of brb_backend_optimistic; else NULL */
	brb_snapshot_reader *peek;    /* of brb_backend_snapshot; else anything */
	brb_store *store;
	const brb_log *log;
	const brb_clock *clock;
	unsigned *guard;        /* this thread's: plugins must not call the engine */
	brb_counters *counters; /* of the thread whose event it is */
	brb_group_commit *group;
	brb_history *history; /* NULL: time is the clock's */
	brb_quarantine *quarantine;
	brb_event_stats *notices; /* NULL: nothing is noted */
	/* What follows is cleared for every event: small, and side by side. */
	bool single;             /* one event, so that what it finds held is worth remembering */
	bool leads;              /* this thread leads the group: it may begin a transaction */
	bool left_to_group;      /* nothing was judged: the event is sure, or likely, to need the store */
	bool needed_store;       /* the event under way read or changed memory, or earned something new */
	bool met_quarantine;     /* something that is set aside was passed over */
	bool filled_quarantine;  /* something was set aside */
	bool timing;             /* the call under way is timed */
	bool in_transaction;     /* begun by the judge when first needed; ended by the caller */
	uint32_t award_capacity; /* of the array of the result under way */
	brabeion_status fault;   /* of the store: the transaction cannot be committed */
	brabeion_error error;    /* its message */
	brb_arena scratch;       /* texts for the judgement under way */
	int64_t waited_us;       /* by a timed call, for the store; written when one begins, not cleared before */
} brb_judge;

enum { BRB_AWARDED_DEPTH_MOST = 16 };

/*
 * Judges one event into the result, which it fills in completely. Answers the store's status: when it is not OK, the
 * transaction must be rolled back, and the results of all its events are void. An event that is itself wrong has its
 * own status in the result, and the answer is OK. A single event that had better be judged in a group is not judged,
 * unless this thread leads: judge->left_to_group tells.
 */
brabeion_status brb_judge_event(brb_judge *judge, const brabeion_event *event, brabeion_result *result);

/*
 * Judges one badge on the event of a job, adding to the result what it earns. *why is the badge's failure, in the judge's
 * scratch, or NULL; what it did is dropped then, and the log knows. Inside a transaction, or detached: then nothing is
 * earned yet, and nothing dropped. Answers the store's status.
 */
brabeion_status brb_judge_job(brb_judge *judge, const brb_badge *badge, const brabeion_event *event,
			      brabeion_result *result, const char **why);

/* Inside a transaction: makes what a detached judgement of the job has done real; otherwise as brb_judge_job. */
brabeion_status brb_judge_apply_job(brb_judge *judge, const brb_badge *badge, const brabeion_event *event,
				    const brb_optimistic *detached, const brb_optimistic_part *part,
				    brabeion_result *result, const char **why);

/* Whether the event may be judged at all: its name, user, id and fields. BRABEION_INVALID with why. */
brabeion_status brb_judge_check(const brabeion_event *event, brabeion_error *error);

/* Grants an award by a person's decision, into the result; otherwise as brb_judge_event. */
brabeion_status brb_judge_grant(brb_judge *judge, const brabeion_grant *grant, brabeion_result *result);

/*
 * A transaction is under way: begun now if need be, after waiting to lead the group. False: judge->fault says why not.
 */
bool brb_judge_enter_store(brb_judge *judge);

/* Results of a transaction that failed: those of events that were wrong by themselves keep their own status. */
void brb_judge_abandon(brabeion_result *results, size_t judged, size_t count, brabeion_status status,
		       const char *message);

static inline void brb_judge_finish(brb_judge *judge)
{
	if (judge->scratch.newest)
		brb_arena_finish(&judge->scratch);
	if (judge->error.message)
		brabeion_error_finish(&judge->error);
}

#endif
