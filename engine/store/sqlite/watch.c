/*
 * store/sqlite/watch: how a process learns that another has committed: the times of the WAL are set after each commit that
 * others may wait for, which inotify reports as IN_ATTRIB.
 *
 * Writes to the WAL would not do: SQLite writes it before readers see the commit, long before at synchronous FULL, so
 * that a process woken by the write would look too early, and sleep on.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "store/sqlite/internal.h"

void brb_sqlite_wake_watches(const brb_store_db *db)
{
	utimensat(AT_FDCWD, db->wal_path, NULL, 0);
}

/* There is no WAL beside a database that is read as it stands: its folder tells when one appears, and what is done to it. */
static bool add(int watch, const brb_store_db *db)
{
	if (inotify_add_watch(watch, db->wal_path, IN_ATTRIB) >= 0)
		return true;
	char *folder = errno == ENOENT && db->options->read_only ? brb_file_folder(db->options->path) : NULL;
	bool added = folder && inotify_add_watch(watch, folder, IN_ATTRIB | IN_CREATE | IN_MOVED_TO) >= 0;
	brb_memory_release(folder);
	return added;
}

brabeion_status brb_sqlite_watch(brb_store_db *db, int *fd, brabeion_error *error)
{
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch >= 0 && add(watch, db)) {
		*fd = watch;
		return BRABEION_OK;
	}
	brb_status_set(error, BRABEION_SYSTEM, "%s: cannot be watched (%s)", db->wal_path, strerror(errno));
	if (watch >= 0)
		close(watch);
	return BRABEION_SYSTEM;
}

void brb_sqlite_drain(brb_store_db *db, int fd)
{
	char events[4096];
	(void)db;
	while (read(fd, events, sizeof events) > 0)
		continue;
}

void brb_sqlite_unwatch(brb_store_db *db, int fd)
{
	(void)db;
	close(fd);
}
