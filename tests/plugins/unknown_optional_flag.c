/* Good: has optional flags that no engine of 1.0 knows, on the plugin and on its badge. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(badge, .slug = "unknown-optional-flag", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = 0x00100000u,
	     .award = award);
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("unknown-optional-flag", BADGE_BADGES(badges), .flags = 0x01000000u);
