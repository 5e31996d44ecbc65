/*
 * The rule of a time zone for all years. See tzrule.h.
 */
#include "tzrule.h"

#include "date.h"

#define HOUR_S 3600
#define DAY_S 86400

/* What is left of the text. */
typedef struct reader {
	const char *at;
	const char *end;
} reader;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int next_is(const reader *text, char wanted)
{
	return text->at < text->end && *text->at == wanted;
}

static int skip(reader *text, char wanted)
{
	int is_there = next_is(text, wanted);
	text->at += is_there;
	return is_there;
}

static int next_is_digit(const reader *text)
{
	return text->at < text->end && *text->at >= '0' && *text->at <= '9';
}

/* A number of at most three digits. */
static int read_number(reader *text, int32_t least, int32_t most, int32_t *number)
{
	int digits = 0;
	*number = 0;
	for (; digits < 3 && next_is_digit(text); digits++)
		*number = *number * 10 + (*text->at++ - '0');
	return digits > 0 && *number >= least && *number <= most;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static int read_time(reader *text, int32_t hours_most, int32_t *seconds)
{
	int32_t hours, minutes = 0, rest = 0;
	int is_negative = next_is(text, '-');
	text->at += is_negative || next_is(text, '+');
	if (!read_number(text, 0, hours_most, &hours))
		return 0;
	if (skip(text, ':')) {
		if (!read_number(text, 0, 59, &minutes))
			return 0;
		if (skip(text, ':') && !read_number(text, 0, 59, &rest))
			return 0;
	}
	*seconds = (is_negative ? -1 : 1) * (hours * HOUR_S + minutes * 60 + rest);
	return 1;
}

static int is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* "CET", or "<+0330>". */
static int read_abbreviation(reader *text)
{
	const char *start = text->at;
	if (!skip(text, '<')) {
		while (text->at < text->end && is_letter(*text->at))
			text->at++;
		return text->at - start >= 3;
	}
	while (text->at < text->end && *text->at != '>')
		text->at++;
	return skip(text, '>');
}

/* POSIX counts west of Greenwich. */
static int read_offset(reader *text, int32_t *offset)
{
	int32_t west;
	if (!read_time(text, 24, &west))
		return 0;
	*offset = -west;
	return 1;
}

static int read_day(reader *text, tzrule_change *change)
{
	if (skip(text, 'M')) {
		change->form = 'M';
		return read_number(text, 1, 12, &change->month) && skip(text, '.') &&
		       read_number(text, 1, 5, &change->week) && skip(text, '.') &&
		       read_number(text, 0, 6, &change->day);
	}
	change->form = skip(text, 'J') ? 'J' : 'n';
	return read_number(text, change->form == 'J', 365, &change->day);
}

/* ",M3.5.0/3"; at 2 o'clock where no time is given; RFC 9636, 3.3.2, allows a week before and after. */
static int read_change(reader *text, tzrule_change *change)
{
	*change = (tzrule_change){ .seconds = 2 * HOUR_S };
	return skip(text, ',') && read_day(text, change) &&
	       (!skip(text, '/') || read_time(text, 167, &change->seconds));
}

int tzrule_read(const char *text, size_t length, tzrule *rule)
{
	reader rest = { text, text + length };
	*rule = (tzrule){ 0 };
	if (!read_abbreviation(&rest) || !read_offset(&rest, &rule->standard))
		return 0;
	if (rest.at == rest.end)
		return 1;
	rule->has_daylight = 1;
	rule->daylight = rule->standard + HOUR_S;
	return read_abbreviation(&rest) && (next_is(&rest, ',') || read_offset(&rest, &rule->daylight)) &&
	       read_change(&rest, &rule->start) && read_change(&rest, &rule->end) && rest.at == rest.end;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

/* The day of a weekday in the week of a month. 1970-01-01 was a Thursday. */
static int64_t weekday_of_month(int64_t year, const tzrule_change *change)
{
	int64_t first = day_of_date(year, change->month, 1), next_month = day_of_date(year, change->month + 1, 1);
	int64_t weekday = first + 4 - divide_down(first + 4, 7) * 7;
	int64_t day = first + (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
	return day < next_month ? day : day - 7;
}

static int64_t day_of_change(int64_t year, const tzrule_change *change)
{
	if (change->form == 'M')
		return weekday_of_month(year, change);
	int64_t day = change->day;
	if (change->form == 'J')
		day += (day >= 60 && is_leap_year(year)) - 1;
	return day_of_date(year, 1, 1) + day;
}

/* When the clock that is `offset` ahead of UTC is changed in a year. */
static int64_t time_of_change(int64_t year, const tzrule_change *change, int32_t offset)
{
	return day_of_change(year, change) * DAY_S + change->seconds - offset;
}

/*
 * What the latest change has left. It may belong to the year before or after, since its time may be a week off. Where
 * daylight saving time ends and starts at one moment, it goes on: so files write it that has no end.
 */
int32_t tzrule_offset(const tzrule *rule, int64_t at)
{
	int64_t latest = INT64_MIN;
	int32_t offset = rule->standard;
	if (!rule->has_daylight)
		return offset;
	int64_t year = date_of_day(divide_down(at + rule->standard, DAY_S)).year;
	for (int64_t each = year - 1; each <= year + 1; each++) {
		int64_t start = time_of_change(each, &rule->start, rule->standard);
		int64_t end = time_of_change(each, &rule->end, rule->daylight);
		if (end <= at && end > latest) {
			latest = end;
			offset = rule->standard;
		}
		if (start <= at && start >= latest) {
			latest = start;
			offset = rule->daylight;
		}
	}
	return offset;
}
