/*
 * watch_set: which folders and files are watched for a list of paths. Part of the room watch/watch, and the part that
 * knows inotify's watches; the other one is its queue of events (watch.c).
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
	bool is_open; /* a file that somebody has written to, and not closed since */
} brb_watch_entry;

/* A set of all zeroes is empty. */
typedef struct brb_watch_set {
	brb_arena arena;
	brb_watch_entry *entries;
	brb_table folders; /* real path -> entry */
	brb_table events;  /* "17" and "17/name" -> entry: what is of interest in the queue */
} brb_watch_set;

/*
 * Sets watches for all steps on the way to each path, puts the set in place of `set`, and takes away those watches of
 * the old one that are not needed any more.
 * Errors: as brb_watch_follow; the new set is in place, as far as it goes.
 */
brabeion_status brb_watch_set_change(brb_watch_set *set, int inotify, const char *const *paths, size_t count,
				     brabeion_error *error);

/* Whether an event is about one of the paths; takes note of files that are being written. */
bool brb_watch_set_concerns(brb_watch_set *set, const struct inotify_event *event);

/* Whether a file of the set is being written. */
bool brb_watch_set_is_open(const brb_watch_set *set);

void brb_watch_set_finish(brb_watch_set *set);

#endif
