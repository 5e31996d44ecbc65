/*
 * store/held_cache: awards that are surely held, for callers outside of a transaction: most events that "earn" something
 * earn what is held already, and should cost no transaction. Private to the store room.
 *
 * Holds only committed awards without a reason. It may forget at any time.
 *
 * Threads: any, also at once.
 */
#ifndef BRB_STORE_HELD_CACHE_H
#define BRB_STORE_HELD_CACHE_H

#include "store/types.h"

struct brb_held_cache *brb_held_cache_open(void); /* NULL when memory is short */
void brb_held_cache_close(struct brb_held_cache *cache);

bool brb_held_cache_has(struct brb_held_cache *cache, const brb_store_award *award);

/* Remembers an award; inside the transaction that has read it, as are the next two. */
void brb_held_cache_add(struct brb_held_cache *cache, const brb_store_award *award);

/* Another process may have revoked something: forgets all. */
void brb_held_cache_forget(struct brb_held_cache *cache);

/* The cache was found valid now: it stays so for another second. */
void brb_held_cache_confirm(struct brb_held_cache *cache);

#endif
