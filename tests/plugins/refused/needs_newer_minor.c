/* Needs an engine of ABI 1.9. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(badge, .slug = "needs-newer-minor", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("needs-newer-minor", BADGE_BADGES(badges), .needs_minor = 9);
