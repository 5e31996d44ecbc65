/*
 * store/snapshot_reader: see snapshot_reader.h.
 */
#include "store/snapshot_reader.h"

#include <string.h>

#include "base/memory.h"
#include "store/internal.h"

struct brb_snapshot_reader {
	brb_store *store;
	const brb_driver_reader *driver;
	brb_db_reader *reader;
	bool has_hash_key;
	uint8_t hash_key[16];
};

brabeion_status brb_snapshot_reader_open(brb_store *store, brb_snapshot_reader **out, brabeion_error *error)
{
	brb_snapshot_reader *reader = brb_memory_take_zeroed(1, sizeof *reader);
	if (!reader)
		return brb_status_no_memory(error);
	reader->store = store;
	reader->driver = store->driver->reader;
	brabeion_status status = reader->driver->open(store->db, &reader->reader, error);
	if (status == BRABEION_OK)
		*out = reader;
	else
		brb_memory_release(reader);
	return status;
}

void brb_snapshot_reader_close(brb_snapshot_reader *reader)
{
	if (!reader)
		return;
	reader->driver->close(reader->reader);
	brb_memory_release(reader);
}

brabeion_status brb_snapshot_reader_begin(brb_snapshot_reader *reader, brabeion_error *error)
{
	return reader->driver->begin(reader->reader, error);
}

void brb_snapshot_reader_end(brb_snapshot_reader *reader)
{
	reader->driver->end(reader->reader);
}

/* ---- what is remembered ---- */

/* An owner's state, in the arena. */
typedef struct read_owner {
	const brb_snapshot_reader *reader;
	brb_arena *arena;
	int64_t number; /* as cells have it; 0: there is no such owner */
	const void *state;
	size_t length;
} read_owner;

static brabeion_status take_state(void *context, int64_t number, const void *state, size_t length,
				  brabeion_error *error)
{
	read_owner *owner = context;
	if (!brb_packed_check(state, length))
		return brb_status_set(error, BRABEION_STORE, "%s: damaged: the state of an owner (number %lld)",
				      brb_store_path(owner->reader->store), (long long)number);
	owner->number = number;
	owner->length = length;
	owner->state = brb_arena_copy_length(owner->arena, state, length);
	return owner->state ? BRABEION_OK : brb_status_no_memory(error);
}

static brabeion_status read_user(read_owner *owner, const char *name, brabeion_error *error)
{
	brb_user_row row;
	const brb_snapshot_reader *reader = owner->reader;
	brabeion_status status = reader->driver->user(reader->reader, name, &row, take_state, owner, error);
	if (status != BRABEION_OK || owner->number || !row.owner)
		return status;
	return reader->driver->user_state(reader->reader, row.owner, take_state, owner, error);
}

static brabeion_status find_owner(read_owner *owner, const brb_store_memory *memory, const char *name,
				  brabeion_error *error)
{
	const brb_snapshot_reader *reader = owner->reader;
	if (memory->owner == BRB_OWNER_USER)
		return read_user(owner, name, error);
	brabeion_status status =
		reader->driver->thing(reader->reader, memory->plugin, name, take_state, owner, error);
	owner->number = -owner->number;
	return status;
}

static brabeion_status need_hash_key(brb_snapshot_reader *reader, brabeion_error *error)
{
	if (reader->has_hash_key)
		return BRABEION_OK;
	brabeion_status status = reader->driver->hash_key(reader->reader, reader->hash_key, error);
	reader->has_hash_key = status == BRABEION_OK;
	return status;
}

/* *absent: a user who is not known. */
static brabeion_status key_of(brb_snapshot_reader *reader, const brb_store_memory *memory, const char *text,
			      brb_cell_key *key, bool *absent, brabeion_error *error)
{
	brb_user_row row;
	brabeion_status status = BRABEION_OK;
	*absent = false;
	key->length = 0;
	if (!text || !text[0])
		return BRABEION_OK;
	if (memory->keys == BRB_KEY_TEXT) {
		brb_cell_key_text(key, text);
	} else if (memory->keys == BRB_KEY_HASHED) {
		status = need_hash_key(reader, error);
		brb_cell_key_hashed(key, reader->hash_key, text);
	} else {
		status = reader->driver->user(reader->reader, text, &row, NULL, NULL, error);
		*absent = !row.owner;
		brb_cell_key_user(key, row.owner);
	}
	return status;
}

static brabeion_status name_of(brb_snapshot_reader *reader, int64_t number, brb_arena *arena, const char **out,
			       brabeion_error *error)
{
	char name[BRB_SUBJECT_BYTES_MOST + 1];
	brabeion_status status = reader->driver->user_name(reader->reader, number, name, error);
	*out = NULL;
	if (status != BRABEION_OK || !name[0])
		return status;
	*out = brb_arena_copy(arena, name);
	return *out ? BRABEION_OK : brb_status_no_memory(error);
}

brabeion_status brb_snapshot_reader_present_name(brb_snapshot_reader *reader, const char *user, brb_arena *arena,
						 const char **name, brabeion_error *error)
{
	brb_user_row row;
	const char *present = NULL;
	brabeion_status status = reader->driver->user(reader->reader, user, &row, NULL, NULL, error);
	if (status == BRABEION_OK && row.owner != row.number)
		status = name_of(reader, row.owner, arena, &present, error);
	if (status == BRABEION_OK)
		*name = present ? present : user;
	return status;
}

brabeion_status brb_snapshot_reader_hash(brb_snapshot_reader *reader, const char *text, uint64_t *hash,
					 brabeion_error *error)
{
	brabeion_status status = need_hash_key(reader, error);
	if (status == BRABEION_OK)
		*hash = brb_cell_hash(reader->hash_key, text);
	return status;
}

/* Where a value goes. */
typedef struct value_giving {
	brb_snapshot_reader *reader;
	const brb_store_memory *memory;
	brb_arena *arena;
	brb_cell_value *value;
} value_giving;

static brabeion_status give_value(void *context, const brb_packed_value *found, brabeion_error *error)
{
	const value_giving *giving = context;
	brb_cell_value *value = giving->value;
	*value = (brb_cell_value){ .kind = found->kind, .number = found->number };
	if (found->kind == BRB_CELL_NONE)
		return BRABEION_OK;
	value->kind = giving->memory->kind; /* a spilled USER shows as a number */
	if (value->kind == BRB_CELL_USER)
		return name_of(giving->reader, found->number, giving->arena, &value->text, error);
	if (value->kind != BRB_CELL_TEXT)
		return BRABEION_OK;
	value->text = brb_arena_copy_length(giving->arena, found->text, found->text_length);
	return value->text ? BRABEION_OK : brb_status_no_memory(error);
}

brabeion_status brb_snapshot_reader_cell(brb_snapshot_reader *reader, const brb_cell *cell, brb_arena *arena,
					 brb_cell_value *value, brabeion_error *error)
{
	bool absent = false;
	brb_cell_key key;
	brb_packed_value found = { .kind = BRB_CELL_NONE };
	const brb_store_memory *memory = cell->memory;
	read_owner owner = { .reader = reader, .arena = arena };
	value_giving giving = { reader, memory, arena, value };
	*value = (brb_cell_value){ .kind = BRB_CELL_NONE };
	brabeion_status status = find_owner(&owner, memory, cell->owner, error);
	if (status == BRABEION_OK && owner.number)
		status = key_of(reader, memory, cell->key, &key, &absent, error);
	if (status != BRABEION_OK || !owner.number || absent)
		return status;
	brb_packed_key packed = { key.bytes, key.length };
	if (brb_packed_find(owner.state, owner.length, memory->number, packed, &found) == BRB_PACKED_SPILLED)
		return reader->driver->cell(reader->reader, owner.number, memory->number, packed, give_value, &giving,
					    error);
	return give_value(&giving, &found, error);
}

brabeion_status brb_snapshot_reader_key_count(brb_snapshot_reader *reader, const brb_store_memory *memory,
					      const char *name, int64_t *count, brabeion_error *error)
{
	brb_arena arena = { 0 };
	read_owner owner = { .reader = reader, .arena = &arena };
	brabeion_status status = find_owner(&owner, memory, name, error);
	if (status == BRABEION_OK)
		*count = owner.number ? (int64_t)brb_packed_keys(owner.state, owner.length, memory->number) : 0;
	brb_arena_finish(&arena);
	return status;
}

static brabeion_status next_key(const read_owner *owner, uint32_t memory, brb_packed_key after, brb_cell_key *key,
				brabeion_error *error)
{
	brb_packed_key next = { NULL, 0 };
	const brb_snapshot_reader *reader = owner->reader;
	key->length = 0;
	if (brb_packed_next(owner->state, owner->length, memory, after, &next) == BRB_PACKED_SPILLED)
		return reader->driver->next_cell(reader->reader, owner->number, memory, after, key, error);
	if (next.length)
		memcpy(key->bytes, next.bytes, next.length);
	key->length = next.length;
	return BRABEION_OK;
}

brabeion_status brb_snapshot_reader_key_next(brb_snapshot_reader *reader, const brb_store_memory *memory,
					     const char *name, const char *after, brb_arena *arena, const char **key,
					     brabeion_error *error)
{
	bool absent = false;
	brb_cell_key at, next;
	read_owner owner = { .reader = reader, .arena = arena };
	*key = NULL;
	brabeion_status status = find_owner(&owner, memory, name, error);
	if (status == BRABEION_OK && owner.number)
		status = key_of(reader, memory, after, &at, &absent, error);
	if (status != BRABEION_OK || !owner.number || absent)
		return status;
	for (; !*key && status == BRABEION_OK; at = next) {
		status = next_key(&owner, memory->number, (brb_packed_key){ at.bytes, at.length }, &next, error);
		if (status != BRABEION_OK || !next.length)
			return status;
		if (memory->keys == BRB_KEY_USER)
			status = name_of(reader, brb_cell_key_number(&next), arena, key, error);
		else if (!(*key = brb_arena_copy_length(arena, (const char *)next.bytes, next.length)))
			status = brb_status_no_memory(error);
	}
	return status;
}

/* ---- awards ---- */

brabeion_status brb_snapshot_reader_held(brb_snapshot_reader *reader, const char *user, const char *slug,
					 int64_t *count, int32_t *highest_level, brabeion_error *error)
{
	return reader->driver->held(reader->reader, user, slug, count, highest_level, error);
}

brabeion_status brb_snapshot_reader_is_held(brb_snapshot_reader *reader, const brb_store_award *award, bool *held,
					    brabeion_error *error)
{
	*held = false;
	return award->reason ? reader->driver->is_held(reader->reader, award, held, error) : BRABEION_OK;
}
