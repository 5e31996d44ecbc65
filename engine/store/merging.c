/*
 * store/merging: makes one user of two. What both remember is united by each memory's rule, key by key; where the user who
 * goes is a key in somebody's state, which his own state knows (store/cells), the other takes his place, by the same rule.
 */
#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

enum { CELLS_AT_A_TIME = 10000 };

typedef struct merging {
	brb_store *store;
	const char *from_name, *into_name;
	int64_t from, into;
	brb_store_memory *memories; /* by number; number 0 where there is none */
	size_t memory_count;
	size_t put; /* cells, since what is cached was written */
} merging;

/* ---- rules ---- */

static int64_t sum_of(int64_t a, int64_t b)
{
	int64_t sum;
	return !__builtin_add_overflow(a, b, &sum) ? sum : a > 0 ? INT64_MAX : INT64_MIN;
}

/* Unites two cells that are both there: `into` is changed, if at all. */
static void unite(brb_merge_rule rule, const brb_packed_value *from, brb_packed_value *into)
{
	int64_t a = from->number, b = into->number;
	if (from->kind != BRB_CELL_NUMBER || into->kind != BRB_CELL_NUMBER)
		return; /* that of the one who stays */
	switch (rule) {
	case BRB_MERGE_SUM:
		into->number = sum_of(a, b);
		break;
	case BRB_MERGE_MAX:
		into->number = a > b ? a : b;
		break;
	case BRB_MERGE_MIN:
	case BRB_MERGE_EARLIEST:
		into->number = a < b ? a : b;
		break;
	case BRB_MERGE_OR:
		into->number = a | b;
		break;
	case BRB_MERGE_KEEP:
	case BRB_MERGE_OWN:
		break;
	}
}

/* ---- cells ---- */

/* Texts of cells move as others are changed: they are copied. */
static bool keep_text(brb_arena *arena, brb_packed_value *value)
{
	if (value->kind == BRB_CELL_TEXT)
		value->text = brb_arena_copy_length(arena, value->text, value->text_length);
	return value->kind != BRB_CELL_TEXT || value->text;
}

/* Joins a value to the cell of an owner and key. */
static brabeion_status join(merging *self, int64_t owner, brb_cache_entry *state, const brb_store_memory *memory,
			    const brb_cell_key *key, const brb_packed_value *value, brabeion_error *error)
{
	brb_packed_value there, joined = *value;
	brb_packed_key packed = { key->bytes, key->length };
	brabeion_status status =
		brb_store_state_get(self->store, state, owner, memory->number, packed, &there, error);
	if (status != BRABEION_OK)
		return status;
	if (there.kind != BRB_CELL_NONE) {
		joined = there;
		unite(memory->merge, value, &joined);
		if (joined.kind != BRB_CELL_NUMBER)
			return BRABEION_OK; /* it stays as it is */
	}
	if (joined.kind == BRB_CELL_NUMBER && memory->kind == BRB_CELL_USER)
		joined.kind = BRB_CELL_USER; /* of a spilled cell */
	else if (joined.kind == BRB_CELL_NUMBER && !joined.number)
		joined.kind = BRB_CELL_NONE;
	return brb_store_cell_put(self->store, state, owner, memory, key, &joined, error);
}

/* Now and then what is done is written, so that a million cells need not be in memory. */
static brabeion_status breathe(merging *self, brabeion_error *error)
{
	brb_store_mark(self->store);
	if (++self->put < CELLS_AT_A_TIME)
		return BRABEION_OK;
	self->put = 0;
	return brb_store_settle(self->store, error);
}

/* ---- the user as a key ---- */

/* Of a thing the state is found by its name: the driver knows it. */
static brabeion_status state_of(merging *self, int64_t owner, brb_cache_entry **state, brabeion_error *error)
{
	brb_store *store = self->store;
	if (owner > 0) {
		*state = brb_store_user_state(store, owner, error);
		return *state ? BRABEION_OK : error->status;
	}
	uint32_t plugin = 0;
	char name[BRB_SUBJECT_BYTES_MOST + 1];
	brabeion_status status = store->driver->transaction->thing_name(store->db, -owner, &plugin, name, error);
	*state = NULL;
	if (status != BRABEION_OK || !plugin)
		return status;
	*state = brb_store_thing_state(store, plugin, name, false, error);
	return *state ? BRABEION_OK : error->status;
}

static brabeion_status replace_key(merging *self, int64_t owner, uint32_t number, brabeion_error *error)
{
	brb_cell_key from, into;
	brb_arena arena = { 0 };
	brb_cache_entry *state = NULL;
	brb_packed_value value = { .kind = BRB_CELL_NONE }, none = { .kind = BRB_CELL_NONE };
	const brb_store_memory *memory = number < self->memory_count ? &self->memories[number] : NULL;
	brabeion_status status = memory && memory->number ? state_of(self, owner, &state, error) : BRABEION_OK;
	if (status != BRABEION_OK || !state)
		return status;
	brb_cell_key_user(&from, self->from);
	brb_cell_key_user(&into, self->into);
	status = brb_store_state_get(self->store, state, owner, number, (brb_packed_key){ from.bytes, from.length },
				     &value, error);
	if (status == BRABEION_OK && !keep_text(&arena, &value))
		status = brb_status_no_memory(error);
	if (status == BRABEION_OK && value.kind != BRB_CELL_NONE) {
		status = brb_store_cell_put(self->store, state, owner, memory, &from, &none, error);
		if (status == BRABEION_OK)
			status = join(self, owner, state, memory, &into, &value, error);
	}
	brb_arena_finish(&arena);
	return status == BRABEION_OK ? breathe(self, error) : status;
}

static brabeion_status replace_keys(merging *self, brabeion_error *error)
{
	int64_t owner;
	uint32_t memory;
	brb_cell_key at = { .length = 0 }, next;
	for (;; at = next) {
		brb_cache_entry *state = brb_store_user_state(self->store, self->from, error);
		if (!state)
			return error->status;
		brabeion_status status = brb_store_state_next(self->store, state, self->from, BRB_MEMORY_REFERENCES,
							      (brb_packed_key){ at.bytes, at.length }, &next, error);
		if (status != BRABEION_OK || !next.length)
			return status;
		if (brb_cell_key_read_reference(&next, &owner, &memory))
			status = replace_key(self, owner, memory, error);
		if (status != BRABEION_OK)
			return status;
	}
}

/* ---- what the user remembers ---- */

static brabeion_status take_over(merging *self, const brb_store_memory *memory, const brb_cell_key *key,
				 brabeion_error *error)
{
	brb_packed_value value;
	brb_arena arena = { 0 };
	brb_cache_entry *from = brb_store_user_state(self->store, self->from, error);
	brabeion_status status =
		from ? brb_store_state_get(self->store, from, self->from, memory->number,
					   (brb_packed_key){ key->bytes, key->length }, &value, error)
		     : error->status;
	if (status == BRABEION_OK && !keep_text(&arena, &value))
		status = brb_status_no_memory(error);
	brb_cache_entry *into = status == BRABEION_OK ? brb_store_user_state(self->store, self->into, error) : NULL;
	if (status == BRABEION_OK && !into)
		status = error->status;
	if (status == BRABEION_OK && value.kind != BRB_CELL_NONE)
		status = join(self, self->into, into, memory, key, &value, error);
	brb_arena_finish(&arena);
	return status == BRABEION_OK ? breathe(self, error) : status;
}

/* The plain cell, then all that have keys. */
static brabeion_status take_over_memory(merging *self, const brb_store_memory *memory, brabeion_error *error)
{
	brb_cell_key at = { .length = 0 };
	for (;;) {
		brabeion_status status = take_over(self, memory, &at, error);
		brb_cache_entry *from =
			status == BRABEION_OK ? brb_store_user_state(self->store, self->from, error) : NULL;
		if (!from)
			return error->status;
		brb_cell_key next;
		status = brb_store_state_next(self->store, from, self->from, memory->number,
					      (brb_packed_key){ at.bytes, at.length }, &next, error);
		if (status != BRABEION_OK || !next.length)
			return status;
		at = next;
	}
}

/* Whether a plugin has merged it. */
static bool is_merged(const brb_store_memory *memory, const brb_store_merge_own *own)
{
	return memory->merge == BRB_MERGE_OWN && own && (!own->merges || own->merges(own->context, memory));
}

static brabeion_status take_over_all(merging *self, const brb_store_merge_own *own, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < self->memory_count && status == BRABEION_OK; i++) {
		const brb_store_memory *memory = &self->memories[i];
		if (memory->plugin && memory->owner == BRB_OWNER_USER && !is_merged(memory, own))
			status = take_over_memory(self, memory, error);
	}
	return status;
}

/* References that were left at him are of keys of his own state, which the other has now by his own. */
static brabeion_status merge_memory(merging *self, const brb_store_merge_own *own, brabeion_error *error)
{
	brabeion_status status = replace_keys(self, error);
	if (status == BRABEION_OK && own)
		status = own->merge(own->context, self->from_name, self->into_name, error);
	if (status == BRABEION_OK)
		status = brb_store_settle(self->store, error);
	if (status == BRABEION_OK)
		status = take_over_all(self, own, error);
	return status == BRABEION_OK ? brb_store_settle(self->store, error) : status;
}

/* ---- all of it ---- */

static brabeion_status find_users(merging *self, brabeion_error *error)
{
	brabeion_status status = brb_store_settle(self->store, error);
	if (status == BRABEION_OK)
		status = brb_store_user(self->store, self->from_name, true, &self->from, error);
	if (status == BRABEION_OK)
		status = brb_store_user(self->store, self->into_name, true, &self->into, error);
	return status == BRABEION_OK ? brb_store_settle(self->store, error) : status;
}

brabeion_status brb_store_merge_users(brb_store *store, const char *from, const char *into,
				      const brb_store_merge_own *own, brabeion_error *error)
{
	brb_arena names = { 0 };
	merging self = { .store = store, .from_name = from, .into_name = into };
	brabeion_status status = find_users(&self, error);
	if (status != BRABEION_OK || self.from == self.into)
		return status;
	status = store->driver->transaction->memories(store->db, &names, &self.memories, &self.memory_count, error);
	if (status == BRABEION_OK)
		status = merge_memory(&self, own, error);
	if (status == BRABEION_OK)
		status = store->driver->upkeep->merge_finish(store->db, self.from, self.into, error);
	atomic_store_explicit(&store->has_aliases, true, memory_order_relaxed);
	brb_memory_release(self.memories);
	brb_arena_finish(&names);
	brb_store_drop_cached(store);
	return status;
}
