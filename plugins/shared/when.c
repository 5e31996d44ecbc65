/*
 * The clause `when`. See when.h.
 */
#include "when.h"

#include "date.h"

#define DAY_S INT64_C(86400)

enum { MINUTES_OF_DAY = 1440, PATH_SIZE = 40, LIST_MOST = 366 };

static const char *const day_words[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int two_digits(const char *text, int32_t *number)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return 0;
	*number = (text[0] - '0') * 10 + (text[1] - '0');
	return 1;
}

static int32_t read_day(badge_setup *setup, const char *path, when *times)
{
	const char *word = badge_setting_text(setup, path, "");
	for (uint32_t i = 0; i < sizeof day_words / sizeof day_words[0]; i++) {
		if (strcmp(word, day_words[i]) == 0) {
			times->days |= 1U << i;
			return BADGE_OK;
		}
	}
	return badge_setup_fail(setup, path, "a day is mon, tue, wed, thu, fri, sat or sun, not \"%.20s\"", word);
}

static int32_t read_month(badge_setup *setup, const char *path, when *times)
{
	int64_t month = badge_setting_int(setup, path, 0);
	if (month < 1 || month > 12)
		return badge_setup_fail(setup, path, "a month is a number from 1 to 12");
	times->months |= 1U << month;
	return BADGE_OK;
}

static int32_t read_date(badge_setup *setup, const char *path, when *times)
{
	static const int32_t lengths[] = { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const char *text = badge_setting_text(setup, path, "");
	int32_t month, day;
	if (strlen(text) != strlen("mm-dd") || text[2] != '-' || !two_digits(text, &month) ||
	    !two_digits(text + 3, &day) || month < 1 || month > 12 || day < 1 || day > lengths[month])
		return badge_setup_fail(setup, path, "a date is a month and a day, as in \"12-24\", not \"%.20s\"",
					text);
	times->dates[month] |= 1U << day;
	times->has_dates = 1;
	return BADGE_OK;
}

/* A list, each item by a function. */
static int32_t read_list(badge_setup *setup, const char *path, int32_t (*read)(badge_setup *, const char *, when *),
			 when *times)
{
	int32_t status = BADGE_OK;
	int64_t count = badge_setting_count(setup, path);
	if (badge_setting_type(setup, path) == BADGE_TYPE_NONE)
		return BADGE_OK;
	if (count < 1 || count > LIST_MOST || badge_setting_key(setup, path, 0))
		return badge_setup_fail(setup, path, "%s must be a list", path);
	for (int64_t i = 0; i < count; i++) {
		char item[PATH_SIZE];
		snprintf(item, sizeof item, "%s.%d", path, (int)i);
		status |= read(setup, item, times);
	}
	return status;
}

static int32_t read_hour(badge_setup *setup, const char *path, int32_t *minutes)
{
	const char *text = badge_setting_text(setup, path, "");
	int32_t hour, minute;
	if (strlen(text) != strlen("hh:mm") || text[2] != ':' || !two_digits(text, &hour) ||
	    !two_digits(text + 3, &minute) || minute > 59 || hour * 60 + minute > MINUTES_OF_DAY)
		return badge_setup_fail(setup, path,
					"a time of the day is from \"00:00\" to \"24:00\", not \"%.20s\"", text);
	*minutes = hour * 60 + minute;
	return BADGE_OK;
}

static int32_t read_between(badge_setup *setup, when *times)
{
	if (badge_setting_type(setup, "when.between") == BADGE_TYPE_NONE)
		return BADGE_OK;
	if (badge_setting_count(setup, "when.between") != 2 || badge_setting_key(setup, "when.between", 0))
		return badge_setup_fail(setup, "when.between",
					"between has two times of the day, as in [\"18:00\", \"23:00\"]");
	int32_t status = read_hour(setup, "when.between.0", &times->from);
	status |= read_hour(setup, "when.between.1", &times->until);
	if (status == BADGE_OK && times->from % MINUTES_OF_DAY == times->until % MINUTES_OF_DAY)
		return badge_setup_fail(setup, "when.between", "between has two different times of the day");
	return status;
}

int32_t when_read(badge_setup *setup, when *times)
{
	*times = (when){ 0 };
	uint32_t type = badge_setting_type(setup, "when");
	if (type == BADGE_TYPE_NONE)
		return BADGE_OK;
	if (type != BADGE_TYPE_JSON || badge_setting_count(setup, "when") < 1 || !badge_setting_key(setup, "when", 0))
		return badge_setup_fail(setup, "when", "when has days and hours, as in { days: [sat, sun] }");
	times->is_set = 1;
	int32_t status = read_list(setup, "when.days", read_day, times);
	status |= read_list(setup, "when.months", read_month, times);
	status |= read_list(setup, "when.dates", read_date, times);
	status |= read_between(setup, times);
	for (uint32_t i = 0; i < badge_setting_count(setup, "when"); i++) {
		const char *word = badge_setting_key(setup, "when", i);
		char path[PATH_SIZE + 120];
		if (!word || strcmp(word, "days") == 0 || strcmp(word, "months") == 0 || strcmp(word, "dates") == 0 ||
		    strcmp(word, "between") == 0)
			continue;
		snprintf(path, sizeof path, "when.%.120s", word);
		status |= badge_setup_fail(setup, path, "when has days, months, dates and between, not \"%.100s\"",
					   word);
	}
	return status;
}

/* ---- fitting ----------------------------------------------------------------------------------------------------- */

static int is_over_midnight(const when *times)
{
	return times->from > times->until;
}

static int fits_hour(const when *times, int32_t minute)
{
	if (times->from == times->until)
		return 1;
	return is_over_midnight(times) ? minute >= times->from || minute < times->until
				       : minute >= times->from && minute < times->until;
}

static int fits_day(const when *times, int64_t day)
{
	date when_is = date_of_day(day);
	int64_t of_week = (day % 7 + 7 + 3) % 7; /* 1970-01-01 was a Thursday */
	return (!times->days || times->days >> of_week & 1) &&
	       (!times->months || times->months >> when_is.month & 1) &&
	       (!times->has_dates || times->dates[when_is.month] >> when_is.day & 1);
}

int32_t when_fits(badge_call *call, const when *times, const clock_zone *zone)
{
	int64_t local;
	if (!times->is_set)
		return BADGE_OK;
	int32_t answer = zone_local(call, zone, &local);
	if (answer != BADGE_OK)
		return answer;
	int64_t day = divide_down(local, DAY_S);
	int32_t minute = (int32_t)((local - day * DAY_S) / 60);
	if (!fits_hour(times, minute)) {
		badge_explain(call, "it is %02d:%02d, between %02d:%02d and %02d:%02d is needed", minute / 60,
			      minute % 60, times->from / 60, times->from % 60, times->until / 60, times->until % 60);
		return BADGE_UNCHANGED;
	}
	if (is_over_midnight(times) && minute < times->until)
		day--;
	if (fits_day(times, day))
		return BADGE_OK;
	badge_explain(call, "it is another day than those of \"when\"");
	return BADGE_UNCHANGED;
}
