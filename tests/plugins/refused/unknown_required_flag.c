/* Has a required flag that no engine of 1.0 knows. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(badge, .slug = "unknown-required-flag", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("unknown-required-flag", BADGE_BADGES(badges), .flags = 0x0100u);
