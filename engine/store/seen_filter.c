/*
 * store/seen_filter: see seen_filter.h. The hashes are random already: their bits say where they go.
 */
#include "store/seen_filter.h"

#include <string.h>

#include "base/memory.h"

enum { BLOCK_WORDS = 8, HASHES_IN_BLOCK = 32, BITS_PER_HASH = 6, BIT_MASK = 511, BIT_SHIFT = 9 };

static size_t blocks_for(size_t capacity)
{
	return capacity / HASHES_IN_BLOCK + 1;
}

size_t brb_seen_filter_bytes(size_t capacity)
{
	return blocks_for(capacity) * BLOCK_WORDS * sizeof(uint64_t);
}

bool brb_seen_filter_begin(brb_seen_filter *filter, size_t capacity)
{
	size_t bytes = brb_seen_filter_bytes(capacity);
	uint64_t *words = brb_memory_take_aligned(BLOCK_WORDS * sizeof *words, bytes);
	if (!words)
		return false;
	*filter = (brb_seen_filter){ .words = words, .block_count = blocks_for(capacity), .capacity = capacity };
	return true;
}

void brb_seen_filter_finish(brb_seen_filter *filter)
{
	brb_memory_release(filter->words);
	*filter = (brb_seen_filter){ .words = NULL };
}

static uint64_t *block_of(const brb_seen_filter *filter, const brb_effect_seen *seen, uint64_t *bits)
{
	uint64_t first;
	memcpy(&first, seen->hash, sizeof first);
	memcpy(bits, seen->hash + sizeof first, sizeof *bits);
	return filter->words + first % filter->block_count * BLOCK_WORDS;
}

void brb_seen_filter_add(brb_seen_filter *filter, const brb_effect_seen *seen)
{
	uint64_t bits, *block = block_of(filter, seen, &bits);
	for (int i = 0; i < BITS_PER_HASH; i++, bits >>= BIT_SHIFT)
		block[(bits & BIT_MASK) / 64] |= UINT64_C(1) << (bits & 63);
	filter->count++;
}

bool brb_seen_filter_may_have(const brb_seen_filter *filter, const brb_effect_seen *seen)
{
	uint64_t bits, *block = block_of(filter, seen, &bits);
	bool all = true;
	for (int i = 0; i < BITS_PER_HASH; i++, bits >>= BIT_SHIFT)
		all = all && (block[(bits & BIT_MASK) / 64] >> (bits & 63) & 1);
	return all;
}
