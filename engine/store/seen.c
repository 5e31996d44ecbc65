/*
 * store/seen: ids of events that were judged. The unique key itself says whether an event is a duplicate; a row older
 * than the retention counts as absent and is renewed.
 *
 * Old rows leave in a sweep: a walk along the key, two rows for each id that comes in, so that no commit is long and
 * no second index is needed. A sweep begins when rows may have outlived the retention by an eighth of it, and is kept
 * up until the end of the table; so the table holds at most about a half more than it must.
 */
#include <stdio.h>

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
	if (status != BRABEION_OK)
		return status;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_SEE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, event_number);
	sqlite3_bind_int64(statement, 3, user_number);
	sqlite3_bind_int64(statement, 4, arrived_s);
	sqlite3_bind_int64(statement, 5, cutoff_s(store, arrived_s));
	status = brb_database_run(&store->database, statement, error);
	*first = status == BRABEION_OK && sqlite3_changes(store->database.handle) > 0;
	store->seen.added += *first;
	return status;
}

static void begin_sweep(brb_store *store, int64_t cutoff)
{
	store->seen.under_way = true;
	store->seen.cutoff_s = cutoff;
	store->seen.id[0] = '\0';
	store->seen.event = 0;
	store->seen.user = 0;
}

static brabeion_status end_sweep(brb_store *store, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_COUNTER_SET, error);
	if (!statement)
		return error->status;
	store->seen.under_way = false;
	store->seen.since_s = store->seen.cutoff_s;
	sqlite3_bind_text(statement, 1, "seen_since_s", -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, store->seen.since_s);
	return brb_database_run(&store->database, statement, error);
}

static brabeion_status remove_row(brb_store *store, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_SEEN_REMOVE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, store->seen.id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, store->seen.event);
	sqlite3_bind_int64(statement, 3, store->seen.user);
	return brb_database_run(&store->database, statement, error);
}

/* Looks at the next row; *row is false at the end of the table. Removing it leaves the walk where it is. */
static brabeion_status walk_on(brb_store *store, sqlite3_stmt *walk, bool *row, brabeion_error *error)
{
	brabeion_status status = brb_database_step(&store->database, walk, row, error);
	if (status != BRABEION_OK || !*row)
		return status;
	snprintf(store->seen.id, sizeof store->seen.id, "%s", (const char *)sqlite3_column_text(walk, 0));
	store->seen.event = sqlite3_column_int64(walk, 1);
	store->seen.user = sqlite3_column_int64(walk, 2);
	return sqlite3_column_int64(walk, 3) < store->seen.cutoff_s ? remove_row(store, error) : BRABEION_OK;
}

brabeion_status brb_store_sweep_seen(brb_store *store, brabeion_error *error)
{
	int64_t retention_s = store->options.retention_us / 1000000;
	if (!store->seen.added || store->options.retention_us == INT64_MAX)
		return BRABEION_OK;
	int64_t cutoff = cutoff_s(store, now_s(store));
	if (!store->seen.under_way && cutoff - store->seen.since_s <= retention_s / 8)
		return BRABEION_OK;
	if (!store->seen.under_way)
		begin_sweep(store, cutoff);
	sqlite3_stmt *walk = brb_database_statement(&store->database, BRB_STATEMENT_SEEN_AFTER, error);
	if (!walk)
		return error->status;
	int64_t left = store->seen.added * ROWS_PER_ID + ROWS_AT_LEAST;
	char after[sizeof store->seen.id];
	memcpy(after, store->seen.id, sizeof after);
	sqlite3_bind_text(walk, 1, after, -1, SQLITE_STATIC);
	sqlite3_bind_int64(walk, 2, store->seen.event);
	sqlite3_bind_int64(walk, 3, store->seen.user);
	sqlite3_bind_int64(walk, 4, left);
	bool row = true;
	brabeion_status status = BRABEION_OK;
	for (; left && row && status == BRABEION_OK; left--)
		status = walk_on(store, walk, &row, error);
	sqlite3_reset(walk);
	sqlite3_clear_bindings(walk);
	return status == BRABEION_OK && !row ? end_sweep(store, error) : status;
}
