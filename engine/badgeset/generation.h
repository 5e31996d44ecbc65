/*
 * badgeset/generation: a configuration and its plugins -> badges and routes. Immutable once it is published, so any number
 * of threads may read it without a lock.
 *
 * A route is what is called on events of one name: for each plugin in the order of badges.yaml its observe, then its
 * badges in their order.
 */
#ifndef BRB_BADGESET_GENERATION_H
#define BRB_BADGESET_GENERATION_H

#include <stdatomic.h>

#include "badgeset/route_index.h"
#include "badgeset/user_set.h"
#include "base/memory.h"
#include "base/table.h"
#include "plugin/plugin.h"

/*
 * The recent failures of a badge or of a plugin's observe (judging/quarantine). On a cache line of its own, which is not
 * written while all is well.
 */
typedef struct brb_trouble {
	_Alignas(64) _Atomic uint64_t word; /* 0: nothing */
	int64_t since_us;                   /* quarantined since; guarded, like the next, by the quarantine's lock */
	char *reason;                       /* owned; NULL: not quarantined */
	brb_user_set failed, slow;          /* the users of the failures and overruns that `word` counts */
} brb_trouble;

/* Frees what it owns; it may be used again. */
static inline void brb_trouble_finish(brb_trouble *trouble)
{
	brb_memory_release(trouble->reason);
	trouble->reason = NULL;
	brb_user_set_finish(&trouble->failed);
	brb_user_set_finish(&trouble->slow);
}

typedef struct brb_route_step {
	const brb_plugin *plugin;
	const brb_badge *badge; /* NULL: the plugin's observe */
	brb_trouble *trouble;   /* of the badge or observe */
} brb_route_step;

/* Besides troubles the one part of a route that changes: a hint, on a cache line of its own. */
typedef struct brb_route_hint {
	_Alignas(64) atomic_uint warmth; /* how often events of this name needed the store recently */
} brb_route_hint;

enum { BRB_ROUTE_WARMING = 8, BRB_ROUTE_WARM = 16, BRB_ROUTE_WARMEST = 64 };

struct brb_route {
	const char *event;
	uint32_t step_count;
	uint32_t step_capacity;
	brb_route_step *steps;
	brb_route_hint *hint;
	brb_route_index *index; /* NULL: every step may be for an event */
};

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
	brb_config_journal journal;    /* of what it judges */
	int64_t future_us;             /* how far an event's time may lie ahead of the clock; INT64_MAX: any */
	const brb_route *on_awarded;   /* of "brabeion.awarded"; NULL: no badge listens */
	const brb_route *on_lapsed;    /* likewise of "brabeion.lapsed" */
	const brb_route *on_revoked;   /* and of "brabeion.revoked" */
	uint32_t *numbers;             /* of its badges in the store, ascending */
	brb_badge **numbered;          /* the badges in the order of their numbers */
	const char *language;          /* of its texts where nothing else is said */
	size_t picture_count;
	brb_config_picture *pictures; /* of its badges; each is acquired */
	brb_arena arena;
	size_t counter_count;  /* more than the `counter` of any badge; the registry's, like the rest */
	atomic_size_t holders; /* users besides the readers' slots */
	struct brb_generation *next_retired;
} brb_generation;

/*
 * Builds one. It shares instances that do not change with `before` (the current one; NULL: none).
 * Errors: BRABEION_CONFIG with the faults of all plugins added to the configuration's; BRABEION_SYSTEM and
 *         BRABEION_NO_MEMORY in `error`. Nothing stays loaded then.
 */
brabeion_status brb_generation_open(brb_config *config, brb_image_copies *copies, const brb_generation *before,
				    const brb_log *log, brb_generation **out, brabeion_error *error);

/* Closes the instances and images that no other generation shares. No thread may use it. NULL is fine. */
void brb_generation_close(brb_generation *generation);

/* For users that need it longer than a reader's slot does. Acquire it while the slot or another holder has it. */
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
 * Takes over the store's numbers from `before`, the current generation, for plugins of the same id and badges of the same
 * slug and levels, and names of memory that are declared as before. The rest stays 0.
 */
void brb_generation_keep_numbers(brb_generation *generation, const brb_generation *before);

/*
 * Lists the declared names of memory that have no number yet, with the numbers of their plugin and badge, which must be known:
 * for brb_store_register_memories. `list` has room for the count of all. Returns how many there are.
 */
size_t brb_generation_memory_count(const brb_generation *generation);
size_t brb_generation_list_memory(brb_generation *generation, brb_store_memory **list);

/* Sorts the badges by their numbers, which they must have. */
brabeion_status brb_generation_sort_numbers(brb_generation *generation, brabeion_error *error);

/* The badge of a number in the store; NULL: it is not loaded. */
const brb_badge *brb_generation_badge(const brb_generation *generation, uint32_t number);

/* Counts what a reload did: a badge of the same slug with another fingerprint has changed. */
void brb_generation_compare(const brb_generation *before, const brb_generation *after, brabeion_receipt *receipt);

#endif
