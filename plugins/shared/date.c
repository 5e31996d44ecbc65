/*
 * Dates as days. Years are counted from March, so that a leap day comes last; 400 of them have 146,097 days, and five
 * months from March on always have 153.
 */
#include "date.h"

#define DAYS_TO_1970 719468 /* from 0000-03-01 */

int64_t divide_down(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

date date_of_day(int64_t day)
{
	int64_t since_march_0 = day + DAYS_TO_1970;
	int64_t cycle = divide_down(since_march_0, 146097);
	int64_t of_cycle = since_march_0 - cycle * 146097;
	int64_t year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	int64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
	int32_t month = (int32_t)((5 * of_year + 2) / 153);
	return (date){ .year = cycle * 400 + year + (month >= 10),
		       .month = month < 10 ? month + 3 : month - 9,
		       .day = (int32_t)(of_year - (153 * month + 2) / 5 + 1) };
}

int64_t day_of_date(int64_t year, int64_t month, int64_t day)
{
	int64_t since_march_0 = year * 12 + month - 3;
	int64_t from_march = divide_down(since_march_0, 12);
	int64_t of_year = (153 * (since_march_0 - from_march * 12) + 2) / 5;
	return 365 * from_march + divide_down(from_march, 4) - divide_down(from_march, 100) +
	       divide_down(from_march, 400) + of_year + day - 1 - DAYS_TO_1970;
}

int is_leap_year(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
