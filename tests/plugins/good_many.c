/* Good: a pack of two badges that share what observe counts. */
#include <brabeion/badge.h>

static int32_t observe(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "visits", 1);
	return BADGE_OK;
}

static int32_t award_first(void *self, badge_call *call)
{
	(void)self;
	return badge_tally(call, "visits") == 1;
}

static int32_t award_third(void *self, badge_call *call)
{
	(void)self;
	return badge_tally(call, "visits") == 3;
}

static const badge_level first_levels[] = { BADGE_LEVEL("Welcome", "First visit") };
static const badge_level third_levels[] = { BADGE_LEVEL("Regular", "Third visit") };
static const char *const visits[] = { "visit" };

BADGE_DEFINE(first, .slug = "first-visit", BADGE_LEVELS(first_levels), BADGE_EVENTS(visits), .award = award_first);
BADGE_DEFINE(third, .slug = "third-visit", BADGE_LEVELS(third_levels), BADGE_EVENTS(visits), .award = award_third);

static const badge_definition *const badges[] = { &first, &third };

static const badge_memory memory[] = { BADGE_TALLY("visits") };

BADGE_PACK("good-many", .version = "1.0", BADGE_BADGES(badges), BADGE_WATCHES(visits), BADGE_REMEMBERS(memory),
	   .observe = observe);
