/*
 * store/effects: what a transaction has changed, gathered in the order of the database's keys, so that each page is written
 * once.
 */
#include <stdlib.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

enum { CHANGES_KEPT = 65536 }; /* of users, for the next transaction */

/* ---- users ---- */

static int64_t number_in_key(const brb_cache_entry *entry)
{
	int64_t number;
	memcpy(&number, entry->key + 1, sizeof number);
	return number;
}

static bool add_change(brb_store *store, size_t *count, int64_t user, bool is_award, const void *what)
{
	brb_user_change *change =
		brb_list_add(&store->user_changes, count, &store->user_change_capacity, sizeof *change);
	if (change)
		*change = (brb_user_change){ user * 2 + is_award, what };
	return change != NULL;
}

static bool gather_award(brb_store *store, size_t *count, const brb_effect_award *award)
{
	if (!brb_store_is_new_user(store, award->user))
		return add_change(store, count, award->user, true, award);
	brb_new_user *user = brb_store_new_user(store, award->user);
	user->awards++;
	user->badges += award->first;
	user->latest_us = user->latest_us > award->at_us ? user->latest_us : award->at_us;
	return true;
}

static bool gather_state(brb_store *store, size_t *count, const brb_cache_entry *entry)
{
	int64_t number = number_in_key(entry);
	if (!brb_store_is_new_user(store, number))
		return add_change(store, count, number, false, entry);
	brb_store_new_user(store, number)->state = entry;
	return true;
}

static int by_order(const void *a, const void *b)
{
	const brb_user_change *first = a, *second = b;
	return (first->order > second->order) - (first->order < second->order);
}

/* What new users have done is kept with them, who are in order already: only the changes of others are sorted. */
static bool gather_users(brb_store *store, size_t *count)
{
	bool enough = true;
	*count = 0;
	for (size_t i = 0; i < store->awards.count && enough; i++)
		enough = gather_award(store, count, &store->awards.pending[i]);
	for (const brb_cache_entry *entry = brb_store_first_changed(store); entry && enough;
	     entry = brb_store_next_changed(store, entry))
		if (entry->key[0] == BRB_CACHE_STATE)
			enough = gather_state(store, count, entry);
	if (*count > 1 && enough)
		qsort(store->user_changes, *count, sizeof *store->user_changes, by_order);
	return enough;
}

typedef struct user_slice {
	brb_store *store;
	size_t count;
	brb_effect_user users[128];
} user_slice;

static brabeion_status write_slice(user_slice *slice, brabeion_error *error)
{
	brb_effects effects = { .users = slice->users, .user_count = slice->count };
	brb_store *store = slice->store;
	if (!slice->count)
		return BRABEION_OK;
	slice->count = 0;
	return store->driver->transaction->write(store->db, &effects, error);
}

static brb_effect_user *add_user(user_slice *slice, int64_t number, brabeion_error *error)
{
	if (slice->count == sizeof slice->users / sizeof *slice->users && write_slice(slice, error) != BRABEION_OK)
		return NULL;
	brb_effect_user *user = &slice->users[slice->count++];
	*user = (brb_effect_user){ .number = number };
	return user;
}

static void set_state(brb_effect_user *user, const brb_cache_entry *state)
{
	user->has_state = true;
	user->state = brb_cache_at(state);
	user->state_length = brb_cache_length(state);
}

static void unite(brb_effect_user *user, const brb_user_change *change)
{
	const brb_effect_award *award = change->what;
	if (change->order % 2 == 0) {
		set_state(user, change->what);
		return;
	}
	user->awards++;
	user->badges += award->first;
	user->latest_us = user->latest_us > award->at_us ? user->latest_us : award->at_us;
}

static brabeion_status write_changed(user_slice *slice, size_t count, brabeion_error *error)
{
	const brb_user_change *changes = slice->store->user_changes;
	for (size_t i = 0; i < count;) {
		int64_t number = changes[i].order / 2;
		brb_effect_user *user = add_user(slice, number, error);
		if (!user)
			return error->status;
		for (; i < count && changes[i].order / 2 == number; i++)
			unite(user, &changes[i]);
	}
	return BRABEION_OK;
}

static brabeion_status write_new(user_slice *slice, brabeion_error *error)
{
	const brb_store *store = slice->store;
	for (size_t i = 0; i < store->users.count; i++) {
		const brb_new_user *pending = &store->users.pending[i];
		brb_effect_user *user = add_user(slice, store->users.first + (int64_t)i, error);
		if (!user)
			return error->status;
		user->name = pending->name;
		user->awards = pending->awards;
		user->badges = pending->badges;
		user->latest_us = pending->latest_us;
		if (pending->state)
			set_state(user, pending->state);
	}
	return BRABEION_OK;
}

brabeion_status brb_store_write_users(brb_store *store, brabeion_error *error)
{
	size_t count;
	user_slice slice = { .store = store };
	if (!gather_users(store, &count))
		return brb_status_no_memory(error);
	brabeion_status status = write_changed(&slice, count, error);
	if (status == BRABEION_OK)
		status = write_new(&slice, error);
	if (store->user_change_capacity > CHANGES_KEPT) {
		brb_memory_release(store->user_changes);
		store->user_changes = NULL;
		store->user_change_capacity = 0;
	}
	return status == BRABEION_OK ? write_slice(&slice, error) : status;
}

/* ---- things and cells ---- */

static bool gather_thing(brb_store *store, brb_effects *effects, const brb_cache_entry *entry)
{
	brb_effect_thing *thing = brb_list_add(&store->thing_effects, &effects->thing_count,
					       &store->thing_effect_capacity, sizeof *thing);
	if (!thing)
		return false;
	thing->number = entry->number;
	memcpy(&thing->plugin, entry->key + 1, sizeof thing->plugin);
	thing->name = entry->key + 1 + sizeof thing->plugin;
	thing->state = brb_cache_at(entry);
	thing->state_length = brb_cache_length(entry);
	return true;
}

static int by_thing(const void *a, const void *b)
{
	const brb_effect_thing *first = a, *second = b;
	return (first->number > second->number) - (first->number < second->number);
}

/* The key is kind, owner, memory, key; the value as store/states has it. */
static bool gather_cell(brb_store *store, brb_effects *effects, const brb_cache_entry *entry)
{
	const unsigned char *bytes = brb_cache_at(entry);
	const size_t head = 1 + sizeof(int64_t) + sizeof(uint32_t);
	brb_effect_cell *cell =
		brb_list_add(&store->cell_effects, &effects->cell_count, &store->cell_effect_capacity, sizeof *cell);
	if (!cell)
		return false;
	cell->owner = number_in_key(entry);
	memcpy(&cell->memory, entry->key + 1 + sizeof(int64_t), sizeof cell->memory);
	cell->key = (brb_packed_key){ entry->key + head, entry->key_length - head };
	if (!brb_cache_length(entry))
		return true;
	cell->value.kind = (brb_cell_kind)bytes[0];
	if (cell->value.kind == BRB_CELL_TEXT) {
		cell->value.text = (const char *)bytes + 1;
		cell->value.text_length = brb_cache_length(entry) - 1;
	} else {
		memcpy(&cell->value.number, bytes + 1, sizeof cell->value.number);
	}
	return true;
}

static int by_cell(const void *a, const void *b)
{
	const brb_effect_cell *first = a, *second = b;
	if (first->owner != second->owner)
		return first->owner < second->owner ? -1 : 1;
	if (first->memory != second->memory)
		return first->memory < second->memory ? -1 : 1;
	size_t length = first->key.length, other = second->key.length;
	int order = memcmp(first->key.bytes, second->key.bytes, length < other ? length : other);
	return order ? order : (length > other) - (length < other);
}

static void sort_cells(brb_store *store, brb_effects *effects)
{
	if (effects->thing_count > 1)
		qsort(store->thing_effects, effects->thing_count, sizeof *store->thing_effects, by_thing);
	if (effects->cell_count > 1)
		qsort(store->cell_effects, effects->cell_count, sizeof *store->cell_effects, by_cell);
	effects->things = store->thing_effects;
	effects->cells = store->cell_effects;
}

/* ---- all of it ---- */

brabeion_status brb_store_gather(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	bool enough = true;
	for (const brb_cache_entry *entry = brb_store_first_changed(store); entry && enough;
	     entry = brb_store_next_changed(store, entry)) {
		if (entry->key[0] == BRB_CACHE_THING)
			enough = gather_thing(store, effects, entry);
		else if (entry->key[0] == BRB_CACHE_CELL)
			enough = gather_cell(store, effects, entry);
	}
	if (!enough)
		return brb_status_no_memory(error);
	sort_cells(store, effects);
	return BRABEION_OK;
}

brabeion_status brb_store_write_new_users(brb_store *store, brabeion_error *error)
{
	brb_effects effects = { .user_count = 0 };
	user_slice slice = { .store = store };
	if (!store->users.count)
		return BRABEION_OK;
	brabeion_status status = write_new(&slice, error);
	if (status == BRABEION_OK)
		status = write_slice(&slice, error);
	if (status == BRABEION_OK)
		status = brb_users_participant.write(store, &effects, error);
	if (status == BRABEION_OK)
		status = store->driver->transaction->write(store->db, &effects, error);
	store->users.count = 0;
	return status;
}

/* They are written again with the rest, in case they are undone. */
brabeion_status brb_store_write_cells(brb_store *store, brabeion_error *error)
{
	brb_effects effects = { .user_count = 0 };
	for (const brb_cache_entry *entry = brb_store_first_changed(store); entry;
	     entry = brb_store_next_changed(store, entry))
		if (entry->key[0] == BRB_CACHE_CELL && !gather_cell(store, &effects, entry))
			return brb_status_no_memory(error);
	sort_cells(store, &effects);
	store->cells_changed = false;
	return store->driver->transaction->write(store->db, &effects, error);
}
