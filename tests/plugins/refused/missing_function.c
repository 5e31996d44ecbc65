/* Calls a function that does not exist. */
#include <brabeion/badge.h>

extern int32_t function_that_nobody_defines(void);

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return function_that_nobody_defines();
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE("missing-function", levels, events, award);
