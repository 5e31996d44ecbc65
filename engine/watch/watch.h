/*
 * watch/watch: a file watcher that asks for reloads.
 *
 * One thread waits for inotify(7) and calls `look` when something has happened to the files that are followed, and it
 * has been quiet since: 150 ms by the monotonic clock, or, while somebody goes on writing, at most 2 s after it began.
 * Whether anything is different now is for `look` to find out (watch_files.h); it may well be called for nothing.
 *
 * What is watched are folders, since editors put another file in place: each folder on the way to a file, for the one
 * name that matters in it, with every step of a symbolic link. So a folder that is deleted, swapped or not there yet is
 * noticed by its parent, and a Kubernetes ConfigMap by its `..data`. The files themselves are watched besides, for what
 * their folders are not told: a write through another name of theirs, or a change of their mode. Other files in these
 * folders, the database at its work among them, cost nothing or a look at a name.
 *
 * Keeps true: `look` runs on the one thread, never twice at once, with no lock of this room held. What happens after
 * brb_watch_follow has returned is not missed, not even when the kernel's queue overflows.
 *
 * Leaves to others: what a change means.
 */
#ifndef BRB_WATCH_WATCH_H
#define BRB_WATCH_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct brb_watch brb_watch;

typedef void (*brb_watch_look)(void *context);

/*
 * Starts the thread, with all signals blocked. Nothing is followed yet.
 * Owns:   `*out` is yours: brb_watch_close().
 * Errors: BRABEION_SYSTEM, naming the limit that is in the way; BRABEION_MEMORY.
 */
brabeion_status brb_watch_open(brb_watch_look look, void *context, brb_watch **out, brabeion_error *error);

/* Ends the thread and waits for it, and so for a `look` under way: not to be called from there. NULL is fine. */
void brb_watch_close(brb_watch *watch);

/*
 * Follows these files, absolute paths, there or not, in place of those before; none: stops watching.
 *
 * Threads: any, also from inside `look`.
 * Errors:  BRABEION_SYSTEM with the folder and why, or the limit that is reached; what could be watched is watched
 *          nevertheless. BRABEION_MEMORY.
 */
brabeion_status brb_watch_follow(brb_watch *watch, const char *const *paths, size_t count, brabeion_error *error);

/* Has `look` called as if something had just happened. Threads: any, also from inside `look`. */
void brb_watch_ask(brb_watch *watch);

/* Has it called after this time, whatever happens before. Likewise. */
void brb_watch_ask_later(brb_watch *watch, int64_t delay_us);

#endif
