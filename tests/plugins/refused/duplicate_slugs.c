/* Its two badges have the same slug. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(first, .slug = "twice", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
BADGE_DEFINE(second, .slug = "twice", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &first, &second };

BADGE_PACK("duplicate-slugs", BADGE_BADGES(badges));
