/*
 * base/table: a hash table from bytes to a pointer, with open addressing. Keys are not copied: they must outlive their
 * entry. The order of iteration is undefined, and another in each process: sort what is shown.
 *
 * Not safe for threads while it changes; a complete table may be read by any.
 */
#ifndef BRB_BASE_TABLE_H
#define BRB_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct brb_table_entry {
	const char *key;
	uint32_t key_length;
	uint32_t hash;
	void *value; /* never NULL in a used entry */
} brb_table_entry;

typedef struct brb_table {
	brb_table_entry *entries;
	uint32_t count;
	uint32_t capacity; /* a power of two, or 0 */
} brb_table;

static inline uint64_t brb_table_load_eight(const void *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

/* Fewer than eight bytes as a number, without a loop: the loads overlap. */
static inline uint64_t brb_table_load_short(const void *at, size_t length)
{
	const unsigned char *bytes = at;
	uint32_t head, tail;
	if (length >= 4) {
		memcpy(&head, bytes, sizeof head);
		memcpy(&tail, bytes + length - sizeof tail, sizeof tail);
		return (uint64_t)head << 32 | tail;
	}
	return length ? (uint64_t)bytes[0] << 16 | (uint64_t)bytes[length / 2] << 8 | bytes[length - 1] : 0;
}

/* Compares two keys of one length. Most are too short for a call of memcmp to pay. */
static inline bool brb_table_same(const void *a, const void *b, size_t length)
{
	if (length > 16)
		return memcmp(a, b, length) == 0;
	if (length < 8)
		return brb_table_load_short(a, length) == brb_table_load_short(b, length);
	return brb_table_load_eight(a) == brb_table_load_eight(b) &&
	       brb_table_load_eight((const char *)a + length - 8) ==
		       brb_table_load_eight((const char *)b + length - 8);
}

/* Every input byte affects every bit. Under a key of this process: never store a hash. */
uint32_t brb_table_hash(const void *bytes, size_t length);

/* A table of all zeroes is ready. */
void *brb_table_get(const brb_table *table, const char *key);
void *brb_table_get_length(const brb_table *table, const char *key, size_t length);

/* Replaces an older value, whose key stays. False when memory is short. */
bool brb_table_set(brb_table *table, const char *key, void *value);
bool brb_table_set_length(brb_table *table, const char *key, size_t length, void *value);

/* The next used entry, NULL at the end. Start with *position 0. */
const brb_table_entry *brb_table_next(const brb_table *table, size_t *position);

void brb_table_finish(brb_table *table);

#endif
