/*
 * badgeset/user_set: see user_set.h.
 */
#include "badgeset/user_set.h"

#include "base/memory.h"
#include "plugin/plugin.h"

enum { FIRST_CAPACITY = 16 };

static uint64_t hash_of(const char *user)
{
	uint64_t hash = brb_fingerprint_add(BRB_FINGERPRINT_EMPTY, user);
	return hash ? hash : 1;
}

/* The place of the hash, or the empty one where it belongs. There is one: at most half of them are taken. */
static uint64_t *place_of(uint64_t *hashes, uint32_t capacity, uint64_t hash)
{
	uint32_t at = (uint32_t)(hash ^ hash >> 32) & (capacity - 1);
	while (hashes[at] && hashes[at] != hash)
		at = (at + 1) & (capacity - 1);
	return &hashes[at];
}

static bool grow(brb_user_set *set)
{
	uint32_t capacity = set->capacity ? set->capacity * 2 : FIRST_CAPACITY;
	uint64_t *grown = brb_memory_take_zeroed(capacity, sizeof *grown);
	if (!grown)
		return false;
	for (uint32_t i = 0; i < set->capacity; i++)
		if (set->hashes[i])
			*place_of(grown, capacity, set->hashes[i]) = set->hashes[i];
	brb_memory_release(set->hashes);
	set->hashes = grown;
	set->capacity = capacity;
	return true;
}

bool brb_user_set_add(brb_user_set *set, const char *user)
{
	uint64_t hash = hash_of(user);
	if (set->count * 2 >= set->capacity && !grow(set))
		return false;
	uint64_t *place = place_of(set->hashes, set->capacity, hash);
	set->count += *place == 0;
	*place = hash;
	return true;
}

void brb_user_set_finish(brb_user_set *set)
{
	brb_memory_release(set->hashes);
	*set = (brb_user_set){ 0 };
}
