/*
 * home: the private folder where the copies of plugin files live, one for each engine.
 *
 * It is called brabeion-<process id>-<random>, is open to its owner alone, and holds a file `lock` that is locked
 * (flock) while its engine lives: whoever can take the lock knows that the owner is dead, and sweeps. Each copy has a
 * folder of its own, so that it keeps its file name, which debuggers and core files show:
 *
 *	brabeion-4711-aB3dE9/lock
 *	brabeion-4711-aB3dE9/84e1f03c5d2a9b76-1/points.so
 *
 * Keeps true: nothing outside such folders is ever removed, whatever links somebody puts there.
 *
 * Threads: one at a time per home; brb_copies_remove any, also at once.
 */
#ifndef BRB_IMAGE_COPIES_H
#define BRB_IMAGE_COPIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "base/status.h"

typedef struct brb_copies brb_copies;

/*
 * Makes the folder in the first of `candidates` where it can be made and things in it can be executed. NULL entries
 * are passed over.
 * Errors: BRABEION_SYSTEM, naming each candidate and why it would not do; BRABEION_MEMORY.
 */
brabeion_status brb_copies_open(const char *const *candidates, size_t count, const brb_log *log, brb_copies **out,
				brabeion_error *error);

/* Removes the folder with all that is in it. In a child of fork (`forked`) the folder is the parent's and stays. */
void brb_copies_close(brb_copies *home, bool forked);

/*
 * Writes a copy, read-only and executable, in a folder whose name begins with `tag`.
 * Owns:   `*path` is yours: brb_memory_release().
 * Where the home itself has been removed, another is made in the same place.
 * Errors: BRABEION_SYSTEM with the folder and why; BRABEION_MEMORY. Nothing is left behind.
 */
brabeion_status brb_copies_add(brb_copies *home, const char *tag, const char *file_name, const void *bytes,
			       size_t size_bytes, char **path, brabeion_error *error);

/* Makes an empty folder, for files that somebody else puts there; as brb_copies_add otherwise. */
brabeion_status brb_copies_add_folder(brb_copies *home, const char *tag, char **path, brabeion_error *error);

/* Removes a copy, or a folder with its files, by the path that was given. */
void brb_copies_remove(brb_copies *home, const char *path);

#endif
