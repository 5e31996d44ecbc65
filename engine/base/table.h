/*
 * table: a hash table from bytes to a pointer, with open addressing. Keys are not copied: they must outlive their
 * entry. The order of iteration is not defined.
 *
 * Not safe for threads; freeze it by building it completely before it is shared.
 */
#ifndef BRB_BASE_TABLE_H
#define BRB_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* A hash of bytes: every input byte reaches every bit. Same input, same answer, within one build only. */
uint32_t brb_table_hash(const void *bytes, size_t length);

/* A table of all zeroes is ready. */
void *brb_table_get(const brb_table *table, const char *key);
void *brb_table_get_length(const brb_table *table, const char *key, size_t length);

/* Sets the value in place of an older one, whose key then stays. False when memory is short. */
bool brb_table_set(brb_table *table, const char *key, void *value);
bool brb_table_set_length(brb_table *table, const char *key, size_t length, void *value);

/* Next used entry at or after *position, NULL at the end. Start with *position 0. */
const brb_table_entry *brb_table_next(const brb_table *table, size_t *position);

void brb_table_finish(brb_table *table);

#endif
