/* The stride of its memory is below that of version 1.0. */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };
static const badge_memory memory[] = { BADGE_TALLY("seen") };

static const badge_definition badge = { .struct_size = sizeof(badge_definition),
					.level_size = sizeof(badge_level),
					.memory_size = 8,
					.slug = "memory-stride",
					BADGE_LEVELS(levels),
					BADGE_EVENTS(events),
					BADGE_REMEMBERS(memory),
					.award = award };
static const badge_definition *const badges[] = { &badge };

BADGE_PACK("memory-stride", BADGE_BADGES(badges));
