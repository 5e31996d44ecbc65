/*
 * The periods in which a user came by. See history.h for what is kept.
 *
 * The note reads "LAST CARRIED MISSED WINDOW TIMES", say "16860 0 0 xx.x 32400 0 61.5": came by on the day 16,860 of the
 * epoch, not on the day before it, and on the two before that; first at 9:00, at midnight and a minute after it. "merged " is
 * in front when two users became one since.
 */
#include "history.h"

#include <inttypes.h>
#include <stdlib.h>

enum { TIME_SIZE = 24, NOTE_SIZE = HISTORY_SPAN * (1 + TIME_SIZE) + 80 };

#define PERIOD_MOST INT64_C(10000000)  /* more days than ten thousand years have */
#define TIME_MOST INT64_C(10000000000) /* seconds; more than a month has */
#define SECOND_US INT64_C(1000000)

static const char merged_mark[] = "merged ";

/* ---- the note ---------------------------------------------------------------------------------------------------- */

static int read_window(const char **text, history *past)
{
	size_t length = strspn(*text, "x.o");
	if (length == 0 || length > HISTORY_SPAN || (*text)[length - 1] == MISSED)
		return 0;
	memcpy(past->window, *text, length);
	past->length = length;
	*text += length;
	return 1;
}

/* Seconds with a fraction, " 61.5". */
static int read_time(const char **text, int64_t *time)
{
	char *behind;
	if (**text != ' ')
		return 0;
	int is_negative = (*text)[1] == '-';
	int64_t seconds = strtoll(*text + 1, &behind, 10), fraction = 0;
	if (behind == *text + 1 || seconds < -TIME_MOST || seconds > TIME_MOST)
		return 0;
	if (*behind == '.') {
		int64_t unit = SECOND_US / 10;
		for (behind++; *behind >= '0' && *behind <= '9'; behind++, unit /= 10)
			fraction += unit * (*behind - '0');
	}
	*time = seconds * SECOND_US + (is_negative ? -fraction : fraction);
	*text = behind;
	return *behind == ' ' || *behind == '\0';
}

static size_t write_time(char *text, int64_t time)
{
	uint64_t distance = time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
	size_t used = (size_t)snprintf(text, TIME_SIZE, time < 0 ? " -%" PRIu64 : " %" PRIu64, distance / 1000000);
	if (distance % 1000000 == 0)
		return used;
	used += (size_t)snprintf(text + used, TIME_SIZE - used, ".%06" PRIu64, distance % 1000000);
	while (text[used - 1] == '0')
		text[--used] = '\0';
	return used;
}

/* One for each period that is not missed. */
static int read_times(const char *text, history *past)
{
	for (size_t i = 0; i < past->length; i++)
		if (past->window[i] != MISSED && !read_time(&text, &past->times[i]))
			return 0;
	return *text == '\0';
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

static int32_t parse(badge_call *call, const char *note, history *past)
{
	*past = (history){ .every = past->every, .grace = past->grace };
	if (!note)
		return BADGE_OK;
	const char *text = note;
	past->is_merged = strncmp(text, merged_mark, strlen(merged_mark)) == 0;
	if (past->is_merged)
		text += strlen(merged_mark);
	if (!read_number(&text, -PERIOD_MOST, &past->last) || !read_number(&text, 0, &past->carried) ||
	    !read_number(&text, 0, &past->missed) || !read_window(&text, past) || !read_times(text, past))
		return badge_fail(call, "the note \"" HISTORY_MEMORY "\" is not one of a streak: \"%.100s\"", note);
	return BADGE_OK;
}

int32_t history_read(badge_call *call, history *past)
{
	return parse(call, badge_note_of(call, HISTORY_MEMORY, NULL, period_word(past->every)), past);
}

int32_t history_write(badge_call *call, const history *past)
{
	char note[NOTE_SIZE];
	size_t used = (size_t)snprintf(note, sizeof note, "%s%" PRId64 " %" PRId64 " %" PRId64 " %s",
				       past->is_merged ? merged_mark : "", past->last, past->carried, past->missed,
				       past->window);
	for (size_t i = 0; i < past->length; i++)
		if (past->window[i] != MISSED)
			used += write_time(note + used, past->times[i]);
	return badge_note_set_of(call, HISTORY_MEMORY, NULL, period_word(past->every), note);
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
static void append(history *past, char period, int64_t time)
{
	if (past->length == HISTORY_SPAN) {
		count_period(past, past->window[0], &past->carried, &past->missed);
		memmove(past->window, past->window + 1, --past->length);
		memmove(past->times, past->times + 1, past->length * sizeof past->times[0]);
	}
	past->times[past->length] = time;
	past->window[past->length++] = period;
	past->window[past->length] = '\0';
	past->last++;
}

/* Makes room for periods before the window's first. */
static void prepend_missed(history *past, size_t count)
{
	memmove(past->window + count, past->window, past->length + 1);
	memmove(past->times + count, past->times, past->length * sizeof past->times[0]);
	memset(past->window, MISSED, count);
	past->length += count;
}

static void start_at(history *past, int64_t period, int64_t time)
{
	*past = (history){ .every = past->every,
			   .grace = past->grace,
			   .last = period,
			   .length = 1,
			   .window = { ACTIVE },
			   .times = { time } };
}

/* Later than the last period. */
static void enter_new(history *past, int64_t period, int64_t time)
{
	while (past->last < period - 1)
		append(past, MISSED, 0);
	append(past, ACTIVE, time);
}

int32_t history_enter(history *past, int64_t period, int64_t at)
{
	int64_t time = at - period_start(past->every, period);
	if (past->length == 0 || period - past->last > HISTORY_SPAN) {
		start_at(past, period, time);
		return 0;
	}
	if (period > past->last) {
		enter_new(past, period, time);
		return (int32_t)past->length - 1;
	}
	if (past->last - period >= HISTORY_SPAN)
		return -1;
	size_t back = (size_t)(past->last - period) + 1;
	if (back > past->length)
		prepend_missed(past, back - past->length);
	size_t place = past->length - back;
	int is_new = past->window[place] == MISSED;
	past->is_earlier = !is_new && time < past->times[place];
	if (is_new || past->is_earlier)
		past->times[place] = time;
	if (is_new)
		past->window[place] = ACTIVE;
	return is_new ? (int32_t)place : -1;
}

/* ---- two users become one ---------------------------------------------------------------------------------------- */

static int64_t first_of(const history *past)
{
	return past->last - (int64_t)past->length + 1;
}

/* Behind the last period that is carried. Which ones these were is not kept: they are taken for ones in a row. */
static int64_t end_of_carried(const history *past)
{
	return first_of(past) - past->missed;
}

static char period_of(const history *past, int64_t period)
{
	int64_t place = period - first_of(past), before = end_of_carried(past) - period;
	if (place >= 0 && place < (int64_t)past->length)
		return past->window[place];
	return before > 0 && before <= past->carried ? ACTIVE : MISSED;
}

static int64_t time_of(const history *past, int64_t period)
{
	int64_t place = period - first_of(past);
	int is_there = place >= 0 && place < (int64_t)past->length && past->window[place] != MISSED;
	return is_there ? past->times[place] : INT64_MAX;
}

/* The earlier of two, where the period is not missed; 0 where neither is known. */
static int64_t join_times(const history *ours, const history *theirs, int64_t period)
{
	int64_t our_time = time_of(ours, period), their_time = time_of(theirs, period);
	int64_t time = our_time < their_time ? our_time : their_time;
	return time != INT64_MAX ? time : 0;
}

static char join_periods(char ours, char theirs)
{
	return ours == USED || theirs == USED ? USED : ours == ACTIVE || theirs == ACTIVE ? ACTIVE : MISSED;
}

/* An empty history up to where both begin, with what is carried into that: the greater. */
static history start_of_both(const history *older, const history *younger)
{
	int64_t first = first_of(older);
	history start = { .every = older->every,
			  .grace = older->grace,
			  .last = first - 1,
			  .carried = older->carried,
			  .missed = older->missed,
			  .is_merged = 1 };
	int64_t within = end_of_carried(younger) > first ? end_of_carried(younger) - first : 0;
	if (younger->carried - within > start.carried) {
		start.carried = younger->carried - within;
		start.missed = within > 0 ? 0 : first - end_of_carried(younger);
	}
	return start;
}

/* Enters the periods of both in their order, as if one user had come by on them. */
static history join(const history *older, const history *younger)
{
	history joined = start_of_both(older, younger);
	int64_t last = older->last > younger->last ? older->last : younger->last;
	for (int64_t period = first_of(older); period <= last; period++) {
		char each = join_periods(period_of(older, period), period_of(younger, period));
		if (each == MISSED && period < last)
			continue;
		while (joined.last < period - 1)
			append(&joined, MISSED, 0);
		append(&joined, each, join_times(older, younger, period));
	}
	return joined;
}

int32_t history_merge(badge_call *call, period_kind every, int64_t grace)
{
	history ours = { .every = every, .grace = grace }, theirs = ours, joined;
	if (history_read(call, &ours) != BADGE_OK ||
	    parse(call, badge_merged_note(call, HISTORY_MEMORY, period_word(every)), &theirs) != BADGE_OK)
		return BADGE_FAILED;
	if (theirs.length == 0)
		return BADGE_OK;
	if (ours.length == 0 || first_of(&theirs) - ours.last > HISTORY_SPAN)
		joined = theirs;
	else if (first_of(&ours) - theirs.last > HISTORY_SPAN)
		joined = ours;
	else
		joined = first_of(&ours) <= first_of(&theirs) ? join(&ours, &theirs) : join(&theirs, &ours);
	return history_write(call, &joined);
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

int32_t history_find(const history *past, int64_t least)
{
	for (size_t i = 0; i < past->length; i++) {
		if (past->window[i] != MISSED && history_streak(past, (int32_t)i) >= least)
			return (int32_t)i;
	}
	return -1;
}

static int64_t happened_at(const history *past, size_t place)
{
	return period_start(past->every, past->last - (int64_t)(past->length - 1 - place)) + past->times[place];
}

int64_t history_reached_at(const history *past, int32_t place, int64_t count)
{
	size_t i = start_of_streak(past, place), last = (size_t)place;
	int64_t counted = goes_on_from_carried(past, i) ? past->carried : 0;
	for (; i < past->length && counted < count; i++) {
		if (past->window[i] != ACTIVE)
			continue;
		counted++;
		last = i;
	}
	return happened_at(past, last);
}

int64_t history_streak_now(const history *past, int64_t period)
{
	if (past->length == 0 || period - past->last - 1 > past->grace)
		return 0;
	return history_streak(past, (int32_t)past->length - 1);
}

int64_t history_use(history *past, int32_t place, int64_t count, int64_t *at)
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
	*at = happened_at(past, last);
	return past->last - (int64_t)(past->length - 1 - last);
}
