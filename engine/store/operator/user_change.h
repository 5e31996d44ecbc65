/*
 * store/operator/user_change: a user as a whole: found, looked over; what is left of one who was forgotten.
 *
 * Not here: forgetting, merging, renaming (store/store.h); who may do that, and in which order (api/users).
 */
#ifndef BRB_STORE_OPERATOR_USER_CHANGE_H
#define BRB_STORE_OPERATOR_USER_CHANGE_H

#include "store/store.h"

/* ---- of what is committed: any thread ---- */

/* Texts are in the arena. */
brabeion_status brb_store_find_user(brb_store *store, const char *name, brb_arena *arena, brb_found_user *found,
				    brabeion_error *error);

/*
 * Counts what forgetting a user, or merging it into `into` (may be NULL), would change; both exist, and of `own` `merges` is
 * asked. What is anybody's is read whole, in one snapshot, or for so long (0: no bound): then report->partial is set. `report` is all zeroes before, and on success the
 * caller's to brabeion_user_report_finish().
 */
brabeion_status brb_store_report_user(brb_store *store, const char *user, const char *into,
				      const brb_store_merge_own *own, int64_t budget_us, brabeion_user_report *report,
				      brabeion_error *error);

/* ---- inside a transaction ---- */

/* Marks that something was forgotten, at this time, and may still be in the WAL: others see it, and empty the WAL. */
brabeion_status brb_store_mark_forgotten(brb_store *store, int64_t at_us, brabeion_error *error);

/* Takes the mark away if it is of that time. */
brabeion_status brb_store_unmark_forgotten(brb_store *store, int64_t at_us, brabeion_error *error);

/* ---- outside of transactions: any thread ---- */

/* The mark, as committed; 0: none. */
brabeion_status brb_store_forgotten_us(brb_store *store, int64_t *at_us, brabeion_error *error);

/* True once after a transaction has found that another process has forgotten a user. Any thread, at hardly any cost. */
bool brb_store_take_forgotten(brb_store *store);

#endif
