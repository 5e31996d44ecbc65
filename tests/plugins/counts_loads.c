/* Good: level 1 for the first call since it was loaded, level 2 for the second, then none. */
#include <brabeion/badge.h>

static int32_t calls;

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	calls++;
	return calls <= 2 ? calls : BADGE_NOT_EARNED;
}

static const badge_level levels[] = {
	BADGE_LEVEL("First", "First call of this copy"),
	BADGE_LEVEL("Second", "Second call of this copy"),
};
static const char *const events[] = { "visit" };

BADGE("counts-loads", levels, events, award);
