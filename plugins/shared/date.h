/*
 * What the generic plugins share: dates of the Gregorian calendar, as days since 1970-01-01. No clock and no time zone.
 */
#ifndef SHARED_DATE_H
#define SHARED_DATE_H

#include <stdint.h>

typedef struct date {
	int64_t year;
	int32_t month, day; /* from 1 */
} date;

/* Division that rounds down, also before 1970. */
int64_t divide_down(int64_t number, int64_t by);

date date_of_day(int64_t day);

/* The month may be beyond 12 or below 1, and so may the day: they are counted on from the first of the year. */
int64_t day_of_date(int64_t year, int64_t month, int64_t day);

int is_leap_year(int64_t year);

#endif
