/*
 * Days, weeks and months on the clock of the event's user. See calendar.h.
 */
#include "calendar.h"

#include "date.h"

#define DAY_S INT64_C(86400)
#define DAY_US INT64_C(86400000000)

/* ---- periods ----------------------------------------------------------------------------------------------------- */

static const char *const words[] = { "none", "day", "week", "sunday-week", "month" };

/* `week_from` chooses between the two kinds of week. */
static int32_t read_week_from(badge_setup *setup, const char *name, period_kind *kind)
{
	const char *word = badge_setting_text(setup, "week_from", "monday");
	if (badge_setting_type(setup, "week_from") != BADGE_TYPE_NONE && *kind != PERIOD_WEEK)
		return badge_setup_fail(setup, "week_from", "week_from is for %s: week", name);
	if (strcmp(word, "sunday") == 0)
		*kind = PERIOD_SUNDAY_WEEK;
	else if (strcmp(word, "monday") != 0)
		return badge_setup_fail(setup, "week_from", "week_from must be monday or sunday, not \"%.100s\"",
					word);
	return BADGE_OK;
}

int32_t period_read(badge_setup *setup, const char *name, const char *otherwise, period_kind *kind)
{
	static const period_kind kinds[] = { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH };
	const char *word = badge_setting_text(setup, name, otherwise);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(word, words[kinds[i]]) == 0) {
			*kind = kinds[i];
			return read_week_from(setup, name, kind);
		}
	}
	return badge_setup_fail(setup, name, "%s must be day, week or month, not \"%.100s\"", name, word);
}

const char *period_word(period_kind kind)
{
	return words[kind];
}

/* 1970-01-01 was a Thursday. */
static int64_t period_of(period_kind kind, int64_t local)
{
	int64_t day = divide_down(local, DAY_S);
	if (kind == PERIOD_MONTH) {
		date when = date_of_day(day);
		return when.year * 12 + when.month - 1;
	}
	return kind == PERIOD_WEEK          ? divide_down(day + 3, 7)
	       : kind == PERIOD_SUNDAY_WEEK ? divide_down(day + 4, 7)
					    : day;
}

int32_t period_of_event(badge_call *call, const clock_zone *zone, period_kind kind, int64_t *period)
{
	int64_t local;
	int32_t answer = zone_local(call, zone, &local);
	if (answer == BADGE_OK)
		*period = period_of(kind, local);
	return answer;
}

int64_t period_now(badge_call *call, const clock_zone *zone, period_kind kind)
{
	return period_of(kind, zone_local_now(call, zone));
}

/* The day on which the period begins. */
static int64_t first_day(period_kind kind, int64_t period)
{
	switch (kind) {
	case PERIOD_WEEK:
		return period * 7 - 3;
	case PERIOD_SUNDAY_WEEK:
		return period * 7 - 4;
	case PERIOD_MONTH:
		return day_of_date(0, period + 1, 1);
	default:
		return period;
	}
}

int64_t period_start(period_kind kind, int64_t period)
{
	return first_day(kind, period) * DAY_US;
}

/* A week from Monday belongs to the year that its Thursday is in. */
static void format_iso_week(int64_t period, char text[PERIOD_TEXT_SIZE])
{
	int64_t thursday = period * 7, year = date_of_day(thursday).year;
	int64_t of_year = thursday - day_of_date(year, 1, 1);
	snprintf(text, PERIOD_TEXT_SIZE, "%04" PRId64 "-W%02d", year, (int)of_year / 7 + 1);
}

void period_format(period_kind kind, int64_t period, char text[PERIOD_TEXT_SIZE])
{
	date first = date_of_day(first_day(kind, period));
	if (kind == PERIOD_WEEK)
		format_iso_week(period, text);
	else if (kind == PERIOD_MONTH)
		snprintf(text, PERIOD_TEXT_SIZE, "%04" PRId64 "-%02d", first.year, (int)first.month);
	else
		snprintf(text, PERIOD_TEXT_SIZE, "%04" PRId64 "-%02d-%02d", first.year, (int)first.month,
			 (int)first.day);
}
