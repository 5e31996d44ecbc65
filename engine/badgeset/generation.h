/*
 * badgeset/generation: a configuration and its plugins -> badges and routes, frozen. Once published it never changes,
 * so that any number of threads may read it.
 *
 * A route is what happens on an event of one name: for each plugin in the order of badges.yaml its observe, then its
 * badges in their order.
 */
#ifndef BRB_BADGESET_GENERATION_H
#define BRB_BADGESET_GENERATION_H

#include <stdatomic.h>

#include "base/table.h"
#include "plugin/plugin.h"

/*
 * What a badge, or a plugin's observe, has done wrong of late (judging/quarantine). On a line of its own, which nobody
 * writes while all is well.
 */
typedef struct brb_trouble {
	_Alignas(64) _Atomic uint64_t word; /* 0: nothing */
	int64_t since_us;                   /* set aside since; guarded, like the next, by the quarantine's lock */
	char *reason;                       /* owned; NULL: not set aside */
} brb_trouble;

typedef struct brb_route_step {
	const brb_plugin *plugin;
	const brb_badge *badge; /* NULL: the plugin's observe */
	brb_trouble *trouble;   /* of the badge or observe */
} brb_route_step;

/*
 * Besides its troubles the one thing about a route that changes: a hint, on a line of its own so that readers of the
 * route stay apart.
 */
typedef struct brb_route_hint {
	_Alignas(64) atomic_uint warmth; /* how often events of this name needed the store of late */
} brb_route_hint;

enum { BRB_ROUTE_WARMING = 8, BRB_ROUTE_WARM = 16, BRB_ROUTE_WARMEST = 64 };

typedef struct brb_route {
	const char *event;
	uint32_t step_count;
	uint32_t step_capacity;
	brb_route_step *steps;
	brb_route_hint *hint;
} brb_route;

typedef struct brb_generation {
	uint64_t number;
	size_t plugin_count;
	brb_plugin **plugins;
	size_t badge_count;
	brb_badge **badges;            /* in the order of badges.yaml */
	brb_trouble *troubles;         /* of the badges */
	brb_trouble *observe_troubles; /* of the plugins' observes */
	brb_table routes;              /* event -> brb_route */
	brb_table slugs;               /* slug -> brb_badge */
	brb_config_journal journal;    /* whether what it judges is written down */
	const brb_route *on_awarded;   /* of "brabeion.awarded", NULL: nobody listens */
	uint32_t *numbers;             /* of its badges in the store, ascending */
	brb_badge **numbered;          /* the badges in the order of their numbers */
	const char *language;          /* the usual one of its texts */
	size_t picture_count;
	brb_config_picture *pictures; /* of its badges; each is held */
	brb_arena arena;
	size_t counter_count;  /* more than the `counter` of any badge; the registry's, like the next */
	atomic_size_t holders; /* who use it beside the readers' slots */
	struct brb_generation *next_retired;
} brb_generation;

/*
 * Builds one. What is the same in `before` (the one at work; NULL: none), which stays as it is, is shared with it.
 * Errors: BRABEION_CONFIG with the faults of all plugins added to the configuration's; BRABEION_SYSTEM and
 *         BRABEION_MEMORY in `error`. Nothing stays loaded then.
 */
brabeion_status brb_generation_open(brb_config *config, brb_image_copies *home, const brb_generation *before,
				    const brb_log *log, brb_generation **out, brabeion_error *error);

/* Closes the instances and images that no other generation shares. No thread may use it any more. NULL is fine. */
void brb_generation_close(brb_generation *generation);

/*
 * One holder more or less: for who needs it longer than a reader's acquire lasts. Only who has it, either way, may
 * acquire it.
 */
static inline void brb_generation_acquire(brb_generation *generation)
{
	atomic_fetch_add_explicit(&generation->holders, 1, memory_order_relaxed);
}

static inline void brb_generation_release(brb_generation *generation)
{
	atomic_fetch_sub_explicit(&generation->holders, 1, memory_order_release);
}

static inline const brb_route *brb_generation_route(const brb_generation *generation, const char *event)
{
	return (const brb_route *)brb_table_get(&generation->routes, event);
}

/*
 * Gives numbers in the store to what has them in `before`, the generation at work: plugins of the same id, badges of the
 * same slug and levels. A number never changes, and what is at work is on record. The rest stays at 0.
 */
void brb_generation_keep_numbers(brb_generation *generation, const brb_generation *before);

/* Once its badges have their numbers: sorts them. */
brabeion_status brb_generation_sort_numbers(brb_generation *generation, brabeion_error *error);

/* The badge of a number in the store, NULL when it is not loaded. */
const brb_badge *brb_generation_badge(const brb_generation *generation, uint32_t number);

/* What a reload did: badges of the same slug with another fingerprint are changed. */
void brb_generation_compare(const brb_generation *before, const brb_generation *after, brabeion_receipt *receipt);

#endif
