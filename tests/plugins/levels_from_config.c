/* Good: takes as many levels as badges.yaml gives, and earns the last of them. Its `at` may name them. */
#include <brabeion/badge.h>

static const int32_t counts[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static int32_t award(void *self, badge_call *call)
{
	(void)call;
	return *(const int32_t *)self;
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	uint32_t count = badge_setup_level_count(setup);
	if (count >= BADGE_COUNT_OF(counts))
		return badge_setup_fail(setup, "", "has %u levels, too many", (unsigned)count);
	badge_setting_int(setup, "at.every", 0);
	badge_setting_int(setup, "at.to", 0);
	*self = (void *)(uintptr_t)&counts[count];
	return BADGE_OK;
}

static const char *const events[] = { "visit" };

BADGE_PLUGIN("levels-from-config", .slug = "levels-from-config", BADGE_EVENTS(events),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = award, .open = open_badge);
