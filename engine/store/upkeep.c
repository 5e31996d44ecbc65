/*
 * store/upkeep: forgets and merges users, stores statistics, examines a database. See store.h, event_stats.h, health.h.
 */
#include <string.h>

#include "base/memory.h"
#include "store/event_stats.h"
#include "store/health.h"
#include "store/internal.h"
#include "store/sqlite/driver.h"

/* ---- users ---- */

/* What replaces a forgotten user's name in the verdicts of others' events. */
#define FORGOTTEN "(forgotten)"

brabeion_status brb_store_forget_user(brb_store *store, const char *user, int64_t *awards, brabeion_error *error)
{
	int64_t number = 0;
	brabeion_status status = brb_store_settle(store, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, user, false, &number, error);
	if (status == BRABEION_OK)
		status = store->driver->upkeep->forget_user(store->db, number, user, awards, error);
	if (status == BRABEION_OK)
		status = brb_journal_rename(store, user, FORGOTTEN, error);
	brb_value_cache_clear(&store->values);
	return status;
}

brabeion_status brb_store_merge_users(brb_store *store, const char *from, const char *into, brabeion_error *error)
{
	int64_t from_number = 0, into_number = 0;
	if (strcmp(from, into) == 0)
		return BRABEION_OK; /* what both hold would be deleted */
	brabeion_status status = brb_store_settle(store, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, from, false, &from_number, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, into, true, &into_number, error);
	if (status == BRABEION_OK)
		status = store->driver->upkeep->merge_users(store->db, from_number, from, into_number, into, error);
	if (status == BRABEION_OK)
		status = brb_journal_rename(store, from, into, error);
	brb_value_cache_clear(&store->values);
	return status;
}

/* ---- statistics ---- */

brabeion_status brb_store_add_unhandled(brb_store *store, const brb_store_unhandled *more, brabeion_error *error)
{
	return store->driver->stats->add_unhandled(store->db, more, error);
}

brabeion_status brb_store_add_failing(brb_store *store, const brb_store_failing *more, brabeion_error *error)
{
	return store->driver->stats->add_failing(store->db, more, error);
}

brabeion_status brb_store_next_unhandled(brb_store *store, const char *after, char next[BRB_NAME_BYTES_MOST + 1],
					 brabeion_error *error)
{
	return store->driver->stats->next_unhandled(store->db, after, next, error);
}

brabeion_status brb_store_remove_unhandled(brb_store *store, const char *name, brabeion_error *error)
{
	return store->driver->stats->remove_unhandled(store->db, name, error);
}

brabeion_status brb_store_forget_event_stats(brb_store *store, int64_t before_us, brabeion_error *error)
{
	return store->driver->stats->forget(store->db, before_us, error);
}

/* ---- health ---- */

brabeion_status brb_health_read(const brb_health_options *options, brb_health *health, brabeion_error *error)
{
	brb_health read = { .fault = NULL };
	brabeion_status status = brb_sqlite_driver.health(options, &read, error);
	if (status == BRABEION_OK)
		*health = read;
	else
		brb_health_finish(&read);
	return status;
}

void brb_health_finish(brb_health *health)
{
	brb_memory_release(health->badges);
	brb_memory_release(health->quarantined);
	brb_memory_release(health->failing);
	brb_memory_release(health->unhandled);
	brb_arena_finish(&health->arena);
	*health = (brb_health){ 0 };
}
