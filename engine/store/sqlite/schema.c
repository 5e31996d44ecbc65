/*
 * store/sqlite/schema: see schema.h. Each entry of `migrations` leads from one user_version to the next; none is ever
 * changed once released.
 */
#include "store/sqlite/schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char version_1[] =
	/* by name: the last sequence used, the time that the sweep of seen ids has reached, and others */
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
	 * The unique key guarantees that no award is stored twice. `revoked` is 0, or the sequence of the
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

static const char version_2[] =
	/* badges that failed or were too slow too often in a row */
	"CREATE TABLE quarantine(badge INTEGER PRIMARY KEY, since_us INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;";

static const char version_3[] =
	/*
	 * `ready_us` is set of the head of a queue alone: of all jobs of one user, badge and run that are not parked, the
	 * first by (due_us, id). `claim` 0: none. `run`: the id of a history, 0: the live clock. `state` is JSON, and the
	 * last column, so that reading the others need not skip it.
	 */
	"CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, badge INTEGER NOT NULL,"
	" run INTEGER NOT NULL, event INTEGER NOT NULL, event_id TEXT NOT NULL, at_us INTEGER NOT NULL,"
	" due_us INTEGER NOT NULL, ready_us INTEGER, retry_us INTEGER NOT NULL DEFAULT 0,"
	" claim INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, parked_us INTEGER NOT NULL DEFAULT "
	"0,"
	" parked_why TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '', state TEXT NOT NULL) STRICT;"
	"CREATE INDEX jobs_queue ON jobs(user, badge, run, due_us, id) WHERE parked_us = 0;"
	"CREATE INDEX jobs_ready ON jobs(run, ready_us, id) WHERE ready_us IS NOT NULL;"
	"CREATE INDEX jobs_claimed ON jobs(claim) WHERE claim <> 0;"
	"CREATE INDEX jobs_unloaded ON jobs(run, badge, user) WHERE parked_why = 'unloaded';"
	"CREATE INDEX jobs_parked ON jobs(parked_us) WHERE parked_us <> 0;"
	"CREATE INDEX jobs_of_runs ON jobs(run) WHERE run <> 0;"
	"CREATE TABLE job_attempts(job INTEGER NOT NULL, number INTEGER NOT NULL, at_us INTEGER NOT NULL,"
	" error TEXT NOT NULL, PRIMARY KEY(job, number)) STRICT, WITHOUT ROWID;";

static const char version_4[] =
	/* 1: nobody revoked it, but its condition no longer held (temporary badges); then it may be earned again */
	"ALTER TABLE awards ADD COLUMN lapsed INTEGER NOT NULL DEFAULT 0;"
	/* the history of one user: what they were awarded is found by awards_by_user */
	"CREATE INDEX awards_revoked_of_user ON awards(user, revoked) WHERE revoked > 0;";

static const char version_5[] =
	/*
	 * What was judged (store/journal.h). `cause` is the row of the event by which another came about, 0 of the event
	 * itself. `verdicts` is written by store/verdict_codec. A job has the row of its event.
	 */
	"CREATE TABLE journal(sequence INTEGER PRIMARY KEY, cause INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" arrived_us INTEGER NOT NULL, at_us INTEGER NOT NULL, user INTEGER NOT NULL, event INTEGER NOT NULL,"
	" event_id TEXT NOT NULL, state TEXT NOT NULL, verdicts BLOB NOT NULL) STRICT;"
	"CREATE INDEX journal_of_user ON journal(user);"
	"ALTER TABLE jobs ADD COLUMN journal INTEGER NOT NULL DEFAULT 0;";

static const char version_6[] =
	/* since when a badge is known; of older ones, since the migration */
	"ALTER TABLE badges ADD COLUMN known_s INTEGER NOT NULL DEFAULT 0;"
	"UPDATE badges SET known_s = CAST(strftime('%s', 'now') AS INTEGER);"
	/* events that no badge listened to; the name '': all beyond the bound on names */
	"CREATE TABLE unheard(name TEXT PRIMARY KEY, count INTEGER NOT NULL, first_us INTEGER NOT NULL,"
	" last_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	/* badges that failed lately */
	"CREATE TABLE failures(badge INTEGER PRIMARY KEY, count INTEGER NOT NULL, first_us INTEGER NOT NULL,"
	" last_us INTEGER NOT NULL, event TEXT NOT NULL, error TEXT NOT NULL) STRICT;";

static const char *const migrations[BRB_SCHEMA_VERSION] = { version_1, version_2, version_3,
							    version_4, version_5, version_6 };

static brabeion_status fault(sqlite3 *handle, brabeion_error *error)
{
	int code = sqlite3_errcode(handle) & 0xff;
	brabeion_status status = code == SQLITE_NOMEM                           ? BRABEION_NO_MEMORY
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

static brabeion_status refuse_anothers(int64_t application, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_STORE,
			      "is a database of another program (its application_id is %lld); left untouched",
			      (long long)application);
}

/* Of a database with our application_id. */
static brabeion_status check_version(int64_t version, brabeion_error *error)
{
	if (version < 1)
		return brb_status_set(error, BRABEION_STORE, "is damaged (its version is %lld); left untouched",
				      (long long)version);
	if (version > BRB_SCHEMA_VERSION)
		return brb_status_set(
			error, BRABEION_STORE,
			"was written by a newer brabeion (its version is %lld, this one knows up to %d); "
			"left untouched",
			(long long)version, BRB_SCHEMA_VERSION);
	return BRABEION_OK;
}

/* *version is 0 for an empty database, which is to become ours. */
static brabeion_status check_ours(sqlite3 *handle, int64_t *version, brabeion_error *error)
{
	int64_t application = 0, tables = 0;
	brabeion_status status = read_number(handle, "PRAGMA application_id", &application, error);
	if (status == BRABEION_OK)
		status = read_number(handle, "PRAGMA user_version", version, error);
	if (status != BRABEION_OK)
		return status;
	if (application == BRB_SCHEMA_APPLICATION_ID)
		return check_version(*version, error);
	status = read_number(handle, "SELECT COUNT(*) FROM sqlite_schema", &tables, error);
	bool empty = application == 0 && *version == 0 && tables == 0;
	return status == BRABEION_OK && !empty ? refuse_anothers(application, error) : status;
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

/* ---- reading the header ---- */

enum { HEADER_BYTES = 100, USER_VERSION_AT = 60, APPLICATION_ID_AT = 68 };

static uint32_t read_big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/*
 * Whether a database without an application_id has tables of another program's, by a connection that takes no lock and
 * makes no file beside it. It does not read a journal, so that a database that is being written may look corrupt: false
 * then.
 */
static bool is_anothers(const char *path)
{
	sqlite3 *handle = NULL;
	brabeion_error ignored = BRABEION_NO_ERROR;
	int64_t tables = 0;
	char *uri = sqlite3_mprintf("file:");
	for (const char *at = path; uri && *at; at++) {
		bool plain = *at != '?' && *at != '#' && *at != '%';
		char *longer = plain ? sqlite3_mprintf("%s%c", uri, *at) : sqlite3_mprintf("%s%%%02X", uri, *at);
		sqlite3_free(uri);
		uri = longer;
	}
	char *whole = uri ? sqlite3_mprintf("%s?immutable=1", uri) : NULL;
	sqlite3_free(uri);
	if (whole && sqlite3_open_v2(whole, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
				     NULL) == SQLITE_OK)
		read_number(handle, "SELECT COUNT(*) FROM sqlite_schema", &tables, &ignored);
	sqlite3_free(whole);
	sqlite3_close(handle);
	brabeion_error_finish(&ignored);
	return tables > 0;
}

static bool has_journal(const char *path)
{
	char *journal = sqlite3_mprintf("%s-journal", path);
	bool has = journal && access(journal, F_OK) == 0;
	sqlite3_free(journal);
	return has;
}

/*
 * Reads the header (sqlite.org/fileformat.html, section 1.3) through SQLite's own handle of the file, since closing
 * another one would drop SQLite's locks. What is only in a journal is checked later, inside the transaction. A database
 * that is not ours must not even get a -wal or -shm beside it.
 */
brabeion_status brb_schema_look(sqlite3 *handle, const char *path, brabeion_error *error)
{
	sqlite3_file *file = NULL;
	unsigned char header[HEADER_BYTES] = { 0 };
	sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (!file || !file->pMethods)
		return BRABEION_OK;
	sqlite3_int64 size = 0;
	if (file->pMethods->xFileSize(file, &size) != SQLITE_OK || size == 0 || has_journal(path))
		return BRABEION_OK;
	if (file->pMethods->xRead(file, header, sizeof header, 0) != SQLITE_OK ||
	    memcmp(header, "SQLite format 3", 16) != 0)
		return brb_status_set(error, BRABEION_STORE, "is not a database; left untouched");
	uint32_t application = read_big_endian(header + APPLICATION_ID_AT);
	if (application == BRB_SCHEMA_APPLICATION_ID)
		return check_version((int32_t)read_big_endian(header + USER_VERSION_AT), error);
	if (application == 0 && !is_anothers(path))
		return BRABEION_OK;
	return refuse_anothers(application, error);
}

brabeion_status brb_schema_bring_up_to_date(sqlite3 *handle, const char *path, int64_t now_s, brabeion_error *error)
{
	brabeion_status status = brb_schema_look(handle, path, error);
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
