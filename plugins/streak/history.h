/*
 * The periods in which a user came by: one line of text for each badge and user, however long the story.
 *
 * What is kept is the newest period, a window of the last 400 up to it, a letter for each, and what the periods that
 * have left the window came to. So a period that comes late, by up to 400, joins what was before and after it as if it
 * had come in its turn.
 *
 * Not here: what a period is (shared/calendar.h), and what a streak is worth (streak.c).
 */
#ifndef STREAK_HISTORY_H
#define STREAK_HISTORY_H

#include <brabeion/badge.h>

enum {
	HISTORY_SPAN = 400, /* periods */
	MISSED = '.',
	ACTIVE = 'x',
	USED = 'o', /* active, and part of a cycle that was earned */
};

typedef struct history {
	int64_t grace;   /* so many missed periods in a row don't end a streak; less than HISTORY_SPAN */
	int64_t last;    /* the window's last period, which is an active one */
	int64_t carried; /* what the streak that goes on into the window counts before it */
	int64_t missed;  /* how many periods in a row are missed at the end of that */
	size_t length;   /* of the window; nothing is carried until it is full */
	char window[HISTORY_SPAN + 1];
} history;

/* Reads the note. BADGE_FAILED when it is not one that history_write wrote: the badge has failed. */
int32_t history_read(badge_call *call, const char *name, history *past);
void history_write(badge_call *call, const char *name, const history *past);

/* Enters a period. Returns where in the window it is; -1 when it is there already, or too old. */
int32_t history_enter(history *past, int64_t period);

/*
 * What the streak around the place in the window counts: its periods but for used ones. What was missed counts for
 * nothing, and is fine as long as the grace goes.
 */
int64_t history_streak(const history *past, int32_t place);

/* What the newest streak counts, as of a period that is under way: 0 once more were missed since than the grace allows. */
int64_t history_streak_now(const history *past, int64_t period);

/* Uses up the first `count` periods that this streak counts, 1 at least; returns the last of them. */
int64_t history_use(history *past, int32_t place, int64_t count);

#endif
