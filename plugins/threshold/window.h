/*
 * What a user did lately: times and values in one note for each badge and user, bounded.
 *
 * An event that comes late is counted as if it had come in its turn: what matters is the most that any later moment has
 * seen. How late it may be, and how much is kept, the rules say.
 */
#ifndef THRESHOLD_WINDOW_H
#define THRESHOLD_WINDOW_H

#include <brabeion/badge.h>

enum { WINDOW_MOST = 1000 }; /* entries; a note of 41,000 bytes at most */

typedef struct window_rules {
	int64_t span; /* a moment sees what is at most so much older than itself */
	int64_t late; /* an event that is older than the newest by more than this is not counted */
	int64_t kept; /* entries older than the newest by more than this are dropped */
	size_t most;  /* and so is the oldest, when there are more entries than this; WINDOW_MOST at most */
	int distinct; /* values are names: each is kept where it was seen last, and counts 1. Else they are added up */
} window_rules;

/*
 * Enters a value at a time, and returns what the moment that saw the most of it has seen. 0 when it is too late; when
 * the note is not a window's, or a sum goes beyond 64 bits, the badge has failed.
 */
int64_t window_count(badge_call *call, const char *name, const window_rules *rules, int64_t at, int64_t value);

/* What a moment at that time sees, were nothing to happen at it. BADGE_OK; BADGE_FAILED as above. */
int32_t window_look(badge_call *call, const char *name, const window_rules *rules, int64_t at, int64_t *seen);

#endif
