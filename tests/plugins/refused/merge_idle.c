/* The plugin, not its badge, has a function `merge`, and no memory for it. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };
static const badge_memory memory[] = { BADGE_TALLY("seen") };

static int32_t merge(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return BADGE_OK;
}

BADGE_DEFINE(badge, .slug = "merge-idle", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("merge-idle", BADGE_BADGES(badges), BADGE_REMEMBERS(memory), .merge = merge);
