/*
 * What a user did lately: times and values in one note for each badge and user, bounded.
 *
 * An event that comes late is counted as if it had come in its turn: what matters is the most that any later moment has
 * seen. How late it may be, and how much is kept, the rules say.
 *
 * The windows of two users who become one are one window. What its moments have seen together is looked at when the next
 * event comes: until then the window is marked.
 */
#ifndef SHARED_WINDOW_H
#define SHARED_WINDOW_H

#include <brabeion/badge.h>

#define WINDOW_MEMORY "lately" /* the name of the notes, keyed by kind */

enum { WINDOW_MOST = 1000 }; /* entries; a note of 62,000 bytes at most */

typedef struct window_rules {
	int64_t span; /* a moment sees what is at most so much older than itself */
	int64_t late; /* an event that is older than the newest by more than this is not counted */
	int64_t kept; /* entries older than the newest by more than this are dropped */
	size_t most;  /* and so is the oldest, when there are more entries than this; WINDOW_MOST at most */
	int each;     /* every entry is one of its own, also of one time, behind those that came before */
	int distinct; /* values are names: each is kept where it was seen last, and counts 1. Else they are added up */
} window_rules;

/*
 * `at` is in the unit of the rules, microseconds or periods. `happened_at` is the latest time of what is counted here, of a
 * name the first.
 */
typedef struct window_entry {
	int64_t at;
	int64_t value;
	int64_t happened_at;
} window_entry;

/* By time. Its moments are its times. */
typedef struct window {
	size_t count;
	int is_earlier;                        /* what was there already happened earlier, which was entered */
	int is_merged;                         /* it was two, and its moments have not been looked at since */
	window_entry entries[WINDOW_MOST + 1]; /* one more while it is entered */
} window;

/*
 * All return BADGE_OK; or BADGE_FAILED when the note is not a window's, or BADGE_REFUSED when a sum goes beyond 64 bits: the
 * badge has failed, or refused the event.
 */

int32_t window_read(badge_call *call, const char *kind, window *past);
int32_t window_write(badge_call *call, const char *kind, const window *past);

/* Enters a value at a time. BADGE_UNCHANGED when it is too late, or there already. */
int32_t window_enter(const window_rules *rules, window *past, window_entry entered);

/*
 * Takes back what an entry would count: the newest that is not later and has as much, of different values the same one; without
 * one its own time counts so much less. BADGE_UNCHANGED: there is no such value.
 */
int32_t window_cancel(const window_rules *rules, window *past, window_entry cancelled);

/* Whether the entry is the last of its time: the moments are these. */
int window_is_moment(const window *past, size_t index);

/* What the moment of this entry sees. */
int32_t window_seen(badge_call *call, const window_rules *rules, const window *past, size_t moment, int64_t *seen);

/* The latest time of what happened at the moment itself. */
int64_t window_happened_at(const window *past, size_t moment);

/* The first entry of that time or a later one; whether a moment, that is not before it, sees what happened at `at`. */
size_t window_first_from(const window *past, int64_t at);
int window_sees(const window_rules *rules, const window *past, size_t moment, int64_t at);

/* What a moment at that time sees, were nothing to happen at it. */
int32_t window_look(badge_call *call, const char *kind, const window_rules *rules, int64_t at, int64_t *seen);

/* In `merge`: adds what the user who goes did to what the one who stays did. */
int32_t window_merge(badge_call *call, const char *kind, const window_rules *rules);

#endif
