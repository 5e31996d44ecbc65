/* Its struct_size is below that of version 1.0: the last function is missing. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(badge, .slug = "smaller-struct", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

const badge_plugin badge_plugin_v1 = { .magic = BADGE_MAGIC,
				       .struct_size = sizeof(badge_plugin) - sizeof(void *),
				       .id = "smaller-struct",
				       BADGE_BADGES(badges) };
