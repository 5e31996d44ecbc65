/*
 * store/value_cache: see value_cache.h. Open addressing with linear probing, at a load of at most three quarters. Entries
 * lie in blocks in the order in which they came; they are removed only in bulk, when the rest moves to new blocks.
 */
#include "store/value_cache.h"

#include "base/memory.h"
#include "base/table.h"

enum { UNIT_BYTES = 16, BLOCK_UNITS = 16384, BLOCK_BYTES = BLOCK_UNITS * UNIT_BYTES, FIRST_SLOTS = 256 };

/* Of a cache that is large already, so many blocks are one on huge pages; so are slots of so many bytes. */
enum { SINGLE_BLOCKS = 64, RUN_BLOCKS = 32, LARGE_SLOT_BYTES = 4 * 1024 * 1024 };

static uint32_t units_of(size_t bytes)
{
	return (uint32_t)((bytes + UNIT_BYTES - 1) / UNIT_BYTES);
}

static void *at_position(const brb_value_cache *cache, uint32_t position)
{
	uint32_t unit = position - 1;
	return cache->blocks[unit / BLOCK_UNITS] + (size_t)(unit % BLOCK_UNITS) * UNIT_BYTES;
}

brb_cache_entry *brb_value_cache_at(const brb_value_cache *cache, uint32_t position)
{
	return position ? at_position(cache, position) : NULL;
}

static brb_cache_entry *entry_at(const brb_value_cache *cache, uint32_t position)
{
	return at_position(cache, position);
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

void brb_value_cache_prefetch(const brb_value_cache *cache, const brb_cache_key *key, bool entry)
{
	if (!cache->capacity)
		return;
	uint32_t hash = brb_table_hash(key->bytes, key->length), mask = cache->capacity - 1;
	if (!entry) {
		__builtin_prefetch(&cache->slots[hash & mask]);
		return;
	}
	for (uint32_t at = hash & mask; cache->slots[at].position; at = (at + 1) & mask)
		if (cache->slots[at].hash == hash) {
			__builtin_prefetch(entry_at(cache, cache->slots[at].position));
			return;
		}
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

static brb_cache_slot *take_slots(uint32_t capacity)
{
	size_t bytes = (size_t)capacity * sizeof(brb_cache_slot);
	return bytes < LARGE_SLOT_BYTES ? brb_memory_take_zeroed(1, bytes) : brb_memory_take_large(bytes);
}

static bool grow_slots(brb_value_cache *cache)
{
	uint32_t capacity = cache->capacity ? cache->capacity * 2 : FIRST_SLOTS;
	brb_cache_slot *slots = capacity > cache->capacity ? take_slots(capacity) : NULL;
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

static bool begins_run(uint32_t block)
{
	return block < SINGLE_BLOCKS || (block - SINGLE_BLOCKS) % RUN_BLOCKS == 0;
}

static char *take_block(const brb_value_cache *cache)
{
	if (!begins_run(cache->block_count))
		return cache->blocks[cache->block_count - 1] + BLOCK_BYTES;
	return cache->block_count < SINGLE_BLOCKS ? brb_memory_take(BLOCK_BYTES)
						  : brb_memory_take_large((size_t)RUN_BLOCKS * BLOCK_BYTES);
}

static bool add_block(brb_value_cache *cache)
{
	char **blocks = brb_memory_resize(cache->blocks, cache->block_count + (size_t)1, sizeof *blocks);
	if (!blocks)
		return false;
	cache->blocks = blocks;
	blocks[cache->block_count] = take_block(cache);
	if (!blocks[cache->block_count])
		return false;
	cache->block_count++;
	cache->block_used = 0;
	return true;
}

/* Room in the blocks; 0 when memory is short. */
static uint32_t take_position(brb_value_cache *cache, uint32_t units)
{
	if ((!cache->block_count || cache->block_used + units > BLOCK_UNITS) && !add_block(cache))
		return 0;
	uint32_t position = (cache->block_count - 1) * BLOCK_UNITS + cache->block_used + 1;
	cache->block_used += units;
	cache->used_bytes += (size_t)units * UNIT_BYTES;
	return position;
}

static brb_cache_entry *add(brb_value_cache *cache, const char *key, size_t length, uint32_t hash)
{
	if (cache->count >= cache->capacity / 4 * 3 && !grow_slots(cache))
		return NULL;
	uint32_t position = take_position(cache, units_of(offsetof(brb_cache_entry, key) + length));
	if (!position)
		return NULL;
	cache->used_bytes += 2 * sizeof(brb_cache_slot);
	brb_cache_entry *entry = entry_at(cache, position);
	memset(entry, 0, offsetof(brb_cache_entry, key));
	memcpy(entry->key, key, length);
	entry->key_length = (uint16_t)length;
	entry->position = position;
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

/* ---- bytes ---- */

/* What is outgrown is freed at the next eviction; so that it is no more than what is used, room grows by halves. */
bool brb_value_cache_reserve(brb_value_cache *cache, brb_cache_entry *entry, size_t capacity)
{
	size_t length = brb_cache_length(entry);
	if (entry->bytes && entry->bytes->capacity >= capacity)
		return true;
	size_t wanted = entry->bytes ? capacity + length / 2 : capacity;
	uint32_t units = units_of(sizeof(brb_cache_bytes) + wanted);
	uint32_t position = units <= BLOCK_UNITS ? take_position(cache, units) : 0;
	if (!position)
		return false;
	brb_cache_bytes *bytes = at_position(cache, position);
	bytes->capacity = units * UNIT_BYTES - (uint32_t)sizeof *bytes;
	bytes->length = (uint32_t)length;
	if (length)
		memcpy(bytes->at, entry->bytes->at, length);
	entry->bytes = bytes;
	return true;
}

bool brb_value_cache_set(brb_value_cache *cache, brb_cache_entry *entry, const void *bytes, size_t length)
{
	if (length && !brb_value_cache_reserve(cache, entry, length))
		return false;
	if (length)
		memcpy(entry->bytes->at, bytes, length);
	if (entry->bytes)
		entry->bytes->length = (uint32_t)length;
	return true;
}

/* ---- eviction ---- */

static void move(brb_value_cache *to, const brb_cache_entry *entry, uint32_t hash)
{
	brb_cache_entry *moved = add(to, entry->key, entry->key_length, hash);
	if (!moved)
		return; /* one entry less does no harm */
	bool has_bytes = brb_cache_has_bytes(entry);
	moved->value = has_bytes ? 0 : entry->value;
	moved->number = entry->number;
	moved->revoked = entry->revoked;
	if (entry->key[0] == BRB_CACHE_HELD)
		moved->levels = entry->levels;
	if (has_bytes && !brb_value_cache_set(to, moved, brb_cache_at(entry), brb_cache_length(entry)))
		moved->key[0] = '\0'; /* likewise: it is never found again */
}

/*
 * Moves the entries used since the last sweep to new blocks; with `half`, those without a bit of the hash.
 *
 * The new slots are as many as the old ones: entries come in the order of their hashes, and in fewer slots those of one
 * round would fill what the next rounds are looking for, until each probe walks through half of the table.
 */
static void sweep(brb_value_cache *cache, bool half)
{
	uint32_t bit = UINT32_C(0x80000000) >> (cache->sweeps % 8);
	brb_value_cache kept = { .sweeps = cache->sweeps + 1 };
	kept.slots = take_slots(cache->capacity);
	kept.capacity = kept.slots ? cache->capacity : 0;
	for (uint32_t i = 0; i < cache->capacity; i++) {
		brb_cache_slot slot = cache->slots[i];
		const brb_cache_entry *entry = slot.position ? entry_at(cache, slot.position) : NULL;
		if (entry && entry->key[0] && (half ? !(slot.hash & bit) : entry->used))
			move(&kept, entry, slot.hash);
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
	for (uint32_t i = 0; i < cache->block_count; i++)
		if (begins_run(i))
			brb_memory_release(cache->blocks[i]);
	brb_memory_release(cache->blocks);
	brb_memory_release(cache->slots);
	*cache = (brb_value_cache){ 0 };
}
