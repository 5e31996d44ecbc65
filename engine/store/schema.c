/*
 * store/schema: see schema.h. Each entry of `migrations` leads from one user_version to the next; none is ever
 * changed once released.
 */
#include "store/schema.h"

#include <stdbool.h>
#include <stdio.h>

static const char version_1[] =
	/* numbers that only grow: the last sequence given out; what the sweep of seen ids has reached */
	"CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

	/* names as numbers: rows elsewhere are small, and a user can be renamed in one place */
	"CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE events(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE plugins(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE badges(id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE) STRICT;"

	/* the names under which awards show, also when their badge is no longer loaded */
	"CREATE TABLE levels(badge INTEGER NOT NULL, level INTEGER NOT NULL, name TEXT NOT NULL,"
	" description TEXT NOT NULL, PRIMARY KEY(badge, level)) STRICT, WITHOUT ROWID;"

	/*
	 * The promise itself: the unique key is what no two awards share. `revoked` is 0, or the sequence of the
	 * revocation: a revoked award stays on record, and the same may be held anew beside it.
	 */
	"CREATE TABLE awards(sequence INTEGER PRIMARY KEY, user INTEGER NOT NULL, badge INTEGER NOT NULL,"
	" level INTEGER NOT NULL CHECK(level > 0), reason TEXT NOT NULL, event INTEGER NOT NULL,"
	" event_id TEXT NOT NULL, at_us INTEGER NOT NULL, note TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0,"
	" revoked_at_us INTEGER NOT NULL DEFAULT 0, revoked_note TEXT NOT NULL DEFAULT '',"
	" UNIQUE(badge, user, level, reason, revoked)) STRICT;"
	"CREATE INDEX awards_by_user ON awards(user);"
	"CREATE INDEX awards_by_badge ON awards(badge);"
	"CREATE UNIQUE INDEX awards_revoked ON awards(revoked) WHERE revoked > 0;"

	/* what plugins remember, by (plugin, name) and subject */
	"CREATE TABLE memories(id INTEGER PRIMARY KEY, plugin INTEGER NOT NULL, name TEXT NOT NULL,"
	" UNIQUE(plugin, name)) STRICT;"
	"CREATE TABLE tallies(memory INTEGER NOT NULL, subject TEXT NOT NULL, value INTEGER NOT NULL,"
	" PRIMARY KEY(memory, subject)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE notes(memory INTEGER NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,"
	" PRIMARY KEY(memory, subject)) STRICT, WITHOUT ROWID;"

	/* events with an id are judged once, as long as they are remembered */
	"CREATE TABLE seen(id TEXT NOT NULL, event INTEGER NOT NULL, user INTEGER NOT NULL, arrived_s INTEGER NOT "
	"NULL,"
	" PRIMARY KEY(id, event, user)) STRICT, WITHOUT ROWID;";

static const char *const migrations[BRB_SCHEMA_VERSION] = { version_1 };

static brabeion_status fault(sqlite3 *handle, brabeion_error *error)
{
	int code = sqlite3_errcode(handle) & 0xff;
	brabeion_status status = code == SQLITE_NOMEM                           ? BRABEION_MEMORY
				 : code == SQLITE_BUSY || code == SQLITE_LOCKED ? BRABEION_BUSY
										: BRABEION_STORE;
	return brb_status_set(error, status, "%s", sqlite3_errmsg(handle));
}

static brabeion_status read_number(sqlite3 *handle, const char *sql, int64_t *value, brabeion_error *error)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return fault(handle, error);
	brabeion_status status = BRABEION_OK;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*value = sqlite3_column_int64(statement, 0);
	else
		status = fault(handle, error);
	sqlite3_finalize(statement);
	return status;
}

static brabeion_status check_ours(sqlite3 *handle, int64_t *version, brabeion_error *error)
{
	int64_t application = 0, tables = 0;
	brabeion_status status = read_number(handle, "PRAGMA application_id", &application, error);
	if (status == BRABEION_OK)
		status = read_number(handle, "PRAGMA user_version", version, error);
	if (status == BRABEION_OK && application != BRB_SCHEMA_APPLICATION_ID)
		status = read_number(handle, "SELECT COUNT(*) FROM sqlite_schema", &tables, error);
	if (status != BRABEION_OK)
		return status;
	bool empty = application == 0 && *version == 0 && tables == 0;
	if (application != BRB_SCHEMA_APPLICATION_ID && !empty)
		return brb_status_set(error, BRABEION_STORE,
				      "is a database of another program (its application_id is %lld); left untouched",
				      (long long)application);
	if (*version < 0)
		return brb_status_set(error, BRABEION_STORE, "is damaged (its version is %lld); left untouched",
				      (long long)*version);
	if (*version > BRB_SCHEMA_VERSION)
		return brb_status_set(
			error, BRABEION_STORE,
			"was written by a newer brabeion (its version is %lld, this one knows up to %d); "
			"left untouched",
			(long long)*version, BRB_SCHEMA_VERSION);
	return BRABEION_OK;
}

static brabeion_status execute(sqlite3 *handle, const char *sql, brabeion_error *error)
{
	return sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK ? BRABEION_OK : fault(handle, error);
}

static brabeion_status migrate(sqlite3 *handle, int64_t version, int64_t now_s, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (int64_t step = version; step < BRB_SCHEMA_VERSION && status == BRABEION_OK; step++)
		status = execute(handle, migrations[step], error);
	char stamp[160];
	snprintf(stamp, sizeof stamp,
		 "PRAGMA application_id = %d; PRAGMA user_version = %d;"
		 "INSERT OR IGNORE INTO counters(name, value) VALUES('seen_since_s', %lld)",
		 BRB_SCHEMA_APPLICATION_ID, BRB_SCHEMA_VERSION, (long long)now_s);
	return status == BRABEION_OK ? execute(handle, stamp, error) : status;
}

/*
 * A look at the file through a connection that takes no lock and makes no file: a database that is not ours must not
 * even get a -wal or -shm beside it. What a WAL holds is not seen here; the look inside the transaction sees it.
 */
static brabeion_status look_first(const char *path, brabeion_error *error)
{
	sqlite3 *handle = NULL;
	char *uri = sqlite3_mprintf("file:");
	for (const char *at = path; uri && *at; at++) {
		bool plain = *at != '?' && *at != '#' && *at != '%';
		char *longer = plain ? sqlite3_mprintf("%s%c", uri, *at) : sqlite3_mprintf("%s%%%02X", uri, *at);
		sqlite3_free(uri);
		uri = longer;
	}
	char *whole = uri ? sqlite3_mprintf("%s?immutable=1", uri) : NULL;
	sqlite3_free(uri);
	if (!whole)
		return brb_status_no_memory(error);
	int64_t version = 0;
	brabeion_status status = BRABEION_OK;
	if (sqlite3_open_v2(whole, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK)
		status = check_ours(handle, &version, error);
	sqlite3_free(whole);
	sqlite3_close(handle);
	return status;
}

brabeion_status brb_schema_bring_up_to_date(sqlite3 *handle, const char *path, int64_t now_s, brabeion_error *error)
{
	brabeion_status status = look_first(path, error);
	if (status != BRABEION_OK)
		return status;
	status = execute(handle, "BEGIN IMMEDIATE", error);
	if (status != BRABEION_OK)
		return status;
	int64_t version = 0;
	status = check_ours(handle, &version, error);
	if (status == BRABEION_OK && version < BRB_SCHEMA_VERSION)
		status = migrate(handle, version, now_s, error);
	if (status == BRABEION_OK)
		status = execute(handle, "COMMIT", error);
	if (status != BRABEION_OK)
		sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
	return status;
}
