/*
 * store/sqlite/jobs/jobs_claim: what claiming jobs shares with jobs whose badge is not loaded.
 */
#ifndef BRB_STORE_SQLITE_JOBS_CLAIM_H
#define BRB_STORE_SQLITE_JOBS_CLAIM_H

#include "store/sqlite/jobs/jobs.h"

/* A job that is ready, with what the list of claimed jobs does not hold. */
typedef struct brb_ready_job {
	brb_store_claimed job;
	brb_queue queue;
	brb_seat seat;
	const char *wrong; /* with its state; NULL: nothing */
} brb_ready_job;

typedef struct brb_claim_work {
	brb_store_db *db;
	const brb_store_claim *claim;
	brb_store_claimed_list *list;
	size_t parked; /* as unloaded, by this call */
	brb_ready_job *ready;
	size_t ready_count, ready_capacity;
} brb_claim_work;

/* Whether the claim's badges, which are ascending, hold this one. */
bool brb_claim_has_badge(const brb_store_claim *claim, int64_t badge);

/* Parks a queue whose badge is not loaded, as far as there is room. */
brabeion_status brb_claim_park_unloaded(brb_claim_work *work, const brb_queue *queue, brabeion_error *error);

/* Parks a job whose state cannot be read. */
brabeion_status brb_claim_park_unreadable(brb_claim_work *work, const brb_ready_job *ready, brabeion_error *error);

/* Returns parked jobs whose badge is loaded again: some, and those of all queues about to be claimed. */
brabeion_status brb_claim_return_unloaded(brb_claim_work *work, brabeion_error *error);

#endif
