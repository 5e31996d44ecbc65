/*
 * store/backfill: see backfill.h. Rows are matched by names, since numbers differ between databases.
 */
#include "store/backfill.h"

#include "store/internal.h"

/* ---- numbers ---- */

brabeion_status brb_store_number(brb_store *store, const char *name, bool *there, int64_t *number,
				 brabeion_error *error)
{
	return store->driver->transaction->counter(store->db, name, there, number, error);
}

brabeion_status brb_store_number_set(brb_store *store, const char *name, int64_t number, brabeion_error *error)
{
	return brb_store_write_counter(store, name, number, error);
}

brabeion_status brb_store_held_so_far(brb_store *store, int64_t *sequence, brabeion_error *error)
{
	return store->driver->read->counter(store->db, "sequence", sequence, error);
}

/* ---- seeds ---- */

static brabeion_status take_seed(void *context, const char *slug, brb_store_award *award, brabeion_error *error)
{
	brb_store *store = context;
	int64_t badge = 0, sequence = 0;
	brabeion_status status = brb_store_slug(store, slug, true, &badge, error);
	award->badge = (uint32_t)badge;
	if (status == BRABEION_OK)
		status = brb_store_award_add(store, award, &sequence, error);
	if (status == BRABEION_OK)
		brb_store_mark(store); /* a seed is not undone by itself */
	return status;
}

brabeion_status brb_store_seed(brb_store *store, brb_store *from, int64_t before_us, brabeion_error *error)
{
	const brb_driver_copy *copy = from->driver->copy;
	brabeion_status status = copy->begin_snapshot(from->db, error);
	if (status != BRABEION_OK)
		return status;
	status = copy->each_seed(from->db, before_us, take_seed, store, error);
	copy->end_snapshot(from->db);
	return status;
}

/* ---- plugins ---- */

brabeion_status brb_store_has_plugin_state(brb_store *store, const brb_store_owner *plugin, bool *has,
					   brabeion_error *error)
{
	return store->driver->copy->has_plugin_state(store->db, plugin, has, error);
}

/* Where the rows of one plugin or badge go. */
typedef struct taking {
	brb_store *store;
	uint32_t number; /* of the plugin or badge */
} taking;

static brabeion_status take_value(void *context, const char *name, brb_effect_value *value, brabeion_error *error)
{
	const taking *to = context;
	brb_effects effects = { .values = value, .value_count = 1 };
	brabeion_status status = brb_store_memory(to->store, to->number, name, true, &value->memory, error);
	return status == BRABEION_OK ? to->store->driver->transaction->write(to->store->db, &effects, error) : status;
}

static brabeion_status take_job(void *context, brb_store_job *job, const char *state, brabeion_error *error)
{
	const taking *to = context;
	job->badge = to->number;
	return brb_store_job_add_frozen(to->store, job, state, error);
}

static brabeion_status take_plugin_memory(brb_store *store, brb_store *from, const char *plugin,
					  brabeion_error *error)
{
	taking to = { .store = store };
	brabeion_status status = brb_store_plugin(store, plugin, &to.number, error);
	if (status == BRABEION_OK && !to.number)
		return brb_status_set(error, BRABEION_INVALID, "the plugin \"%s\" was never loaded with %s", plugin,
				      store->path);
	if (status == BRABEION_OK)
		status = store->driver->upkeep->remove_memory(store->db, plugin, error);
	return status == BRABEION_OK ? from->driver->copy->each_value(from->db, plugin, take_value, &to, error)
				     : status;
}

static brabeion_status take_badge_jobs(brb_store *store, brb_store *from, const char *slug, brabeion_error *error)
{
	int64_t badge = 0;
	brabeion_status status = brb_store_slug(store, slug, true, &badge, error);
	taking to = { store, (uint32_t)badge };
	if (status == BRABEION_OK)
		status = store->driver->upkeep->remove_jobs(store->db, slug, error);
	store->jobs.next_is_known = false;
	return status == BRABEION_OK ? from->driver->copy->each_job(from->db, slug, take_job, &to, error) : status;
}

brabeion_status brb_store_take_plugin_state(brb_store *store, brb_store *from, const brb_store_owner *plugin,
					    brabeion_error *error)
{
	const brb_driver_copy *copy = from->driver->copy;
	brabeion_status status = copy->begin_snapshot(from->db, error);
	if (status != BRABEION_OK)
		return status;
	status = take_plugin_memory(store, from, plugin->id, error);
	for (size_t i = 0; i < plugin->slug_count && status == BRABEION_OK; i++)
		status = take_badge_jobs(store, from, plugin->slugs[i], error);
	copy->end_snapshot(from->db);
	return status;
}
