/* Good: names an event several times, for its badge and for observe, and gets it once. */
#include <brabeion/badge.h>

static int32_t observe(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "visits", 1);
	return BADGE_OK;
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	return badge_tally_add(call, "awards", 1) == badge_tally(call, "visits");
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit", "other", "visit", "visit" };

BADGE_DEFINE(badge, .slug = "events-twice", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

static const badge_memory memory[] = { BADGE_TALLY("visits"), BADGE_TALLY("awards") };

BADGE_PACK("events-twice", BADGE_BADGES(badges), BADGE_WATCHES(events), BADGE_REMEMBERS(memory), .observe = observe);
