/*
 * store/sqlite/schema/schema: the tables and their migrations.
 *
 * A schema is a list of steps, each from one version to the next. A step that has many rows to change does so in slices, each
 * a transaction of its own: a process that is killed meanwhile loses one slice, and the next open goes on. While a migration
 * is under way the database's user_version is the negative one that it leads to, which everyone else refuses.
 */
#ifndef BRB_STORE_SQLITE_SCHEMA_H
#define BRB_STORE_SQLITE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/types.h"

#define BRB_SCHEMA_APPLICATION_ID 0x42524142 /* "BRAB" */

/* How far a step is; both are estimates. */
typedef struct brb_schema_progress {
	int64_t done, total; /* rows */
} brb_schema_progress;

typedef struct brb_schema_step {
	const char *sql; /* executed first, once */

	/*
	 * Then, called until *done, each time in a transaction of its own; NULL: nothing. Keeps in the database how far it
	 * is. A call takes some 100 ms at most.
	 */
	brabeion_status (*slice)(sqlite3 *handle, brb_schema_progress *progress, bool *done, brabeion_error *error);

	const char *last_sql; /* executed last, with the new version; NULL: nothing */
} brb_schema_step;

typedef struct brb_schema {
	const brb_schema_step *steps; /* the first leads from nothing to version 1 */
	int version;                  /* their number */
} brb_schema;

extern const brb_schema brb_schema_ours;

/*
 * Creates the tables in an empty database, or migrates an older one. The caller holds the folder's lock. `options` may be
 * NULL. Errors: BRABEION_STORE, without the path in front.
 */
brabeion_status brb_schema_bring_up_to_date(sqlite3 *handle, const char *path, const brb_schema *schema,
					    const brb_store_options *options, brabeion_error *error);

/*
 * Reads the file's header alone: BRABEION_STORE when the database is not ours, or newer, without the path in front. Does
 * not see what is only in a journal or WAL.
 */
brabeion_status brb_schema_look(sqlite3 *handle, const char *path, brabeion_error *error);

/* By the file's header alone: a database of ours, of this version, in WAL mode. Then there is nothing to be made. */
bool brb_schema_is_made(sqlite3 *handle, const brb_schema *schema);

/* Makes the tables in an empty database, in the transaction that is open, if one is. Without the path in front. */
brabeion_status brb_schema_create(sqlite3 *handle, const brb_schema *schema, brabeion_error *error);

/* Of a connection that must not write: BRABEION_STORE unless the database is up to date, BRABEION_ABSENT when it is empty. */
brabeion_status brb_schema_check_current(sqlite3 *handle, brabeion_error *error);

#endif
