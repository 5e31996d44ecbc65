/*
 * store/states: what is remembered of an owner, each state read from the database once and cached, and the spilled cells of
 * large ones, each cached by itself.
 */
#include "store/internal.h"

enum { SMALL_STATE_BYTES = 512 };

/* ---- states ---- */

static brabeion_status set_state(brb_store *store, brb_cache_entry *entry, int64_t number, const void *state,
				 size_t length, brabeion_error *error)
{
	bool is_user = entry->key[0] == BRB_CACHE_STATE;
	if (!brb_packed_check(state, length))
		return brb_status_set(error, BRABEION_STORE, "%s: damaged: the state of %s number %lld", store->path,
				      is_user ? "user" : "thing", (long long)number);
	return brb_value_cache_set(&store->values, entry, state, length) ? BRABEION_OK : brb_status_no_memory(error);
}

static brb_cache_entry *state_entry(brb_store *store, int64_t number, bool *found, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_STATE);
	brb_cache_key_wide(&key, number);
	return brb_store_entry_of(store, &key, found, error);
}

/* A state that is cached may be newer than the database's. */
brabeion_status brb_store_take_state(void *context, int64_t number, const void *state, size_t length,
				     brabeion_error *error)
{
	brb_store *store = context;
	bool found;
	brb_cache_entry *entry = state_entry(store, number, &found, error);
	if (!entry)
		return error->status;
	return found ? BRABEION_OK : set_state(store, entry, number, state, length, error);
}

typedef struct state_taking {
	brb_store *store;
	brb_cache_entry *entry;
} state_taking;

static brabeion_status take_into(void *context, int64_t number, const void *state, size_t length,
				 brabeion_error *error)
{
	const state_taking *taking = context;
	if (taking->entry->key[0] == BRB_CACHE_THING)
		taking->entry->number = number;
	return set_state(taking->store, taking->entry, number, state, length, error);
}

brb_cache_entry *brb_store_user_state(brb_store *store, int64_t number, brabeion_error *error)
{
	bool found;
	if (store->last_state && store->last_state_number == number)
		return store->last_state;
	brb_cache_entry *entry = state_entry(store, number, &found, error);
	if (!entry)
		return NULL;
	if (!found && !brb_store_is_new_user(store, number) &&
	    store->driver->transaction->user_state(store->db, number, take_into, &(state_taking){ store, entry },
						   error) != BRABEION_OK)
		return NULL;
	store->last_state = entry;
	store->last_state_number = number;
	return entry;
}

brb_cache_entry *brb_store_thing_state(brb_store *store, uint32_t plugin, const char *name, bool create,
				       brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_THING);
	brb_cache_key_number(&key, plugin);
	brb_cache_key_text(&key, name);
	bool found;
	brb_cache_entry *entry = brb_store_entry_of(store, &key, &found, error);
	if (!entry)
		return NULL;
	if (!found && store->driver->transaction->thing(store->db, plugin, name, take_into,
							&(state_taking){ store, entry }, error) != BRABEION_OK)
		return NULL;
	if (create && !entry->number)
		entry->number = ++store->users.last_thing;
	return entry;
}

/* ---- spilled cells: a byte with the kind, then the number or text ---- */

static brb_packed_value cell_value(const brb_cache_entry *cell)
{
	brb_packed_value value = { .kind = BRB_CELL_NONE };
	const unsigned char *bytes = brb_cache_at(cell);
	size_t length = brb_cache_length(cell);
	if (!length)
		return value;
	value.kind = (brb_cell_kind)bytes[0];
	if (value.kind == BRB_CELL_TEXT) {
		value.text = (const char *)bytes + 1;
		value.text_length = length - 1;
	} else {
		memcpy(&value.number, bytes + 1, sizeof value.number);
	}
	return value;
}

static bool set_cell_value(brb_store *store, brb_cache_entry *cell, const brb_packed_value *value)
{
	bool is_text = value->kind == BRB_CELL_TEXT;
	size_t length = value->kind == BRB_CELL_NONE ? 0 : 1 + (is_text ? value->text_length : sizeof value->number);
	if (!length)
		return brb_value_cache_set(&store->values, cell, NULL, 0);
	if (!brb_value_cache_reserve(&store->values, cell, length))
		return false;
	cell->bytes->at[0] = (unsigned char)value->kind;
	if (!is_text)
		memcpy(cell->bytes->at + 1, &value->number, sizeof value->number);
	else if (value->text_length)
		memcpy(cell->bytes->at + 1, value->text, value->text_length);
	cell->bytes->length = (uint32_t)length;
	return true;
}

static brabeion_status take_value(void *context, const brb_packed_value *value, brabeion_error *error)
{
	const state_taking *taking = context;
	return set_cell_value(taking->store, taking->entry, value) ? BRABEION_OK : brb_status_no_memory(error);
}

static brb_cache_entry *cell_entry(brb_store *store, int64_t owner, uint32_t memory, brb_packed_key key, bool *found,
				   brabeion_error *error)
{
	brb_cache_key cached;
	brb_cache_key_begin(&cached, BRB_CACHE_CELL);
	brb_cache_key_wide(&cached, owner);
	brb_cache_key_number(&cached, memory);
	brb_cache_key_bytes(&cached, key.bytes, key.length);
	return brb_store_entry_of(store, &cached, found, error);
}

static brb_cache_entry *read_cell(brb_store *store, int64_t owner, uint32_t memory, brb_packed_key key,
				  brabeion_error *error)
{
	bool found;
	brb_cache_entry *cell = cell_entry(store, owner, memory, key, &found, error);
	if (!cell || found)
		return cell;
	brabeion_status status = store->driver->transaction->cell(store->db, owner, memory, key, take_value,
								  &(state_taking){ store, cell }, error);
	return status == BRABEION_OK ? cell : NULL;
}

/* ---- one cell ---- */

brabeion_status brb_store_state_get(brb_store *store, brb_cache_entry *state, int64_t owner, uint32_t memory,
				    brb_packed_key key, brb_packed_value *value, brabeion_error *error)
{
	*value = (brb_packed_value){ .kind = BRB_CELL_NONE };
	if (brb_packed_find(brb_cache_at(state), brb_cache_length(state), memory, key, value) != BRB_PACKED_SPILLED)
		return BRABEION_OK;
	const brb_cache_entry *cell = read_cell(store, owner, memory, key, error);
	if (!cell)
		return error->status;
	*value = cell_value(cell);
	return BRABEION_OK;
}

static brabeion_status change_cell(brb_store *store, brb_cache_entry *cell, const brb_packed_value *value,
				   brabeion_error *error)
{
	brabeion_status status = brb_store_will_change(store, cell, error);
	store->cells_changed = true;
	if (status == BRABEION_OK && !set_cell_value(store, cell, value))
		status = brb_status_no_memory(error);
	return status;
}

static brabeion_status set_spilled(brb_store *store, brb_cache_entry *state, int64_t owner, uint32_t memory,
				   brb_packed_key key, const brb_packed_value *value, int *change,
				   brabeion_error *error)
{
	brb_cache_entry *cell = read_cell(store, owner, memory, key, error);
	if (!cell)
		return error->status;
	*change = (value->kind != BRB_CELL_NONE) - (brb_cache_length(cell) != 0);
	brabeion_status status = change_cell(store, cell, value, error);
	if (status != BRABEION_OK || !*change)
		return status;
	status = brb_store_will_change(store, state, error);
	if (status == BRABEION_OK &&
	    !brb_value_cache_reserve(&store->values, state, state->bytes->length + BRB_PACKED_GROWTH(0, 0)))
		status = brb_status_no_memory(error);
	if (status == BRABEION_OK)
		state->bytes->length = (uint32_t)brb_packed_count(state->bytes->at, state->bytes->length, memory,
								  !key.length, *change);
	return status;
}

/* Gives a block's cells entries of their own. */
static brabeion_status spill(brb_store *store, brb_cache_entry *state, int64_t owner, uint32_t memory,
			     brabeion_error *error)
{
	bool found;
	brabeion_status status = BRABEION_OK;
	brb_packed_walk walk = brb_packed_begin(state->bytes->at, state->bytes->length);
	while (status == BRABEION_OK && brb_packed_step(&walk)) {
		if (walk.memory != memory)
			continue;
		brb_cache_entry *cell = cell_entry(store, owner, memory, walk.key, &found, error);
		status = cell ? change_cell(store, cell, &walk.value, error) : error->status;
	}
	state->bytes->length = (uint32_t)brb_packed_spill(state->bytes->at, state->bytes->length, memory);
	return status;
}

static brabeion_status spill_what_is_too_much(brb_store *store, brb_cache_entry *state, int64_t owner,
					      brabeion_error *error)
{
	uint32_t memory;
	brabeion_status status = BRABEION_OK;
	while (status == BRABEION_OK && brb_cache_length(state) > BRB_PACKED_STATE_BYTES_MOST &&
	       (memory = brb_packed_largest(state->bytes->at, state->bytes->length)) != 0)
		status = spill(store, state, owner, memory, error);
	return status;
}

/*
 * Most states are a few bytes, and there are millions: one without the room that its change may need is changed aside, and
 * takes as much as it has become.
 */
static bool put_cell(brb_store *store, brb_cache_entry *state, uint32_t memory, brb_packed_key key,
		     const brb_packed_value *value)
{
	size_t length = brb_cache_length(state);
	size_t needed = length + BRB_PACKED_GROWTH(key.length, value->text_length);
	unsigned char aside[SMALL_STATE_BYTES];
	if (needed > sizeof aside || (state->bytes && state->bytes->capacity >= needed)) {
		if (!brb_value_cache_reserve(&store->values, state, needed))
			return false;
		state->bytes->length = (uint32_t)brb_packed_set(state->bytes->at, length, memory, key, value);
		return true;
	}
	if (length)
		memcpy(aside, state->bytes->at, length);
	length = brb_packed_set(aside, length, memory, key, value);
	return brb_value_cache_set(&store->values, state, aside, length);
}

brabeion_status brb_store_state_set(brb_store *store, brb_cache_entry *state, int64_t owner, uint32_t memory,
				    brb_packed_key key, const brb_packed_value *value, int *change,
				    brabeion_error *error)
{
	brb_packed_value before;
	brb_packed_found found = brb_packed_find(brb_cache_at(state), brb_cache_length(state), memory, key, &before);
	*change = 0;
	if (found == BRB_PACKED_SPILLED)
		return set_spilled(store, state, owner, memory, key, value, change, error);
	if (found == BRB_PACKED_ABSENT && value->kind == BRB_CELL_NONE)
		return BRABEION_OK;
	*change = (value->kind != BRB_CELL_NONE) - (found == BRB_PACKED_HERE);
	brabeion_status status = brb_store_will_change(store, state, error);
	if (status != BRABEION_OK)
		return status;
	if (!put_cell(store, state, memory, key, value))
		return brb_status_no_memory(error);
	return spill_what_is_too_much(store, state, owner, error);
}

/* ---- keys ---- */

/* Of spilled cells the database knows the order; it must have all of them. */
brabeion_status brb_store_state_next(brb_store *store, const brb_cache_entry *state, int64_t owner, uint32_t memory,
				     brb_packed_key after, brb_cell_key *key, brabeion_error *error)
{
	brb_packed_key next;
	key->length = 0;
	switch (brb_packed_next(brb_cache_at(state), brb_cache_length(state), memory, after, &next)) {
	case BRB_PACKED_HERE:
		memcpy(key->bytes, next.bytes, next.length);
		key->length = next.length;
		return BRABEION_OK;
	case BRB_PACKED_ABSENT:
		return BRABEION_OK;
	case BRB_PACKED_SPILLED:
		break;
	}
	brabeion_status status = store->cells_changed ? brb_store_write_cells(store, error) : BRABEION_OK;
	return status == BRABEION_OK
		       ? store->driver->transaction->next_cell(store->db, owner, memory, after, key, error)
		       : status;
}
