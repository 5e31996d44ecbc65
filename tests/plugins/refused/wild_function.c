/* The award of its badge points to data. */
#include <brabeion/badge.h>

/* badge_definition with plain pointers for functions, which ISO C does not convert. */
typedef struct wild_definition {
	uint32_t struct_size;
	uint32_t level_size;
	const char *slug;
	const badge_level *levels;
	const char *const *events;
	const badge_memory *memory;
	uint32_t level_count;
	uint32_t event_count;
	uint32_t memory_count;
	uint32_t memory_size;
	uint32_t flags;
	uint32_t reserved;
	const void *award;
	const void *others[5];
} wild_definition;

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

static const wild_definition badge = { .struct_size = sizeof(wild_definition),
				       .level_size = sizeof(badge_level),
				       .slug = "wild-function",
				       BADGE_LEVELS(levels),
				       BADGE_EVENTS(events),
				       .award = levels };
static const wild_definition *const badges[] = { &badge };

BADGE_PACK("wild-function", .badges = (const badge_definition *const *)badges, .badge_count = 1);
