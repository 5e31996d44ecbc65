/*
 * table: see table.h. Linear probing at a load of at most a half; nothing is ever removed, so there are no graves.
 */
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

static uint64_t load_eight(const unsigned char *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

/* Up to eight bytes as a number, without a loop: the ends of a short text overlap. */
static uint64_t load_short(const unsigned char *at, size_t length)
{
	uint32_t head, tail;
	if (length >= 4) {
		memcpy(&head, at, sizeof head);
		memcpy(&tail, at + length - 4, sizeof tail);
		return (uint64_t)head << 32 | tail;
	}
	return length ? (uint64_t)at[0] << 16 | (uint64_t)at[length / 2] << 8 | at[length - 1] : 0;
}

/*
 * Eight bytes at a time through a multiply and a fold; the last eight overlap those before. The way of reading the ends
 * is wyhash's (Wang Yi, 2019), the constant that of Pelle Evensen's rrmxmx (2018).
 */
uint32_t brb_table_hash(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint64_t hash = 0x9e3779b97f4a7c15u ^ length;
	for (size_t left = length; left > 8; left -= 8, at += 8) {
		hash = (hash ^ load_eight(at)) * 0x9fb21c651e98df25u;
		hash ^= hash >> 32;
	}
	uint64_t last = length >= 8 ? load_eight((const unsigned char *)bytes + length - 8) : load_short(at, length);
	hash = (hash ^ last) * 0x9fb21c651e98df25u;
	hash ^= hash >> 32;
	return (uint32_t)(hash * 0x9fb21c651e98df25u >> 32);
}

static brb_table_entry *find(const brb_table *table, const char *key, size_t length, uint32_t hash)
{
	uint32_t mask = table->capacity - 1;
	for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
		brb_table_entry *entry = &table->entries[i];
		if (!entry->value)
			return entry;
		if (entry->hash == hash && entry->key_length == length && memcmp(entry->key, key, length) == 0)
			return entry;
	}
}

void *brb_table_get_length(const brb_table *table, const char *key, size_t length)
{
	if (!table->capacity)
		return NULL;
	return find(table, key, length, brb_table_hash(key, length))->value;
}

void *brb_table_get(const brb_table *table, const char *key)
{
	return brb_table_get_length(table, key, strlen(key));
}

static bool grow(brb_table *table)
{
	brb_table larger = { .count = table->count, .capacity = table->capacity ? table->capacity * 2 : 16 };
	if (larger.capacity < table->capacity)
		return false;
	larger.entries = calloc(larger.capacity, sizeof *larger.entries);
	if (!larger.entries)
		return false;
	for (uint32_t i = 0; i < table->capacity; i++) {
		brb_table_entry *entry = &table->entries[i];
		if (entry->value)
			*find(&larger, entry->key, entry->key_length, entry->hash) = *entry;
	}
	free(table->entries);
	*table = larger;
	return true;
}

bool brb_table_set_length(brb_table *table, const char *key, size_t length, void *value)
{
	if (length > UINT32_MAX)
		return false;
	if (table->count >= table->capacity / 2 && !grow(table))
		return false;
	uint32_t hash = brb_table_hash(key, length);
	brb_table_entry *entry = find(table, key, length, hash);
	if (!entry->value) {
		*entry = (brb_table_entry){ .key = key, .key_length = (uint32_t)length, .hash = hash };
		table->count++;
	}
	entry->value = value;
	return true;
}

bool brb_table_set(brb_table *table, const char *key, void *value)
{
	return brb_table_set_length(table, key, strlen(key), value);
}

const brb_table_entry *brb_table_next(const brb_table *table, size_t *position)
{
	while (*position < table->capacity) {
		const brb_table_entry *entry = &table->entries[(*position)++];
		if (entry->value)
			return entry;
	}
	return NULL;
}

void brb_table_finish(brb_table *table)
{
	free(table->entries);
	*table = (brb_table){ 0 };
}
