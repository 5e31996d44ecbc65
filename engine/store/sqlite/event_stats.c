/*
 * store/event_stats: see notices.h.
 */
#include "store/event_stats.h"

#include <stdio.h>

#include "store/internal.h"

static sqlite3_stmt *statement_of_name(brb_store *store, brb_statement which, const char *name, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (statement)
		sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	return statement;
}

/* ---- events ---- */

/* Runs UNHEARD_MORE or UNHEARD_ADD; *rows counts what it changed. */
static brabeion_status run_unheard(brb_store *store, brb_statement which, const char *name,
				   const brb_store_unhandled *more, int *rows, brabeion_error *error)
{
	sqlite3_stmt *statement = statement_of_name(store, which, name, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 2, more->count);
	if (which == BRB_STATEMENT_UNHEARD_ADD)
		sqlite3_bind_int64(statement, 3, more->first_us);
	sqlite3_bind_int64(statement, 4, more->last_us);
	brabeion_status status = brb_database_run(&store->database, statement, error);
	*rows = sqlite3_changes(store->database.handle);
	return status;
}

static brabeion_status has_place(brb_store *store, bool *place, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_UNHEARD_COUNT, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	*place = row && sqlite3_column_int64(statement, 0) < BRB_UNHANDLED_NAMES_MOST;
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_add_unhandled(brb_store *store, const brb_store_unhandled *more, brabeion_error *error)
{
	int rows = 0;
	bool place = true;
	const char *name = more->name;
	brabeion_status status = run_unheard(store, BRB_STATEMENT_UNHEARD_MORE, name, more, &rows, error);
	if (status == BRABEION_OK && !rows && *name)
		status = has_place(store, &place, error);
	if (status == BRABEION_OK && !place) {
		name = "";
		status = run_unheard(store, BRB_STATEMENT_UNHEARD_MORE, name, more, &rows, error);
	}
	if (status == BRABEION_OK && !rows)
		status = run_unheard(store, BRB_STATEMENT_UNHEARD_ADD, name, more, &rows, error);
	return status;
}

brabeion_status brb_store_next_unhandled(brb_store *store, const char *after, char next[BRB_NAME_BYTES_MOST + 1],
					 brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = statement_of_name(store, BRB_STATEMENT_UNHEARD_NEXT, after, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	const char *name = row ? (const char *)sqlite3_column_text(statement, 0) : "";
	if (status == BRABEION_OK && !name)
		status = brb_status_no_memory(error);
	if (status == BRABEION_OK)
		snprintf(next, BRB_NAME_BYTES_MOST + 1, "%s", name);
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_remove_unhandled(brb_store *store, const char *name, brabeion_error *error)
{
	sqlite3_stmt *statement = statement_of_name(store, BRB_STATEMENT_UNHEARD_REMOVE, name, error);
	return statement ? brb_database_run(&store->database, statement, error) : error->status;
}

/* ---- badges ---- */

brabeion_status brb_store_add_failing(brb_store *store, const brb_store_failing *more, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_FAILURE_MORE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, more->badge);
	sqlite3_bind_int64(statement, 2, more->count);
	sqlite3_bind_int64(statement, 3, more->first_us);
	sqlite3_bind_int64(statement, 4, more->last_us);
	sqlite3_bind_text(statement, 5, more->event, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 6, more->error, -1, SQLITE_STATIC);
	return brb_database_run(&store->database, statement, error);
}

/* ---- both ---- */

static brabeion_status forget(brb_store *store, brb_statement which, int64_t before_us, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, before_us);
	return brb_database_run(&store->database, statement, error);
}

brabeion_status brb_store_forget_event_stats(brb_store *store, int64_t before_us, brabeion_error *error)
{
	brabeion_status status = forget(store, BRB_STATEMENT_UNHEARD_FORGET, before_us, error);
	return status == BRABEION_OK ? forget(store, BRB_STATEMENT_FAILURE_FORGET, before_us, error) : status;
}
