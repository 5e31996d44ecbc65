/*
 * store/sqlite/schema/schema: see schema.h. No step is ever changed once released.
 */
#include "store/sqlite/schema/schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/opening/hardening.h"
#include "store/sqlite/opening/uri.h"

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

/* ---- whose it is ---- */

enum { APPLICATION_ID_BEFORE_1_0 = 0x42414447 };

static brabeion_status refuse_anothers(int64_t application, brabeion_error *error)
{
	if (application == APPLICATION_ID_BEFORE_1_0)
		return brb_status_set(error, BRABEION_STORE,
				      "was made before brabeion 1.0, which keeps its data in another form: give it "
				      "another path, and import the events anew; left untouched");
	return brb_status_set(error, BRABEION_STORE,
			      "is a database of another program (its application_id is %lld); left untouched",
			      (long long)application);
}

/* Of a database with our application_id. A negative version is one to which it is being migrated. */
static brabeion_status check_version(int64_t version, int knows, brabeion_error *error)
{
	int64_t reaches = version < 0 ? -version : version;
	if (!version || reaches > INT32_MAX)
		return brb_status_set(error, BRABEION_STORE, "is damaged (its version is %lld); left untouched",
				      (long long)version);
	if (reaches > knows)
		return brb_status_set(
			error, BRABEION_STORE,
			"was written by a newer brabeion (its version is %lld, this one knows up to %d); "
			"left untouched",
			(long long)reaches, knows);
	return BRABEION_OK;
}

/* *version is 0 for an empty database, which is to become ours. */
static brabeion_status check_ours(sqlite3 *handle, int knows, int64_t *version, brabeion_error *error)
{
	int64_t application = 0, tables = 0;
	brabeion_status status = read_number(handle, "PRAGMA application_id", &application, error);
	if (status == BRABEION_OK)
		status = read_number(handle, "PRAGMA user_version", version, error);
	if (status != BRABEION_OK)
		return status;
	if (application == BRB_SCHEMA_APPLICATION_ID)
		return check_version(*version, knows, error);
	status = read_number(handle, "SELECT COUNT(*) FROM sqlite_schema", &tables, error);
	bool empty = application == 0 && *version == 0 && tables == 0;
	return status == BRABEION_OK && !empty ? refuse_anothers(application, error) : status;
}

/* ---- migrating ---- */

static brabeion_status execute(sqlite3 *handle, const char *sql, brabeion_error *error)
{
	return sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK ? BRABEION_OK : fault(handle, error);
}

static brabeion_status stamp(sqlite3 *handle, int64_t version, brabeion_error *error)
{
	char sql[100];
	snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", BRB_SCHEMA_APPLICATION_ID,
		 (int)version);
	return execute(handle, sql, error);
}

brabeion_status brb_schema_create(sqlite3 *handle, const brb_schema *schema, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	brb_schema_progress ignored = { 0, 0 };
	for (int i = 0; i < schema->version && status == BRABEION_OK; i++) {
		const brb_schema_step *step = &schema->steps[i];
		bool done = !step->slice;
		status = execute(handle, step->sql, error);
		while (status == BRABEION_OK && !done)
			status = step->slice(handle, &ignored, &done, error);
		if (status == BRABEION_OK && step->last_sql)
			status = execute(handle, step->last_sql, error);
	}
	return status == BRABEION_OK ? stamp(handle, schema->version, error) : status;
}

static void report(const brb_store_options *options, const brb_schema_progress *progress)
{
	if (options && options->migrating)
		options->migrating(options->migrating_context, progress->done, progress->total);
}

/* What is next, in the transaction that is open; *version is where the database is after it. */
static brabeion_status migrate_a_bit(sqlite3 *handle, const brb_schema *schema, int64_t *version,
				     brb_schema_progress *progress, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	bool begins = *version > 0;
	int64_t target = begins ? *version + 1 : -*version;
	const brb_schema_step *step = &schema->steps[target - 1];
	bool done = !step->slice;
	if (begins)
		status = execute(handle, step->sql, error);
	else if (step->slice)
		status = step->slice(handle, progress, &done, error);
	if (status == BRABEION_OK && done && step->last_sql)
		status = execute(handle, step->last_sql, error);
	*version = done ? target : -target;
	return status == BRABEION_OK ? stamp(handle, *version, error) : status;
}

/* One transaction; *done: the database is up to date. */
static brabeion_status advance(sqlite3 *handle, const brb_schema *schema, brb_schema_progress *progress, bool *done,
			       brabeion_error *error)
{
	int64_t version = 0;
	brabeion_status status = execute(handle, "BEGIN IMMEDIATE", error);
	if (status != BRABEION_OK)
		return status;
	status = check_ours(handle, schema->version, &version, error);
	if (status == BRABEION_OK && !version) {
		status = brb_schema_create(handle, schema, error);
		version = schema->version;
	} else if (status == BRABEION_OK && version != schema->version) {
		status = migrate_a_bit(handle, schema, &version, progress, error);
	}
	if (status == BRABEION_OK)
		status = execute(handle, "COMMIT", error);
	if (status != BRABEION_OK)
		sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
	*done = version == schema->version;
	return status;
}

/* ---- reading the header ---- */

enum {
	HEADER_BYTES = 100,
	WRITE_VERSION_AT = 18,
	READ_VERSION_AT = 19,
	USER_VERSION_AT = 60,
	APPLICATION_ID_AT = 68
};
enum { VERSION_OF_WAL = 2 };

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
	char *uri = brb_sqlite_uri(path, "immutable=1");
	if (uri && sqlite3_open_v2(uri, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
				   NULL) == SQLITE_OK) {
		brb_harden(handle);
		read_number(handle, "SELECT COUNT(*) FROM sqlite_schema", &tables, &ignored);
	}
	sqlite3_free(uri);
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
static brabeion_status look(sqlite3 *handle, const char *path, int knows, brabeion_error *error)
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
		return check_version((int32_t)read_big_endian(header + USER_VERSION_AT), knows, error);
	if (application == 0 && !is_anothers(path))
		return BRABEION_OK;
	return refuse_anothers(application, error);
}

bool brb_schema_is_made(sqlite3 *handle, const brb_schema *schema)
{
	sqlite3_file *file = NULL;
	unsigned char header[HEADER_BYTES] = { 0 };
	sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	return file && file->pMethods && file->pMethods->xRead(file, header, sizeof header, 0) == SQLITE_OK &&
	       read_big_endian(header + APPLICATION_ID_AT) == BRB_SCHEMA_APPLICATION_ID &&
	       read_big_endian(header + USER_VERSION_AT) == (uint32_t)schema->version &&
	       header[WRITE_VERSION_AT] == VERSION_OF_WAL && header[READ_VERSION_AT] == VERSION_OF_WAL;
}

/* By reading alone, so that opening does not wait for a writer. False also where it cannot be read yet. */
static bool is_up_to_date(sqlite3 *handle, const brb_schema *schema)
{
	int64_t application = 0, version = 0;
	brabeion_error ignored = BRABEION_NO_ERROR;
	bool read = read_number(handle, "PRAGMA application_id", &application, &ignored) == BRABEION_OK &&
		    read_number(handle, "PRAGMA user_version", &version, &ignored) == BRABEION_OK;
	brabeion_error_finish(&ignored);
	return read && application == BRB_SCHEMA_APPLICATION_ID && version == schema->version;
}

brabeion_status brb_schema_look(sqlite3 *handle, const char *path, brabeion_error *error)
{
	return look(handle, path, brb_schema_ours.version, error);
}

brabeion_status brb_schema_bring_up_to_date(sqlite3 *handle, const char *path, const brb_schema *schema,
					    const brb_store_options *options, brabeion_error *error)
{
	brb_schema_progress progress = { 0, 0 };
	brabeion_status status = look(handle, path, schema->version, error);
	bool done = status == BRABEION_OK && is_up_to_date(handle, schema);
	while (status == BRABEION_OK && !done) {
		status = advance(handle, schema, &progress, &done, error);
		if (status == BRABEION_OK && !done)
			report(options, &progress);
	}
	return status;
}

brabeion_status brb_schema_check_current(sqlite3 *handle, brabeion_error *error)
{
	int64_t version = 0;
	brabeion_status status = check_ours(handle, brb_schema_ours.version, &version, error);
	if (status != BRABEION_OK || version == brb_schema_ours.version)
		return status;
	if (!version)
		return brb_status_set(error, BRABEION_ABSENT, "is empty: nothing has been stored yet");
	if (version < 0)
		return brb_status_set(
			error, BRABEION_STORE,
			"is being migrated, or was when the process that did it ended: open it for writing "
			"to go on");
	return brb_status_set(
		error, BRABEION_STORE,
		"is of version %lld, and this program of version %d: it is brought up to date when it is "
		"next opened for writing, and cannot be looked at before",
		(long long)version, brb_schema_ours.version);
}
