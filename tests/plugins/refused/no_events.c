/* Its badge listens to no event. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };

BADGE_PLUGIN("no-events", .slug = "no-events", BADGE_LEVELS(levels), .award = award);
