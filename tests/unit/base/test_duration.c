/*
 * test_duration: durations as text.
 */
#include <criterion/criterion.h>

#include "base/duration.h"

#define YEAR_US INT64_C(31536000000000)

Test(duration, each_unit_has_its_length)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = { { "7ms", 7000 },       { "1s", 1000000 },      { "2m", 120000000 }, { "1h", 3600000000 },
		      { "1d", 86400000000 }, { "1w", 604800000000 }, { "0s", 0 },         { "365d", YEAR_US } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *at = cases[i].text;
		int64_t us = -1;
		cr_expect(brb_duration_read(&at, YEAR_US, &us), "%s", cases[i].text);
		cr_expect_eq(us, cases[i].us, "%s: %lld", cases[i].text, (long long)us);
		cr_expect_str_empty(at);
	}
}

Test(duration, what_is_longer_than_allowed_is_one_more)
{
	static const char *const texts[] = { "366d", "8760h1", "99999999999999999999999999s" };
	for (size_t i = 0; i < 3; i++) {
		const char *at = texts[i];
		int64_t us = -1;
		bool read = brb_duration_read(&at, i == 1 ? YEAR_US - 1 : YEAR_US, &us);
		cr_expect(read, "%s", texts[i]);
		cr_expect_eq(us, i == 1 ? YEAR_US : YEAR_US + 1, "%s: %lld", texts[i], (long long)us);
		cr_expect_str_eq(at, i == 1 ? "1" : "");
	}
}

Test(duration, what_is_none_changes_nothing)
{
	static const char *const texts[] = { "", "s", "12", "12 s", "-1s", "1y", "1sec", "1msd", "1S" };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const char *at = texts[i];
		int64_t us = -5;
		cr_expect_not(brb_duration_read(&at, YEAR_US, &us), "%s", texts[i]);
		cr_expect_eq(us, -5);
		cr_expect_eq(at, texts[i]);
	}
}

Test(duration, is_written_in_the_largest_unit_without_a_remainder)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = { { INT64_C(86400000000), "1d" }, { INT64_C(90000000), "90s" }, { INT64_C(7200000000), "2h" },
		      { INT64_C(660000000), "11m" },  { 250000, "250ms" },          { 0, "0ms" } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[BRB_DURATION_BYTES];
		brb_duration_write(cases[i].us, text);
		cr_expect_str_eq(text, cases[i].text);
	}
}
