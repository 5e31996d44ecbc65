/*
 * store/sqlite/schema/compare: see compare.h. What a version has is what its steps make in an empty database in memory.
 */
#include "store/sqlite/schema/compare.h"

#include <stdbool.h>
#include <string.h>

/* Without SQLite's own tables, which hold statistics. */
#define FROM_SCHEMA " FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'"

static brabeion_status fault(sqlite3 *handle, brabeion_error *error)
{
	int code = sqlite3_errcode(handle) & 0xff;
	brabeion_status status = code == SQLITE_NOMEM  ? BRABEION_NO_MEMORY
				 : code == SQLITE_BUSY ? BRABEION_BUSY
						       : BRABEION_STORE;
	return brb_status_set(error, status, "%s", sqlite3_errmsg(handle));
}

static const char *text(sqlite3_stmt *row, int column)
{
	const char *read = (const char *)sqlite3_column_text(row, column);
	return read ? read : "";
}

/* ---- columns ---- */

static bool has_column(sqlite3 *handle, const char *table, const char *column)
{
	sqlite3_stmt *found = NULL;
	sqlite3_prepare_v2(handle, "SELECT 1 FROM pragma_table_xinfo(?1) WHERE name = ?2", -1, &found, NULL);
	sqlite3_bind_text(found, 1, table, -1, SQLITE_STATIC);
	sqlite3_bind_text(found, 2, column, -1, SQLITE_STATIC);
	bool has = sqlite3_step(found) != SQLITE_DONE;
	sqlite3_finalize(found);
	return has;
}

/* The first column of a table that is in one database and not in the other; false: there is none. */
static bool find_missing(sqlite3 *in, sqlite3 *but_not_in, const char *table, char *column, int size)
{
	bool missing = false;
	sqlite3_stmt *columns = NULL;
	sqlite3_prepare_v2(in, "SELECT name FROM pragma_table_xinfo(?1)", -1, &columns, NULL);
	sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
	while (!missing && sqlite3_step(columns) == SQLITE_ROW) {
		sqlite3_snprintf(size, column, "%s", text(columns, 0));
		missing = !has_column(but_not_in, table, text(columns, 0));
	}
	sqlite3_finalize(columns);
	return missing;
}

static brabeion_status refuse_difference(sqlite3 *handle, sqlite3 *known, const char *type, const char *name,
					 brabeion_error *error)
{
	char column[100];
	if (find_missing(known, handle, name, column, sizeof column))
		return brb_status_set(error, BRABEION_STORE, "its %s \"%s\" lacks the column \"%s\"; left untouched",
				      type, name, column);
	if (find_missing(handle, known, name, column, sizeof column))
		return brb_status_set(error, BRABEION_STORE,
				      "its %s \"%s\" has a column \"%s\" that brabeion did not make; left untouched",
				      type, name, column);
	return brb_status_set(error, BRABEION_STORE, "its %s \"%s\" is not as brabeion makes it; left untouched",
			      type, name);
}

/* ---- both ways ---- */

/* What has a name of ours. */
static brabeion_status compare_one(sqlite3 *handle, sqlite3 *known, sqlite3_stmt *ours, sqlite3_stmt *theirs,
				   brabeion_error *error)
{
	const char *type = text(ours, 0), *name = text(ours, 1), *sql = text(ours, 2);
	sqlite3_reset(theirs);
	sqlite3_bind_text(theirs, 1, name, -1, SQLITE_STATIC);
	int code = sqlite3_step(theirs);
	if (code == SQLITE_DONE)
		return brb_status_set(error, BRABEION_STORE, "its %s \"%s\" is missing; left untouched", type, name);
	if (code != SQLITE_ROW)
		return fault(handle, error);
	if (strcmp(text(theirs, 0), type) != 0)
		return brb_status_set(error, BRABEION_STORE, "has a %s \"%s\" where its %s should be; left untouched",
				      text(theirs, 0), name, type);
	return strcmp(text(theirs, 1), sql) == 0 ? BRABEION_OK : refuse_difference(handle, known, type, name, error);
}

/* Tables before their indexes, which go with them. */
static brabeion_status compare_ours(sqlite3 *handle, sqlite3 *known, brabeion_error *error)
{
	sqlite3_stmt *ours = NULL, *theirs = NULL;
	brabeion_status status = BRABEION_OK;
	if (sqlite3_prepare_v2(known, "SELECT type, name, sql" FROM_SCHEMA " ORDER BY type DESC, name", -1, &ours,
			       NULL) != SQLITE_OK)
		status = fault(known, error);
	else if (sqlite3_prepare_v2(handle, "SELECT type, sql FROM sqlite_schema WHERE name = ?1", -1, &theirs,
				    NULL) != SQLITE_OK)
		status = fault(handle, error);
	while (status == BRABEION_OK && sqlite3_step(ours) == SQLITE_ROW)
		status = compare_one(handle, known, ours, theirs, error);
	sqlite3_finalize(ours);
	sqlite3_finalize(theirs);
	return status;
}

static bool knows(sqlite3 *known, const char *name)
{
	sqlite3_stmt *found = NULL;
	sqlite3_prepare_v2(known, "SELECT 1 FROM sqlite_schema WHERE name = ?1", -1, &found, NULL);
	sqlite3_bind_text(found, 1, name, -1, SQLITE_STATIC);
	bool there = sqlite3_step(found) == SQLITE_ROW;
	sqlite3_finalize(found);
	return there;
}

/* Triggers anywhere, and indexes on our tables. */
static brabeion_status refuse_added(sqlite3 *handle, sqlite3 *known, brabeion_error *error)
{
	int code = SQLITE_DONE;
	sqlite3_stmt *added = NULL;
	brabeion_status status = BRABEION_OK;
	if (sqlite3_prepare_v2(handle, "SELECT type, name, tbl_name" FROM_SCHEMA " AND type IN ('trigger', 'index')",
			       -1, &added, NULL) != SQLITE_OK)
		return fault(handle, error);
	while (status == BRABEION_OK && (code = sqlite3_step(added)) == SQLITE_ROW) {
		const char *type = text(added, 0), *name = text(added, 1), *table = text(added, 2);
		if (!knows(known, name) && (strcmp(type, "trigger") == 0 || knows(known, table)))
			status = brb_status_set(
				error, BRABEION_STORE,
				"has the %s \"%s\" on \"%s\", which brabeion did not make; left untouched", type,
				name, table);
	}
	if (status == BRABEION_OK && code != SQLITE_DONE)
		status = fault(handle, error);
	sqlite3_finalize(added);
	return status;
}

brabeion_status brb_schema_compare(sqlite3 *handle, const brb_schema *schema, brabeion_error *error)
{
	sqlite3 *known = NULL;
	brabeion_status status = BRABEION_OK;
	if (sqlite3_open_v2(":memory:", &known, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		status = brb_status_no_memory(error);
	if (status == BRABEION_OK)
		status = brb_schema_create(known, schema, error);
	if (status == BRABEION_OK)
		status = compare_ours(handle, known, error);
	if (status == BRABEION_OK)
		status = refuse_added(handle, known, error);
	bool is_short = sqlite3_errcode(known) == SQLITE_NOMEM || sqlite3_errcode(handle) == SQLITE_NOMEM;
	sqlite3_close(known);
	return is_short && status == BRABEION_STORE ? brb_status_no_memory(error) : status;
}
