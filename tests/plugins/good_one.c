/* Good: one badge, short form. Earns level 1 to 3 by the field "points". */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	int64_t points = badge_int(call, "points", 0);
	return points > 100 ? 3 : points > 10 ? 2 : points > 0 ? 1 : BADGE_NOT_EARNED;
}

static const badge_level levels[] = {
	BADGE_LEVEL("Bronze", "More than 0 points"),
	BADGE_LEVEL("Silver", "More than 10 points"),
	BADGE_LEVEL("Gold", "More than 100 points"),
};
static const char *const events[] = { "visit", "points" };

BADGE("good-one", levels, events, award);
