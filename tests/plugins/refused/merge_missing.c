/* It declares memory that its `merge` merges, and has none. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };
static const badge_memory memory[] = { BADGE_MEMORY("seen", BADGE_MERGE_OWN) };

BADGE_PLUGIN("merge-missing", .slug = "merge-missing", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(memory), .award = award);
