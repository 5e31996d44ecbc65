/*
 * store/value_cache: see value_cache.h. Open addressing with linear probing, at a load of at most three quarters. Entries
 * lie in blocks in the order in which they came; they are removed only in bulk, when the rest moves to new blocks.
 */
#include "store/value_cache.h"

#include "base/memory.h"
#include "base/table.h"

enum {
	UNIT_BYTES = 16,
	BLOCK_UNITS = 16384,
	BLOCK_BYTES = BLOCK_UNITS * UNIT_BYTES,
	FIRST_SLOTS = 256,
	HALVINGS_MOST = 8
};

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

/* What an entry takes once it has moved. */
static size_t bytes_of(const brb_cache_entry *entry)
{
	uint32_t units = units_of(offsetof(brb_cache_entry, key) + entry->key_length);
	if (brb_cache_has_bytes(entry) && brb_cache_length(entry))
		units += units_of(sizeof(brb_cache_bytes) + brb_cache_length(entry));
	return (size_t)units * UNIT_BYTES + 2 * sizeof(brb_cache_slot);
}

/* How many halvings an entry survives: each removes those with a bit of their hash. */
static int halvings_survived(const brb_value_cache *cache, uint32_t hash)
{
	int halvings = 0;
	while (halvings < HALVINGS_MOST &&
	       !(hash & UINT32_C(0x80000000) >> ((cache->sweeps + (uint32_t)halvings) % 8)))
		halvings++;
	return halvings;
}

/* How many halvings leave at most so many bytes of the entries that were used; more than the most: none does. */
static int halvings_needed(const brb_value_cache *cache, size_t most_bytes)
{
	int halvings = 0;
	size_t bytes[HALVINGS_MOST + 1] = { 0 }, left = 0; /* by the halvings survived */
	for (uint32_t i = 0; i < cache->capacity; i++) {
		brb_cache_slot slot = cache->slots[i];
		const brb_cache_entry *entry = slot.position ? entry_at(cache, slot.position) : NULL;
		if (entry && entry->used)
			bytes[halvings_survived(cache, slot.hash)] += bytes_of(entry);
	}
	for (int i = 0; i <= HALVINGS_MOST; i++)
		left += bytes[i];
	for (; halvings <= HALVINGS_MOST && left > most_bytes; halvings++)
		left -= bytes[halvings];
	return halvings;
}

/* Makes a list for each block of its entries that stay, by next_changed, and empties the slots. */
static void list_kept(brb_value_cache *cache, int halvings, uint32_t *first_of_block)
{
	for (uint32_t i = 0; i < cache->capacity; i++) {
		brb_cache_slot slot = cache->slots[i];
		brb_cache_entry *entry = slot.position ? entry_at(cache, slot.position) : NULL;
		if (!entry || !entry->used || halvings_survived(cache, slot.hash) < halvings)
			continue;
		uint32_t *first = &first_of_block[(slot.position - 1) / BLOCK_UNITS];
		entry->next_changed = *first;
		*first = slot.position;
	}
	memset(cache->slots, 0, cache->capacity * sizeof *cache->slots);
}

/* One entry less does no harm when memory is short. */
static void move(brb_value_cache *to, const brb_cache_entry *entry)
{
	uint32_t position = take_position(to, units_of(offsetof(brb_cache_entry, key) + entry->key_length));
	if (!position)
		return;
	brb_cache_entry *moved = entry_at(to, position);
	memcpy(moved, entry, offsetof(brb_cache_entry, key) + entry->key_length);
	moved->position = position;
	moved->next_changed = 0;
	moved->used = false;
	if (brb_cache_has_bytes(entry)) {
		moved->saved = 0;
		moved->bytes = NULL;
		if (!brb_value_cache_set(to, moved, brb_cache_at(entry), brb_cache_length(entry)))
			return;
	}
	put(to->slots, to->capacity, (brb_cache_slot){ brb_table_hash(entry->key, entry->key_length), position });
	to->used_bytes += 2 * sizeof(brb_cache_slot);
	to->count++;
}

static void release_blocks(const brb_value_cache *cache, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (begins_run(i))
			brb_memory_release(cache->blocks[i]);
}

/*
 * Moves the entries to new blocks in the order of the old ones, which are freed on the way: bytes of an entry never lie
 * before it.
 */
static void move_kept(brb_value_cache *cache, int halvings, const uint32_t *first_of_block)
{
	brb_value_cache kept = { .slots = cache->slots,
				 .capacity = cache->capacity,
				 .sweeps = cache->sweeps + (uint32_t)halvings + 1 };
	uint32_t freed = 0;
	for (uint32_t block = 0; block < cache->block_count; block++) {
		if (begins_run(block)) {
			release_blocks(cache, freed, block);
			freed = block;
		}
		for (uint32_t at = first_of_block[block]; at; at = entry_at(cache, at)->next_changed)
			move(&kept, entry_at(cache, at));
	}
	release_blocks(cache, freed, cache->block_count);
	brb_memory_release(cache->blocks);
	*cache = kept;
}

void brb_value_cache_evict(brb_value_cache *cache, size_t most_bytes)
{
	if (cache->used_bytes <= most_bytes)
		return;
	int halvings = halvings_needed(cache, most_bytes / 2);
	uint32_t *first_of_block = brb_memory_take_zeroed(cache->block_count, sizeof *first_of_block);
	if (first_of_block && halvings <= HALVINGS_MOST) {
		list_kept(cache, halvings, first_of_block);
		move_kept(cache, halvings, first_of_block);
	} else {
		brb_value_cache_clear(cache); /* memory is short, or a few enormous entries would remain */
	}
	brb_memory_release(first_of_block);
}

void brb_value_cache_clear(brb_value_cache *cache)
{
	release_blocks(cache, 0, cache->block_count);
	brb_memory_release(cache->blocks);
	brb_memory_release(cache->slots);
	*cache = (brb_value_cache){ 0 };
}
