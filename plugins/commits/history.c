/*
 * The commit pack's observer: counts each commit. See history.h for what it keeps.
 */
#include "history.h"

enum { SUBJECT_SIZE = 256 };

/*
 * A subject for one number of an author: "16071:Ada". False for a name that is too long: such an author has no streak and
 * no zones.
 */
static int number_of_author(badge_call *call, int64_t number, char subject[SUBJECT_SIZE])
{
	int written = snprintf(subject, SUBJECT_SIZE, "%lld:%s", (long long)number, badge_user(call));
	return written > 0 && written < SUBJECT_SIZE;
}

/* The length of the run of days that begins or ends on this day, 0 when it has no commit. */
static int64_t run_at(badge_call *call, int64_t day)
{
	char subject[SUBJECT_SIZE];
	return number_of_author(call, day, subject) ? badge_tally(call, "run", subject) : 0;
}

static void set_run_at(badge_call *call, int64_t day, int64_t length)
{
	char subject[SUBJECT_SIZE];
	if (number_of_author(call, day, subject))
		badge_tally_set(call, "run", subject, length);
}

/*
 * Keeps the runs of days. A run's length stands at its first and last day. A new day joins the run before it and the
 * one after it, in any order of arrival; tallies inside a run are not read again.
 */
static void count_day(badge_call *call, int64_t day)
{
	const char *author = badge_user(call);
	if (run_at(call, day) > 0)
		return;
	int64_t before = run_at(call, day - 1);
	int64_t after = run_at(call, day + 1);
	int64_t length = before + 1 + after;
	set_run_at(call, day, length);
	if (before > 0)
		set_run_at(call, day - before, length);
	if (after > 0)
		set_run_at(call, day + after, length);
	if (length > badge_tally(call, TALLY_STREAK, author))
		badge_tally_set(call, TALLY_STREAK, author, length);
}

static void count_zone(badge_call *call)
{
	char subject[SUBJECT_SIZE];
	if (!number_of_author(call, commit_offset(call), subject) || badge_tally(call, "zone", subject) > 0)
		return;
	badge_tally_set(call, "zone", subject, 1);
	badge_tally_add(call, TALLY_ZONES, badge_user(call), 1);
}

static void note_first(badge_call *call, int64_t date)
{
	const char *author = badge_user(call);
	int64_t first = badge_tally(call, TALLY_FIRST, author);
	if (first == 0 || date < first)
		badge_tally_set(call, TALLY_FIRST, author, date);
}

int32_t commits_observe(void *self, badge_call *call)
{
	(void)self;
	const char *author = badge_user(call);
	local_time local = commit_local_time(call);

	badge_tally_add(call, TALLY_COMMITS, author, 1);
	if (local.hour < 5)
		badge_tally_add(call, TALLY_NIGHT, author, 1);
	else if (local.hour < 8)
		badge_tally_add(call, TALLY_EARLY, author, 1);
	if (local.weekday >= 5)
		badge_tally_add(call, TALLY_WEEKEND, author, 1);
	if (badge_bool(call, "merge", 0))
		badge_tally_add(call, TALLY_MERGES, author, 1);
	count_day(call, local.day);
	count_zone(call);
	note_first(call, local.date);
	return BADGE_OK;
}
