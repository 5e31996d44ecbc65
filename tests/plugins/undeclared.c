/* It uses memory that it does not declare, which its trial finds out. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	return badge_tally_add(call, "visits", 1) == 3;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE("undeclared", levels, events, award);
