/*
 * base/time: see brabeion_time_format and brabeion_time_parse of the public header. The calendar is the proleptic
 * Gregorian one; the day arithmetic is Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <brabeion/engine.h>

enum { MICROSECONDS = 1000000, DAY_SECONDS = 86400 };

static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;
	*day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
	*month = shifted_month + (shifted_month < 10 ? 3 : -9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

brabeion_status brabeion_time_format(int64_t at_us, char text[BRABEION_TIME_BYTES])
{
	int64_t fraction = at_us % MICROSECONDS;
	int64_t seconds = at_us / MICROSECONDS;
	if (fraction < 0) {
		fraction += MICROSECONDS;
		seconds--;
	}
	int64_t of_day = seconds % DAY_SECONDS;
	if (of_day < 0)
		of_day += DAY_SECONDS;
	int64_t year, month, day;
	civil_from_days((seconds - of_day) / DAY_SECONDS, &year, &month, &day);
	if (year < 0 || year > 9999)
		return BRABEION_INVALID;
	int length = snprintf(text, BRABEION_TIME_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%0*dZ", (int)year, (int)month,
			      (int)day, (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60),
			      fraction % 1000 ? 6 : 3, (int)(fraction % 1000 ? fraction : fraction / 1000));
	return length > 0 && length < BRABEION_TIME_BYTES ? BRABEION_OK : BRABEION_INVALID;
}

/* Reads exactly `digits` digits into *value, no more than `most`. */
static bool read_number(const char **at, int digits, int most, int64_t *value)
{
	int64_t number = 0;
	for (int i = 0; i < digits; i++) {
		if ((*at)[i] < '0' || (*at)[i] > '9')
			return false;
		number = number * 10 + ((*at)[i] - '0');
	}
	*at += digits;
	*value = number;
	return number <= most;
}

static bool read_mark(const char **at, const char *one_of)
{
	if (!**at || !strchr(one_of, **at))
		return false;
	(*at)++;
	return true;
}

/* An optional ".123456789": microseconds, further digits cut. */
static bool read_fraction(const char **at, int64_t *fraction_us)
{
	*fraction_us = 0;
	if (**at != '.')
		return true;
	int64_t unit = MICROSECONDS / 10;
	const char *first = ++*at;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		*fraction_us += (**at - '0') * unit;
	return *at > first;
}

static bool read_offset(const char **at, int64_t *offset_seconds)
{
	*offset_seconds = 0;
	if (read_mark(at, "Zz"))
		return true;
	int64_t hours, minutes, sign = **at == '-' ? -1 : 1;
	if (!read_mark(at, "+-") || !read_number(at, 2, 23, &hours) || !read_mark(at, ":") ||
	    !read_number(at, 2, 59, &minutes))
		return false;
	*offset_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	int64_t next = month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1);
	return next - days_from_civil(year, month, 1);
}

brabeion_status brabeion_time_parse(const char *text, int64_t *at_us)
{
	int64_t year, month, day, hour, minute, second, fraction_us, offset_seconds;
	const char *at = text;
	bool read = read_number(&at, 4, 9999, &year) && read_mark(&at, "-") && read_number(&at, 2, 12, &month) &&
		    read_mark(&at, "-") && read_number(&at, 2, 31, &day) && read_mark(&at, "Tt ") &&
		    read_number(&at, 2, 23, &hour) && read_mark(&at, ":") && read_number(&at, 2, 59, &minute) &&
		    read_mark(&at, ":") && read_number(&at, 2, 60, &second) && read_fraction(&at, &fraction_us) &&
		    read_offset(&at, &offset_seconds) && !*at;
	if (!read || month < 1 || day < 1 || day > days_in_month(year, month))
		return BRABEION_INVALID;
	int64_t seconds = days_from_civil(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
	seconds -= offset_seconds;
	if (seconds < days_from_civil(0, 1, 1) * DAY_SECONDS || seconds >= days_from_civil(10000, 1, 1) * DAY_SECONDS)
		return BRABEION_INVALID; /* an offset or second 60 leads to a time that cannot be written */
	*at_us = seconds * MICROSECONDS + fraction_us;
	return BRABEION_OK;
}
