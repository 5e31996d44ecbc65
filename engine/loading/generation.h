/*
 * loading/generation: a configuration and its plugins -> badges and routes, frozen. Once published it never changes,
 * so that any number of threads may read it.
 *
 * A route is what happens on an event of one name: for each plugin in the order of badges.yaml its observe, then its
 * badges in their order.
 */
#ifndef BRB_LOADING_GENERATION_H
#define BRB_LOADING_GENERATION_H

#include <stdatomic.h>

#include "base/table.h"
#include "loading/plugin.h"

typedef struct brb_route_step {
	const brb_plugin *plugin;
	const brb_badge *badge; /* NULL: the plugin's observe */
} brb_route_step;

/* The one thing about a generation that changes: a hint, on a line of its own so that readers of the route stay apart. */
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
	brb_badge **badges;          /* in the order of badges.yaml */
	brb_table routes;            /* event -> brb_route */
	brb_table slugs;             /* slug -> brb_badge */
	const brb_route *on_awarded; /* of "brabeion.awarded", NULL: nobody listens */
	uint32_t *numbers;           /* of its badges in the store, ascending */
	brb_badge **numbered;        /* the badges in the order of their numbers */
	brb_arena arena;
	struct brb_generation *next_retired; /* the registry's */
} brb_generation;

/*
 * Errors: BRABEION_CONFIG with the faults of all plugins added to the configuration's; BRABEION_SYSTEM and
 *         BRABEION_MEMORY in `error`. Nothing stays loaded then.
 */
brabeion_status brb_generation_open(brb_config *config, brb_image_home *home, const brb_log *log,
				    brb_generation **out, brabeion_error *error);

/* Closes the instances and images. No thread may use it any more. NULL is fine. */
void brb_generation_close(brb_generation *generation);

static inline const brb_route *brb_generation_route(const brb_generation *generation, const char *event)
{
	return (const brb_route *)brb_table_get(&generation->routes, event);
}

/* Once its badges have their numbers: sorts them. */
brabeion_status brb_generation_sort_numbers(brb_generation *generation, brabeion_error *error);

/* The badge of a number in the store, NULL when it is not loaded. */
const brb_badge *brb_generation_badge(const brb_generation *generation, uint32_t number);

/* What a reload did: badges of the same slug with another fingerprint are changed. */
void brb_generation_compare(const brb_generation *before, const brb_generation *after, brabeion_receipt *receipt);

#endif
