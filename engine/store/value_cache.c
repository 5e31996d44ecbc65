/*
 * store/value_cache: see cells.h. Open addressing with linear probing, at a load of at most three quarters. Cells lie in
 * blocks, in the order in which they came; they leave only in bulk, when those that stay are moved to new blocks.
 */
#include "store/value_cache.h"

#include "base/memory.h"
#include "base/table.h"

enum { UNIT_BYTES = 16, BLOCK_UNITS = 16384, FIRST_SLOTS = 256 };

static bool has_text(const brb_cache_entry *cell)
{
	return cell->key[0] == BRB_CACHE_NOTE && cell->text;
}

static uint32_t units_of(size_t key_length)
{
	return (uint32_t)((sizeof(brb_cache_entry) + key_length + UNIT_BYTES - 1) / UNIT_BYTES);
}

static brb_cache_entry *cell_at(const brb_value_cache *cells, uint32_t place)
{
	uint32_t unit = place - 1;
	return (brb_cache_entry *)(void *)(cells->blocks[unit / BLOCK_UNITS] +
					   (size_t)(unit % BLOCK_UNITS) * UNIT_BYTES);
}

brb_cache_entry *brb_value_cache_find(const brb_value_cache *cells, const brb_cache_key *key)
{
	if (!cells->capacity)
		return NULL;
	uint32_t hash = brb_table_hash(key->bytes, key->length);
	uint32_t mask = cells->capacity - 1;
	for (uint32_t at = hash & mask; cells->slots[at].place; at = (at + 1) & mask) {
		if (cells->slots[at].hash != hash)
			continue;
		brb_cache_entry *cell = cell_at(cells, cells->slots[at].place);
		if (cell->key_length == key->length && brb_table_same(cell->key, key->bytes, key->length)) {
			cell->used = true;
			return cell;
		}
	}
	return NULL;
}

/* ---- growing ---- */

static void put(brb_cache_slot *slots, uint32_t capacity, brb_cache_slot slot)
{
	uint32_t mask = capacity - 1;
	uint32_t at = slot.hash & mask;
	while (slots[at].place)
		at = (at + 1) & mask;
	slots[at] = slot;
}

static bool grow_slots(brb_value_cache *cells)
{
	uint32_t capacity = cells->capacity ? cells->capacity * 2 : FIRST_SLOTS;
	brb_cache_slot *slots = capacity > cells->capacity ? brb_memory_take_zeroed(capacity, sizeof *slots) : NULL;
	if (!slots)
		return false;
	for (uint32_t i = 0; i < cells->capacity; i++)
		if (cells->slots[i].place)
			put(slots, capacity, cells->slots[i]);
	brb_memory_release(cells->slots);
	cells->slots = slots;
	cells->capacity = capacity;
	return true;
}

static bool add_block(brb_value_cache *cells)
{
	char **blocks = brb_memory_resize(cells->blocks, cells->block_count + (size_t)1, sizeof *blocks);
	if (!blocks)
		return false;
	cells->blocks = blocks;
	blocks[cells->block_count] = brb_memory_take((size_t)BLOCK_UNITS * UNIT_BYTES);
	if (!blocks[cells->block_count])
		return false;
	cells->block_count++;
	cells->block_used = 0;
	return true;
}

/* Room for a cell; 0 when memory is short. */
static uint32_t take_place(brb_value_cache *cells, uint32_t units)
{
	if ((!cells->block_count || cells->block_used + units > BLOCK_UNITS) && !add_block(cells))
		return 0;
	uint32_t place = (cells->block_count - 1) * BLOCK_UNITS + cells->block_used + 1;
	cells->block_used += units;
	cells->used_bytes += (size_t)units * UNIT_BYTES + 2 * sizeof(brb_cache_slot);
	return place;
}

static brb_cache_entry *add(brb_value_cache *cells, const char *key, size_t length, uint32_t hash)
{
	if (cells->count >= cells->capacity / 4 * 3 && !grow_slots(cells))
		return NULL;
	uint32_t place = take_place(cells, units_of(length));
	if (!place)
		return NULL;
	brb_cache_entry *cell = cell_at(cells, place);
	memset(cell, 0, sizeof *cell);
	memcpy(cell->key, key, length);
	cell->key_length = (uint16_t)length;
	cell->hash = hash;
	put(cells->slots, cells->capacity, (brb_cache_slot){ hash, place });
	cells->count++;
	return cell;
}

brb_cache_entry *brb_value_cache_add(brb_value_cache *cells, const brb_cache_key *key)
{
	brb_cache_entry *cell = add(cells, key->bytes, key->length, brb_table_hash(key->bytes, key->length));
	if (cell)
		cell->used = true;
	return cell;
}

void brb_value_cache_set_text(brb_value_cache *cells, brb_cache_entry *cell, char *text)
{
	cell->text = text;
	cells->used_bytes += text ? strlen(text) + 1 : 0;
}

/* ---- leaving ---- */

static void move(brb_value_cache *to, brb_cache_entry *cell)
{
	brb_cache_entry *moved = add(to, cell->key, cell->key_length, cell->hash);
	if (!moved)
		return; /* one cell less in the cache does no harm; its text goes with the old blocks */
	moved->value = cell->value;
	moved->number = cell->number;
	moved->revoked = cell->revoked;
	if (cell->key[0] == BRB_CACHE_HELD)
		moved->levels = cell->levels;
	if (has_text(cell)) {
		brb_value_cache_set_text(to, moved, cell->text);
		cell->text = NULL;
	}
}

/* Moves the cells used since the last time to new blocks; with `half`, those without a bit of the hash. */
static void sweep(brb_value_cache *cells, bool half)
{
	uint32_t bit = UINT32_C(0x80000000) >> (cells->sweeps % 8);
	brb_value_cache kept = { .sweeps = cells->sweeps + 1 };
	for (uint32_t i = 0; i < cells->capacity; i++) {
		brb_cache_entry *cell = cells->slots[i].place ? cell_at(cells, cells->slots[i].place) : NULL;
		if (cell && (half ? !(cell->hash & bit) : cell->used))
			move(&kept, cell);
	}
	brb_value_cache_clear(cells);
	*cells = kept;
}

void brb_value_cache_evict(brb_value_cache *cells, size_t most_bytes)
{
	if (cells->used_bytes <= most_bytes)
		return;
	sweep(cells, false);
	for (int halvings = 0; halvings < 8 && cells->used_bytes > most_bytes / 2; halvings++)
		sweep(cells, true);
	if (cells->used_bytes > most_bytes / 2)
		brb_value_cache_clear(cells); /* a few enormous ones */
}

void brb_value_cache_clear(brb_value_cache *cells)
{
	for (uint32_t i = 0; i < cells->capacity; i++) {
		brb_cache_entry *cell = cells->slots[i].place ? cell_at(cells, cells->slots[i].place) : NULL;
		if (cell && has_text(cell))
			brb_memory_release(cell->text);
	}
	for (uint32_t i = 0; i < cells->block_count; i++)
		brb_memory_release(cells->blocks[i]);
	brb_memory_release(cells->blocks);
	brb_memory_release(cells->slots);
	*cells = (brb_value_cache){ 0 };
}
