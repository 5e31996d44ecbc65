/*
 * store/value_cache: the cache of what was read: owners' states, spilled cells, what a user holds, numbers of names. Private
 * to the store room.
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
	BRB_CACHE_USER = 'u',  /* of a name; number: its own, 0 when there is none; value: who it is */
	BRB_CACHE_NAME = '#',  /* of a user's number; bytes: the name with its NUL, none of who was forgotten */
	BRB_CACHE_EVENT = 'e', /* number: of the event's name */
	BRB_CACHE_BADGE = 'b', /* number: of the slug, 0 when there is none */
	BRB_CACHE_STATE = 'o', /* of a user's number; bytes: the state */
	BRB_CACHE_THING = 't', /* of (plugin, name); number, 0 when there is none; bytes: the state */
	BRB_CACHE_CELL = 'c',  /* of (owner, memory, key); bytes: the value, none when there is none */
	BRB_CACHE_HELD =
		'h',        /* of (badge, user): count, value = highest level, levels = those held without a reason */
	BRB_CACHE_FOR = 'f' /* of (badge, level, user, reason): value: BRB_FOR_* */
} brb_cache_kind;

/* The value of a FOR entry; NEVER also of an award that has lapsed. */
enum { BRB_FOR_NEVER = 0, BRB_FOR_HELD = 1, BRB_FOR_REVOKED = 2 };

/* A state or value, with room to grow; it moves when it outgrows it. */
typedef struct brb_cache_bytes {
	uint32_t length, capacity;
	unsigned char at[];
} brb_cache_bytes;

/*
 * Small, with its key right behind it: a look-up in a large cache is bound by cache misses. Of most names, states and
 * holdings it takes 48 bytes.
 */
typedef struct brb_cache_entry {
	union {
		int64_t value;
		uint64_t saved; /* of entries with bytes that change: the mark since which they are saved */
	};
	union {
		int64_t number; /* of a name or thing */
		int64_t count;  /* of HELD */
	};
	union {
		brb_cache_bytes *bytes; /* NULL: none */
		uint64_t levels;        /* of HELD */
	};
	uint32_t position;     /* its own, from 1 */
	uint32_t next_changed; /* the position of another; 0: the last */
	uint16_t key_length;
	bool changed : 1; /* on the transaction's list of changes */
	bool used : 1;    /* since the last eviction */
	bool revoked : 1; /* of HELD: the user has had an award of the badge that was revoked, and did not lapse */
	char key[];
} brb_cache_entry;

static inline bool brb_cache_has_bytes(const brb_cache_entry *entry)
{
	char kind = entry->key[0];
	return kind == BRB_CACHE_STATE || kind == BRB_CACHE_THING || kind == BRB_CACHE_CELL || kind == BRB_CACHE_NAME;
}

static inline const unsigned char *brb_cache_at(const brb_cache_entry *entry)
{
	return entry->bytes ? entry->bytes->at : NULL;
}

static inline size_t brb_cache_length(const brb_cache_entry *entry)
{
	return entry->bytes ? entry->bytes->length : 0;
}

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
	size_t used_bytes; /* of all entries and their bytes, also of those that they have outgrown */
} brb_value_cache;

/* Longest: kind, numbers and a subject with its NUL. */
enum { BRB_CACHE_KEY_BYTES = 1 + 8 + 4 + 4 + 256 };

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

static inline void brb_cache_key_wide(brb_cache_key *key, int64_t number)
{
	memcpy(key->bytes + key->length, &number, sizeof number);
	key->length += sizeof number;
}

/* As the last part. */
static inline void brb_cache_key_bytes(brb_cache_key *key, const void *bytes, size_t length)
{
	if (length)
		memcpy(key->bytes + key->length, bytes, length);
	key->length += length;
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

/*
 * Fetches what brb_value_cache_find() will look at into the processor's caches, without waiting for it: first the slot, and
 * some look-ups later the entry.
 */
void brb_value_cache_prefetch(const brb_value_cache *cache, const brb_cache_key *key, bool entry);

/* Adds a zeroed entry, which does not move until the next eviction; the key must not be there yet. NULL when memory is short. */
brb_cache_entry *brb_value_cache_add(brb_value_cache *cache, const brb_cache_key *key);

/* The entry at a position; NULL at 0. */
brb_cache_entry *brb_value_cache_at(const brb_value_cache *cache, uint32_t position);

/* Makes room for so many bytes; those there are stay. False when memory is short. */
bool brb_value_cache_reserve(brb_value_cache *cache, brb_cache_entry *entry, size_t capacity);

/* Sets the entry's bytes. False when memory is short. */
bool brb_value_cache_set(brb_value_cache *cache, brb_cache_entry *entry, const void *bytes, size_t length);

/* With more than `most_bytes` in use, frees entries until at most half of that is left. None may be `changed`. */
void brb_value_cache_evict(brb_value_cache *cache, size_t most_bytes);

/* Frees all entries, changed or not. */
void brb_value_cache_clear(brb_value_cache *cache);

#endif
