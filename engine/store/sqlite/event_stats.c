/*
 * store/sqlite/event_stats: events that no badge listened to, and badges that failed. See store/event_stats.h.
 */
#include <stdio.h>

#include "store/sqlite/internal.h"

/* ---- events ---- */

/* UNHEARD_MORE or UNHEARD_ADD; *rows counts what it changed. */
static brabeion_status write_unhandled(brb_store_db *db, brb_statement which, const char *name,
				       const brb_store_unhandled *more, int *rows, brabeion_error *error)
{
	const brb_sql_value values[] = { TEXT(name), INT(more->count), INT(more->last_us), INT(more->first_us) };
	brabeion_status status =
		brb_database_run(&db->writer, which, values, which == BRB_STATEMENT_UNHANDLED_ADD ? 4 : 3, error);
	*rows = sqlite3_changes(db->writer.handle);
	return status;
}

static brabeion_status add_unhandled(brb_store_db *db, const brb_store_unhandled *more, brabeion_error *error)
{
	int rows = 0;
	int64_t names = 0;
	const char *name = more->name;
	brabeion_status status = write_unhandled(db, BRB_STATEMENT_UNHANDLED_MORE, name, more, &rows, error);
	if (status == BRABEION_OK && !rows && *name)
		status = brb_database_number(&db->writer, BRB_STATEMENT_UNHANDLED_COUNT, WITH_NOTHING, NULL, &names,
					     error);
	if (status == BRABEION_OK && names >= BRB_UNHANDLED_NAMES_MOST) {
		name = "";
		status = write_unhandled(db, BRB_STATEMENT_UNHANDLED_MORE, name, more, &rows, error);
	}
	if (status == BRABEION_OK && !rows)
		status = write_unhandled(db, BRB_STATEMENT_UNHANDLED_ADD, name, more, &rows, error);
	return status;
}

static brabeion_status read_next(void *next, sqlite3_stmt *row, brabeion_error *error)
{
	(void)error;
	snprintf(next, BRB_NAME_BYTES_MOST + 1, "%s", brb_column_text(row, 0));
	return BRABEION_OK;
}

static brabeion_status next_unhandled(brb_store_db *db, const char *after, char next[BRB_NAME_BYTES_MOST + 1],
				      brabeion_error *error)
{
	char found[BRB_NAME_BYTES_MOST + 1] = ""; /* `after` may be `next` */
	brabeion_status status = brb_database_each(&db->writer, BRB_STATEMENT_UNHANDLED_NEXT, WITH(TEXT(after)),
						   read_next, found, error);
	if (status == BRABEION_OK)
		snprintf(next, sizeof found, "%s", found);
	return status;
}

static brabeion_status remove_unhandled(brb_store_db *db, const char *name, brabeion_error *error)
{
	return brb_database_run(&db->writer, BRB_STATEMENT_UNHANDLED_REMOVE, WITH(TEXT(name)), error);
}

/* ---- badges ---- */

static brabeion_status add_failing(brb_store_db *db, const brb_store_failing *more, brabeion_error *error)
{
	return brb_database_run(&db->writer, BRB_STATEMENT_FAILURE_MORE,
				WITH(INT(more->badge), INT(more->count), INT(more->first_us), INT(more->last_us),
				     TEXT(more->event), TEXT(more->error), INT(more->kind)),
				error);
}

static brabeion_status remove_passed(brb_store_db *db, const char *slug, int64_t since_us, brabeion_error *error)
{
	return brb_database_run(&db->writer, BRB_STATEMENT_PASSED_REMOVE, WITH(TEXT(slug), INT(since_us)), error);
}

static brabeion_status forget(brb_store_db *db, int64_t before_us, brabeion_error *error)
{
	brabeion_status status =
		brb_database_run(&db->writer, BRB_STATEMENT_UNHANDLED_FORGET, WITH(INT(before_us)), error);
	return status != BRABEION_OK
		       ? status
		       : brb_database_run(&db->writer, BRB_STATEMENT_FAILURE_FORGET, WITH(INT(before_us)), error);
}

const brb_driver_stats brb_sqlite_stats = {
	.add_unhandled = add_unhandled,
	.add_failing = add_failing,
	.next_unhandled = next_unhandled,
	.remove_unhandled = remove_unhandled,
	.remove_passed = remove_passed,
	.forget = forget,
};
