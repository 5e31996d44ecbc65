/* Its magic is not BADGE_MAGIC. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(badge, .slug = "wrong-magic", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

const badge_plugin badge_plugin_v1 = {
	.magic = 0x32444700u, .struct_size = sizeof(badge_plugin), .id = "wrong-magic", BADGE_BADGES(badges)
};
