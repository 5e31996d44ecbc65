/*
 * store/upkeep: forgets and renames users, stores statistics, examines a database. See store.h, event_stats.h, health.h.
 */
#include "base/memory.h"
#include "store/event_stats.h"
#include "store/health.h"
#include "store/internal.h"
#include "store/sqlite/driver.h"

/* ---- users ---- */

brabeion_status brb_store_forget_user(brb_store *store, const char *user, int64_t *awards, brabeion_error *error)
{
	int64_t number = 0;
	brabeion_status status = brb_store_settle(store, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, user, false, &number, error);
	*awards = 0;
	if (status == BRABEION_OK && number)
		status = store->driver->upkeep->forget_begin(store->db, number, awards, error);
	brb_store_drop_cached(store);
	return status;
}

brabeion_status brb_store_rename_user(brb_store *store, const char *from, const char *to, brabeion_error *error)
{
	int64_t number = 0, other = 0;
	brabeion_status status = brb_store_settle(store, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, from, false, &number, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, to, false, &other, error);
	if (status == BRABEION_OK && !number)
		status = brb_status_set(error, BRABEION_INVALID, "nothing is recorded under the name \"%s\"", from);
	if (status == BRABEION_OK && other)
		status = brb_status_set(error, BRABEION_INVALID, "there is a user \"%s\" already", to);
	if (status == BRABEION_OK)
		status = store->driver->upkeep->rename_user(store->db, from, to, error);
	brb_store_drop_cached(store);
	return status;
}

brabeion_status brb_store_sweep_chores(brb_store *store, int64_t budget_us, bool *done, brabeion_error *error)
{
	brabeion_status status = brb_store_settle(store, error);
	store->journal.is_known = false; /* its bytes change */
	return status == BRABEION_OK ? store->driver->upkeep->sweep_chores(store->db, budget_us, done, error)
				     : status;
}

brabeion_status brb_store_has_chores(brb_store *store, bool *has, brabeion_error *error)
{
	return store->driver->upkeep->has_chores(store->db, has, error);
}

brabeion_status brb_store_checkpoint(brb_store *store, bool *complete, brabeion_error *error)
{
	return store->driver->upkeep->checkpoint(store->db, complete, error);
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

brabeion_status brb_store_remove_passed(brb_store *store, const char *slug, int64_t since_us, brabeion_error *error)
{
	return store->driver->stats->remove_passed(store->db, slug, since_us, error);
}

brabeion_status brb_store_forget_event_stats(brb_store *store, int64_t before_us, brabeion_error *error)
{
	bool suspect = false;
	brabeion_status status = brb_store_is_clock_suspect(store, &suspect, error);
	return status == BRABEION_OK && !suspect ? store->driver->stats->forget(store->db, before_us, error) : status;
}

/* ---- times that lie ahead ---- */

brabeion_status brb_store_mend_times(brb_store *store, int64_t *mended, brabeion_error *error)
{
	brb_store_clock clock = { .now_us = 0 };
	int64_t jobs = 0, others = 0;
	brabeion_status status = brb_store_settle(store, error);
	if (status == BRABEION_OK)
		status = brb_store_look_at_clock(store, &clock, error);
	if (status == BRABEION_OK)
		status = store->driver->jobs->mend(store->db, &jobs, error);
	if (status == BRABEION_OK)
		status = store->driver->upkeep->mend_times(store->db, clock.now_us, brb_store_seen_until_s(store),
							   &others, error);
	bool newest_is_ahead = clock.newest_us > clock.now_us;
	if (status == BRABEION_OK && newest_is_ahead)
		status = brb_store_confirm_clock(store, error);
	if (status != BRABEION_OK)
		return status;
	store->seen.periods_are_known = false;
	store->jobs.next_is_known = false;
	store->journal.is_known = false;
	*mended = jobs + others + newest_is_ahead;
	return BRABEION_OK;
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
	brb_memory_release(health->levels);
	brb_memory_release(health->quarantined);
	brb_memory_release(health->failing);
	brb_memory_release(health->unhandled);
	brb_arena_finish(&health->arena);
	*health = (brb_health){ 0 };
}
