/* Crashes when the user is "probe", and only then. The badge is earned with the second event. */
#include <brabeion/badge.h>

#include <stdlib.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	if (strcmp(badge_user(call), "probe") == 0)
		abort();
	return badge_tally_add(call, "events", 1) == 2;
}

static const badge_level levels[] = { BADGE_LEVEL("Two", "Comes with the second event") };
static const char *const events[] = { "visit" };

static const badge_memory memory[] = { BADGE_TALLY("events") };

BADGE_PLUGIN("shy", .slug = "shy", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .award = award);
