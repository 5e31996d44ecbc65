/*
 * worker/jobs_internal: what the files of the room worker/jobs share: a worker.
 */
#ifndef BRB_WORKER_JOBS_INTERNAL_H
#define BRB_WORKER_JOBS_INTERNAL_H

#include "judging/optimistic.h"
#include "judging/verdict_recorder.h"
#include "worker/jobs.h"

typedef enum brb_job_stage {
	BRB_JOB_PENDING = 0, /* claimed, to be judged */
	BRB_JOB_JUDGED,      /* outside of the transaction */
	BRB_JOB_INSIDE,      /* to be judged inside it */
	BRB_JOB_DONE         /* ended, failed, given back or lost */
} brb_job_stage;

/* What becomes of a claimed job; at the same place as in the list of claimed ones. */
typedef struct brb_job_work {
	brb_job_stage stage;
	brb_job_stage stage_then; /* once the transaction has committed */
	uint32_t tries;           /* that came to nothing because what was read had changed */
	int64_t took_us;          /* the last of them */
	const brb_badge *badge;   /* of the generation under way; NULL: not loaded */
	brb_optimistic_part part;
	const char *why; /* it failed; NULL: it did not */
} brb_job_work;

struct brb_worker {
	brb_jobs *jobs;
	brb_worker *next; /* of the engine's */
	brb_worker_options options;
	uint64_t random;
	int64_t number; /* of all its claims, for life */
	int watch_fd;   /* tells commits that stored jobs, whoever made them; -1: there is none (yet) */
	int wake_fd;

	bool is_blind;                /* it cannot watch, and that was told */
	bool holds_some;              /* claimed and not settled */
	bool holds_more;              /* jobs of the claim were neither ended nor failed: to be given back */
	bool slow;                    /* a job of this pass took long */
	bool ran_out;                 /* of time, in this pass */
	bool claims_anew, found_some; /* by the transaction */
	atomic_bool rest_is_gone;     /* all but the job at hand was given back, by the keeper */

	brb_optimistic *detached;
	brb_arena texts; /* of one pass */
	brb_store_claimed_list claimed;
	brb_job_work *works;
	brb_verdict_recorder *records; /* of each that was judged outside, where there is a journal */
	size_t judged;                 /* in this pass */
	size_t most;                   /* to claim next */
	uint64_t generation;           /* by which it last claimed */

	/* what the transaction brings, should it commit */
	brb_store_claimed_list claimed_then;
	brabeion_result result; /* the awards of all its jobs */
	brb_arena notes;
	const char **lines; /* for the log */
	size_t line_count, line_capacity;

	/* for the keeper of leases (jobs_wait.c) */
	_Atomic int64_t job_at_hand;
	_Atomic int64_t began_us;  /* by the monotonic clock; 0: no job is at hand */
	int64_t kept_job, kept_us; /* the keeper's: what it last renewed, and when */
};

/* A job is at hand from that time on; none is. */
void brb_worker_begin_job(brb_worker *worker, int64_t job, int64_t now_us);
void brb_worker_end_job(brb_worker *worker);

/* The part of opening and closing that has to do with waiting; the engine's workers know it then. */
brabeion_status brb_worker_enlist(brb_worker *worker, brabeion_error *error);
void brb_worker_delist(brb_worker *worker);

#endif
