/* It has no id. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(badge, .slug = "null-id", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

BADGE_PACK(NULL, BADGE_BADGES(badges));
