/*
 * store/sqlite/jobs_claim: what claiming jobs and setting them aside share. Private to the store room.
 */
#ifndef BRB_STORE_SQLITE_JOBS_CLAIM_H
#define BRB_STORE_SQLITE_JOBS_CLAIM_H

#include "store/sqlite/jobs_queue.h"

/* A job that is ready, with what the list for its judge has no place for. */
typedef struct brb_ready_job {
	brb_store_claimed job;
	brb_queue queue;
	brb_seat seat;
	const char *wrong; /* with its state; NULL: nothing */
} brb_ready_job;

typedef struct brb_claim_work {
	brb_store *store;
	const brb_store_claim *claim;
	brb_store_claimed_list *list;
	size_t parked; /* as unloaded, by this call */
	brb_ready_job *ready;
	size_t ready_count, ready_capacity;
} brb_claim_work;

/* Whether the claim's badges, which are ascending, hold this one. */
bool brb_claim_has_badge(const brb_store_claim *claim, int64_t badge);

/* Sets a queue aside whose badge is not loaded, as far as there is room. */
brabeion_status brb_claim_park_unloaded(brb_claim_work *work, const brb_queue *queue, brabeion_error *error);

/* Sets a job aside whose state cannot be read. */
brabeion_status brb_claim_park_unreadable(brb_claim_work *work, const brb_ready_job *ready, brabeion_error *error);

/* Jobs that were set aside come back where their badge is loaded: some, and those of all queues about to be claimed. */
brabeion_status brb_claim_return_unloaded(brb_claim_work *work, brabeion_error *error);

#endif
