/* Its badge is flagged BADGE_ASYNC, which waits for an engine with workers. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("async-badge", .slug = "async-badge", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = BADGE_ASYNC,
	     .award = award);
