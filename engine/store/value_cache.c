/*
 * store/value_cache: see value_cache.h. Open addressing with linear probing, at a load of at most three quarters. Entries
 * lie in blocks in the order in which they came; they are removed only in bulk, when the rest moves to new blocks.
 */
#include "store/value_cache.h"

#include "base/memory.h"
#include "base/table.h"

enum { UNIT_BYTES = 16, BLOCK_UNITS = 16384, FIRST_SLOTS = 256 };

static bool has_text(const brb_cache_entry *entry)
{
	return entry->key[0] == BRB_CACHE_NOTE && entry->text;
}

static uint32_t units_of(size_t key_length)
{
	return (uint32_t)((sizeof(brb_cache_entry) + key_length + UNIT_BYTES - 1) / UNIT_BYTES);
}

static brb_cache_entry *entry_at(const brb_value_cache *cache, uint32_t position)
{
	uint32_t unit = position - 1;
	return (brb_cache_entry *)(void *)(cache->blocks[unit / BLOCK_UNITS] +
					   (size_t)(unit % BLOCK_UNITS) * UNIT_BYTES);
}

brb_cache_entry *brb_value_cache_find(const brb_value_cache *cache, const brb_cache_key *key)
{
	if (!cache->capacity)
		return NULL;
	uint32_t hash = brb_table_hash(key->bytes, key->length);
	uint32_t mask = cache->capacity - 1;
	for (uint32_t at = hash & mask; cache->slots[at].position; at = (at + 1) & mask) {
		if (cache->slots[at].hash != hash)
			continue;
		brb_cache_entry *entry = entry_at(cache, cache->slots[at].position);
		if (entry->key_length == key->length && brb_table_same(entry->key, key->bytes, key->length)) {
			entry->used = true;
			return entry;
		}
	}
	return NULL;
}

/* ---- growing ---- */

static void put(brb_cache_slot *slots, uint32_t capacity, brb_cache_slot slot)
{
	uint32_t mask = capacity - 1;
	uint32_t at = slot.hash & mask;
	while (slots[at].position)
		at = (at + 1) & mask;
	slots[at] = slot;
}

static bool grow_slots(brb_value_cache *cache)
{
	uint32_t capacity = cache->capacity ? cache->capacity * 2 : FIRST_SLOTS;
	brb_cache_slot *slots = capacity > cache->capacity ? brb_memory_take_zeroed(capacity, sizeof *slots) : NULL;
	if (!slots)
		return false;
	for (uint32_t i = 0; i < cache->capacity; i++)
		if (cache->slots[i].position)
			put(slots, capacity, cache->slots[i]);
	brb_memory_release(cache->slots);
	cache->slots = slots;
	cache->capacity = capacity;
	return true;
}

static bool add_block(brb_value_cache *cache)
{
	char **blocks = brb_memory_resize(cache->blocks, cache->block_count + (size_t)1, sizeof *blocks);
	if (!blocks)
		return false;
	cache->blocks = blocks;
	blocks[cache->block_count] = brb_memory_take((size_t)BLOCK_UNITS * UNIT_BYTES);
	if (!blocks[cache->block_count])
		return false;
	cache->block_count++;
	cache->block_used = 0;
	return true;
}

/* Room for an entry; 0 when memory is short. */
static uint32_t take_position(brb_value_cache *cache, uint32_t units)
{
	if ((!cache->block_count || cache->block_used + units > BLOCK_UNITS) && !add_block(cache))
		return 0;
	uint32_t position = (cache->block_count - 1) * BLOCK_UNITS + cache->block_used + 1;
	cache->block_used += units;
	cache->used_bytes += (size_t)units * UNIT_BYTES + 2 * sizeof(brb_cache_slot);
	return position;
}

static brb_cache_entry *add(brb_value_cache *cache, const char *key, size_t length, uint32_t hash)
{
	if (cache->count >= cache->capacity / 4 * 3 && !grow_slots(cache))
		return NULL;
	uint32_t position = take_position(cache, units_of(length));
	if (!position)
		return NULL;
	brb_cache_entry *entry = entry_at(cache, position);
	memset(entry, 0, sizeof *entry);
	memcpy(entry->key, key, length);
	entry->key_length = (uint16_t)length;
	entry->hash = hash;
	put(cache->slots, cache->capacity, (brb_cache_slot){ hash, position });
	cache->count++;
	return entry;
}

brb_cache_entry *brb_value_cache_add(brb_value_cache *cache, const brb_cache_key *key)
{
	brb_cache_entry *entry = add(cache, key->bytes, key->length, brb_table_hash(key->bytes, key->length));
	if (entry)
		entry->used = true;
	return entry;
}

void brb_value_cache_set_text(brb_value_cache *cache, brb_cache_entry *entry, char *text)
{
	entry->text = text;
	cache->used_bytes += text ? strlen(text) + 1 : 0;
}

/* ---- eviction ---- */

static void move(brb_value_cache *to, brb_cache_entry *entry)
{
	brb_cache_entry *moved = add(to, entry->key, entry->key_length, entry->hash);
	if (!moved)
		return; /* one entry less does no harm; its text is freed with the old blocks */
	moved->value = entry->value;
	moved->number = entry->number;
	moved->revoked = entry->revoked;
	if (entry->key[0] == BRB_CACHE_HELD)
		moved->levels = entry->levels;
	if (has_text(entry)) {
		brb_value_cache_set_text(to, moved, entry->text);
		entry->text = NULL;
	}
}

/* Moves the entries used since the last sweep to new blocks; with `half`, those without a bit of the hash. */
static void sweep(brb_value_cache *cache, bool half)
{
	uint32_t bit = UINT32_C(0x80000000) >> (cache->sweeps % 8);
	brb_value_cache kept = { .sweeps = cache->sweeps + 1 };
	for (uint32_t i = 0; i < cache->capacity; i++) {
		brb_cache_entry *entry = cache->slots[i].position ? entry_at(cache, cache->slots[i].position) : NULL;
		if (entry && (half ? !(entry->hash & bit) : entry->used))
			move(&kept, entry);
	}
	brb_value_cache_clear(cache);
	*cache = kept;
}

void brb_value_cache_evict(brb_value_cache *cache, size_t most_bytes)
{
	if (cache->used_bytes <= most_bytes)
		return;
	sweep(cache, false);
	for (int halvings = 0; halvings < 8 && cache->used_bytes > most_bytes / 2; halvings++)
		sweep(cache, true);
	if (cache->used_bytes > most_bytes / 2)
		brb_value_cache_clear(cache); /* a few enormous entries remain */
}

void brb_value_cache_clear(brb_value_cache *cache)
{
	for (uint32_t i = 0; i < cache->capacity; i++) {
		brb_cache_entry *entry = cache->slots[i].position ? entry_at(cache, cache->slots[i].position) : NULL;
		if (entry && has_text(entry))
			brb_memory_release(entry->text);
	}
	for (uint32_t i = 0; i < cache->block_count; i++)
		brb_memory_release(cache->blocks[i]);
	brb_memory_release(cache->blocks);
	brb_memory_release(cache->slots);
	*cache = (brb_value_cache){ 0 };
}
