/*
 * judging/history: the clock of past events: time that only events and due jobs advance, and the id under which their
 * jobs are stored. A transaction that failed is undone here, too.
 *
 * Guarantees: time never goes back.
 *
 * Not here: judging what falls due (judging/due); which history this database is in, and which have ended (api).
 *
 * Threads: the group's leader, but for brb_history_now_us.
 */
#ifndef BRB_JUDGING_HISTORY_H
#define BRB_JUDGING_HISTORY_H

#include <stdatomic.h>

#include "judging/judge.h"
#include "store/jobs.h"

typedef struct brb_history_moment {
	int64_t id;     /* 0: no job of this history has been stored yet */
	int64_t now_us; /* INT64_MIN: no event has come yet */
} brb_history_moment;

struct brb_history {
	int64_t id, now_us;           /* as in brb_history_moment */
	_Atomic int64_t published_us; /* now_us, for other threads */
	int64_t next_us;              /* no job is due before */
	uint64_t generation;          /* that last claimed a job: another may have badges whose jobs were parked */
	brb_history_moment kept;      /* as of the last transaction's end */
	uint32_t attempts_most;       /* of a job that fails, one right after the other; then it is parked */
	brb_store_claimed_list claimed;
	/* Marks the history as running, before anything of it is committed; undoes that when its transaction failed. */
	brabeion_status (*begin)(void *context, int64_t id, brabeion_error *error);
	void (*drop)(void *context, int64_t id);
	void *context;
};

void brb_history_init(brb_history *history, uint32_t attempts_most);
void brb_history_finish(brb_history *history);

/* A request begins: what was judged before is committed, unless the transaction is open. */
void brb_history_keep(brb_judge *judge);

/* The transaction has failed: goes back to the moment that was kept. */
void brb_history_restore(brb_history *history);

/* Goes on to that time, if it is later. */
void brb_history_set_now(brb_history *history, int64_t now_us);

/* The history's id, taken now if it has none. Inside the transaction. False: a fault. */
bool brb_history_begin(brb_judge *judge, int64_t *id);

/* The history's time, from any thread. INT64_MIN: no event has come yet. */
int64_t brb_history_now_us(const brb_history *history);

/* A job was added that is due at that time. Does nothing without a history. */
static inline void brb_history_note_job(brb_judge *judge, int64_t due_us)
{
	brb_history *history = judge->shared->history;
	if (history && due_us < history->next_us)
		history->next_us = due_us;
}

#endif
