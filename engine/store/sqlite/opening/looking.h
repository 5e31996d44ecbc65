/*
 * store/sqlite/opening/looking: opens a database to look at it, changing nothing.
 *
 * Guarantees: no writer is waited for, and the database is not written. Where this user may write, the WAL and its shared index
 * are used as by everybody. Where he may only read, nothing is made beside the database: those that are there are read. Where
 * there are none, the file itself is whole, and is read as it stands (SQLite's "immutable"), until a WAL appears beside it.
 * What cannot be read so is refused with a sentence that says why.
 */
#ifndef BRB_STORE_SQLITE_LOOKING_H
#define BRB_STORE_SQLITE_LOOKING_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/status.h"

typedef struct brb_looking {
	const char *path;
	bool still;           /* the file is read as it stands */
	struct stat as_found; /* of a still one */
	bool refused; /* not opened, and the database is not at fault: this user may not, or the file system */
} brb_looking;

/*
 * Opens a connection to a database that is ours; *handle is to be closed after a failure, too. Errors: BRABEION_ABSENT
 * without a file; BRABEION_STORE; each with the path in front.
 */
brabeion_status brb_looking_open(brb_looking *looking, const char *path, sqlite3 **handle, brabeion_error *error);

/* Whether a still file has changed, or has got a WAL: then what is open must not be read any more. */
bool brb_looking_is_stale(const brb_looking *looking);

/* Before closing a connection that looks: leaves a WAL that holds anything to those who write. */
void brb_looking_end(const brb_looking *looking, sqlite3 *handle);

#endif
