/*
 * store/sqlite/schema: the tables and their migrations.
 */
#ifndef BRB_STORE_SQLITE_SCHEMA_H
#define BRB_STORE_SQLITE_SCHEMA_H

#include <sqlite3.h>

#include "base/status.h"

#define BRB_SCHEMA_APPLICATION_ID 0x42414447 /* "BADG" */
#define BRB_SCHEMA_VERSION 6

/*
 * Creates the tables in an empty database, or migrates an older one, in one transaction. The caller holds the folder's
 * lock. Errors: BRABEION_STORE, without the path in front.
 */
brabeion_status brb_schema_bring_up_to_date(sqlite3 *handle, const char *path, int64_t now_s, brabeion_error *error);

/*
 * Reads the file's header alone: BRABEION_STORE when the database is not ours, or newer, without the path in front. Does
 * not see what is only in a journal or WAL.
 */
brabeion_status brb_schema_look(sqlite3 *handle, const char *path, brabeion_error *error);

#endif
