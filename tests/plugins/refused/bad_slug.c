/* Its badge has a slug with a blank and a capital. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("bad-slug", .slug = "Bad slug", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
