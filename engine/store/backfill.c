/*
 * store/backfill: see backfill.h. Rows are matched by names, since numbers differ between databases.
 */
#include "store/backfill.h"

#include <string.h>

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

/* So that hashed keys can be taken over at the end. The database is new: nothing is hashed yet. */
static brabeion_status take_hash_key(brb_store *store, brb_store *from, brabeion_error *error)
{
	static const char *const names[] = { "hash_key_0", "hash_key_1" };
	int64_t parts[2] = { 0, 0 };
	brabeion_status status = BRABEION_OK;
	for (int i = 0; i < 2 && status == BRABEION_OK; i++)
		status = from->driver->copy->number(from->db, names[i], &parts[i], error);
	for (int i = 0; i < 2 && status == BRABEION_OK; i++)
		status = brb_store_write_counter(store, names[i], parts[i], error);
	if (status == BRABEION_OK)
		memcpy(store->hash_key, parts, sizeof store->hash_key);
	return status;
}

brabeion_status brb_store_seed(brb_store *store, brb_store *from, int64_t before_us, brabeion_error *error)
{
	const brb_driver_copy *copy = from->driver->copy;
	brabeion_status status = copy->begin_snapshot(from->db, error);
	if (status != BRABEION_OK)
		return status;
	status = take_hash_key(store, from, error);
	if (status == BRABEION_OK)
		status = copy->each_seed(from->db, before_us, take_seed, store, error);
	copy->end_snapshot(from->db);
	return status;
}

/* ---- plugins ---- */

brabeion_status brb_store_has_state(brb_store *store, const brb_store_owner *owner, bool *has, brabeion_error *error)
{
	return store->driver->copy->has_state(store->db, owner, has, error);
}

/* Where the rows of one plugin or badge go. */
typedef struct taking {
	brb_store *store, *from;
	uint32_t number; /* of the plugin or badge */
} taking;

/* The memory of the same plugin, badge and name here, with its number. */
static brabeion_status memory_here(const taking *to, const brb_cell_row *row, brb_store_memory *memory,
				   brabeion_error *error)
{
	int64_t badge = 0;
	brabeion_status status =
		row->badge[0] ? brb_store_slug(to->store, row->badge, true, &badge, error) : BRABEION_OK;
	*memory = *row->memory;
	memory->plugin = to->number;
	memory->badge = (uint32_t)badge;
	return status == BRABEION_OK ? to->store->driver->transaction->set_memory(to->store->db, memory, error)
				     : status;
}

/* The number here of a user who has another one there; 0: he was forgotten. */
static brabeion_status user_here(const taking *to, int64_t there, int64_t *here, brabeion_error *error)
{
	char name[BRB_SUBJECT_BYTES_MOST + 1];
	brabeion_status status = to->from->driver->journal->user_name(to->from->db, there, name, error);
	*here = 0;
	return status == BRABEION_OK && name[0] ? brb_store_user(to->store, name, true, here, error) : status;
}

static brabeion_status take_owner(const taking *to, const brb_cell_row *row, const brb_store_memory *memory,
				  brb_cache_entry **state, int64_t *owner, brabeion_error *error)
{
	*state = NULL;
	if (memory->owner == BRB_OWNER_THING) {
		*state = brb_store_thing_state(to->store, memory->plugin, row->owner_name, true, error);
		*owner = *state ? -(*state)->number : 0;
		return *state ? BRABEION_OK : error->status;
	}
	if (!row->owner_name[0])
		return BRABEION_OK;
	brabeion_status status = brb_store_user(to->store, row->owner_name, true, owner, error);
	if (status == BRABEION_OK && !(*state = brb_store_user_state(to->store, *owner, error)))
		status = error->status;
	return status;
}

static brabeion_status take_cell(void *context, const brb_cell_row *row, bool *stop, brabeion_error *error)
{
	const taking *to = context;
	int64_t owner = 0, user = 0;
	brb_cell_key key = { .length = row->key.length };
	brb_store_memory memory;
	brb_cache_entry *state = NULL;
	brb_packed_value value = row->value;
	(void)stop;
	if (key.length)
		memcpy(key.bytes, row->key.bytes, key.length);
	brabeion_status status = memory_here(to, row, &memory, error);
	if (status == BRABEION_OK)
		status = take_owner(to, row, &memory, &state, &owner, error);
	if (status == BRABEION_OK && memory.keys == BRB_KEY_USER && key.length) {
		status = user_here(to, brb_cell_key_number(&key), &user, error);
		brb_cell_key_user(&key, user);
		if (!user)
			return status;
	}
	if (status == BRABEION_OK && memory.kind == BRB_CELL_USER) {
		status = user_here(to, value.number, &value.number, error);
		value.kind = value.number ? BRB_CELL_USER : BRB_CELL_NONE;
	}
	if (status == BRABEION_OK && state)
		status = brb_store_cell_put(to->store, state, owner, &memory, &key, &value, error);
	if (status == BRABEION_OK)
		brb_store_mark(to->store); /* none is undone by itself */
	return status;
}

static brabeion_status take_job(void *context, brb_store_job *job, const char *state, brabeion_error *error)
{
	const taking *to = context;
	job->badge = to->number;
	return brb_store_job_add_frozen(to->store, job, state, error);
}

static brabeion_status take_memory(brb_store *store, brb_store *from, const brb_store_owner *owner,
				   brabeion_error *error)
{
	taking to = { .store = store, .from = from };
	const brb_cell_choice choice = { .plugin = owner->plugin, .badge = owner->badge };
	brabeion_status status = brb_store_plugin(store, owner->plugin, &to.number, error);
	if (status == BRABEION_OK && !to.number)
		return brb_status_set(error, BRABEION_INVALID, "the plugin \"%s\" was never loaded with %s",
				      owner->plugin, store->path);
	if (status == BRABEION_OK)
		status = store->driver->upkeep->remove_memory(store->db, owner, error);
	brb_store_clear_values(store);
	return status == BRABEION_OK ? from->driver->copy->each_cell(from->db, &choice, take_cell, &to, error)
				     : status;
}

static brabeion_status take_badge_jobs(brb_store *store, brb_store *from, const char *slug, brabeion_error *error)
{
	int64_t badge = 0;
	brabeion_status status = brb_store_slug(store, slug, true, &badge, error);
	taking to = { store, from, (uint32_t)badge };
	if (status == BRABEION_OK)
		status = store->driver->upkeep->remove_jobs(store->db, slug, error);
	store->jobs.next_is_known = false;
	return status == BRABEION_OK ? from->driver->copy->each_job(from->db, slug, take_job, &to, error) : status;
}

brabeion_status brb_store_take_owner_state(brb_store *store, brb_store *from, const brb_store_owner *owner,
					   brabeion_error *error)
{
	const brb_driver_copy *copy = from->driver->copy;
	brabeion_status status = copy->begin_snapshot(from->db, error);
	if (status != BRABEION_OK)
		return status;
	status = take_memory(store, from, owner, error);
	if (status == BRABEION_OK && owner->badge[0])
		status = take_badge_jobs(store, from, owner->badge, error);
	copy->end_snapshot(from->db);
	return status;
}
