/*
 * date: dates of the Gregorian calendar as days since 1970, against the C library.
 */
#include <criterion/criterion.h>

#include <time.h>

#include "date.h"

Test(date, is_that_of_the_c_library_for_800_years)
{
	for (int64_t day = -135000; day <= 160000; day++) {
		time_t at = (time_t)(day * 86400);
		struct tm wanted;
		cr_assert_not_null(gmtime_r(&at, &wanted));
		date got = date_of_day(day);
		cr_assert_eq(got.year, wanted.tm_year + 1900, "day %lld", (long long)day);
		cr_assert_eq(got.month, wanted.tm_mon + 1, "day %lld", (long long)day);
		cr_assert_eq(got.day, wanted.tm_mday, "day %lld", (long long)day);
		cr_assert_eq(day_of_date(got.year, got.month, got.day), day);
		cr_assert_eq(day_of_date(got.year, 1, wanted.tm_yday + 1), day);
	}
}

Test(date, months_are_counted_on)
{
	cr_assert_eq(day_of_date(1970, 1, 1), 0);
	cr_assert_eq(day_of_date(2024, 13, 1), day_of_date(2025, 1, 1));
	cr_assert_eq(day_of_date(2024, 0, 1), day_of_date(2023, 12, 1));
	cr_assert_eq(day_of_date(0, 2024 * 12 + 3, 1), day_of_date(2024, 3, 1));
	cr_assert_eq(day_of_date(-1, 3, 1), -719468 - 366);
}

Test(date, leap_years_are_every_fourth_but_for_centuries)
{
	cr_assert(is_leap_year(2024));
	cr_assert(is_leap_year(2000));
	cr_assert(is_leap_year(-4));
	cr_assert_not(is_leap_year(1900));
	cr_assert_not(is_leap_year(2023));
}
