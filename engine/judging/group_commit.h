/*
 * judging/group_commit: many callers, one transaction.
 *
 * A caller who needs the store leaves what is to be done as a request: events to be judged, an award to be revoked. One
 * caller leads: it does what all who wait have asked for, on its own thread, in one transaction, commits, and tells each
 * what became of it. So a commit is shared and no
 * lock is passed from thread to thread (measured: passing costs more than committing at synchronous NORMAL).
 *
 * A caller that finds out only in the middle of a judgement that it needs the store becomes the leader in place: it
 * waits for the present one, goes on with its own event, and then with the requests of the others.
 *
 * Keeps true: requests are done in the order in which they came; when a transaction fails every request in it gets
 * the error; whoever waits is woken.
 *
 * Leaves to others: which events are worth a request, and what a request does (engine).
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
	/* The transaction failed, after the work or before it: what the work answered is void. */
	void (*fail)(struct brb_request *request, brabeion_status status, const char *message);
	struct brb_request *next; /* the group's */
	atomic_bool done;
	brabeion_status status;
} brb_request;

struct brb_group_commit {
	_Atomic(brb_request *) waiting; /* newest first */
	_Atomic uint32_t waiting_count;
	pthread_mutex_t leading;
	brb_verdict_recorder record; /* the leader's */
	uint32_t last_count;         /* requests in the group before; the leader's */
	_Atomic uint32_t ended;      /* groups so far; whoever waits does so for this to move */
	_Atomic uint32_t sleepers;   /* who wait, or are about to */
};

brabeion_status brb_group_commit_init(brb_group_commit *group, brabeion_error *error);
void brb_group_commit_finish(brb_group_commit *group);

/* Has the work done and committed, by this thread or another. Answers its status; `fail` got the message. */
brabeion_status brb_group_commit_run(brb_group_commit *group, brb_request *request);

/*
 * The same in a transaction of its own, for work that reads what is committed and must miss nothing: what this group's
 * other requests have written is committed before, or comes after.
 */
brabeion_status brb_group_commit_run_alone(brb_group_commit *group, brb_request *request);

/* Waits until this thread leads. For brb_judge_enter_store alone. */
void brb_group_commit_lead(brb_group_commit *group);

/*
 * Ends what a judge began that became the leader in place: does the requests that wait, commits all together, and leads
 * no more. With a fault of its own it rolls back, and the others find a leader among themselves.
 */
brabeion_status brb_group_commit_conclude(brb_group_commit *group, brb_judge *judge);

#endif
