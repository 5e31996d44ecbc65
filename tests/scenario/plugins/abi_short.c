/* The short form, as C and as C++. test_abi compiles it against the header alone. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	int64_t points = badge_int(call, "points", 0);
	return points > 10000 ? 3 : points > 7500 ? 2 : points > 5000 ? 1 : BADGE_NOT_EARNED;
}

static const badge_level levels[] = {
	BADGE_LEVEL("Bronze", "More than 5,000 points"),
	BADGE_LEVEL("Silver", "More than 7,500 points"),
	BADGE_LEVEL("Gold", "More than 10,000 points"),
};
static const char *const events[] = { "points_awarded" };

BADGE("points", levels, events, award);
