/*
 * store/value_cache: the cache of single values: tallies, notes, what a user holds, numbers of names. Private to the store
 * room.
 *
 * An entry is found by a key of bytes that begins with its kind. Eviction removes entries that were not used lately first.
 */
#ifndef BRB_STORE_VALUE_CACHE_H
#define BRB_STORE_VALUE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef enum brb_cache_kind {
	BRB_CACHE_USER = 'u',   /* number: of the user, 0 when there is none */
	BRB_CACHE_EVENT = 'e',  /* number: of the event's name */
	BRB_CACHE_BADGE = 'b',  /* number: of the slug, 0 when there is none */
	BRB_CACHE_MEMORY = 'm', /* number: of (plugin, name), 0 when there is none */
	BRB_CACHE_TALLY = 't',  /* value */
	BRB_CACHE_NOTE = 'n',   /* text, NULL when there is none */
	BRB_CACHE_HELD =
		'h',        /* of (user, badge): count, value = highest level, levels = those held without a reason */
	BRB_CACHE_FOR = 'f' /* of (user, badge, level, reason): value: BRB_FOR_* */
} brb_cache_kind;

/* The value of a FOR entry; NEVER also of an award that has lapsed. */
enum { BRB_FOR_NEVER = 0, BRB_FOR_HELD = 1, BRB_FOR_REVOKED = 2 };

/* Small, with its key right behind it: a look-up in a large cache is bound by cache misses. */
typedef struct brb_cache_entry {
	uint32_t hash;
	uint16_t key_length;
	bool changed : 1; /* on the transaction's list of changes */
	bool used : 1;    /* since the last eviction */
	bool revoked : 1; /* of HELD: the user has had an award of the badge that was revoked, and did not lapse */
	struct brb_cache_entry *next_changed;
	int64_t value;
	union {
		int64_t number; /* of the name; of a tally or note, that of its memory */
		int64_t count;  /* of HELD */
	};
	union {
		char *text;      /* of NOTE: owned */
		uint64_t levels; /* of HELD */
	};
	char key[];
} brb_cache_entry;

/* Eight bytes, so that more slots fit a cache line; the hash spares looking at other entries. */
typedef struct brb_cache_slot {
	uint32_t hash;
	uint32_t position; /* of the entry in the blocks, from 1; 0: empty */
} brb_cache_slot;

typedef struct brb_value_cache {
	brb_cache_slot *slots;
	uint32_t capacity;
	uint32_t count;
	char **blocks; /* entries, one after the other */
	uint32_t block_count;
	uint32_t block_used; /* of the last one */
	uint32_t sweeps;
	size_t used_bytes; /* of all entries and their texts, rounded up */
} brb_value_cache;

/* Longest: kind, two numbers, a name and two subjects with their NULs. */
enum { BRB_CACHE_KEY_BYTES = 1 + 4 + 4 + 101 + 256 + 256 };

typedef struct brb_cache_key {
	char bytes[BRB_CACHE_KEY_BYTES];
	size_t length;
} brb_cache_key;

static inline void brb_cache_key_begin(brb_cache_key *key, brb_cache_kind kind)
{
	key->bytes[0] = (char)kind;
	key->length = 1;
}

static inline void brb_cache_key_number(brb_cache_key *key, uint32_t number)
{
	memcpy(key->bytes + key->length, &number, sizeof number);
	key->length += sizeof number;
}

/* The text with its NUL, which no text holds: two keys are equal only if their parts are. Bounds are the caller's. */
static inline void brb_cache_key_text(brb_cache_key *key, const char *text)
{
	size_t size = strlen(text) + 1;
	memcpy(key->bytes + key->length, text, size);
	key->length += size;
}

/* All zeroes is an empty cache. */
brb_cache_entry *brb_value_cache_find(const brb_value_cache *cache, const brb_cache_key *key);

/* Adds a zeroed entry, which does not move until the next eviction; the key must not be there yet. NULL when memory is short. */
brb_cache_entry *brb_value_cache_add(brb_value_cache *cache, const brb_cache_key *key);

/* Sets the entry's text, which it then owns; the previous one is the caller's. */
void brb_value_cache_set_text(brb_value_cache *cache, brb_cache_entry *entry, char *text);

/* With more than `most_bytes` in use, frees entries until at most half of that is left. None may be `changed`. */
void brb_value_cache_evict(brb_value_cache *cache, size_t most_bytes);

/* Frees all entries, changed or not. */
void brb_value_cache_clear(brb_value_cache *cache);

#endif
