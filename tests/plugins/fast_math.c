/* Its constructor changes the floating-point mode of the thread, as linking with -ffast-math does. */
#include <brabeion/badge.h>

#include <fenv.h>

__attribute__((constructor)) static void change_mode(void)
{
	fesetround(FE_UPWARD);
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE("fast-math", levels, events, award);
