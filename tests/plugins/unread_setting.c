/* Reads the settings "count" and "window.days" and no others. */
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
	badge_setting_int(setup, "count", 1);
	badge_setting_int(setup, "window.days", 7);
	return BADGE_OK;
}

BADGE_PLUGIN("unread-setting", .slug = "unread-setting", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award,
	     .open = open_badge);
