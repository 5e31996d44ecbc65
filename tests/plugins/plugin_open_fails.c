/* The plugin's own open fails, at the setting "colour". */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

static int32_t open_plugin(badge_setup *setup, void **self)
{
	(void)self;
	return badge_setup_fail(setup, "colour", "%s is not a colour",
				badge_setting_text(setup, "colour", "nothing"));
}

BADGE_DEFINE(badge, .slug = "plugin-open-fails", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("plugin-open-fails", BADGE_BADGES(badges), .open = open_plugin);
