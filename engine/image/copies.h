/*
 * copies: the private folder of an engine with the copies of its plugin files.
 *
 * It is called brabeion-<process id>-<random>, has mode 0700, and holds a file `lock` that is locked (flock) while the
 * engine is open: a process that gets the lock knows that the owner is dead, and removes the folder. Each copy has a
 * folder of its own, so that it keeps its file name, which debuggers and core files show:
 *
 *	brabeion-4711-aB3dE9/lock
 *	brabeion-4711-aB3dE9/84e1f03c5d2a9b76-1-aB3dE9/points.so
 *
 * Only root and the engine's user can put something else in its place (image/folder), and a copy is linked through the
 * folder's descriptor, whatever its path means by then.
 *
 * Guarantees: nothing outside such folders is removed, whatever links are in them. A folder that was removed (cleaners
 * of /tmp do that) is made again in the same place when the next copy is added.
 *
 * Threads: one at a time; brb_copies_remove any, also at once.
 */
#ifndef BRB_IMAGE_COPIES_H
#define BRB_IMAGE_COPIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "base/status.h"

typedef struct brb_copies brb_copies;

/*
 * Makes the folder in the first of `candidates` (NULL entries are skipped) that is fit: writable, not mounted noexec, and
 * such that no other user can replace what is in it. Removes folders of dead processes there.
 * Errors: BRABEION_SYSTEM, with each candidate and why it is unusable; BRABEION_NO_MEMORY.
 */
brabeion_status brb_copies_open(const char *const *candidates, size_t count, const brb_log *log, brb_copies **out,
				brabeion_error *error);

/* Whether one of the candidates is fit, as brb_copies_open would find it; makes nothing. Errors as there. */
brabeion_status brb_copies_check(const char *const *candidates, size_t count, brabeion_error *error);

/* Removes the folder with its contents. In a child of fork (`forked`) the folder is the parent's and stays. */
void brb_copies_close(brb_copies *copies, bool forked);

/*
 * Writes a copy, read-only and executable, in a folder whose name begins with `tag`.
 * Owns:   `*path` is yours: brb_memory_release().
 * Errors: BRABEION_SYSTEM with the folder and why; BRABEION_NO_MEMORY. Nothing is left behind.
 */
brabeion_status brb_copies_add(brb_copies *copies, const char *tag, const char *file_name, const void *bytes,
			       size_t size_bytes, char **path, brabeion_error *error);

/* Makes an empty folder. Ownership and errors as for brb_copies_add. */
brabeion_status brb_copies_add_folder(brb_copies *copies, const char *tag, char **path, brabeion_error *error);

/*
 * A path to a copy through the folder's descriptor: /proc/4711/fd/9/..., which debuggers can follow, or /proc/self/fd/9/...
 * It holds whatever becomes of the folder's path, until the folder is closed. Where there is no /proc it is `path`.
 * Owns:   `*through` is yours: brb_memory_release().
 * Errors: BRABEION_NO_MEMORY.
 */
brabeion_status brb_copies_through(const brb_copies *copies, const char *path, char **through, brabeion_error *error);

/* The folder's descriptor, which is none of the standard streams, and the part of a copy's path below it. */
int brb_copies_descriptor(const brb_copies *copies);
const char *brb_copies_inside(const brb_copies *copies, const char *path);

/* Removes a copy, or a folder with its files, by its path. */
void brb_copies_remove(brb_copies *copies, const char *path);

#endif
