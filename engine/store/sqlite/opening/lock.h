/*
 * store/sqlite/opening/lock: one process at a time makes a database or migrates it. The lock is on a file beside the database,
 * "-open", that nobody can open who may not write the database, and is there only meanwhile: a lock of the folder, or of the
 * database, could be held by anybody who may read them.
 */
#ifndef BRB_STORE_SQLITE_OPENING_LOCK_H
#define BRB_STORE_SQLITE_OPENING_LOCK_H

#include "store/types.h"

typedef struct brb_open_lock {
	char *path;
	int file; /* -1: not held */
} brb_open_lock;

/*
 * BRABEION_BUSY when another process holds it for longer than the busy timeout. Where no file can be made, nothing is locked:
 * SQLite will say why.
 */
brabeion_status brb_open_lock_take(brb_open_lock *lock, const brb_store_options *options, brabeion_error *error);
void brb_open_lock_drop(brb_open_lock *lock); /* also one that is not held */

#endif
