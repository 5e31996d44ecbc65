/* Its badge has a required flag that no engine of 1.0 knows. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("unknown-required-badge-flag", .slug = "unknown-required-badge-flag", BADGE_LEVELS(levels),
	     BADGE_EVENTS(events), .flags = 0x0100u, .award = award);
