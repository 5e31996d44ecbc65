/*
 * store/cells: single values by names, as plugins say them. Users are numbers from here on down, so that a value follows who
 * it is about: a name that was merged into another is the other, one that was forgotten is nobody. Members of a hashed set
 * are kept as hashes under the database's key.
 *
 * Where a user is a key in a state, his own state refers to it (BRB_MEMORY_REFERENCES), so that merging finds it.
 */
#include "base/hash/siphash.h"
#include "base/memory.h"
#include "store/internal.h"

enum { HASHED_KEY_BYTES = 8 };

/* ---- keys ---- */

void brb_cell_key_text(brb_cell_key *key, const char *text)
{
	size_t length = strlen(text);
	key->length = length < sizeof key->bytes ? length : sizeof key->bytes;
	memcpy(key->bytes, text, key->length);
}

/* Big-endian without its leading zeros: short, and its order is of no matter. */
void brb_cell_key_user(brb_cell_key *key, int64_t number)
{
	key->length = 0;
	for (int shift = 56; shift >= 0; shift -= 8)
		if (key->length || (number >> shift & 0xff))
			key->bytes[key->length++] = (unsigned char)(number >> shift & 0xff);
}

int64_t brb_cell_key_number(const brb_cell_key *key)
{
	uint64_t number = 0;
	if (key->length > sizeof number)
		return 0;
	for (size_t i = 0; i < key->length; i++)
		number = number << 8 | key->bytes[i];
	return number > INT64_MAX ? 0 : (int64_t)number;
}

/* Whether it is a thing and the owner's length in one byte, the owner, the memory. */
void brb_cell_key_reference(brb_cell_key *key, int64_t owner, uint32_t memory)
{
	brb_cell_key whose, which;
	brb_cell_key_user(&whose, owner < 0 ? -owner : owner);
	brb_cell_key_user(&which, memory);
	key->bytes[0] = (unsigned char)(whose.length << 1 | (owner < 0));
	memcpy(key->bytes + 1, whose.bytes, whose.length);
	memcpy(key->bytes + 1 + whose.length, which.bytes, which.length);
	key->length = 1 + whose.length + which.length;
}

bool brb_cell_key_read_reference(const brb_cell_key *key, int64_t *owner, uint32_t *memory)
{
	brb_cell_key whose = { .length = key->length ? key->bytes[0] >> 1 : 0 }, which = { .length = 0 };
	if (whose.length > sizeof *owner || key->length < whose.length + 2 ||
	    key->length > whose.length + 1 + sizeof *memory)
		return false;
	which.length = key->length - 1 - whose.length;
	memcpy(whose.bytes, key->bytes + 1, whose.length);
	memcpy(which.bytes, key->bytes + 1 + whose.length, which.length);
	*owner = key->bytes[0] & 1 ? -brb_cell_key_number(&whose) : brb_cell_key_number(&whose);
	*memory = (uint32_t)brb_cell_key_number(&which);
	return true;
}

void brb_cell_key_hashed(brb_cell_key *key, const uint8_t hash_key[16], const char *text)
{
	uint8_t hash[BRB_SIPHASH_BYTES];
	brb_siphash(hash_key, text, strlen(text), hash);
	key->length = HASHED_KEY_BYTES;
	memcpy(key->bytes, hash, HASHED_KEY_BYTES);
}

/* The other half: it does not tell which hashed key the text has. */
uint64_t brb_cell_hash(const uint8_t hash_key[16], const char *text)
{
	uint64_t number = 0;
	uint8_t hash[BRB_SIPHASH_BYTES];
	brb_siphash(hash_key, text, strlen(text), hash);
	for (size_t i = HASHED_KEY_BYTES; i < BRB_SIPHASH_BYTES; i++)
		number = number << 8 | hash[i];
	return number;
}

uint64_t brb_store_hash(const brb_store *store, const char *text)
{
	return brb_cell_hash(store->hash_key, text);
}

static brb_packed_key packed(const brb_cell_key *key)
{
	return (brb_packed_key){ key->bytes, key->length };
}

/* *absent: the key is a user who is not known, so that there is no such cell. */
static brabeion_status key_of(brb_store *store, const brb_store_memory *memory, const char *text, bool create,
			      brb_cell_key *key, bool *absent, brabeion_error *error)
{
	int64_t number = 0;
	*absent = false;
	key->length = 0;
	if (!text || !text[0])
		return BRABEION_OK;
	if (memory->keys == BRB_KEY_TEXT) {
		brb_cell_key_text(key, text);
		return BRABEION_OK;
	}
	if (memory->keys == BRB_KEY_HASHED) {
		brb_cell_key_hashed(key, store->hash_key, text);
		return BRABEION_OK;
	}
	brabeion_status status = brb_store_user(store, text, create, &number, error);
	*absent = !number;
	brb_cell_key_user(key, number);
	return status;
}

/* ---- owners ---- */

/* *state is NULL when the owner is not there. */
static brabeion_status owner_of(brb_store *store, const brb_store_memory *memory, const char *name, bool create,
				brb_cache_entry **state, int64_t *owner, brabeion_error *error)
{
	*state = NULL;
	if (memory->owner == BRB_OWNER_THING) {
		*state = brb_store_thing_state(store, memory->plugin, name, create, error);
		if (!*state)
			return error->status;
		*owner = -(*state)->number;
		return BRABEION_OK;
	}
	brabeion_status status = brb_store_user(store, name, create, owner, error);
	if (status != BRABEION_OK || !*owner)
		return status;
	*state = brb_store_user_state(store, *owner, error);
	return *state ? BRABEION_OK : error->status;
}

/* ---- reading ---- */

static brabeion_status give_value(brb_store *store, const brb_store_memory *memory, const brb_packed_value *found,
				  brb_cell_value *value, brabeion_error *error)
{
	*value = (brb_cell_value){ .kind = found->kind, .number = found->number };
	if (found->kind == BRB_CELL_NUMBER && memory->kind == BRB_CELL_USER)
		value->kind = BRB_CELL_USER; /* of a spilled cell */
	if (value->kind == BRB_CELL_USER)
		return brb_store_user_name(store, found->number, &value->text, error);
	if (value->kind != BRB_CELL_TEXT)
		return BRABEION_OK;
	value->text = brb_arena_copy_length(&store->texts, found->text, found->text_length);
	return value->text ? BRABEION_OK : brb_status_no_memory(error);
}

brabeion_status brb_store_cell(brb_store *store, const brb_cell *cell, brb_cell_value *value, brabeion_error *error)
{
	bool absent;
	int64_t owner = 0;
	brb_cell_key key;
	brb_cache_entry *state;
	brb_packed_value found = { .kind = BRB_CELL_NONE };
	brabeion_status status = owner_of(store, cell->memory, cell->owner, false, &state, &owner, error);
	if (status == BRABEION_OK)
		status = key_of(store, cell->memory, cell->key, false, &key, &absent, error);
	if (status == BRABEION_OK && state && !absent)
		status = brb_store_state_get(store, state, owner, cell->memory->number, packed(&key), &found, error);
	return status == BRABEION_OK ? give_value(store, cell->memory, &found, value, error) : status;
}

/* ---- changing ---- */

/* In the state of a user who has become a key of a memory of an owner, or is one no longer. */
static brabeion_status refer(brb_store *store, int64_t user, int64_t owner, uint32_t memory, int change,
			     brabeion_error *error)
{
	brb_cell_key key;
	int unused;
	brb_packed_value value = { .kind = change > 0 ? BRB_CELL_NUMBER : BRB_CELL_NONE, .number = 1 };
	brb_cell_key_reference(&key, owner, memory);
	brb_cache_entry *state = brb_store_user_state(store, user, error);
	return state ? brb_store_state_set(store, state, user, BRB_MEMORY_REFERENCES, packed(&key), &value, &unused,
					   error)
		     : error->status;
}

brabeion_status brb_store_cell_put(brb_store *store, brb_cache_entry *state, int64_t owner,
				   const brb_store_memory *memory, const brb_cell_key *key,
				   const brb_packed_value *value, brabeion_error *error)
{
	int change = 0;
	brabeion_status status =
		brb_store_state_set(store, state, owner, memory->number, packed(key), value, &change, error);
	return status == BRABEION_OK && change && key->length && memory->keys == BRB_KEY_USER
		       ? refer(store, brb_cell_key_number(key), owner, memory->number, change, error)
		       : status;
}

static brabeion_status packed_value(brb_store *store, const brb_cell_value *value, brb_packed_value *out,
				    brabeion_error *error)
{
	bool none = value->kind == BRB_CELL_NONE || (value->kind == BRB_CELL_NUMBER && !value->number) ||
		    (value->kind != BRB_CELL_NUMBER && !value->text);
	*out = (brb_packed_value){ .kind = none ? BRB_CELL_NONE : value->kind, .number = value->number };
	if (out->kind == BRB_CELL_USER)
		return brb_store_user(store, value->text, true, &out->number, error);
	if (out->kind == BRB_CELL_TEXT) {
		out->text = value->text;
		out->text_length = strlen(value->text);
	}
	return BRABEION_OK;
}

static uint64_t keys_in(const brb_cache_entry *state, const brb_store_memory *memory)
{
	return brb_packed_keys(brb_cache_at(state), brb_cache_length(state), memory->number);
}

brabeion_status brb_store_cell_set(brb_store *store, const brb_cell *cell, const brb_cell_value *value,
				   brabeion_error *error)
{
	bool absent;
	int64_t owner = 0;
	brb_cell_key key;
	brb_cache_entry *state;
	brb_packed_value put;
	brabeion_status status = packed_value(store, value, &put, error);
	bool create = status == BRABEION_OK && put.kind != BRB_CELL_NONE;
	if (status == BRABEION_OK)
		status = owner_of(store, cell->memory, cell->owner, create, &state, &owner, error);
	if (status == BRABEION_OK)
		status = key_of(store, cell->memory, cell->key, create, &key, &absent, error);
	if (status != BRABEION_OK || !state || absent || !owner)
		return status;
	bool is_note = cell->memory->kind == BRB_CELL_TEXT && key.length;
	uint64_t keys = is_note ? keys_in(state, cell->memory) : 0;
	status = brb_store_cell_put(store, state, owner, cell->memory, &key, &put, error);
	return status == BRABEION_OK && is_note && keys_in(state, cell->memory) > keys
		       ? brb_bounds_note(store, cell->memory, state, error)
		       : status;
}

/* ---- memory by name ---- */

brabeion_status brb_store_find_memory(brb_store *store, const char *plugin, const char *badge, const char *name,
				      brb_arena *arena, brb_store_memory *memory, brabeion_error *error)
{
	size_t count = 0;
	uint32_t number = 0;
	int64_t slug = 0;
	brb_store_memory *all = NULL;
	*memory = (brb_store_memory){ .number = 0 };
	brabeion_status status = brb_store_plugin(store, plugin, &number, error);
	if (status == BRABEION_OK && badge[0])
		status = brb_store_slug(store, badge, false, &slug, error);
	if (status == BRABEION_OK && number && (slug || !badge[0]))
		status = store->driver->transaction->memories(store->db, arena, &all, &count, error);
	for (size_t i = 0; i < count; i++)
		if (all[i].number && all[i].plugin == number && all[i].badge == (uint32_t)slug &&
		    strcmp(all[i].name, name) == 0)
			*memory = all[i];
	brb_memory_release(all);
	return status;
}

/* ---- keys of a name ---- */

brabeion_status brb_store_key_count(brb_store *store, const brb_store_memory *memory, const char *owner,
				    int64_t *count, brabeion_error *error)
{
	int64_t number = 0;
	brb_cache_entry *state;
	brabeion_status status = owner_of(store, memory, owner, false, &state, &number, error);
	if (status == BRABEION_OK)
		*count =
			state ? (int64_t)brb_packed_keys(brb_cache_at(state), brb_cache_length(state), memory->number)
			      : 0;
	return status;
}

static brabeion_status give_key(brb_store *store, const brb_store_memory *memory, const brb_cell_key *found,
				const char **key, brabeion_error *error)
{
	if (memory->keys == BRB_KEY_USER)
		return brb_store_user_name(store, brb_cell_key_number(found), key, error);
	*key = brb_arena_copy_length(&store->texts, (const char *)found->bytes, found->length);
	return *key ? BRABEION_OK : brb_status_no_memory(error);
}

brabeion_status brb_store_key_next(brb_store *store, const brb_store_memory *memory, const char *owner,
				   const char *after, const char **key, brabeion_error *error)
{
	bool absent;
	int64_t number = 0;
	brb_cell_key at, next;
	brb_cache_entry *state;
	*key = NULL;
	brabeion_status status = owner_of(store, memory, owner, false, &state, &number, error);
	if (status == BRABEION_OK)
		status = key_of(store, memory, after, false, &at, &absent, error);
	if (status != BRABEION_OK || !state || absent)
		return status;
	for (; !*key; at = next) {
		status = brb_store_state_next(store, state, number, memory->number, packed(&at), &next, error);
		if (status != BRABEION_OK || !next.length)
			return status;
		status = give_key(store, memory, &next, key, error);
		if (status != BRABEION_OK)
			return status;
	}
	return BRABEION_OK;
}
