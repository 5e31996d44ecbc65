/*
 * The author's own calendar and clock. See calendar.h.
 */
#include "calendar.h"

#define SECOND_US INT64_C(1000000)
#define DAY_S INT64_C(86400)

/* Division that rounds down, also before 1970. */
static int64_t divide_down(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

/*
 * The date of a day in the Gregorian calendar. Years are counted from March, so that a leap day comes last; 400 of
 * them have 146,097 days, and five months from March on always have 153.
 */
int64_t commit_date_of_day(int64_t day)
{
	int64_t since_march_0 = day + 719468; /* days from 0000-03-01 to 1970-01-01 */
	int64_t cycle = divide_down(since_march_0, 146097);
	int64_t of_cycle = since_march_0 - cycle * 146097;
	int64_t year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	int64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	int64_t of_month = of_year - (153 * month + 2) / 5;
	int64_t next_year = month >= 10; /* January and February */
	return (cycle * 400 + year + next_year) * 10000 + (month + 3 - 12 * next_year) * 100 + of_month + 1;
}

int64_t commit_offset(badge_call *call)
{
	int64_t minutes = badge_int(call, "offset", 0);
	return minutes > -24 * 60 && minutes < 24 * 60 ? minutes : 0;
}

local_time commit_local_time(badge_call *call)
{
	int64_t second = divide_down(badge_at(call), SECOND_US) + commit_offset(call) * 60;
	int64_t day = divide_down(second, DAY_S);
	return (local_time){
		.day = day,
		.date = commit_date_of_day(day),
		.hour = (int32_t)((second - day * DAY_S) / 3600),
		.weekday = (int32_t)(day + 3 - 7 * divide_down(day + 3, 7)), /* 1970-01-01 was a Thursday */
	};
}
