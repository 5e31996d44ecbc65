/* It declares memory with a required flag that this engine does not know. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };
static const badge_memory memory[] = { BADGE_MEMORY("seen", 0x0800u) };

BADGE_PLUGIN("memory-flags", .slug = "memory-flags", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(memory), .award = award);
