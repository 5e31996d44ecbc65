/*
 * store/sqlite/database: see database.h.
 *
 * An own busy handler: SQLite's busy_timeout sleeps up to 100 ms a step and starves writers for seconds, while waits of 0.2
 * to 0.6 ms keep four writing processes near even (measured at worst: 2.6 s against 0.37 s).
 */
#include "store/sqlite/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/schema.h"

/*
 * A commit that includes a checkpoint takes 5 to 15 ms. At 4,000 pages 7 in 10,000 single events with ids did, close to what
 * p99.9 shows. At 8,000 (32 MiB) checkpoints are half as frequent, and `brabeion run` is as fast.
 */
enum { CACHE_KIBIBYTES = 16 * 1024, CHECKPOINT_PAGES = 8000, WAL_BYTES_MOST = 64 * 1024 * 1024 };

/* ---- errors ---- */

static brabeion_status status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return BRABEION_BUSY;
	case SQLITE_NOMEM:
		return BRABEION_NO_MEMORY;
	default:
		return BRABEION_STORE;
	}
}

brabeion_status brb_database_fault(brb_database *database, int code, brabeion_error *error)
{
	brabeion_status status = status_of(code);
	if (status == BRABEION_NO_MEMORY)
		return brb_status_no_memory(error);
	if (status == BRABEION_BUSY)
		return brb_status_set(error, status,
				      "%s: another process has held the database for longer than %lld ms",
				      database->path, (long long)(database->busy_timeout_us / 1000));
	return brb_status_set(error, status, "%s: %s (SQLite code %d)", database->path,
			      database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code), code);
}

/* ---- waiting ---- */

static int wait_a_little(void *context, int tries)
{
	brb_database *database = context;
	int64_t now_us = brb_clock_monotonic_us();
	if (tries == 0)
		database->busy_since_us = now_us;
	if (now_us - database->busy_since_us >= database->busy_timeout_us)
		return 0;
	database->jitter =
		database->jitter * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
	struct timespec wait = { 0, 200000 + (long)(database->jitter >> 33) % 400000 };
	nanosleep(&wait, NULL);
	return 1;
}

/* ---- statements ---- */

static const char *const statement_sql[BRB_STATEMENT_COUNT] = {
#define BRB_STATEMENT_SQL(name, sql) sql,
	BRB_STATEMENTS(BRB_STATEMENT_SQL) BRB_JOB_STATEMENTS(BRB_STATEMENT_SQL)
		BRB_JOURNAL_STATEMENTS(BRB_STATEMENT_SQL) BRB_READER_STATEMENTS(BRB_STATEMENT_SQL)
			BRB_EVENT_STATS_STATEMENTS(BRB_STATEMENT_SQL) BRB_COMPARE_STATEMENTS(BRB_STATEMENT_SQL)
				BRB_COPY_STATEMENTS(BRB_STATEMENT_SQL)
#undef BRB_STATEMENT_SQL
};

static sqlite3_stmt *prepare(brb_database *database, brb_statement which, brabeion_error *error)
{
	sqlite3_stmt **statement = &database->statements[which];
	if (!*statement) {
		int code = sqlite3_prepare_v3(database->handle, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
					      statement, NULL);
		if (code != SQLITE_OK)
			brb_database_fault(database, code, error);
	}
	return *statement;
}

void brb_database_bind_values(sqlite3_stmt *statement, const brb_sql_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int parameter = (int)i + 1;
		if (values[i].kind == BRB_SQL_INT)
			sqlite3_bind_int64(statement, parameter, values[i].number);
		else if (values[i].kind == BRB_SQL_TEXT)
			sqlite3_bind_text(statement, parameter, values[i].text, -1, SQLITE_STATIC);
		else if (values[i].number)
			sqlite3_bind_blob(statement, parameter, values[i].text, (int)values[i].number, SQLITE_STATIC);
		else
			sqlite3_bind_zeroblob(statement, parameter, 0);
	}
}

sqlite3_stmt *brb_database_bind(brb_database *database, brb_statement which, const brb_sql_value *values,
				size_t count, brabeion_error *error)
{
	sqlite3_stmt *statement = prepare(database, which, error);
	if (statement)
		brb_database_bind_values(statement, values, count);
	return statement;
}

brabeion_status brb_database_step(brb_database *database, sqlite3_stmt *statement, bool *row, brabeion_error *error)
{
	int code = sqlite3_step(statement);
	*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		return BRABEION_OK;
	brabeion_status status = code == SQLITE_DONE ? BRABEION_OK : brb_database_fault(database, code, error);
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_database_run(brb_database *database, brb_statement which, const brb_sql_value *values,
				 size_t count, brabeion_error *error)
{
	bool row;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	return statement ? brb_database_step(database, statement, &row, error) : error->status;
}

brabeion_status brb_database_number(brb_database *database, brb_statement which, const brb_sql_value *values,
				    size_t count, bool *found, int64_t *number, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(database, statement, &row, error);
	if (status != BRABEION_OK)
		return status;
	*number = row ? sqlite3_column_int64(statement, 0) : 0;
	if (found)
		*found = row;
	sqlite3_reset(statement);
	return BRABEION_OK;
}

brabeion_status brb_database_text(brb_database *database, brb_statement which, const brb_sql_value *values,
				  size_t count, brb_arena *arena, const char **text, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(database, statement, &row, error);
	if (status != BRABEION_OK)
		return status;
	*text = row ? brb_column_copy(arena, statement, 0) : NULL;
	if (row && !*text)
		status = brb_status_no_memory(error);
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_database_each(brb_database *database, brb_statement which, const brb_sql_value *values,
				  size_t count, brb_row_reader read, void *context, brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	if (!statement)
		return error->status;
	while ((status = brb_database_step(database, statement, &row, error)) == BRABEION_OK && row)
		if ((status = read(context, statement, error)) != BRABEION_OK)
			break;
	sqlite3_reset(statement);
	return status;
}

typedef struct number_list {
	int64_t *numbers;
	size_t count, capacity;
} number_list;

static brabeion_status read_number(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	number_list *list = context;
	int64_t *number = brb_list_add(&list->numbers, &list->count, &list->capacity, sizeof *number);
	if (!number)
		return brb_status_no_memory(error);
	*number = sqlite3_column_int64(row, 0);
	return BRABEION_OK;
}

brabeion_status brb_database_numbers(brb_database *database, brb_statement which, const brb_sql_value *values,
				     size_t count, int64_t **numbers, size_t *number_count, brabeion_error *error)
{
	number_list list = { 0 };
	brabeion_status status = brb_database_each(database, which, values, count, read_number, &list, error);
	if (status != BRABEION_OK) {
		brb_memory_release(list.numbers);
		return status;
	}
	*numbers = list.numbers;
	*number_count = list.count;
	return BRABEION_OK;
}

const char *brb_column_copy(brb_arena *arena, sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);
	if (text)
		return brb_arena_copy_length(arena, (const char *)text, (size_t)sqlite3_column_bytes(row, column));
	return sqlite3_column_type(row, column) == SQLITE_NULL ? "" : NULL;
}

void brb_database_roll_back(brb_database *database)
{
	brabeion_error ignored = BRABEION_NO_ERROR;
	if (!sqlite3_get_autocommit(database->handle)) /* some errors have rolled back already */
		brb_database_run(database, BRB_STATEMENT_ROLLBACK, WITH_NOTHING, &ignored);
	brabeion_error_finish(&ignored);
}

/* ---- opening ---- */

static brabeion_status pragma(brb_database *database, const char *sql, brabeion_error *error)
{
	int code = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? BRABEION_OK : brb_database_fault(database, code, error);
}

/* Locks the folder of the database: no leftover file, and closing it drops no lock of SQLite's on the database. */
static int lock_folder(const char *path)
{
	char *folder = brb_file_folder(path);
	if (!folder)
		return -1;
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	brb_memory_release(folder);
	if (lock < 0)
		return -1;
	while (flock(lock, LOCK_EX) != 0)
		if (errno != EINTR)
			break; /* a file system without locks: SQLite's own have to do */
	return lock;
}

static brabeion_status configure(brb_database *database, const brb_store_options *options, brabeion_error *error)
{
	char sql[256];
	snprintf(sql, sizeof sql,
		 "PRAGMA journal_mode = WAL; PRAGMA synchronous = %s; PRAGMA cache_size = -%d;"
		 "PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d; PRAGMA trusted_schema = OFF",
		 options->throwaway          ? "OFF"
		 : options->synchronous_full ? "FULL"
					     : "NORMAL",
		 CACHE_KIBIBYTES, CHECKPOINT_PAGES, WAL_BYTES_MOST);
	return pragma(database, sql, error);
}

static brabeion_status refuse_directory(const char *path, brabeion_error *error)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return BRABEION_OK;
	close(folder);
	return brb_status_set(error, BRABEION_STORE, "%s: is a directory, not a database", path);
}

/* Where the folder may not be written, SQLite tries again to open read-only, and reports a missing file instead. */
static int true_reason(const char *path, int system)
{
	char *folder = system == ENOENT ? brb_file_folder(path) : NULL;
	if (folder && faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) != 0)
		system = errno;
	brb_memory_release(folder);
	return system;
}

static brabeion_status connect(brb_database *database, int flags, brabeion_error *error)
{
	int code = sqlite3_open_v2(database->path, &database->handle,
				   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	int system = database->handle ? true_reason(database->path, sqlite3_system_errno(database->handle)) : 0;
	if (code != SQLITE_OK && system)
		return brb_status_set(error, BRABEION_STORE, "%s: %s", database->path, strerror(system));
	if (code != SQLITE_OK)
		return brb_database_fault(database, code, error);
	sqlite3_busy_handler(database->handle, wait_a_little, database);
	return BRABEION_OK;
}

static brabeion_status create_or_migrate(brb_database *database, const brb_store_options *options,
					 brabeion_error *error)
{
	if (options->existing_only && access(database->path, F_OK) != 0)
		return brb_status_set(error, BRABEION_ABSENT, "%s: %s", database->path, strerror(errno));
	brabeion_status status = refuse_directory(database->path, error);
	if (status == BRABEION_OK)
		status = connect(database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
	if (status == BRABEION_OK && options->throwaway)
		status = pragma(database, "PRAGMA synchronous = OFF", error);
	if (status != BRABEION_OK)
		return status;
	if (sqlite3_db_readonly(database->handle, "main") == 1)
		return brb_status_set(error, BRABEION_STORE, "%s: is read-only", database->path);
	int64_t now_s = brb_clock_now_us(&options->clock) / 1000000;
	status = brb_schema_bring_up_to_date(database->handle, database->path, now_s, error);
	if (status != BRABEION_OK) /* leave another program's WAL to that program */
		sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (status == BRABEION_BUSY)
		return brb_database_fault(database, SQLITE_BUSY, error);
	if (status != BRABEION_OK)
		brb_status_prefix(error, "%s: ", database->path);
	return status;
}

static brabeion_status refuse_moved(const brb_database *database, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_STORE,
			      "%s: the database file was moved, deleted or replaced while in use; nothing more is "
			      "stored until it is back or the engine is opened anew",
			      database->path);
}

/* A second connection must open the file of the first: another file at its path is not even opened. */
static brabeion_status connect_again(brb_database *database, const brb_database *first, brabeion_error *error)
{
	struct stat now;
	if (stat(database->path, &now) != 0 || now.st_dev != first->device || now.st_ino != first->inode)
		return refuse_moved(database, error);
	return connect(database, SQLITE_OPEN_READWRITE, error);
}

brabeion_status brb_database_open(brb_database *database, const brb_store_options *options, const brb_database *first,
				  brabeion_error *error)
{
	*database = (brb_database){ .path = options->path,
				    .busy_timeout_us = options->busy_timeout_ms * 1000,
				    .jitter = (uint64_t)brb_clock_monotonic_us() ^ (uint64_t)getpid() << 32 };
	int lock = first ? -1 : lock_folder(options->path);
	brabeion_status status =
		first ? connect_again(database, first, error) : create_or_migrate(database, options, error);
	struct stat now;
	if (status == BRABEION_OK && stat(options->path, &now) == 0) {
		database->device = now.st_dev;
		database->inode = now.st_ino;
	}
	if (status == BRABEION_OK)
		status = configure(database, options, error);
	/* so that a rollback needs no memory */
	if (status == BRABEION_OK && !prepare(database, BRB_STATEMENT_ROLLBACK, error))
		status = error->status;
	if (lock >= 0)
		close(lock);
	if (status != BRABEION_OK)
		brb_database_close(database);
	return status;
}

/*
 * SQLite leaves the WAL of a file that was moved away where it is, and takes it for the WAL of whatever file is put in its
 * place, which it ruins. So all of it is checkpointed into the file that it belongs to, wherever that is now. Without
 * waiting: another process that has it open will do the same.
 */
static void empty_wal_of_moved(brb_database *database)
{
	int moved = 0;
	sqlite3_file *wal = NULL;
	if (!database->handle || !database->inode) /* never opened as ours */
		return;
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	if (!moved || !wal || !wal->pMethods) /* if it were not open yet, that of the new file would be opened */
		return;
	sqlite3_busy_handler(database->handle, NULL, NULL);
	sqlite3_wal_checkpoint_v2(database->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void brb_database_close(brb_database *database)
{
	for (int i = 0; i < BRB_STATEMENT_COUNT; i++)
		sqlite3_finalize(database->statements[i]);
	empty_wal_of_moved(database);
	sqlite3_close(database->handle);
	memset(database->statements, 0, sizeof database->statements);
	database->handle = NULL;
}

/* ---- the file itself ---- */

brabeion_status brb_database_check_in_place(brb_database *database, brabeion_error *error)
{
	int moved = 0;
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved ? refuse_moved(database, error) : BRABEION_OK;
}

uint32_t brb_database_data_version(brb_database *database)
{
	uint32_t version = 0;
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_DATA_VERSION, &version);
	return version;
}
