/*
 * Good: as if compiled with a later 1.x header. Every struct, and each stride, is longer than today's, with
 * contents that an engine of 1.0 must not read.
 */
#include <brabeion/badge.h>

typedef struct later_level {
	badge_level now;
	const char *picture;
} later_level;

typedef struct later_memory {
	badge_memory now;
	uint64_t most;
} later_memory;

typedef struct later_definition {
	badge_definition now;
	uint64_t later[4];
} later_definition;

typedef struct later_plugin {
	badge_plugin now;
	uint64_t later[8];
} later_plugin;

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	return (int32_t)badge_int(call, "level", 2);
}

static const later_level levels[] = {
	{ BADGE_LEVEL("Small", "Level 1 of a longer struct"), "small.png" },
	{ BADGE_LEVEL("Large", "Level 2 of a longer struct"), "large.png" },
};
static const char *const events[] = { "visit" };
static const later_memory memory[] = { { BADGE_TALLY("first"), 1 }, { BADGE_NOTE("second"), 2 } };

static const later_definition badge = { .now = { .struct_size = sizeof(later_definition),
						 .level_size = sizeof(later_level),
						 .slug = "larger-struct",
						 .levels = &levels[0].now,
						 .level_count = 2,
						 BADGE_EVENTS(events),
						 .memory = &memory[0].now,
						 .memory_count = 2,
						 .memory_size = sizeof(later_memory),
						 .award = award },
					.later = { 1, 2, 3, 4 } };
static const badge_definition *const badges[] = { &badge.now };

/* The symbol as a longer struct, under another name since badge.h declares it. */
extern BADGE_EXPORT const later_plugin larger_plugin __asm__("badge_plugin_v1");

const later_plugin larger_plugin = { .now = { .magic = BADGE_MAGIC,
					      .struct_size = sizeof(later_plugin),
					      .header_minor = 7,
					      .id = "larger-struct",
					      BADGE_BADGES(badges) },
				     .later = { ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull } };
