/*
 * commits: badges for the history of a git repository.
 *
 * Event commit: the user is the author, the id the commit's hash, the time the author's. State, all optional: offset
 * (the author's zone, minutes east of UTC), insertions, deletions, merge (true or false), words (of the message).
 *
 * The observer in history.c counts; a badge here compares. calendar.c computes the author's local time.
 */
#include "history.h"

typedef struct steps {
	int32_t count;
	int64_t at[4];
} steps;

/*
 * The level of a value, after granting the levels below it: one commit can delete 20,000 lines, and a late commit can
 * join two streaks. Levels already held are ignored by the engine; what is held does not decide, since a person may have
 * granted or revoked any level. They were earned at that time.
 */
static int32_t climb(badge_call *call, int64_t value, steps to, int64_t at)
{
	int32_t level = 0;
	badge_earned_at(call, at);
	while (level < to.count && value >= to.at[level])
		level++;
	for (int32_t passed = 1; passed < level; passed++)
		badge_grant(call, badge_slug(call), passed, NULL, NULL);
	return level;
}

/* A badge with levels of one number, and its progress. */
#define CLIMBS(badge, number, earned, ...)                                           \
	static const steps badge##_steps = __VA_ARGS__;                              \
	static int32_t badge(void *self, badge_call *call)                           \
	{                                                                            \
		(void)self;                                                          \
		return climb(call, number, badge##_steps, earned);                   \
	}                                                                            \
	static int32_t badge##_progress(void *self, badge_call *call, int32_t level) \
	{                                                                            \
		(void)self;                                                          \
		return badge_progress(call, number, badge##_steps.at[level - 1]);    \
	}
#define CLIMBS_TALLY(badge, tally, ...) \
	CLIMBS(badge, badge_tally(call, tally), time_counted(call, TALLY_LATEST, tally), __VA_ARGS__)

static const char *const events[] = { "commit" };

/* ---- how many ---------------------------------------------------------------------------------------------------- */

static int32_t first_commit(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static int32_t first_commit_progress(void *self, badge_call *call, int32_t level)
{
	(void)self;
	(void)level;
	return badge_progress(call, badge_tally(call, TALLY_COMMITS), 1);
}

CLIMBS_TALLY(commits, TALLY_COMMITS, { 4, { 10, 100, 1000, 10000 } })

CLIMBS_TALLY(matchmaker, TALLY_MERGES, { 3, { 10, 100, 1000 } })

static const badge_level first_commit_levels[] = {
	BADGE_LEVEL("First Commit", "Made a first commit"),
};
static const badge_level commits_levels[] = {
	BADGE_LEVEL("Apprentice", "Made 10 commits"),
	BADGE_LEVEL("Journeyman", "Made 100 commits"),
	BADGE_LEVEL("Master", "Made 1,000 commits"),
	BADGE_LEVEL("Grandmaster", "Made 10,000 commits"),
};
static const badge_level matchmaker_levels[] = {
	BADGE_LEVEL("Matchmaker", "Brought 10 branches together"),
	BADGE_LEVEL("Peacemaker", "Brought 100 branches together"),
	BADGE_LEVEL("Diplomat", "Brought 1,000 branches together"),
};
BADGE_DEFINE(first_commit_badge, .slug = "first-commit", BADGE_LEVELS(first_commit_levels), BADGE_EVENTS(events),
	     .flags = BADGE_PERMANENT, .award = first_commit, .progress = first_commit_progress);
BADGE_DEFINE(commits_badge, .slug = "commits", BADGE_LEVELS(commits_levels), BADGE_EVENTS(events), .award = commits,
	     .progress = commits_progress);
BADGE_DEFINE(matchmaker_badge, .slug = "matchmaker", BADGE_LEVELS(matchmaker_levels), BADGE_EVENTS(events),
	     .award = matchmaker, .progress = matchmaker_progress);

/* ---- when, by the author's clock and calendar -------------------------------------------------------------------- */

CLIMBS_TALLY(night_owl, TALLY_NIGHT, { 3, { 5, 50, 500 } })

CLIMBS_TALLY(early_bird, TALLY_EARLY, { 3, { 5, 50, 500 } })

CLIMBS_TALLY(weekend, TALLY_WEEKEND, { 3, { 10, 100, 1000 } })

static const steps streak_steps = { 4, { 3, 7, 30, 100 } };

/*
 * A level is earned on the last day that it needed, by the days around that of the commit. What a merge has joined is earned
 * at the next commit, as of that.
 */
static int32_t streak(void *self, badge_call *call)
{
	(void)self;
	int32_t level = 0;
	int64_t first, longest = badge_tally(call, TALLY_STREAK);
	int64_t length = commits_days_around(call, commit_local_time(call).day, &first);
	for (; level < streak_steps.count && streak_steps.at[level] <= longest; level++) {
		int64_t needed = streak_steps.at[level];
		badge_earned_at(call,
				needed <= length ? commits_time_of_day(call, first + needed - 1) : badge_at(call));
		badge_grant(call, badge_slug(call), level + 1, NULL, NULL);
	}
	return level;
}

static int32_t streak_progress(void *self, badge_call *call, int32_t level)
{
	(void)self;
	return badge_progress(call, badge_tally(call, TALLY_STREAK), streak_steps.at[level - 1]);
}

static int32_t leap_day(void *self, badge_call *call)
{
	(void)self;
	return commit_local_time(call).date % 10000 == 229 ? 1 : BADGE_NOT_EARNED;
}

enum { YEAR_SIZE = 24 };

/* On the first commit's day in a later year, once for each year: the same month and day are whole years apart. */
static int is_anniversary(badge_call *call, int64_t date, char year[YEAR_SIZE])
{
	int64_t first = badge_tally(call, TALLY_FIRST);
	snprintf(year, YEAR_SIZE, "%lld", (long long)(date / 10000));
	return date > first && (date - first) % 10000 == 0;
}

static void grant_anniversary(badge_call *call, int64_t day)
{
	char year[YEAR_SIZE];
	if (!is_anniversary(call, commit_date_of_day(day), year))
		return;
	badge_earned_at(call, commits_time_of_day(call, day));
	badge_grant(call, badge_slug(call), 1, NULL, year);
}

static int32_t anniversary(void *self, badge_call *call)
{
	(void)self;
	char year[YEAR_SIZE];
	if (badge_tally(call, "merged") > 0) {
		commits_list_days(call, grant_anniversary);
		badge_tally_set(call, "merged", 0);
	}
	if (!is_anniversary(call, commit_local_time(call).date, year))
		return BADGE_NOT_EARNED;
	badge_earned_at(call, badge_at(call));
	return badge_for(call, year) == BADGE_OK ? 1 : BADGE_FAILED;
}

/* Days of the one author may be anniversaries of the other's first commit: the next commit looks at all of them. */
static int32_t merge_anniversaries(void *self, badge_call *call)
{
	(void)self;
	int are_both = badge_tally(call, TALLY_FIRST) != 0 && badge_merged_tally(call, TALLY_FIRST, NULL) != 0;
	return are_both || badge_merged_tally(call, "merged", NULL) > 0 ? badge_tally_set(call, "merged", 1)
									: BADGE_OK;
}

static const badge_memory anniversary_memory[] = { BADGE_MEMORY("merged", BADGE_MERGE_OWN) };

static const badge_level night_owl_levels[] = {
	BADGE_LEVEL("Up Late", "Made 5 commits between midnight and five"),
	BADGE_LEVEL("Night Owl", "Made 50 commits between midnight and five"),
	BADGE_LEVEL("Nocturnal", "Made 500 commits between midnight and five"),
};
static const badge_level early_bird_levels[] = {
	BADGE_LEVEL("Up Early", "Made 5 commits between five and eight in the morning"),
	BADGE_LEVEL("Early Bird", "Made 50 commits between five and eight in the morning"),
	BADGE_LEVEL("Dawn Chorus", "Made 500 commits between five and eight in the morning"),
};
static const badge_level weekend_levels[] = {
	BADGE_LEVEL("Weekender", "Made 10 commits on Saturdays and Sundays"),
	BADGE_LEVEL("Weekend Warrior", "Made 100 commits on Saturdays and Sundays"),
	BADGE_LEVEL("What Weekend?", "Made 1,000 commits on Saturdays and Sundays"),
};
static const badge_level streak_levels[] = {
	BADGE_LEVEL("Warming Up", "Made commits on 3 days in a row"),
	BADGE_LEVEL("Full Week", "Made commits on 7 days in a row"),
	BADGE_LEVEL("Full Month", "Made commits on 30 days in a row"),
	BADGE_LEVEL("Hundred Days", "Made commits on 100 days in a row"),
};
static const badge_level leap_day_levels[] = {
	BADGE_LEVEL("Leap Day", "Made a commit on a 29th of February"),
};
static const badge_level anniversary_levels[] = {
	BADGE_LEVEL("Anniversary", "Made a commit on the day of the first one, in a later year"),
};
BADGE_DEFINE(night_owl_badge, .slug = "night-owl", BADGE_LEVELS(night_owl_levels), BADGE_EVENTS(events),
	     .award = night_owl, .progress = night_owl_progress);
BADGE_DEFINE(early_bird_badge, .slug = "early-bird", BADGE_LEVELS(early_bird_levels), BADGE_EVENTS(events),
	     .award = early_bird, .progress = early_bird_progress);
BADGE_DEFINE(weekend_badge, .slug = "weekend", BADGE_LEVELS(weekend_levels), BADGE_EVENTS(events), .award = weekend,
	     .progress = weekend_progress);
BADGE_DEFINE(streak_badge, .slug = "streak", BADGE_LEVELS(streak_levels), BADGE_EVENTS(events), .award = streak,
	     .progress = streak_progress);
BADGE_DEFINE(leap_day_badge, .slug = "leap-day", BADGE_LEVELS(leap_day_levels), BADGE_EVENTS(events),
	     .flags = BADGE_PERMANENT, .award = leap_day);
BADGE_DEFINE(anniversary_badge, .slug = "anniversary", BADGE_LEVELS(anniversary_levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(anniversary_memory), .flags = BADGE_MULTIPLE, .award = anniversary,
	     .merge = merge_anniversaries);

/* ---- what, and from where ---------------------------------------------------------------------------------------- */

static int32_t clean_up(void *self, badge_call *call)
{
	(void)self;
	int64_t inserted = badge_int(call, "insertions", 0);
	int64_t deleted = badge_int(call, "deletions", 0);
	if (inserted < 0 || deleted < inserted)
		return BADGE_NOT_EARNED;
	return climb(call, deleted - inserted, (steps){ 3, { 1000, 10000, 100000 } }, badge_at(call));
}

static int32_t storyteller(void *self, badge_call *call)
{
	(void)self;
	return climb(call, badge_int(call, "words", 0), (steps){ 2, { 100, 500 } }, badge_at(call));
}

CLIMBS(globetrotter, badge_key_count(call, TALLY_ZONES, NULL), time_counted(call, TALLY_LATEST, TALLY_COMMITS),
       { 3, { 3, 6, 12 } })

static const badge_level clean_up_levels[] = {
	BADGE_LEVEL("Tidy Up", "Took out 1,000 lines more than came in, in one commit"),
	BADGE_LEVEL("Spring Cleaning", "Took out 10,000 lines more than came in, in one commit"),
	BADGE_LEVEL("Clean Sweep", "Took out 100,000 lines more than came in, in one commit"),
};
static const badge_level storyteller_levels[] = {
	BADGE_LEVEL("Storyteller", "Explained a commit in 100 words or more"),
	BADGE_LEVEL("Novelist", "Explained a commit in 500 words or more"),
};
static const badge_level globetrotter_levels[] = {
	BADGE_LEVEL("Traveller", "Made commits in 3 time zones"),
	BADGE_LEVEL("Globetrotter", "Made commits in 6 time zones"),
	BADGE_LEVEL("Jet Lag", "Made commits in 12 time zones"),
};
BADGE_DEFINE(clean_up_badge, .slug = "clean-up", BADGE_LEVELS(clean_up_levels), BADGE_EVENTS(events),
	     .flags = BADGE_PERMANENT, .award = clean_up);
BADGE_DEFINE(storyteller_badge, .slug = "storyteller", BADGE_LEVELS(storyteller_levels), BADGE_EVENTS(events),
	     .flags = BADGE_PERMANENT, .award = storyteller);
BADGE_DEFINE(globetrotter_badge, .slug = "globetrotter", BADGE_LEVELS(globetrotter_levels), BADGE_EVENTS(events),
	     .award = globetrotter, .progress = globetrotter_progress);

/* ---- the pack ---------------------------------------------------------------------------------------------------- */

static const badge_definition *const badges[] = {
	&first_commit_badge, &commits_badge,  &matchmaker_badge,  &night_owl_badge,
	&early_bird_badge,   &weekend_badge,  &streak_badge,      &leap_day_badge,
	&anniversary_badge,  &clean_up_badge, &storyteller_badge, &globetrotter_badge,
};

BADGE_PACK("commits", .version = "1.0", BADGE_BADGES(badges), BADGE_WATCHES(events), BADGE_REMEMBERS(commits_memory),
	   .observe = commits_observe, .merge = commits_merge);
