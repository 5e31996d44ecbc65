/*
 * api/backfill/backfill_files: the files of the sandbox, beside the live database, and the lock of who judges into it; what
 * an interrupted backfill has left.
 *
 * The lock is on a separate file (fcntl(2), F_OFD_SETLK): closing another descriptor of a database drops SQLite's.
 */
#include "api/backfill/backfill.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define LOCK_SUFFIX BRB_BACKFILL_SUFFIX "-lock"

char *brb_backfill_join(const char *path, const char *more)
{
	brb_builder whole = { 0 };
	brb_builder_printf(&whole, "%s%s", path, more);
	return brb_builder_take(&whole);
}

void brb_backfill_remove(const char *path)
{
	static const char *const parts[] = { "", "-wal", "-shm", "-runs" };
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		char *part = brb_backfill_join(path, parts[i]);
		if (part)
			unlink(part);
		brb_memory_release(part);
	}
}

/* ---- the lock ---- */

/* Whether the path still names the open file: the lock's previous holder may have removed it. */
static bool is_in_place(int fd, const char *path)
{
	struct stat ours, there;
	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

/* *fd is open or -1, whatever is returned. */
static brabeion_status try_lock(const char *database, const char *path, int *fd, brabeion_error *error)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd >= 0 && fcntl(*fd, F_OFD_SETLK, &lock) == 0)
		return BRABEION_OK;
	if (*fd >= 0 && (errno == EAGAIN || errno == EACCES))
		return brb_status_set(error, BRABEION_BUSY, "%s: another backfill is under way (it holds %s)",
				      database, path);
	return brb_status_set(error, BRABEION_SYSTEM, "%s: %s", path, strerror(errno));
}

brabeion_status brb_backfill_lock(const char *database, int *fd, brabeion_error *error)
{
	char *path = brb_backfill_join(database, LOCK_SUFFIX);
	brabeion_status status = BRABEION_OK;
	*fd = -1;
	if (!path)
		return brb_status_no_memory(error);
	do {
		if (*fd >= 0)
			close(*fd);
		status = try_lock(database, path, fd, error);
	} while (status == BRABEION_OK && !is_in_place(*fd, path));
	if (status != BRABEION_OK && *fd >= 0)
		close(*fd);
	if (status != BRABEION_OK)
		*fd = -1; /* the sandbox belongs to the lock's holder */
	brb_memory_release(path);
	return status;
}

void brb_backfill_unlock(const char *database, int fd, bool keep)
{
	char *path = keep ? NULL : brb_backfill_join(database, LOCK_SUFFIX);
	if (path && is_in_place(fd, path))
		unlink(path);
	brb_memory_release(path);
	close(fd);
}

/* ---- what is left ---- */

static bool is_there(const char *database, const char *suffix)
{
	struct stat ignored;
	char *path = brb_backfill_join(database, suffix);
	bool there = path && stat(path, &ignored) == 0;
	brb_memory_release(path);
	return there;
}

static bool is_under_way(const char *database)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char *path = brb_backfill_join(database, LOCK_SUFFIX);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	bool locked = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	if (fd >= 0)
		close(fd);
	brb_memory_release(path);
	return locked;
}

bool brb_backfill_is_left(const char *database)
{
	return is_there(database, BRB_BACKFILL_SUFFIX) && !is_under_way(database);
}

brabeion_status brb_backfill_discard(const char *database, bool *removed, brabeion_error *error)
{
	int fd = -1;
	*removed = false;
	if (!is_there(database, BRB_BACKFILL_SUFFIX))
		return BRABEION_OK;
	brabeion_status status = brb_backfill_lock(database, &fd, error);
	if (status != BRABEION_OK)
		return status;
	char *path = brb_backfill_join(database, BRB_BACKFILL_SUFFIX);
	if (path)
		brb_backfill_remove(path);
	else
		status = brb_status_no_memory(error);
	*removed = path != NULL;
	brb_memory_release(path);
	brb_backfill_unlock(database, fd, false);
	return status;
}
