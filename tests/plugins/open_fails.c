/* Its open fails, at the setting "count". */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

static int32_t open_badge(badge_setup *setup, void **self)
{
	(void)self;
	return badge_setup_fail(setup, "count", "must be a prime, not %d", (int)badge_setting_int(setup, "count", 4));
}

BADGE_PLUGIN("open-fails", .slug = "open-fails", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award,
	     .open = open_badge);
