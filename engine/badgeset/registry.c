/*
 * badgeset/registry: see registry.h. Calls go one way: registry.c -> retire.c -> readers.c -> counters.c.
 */
#include "badgeset/registry.h"

brabeion_status brb_registry_init(brb_registry *registry, brabeion_error *error)
{
	*registry = (brb_registry){ .has_key = false };
	if (brb_readers_init(registry, error) != BRABEION_OK)
		return error->status;
	if (brb_retirement_init(registry, error) == BRABEION_OK)
		return BRABEION_OK;
	brb_readers_finish(registry);
	return error->status;
}

void brb_registry_finish(brb_registry *registry)
{
	if (!registry->has_key)
		return;
	brb_retirement_finish(registry);
	brb_generation_close(atomic_exchange(&registry->current, NULL));
	brb_readers_finish(registry);
	brb_table_finish(&registry->counter_of);
	brb_arena_finish(&registry->counters_arena);
}

void brb_registry_publish(brb_registry *registry, brb_generation *generation)
{
	generation->number = ++registry->published;
	brb_generation *old = atomic_exchange(&registry->current, generation);
	if (old)
		brb_retirement_add(registry, old);
}
