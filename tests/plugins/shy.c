/* Crashes when the user is "probe", and only then. The badge is earned with the second event. */
#include <brabeion/badge.h>

#include <stdlib.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	if (strcmp(badge_user(call), "probe") == 0)
		abort();
	return badge_tally_add(call, "events", badge_user(call), 1) == 2;
}

static const badge_level levels[] = { BADGE_LEVEL("Two", "Comes with the second event") };
static const char *const events[] = { "visit" };

BADGE("shy", levels, events, award);
