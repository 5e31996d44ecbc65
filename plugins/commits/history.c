/*
 * The commit pack's observer: counts each commit. See history.h for what it keeps.
 */
#include "history.h"

#include <stdlib.h>

enum { BLOCK_DAYS = 64, KEY_SIZE = 24 };

const badge_memory commits_memory[HISTORY_SIZE] = {
	BADGE_TALLY(TALLY_COMMITS),
	BADGE_TALLY(TALLY_NIGHT),
	BADGE_TALLY(TALLY_EARLY),
	BADGE_TALLY(TALLY_WEEKEND),
	BADGE_TALLY(TALLY_MERGES),
	BADGE_MEMORY(TALLY_STREAK, BADGE_MERGE_OWN),
	BADGE_MEMORY(TALLY_FIRST, BADGE_MERGE_MIN),
	BADGE_MEMORY(TALLY_ZONES, BADGE_MERGE_OR),
	BADGE_MEMORY(TALLY_DAYS, BADGE_MERGE_OR),
	BADGE_MEMORY(TALLY_LATEST, BADGE_MERGE_MAX),
	BADGE_MEMORY(TALLY_TIMES, BADGE_MERGE_EARLIEST),
};

static void write_key(int64_t number, char key[KEY_SIZE])
{
	snprintf(key, KEY_SIZE, "%lld", (long long)number);
}

/* ---- days -------------------------------------------------------------------------------------------------------- */

/* Of a day of the epoch, its block and its bit there. */
typedef struct place {
	int64_t block;
	int32_t bit;
} place;

static place place_of(int64_t day)
{
	int64_t block = day / BLOCK_DAYS - (day % BLOCK_DAYS < 0);
	return (place){ block, (int32_t)(day - block * BLOCK_DAYS) };
}

/* In a merge the days of both authors. */
static uint64_t days_of_block(badge_call *call, int64_t block, int is_merge)
{
	char key[KEY_SIZE];
	write_key(block, key);
	int64_t days = badge_tally_of(call, TALLY_DAYS, NULL, key);
	return (uint64_t)(is_merge ? days | badge_merged_tally(call, TALLY_DAYS, key) : days);
}

/* How many days in a row have a commit, from this one on, forwards (1) or backwards (-1). */
static int64_t count_from(badge_call *call, int64_t day, int32_t direction, int is_merge)
{
	int64_t count = 0;
	place at = place_of(day);
	for (uint64_t days = days_of_block(call, at.block, is_merge); days >> at.bit & 1; count++) {
		at.bit += direction;
		if (at.bit >= 0 && at.bit < BLOCK_DAYS)
			continue;
		at.block += direction;
		at.bit = at.bit < 0 ? BLOCK_DAYS - 1 : 0;
		days = days_of_block(call, at.block, is_merge);
	}
	return count;
}

static void keep_longest(badge_call *call, int64_t length)
{
	if (length > badge_tally(call, TALLY_STREAK))
		badge_tally_set(call, TALLY_STREAK, length);
}

int64_t commits_time_of_day(badge_call *call, int64_t day)
{
	char key[KEY_SIZE];
	write_key(day, key);
	return time_counted(call, TALLY_TIMES, key);
}

int64_t commits_days_around(badge_call *call, int64_t day, int64_t *first)
{
	int64_t before = count_from(call, day - 1, -1, 0);
	*first = day - before;
	return before + count_from(call, day, 1, 0);
}

/* A new day joins the days in a row before it and after it, in any order of arrival. */
static void count_day(badge_call *call, int64_t day)
{
	char key[KEY_SIZE];
	place at = place_of(day);
	write_key(day, key);
	earliest_count(call, TALLY_TIMES, key);
	uint64_t days = days_of_block(call, at.block, 0);
	if (days >> at.bit & 1)
		return;
	write_key(at.block, key);
	badge_tally_set_of(call, TALLY_DAYS, NULL, key, (int64_t)(days | UINT64_C(1) << at.bit));
	keep_longest(call, count_from(call, day - 1, -1, 0) + 1 + count_from(call, day + 1, 1, 0));
}

void commits_list_days(badge_call *call, commits_each_day *each)
{
	for (const char *key = NULL; (key = badge_key_next(call, TALLY_DAYS, NULL, key));) {
		int64_t block = strtoll(key, NULL, 10);
		uint64_t days = days_of_block(call, block, 0);
		for (int32_t bit = 0; bit < BLOCK_DAYS; bit++) {
			if (days >> bit & 1)
				each(call, block * BLOCK_DAYS + bit);
		}
	}
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

/* What both had, and the runs of days that are longer now: each has a day of the author who goes. */
int32_t commits_merge(void *self, badge_call *call)
{
	(void)self;
	keep_longest(call, badge_merged_tally(call, TALLY_STREAK, NULL));
	for (const char *key = NULL; (key = badge_merged_key_next(call, TALLY_DAYS, key));) {
		int64_t block = strtoll(key, NULL, 10);
		uint64_t days = (uint64_t)badge_merged_tally(call, TALLY_DAYS, key);
		for (int32_t bit = 0; bit < BLOCK_DAYS; bit++) {
			int64_t day = block * BLOCK_DAYS + bit;
			int is_first = days >> bit & 1 && (bit == 0 || !(days >> (bit - 1) & 1));
			if (is_first)
				keep_longest(call, count_from(call, day - 1, -1, 1) + count_from(call, day, 1, 1));
		}
	}
	return BADGE_OK;
}

/* ---- the observer ------------------------------------------------------------------------------------------------ */

static void count_zone(badge_call *call)
{
	char key[KEY_SIZE];
	write_key(commit_offset(call), key);
	if (badge_tally_of(call, TALLY_ZONES, NULL, key) == 0)
		badge_tally_set_of(call, TALLY_ZONES, NULL, key, 1);
}

static void count(badge_call *call, const char *tally)
{
	badge_tally_add(call, tally, 1);
	latest_count(call, TALLY_LATEST, tally);
}

static void note_first(badge_call *call, int64_t date)
{
	int64_t first = badge_tally(call, TALLY_FIRST);
	if (first == 0 || date < first)
		badge_tally_set(call, TALLY_FIRST, date);
}

int32_t commits_observe(void *self, badge_call *call)
{
	(void)self;
	local_time local = commit_local_time(call);

	count(call, TALLY_COMMITS);
	if (local.hour < 5)
		count(call, TALLY_NIGHT);
	else if (local.hour < 8)
		count(call, TALLY_EARLY);
	if (local.weekday >= 5)
		count(call, TALLY_WEEKEND);
	if (badge_bool(call, "merge", 0))
		count(call, TALLY_MERGES);
	count_day(call, local.day);
	count_zone(call);
	note_first(call, local.date);
	return BADGE_OK;
}
