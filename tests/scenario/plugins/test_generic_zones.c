/*
 * Days, weeks and months of threshold-each and streak by names of the tz database, against the C library's: events around
 * midnight, in summer and winter, and random histories over changes of the clocks.
 */
#include "support/generic_badges.h"

enum { EVENTS = 600, HISTORIES = 60, OF_HISTORY = 30, LEVELS = 4, TEXT_BYTES = 64 };

#define DAY_S 86400

static const char *const names[] = { "Europe/Berlin",     "America/New_York", "Australia/Lord_Howe",
				     "Africa/Casablanca", "Asia/Kolkata",     "America/St_Johns",
				     "Pacific/Auckland",  "Pacific/Honolulu", "America/Asuncion",
				     "Asia/Beirut",       "Europe/Lisbon",    "Pacific/Kiritimati" };

enum { NAMES = sizeof names / sizeof names[0] };

static uint64_t chance_state = 1;

static uint32_t chance(uint32_t below)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(chance_state >> 33) % below;
}

static void skip_without_tzdata(void)
{
	if (access("/usr/share/zoneinfo/Etc/UTC", R_OK) != 0)
		cr_skip_test("there is no tz database in /usr/share/zoneinfo (install tzdata)\n");
}

/* ---- what the C library says; before an engine is open, since it changes the environment ---- */

static struct tm local_time(const char *name, time_t at)
{
	struct tm local;
	setenv("TZ", name, 1);
	tzset();
	cr_assert_not_null(localtime_r(&at, &local));
	return local;
}

/* The first of the days from here on after which the offset is another one; the day itself where that takes a year. */
static struct tm day_of_change(const char *name, struct tm day)
{
	struct tm found = day;
	for (int i = 0; i < 366; i++, found.tm_mday++) {
		struct tm midnight = found, next = found;
		next.tm_mday++;
		time_t at = mktime(&midnight), end = mktime(&next);
		if (local_time(name, at).tm_gmtoff != local_time(name, end).tm_gmtoff)
			return found;
	}
	return day;
}

/* Around midnight of any day from 1975 to 2025, half of them before or after a day on which the clocks are changed. */
static time_t some_time(const char *name)
{
	static const int from_midnight[] = { -3601, -3600, -1, 0, 1, 3599, 3600, 43200 };
	struct tm day = {
		.tm_year = 75 + (int)chance(50), .tm_mon = 0, .tm_mday = 1 + (int)chance(365), .tm_isdst = -1
	};
	local_time(name, 0); /* sets the zone of mktime */
	if (chance(2) == 0)
		day = day_of_change(name, day);
	day.tm_mday += (int)chance(2);
	return mktime(&day) + from_midnight[chance(8)];
}

/* A number that counts days on. */
static int64_t day_of(const struct tm *local)
{
	struct tm date = { .tm_year = local->tm_year, .tm_mon = local->tm_mon, .tm_mday = local->tm_mday };
	return timegm(&date) / DAY_S;
}

typedef enum kind { DAY, WEEK, SUNDAY_WEEK, MONTH } kind;

static void write_sunday(const struct tm *local, char text[TEXT_BYTES])
{
	time_t sunday = (day_of(local) - local->tm_wday) * DAY_S;
	struct tm date;
	strftime(text, TEXT_BYTES, "b 1 %Y-%m-%d;", gmtime_r(&sunday, &date));
}

/* What is earned for the first event of the period. */
static void write_earned(kind of, const struct tm *local, char text[TEXT_BYTES])
{
	switch (of) {
	case DAY:
		strftime(text, TEXT_BYTES, "b 1 %Y-%m-%d;", local);
		break;
	case WEEK:
		strftime(text, TEXT_BYTES, "b 1 %G-W%V;", local);
		break;
	case SUNDAY_WEEK:
		write_sunday(local, text);
		break;
	case MONTH:
		strftime(text, TEXT_BYTES, "b 1 %Y-%m;", local);
		break;
	}
}

/* ---- periods ---- */

typedef struct given {
	const char *name;
	time_t at;
	char earned[TEXT_BYTES];
} given;

static void expect_periods(const char *config, kind of)
{
	static given all[EVENTS];
	char user[32];
	skip_without_tzdata();
	for (size_t i = 0; i < EVENTS; i++) {
		given *each = &all[i];
		each->name = names[chance(NAMES)];
		each->at = some_time(each->name);
		struct tm local = local_time(each->name, each->at);
		write_earned(of, &local, each->earned);
	}
	scene *here = scene_with(config);
	for (size_t i = 0; i < EVENTS; i++) {
		brabeion_field field = BRABEION_TEXT("tz", all[i].name);
		snprintf(user, sizeof user, "user%zu", i);
		brabeion_event event =
			BRABEION_EVENT(.name = "e", .user = user, .has_at = true, .at_is_exact = true,
				       .at_us = (int64_t)all[i].at * 1000000, .fields = &field, .field_count = 1);
		cr_expect_str_eq(scene_earned(here, &event), all[i].earned, "%s at %lld", all[i].name,
				 (long long)all[i].at);
	}
	scene_finish(here);
}

#define EACH(settings) \
	GENERIC_BADGE("threshold.so", "threshold-each", "settings: { at: [1], zone_field: tz, " settings " }")

Test(generic_zones, days_are_those_of_the_c_library)
{
	expect_periods(EACH("per: day"), DAY);
}

Test(generic_zones, weeks_are_those_of_the_c_library)
{
	expect_periods(EACH("per: week"), WEEK);
}

Test(generic_zones, weeks_from_sunday_are_those_of_the_c_library)
{
	expect_periods(EACH("per: week, week_from: sunday"), SUNDAY_WEEK);
}

Test(generic_zones, months_are_those_of_the_c_library)
{
	expect_periods(EACH("per: month"), MONTH);
}

/* ---- streaks ---- */

typedef struct history {
	const char *name;
	time_t at[OF_HISTORY];
	int64_t days[OF_HISTORY];
} history;

/* Hours over sixteen days around the changes of spring and autumn of 2023, in no order. */
static void make_history(history *past)
{
	static const time_t around[] = { 1678320000, 1679616000, 1696032000, 1697760000, 1680307200 };
	past->name = names[chance(NAMES)];
	time_t start = around[chance(5)];
	for (size_t i = 0; i < OF_HISTORY; i++) {
		past->at[i] = start + (time_t)chance(16 * 24 * 4) * 900;
		struct tm local = local_time(past->name, past->at[i]);
		past->days[i] = day_of(&local);
	}
}

/* The most days in a row among the first `count`. */
static int longest_streak(const history *past, size_t count)
{
	int longest = 0;
	for (size_t i = 0; i < count; i++) {
		int streak = 0;
		for (size_t j = 0; j < count; j++) {
			if (past->days[j] == past->days[i] + streak) {
				streak++;
				j = (size_t)-1; /* the next day may stand anywhere */
			}
		}
		longest = streak > longest ? streak : longest;
	}
	return longest;
}

static int level_of(int streak)
{
	static const int at[LEVELS] = { 2, 3, 5, 8 };
	int level = 0;
	while (level < LEVELS && at[level] <= streak)
		level++;
	return level;
}

static void play(scene *here, const history *past, const char *user)
{
	int level = 0;
	for (size_t i = 0; i < OF_HISTORY; i++) {
		char expected[TEXT_BYTES] = "";
		int reached = level_of(longest_streak(past, i + 1));
		while (level < reached)
			snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "b %d ;", ++level);
		brabeion_field field = BRABEION_TEXT("tz", past->name);
		brabeion_event event =
			BRABEION_EVENT(.name = "e", .user = user, .has_at = true, .at_is_exact = true,
				       .at_us = (int64_t)past->at[i] * 1000000, .fields = &field, .field_count = 1);
		cr_expect_str_eq(scene_earned(here, &event), expected, "%s, event %zu at %lld", past->name, i,
				 (long long)past->at[i]);
	}
}

Test(generic_zones, streaks_of_random_histories_are_those_of_the_c_librarys_days)
{
	static history all[HISTORIES];
	char user[32];
	skip_without_tzdata();
	for (size_t i = 0; i < HISTORIES; i++)
		make_history(&all[i]);
	scene *here = scene_with(
		GENERIC_BADGE("streak.so", "streak",
			      "levels: [One, Two, Three, Four], settings: { at: [2, 3, 5, 8], zone_field: tz }"));
	for (size_t i = 0; i < HISTORIES; i++) {
		snprintf(user, sizeof user, "user%zu", i);
		play(here, &all[i], user);
	}
	scene_finish(here);
}
