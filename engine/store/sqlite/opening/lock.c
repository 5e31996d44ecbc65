/*
 * store/sqlite/opening/lock: see lock.h. The file is removed by its holder, so a process that gets the lock looks whether the
 * file is still the one at the path.
 */
#include "store/sqlite/opening/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/reentrancy.h"

static bool is_in_place(const brb_open_lock *lock)
{
	struct stat here, there;
	return fstat(lock->file, &here) == 0 && lstat(lock->path, &there) == 0 && here.st_dev == there.st_dev &&
	       here.st_ino == there.st_ino;
}

static void close_file(brb_open_lock *lock)
{
	if (lock->file >= 0)
		close(lock->file);
	lock->file = -1;
}

/* False: another process holds it. A file system without locks leaves all to SQLite's own. */
static bool try_to_take(brb_open_lock *lock, mode_t mode)
{
	lock->file = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock->file < 0)
		return true;
	if (mode != 0600)
		fchmod(lock->file, mode); /* of somebody else's file it stays as it is */
	if (flock(lock->file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		close_file(lock);
		return false;
	}
	if (is_in_place(lock))
		return true;
	close_file(lock);
	return false;
}

brabeion_status brb_open_lock_take(brb_open_lock *lock, const brb_store_options *options, brabeion_error *error)
{
	brb_builder path = { 0 };
	brb_builder_printf(&path, "%s-open", options->path);
	*lock = (brb_open_lock){ .path = brb_builder_take(&path), .file = -1 };
	if (!lock->path)
		return brb_status_no_memory(error);
	const struct timespec pause = { 0, 1000000 };
	int64_t *waited_us = &brb_reentrancy_here()->waited_us;
	int64_t last_us = brb_clock_monotonic_us();
	while (!try_to_take(lock, options->mode)) {
		int64_t now_us = brb_clock_monotonic_us();
		*waited_us += now_us - last_us;
		last_us = now_us;
		if (*waited_us >= options->busy_timeout_ms * 1000)
			return brb_status_set(
				error, BRABEION_BUSY,
				"%s: another process has held %s, by which it opens the database, for longer "
				"than %lld ms",
				options->path, lock->path, (long long)options->busy_timeout_ms);
		nanosleep(&pause, NULL);
	}
	return BRABEION_OK;
}

void brb_open_lock_drop(brb_open_lock *lock)
{
	if (lock->file >= 0)
		unlink(lock->path);
	close_file(lock);
	brb_memory_release(lock->path);
	lock->path = NULL;
}
