/*
 * judging/apply: the changes of a judgement: made through its backend, added to its result. Also those that a judgement
 * outside of the transaction has planned (worker/optimistic), once they are to be made inside it.
 */
#ifndef BRB_JUDGING_APPLY_H
#define BRB_JUDGING_APPLY_H

#include "judging/call.h"
#include "store/jobs.h"

typedef enum brb_planned_kind {
	BRB_PLANNED_CELL,
	BRB_PLANNED_AWARD,
	BRB_PLANNED_LAPSE,
	BRB_PLANNED_JOB
} brb_planned_kind;

/* A planned change. */
typedef struct brb_planned_change {
	brb_planned_kind kind;
	brb_cell cell;
	brb_cell_value value; /* of the cell */
	brb_store_award award;
	brb_store_revocation lapse;
	brb_store_job job;
} brb_planned_change;

/*
 * Stores an award of the judgement, unless it is held, and adds it to the result. `reason` NULL: the default of a
 * multiple badge; `earned_at_us` NULL: the event's time. False: the judgement failed, or the store did.
 */
bool brb_apply_award(brb_call *call, const brb_badge *badge, int32_t level, const char *user, const char *reason,
		     const int64_t *earned_at_us);

/* Revokes what the lapse describes, and adds it to the result. A failure is the judge's fault. */
void brb_apply_lapse(brb_call *call, const brb_store_revocation *lapse);

/*
 * Adds a job. One that the store refuses as invalid is the badge's failure. False: the judgement failed, or the store
 * did.
 */
bool brb_apply_job(brb_call *call, const brb_store_job *job);

/* The same with a cell. */
bool brb_apply_cell(brb_call *call, const brb_cell *cell, const brb_cell_value *value);

/* Makes planned changes, in order, until the judgement or the store fails. Inside the transaction. */
void brb_apply_changes(brb_call *call, const brb_planned_change *changes, size_t count);

#endif
