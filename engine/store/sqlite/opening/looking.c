/*
 * store/sqlite/opening/looking: see looking.h. What SQLite needs to read a WAL is at sqlite.org/wal.html, "Read-Only Databases".
 */
#include "store/sqlite/opening/looking.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "store/sqlite/opening/hardening.h"
#include "store/sqlite/opening/uri.h"
#include "store/sqlite/schema/schema.h"

/* How a database can be looked at. */
typedef enum look_way { AS_WRITER, AS_READER, STILL, HAS_JOURNAL, HAS_WAL } look_way;

/* A process that opens or closes the database makes and removes the files beside it within this time. */
enum { TRIES_MOST = 50, TRY_AGAIN_NS = 2000000 };

/* ---- the files ---- */

/* The size of a file beside the database; -1: there is none. */
static int64_t size_beside(const char *path, const char *ending)
{
	struct stat about;
	char *name = sqlite3_mprintf("%s%s", path, ending);
	int64_t size = name && stat(name, &about) == 0 ? about.st_size : -1;
	sqlite3_free(name);
	return size;
}

static bool may_write(const char *path, const char *ending)
{
	char *name = sqlite3_mprintf("%s%s", path, ending);
	bool may = name && faccessat(AT_FDCWD, name, W_OK, AT_EACCESS) == 0;
	sqlite3_free(name);
	return may;
}

static bool may_write_folder(const char *path)
{
	char *folder = brb_file_folder(path);
	bool may = folder && faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
	brb_memory_release(folder);
	return may;
}

static look_way choose_way(const char *path)
{
	bool has_index = size_beside(path, "-shm") >= 0;
	int64_t wal_bytes = size_beside(path, "-wal");
	if (may_write(path, "") && (has_index && wal_bytes >= 0 ? may_write(path, "-shm") && may_write(path, "-wal")
								: may_write_folder(path)))
		return AS_WRITER;
	if (size_beside(path, "-journal") > 0)
		return HAS_JOURNAL;
	if (has_index && wal_bytes >= 0)
		return AS_READER;
	return wal_bytes > 0 ? HAS_WAL : STILL;
}

/* ---- opening ---- */

static brabeion_status refuse(const char *path, look_way way, brabeion_error *error)
{
	if (way == HAS_JOURNAL)
		return brb_status_set(
			error, BRABEION_STORE,
			"%s: %s-journal beside it belongs to a change that was not finished, and may not "
			"be undone by a user who can only read: open it once as the server's user",
			path, path);
	return brb_status_set(
		error, BRABEION_STORE,
		"%s: %s-wal holds changes that are not in the database yet, and cannot be read without "
		"%s-shm, which cannot be made here: look as a user who may write to the folder, or at a "
		"copy of both files",
		path, path, path);
}

static brabeion_status fail(const char *path, sqlite3 *handle, int code, brabeion_error *error)
{
	int system = handle ? sqlite3_system_errno(handle) : 0;
	if ((code & 0xff) == SQLITE_NOMEM || !handle)
		return brb_status_no_memory(error);
	if ((code & 0xff) == SQLITE_BUSY)
		return brb_status_set(error, BRABEION_BUSY, "%s: %s", path, sqlite3_errmsg(handle));
	return brb_status_set(error, BRABEION_STORE, "%s: %s", path,
			      (code & 0xff) == SQLITE_CANTOPEN && system ? strerror(system) : sqlite3_errmsg(handle));
}

static int connect(const char *path, look_way way, sqlite3 **handle)
{
	static const char *const queries[] = {
		[AS_WRITER] = "mode=rw", [AS_READER] = "mode=ro&readonly_shm=1", [STILL] = "mode=ro&immutable=1"
	};
	char *uri = brb_sqlite_uri(path, queries[way]);
	if (!uri)
		return SQLITE_NOMEM;
	int flags = way == AS_WRITER ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	int code = sqlite3_open_v2(uri, handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
				   NULL);
	sqlite3_free(uri);
	if (code == SQLITE_OK)
		brb_harden(*handle);
	if (code == SQLITE_OK)
		code = sqlite3_exec(*handle, "PRAGMA query_only = ON", NULL, NULL, NULL);
	return code;
}

/* Begins to read, by which SQLite opens the WAL: of a database that is ours alone. */
static int begin_to_read(const char *path, sqlite3 *handle, brabeion_error *error)
{
	if (brb_schema_look(handle, path, error) == BRABEION_OK)
		return sqlite3_exec(handle, "PRAGMA schema_version", NULL, NULL, NULL);
	brb_status_prefix(error, "%s: ", path);
	return SQLITE_OK;
}

static bool is_refusal(int code)
{
	code &= 0xff;
	return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM;
}

/* The files beside the database may have come or gone since the way was chosen. */
static bool is_worth_another_try(int code, look_way way)
{
	return way != STILL && is_refusal(code);
}

brabeion_status brb_looking_open(brb_looking *looking, const char *path, sqlite3 **handle, brabeion_error *error)
{
	int code = SQLITE_CANTOPEN;
	look_way way = AS_WRITER;
	const struct timespec pause = { 0, TRY_AGAIN_NS };
	for (int tries = 0; tries < TRIES_MOST && is_worth_another_try(code, way); tries++) {
		if (tries > 0) {
			sqlite3_close(*handle);
			*handle = NULL;
			nanosleep(&pause, NULL);
		}
		*looking = (brb_looking){ .path = path };
		if (stat(path, &looking->as_found) != 0)
			return brb_status_set(error, errno == ENOENT ? BRABEION_ABSENT : BRABEION_STORE, "%s: %s",
					      path, strerror(errno));
		way = choose_way(path);
		looking->refused = way == HAS_JOURNAL || way == HAS_WAL;
		if (looking->refused)
			return refuse(path, way, error);
		looking->still = way == STILL;
		code = connect(path, way, handle);
		if (code == SQLITE_OK)
			code = begin_to_read(path, *handle, error);
	}
	looking->refused = is_refusal(code);
	return code == SQLITE_OK ? error->status : fail(path, *handle, code, error);
}

bool brb_looking_is_stale(const brb_looking *looking)
{
	struct stat now;
	const struct stat *then = &looking->as_found;
	return looking->still && stat(looking->path, &now) == 0 &&
	       (now.st_mtim.tv_sec != then->st_mtim.tv_sec || now.st_mtim.tv_nsec != then->st_mtim.tv_nsec ||
		now.st_size != then->st_size || size_beside(looking->path, "-wal") > 0);
}

void brb_looking_end(const brb_looking *looking, sqlite3 *handle)
{
	if (handle && looking->path && size_beside(looking->path, "-wal") > 0)
		sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}
