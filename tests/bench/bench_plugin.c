/*
 * bench_plugin: the plugin of bench_reload, which copies it and writes a number into the id of each copy. Its badge is
 * stateless and is never earned: no event has as many points as the setting `at`.
 */
#include <brabeion/badge.h>

#include <stdlib.h>

static int32_t open_badge(badge_setup *setup, void **self)
{
	int64_t *at = malloc(sizeof *at);
	if (!at)
		return badge_setup_fail(setup, "", "out of memory");
	*at = badge_setting_int(setup, "at", 0);
	*self = at;
	return BADGE_OK;
}

static int32_t award(void *self, badge_call *call)
{
	const int64_t *at = self;
	return badge_int(call, "points", 0) >= *at ? 1 : BADGE_NOT_EARNED;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Enough points") };
static const char *const events[] = { "points" };

BADGE_PLUGIN("bench-plugin-00", .slug = "bench", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award,
	     .open = open_badge, .close = free);
