/*
 * watch/watch: a file watcher: calls a function when one of a list of files may have changed.
 *
 * A thread waits for inotify(7) and calls `look` 150 ms after the last change, at most 2 s after the first. It may be
 * called without a real change: `look` compares states (watch/files).
 *
 * Folders are watched, since editors replace files: each folder on the way to a file, for the one name that matters in
 * it, and those of symbolic links. So a folder that is deleted, replaced or missing is noticed in its parent, and a
 * Kubernetes ConfigMap by its `..data`. The files are watched as well, for changes that folders do not report: writes
 * through another hard link, and changes of mode.
 *
 * Guarantees: `look` runs on the one thread, without locks of this room. No change after brb_watch_follow has returned is
 * missed, not even when the kernel's queue overflows.
 *
 * Not here: what a change means.
 */
#ifndef BRB_WATCH_WATCH_H
#define BRB_WATCH_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct brb_watch brb_watch;

typedef void (*brb_watch_look)(void *context);

/*
 * Starts the thread, with all signals blocked. It follows no file yet.
 * Owns:   `*out` is yours: brb_watch_close().
 * Errors: BRABEION_SYSTEM, with the limit to raise; BRABEION_NO_MEMORY.
 */
brabeion_status brb_watch_open(brb_watch_look look, void *context, brb_watch **out, brabeion_error *error);

/* Ends the thread and waits for it; not to be called from `look`. NULL is fine. */
void brb_watch_close(brb_watch *watch);

/*
 * Follows these files instead of the previous ones; none: stops watching. Paths are absolute, and need not exist.
 *
 * Threads: any, also from inside `look`.
 * Errors:  BRABEION_SYSTEM with the folder and why, or the limit that is reached; the rest is watched. BRABEION_NO_MEMORY.
 */
brabeion_status brb_watch_follow(brb_watch *watch, const char *const *paths, size_t count, brabeion_error *error);

/* Calls `look` on the thread as after a change. Threads: any, also from inside `look`. */
void brb_watch_ask(brb_watch *watch);

/* Calls it after this time, even without a change. Threads: likewise. */
void brb_watch_ask_later(brb_watch *watch, int64_t delay_us);

#endif
