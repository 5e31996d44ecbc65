/*
 * worker/jobs: workers. A worker claims jobs, judges them outside of the store's transaction, and applies what they did
 * in one transaction that also ends them and claims the next. Any number of threads and processes may do so at once.
 *
 * Keeps true: what a job did and its end are one commit, under the claim that it was judged by; a job whose reads have
 * changed meanwhile is judged again, three times outside, a slow one a hundred times, then inside the transaction, where
 * nothing changes; jobs of one user and badge are judged in their order; a slow one holds up nobody but those behind it;
 * a worker stops after the job at hand and gives back the rest.
 *
 * Leaves to others: which threads work, and who stores jobs (engine); killing what takes too long (the command).
 */
#ifndef BRB_WORKER_JOBS_H
#define BRB_WORKER_JOBS_H

#include <pthread.h>
#include <stdatomic.h>

#include "judging/group_commit.h"
#include "judging/judge.h"
#include "store/jobs.h"

/* As badges.yaml has them; a reload may change them. */
typedef struct brb_jobs_limits {
	uint32_t attempts_most; /* then a job is parked */
	int64_t lease_us;
	int64_t backoff_us; /* before the second attempt; twice as long before each that follows, an hour at most */
} brb_jobs_limits;

typedef struct brb_worker brb_worker;

/* What the workers of an engine share. The first are the engine's to set before brb_jobs_init. */
typedef struct brb_jobs {
	brb_store *store;
	brb_registry *registry;
	brb_group_commit *group;
	brb_quarantine *quarantine; /* of badges that listen to what jobs earn */
	brb_event_stats *notices;   /* likewise; NULL: nothing is noted */
	const brb_log *log;
	const brb_clock *clock;
	void (*announce)(void *context, const brabeion_result *results, size_t count); /* after the commit */
	void *context;

	atomic_bool stopping;
	int stop_fd; /* readable for good once they are to stop */

	pthread_mutex_t lock; /* guards what follows */
	brb_jobs_limits limits;
	brb_worker *workers;
	bool has_keeper, keeper_ends;
	_Atomic bool keeper_sleeps;
	pthread_t keeper; /* renews leases while a job takes long */
	pthread_cond_t keeper_changed;
} brb_jobs;

brabeion_status brb_jobs_init(brb_jobs *jobs, const brb_jobs_limits *limits, brabeion_error *error);
void brb_jobs_finish(brb_jobs *jobs); /* no worker may be left */

void brb_jobs_set_limits(brb_jobs *jobs, const brb_jobs_limits *limits);
brb_jobs_limits brb_jobs_get_limits(brb_jobs *jobs);

/* All workers are to stop, for good. Async-signal-safe. */
void brb_jobs_stop(brb_jobs *jobs);

/* Another generation is at work: jobs may have become ready by that. */
void brb_jobs_wake(brb_jobs *jobs);

typedef struct brb_worker_options {
	uint32_t batch; /* jobs claimed at once at most; 0: 64 */
	int stop_fd;    /* readable: this worker is to stop; -1: none */
	/* The job that is judged from now on, 0: none; and the claim that holds it. May be NULL. */
	void (*on_job)(void *context, int64_t job, int64_t claim);
	void *context;
} brb_worker_options;

brabeion_status brb_worker_open(brb_jobs *jobs, const brb_worker_options *options, brb_worker **out,
				brabeion_error *error);

/* Gives back what it still holds. NULL is fine. */
void brb_worker_close(brb_worker *worker);

/*
 * Judges what it holds, for a moment or one long job, applies it, claims more. *busy is false when there is nothing to
 * do now. After an error all is as before, but for what the store has lost; the caller waits before trying again.
 *
 * Threads: the worker's, whose reader may not be in use.
 */
brabeion_status brb_worker_step(brb_worker *worker, bool *busy, brabeion_error *error);

/* True when it is to stop. */
bool brb_worker_is_to_stop(const brb_worker *worker);

/* Waits until there may be work, or the worker is to stop, or for `most_us` (-1: however long). */
void brb_worker_wait(brb_worker *worker, int64_t most_us);

/* Waits as long without looking for work: after an error. */
void brb_worker_pause(brb_worker *worker, int64_t pause_us);

/* How long a failed job waits: half of, to all of what its attempts so far call for. `random` is any number. */
int64_t brb_jobs_backoff_us(const brb_jobs_limits *limits, uint32_t attempts, uint64_t random);

/*
 * The worker of a claim has died, over a job, or none (0): counts an attempt, and gives back what the claim holds.
 * *parked tells whether that was the job's last.
 */
brabeion_status brb_jobs_died(brb_jobs *jobs, int64_t job, int64_t claim, const char *why, bool *parked,
			      brabeion_error *error);

#endif
