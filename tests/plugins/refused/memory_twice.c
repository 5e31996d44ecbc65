/* It declares a name of memory twice. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };
static const badge_memory memory[] = { BADGE_TALLY("seen"), BADGE_NOTE("seen") };

BADGE_PLUGIN("memory-twice", .slug = "memory-twice", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(memory), .award = award);
