/* The struct_size of its badge is below that of version 1.0. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

static const badge_definition badge = { .struct_size = offsetof(badge_definition, merge),
					.level_size = sizeof(badge_level),
					.slug = "smaller-definition",
					BADGE_LEVELS(levels),
					BADGE_EVENTS(events),
					.award = award };
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("smaller-definition", BADGE_BADGES(badges));
