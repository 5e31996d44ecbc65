/*
 * @NAME@: for users who come often. Each event `visit` is counted for its user.
 *
 * Settings: first and second, how many visits the two levels take (3 and 5).
 */
#include <brabeion/badge.h>

#include <stdlib.h>

typedef struct settings {
	int64_t first;
	int64_t second;
} settings;

/* Reads the settings, once for each use of the badge in badges.yaml; award sees what it makes of them as `self`. */
static int32_t open_badge(badge_setup *setup, void **self)
{
	settings read = { badge_setting_int(setup, "first", 3), badge_setting_int(setup, "second", 5) };
	if (read.first < 1)
		return badge_setup_fail(setup, "first", "first must be at least 1");
	if (read.second <= read.first)
		return badge_setup_fail(setup, "second", "second must be more than first, which is %lld",
					(long long)read.first);
	settings *kept = (settings *)malloc(sizeof *kept);
	if (!kept)
		return badge_setup_fail(setup, "", "out of memory");
	*kept = read;
	*self = kept;
	return BADGE_OK;
}

static void close_badge(void *self)
{
	free(self);
}

/* What is remembered of each user: one line per name. When two users become one, their visits are added up. */
static const badge_memory memory[] = { BADGE_TALLY("visits") };

/* Returns the level that is earned. The count is stored in the same transaction as the award. */
static int32_t award(void *self, badge_call *call)
{
	const settings *wanted = (const settings *)self;
	int64_t visits = badge_tally_add(call, "visits", 1);
	return visits >= wanted->second ? 2 : visits >= wanted->first ? 1 : BADGE_NOT_EARNED;
}

static const badge_level levels[] = {
	BADGE_LEVEL("@TITLE@", "Came again"),
	BADGE_LEVEL("@TITLE@ for Life", "Came again and again"),
};
static const char *const events[] = { "visit" };

BADGE_PLUGIN("@NAME@", .slug = "@NAME@", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .award = award, .open = open_badge, .close = close_badge);
