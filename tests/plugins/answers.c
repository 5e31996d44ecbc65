/*
 * Badges that return wrong levels, and one that is right. All listen to "visit":
 * failed (-1), nothing (0), too-high (99), told (badge_fail, then 1), well (1).
 */
#include <brabeion/badge.h>

static int32_t award_failed(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "failed", 1);
	return -1;
}

static int32_t award_nothing(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return BADGE_NOT_EARNED;
}

static int32_t award_too_high(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "too-high", 1);
	return 99;
}

static int32_t award_told(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "told", 1);
	badge_fail(call, "told you so, %s", badge_user(call));
	return 1;
}

static int32_t award_well(void *self, badge_call *call)
{
	(void)self;
	/* What the three failures wrote was undone. */
	int64_t left = badge_tally(call, "failed") + badge_tally(call, "too-high") + badge_tally(call, "told");
	return left == 0 ? 1 : badge_fail(call, "%d tallies of failed badges are left", (int)left);
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(failed, .slug = "failed", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_failed);
BADGE_DEFINE(nothing, .slug = "nothing", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_nothing);
BADGE_DEFINE(too_high, .slug = "too-high", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_too_high);
BADGE_DEFINE(told, .slug = "told", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_told);
BADGE_DEFINE(well, .slug = "well", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_well);

static const badge_definition *const badges[] = { &failed, &nothing, &too_high, &told, &well };

static const badge_memory memory[] = { BADGE_TALLY("failed"), BADGE_TALLY("too-high"), BADGE_TALLY("told") };

BADGE_PACK("answers", BADGE_BADGES(badges), BADGE_REMEMBERS(memory));
