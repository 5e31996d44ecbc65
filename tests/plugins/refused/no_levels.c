/* Its badge has no levels. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const char *const events[] = { "visit" };

BADGE_PLUGIN("no-levels", .slug = "no-levels", BADGE_EVENTS(events), .award = award);
