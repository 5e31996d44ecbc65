/*
 * store/hash_filter: see hash_filter.h. The hashes are random already: their bits say where they go.
 */
#include "store/hash_filter.h"

#include <string.h>

#include "base/memory.h"

enum { BLOCK_WORDS = 8, HASHES_IN_BLOCK = 32, BITS_PER_HASH = 6, BIT_MASK = 511, BIT_SHIFT = 9 };

static size_t blocks_for(size_t capacity)
{
	return capacity / HASHES_IN_BLOCK + 1;
}

size_t brb_hash_filter_bytes(size_t capacity)
{
	return blocks_for(capacity) * BLOCK_WORDS * sizeof(uint64_t);
}

bool brb_hash_filter_begin(brb_hash_filter *filter, size_t capacity)
{
	size_t bytes = brb_hash_filter_bytes(capacity);
	uint64_t *words = brb_memory_take_aligned(BLOCK_WORDS * sizeof *words, bytes);
	if (!words)
		return false;
	*filter = (brb_hash_filter){ .words = words, .block_count = blocks_for(capacity), .capacity = capacity };
	return true;
}

void brb_hash_filter_finish(brb_hash_filter *filter)
{
	brb_memory_release(filter->words);
	*filter = (brb_hash_filter){ .words = NULL };
}

static uint64_t *block_of(const brb_hash_filter *filter, const uint8_t hash[16], uint64_t *bits)
{
	uint64_t first;
	memcpy(&first, hash, sizeof first);
	memcpy(bits, hash + sizeof first, sizeof *bits);
	return filter->words + first % filter->block_count * BLOCK_WORDS;
}

void brb_hash_filter_add(brb_hash_filter *filter, const uint8_t hash[16])
{
	uint64_t bits, *block = block_of(filter, hash, &bits);
	for (int i = 0; i < BITS_PER_HASH; i++, bits >>= BIT_SHIFT)
		block[(bits & BIT_MASK) / 64] |= UINT64_C(1) << (bits & 63);
	filter->count++;
}

bool brb_hash_filter_may_have(const brb_hash_filter *filter, const uint8_t hash[16])
{
	uint64_t bits, *block = block_of(filter, hash, &bits);
	bool all = true;
	for (int i = 0; i < BITS_PER_HASH; i++, bits >>= BIT_SHIFT)
		all = all && (block[(bits & BIT_MASK) / 64] >> (bits & 63) & 1);
	return all;
}
