/*
 * store/hash_filter: says of most hashes that were never added that they were not. Private to the store room.
 *
 * A Bloom filter in blocks of a cache line (Putze, Sanders, Singler: "Cache-, hash- and space-efficient Bloom filters",
 * 2007), with 2 bytes for each hash: of hashes that were not added about 1 in 500 looks as if it was.
 */
#ifndef BRB_STORE_HASH_FILTER_H
#define BRB_STORE_HASH_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct brb_hash_filter {
	uint64_t *words; /* NULL: there is none */
	size_t block_count;
	size_t count, capacity; /* hashes */
} brb_hash_filter;

/* An empty one. False when memory is short. */
bool brb_hash_filter_begin(brb_hash_filter *filter, size_t capacity);
void brb_hash_filter_finish(brb_hash_filter *filter); /* all zeroes afterwards */
size_t brb_hash_filter_bytes(size_t capacity);

void brb_hash_filter_add(brb_hash_filter *filter, const uint8_t hash[16]);
bool brb_hash_filter_may_have(const brb_hash_filter *filter, const uint8_t hash[16]);

#endif
