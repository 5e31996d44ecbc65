/*
 * judging/group_commit: many callers share one transaction.
 *
 * A caller that needs the store queues a request: events to be judged, an award to be revoked. One caller leads: it
 * does all queued requests, on its own thread, in one transaction, commits, and reports the outcome to each. So a
 * commit is shared, and no lock is passed from thread to thread (measured: passing costs more than committing at
 * synchronous NORMAL).
 *
 * A caller that finds out only during a judgement that it needs the store becomes the leader in place: it waits for the
 * present one, finishes its own event, and then does the requests of the others.
 *
 * Guarantees: requests are done in the order in which they came; when a transaction fails, every request in it gets the
 * error; every waiting caller is woken.
 *
 * Not here: which events are worth a request, and what a request does (api).
 */
#ifndef BRB_JUDGING_GROUP_COMMIT_H
#define BRB_JUDGING_GROUP_COMMIT_H

#include <pthread.h>
#include <stdatomic.h>

#include "judging/judge.h"
#include "judging/verdict_recorder.h"

typedef struct brb_request {
	brb_judge *judge;
	/* Does the work in the leader's transaction, on the leader's thread; begins it by brb_judge_enter_store. */
	brabeion_status (*work)(struct brb_request *request);
	/* The transaction failed, before or after the work, whose status is void. NULL: `error` is set instead. */
	void (*fail)(struct brb_request *request, brabeion_status status, const char *message);
	brabeion_error error;     /* the caller's to finish */
	struct brb_request *next; /* the group's */
	atomic_bool done;
	brabeion_status status;
} brb_request;

struct brb_group_commit {
	_Atomic(brb_request *) waiting; /* newest first */
	_Atomic uint32_t waiting_count;
	pthread_mutex_t leading;
	brb_verdict_recorder recorder; /* the leader's */
	uint32_t last_count;           /* requests in the group before; the leader's */
	bool was_busy;                 /* the group before waited in vain for another process; the leader's */
	_Atomic uint32_t ended;        /* groups so far: the futex */
	_Atomic uint32_t sleepers;     /* threads that wait, or are about to */
};

/* Tells the request that its transaction failed. */
void brb_request_fail(brb_request *request, brabeion_status status, const char *message);

brabeion_status brb_group_commit_init(brb_group_commit *group, brabeion_error *error);
void brb_group_commit_finish(brb_group_commit *group);

/* Has the work done and committed, by this thread or another. Returns its status; `fail` got the message. */
brabeion_status brb_group_commit_run(brb_group_commit *group, brb_request *request);

/* The same in a transaction of its own: other requests of the group are committed before, or come after. */
brabeion_status brb_group_commit_run_alone(brb_group_commit *group, brb_request *request);

/* Waits until this thread leads. For brb_judge_enter_store alone. */
void brb_group_commit_lead(brb_group_commit *group);

/* Stops leading, with no transaction open: those who wait find a leader among themselves. */
void brb_group_commit_leave(brb_group_commit *group);

/* Whether requests wait for the leader. */
bool brb_group_commit_is_awaited(brb_group_commit *group);

/*
 * Ends the transaction of a judge that became the leader in place: does the waiting requests, commits all together, and
 * stops leading. With a fault of its own it rolls back, and the others find a leader among themselves.
 */
brabeion_status brb_group_commit_conclude(brb_group_commit *group, brb_judge *judge);

#endif
