/* It declares a name for a badge and for the whole plugin. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };
static const badge_memory memory[] = { BADGE_TALLY("seen") };

BADGE_DEFINE(badge, .slug = "memory-in-both", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .award = award);
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("memory-in-both", BADGE_BADGES(badges), BADGE_REMEMBERS(memory));
