/*
 * store/sqlite/backup: a copy of the database, as of one moment, written aside in the folder where it is to be, under a name
 * of its own until it is whole.
 *
 * Guarantees: under the final name there is what was there before, or the whole copy, whenever the process or the machine
 * stops; files left by killed processes are removed by the next backup to the folder, those of living ones are not.
 *
 * A file in use is locked by flock(2), which SQLite does not use: a file that can be locked is a dead process's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "store/sqlite/internal.h"

/* Six characters follow, of mkostemp(3). */
static const char name_start[] = ".brabeion-backup-";

enum { NAME_END = 6, TRIES = 10 };

typedef struct backup_file {
	const char *path; /* the final name */
	char *folder;
	char *aside; /* the name until then, NULL afterwards; begins with "/" or "./", so that SQLite takes it for a path */
	int fd; /* holds the lock by which others see that the file is in use */
} backup_file;

static brabeion_status fail(const char *path, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_STORE, "%s: %s", path, strerror(errno));
}

/* ---- what killed processes have left ---- */

static bool is_aside(const char *name)
{
	size_t start = sizeof name_start - 1;
	return strncmp(name, name_start, start) == 0 && strlen(name) == start + NAME_END;
}

static void remove_with_journal(int folder, const char *name)
{
	char journal[sizeof name_start + NAME_END + sizeof "-journal"];
	unlinkat(folder, name, 0);
	snprintf(journal, sizeof journal, "%s-journal", name); /* that SQLite may have begun */
	unlinkat(folder, journal, 0);
}

/* A file that is locked, or was not made by this user, is left alone. */
static void remove_if_stale(int folder, const char *name)
{
	struct stat about;
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return;
	if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == geteuid() &&
	    flock(file, LOCK_EX | LOCK_NB) == 0)
		remove_with_journal(folder, name);
	close(file);
}

static void remove_stale(const char *folder)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	while (entries && (entry = readdir(entries)))
		if (is_aside(entry->d_name))
			remove_if_stale(dirfd(entries), entry->d_name);
	if (entries)
		closedir(entries);
}

/* ---- opening and closing ---- */

/* Removes it unless it was published. */
static void close_file(backup_file *file)
{
	if (file->aside && file->fd >= 0)
		unlink(file->aside);
	if (file->fd >= 0)
		close(file->fd);
	brb_memory_release(file->aside);
	brb_memory_release(file->folder);
	*file = (backup_file){ .fd = -1 };
}

static brabeion_status refuse_beside(const char *path, const char *ending, brabeion_error *error)
{
	brb_builder name = { 0 };
	brb_builder_printf(&name, "%s%s", path, ending);
	brabeion_status status = name.failed ? brb_status_no_memory(error) : BRABEION_OK;
	if (status == BRABEION_OK && access(name.text, F_OK) == 0)
		status = brb_status_set(error, BRABEION_STORE,
					"%s: exists, and would be taken for a part of the copy: is %s in use?",
					name.text, path);
	brb_builder_finish(&name);
	return status;
}

static brabeion_status check_path(const char *path, bool replace, brabeion_error *error)
{
	struct stat about;
	if (lstat(path, &about) == 0) {
		errno = S_ISDIR(about.st_mode) ? EISDIR : EEXIST;
		if (!replace || !S_ISREG(about.st_mode))
			return fail(path, error);
	} else if (errno != ENOENT) {
		return fail(path, error);
	}
	brabeion_status status = refuse_beside(path, "-wal", error);
	return status == BRABEION_OK ? refuse_beside(path, "-journal", error) : status;
}

/* False: somebody took the new file for a stale one, before it was locked. */
static bool lock(const backup_file *file)
{
	struct stat about;
	return (flock(file->fd, LOCK_EX | LOCK_NB) == 0 || errno == ENOLCK || errno == EOPNOTSUPP) &&
	       fstat(file->fd, &about) == 0 && about.st_nlink == 1;
}

static char *aside_in(const char *folder)
{
	brb_builder name = { 0 };
	brb_builder_printf(&name, "%s%s/%sXXXXXX", folder[0] == '/' ? "" : "./", folder, name_start);
	return brb_builder_take(&name);
}

static brabeion_status make(backup_file *file, brabeion_error *error)
{
	for (int i = 0; i < TRIES; i++) {
		brb_memory_release(file->aside);
		file->aside = aside_in(file->folder);
		if (!file->aside)
			return brb_status_no_memory(error);
		file->fd = mkostemp(file->aside, O_CLOEXEC);
		if (file->fd < 0)
			return fail(file->path, error);
		if (lock(file))
			return BRABEION_OK;
		unlink(file->aside);
		close(file->fd);
		file->fd = -1;
	}
	return brb_status_set(error, BRABEION_STORE, "%s: cannot lock a file beside it", file->path);
}

/*
 * Removes what killed processes have left in the folder, then makes an empty file, readable by its owner alone. A -wal or
 * -journal beside the final name would be taken for the new file's by SQLite.
 */
static brabeion_status open_file(backup_file *file, const char *path, bool replace, brabeion_error *error)
{
	*file = (backup_file){ .path = path, .folder = brb_file_folder(path), .fd = -1 };
	if (!file->folder)
		return brb_status_no_memory(error);
	brabeion_status status = check_path(path, replace, error);
	if (status == BRABEION_OK) {
		remove_stale(file->folder);
		status = make(file, error);
	}
	if (status != BRABEION_OK)
		close_file(file);
	return status;
}

/* ---- the end ---- */

/* Errors with errno set. Where a file system cannot refuse to replace, what is there is looked for before. */
static int name_it(const backup_file *file, bool replace)
{
	if (replace)
		return rename(file->aside, file->path);
	int failed = renameat2(AT_FDCWD, file->aside, AT_FDCWD, file->path, RENAME_NOREPLACE);
	if (failed == 0 || (errno != EINVAL && errno != ENOSYS))
		return failed;
	if (access(file->path, F_OK) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(file->aside, file->path);
}

static brabeion_status sync_folder(const backup_file *file, brabeion_error *error)
{
	int folder = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = folder >= 0 && (fsync(folder) == 0 || errno == EINVAL);
	brabeion_status status = synced ? BRABEION_OK : fail(file->folder, error);
	if (folder >= 0)
		close(folder);
	return status;
}

/* Writes it to the disk and gives it its name. */
static brabeion_status publish(backup_file *file, bool replace, mode_t mode, brabeion_error *error)
{
	if (fchmod(file->fd, mode) != 0 || fsync(file->fd) != 0 || name_it(file, replace) != 0)
		return fail(file->path, error);
	brb_memory_release(file->aside);
	file->aside = NULL;
	brabeion_status status = sync_folder(file, error);
	if (status != BRABEION_OK && !replace)
		unlink(file->path);
	return status;
}

/* ---- the copy ---- */

static brabeion_status copy_to(brb_database *reader, const char *path, brabeion_error *error)
{
	bool row;
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(reader->handle, "VACUUM INTO ?1", -1, &statement, NULL);
	if (code == SQLITE_OK)
		brb_database_bind_values(statement, WITH(TEXT(path)));
	brabeion_status status = code == SQLITE_OK ? brb_database_step(reader, statement, &row, error)
						   : brb_database_fault(reader, code, error);
	sqlite3_finalize(statement);
	return status;
}

static brabeion_status refuse_itself(const brb_store_db *db, const char *path, brabeion_error *error)
{
	struct stat ours, theirs;
	if (stat(db->options->path, &ours) != 0 || stat(path, &theirs) != 0 || ours.st_dev != theirs.st_dev ||
	    ours.st_ino != theirs.st_ino)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_STORE, "%s: is the database itself", path);
}

static brabeion_status copy_database(brb_store_db *db, const char *path, brabeion_error *error)
{
	brb_database reader = { .handle = NULL };
	brabeion_status status = brb_database_open(&reader, db->options, &db->writer, error);
	if (status == BRABEION_OK) /* the copy is written by the same connection */
		sqlite3_exec(reader.handle, "PRAGMA query_only = OFF", NULL, NULL, NULL);
	if (status == BRABEION_OK)
		status = copy_to(&reader, path, error);
	brb_database_close(&reader);
	return status;
}

brabeion_status brb_sqlite_backup(brb_store_db *db, const char *path, bool replace, brabeion_error *error)
{
	backup_file file;
	brabeion_status status = replace ? refuse_itself(db, path, error) : BRABEION_OK;
	if (status == BRABEION_OK)
		status = open_file(&file, path, replace, error);
	if (status != BRABEION_OK)
		return status;
	status = copy_database(db, file.aside, error);
	if (status == BRABEION_OK)
		status = publish(&file, replace, db->options->mode, error);
	close_file(&file);
	return status;
}
