/*
 * A plugin as of a later minor of ABI 1, kept as a binary in x86_64/later.so: every engine of major 1 has to load it. Each
 * struct and stride is larger than that of 1.0, the flags have optional ones that 1.0 does not know, and the plugin asks for
 * a function of the engine that 1.0 lacks. Never build it anew because the header has changed.
 *
 *	gcc -std=c11 -Os -s -fPIC -fvisibility=hidden -shared -Wl,-Bsymbolic -Wl,-z,noseparate-code \
 *		-Isdk/include -o tests/data/plugins-later/x86_64/later.so tests/data/plugins-later/later.c
 *
 * basket: earned at 2 and at 4 times of "pick", reports how many there were, and asks to be judged again in a year.
 */
#include <brabeion/badge.h>

enum { OPTIONAL_FLAG = 0x00010000 };

typedef struct later_level {
	badge_level now;
	const char *picture;
} later_level;

typedef struct later_memory {
	badge_memory now;
	uint64_t most;
} later_memory;

typedef struct later_field {
	badge_field now;
	uint64_t unit;
} later_field;

typedef struct later_definition {
	badge_definition now;
	uint64_t later[4];
} later_definition;

typedef struct later_plugin {
	badge_plugin now;
	uint64_t later[8];
} later_plugin;

typedef struct later_host {
	badge_host now;
	void (*between[64])(void); /* of minors in between */
	int32_t (*shine)(badge_call *call);
} later_host;

/* As the header would have it: an older engine lacks the function. */
static int32_t shine(badge_call *call)
{
	const later_host *host = (const later_host *)(const void *)call->host;
	if (call->host->struct_size < offsetof(later_host, shine) + sizeof host->shine)
		return BADGE_UNSUPPORTED;
	return host->shine(call);
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	const later_field state[] = { { badge_field_int("n", 1), ~0ull },
				      { badge_field_text("word", "yes"), ~0ull } };
	if (badge_is_due(call))
		return BADGE_UNCHANGED;
	if (shine(call) != BADGE_UNSUPPORTED)
		return badge_fail(call, "an engine of 1.0 cannot shine");
	call->host->later(call, badge_at(call) + INT64_C(31557600000000), &state[0].now, sizeof state[0], 2);
	int64_t picked = badge_tally_add(call, "picked", 1);
	return picked >= 4 ? 2 : picked >= 2 ? 1 : BADGE_NOT_EARNED;
}

static int32_t progress(void *self, badge_call *call, int32_t level)
{
	(void)self;
	return badge_progress(call, badge_tally(call, "picked"), 2 * (int64_t)level);
}

static const later_level levels[] = { { BADGE_LEVEL("Two", "Picked two"), "two.png" },
				      { BADGE_LEVEL("Four", "Picked four"), "four.png" } };
static const later_memory memory[] = { { BADGE_MEMORY("unused", OPTIONAL_FLAG), ~0ull },
				       { BADGE_MEMORY("picked", OPTIONAL_FLAG | BADGE_MERGE_SUM), ~0ull } };
static const char *const events[] = { "pick" };

static const later_definition basket = { .now = { .struct_size = sizeof(later_definition),
						  .level_size = sizeof(later_level),
						  .slug = "basket",
						  .levels = &levels[0].now,
						  .level_count = 2,
						  BADGE_EVENTS(events),
						  .memory = &memory[0].now,
						  .memory_count = 2,
						  .memory_size = sizeof(later_memory),
						  .flags = OPTIONAL_FLAG,
						  .award = award,
						  .progress = progress },
					 .later = { ~0ull, ~0ull, ~0ull, ~0ull } };
static const badge_definition *const badges[] = { &basket.now };

/* The symbol as a larger struct, under another name since badge.h declares it. */
extern BADGE_EXPORT const later_plugin larger_plugin __asm__("badge_plugin_v1");

const later_plugin larger_plugin = { .now = { .magic = BADGE_MAGIC,
					      .struct_size = sizeof(later_plugin),
					      .header_minor = 7,
					      .flags = OPTIONAL_FLAG,
					      .id = "later",
					      .version = "1.7",
					      BADGE_BADGES(badges) },
				     .later = { ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull } };
