/*
 * store/operator/user_change: see users.h.
 */
#include "store/operator/user_change.h"

#include "base/list.h"
#include "store/internal.h"

/* ---- looking ---- */

brabeion_status brb_store_find_user(brb_store *store, const char *name, brb_arena *arena, brb_found_user *found,
				    brabeion_error *error)
{
	brb_store_found looked = { .near_user = "" };
	brb_found_user user = { .alias_of = "", .near = "" };
	brabeion_status status = store->driver->upkeep->find_user(store->db, name, arena, &user, error);
	if (status == BRABEION_OK && !user.found)
		status = store->driver->read->look_up(store->db, name, "", arena, &looked, error);
	if (status != BRABEION_OK)
		return status;
	user.near = looked.near_user;
	*found = user;
	return BRABEION_OK;
}

brabeion_status brb_store_report_user(brb_store *store, const char *user, const char *into,
				      const brb_store_merge_own *own, int64_t budget_us, brabeion_user_report *report,
				      brabeion_error *error)
{
	brabeion_user_report counted = { .memory = brb_list_memory(), .near = "" };
	brabeion_status status = counted.memory ? store->driver->upkeep->report_user(store->db, user, into, own,
										     budget_us, &counted, error)
						: brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*report = counted;
	else
		brabeion_user_report_finish(&counted);
	return status;
}

/* ---- the WAL ---- */

brabeion_status brb_store_mark_forgotten(brb_store *store, int64_t at_us, brabeion_error *error)
{
	return brb_store_write_counter(store, BRB_COUNTER_FORGOTTEN, at_us, error);
}

brabeion_status brb_store_unmark_forgotten(brb_store *store, int64_t at_us, brabeion_error *error)
{
	int64_t marked_us = 0;
	brabeion_status status =
		store->driver->transaction->counter(store->db, BRB_COUNTER_FORGOTTEN, NULL, &marked_us, error);
	return status == BRABEION_OK && marked_us == at_us ? brb_store_mark_forgotten(store, 0, error) : status;
}

brabeion_status brb_store_forgotten_us(brb_store *store, int64_t *at_us, brabeion_error *error)
{
	return store->driver->read->counter(store->db, BRB_COUNTER_FORGOTTEN, at_us, error);
}

bool brb_store_take_forgotten(brb_store *store)
{
	return atomic_load_explicit(&store->forgotten, memory_order_relaxed) &&
	       atomic_exchange_explicit(&store->forgotten, false, memory_order_relaxed);
}
