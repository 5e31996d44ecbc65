/*
 * store/operator/memory_change: what plugins remember, changed by hand, and the record of such changes.
 *
 * Not here: what a plugin may set (api/memory).
 */
#ifndef BRB_STORE_OPERATOR_MEMORY_CHANGE_H
#define BRB_STORE_OPERATOR_MEMORY_CHANGE_H

#include "store/store.h"

/* Where and how; the rest is the change's. */
typedef struct brb_memory_change {
	const brabeion_memory_change *change; /* its badge and key are not NULL */
	uint32_t plugin;                      /* its number */
	int64_t at_us;
	bool remove; /* in place of setting it */
} brb_memory_change;

/*
 * Inside a transaction. Sets or removes one value; with a comment the change is put on record. *existed: there was a value
 * before.
 *
 * Errors: BRABEION_INVALID, before anything is changed, when there can be no such value.
 */
brabeion_status brb_store_change_memory(brb_store *store, const brb_memory_change *change, bool *existed,
					brabeion_error *error);

/* Of what is committed: those on record, the latest first. */
brabeion_status brb_store_list_memory_changes(brb_store *store, const brabeion_memory_filter *filter,
					      brabeion_memory_record *record, brabeion_error *error);

#endif
