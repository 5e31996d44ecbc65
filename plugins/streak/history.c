/*
 * The periods in which a user came by. See history.h for what is kept.
 *
 * The note reads "LAST CARRIED MISSED WINDOW", say "16860 0 0 xx.x": came by on the day 16,860 of the epoch, not on the
 * day before it, and on the two before that.
 */
#include "history.h"

#include <inttypes.h>
#include <stdlib.h>

enum { NOTE_SIZE = HISTORY_SPAN + 80 };

#define PERIOD_MOST INT64_C(1000000000) /* more days than 64 bits of microseconds have */

/* ---- the note ---------------------------------------------------------------------------------------------------- */

static int is_window(const char *window)
{
	size_t length = strlen(window);
	return length > 0 && length <= HISTORY_SPAN && strspn(window, "x.o") == length &&
	       window[length - 1] != MISSED;
}

/* Reads one number from `least` to PERIOD_MOST and the blank behind it. */
static int read_number(const char **text, int64_t least, int64_t *number)
{
	char *behind;
	*number = strtoll(*text, &behind, 10);
	if (behind == *text || *behind != ' ' || *number < least || *number > PERIOD_MOST)
		return 0;
	*text = behind + 1;
	return 1;
}

int32_t history_read(badge_call *call, const char *name, history *past)
{
	const char *note = badge_note(call, name, badge_user(call));
	*past = (history){ .grace = past->grace };
	if (!note)
		return BADGE_OK;
	const char *text = note;
	if (!read_number(&text, -PERIOD_MOST, &past->last) || !read_number(&text, 0, &past->carried) ||
	    !read_number(&text, 0, &past->missed) || !is_window(text))
		return badge_fail(call, "the note \"%s\" is not one of a streak: \"%.100s\"", name, note);
	past->length = strlen(text);
	snprintf(past->window, sizeof past->window, "%s", text);
	return BADGE_OK;
}

void history_write(badge_call *call, const char *name, const history *past)
{
	char note[NOTE_SIZE];
	snprintf(note, sizeof note, "%" PRId64 " %" PRId64 " %" PRId64 " %s", past->last, past->carried, past->missed,
		 past->window);
	badge_note_set(call, name, badge_user(call), note);
}

/* ---- entering ---------------------------------------------------------------------------------------------------- */

/* One period more in a streak that has counted so many, and has missed so many in a row since. */
static void count_period(const history *past, char period, int64_t *counted, int64_t *missed)
{
	if (period == MISSED) {
		++*missed;
		if (*missed > past->grace)
			*counted = 0;
		return;
	}
	*counted += period == ACTIVE;
	*missed = 0;
}

/* Moves the window on by one period; the oldest one leaves a full window, and is carried from then on. */
static void append(history *past, char period)
{
	if (past->length == HISTORY_SPAN) {
		count_period(past, past->window[0], &past->carried, &past->missed);
		memmove(past->window, past->window + 1, --past->length);
	}
	past->window[past->length++] = period;
	past->window[past->length] = '\0';
	past->last++;
}

/* Makes room for periods before the window's first. */
static void prepend_missed(history *past, size_t count)
{
	memmove(past->window + count, past->window, past->length + 1);
	memset(past->window, MISSED, count);
	past->length += count;
}

static void start_at(history *past, int64_t period)
{
	*past = (history){ .grace = past->grace, .last = period, .length = 1, .window = { ACTIVE } };
}

int32_t history_enter(history *past, int64_t period)
{
	if (past->length == 0 || period - past->last > HISTORY_SPAN) {
		start_at(past, period);
		return 0;
	}
	if (period > past->last) {
		while (past->last < period - 1)
			append(past, MISSED);
		append(past, ACTIVE);
		return (int32_t)past->length - 1;
	}
	if (past->last - period >= HISTORY_SPAN)
		return -1;
	size_t back = (size_t)(past->last - period) + 1;
	if (back > past->length)
		prepend_missed(past, back - past->length);
	char *entry = &past->window[past->length - back];
	if (*entry != MISSED)
		return -1;
	*entry = ACTIVE;
	return (int32_t)(past->length - back);
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

/* Where the streak around the place begins: the place after more missed ones than the grace allows, 0 at least. */
static size_t start_of_streak(const history *past, int32_t place)
{
	size_t start = (size_t)place;
	int64_t missed = 0;
	for (size_t i = start; i-- > 0 && missed <= past->grace;) {
		missed = past->window[i] == MISSED ? missed + 1 : 0;
		if (missed == 0)
			start = i;
	}
	return start;
}

/* Whether the streak that begins at this place goes on with what is carried. */
static int goes_on_from_carried(const history *past, size_t start)
{
	return past->missed + (int64_t)start <= past->grace;
}

int64_t history_streak(const history *past, int32_t place)
{
	size_t start = start_of_streak(past, place);
	int64_t counted = goes_on_from_carried(past, start) ? past->carried : 0;
	int64_t missed = 0;
	for (size_t i = start; i < past->length && missed <= past->grace; i++) {
		missed = past->window[i] == MISSED ? missed + 1 : 0;
		counted += past->window[i] == ACTIVE;
	}
	return counted;
}

int64_t history_streak_now(const history *past, int64_t period)
{
	if (past->length == 0 || period - past->last - 1 > past->grace)
		return 0;
	return history_streak(past, (int32_t)past->length - 1);
}

int64_t history_use(history *past, int32_t place, int64_t count)
{
	size_t i = start_of_streak(past, place);
	size_t last = i;
	if (goes_on_from_carried(past, i)) {
		int64_t carried = past->carried < count - 1 ? past->carried : count - 1;
		past->carried -= carried;
		count -= carried;
	}
	for (; i < past->length && count > 0; i++) {
		if (past->window[i] != ACTIVE)
			continue;
		past->window[i] = USED;
		last = i;
		count--;
	}
	return past->last - (int64_t)(past->length - 1 - last);
}
