/*
 * The periods in which a user came by: one line of text for each badge and user, however long the story.
 *
 * What is kept is the newest period, a window of the last 400 up to it, a letter for each, and what the periods that
 * have left the window came to. So a period that comes late, by up to 400, joins what was before and after it as if it
 * had come in its turn. Of each period in the window the first time is kept at which the user came by: a streak was earned
 * at that of the last period it needed, whichever came last.
 *
 * The histories of two users who become one are one history. The streaks that they make together are looked at when the next
 * event comes: until then the history is marked.
 *
 * Not here: what a period is (shared/calendar.h), and what a streak is worth (streak.c).
 */
#ifndef STREAK_HISTORY_H
#define STREAK_HISTORY_H

#include "calendar.h"

#define HISTORY_MEMORY "periods" /* the name of the notes, keyed by the kind of period */

enum {
	HISTORY_SPAN = 400, /* periods */
	MISSED = '.',
	ACTIVE = 'x',
	USED = 'o', /* active, and part of a cycle that was earned */
};

typedef struct history {
	period_kind every;
	int64_t grace;   /* so many missed periods in a row don't end a streak; less than HISTORY_SPAN */
	int64_t last;    /* the window's last period, which is an active one */
	int64_t carried; /* what the streak that goes on into the window counts before it */
	int64_t missed;  /* how many periods in a row are missed at the end of that */
	int is_merged;   /* it was two, and its streaks have not been looked at since */
	size_t length;   /* of the window; nothing is carried until it is full */
	int is_earlier;  /* a period that was there already has got an earlier time, which was entered */
	char window[HISTORY_SPAN + 1];
	int64_t times[HISTORY_SPAN]; /* of each that is not missed, from the period's start on in UTC */
} history;

/* Reads the note, for the kind of period and the grace that are set. BADGE_FAILED when it is not one that history_write wrote: the badge has failed. */
int32_t history_read(badge_call *call, history *past);
int32_t history_write(badge_call *call, const history *past);

/* In `merge`: adds the periods of the user who goes to those of the one who stays. BADGE_OK or BADGE_FAILED. */
int32_t history_merge(badge_call *call, period_kind every, int64_t grace);

/* Enters a period, and when in it the user came by. Returns where in the window it is; -1 when it is there already, or too old. */
int32_t history_enter(history *past, int64_t period, int64_t at);

/*
 * What the streak around the place in the window counts: its periods but for used ones. What was missed counts for
 * nothing, and is fine as long as the grace goes.
 */
int64_t history_streak(const history *past, int32_t place);

/* A place in the first streak that counts so much, -1 when there is none. */
int32_t history_find(const history *past, int64_t least);

/* When the streak around the place had counted so much. */
int64_t history_reached_at(const history *past, int32_t place, int64_t count);

/* What the newest streak counts, as of a period that is under way: 0 once more were missed since than the grace allows. */
int64_t history_streak_now(const history *past, int64_t period);

/* Uses up the first `count` periods that this streak counts, 1 at least; returns the last of them, and when it was. */
int64_t history_use(history *past, int32_t place, int64_t count, int64_t *at);

#endif
