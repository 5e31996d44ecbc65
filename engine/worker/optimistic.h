/*
 * worker/optimistic: optimistic transactions: judgements that run outside of the store's transaction, however long they
 * take, and are applied inside it if nothing that they read has changed.
 *
 * Reads come from what is committed, and each is recorded; changes are planned here, and later reads return them. The
 * judgements of a pass follow each other: each reads what those before it have planned. In the end each is validated
 * inside the transaction, in their order: if all that it read is unchanged, its changes are applied; else it counts as
 * not judged. A judgement that read the changes of one that was not applied fails its own validation.
 *
 * Guarantees: what is applied is what the judgement would have done inside the transaction.
 *
 * Threads: as a judge. Validating is done by the group's leader.
 */
#ifndef BRB_WORKER_OPTIMISTIC_H
#define BRB_WORKER_OPTIMISTIC_H

#include "judging/apply.h"
#include "judging/backend.h"

typedef struct brb_optimistic brb_optimistic;

/* The reads and changes of one judgement. */
typedef struct brb_optimistic_part {
	size_t read_from, read_to;
	size_t change_from, change_to;
} brb_optimistic_part;

/* For judges whose backend_context is a brb_optimistic. */
extern const brb_backend brb_backend_optimistic;

brabeion_status brb_optimistic_open(brb_store *store, brb_optimistic **out, brabeion_error *error);
void brb_optimistic_close(brb_optimistic *optimistic); /* before the store; NULL is fine */

/* A pass begins: forgets all. */
void brb_optimistic_reset(brb_optimistic *optimistic);

/* A judgement begins; it ends, and its changes are dropped if it failed. */
void brb_optimistic_begin(brb_optimistic *optimistic);
brb_optimistic_part brb_optimistic_end(brb_optimistic *optimistic, bool failed);

/* Inside the transaction: whether all that was read is unchanged. */
brabeion_status brb_optimistic_validate(brb_judge *judge, const brb_optimistic *optimistic,
					const brb_optimistic_part *part, bool *valid);

/* The changes of a judgement, for brb_judge_apply_job; valid until the reset. */
const brb_planned_change *brb_optimistic_changes(const brb_optimistic *optimistic, const brb_optimistic_part *part,
						 size_t *count);

#endif
