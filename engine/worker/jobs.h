/*
 * worker/jobs: workers. A worker claims jobs, judges them outside of the store's transaction, and applies their changes
 * in one transaction that also ends them and claims the next. Any number of threads and processes may do so at once.
 *
 * Guarantees: the changes of a job and its end are one commit, under the claim by which it was judged; a job with a
 * conflict, which is a read that has changed meanwhile, is judged again: three times outside, a slow one a hundred
 * times, then inside the transaction, where nothing changes; jobs of one user and badge are judged in their order; a
 * slow job delays only those behind it; a worker stops after the current job and releases the rest.
 *
 * Not here: which threads work, and who stores jobs (api); killing a job that takes too long (cli/supervisor).
 */
#ifndef BRB_WORKER_JOBS_H
#define BRB_WORKER_JOBS_H

#include <pthread.h>
#include <stdatomic.h>

#include "judging/group_commit.h"
#include "judging/judge.h"
#include "store/jobs.h"

/* From badges.yaml; a reload may change them. */
typedef struct brb_jobs_limits {
	uint32_t attempts_most; /* then a job is parked */
	int64_t lease_us;
	int64_t backoff_us; /* before the second attempt; twice as long before each that follows, an hour at most */
} brb_jobs_limits;

typedef struct brb_worker brb_worker;

/* What the workers of an engine share. The engine sets the first four before brb_jobs_init. */
typedef struct brb_jobs {
	const brb_judge_shared *shared;
	brb_registry *registry;
	void (*announce)(void *context, const brabeion_result *results, size_t count); /* after the commit */
	void *context;

	atomic_bool stopping;
	int stop_fd; /* stays readable once they are to stop */

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

/* Makes all workers stop, for good. Async-signal-safe. */
void brb_jobs_stop(brb_jobs *jobs);

/* Another generation is current, so that jobs may have become ready. */
void brb_jobs_wake(brb_jobs *jobs);

typedef struct brb_worker_options {
	uint32_t batch;   /* jobs claimed at once at most; 0: 64 */
	int64_t quick_us; /* a judgement this long may be made inside the transaction; 0: 1 ms */
	int stop_fd;      /* readable: this worker stops; -1: none */
	/* Reports the job that is judged from now on, 0: none, and the claim that holds it. May be NULL. */
	void (*on_job)(void *context, int64_t job, int64_t claim);
	void *context;
	bool is_thread; /* of the engine, not a caller of brabeion_work */
} brb_worker_options;

brabeion_status brb_worker_open(brb_jobs *jobs, const brb_worker_options *options, brb_worker **out,
				brabeion_error *error);

/* Releases the jobs that it still holds. NULL is fine. */
void brb_worker_close(brb_worker *worker);

/*
 * Judges claimed jobs for 5 ms, or one job that takes longer, applies them, and claims more. *busy is false when there
 * is nothing to do now. After an error nothing has changed; the caller waits before it tries again.
 *
 * Threads: the worker's, whose registry reader may not be in use.
 */
brabeion_status brb_worker_step(brb_worker *worker, bool *busy, brabeion_error *error);

/* True when a thread of the engine is in a step or holds jobs, of which more may come. */
bool brb_worker_threads_are_busy(const brb_worker *worker);

/* True when the worker has to stop. */
bool brb_worker_is_to_stop(const brb_worker *worker);

/* Waits until there may be work, or the worker has to stop, at most `most_us` (-1: no limit). */
void brb_worker_wait(brb_worker *worker, int64_t most_us);

/* Waits after an error: only a stop ends it early. */
void brb_worker_pause(brb_worker *worker, int64_t pause_us);

/* How long a failed job waits: a random part, from half to all, of the backoff after so many attempts. */
int64_t brb_jobs_backoff_us(const brb_jobs_limits *limits, uint32_t attempts, uint64_t random);

/*
 * The worker of a claim has crashed while it judged a job, or none (0): counts a failed attempt of the job, and
 * releases the claim's jobs. *parked: it was the job's last attempt.
 */
brabeion_status brb_jobs_record_crash(brb_jobs *jobs, int64_t job, int64_t claim, const char *why, bool *parked,
				      brabeion_error *error);

#endif
