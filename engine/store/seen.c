/*
 * store/seen: ids of events that were judged. The database's key itself says whether an event is a duplicate; an id older
 * than the retention counts as absent and is renewed.
 *
 * A sweep removes old ids along the table, two rows for each new id, so that no commit is long. A sweep begins
 * when ids may have outlived the retention by an eighth of it, and goes on to the end of the table: so the table holds at
 * most about a half more than it must.
 */
#include "store/internal.h"

enum { ROWS_PER_ID = 2, ROWS_AT_LEAST = 64 };

static int64_t cutoff_s(const brb_store *store, int64_t now_s)
{
	return store->options.retention_us == INT64_MAX ? INT64_MIN : now_s - store->options.retention_us / 1000000;
}

static int64_t now_s(const brb_store *store)
{
	return brb_clock_now_us(&store->options.clock) / 1000000;
}

brabeion_status brb_store_see(brb_store *store, const char *id, const char *event, const char *user, bool *first,
			      brabeion_error *error)
{
	int64_t event_number, user_number, arrived_s = now_s(store);
	brabeion_status status = brb_store_event(store, event, &event_number, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, user, true, &user_number, error);
	if (status == BRABEION_OK)
		status = store->driver->transaction->see(store->db, id, event_number, user_number, arrived_s,
							 cutoff_s(store, arrived_s), first, error);
	if (status == BRABEION_OK)
		store->seen.added += *first;
	return status;
}

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	return store->driver->transaction->counter(store->db, "seen_since_s", NULL, &store->seen.since_s, error);
}

static void forget(brb_store *store)
{
	store->seen.added = 0;
}

static brabeion_status sweep(brb_store *store, brabeion_error *error)
{
	bool done = false;
	if (!store->seen.added || store->options.retention_us == INT64_MAX)
		return BRABEION_OK;
	int64_t retention_s = store->options.retention_us / 1000000, cutoff = cutoff_s(store, now_s(store));
	if (!store->seen.under_way && cutoff - store->seen.since_s <= retention_s / 8)
		return BRABEION_OK;
	if (!store->seen.under_way)
		store->seen.cutoff_s = cutoff;
	store->seen.under_way = true;
	brabeion_status status = store->driver->transaction->sweep_seen(
		store->db, store->seen.cutoff_s, store->seen.added * ROWS_PER_ID + ROWS_AT_LEAST, &done, error);
	if (status != BRABEION_OK || !done)
		return status;
	store->seen.under_way = false;
	store->seen.since_s = store->seen.cutoff_s;
	return brb_store_write_counter(store, "seen_since_s", store->seen.since_s, error);
}

const brb_participant brb_seen_participant = { .reload = reload, .forget = forget, .sweep = sweep };
