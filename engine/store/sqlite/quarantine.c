/*
 * store/quarantine: which badges are set aside, since when and why: one row each, for whoever looks, in whichever
 * process. Rows come and go by the reading connection, in no event's transaction, so that no event's fate matters here.
 *
 * An impatient call is made on the way of an event: it waits for no long list, and hardly for another writer.
 */

#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

enum { IMPATIENT_US = 20000 };

/* ---- the connection ---- */

/* BRABEION_BUSY when the connection is in use and the caller impatient. */
static brabeion_status enter(brb_store *store, bool patient, brabeion_error *error)
{
	if (patient)
		pthread_mutex_lock(&store->reading);
	else if (pthread_mutex_trylock(&store->reading) != 0)
		return brb_status_set(error, BRABEION_BUSY, "%s: a list is being read", store->path);
	brabeion_status status = brb_store_ready_reader_locked(store, error);
	if (status != BRABEION_OK)
		pthread_mutex_unlock(&store->reading);
	else if (!patient)
		store->reader.busy_timeout_us = IMPATIENT_US;
	return status;
}

static void leave(brb_store *store)
{
	store->reader.busy_timeout_us = store->options.busy_timeout_ms * 1000;
	pthread_mutex_unlock(&store->reading);
}

/* Steps once through a statement on which ?1 is the badge's number. */
static brabeion_status run_on(brb_store *store, sqlite3_stmt *statement, uint32_t badge, bool *row,
			      brabeion_error *error)
{
	sqlite3_bind_int64(statement, 1, badge);
	brabeion_status status = brb_database_step(&store->reader, statement, row, error);
	sqlite3_reset(statement);
	return status;
}

/* ---- setting aside ---- */

static brabeion_status add_locked(brb_store *store, const brb_store_quarantined *aside, brabeion_error *error)
{
	bool row;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_QUARANTINE_ADD, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 2, aside->since_us);
	sqlite3_bind_text(statement, 3, aside->reason, -1, SQLITE_STATIC);
	return run_on(store, statement, aside->badge, &row, error);
}

brabeion_status brb_store_quarantine(brb_store *store, const brb_store_quarantined *aside, brabeion_error *error)
{
	brabeion_status status = enter(store, false, error);
	if (status != BRABEION_OK)
		return status;
	status = add_locked(store, aside, error);
	leave(store);
	return status;
}

brabeion_status brb_store_is_quarantined(brb_store *store, uint32_t badge, bool *aside, brabeion_error *error)
{
	brabeion_status status = enter(store, false, error);
	if (status != BRABEION_OK)
		return status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_QUARANTINE, error);
	status = statement ? run_on(store, statement, badge, aside, error) : error->status;
	leave(store);
	return status;
}

/* ---- coming back ---- */

static brabeion_status find_number(brb_store *store, const char *slug, int64_t *number, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_BADGE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, slug, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->reader, statement, &row, error);
	if (row)
		*number = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return status;
}

/* Looks before it writes: mostly there is nothing to release, and readers do not wait for writers. */
static brabeion_status release_locked(brb_store *store, uint32_t badge, bool *released, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *look = brb_database_statement(&store->reader, BRB_STATEMENT_QUARANTINE, error);
	brabeion_status status = look ? run_on(store, look, badge, &row, error) : error->status;
	if (status != BRABEION_OK || !row)
		return status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_QUARANTINE_REMOVE, error);
	status = statement ? run_on(store, statement, badge, &row, error) : error->status;
	*released = status == BRABEION_OK && sqlite3_changes(store->reader.handle) > 0;
	return status;
}

brabeion_status brb_store_release(brb_store *store, const char *slug, bool *released, brabeion_error *error)
{
	int64_t number = 0;
	bool done = false;
	brabeion_status status = enter(store, true, error);
	if (status != BRABEION_OK)
		return status;
	status = find_number(store, slug, &number, error);
	if (status == BRABEION_OK && number)
		status = release_locked(store, (uint32_t)number, &done, error);
	leave(store);
	if (status == BRABEION_OK)
		*released = done;
	return status;
}

/* ---- looking ---- */

static brabeion_status read_rows_locked(brb_store *store, brb_arena *arena, brb_store_quarantined **list,
					size_t *count, brabeion_error *error)
{
	bool row;
	size_t capacity = 0;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_QUARANTINES, error);
	if (!statement)
		return error->status;
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		brb_store_quarantined *aside = brb_list_add(list, count, &capacity, sizeof *aside);
		if (aside) {
			aside->badge = (uint32_t)sqlite3_column_int64(statement, 0);
			aside->since_us = sqlite3_column_int64(statement, 1);
			aside->reason = brb_arena_copy(arena, (const char *)sqlite3_column_text(statement, 2));
			aside->slug = brb_arena_copy(arena, (const char *)sqlite3_column_text(statement, 3));
		}
		if (!aside || !aside->reason || !aside->slug) {
			status = brb_status_no_memory(error);
			break;
		}
	}
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_list_quarantined(brb_store *store, brb_arena *arena, brb_store_quarantined **list,
					   size_t *count, brabeion_error *error)
{
	brb_store_quarantined *read = NULL;
	size_t read_count = 0;
	brabeion_status status = enter(store, true, error);
	if (status != BRABEION_OK)
		return status;
	status = read_rows_locked(store, arena, &read, &read_count, error);
	leave(store);
	if (status != BRABEION_OK) {
		brb_memory_release(read);
		return status;
	}
	*list = read;
	*count = read_count;
	return BRABEION_OK;
}
