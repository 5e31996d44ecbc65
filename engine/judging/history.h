/*
 * judging/history: a time of its own for events of the past. Before an event is judged, what falls due up to its time
 * is; after it, its async jobs are: all on this thread, in the event's transaction. Part of the room judging/judge.
 *
 * Keeps true: time never goes back; jobs are judged in the order of their times, those of one time in the order in
 * which they were asked for; so the same events give the same awards, however they are cut into transactions. What a
 * transaction that failed did to the time is taken back.
 *
 * Leaves to others: which run on the database this is, and which runs are dead (engine).
 *
 * Threads: whoever leads the group.
 */
#ifndef BRB_JUDGING_HISTORY_H
#define BRB_JUDGING_HISTORY_H

#include <stdatomic.h>

#include "judging/judge.h"
#include "store/jobs.h"

typedef struct brb_history_moment {
	int64_t run;    /* 0: no job of this history was stored yet */
	int64_t now_us; /* INT64_MIN: no event has come yet */
} brb_history_moment;

struct brb_history {
	int64_t run, now_us;     /* as in brb_history_moment */
	_Atomic int64_t told_us; /* now_us, for who asks from outside */
	int64_t next_us;         /* nothing is due before */
	uint64_t generation;     /* of the last look: another may have badges whose jobs were set aside */
	brb_history_moment kept; /* as of the last transaction's end */
	uint32_t attempts_most;  /* of a job that fails, one right after the other; then it is parked */
	brb_store_claimed_list claimed;
	/* Makes the run known to be alive, before anything of it is committed; its transaction has failed. */
	brabeion_status (*begin_run)(void *context, int64_t run, brabeion_error *error);
	void (*drop_run)(void *context, int64_t run);
	void *context;
};

void brb_history_init(brb_history *history, uint32_t attempts_most);
void brb_history_finish(brb_history *history);

/* A piece of work begins: what was done before is committed, unless the transaction is open. */
void brb_history_keep(brb_judge *judge);

/* The transaction has failed: the history is back at the moment that was kept. */
void brb_history_restore(brb_history *history);

/* Time goes on to `at_us`, if that is later; what falls due up to then is judged into the result. False: a fault. */
bool brb_history_go_to(brb_judge *judge, int64_t at_us, brabeion_result *result);

/* Judges what is due by now. False: a fault. */
bool brb_history_settle(brb_judge *judge, brabeion_result *result);

/* The run, begun now if need be. Inside the transaction. False: a fault. */
bool brb_history_begin_run(brb_judge *judge, int64_t *run);

/* The history's time as another thread may see it. INT64_MIN: no event has come yet. */
int64_t brb_history_now_us(const brb_history *history);

/* A job was added that is due at that time. Does nothing without a history. */
static inline void brb_history_note_job(brb_judge *judge, int64_t due_us)
{
	if (judge->history && due_us < judge->history->next_us)
		judge->history->next_us = due_us;
}

#endif
