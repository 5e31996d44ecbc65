/* Good: needs a library besides the C library (libyaml), so it stays resident. */
#include <brabeion/badge.h>

const char *yaml_get_version_string(void);

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return yaml_get_version_string() ? 1 : BADGE_NOT_EARNED;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE("needs-library", levels, events, award);
