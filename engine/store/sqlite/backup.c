/*
 * store/sqlite/backup: a copy of the database, as of one moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/internal.h"

/* The path as SQLite takes it for one: "file:copy.db" and ":memory:" have a meaning of their own (sqlite.org/uri.html). */
static const char *plain_path(brb_arena *arena, const char *path)
{
	return path[0] == '/' ? path : brb_arena_printf(arena, "./%s", path);
}

/* The file is ours from the first moment: two backups to one path do not meet. */
static brabeion_status reserve(const char *path, brabeion_error *error)
{
	int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return brb_status_set(error, BRABEION_STORE, "%s: %s", path, strerror(errno));
	close(file);
	return BRABEION_OK;
}

static brabeion_status copy_to(brb_database *reader, const char *path, brabeion_error *error)
{
	bool row;
	brb_arena arena = { 0 };
	sqlite3_stmt *statement = NULL;
	const char *plain = plain_path(&arena, path);
	if (!plain)
		return brb_status_no_memory(error);
	int code = sqlite3_prepare_v2(reader->handle, "VACUUM INTO ?1", -1, &statement, NULL);
	if (code == SQLITE_OK)
		brb_database_bind_values(statement, WITH(TEXT(plain)));
	brabeion_status status = code == SQLITE_OK ? brb_database_step(reader, statement, &row, error)
						   : brb_database_fault(reader, code, error);
	sqlite3_finalize(statement);
	brb_arena_finish(&arena);
	return status;
}

brabeion_status brb_sqlite_backup(brb_store_db *db, const char *path, brabeion_error *error)
{
	brb_database reader = { .handle = NULL };
	brabeion_status status = reserve(path, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_database_open(&reader, db->options, &db->writer, error);
	if (status == BRABEION_OK)
		status = copy_to(&reader, path, error);
	brb_database_close(&reader);
	if (status != BRABEION_OK)
		unlink(path);
	return status;
}
