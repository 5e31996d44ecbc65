/*
 * store/held_cache: see held_cache.h.
 *
 * A set-associative cache of (badge, level, user). Only a revocation takes an award away: one of this process clears
 * the cache at once; one of another is detected by the next transaction, without which an entry is valid for a second.
 */
#include "store/held_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/table.h"

enum { BUCKETS = 4096, WAYS = 4, LOCKS = 64, USER_BYTES = 52, LAG_US = 1000000 };

typedef struct held_award {
	uint32_t epoch; /* of the cache when it was added; 0: empty */
	uint32_t badge;
	uint32_t level;
	char user[USER_BYTES]; /* with its NUL; longer names are not cached */
} held_award;

typedef struct held_bucket {
	uint32_t next; /* the way to evict next */
	held_award ways[WAYS];
} held_bucket;

/* Each guards every 64th bucket; padded against false sharing. */
typedef struct held_lock {
	pthread_mutex_t mutex;
	char distance[64];
} held_lock;

struct brb_held_cache {
	held_lock locks[LOCKS];
	_Atomic uint32_t epoch;
	_Atomic int64_t confirmed_us;
	held_bucket buckets[BUCKETS]; /* untouched ones cost no memory */
};

struct brb_held_cache *brb_held_cache_open(void)
{
	struct brb_held_cache *cache = brb_memory_take_zeroed(1, sizeof *cache);
	if (!cache)
		return NULL;
	atomic_init(&cache->epoch, 1);
	atomic_init(&cache->confirmed_us, 0);
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&cache->locks[i].mutex, NULL);
	return cache;
}

void brb_held_cache_close(struct brb_held_cache *cache)
{
	for (size_t i = 0; cache && i < LOCKS; i++)
		pthread_mutex_destroy(&cache->locks[i].mutex);
	brb_memory_release(cache);
}

/* The coarse clock moves every few milliseconds and costs a quarter of the exact one. */
static int64_t coarse_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* NULL when such an award is not cached. */
static held_bucket *bucket_of(struct brb_held_cache *cache, const brb_store_award *award)
{
	size_t length = strlen(award->user);
	if (length >= USER_BYTES || !award->reason || award->reason[0])
		return NULL;
	uint32_t hash = brb_table_hash(award->user, length) + award->badge * 2654435761u + award->level;
	return &cache->buckets[hash % BUCKETS];
}

static pthread_mutex_t *lock_of(struct brb_held_cache *cache, const held_bucket *bucket)
{
	return &cache->locks[(size_t)(bucket - cache->buckets) % LOCKS].mutex;
}

static bool matches(const held_award *way, uint32_t epoch, const brb_store_award *award)
{
	return way->epoch == epoch && way->badge == award->badge && way->level == award->level &&
	       strcmp(way->user, award->user) == 0;
}

bool brb_held_cache_has(struct brb_held_cache *cache, const brb_store_award *award)
{
	held_bucket *bucket = bucket_of(cache, award);
	if (!bucket || coarse_now_us() - atomic_load_explicit(&cache->confirmed_us, memory_order_acquire) > LAG_US)
		return false;
	uint32_t epoch = atomic_load_explicit(&cache->epoch, memory_order_acquire);
	bool held = false;
	pthread_mutex_t *lock = lock_of(cache, bucket);
	pthread_mutex_lock(lock);
	for (int i = 0; i < WAYS && !held; i++)
		held = matches(&bucket->ways[i], epoch, award);
	pthread_mutex_unlock(lock);
	return held;
}

void brb_held_cache_add(struct brb_held_cache *cache, const brb_store_award *award)
{
	held_bucket *bucket = bucket_of(cache, award);
	if (!bucket)
		return;
	uint32_t epoch = atomic_load_explicit(&cache->epoch, memory_order_relaxed);
	pthread_mutex_t *lock = lock_of(cache, bucket);
	pthread_mutex_lock(lock);
	bool there = false;
	for (int i = 0; i < WAYS && !there; i++)
		there = matches(&bucket->ways[i], epoch, award);
	if (!there) {
		held_award *way = &bucket->ways[bucket->next++ % WAYS];
		way->epoch = epoch;
		way->badge = award->badge;
		way->level = award->level;
		memcpy(way->user, award->user, strlen(award->user) + 1);
	}
	pthread_mutex_unlock(lock);
}

void brb_held_cache_forget(struct brb_held_cache *cache)
{
	atomic_fetch_add_explicit(&cache->epoch, 1, memory_order_release);
}

void brb_held_cache_confirm(struct brb_held_cache *cache)
{
	atomic_store_explicit(&cache->confirmed_us, coarse_now_us(), memory_order_release);
}
