/*
 * store/sqlite/opening/opening: opens a connection, for use or to look, and waits when the database is busy. See database.h.
 *
 * An own busy handler: SQLite's busy_timeout sleeps up to 100 ms a step and starves writers for seconds, while waits of 0.2
 * to 0.6 ms keep four writing processes near even (measured at worst: 2.6 s against 0.37 s).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/reentrancy.h"
#include "store/sqlite/database.h"
#include "store/sqlite/opening/hardening.h"
#include "store/sqlite/opening/lock.h"
#include "store/sqlite/schema/compare.h"

/*
 * A commit that includes a checkpoint takes 5 to 15 ms. At 4,000 pages 7 in 10,000 single events with ids did, close to what
 * p99.9 shows. At 8,000 (32 MiB) checkpoints are half as frequent, and `brabeion run` is as fast.
 */
enum { CHECKPOINT_PAGES = 8000, WAL_BYTES_MOST = 64 * 1024 * 1024 };

/* ---- waiting ---- */

static int wait_a_little(void *context, int tries)
{
	brb_database *database = context;
	brb_reentrancy *call = brb_reentrancy_here();
	int64_t now_us = brb_clock_monotonic_us();
	if (tries == 0) {
		database->busy_since_us = now_us;
		if (database->neighbours)
			brb_neighbours_set_waits(database->neighbours, true);
	}
	call->waited_us += now_us - database->busy_since_us;
	database->busy_since_us = now_us;
	if (call->waited_us >= database->busy_timeout_us)
		return 0;
	database->jitter =
		database->jitter * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
	struct timespec wait = { 0, 200000 + (long)(database->jitter >> 33) % 400000 };
	nanosleep(&wait, NULL);
	return 1;
}

/* ---- opening ---- */

static brabeion_status pragma(brb_database *database, const char *sql, brabeion_error *error)
{
	int code = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? BRABEION_OK : brb_database_fault(database, code, error);
}

/*
 * SQLite would make a file that others can read, as the umask has it. Its WAL and index get the mode of the database. Where no
 * file can be made SQLite says why.
 */
static void make_file(const brb_store_options *options)
{
	int file = open(options->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return;
	if (options->mode != 0600)
		fchmod(file, options->mode);
	close(file);
}

static brabeion_status configure(brb_database *database, const brb_store_options *options, brabeion_error *error)
{
	char sql[300];
	snprintf(sql, sizeof sql,
		 "PRAGMA journal_mode = WAL; PRAGMA synchronous = %s; PRAGMA cache_size = -%lld;"
		 "PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d;"
		 "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON",
		 options->throwaway          ? "OFF"
		 : options->synchronous_full ? "FULL"
					     : "NORMAL",
		 (long long)(options->memory_bytes / 16 * BRB_PAGE_CACHE_SIXTEENTHS / 1024), CHECKPOINT_PAGES,
		 WAL_BYTES_MOST);
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
	brb_harden(database->handle);
	sqlite3_busy_handler(database->handle, wait_a_little, database);
	return BRABEION_OK;
}

static brabeion_status create_or_migrate(brb_database *database, const brb_store_options *options,
					 brb_open_lock *lock, brabeion_error *error)
{
	if (options->existing_only && access(database->path, F_OK) != 0)
		return brb_status_set(error, BRABEION_ABSENT, "%s: %s", database->path, strerror(errno));
	brabeion_status status = refuse_directory(database->path, error);
	if (status == BRABEION_OK)
		make_file(options);
	if (status == BRABEION_OK)
		status = connect(database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
	if (status == BRABEION_OK && options->throwaway)
		status = pragma(database, "PRAGMA synchronous = OFF", error);
	if (status != BRABEION_OK)
		return status;
	if (sqlite3_db_readonly(database->handle, "main") == 1)
		return brb_status_set(error, BRABEION_STORE, "%s: is read-only", database->path);
	if (!brb_schema_is_made(database->handle, &brb_schema_ours))
		status = brb_open_lock_take(lock, options, error);
	if (status != BRABEION_OK)
		return status;
	if (database->neighbours)
		brb_neighbours_open(database->neighbours, database->path);
	status = brb_schema_bring_up_to_date(database->handle, database->path, &brb_schema_ours, options, error);
	if (status == BRABEION_OK)
		status = brb_schema_compare(database->handle, &brb_schema_ours, error);
	if (status != BRABEION_OK) /* leave another program's WAL to that program */
		sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (status == BRABEION_BUSY)
		return brb_database_fault(database, SQLITE_BUSY, error);
	if (status != BRABEION_OK)
		brb_status_prefix(error, "%s: ", database->path);
	return status;
}

/* ---- looking ---- */

/* What is set where nothing is written. */
static brabeion_status configure_to_look(brb_database *database, brabeion_error *error)
{
	char sql[100];
	snprintf(sql, sizeof sql, "PRAGMA cache_size = -%lld; PRAGMA cell_size_check = ON",
		 (long long)(database->options->memory_bytes / 16 * BRB_PAGE_CACHE_SIXTEENTHS / 1024));
	return pragma(database, sql, error);
}

static brabeion_status look(brb_database *database, brabeion_error *error)
{
	brabeion_status status = refuse_directory(database->path, error);
	if (status == BRABEION_OK)
		status = brb_looking_open(&database->looking, database->path, &database->handle, error);
	if (status != BRABEION_OK)
		return status;
	sqlite3_busy_handler(database->handle, wait_a_little, database);
	status = brb_schema_check_current(database->handle, error);
	if (status == BRABEION_OK)
		status = brb_schema_compare(database->handle, &brb_schema_ours, error);
	if (status != BRABEION_OK)
		return brb_status_prefix(error, "%s: ", database->path);
	return configure_to_look(database, error);
}

static void say_that_it_is_still(const brb_database *database)
{
	if (database->looking.still)
		brb_log_write(&database->options->log, BRABEION_LOG_WARNING,
			      "%s: may only be read here, and has no WAL beside it: it is read as it stands",
			      database->path);
}

/* ---- opening for use ---- */

/* A second connection must open the file of the first: another file at its path is not even opened. */
static brabeion_status connect_again(brb_database *database, const brb_database *first, brabeion_error *error)
{
	struct stat now;
	if (stat(database->path, &now) != 0 || now.st_dev != first->device || now.st_ino != first->inode)
		return brb_database_refuse_moved(database, error);
	return database->options->read_only ? look(database, error) : connect(database, SQLITE_OPEN_READWRITE, error);
}

static brabeion_status open_first(brb_database *database, const brb_store_options *options, brb_open_lock *lock,
				  brabeion_error *error)
{
	if (!options->read_only)
		return create_or_migrate(database, options, lock, error);
	brabeion_status status = look(database, error);
	if (status == BRABEION_OK)
		say_that_it_is_still(database);
	return status;
}

brabeion_status brb_database_open(brb_database *database, const brb_store_options *options, const brb_database *first,
				  brabeion_error *error)
{
	*database = (brb_database){ .options = options,
				    .path = options->path,
				    .neighbours = database->neighbours,
				    .busy_timeout_us = options->busy_timeout_ms * 1000,
				    .jitter = (uint64_t)brb_clock_monotonic_us() ^ (uint64_t)getpid() << 32 };
	brb_open_lock lock = { .file = -1 };
	brabeion_status status =
		first ? connect_again(database, first, error) : open_first(database, options, &lock, error);
	struct stat now;
	if (status == BRABEION_OK && stat(options->path, &now) == 0) {
		database->device = now.st_dev;
		database->inode = now.st_ino;
	}
	if (status == BRABEION_OK && !options->read_only)
		status = configure(database, options, error);
	/* so that a rollback needs no memory */
	if (status == BRABEION_OK && !brb_database_bind(database, BRB_STATEMENT_ROLLBACK, WITH_NOTHING, error))
		status = error->status;
	brb_open_lock_drop(&lock);
	if (status != BRABEION_OK)
		brb_database_close(database);
	return status;
}

brabeion_status brb_database_ready(brb_database *database, const brb_store_options *options,
				   const brb_database *first, brabeion_error *error)
{
	if (database->handle && brb_looking_is_stale(&database->looking))
		brb_database_close(database);
	brabeion_status status = database->handle ? BRABEION_OK : brb_database_open(database, options, first, error);
	return status == BRABEION_OK ? brb_database_check_in_place(database, error) : status;
}
