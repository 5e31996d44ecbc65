/*
 * watch/set: the inotify watches for a list of paths. The queue of events is read by watch.c.
 */
#ifndef BRB_WATCH_SET_H
#define BRB_WATCH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/inotify.h>

#include "base/status.h"
#include "base/table.h"
#include "base/text.h"

/* One watch: a folder or a file. */
typedef struct brb_watch_entry {
	struct brb_watch_entry *next;
	int descriptor;
	bool is_open; /* a file that was written to and is not closed yet */
} brb_watch_entry;

/* A set of all zeroes is empty. */
typedef struct brb_watch_set {
	brb_arena arena;
	brb_watch_entry *entries;
	brb_table folders; /* real path -> entry */
	brb_table events;  /* "17" and "17/name" -> entry: the events that matter */
} brb_watch_set;

/*
 * Watches all folders on the way to each path, replaces `set`, and removes watches that are no longer needed.
 * Errors: as brb_watch_follow; the set has what could be watched.
 */
brabeion_status brb_watch_set_change(brb_watch_set *set, int inotify, const char *const *paths, size_t count,
				     brabeion_error *error);

/* Whether an event is about one of the paths. Tracks which files are being written. */
bool brb_watch_set_concerns(brb_watch_set *set, const struct inotify_event *event);

/* Whether a file of the set is being written. */
bool brb_watch_set_is_open(const brb_watch_set *set);

void brb_watch_set_finish(brb_watch_set *set);

#endif
