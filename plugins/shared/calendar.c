/*
 * Days, weeks and months on the clock of the event's user. See calendar.h.
 */
#include "calendar.h"

#define MINUTE_US INT64_C(60000000)
#define DAY_MINUTES INT64_C(1440)
#define ZONE_MOST INT64_C(1080) /* minutes; RFC 3339 goes to 23:59, people to +14:00 and -12:00 */

typedef struct date {
	int64_t year;
	int32_t month, day; /* from 1 */
} date;

/* Division that rounds down, also before 1970. */
static int64_t divide_down(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

/*
 * The date of a day in the Gregorian calendar. Years are counted from March, so that a leap day comes last; 400 of
 * them have 146,097 days, and five months from March on always have 153.
 */
static date date_of_day(int64_t day)
{
	int64_t since_march_0 = day + 719468; /* days from 0000-03-01 to 1970-01-01 */
	int64_t cycle = divide_down(since_march_0, 146097);
	int64_t of_cycle = since_march_0 - cycle * 146097;
	int64_t year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	int64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
	int32_t month = (int32_t)((5 * of_year + 2) / 153);
	return (date){ .year = cycle * 400 + year + (month >= 10),
		       .month = month < 10 ? month + 3 : month - 9,
		       .day = (int32_t)(of_year - (153 * month + 2) / 5 + 1) };
}

static int is_leap_year(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Which day of its year a date is, from 0. */
static int32_t day_of_year(date when)
{
	static const int32_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	return before[when.month - 1] + (when.month > 2 && is_leap_year(when.year)) + when.day - 1;
}

/* ---- zones ------------------------------------------------------------------------------------------------------- */

static int digits(const char *two, int64_t *number)
{
	if (two[0] < '0' || two[0] > '9' || two[1] < '0' || two[1] > '9')
		return 0;
	*number = (two[0] - '0') * 10 + (two[1] - '0');
	return 1;
}

int zone_parse(const char *text, int64_t *minutes)
{
	int64_t hour, minute;
	if (strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0) {
		*minutes = 0;
		return 1;
	}
	if (strlen(text) != strlen("+hh:mm") || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
	    !digits(text + 1, &hour) || !digits(text + 4, &minute) || minute > 59 || hour * 60 + minute > ZONE_MOST)
		return 0;
	*minutes = (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
	return 1;
}

int32_t zone_read(badge_setup *setup, clock_zone *zone)
{
	const char *text = badge_setting_text(setup, "zone", "UTC");
	int32_t faults = field_read(setup, "zone_field", zone->field);
	if (!zone_parse(text, &zone->minutes))
		faults |= badge_setup_fail(setup, "zone",
					   "zone must be an offset from UTC like \"+02:00\", not \"%.100s\"", text);
	return faults;
}

/* The event's own offset where it has one: a text like the setting's, or minutes east of UTC. */
static int32_t zone_of_event(badge_call *call, const clock_zone *zone, int64_t *minutes)
{
	*minutes = zone->minutes;
	if (zone->field[0] == '\0')
		return BADGE_OK;
	switch (badge_type(call, zone->field)) {
	case BADGE_TYPE_NONE:
		return BADGE_OK;
	case BADGE_TYPE_INT:
		*minutes = badge_int(call, zone->field, 0);
		if (*minutes >= -ZONE_MOST && *minutes <= ZONE_MOST)
			return BADGE_OK;
		break;
	case BADGE_TYPE_TEXT:
		if (zone_parse(badge_text(call, zone->field, ""), minutes))
			return BADGE_OK;
		break;
	}
	return badge_refuse(call, "field \"%s\" must be an offset from UTC, \"+02:00\" or minutes, not \"%.100s\"",
			    zone->field, badge_text(call, zone->field, ""));
}

/* ---- periods ----------------------------------------------------------------------------------------------------- */

static const char *const words[] = { "none", "day", "week", "month" };

int32_t period_read(badge_setup *setup, const char *name, const char *otherwise, period_kind *kind)
{
	const char *word = badge_setting_text(setup, name, otherwise);
	for (period_kind each = PERIOD_DAY; each <= PERIOD_MONTH; each++) {
		if (strcmp(word, words[each]) == 0) {
			*kind = each;
			return BADGE_OK;
		}
	}
	return badge_setup_fail(setup, name, "%s must be day, week or month, not \"%.100s\"", name, word);
}

const char *period_word(period_kind kind)
{
	return words[kind];
}

static int64_t period_at(badge_call *call, period_kind kind, int64_t minutes)
{
	int64_t day = divide_down(divide_down(badge_at(call), MINUTE_US) + minutes, DAY_MINUTES);
	date when = date_of_day(day);
	if (kind == PERIOD_MONTH)
		return when.year * 12 + when.month - 1;
	return kind == PERIOD_WEEK ? divide_down(day + 3, 7) : day; /* 1970-01-01 was a Thursday */
}

int32_t period_of_event(badge_call *call, const clock_zone *zone, period_kind kind, int64_t *period)
{
	int64_t minutes;
	int32_t answer = zone_of_event(call, zone, &minutes);
	if (answer == BADGE_OK)
		*period = period_at(call, kind, minutes);
	return answer;
}

/* ---- the clock of progress --------------------------------------------------------------------------------------- */

#define KNOWN INT64_C(10000) /* is added to the minutes that are kept, since a number that is 0 is not kept */

void zone_remember(badge_call *call, const clock_zone *zone)
{
	int64_t minutes;
	if (zone->field[0] == '\0' || badge_type(call, zone->field) == BADGE_TYPE_NONE ||
	    zone_of_event(call, zone, &minutes) != BADGE_OK)
		return;
	if (badge_tally(call, ZONE_MEMORY) != minutes + KNOWN)
		badge_tally_set(call, ZONE_MEMORY, minutes + KNOWN);
}

int64_t period_now(badge_call *call, const clock_zone *zone, period_kind kind)
{
	int64_t kept = zone->field[0] == '\0' ? 0 : badge_tally(call, ZONE_MEMORY);
	return period_at(call, kind, kept ? kept - KNOWN : zone->minutes);
}

/* The day of the first of a month; years from March, as in date_of_day. */
static int64_t first_day_of_month(int64_t month_since_0)
{
	int64_t month = month_since_0 - 2; /* since March of the year 0 */
	int64_t year = divide_down(month, 12);
	int64_t of_year = (153 * (month - year * 12) + 2) / 5;
	return 365 * year + divide_down(year, 4) - divide_down(year, 100) + divide_down(year, 400) + of_year - 719468;
}

int64_t period_start(period_kind kind, int64_t period)
{
	int64_t day = kind == PERIOD_MONTH  ? first_day_of_month(period)
		      : kind == PERIOD_WEEK ? period * 7 - 3
					    : period;
	return day * DAY_MINUTES * MINUTE_US;
}

void period_format(period_kind kind, int64_t period, char text[PERIOD_TEXT_SIZE])
{
	if (kind == PERIOD_MONTH) {
		int64_t year = divide_down(period, 12);
		snprintf(text, PERIOD_TEXT_SIZE, "%04" PRId64 "-%02d", year, (int)(period - year * 12) + 1);
		return;
	}
	/* A week belongs to the year that its Thursday is in. */
	date when = date_of_day(kind == PERIOD_WEEK ? period * 7 : period);
	if (kind == PERIOD_WEEK)
		snprintf(text, PERIOD_TEXT_SIZE, "%04" PRId64 "-W%02d", when.year, (int)day_of_year(when) / 7 + 1);
	else
		snprintf(text, PERIOD_TEXT_SIZE, "%04" PRId64 "-%02d-%02d", when.year, (int)when.month,
			 (int)when.day);
}
