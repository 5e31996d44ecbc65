/* Good: its progress throws for some users, which the macros catch. */
#include <brabeion/badge.h>

#include <stdexcept>

static int32_t award(void *, badge_call *)
{
	return 1;
}

static int32_t progress(void *, badge_call *call, int32_t)
{
	if (strcmp(badge_user(call), "ada") == 0)
		throw std::runtime_error("no such user");
	return badge_progress(call, 1, 2);
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("throws", .slug = "throws", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award,
	     .progress = progress);
