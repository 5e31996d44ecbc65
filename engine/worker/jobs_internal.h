/*
 * worker/jobs_internal: a worker, as the files of this room share it.
 */
#ifndef BRB_WORKER_JOBS_INTERNAL_H
#define BRB_WORKER_JOBS_INTERNAL_H

#include "judging/judgement.h"
#include "judging/verdict_recorder.h"
#include "worker/jobs.h"
#include "worker/optimistic.h"

typedef enum brb_job_stage {
	BRB_JOB_PENDING = 0, /* claimed, to be judged */
	BRB_JOB_JUDGED,      /* outside of the transaction */
	BRB_JOB_INSIDE,      /* to be judged inside it */
	BRB_JOB_DONE         /* ended, failed, released or lost */
} brb_job_stage;

/* The state of a claimed job, at the same index as in the list of claimed ones. */
typedef struct brb_job_work {
	brb_job_stage stage;
	brb_job_stage next_stage; /* once the transaction has committed */
	uint32_t conflicts;       /* judgements that were not applied because a read had changed */
	int64_t took_us;          /* the last judgement */
	const brb_badge *badge;   /* of the current generation; NULL: not loaded */
	brb_optimistic_part part;
	brb_job_failure failure;
} brb_job_work;

struct brb_worker {
	brb_jobs *jobs;
	brb_worker *next; /* of the engine's */
	brb_worker_options options;
	uint64_t random;
	int64_t claim; /* the owner of all its claims, for life */
	int watch_fd;  /* readable after commits of any process that stored jobs; -1: not opened */
	int wake_fd;

	bool cannot_watch;             /* and that has been logged */
	bool holds_jobs;               /* claimed and not settled */
	atomic_bool busy;              /* in a step, or it holds jobs: for other workers */
	bool must_release;             /* jobs of the claim have neither ended nor failed */
	bool slow;                     /* a job of this pass took long */
	bool ran_out;                  /* of time, in this pass */
	bool claimed_anew, found_jobs; /* by the transaction */
	atomic_bool rest_released;     /* all but the current job, by the lease keeper */

	brb_optimistic *optimistic;
	brb_arena texts; /* of one pass */
	brb_store_claimed_list claimed;
	brb_job_work *works;
	brb_verdict_recorder *recorders; /* of each that was judged outside, where there is a journal */
	size_t judged;                   /* in this pass */
	size_t most;                     /* to claim next */
	uint64_t generation;             /* by which it last claimed */

	/* the transaction's outcome, should it commit */
	brb_store_claimed_list next_claimed;
	brabeion_result result; /* the awards of all its jobs */
	brb_arena line_texts;
	const char **lines; /* for the log */
	size_t line_count, line_capacity;

	/* for the lease keeper (leases.c) */
	_Atomic int64_t current_job;
	_Atomic int64_t began_us;  /* by the monotonic clock; 0: there is no current job */
	int64_t kept_job, kept_us; /* the keeper's: what it last renewed, and when */
};

/* pass.c: judges claimed jobs until there is something to settle. False: a fault of the judge's. */
bool brb_worker_pass(brb_worker *worker, brb_judge *judge);

/* settle.c: the transaction of a step. `stops`: it claims no more. */
brabeion_status brb_worker_settle(brb_worker *worker, brb_judge *judge, bool stops, brabeion_error *error);

/* leases.c: a job is being judged from that time on; no more. */
void brb_worker_begin_job(brb_worker *worker, int64_t job, int64_t now_us);
void brb_worker_end_job(brb_worker *worker);

/* wait.c: adds the worker to the engine's, with what it waits by; removes it. */
brabeion_status brb_worker_register(brb_worker *worker, brabeion_error *error);
void brb_worker_unregister(brb_worker *worker);

/* backoff.c */
uint64_t brb_worker_random(brb_worker *worker);

#endif
