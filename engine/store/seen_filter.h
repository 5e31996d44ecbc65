/*
 * store/seen_filter: says of most hashes that were never added that they were not. Private to the store room.
 *
 * A Bloom filter in blocks of a cache line (Putze, Sanders, Singler: "Cache-, hash- and space-efficient Bloom filters",
 * 2007), with 2 bytes for each hash: of hashes that were not added about 1 in 500 looks as if it was.
 */
#ifndef BRB_STORE_SEEN_FILTER_H
#define BRB_STORE_SEEN_FILTER_H

#include "store/driver.h"

typedef struct brb_seen_filter {
	uint64_t *words; /* NULL: there is none */
	size_t block_count;
	size_t count, capacity; /* hashes */
} brb_seen_filter;

/* An empty one. False when memory is short. */
bool brb_seen_filter_begin(brb_seen_filter *filter, size_t capacity);
void brb_seen_filter_finish(brb_seen_filter *filter); /* all zeroes afterwards */
size_t brb_seen_filter_bytes(size_t capacity);

void brb_seen_filter_add(brb_seen_filter *filter, const brb_effect_seen *seen);
bool brb_seen_filter_may_have(const brb_seen_filter *filter, const brb_effect_seen *seen);

#endif
