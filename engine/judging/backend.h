/*
 * judging/backend: the table of functions through which a judgement reaches memory, awards and jobs. Part of the room
 * judging/judge.
 *
 * Two tables stand behind it. brb_backend_transaction works in the store's transaction, which it begins when it is first
 * needed: events, and jobs of a history. brb_backend_optimistic (judging/detached.h) reads what is committed, remembers what
 * was read, and keeps changes to itself until they are applied in a transaction: jobs that workers judge.
 *
 * Each function answers a status and fills judge->error; texts and numbers have been checked by the caller.
 */
#ifndef BRB_JUDGING_BACKEND_H
#define BRB_JUDGING_BACKEND_H

#include "judging/judge.h"
#include "store/jobs.h"

struct brb_backend {
	/* The functions below may be used. False: judge->fault says why not. */
	bool (*enter)(brb_judge *judge);

	/* A judgement begins; it is dropped. See brb_store_mark, brb_store_undo. Only after `enter`. */
	void (*mark)(brb_judge *judge);
	void (*undo)(brb_judge *judge);

	brabeion_status (*tally)(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 int64_t *value);
	brabeion_status (*tally_set)(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				     int64_t value);
	brabeion_status (*note)(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				const char **text);
	brabeion_status (*note_set)(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				    const char *text);
	brabeion_status (*held)(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level);

	/* True when the award is surely held; false says nothing. Also before `enter`. */
	bool (*knows_held)(brb_judge *judge, const brb_store_award *award);

	/* False also where award_add will find out for itself. */
	brabeion_status (*is_held)(brb_judge *judge, const brb_store_award *award, bool *held);

	/* *sequence is 0 when nothing was stored, or not yet: then there is nothing to tell. */
	brabeion_status (*award_add)(brb_judge *judge, const brb_store_award *award, int64_t *sequence);

	/* What fits lapses, and is added to the list; not yet: then there is nothing to tell. See brb_store_revoke. */
	brabeion_status (*lapse)(brb_judge *judge, const brb_store_revocation *lapse, brabeion_change_list *lapsed);

	/* See brb_store_job_add. */
	brabeion_status (*job_add)(brb_judge *judge, const brb_store_job *job);
};

extern const brb_backend brb_backend_transaction;

#endif
