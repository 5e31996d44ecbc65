/* A pack of two badges with observe, as C11 and as C++20. test_abi compiles it. */
#include <brabeion/badge.h>

static int32_t observe(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "points", badge_int(call, "points", 0));
	return BADGE_OK;
}

static int32_t award_first(void *self, badge_call *call)
{
	(void)self;
	return badge_tally(call, "points") > 0;
}

static int32_t award_many(void *self, badge_call *call)
{
	(void)self;
	return badge_tally(call, "points") >= 100;
}

static const badge_level first_levels[] = { BADGE_LEVEL("First", "First points") };
static const badge_level many_levels[] = { BADGE_LEVEL("Many", "A hundred points") };
static const char *const events[] = { "points_awarded" };

BADGE_DEFINE(first, .slug = "first", BADGE_LEVELS(first_levels), BADGE_EVENTS(events), .award = award_first);
BADGE_DEFINE(many, .slug = "many", BADGE_LEVELS(many_levels), BADGE_EVENTS(events), .award = award_many);

static const badge_definition *const badges[] = { &first, &many };

static const badge_memory memory[] = { BADGE_TALLY("points") };

BADGE_PACK("points", .version = "1.0", BADGE_BADGES(badges), BADGE_WATCHES(events), BADGE_REMEMBERS(memory),
	   .observe = observe);
