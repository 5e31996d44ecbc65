/*
 * judging/backend: the table of functions through which a judgement reaches memory, awards and jobs.
 *
 * Three tables implement it: brb_backend_transaction works in the store's transaction, which it begins when it is first
 * needed: events, and jobs of a history. brb_backend_optimistic (worker/optimistic.h) reads what is committed, records
 * what was read, and plans changes until they are applied in a transaction: jobs of workers. brb_backend_snapshot
 * (judging/progress.h) only reads. The verdict recorder stands in front of one of the first two.
 *
 * Each function returns a status and fills judge->error; texts and numbers have been checked by the caller.
 */
#ifndef BRB_JUDGING_BACKEND_H
#define BRB_JUDGING_BACKEND_H

#include "judging/judge.h"
#include "store/jobs.h"

struct brb_backend {
	/* The functions below may be used from now on. False: judge->fault says why not. */
	bool (*enter)(brb_judge *judge);

	/* Inside the store's transaction: a judgement begins; its changes are undone. See brb_store_mark. */
	void (*mark)(brb_judge *judge);
	void (*undo)(brb_judge *judge);

	/* See brb_store_cell and so on. Texts are valid until the judgement's end. */
	brabeion_status (*cell)(brb_judge *judge, const brb_cell *cell, brb_cell_value *value);
	brabeion_status (*cell_set)(brb_judge *judge, const brb_cell *cell, const brb_cell_value *value);
	brabeion_status (*key_count)(brb_judge *judge, const brb_store_memory *memory, const char *owner,
				     int64_t *count);
	brabeion_status (*key_next)(brb_judge *judge, const brb_store_memory *memory, const char *owner,
				    const char *after, const char **key);
	/* See brb_store_present_name, brb_store_hash. */
	brabeion_status (*present_name)(brb_judge *judge, const char *user, const char **name);
	brabeion_status (*hash)(brb_judge *judge, const char *text, uint64_t *hash);

	brabeion_status (*held)(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level);

	/* True: the award is held, by a cache. False says nothing. Also before `enter`. */
	bool (*knows_held)(brb_judge *judge, const brb_store_award *award);

	/* *held may be false where award_add finds out for itself. */
	brabeion_status (*is_held)(brb_judge *judge, const brb_store_award *award, bool *held);

	/* sequence is 0 when nothing is stored, or not yet: then there is nothing to report. */
	brabeion_status (*award_add)(brb_judge *judge, const brb_store_award *award, int64_t *sequence);

	/* Adds what lapses now to the list; nothing when it is only planned. See brb_store_revoke. */
	brabeion_status (*lapse)(brb_judge *judge, const brb_store_revocation *lapse, brabeion_change_list *lapsed);

	/* See brb_store_job_add. */
	brabeion_status (*job_add)(brb_judge *judge, const brb_store_job *job);

	bool plans; /* changes are made later, by brb_apply_changes */
};

extern const brb_backend brb_backend_transaction;

/*
 * Begins the store's transaction unless one is open, after waiting to lead the group. False: judge->fault says why not.
 */
bool brb_judge_enter_store(brb_judge *judge);

#endif
