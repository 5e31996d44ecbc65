/*
 * store/held_cache: awards that are surely held, for callers outside of a transaction: most events that "earn" something
 * earn what is held already, and should cost no transaction.
 *
 * A set-associative cache of (badge, level, user), only of awards without a reason, only of committed ones. Nothing
 * takes an award away but a revocation: ours are told (brb_held_cache_forget); those of another process are noticed by the
 * next transaction, so what is known holds for at most a second without one.
 */
#include <stdatomic.h>
#include <time.h>

#include "base/memory.h"
#include "base/table.h"
#include "store/internal.h"

enum { BUCKETS = 4096, WAYS = 4, LOCKS = 64, USER_BYTES = 52, LAG_US = 1000000 };

typedef struct known_award {
	uint32_t epoch; /* of the cache when it was added; 0: empty */
	uint32_t badge;
	uint32_t level;
	char user[USER_BYTES]; /* with its NUL; longer names are not cached */
} known_award;

typedef struct known_bucket {
	uint32_t next; /* way to be given up */
	known_award ways[WAYS];
} known_bucket;

/* Each guards every 64th bucket, and keeps a distance from the next. */
typedef struct known_lock {
	pthread_mutex_t mutex;
	char distance[64];
} known_lock;

struct brb_held_cache {
	known_lock locks[LOCKS];
	_Atomic uint32_t epoch;
	_Atomic int64_t confirmed_us;
	known_bucket buckets[BUCKETS]; /* untouched ones cost no memory */
};

struct brb_held_cache *brb_held_cache_open(void)
{
	struct brb_held_cache *known = brb_memory_take_zeroed(1, sizeof *known);
	if (!known)
		return NULL;
	atomic_init(&known->epoch, 1);
	atomic_init(&known->confirmed_us, 0);
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&known->locks[i].mutex, NULL);
	return known;
}

void brb_held_cache_close(struct brb_held_cache *known)
{
	for (size_t i = 0; known && i < LOCKS; i++)
		pthread_mutex_destroy(&known->locks[i].mutex);
	brb_memory_release(known);
}

/* The coarse clock moves every few milliseconds and costs a quarter of the exact one. */
static int64_t coarse_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* NULL when such an award is not cached. */
static known_bucket *bucket_of(struct brb_held_cache *known, const brb_store_award *award)
{
	size_t length = strlen(award->user);
	if (length >= USER_BYTES || !award->reason || award->reason[0])
		return NULL;
	uint32_t hash = brb_table_hash(award->user, length) + award->badge * 2654435761u + award->level;
	return &known->buckets[hash % BUCKETS];
}

static pthread_mutex_t *lock_of(struct brb_held_cache *known, const known_bucket *bucket)
{
	return &known->locks[(size_t)(bucket - known->buckets) % LOCKS].mutex;
}

static bool is_it(const known_award *way, uint32_t epoch, const brb_store_award *award)
{
	return way->epoch == epoch && way->badge == award->badge && way->level == award->level &&
	       strcmp(way->user, award->user) == 0;
}

bool brb_store_knows_held(brb_store *store, const brb_store_award *award)
{
	struct brb_held_cache *known = store->known;
	known_bucket *bucket = bucket_of(known, award);
	if (!bucket || coarse_now_us() - atomic_load_explicit(&known->confirmed_us, memory_order_acquire) > LAG_US)
		return false;
	uint32_t epoch = atomic_load_explicit(&known->epoch, memory_order_acquire);
	bool held = false;
	pthread_mutex_t *lock = lock_of(known, bucket);
	pthread_mutex_lock(lock);
	for (int i = 0; i < WAYS && !held; i++)
		held = is_it(&bucket->ways[i], epoch, award);
	pthread_mutex_unlock(lock);
	return held;
}

void brb_held_cache_add(brb_store *store, const brb_store_award *award)
{
	struct brb_held_cache *known = store->known;
	known_bucket *bucket = bucket_of(known, award);
	if (!bucket)
		return;
	uint32_t epoch = atomic_load_explicit(&known->epoch, memory_order_relaxed);
	pthread_mutex_t *lock = lock_of(known, bucket);
	pthread_mutex_lock(lock);
	bool there = false;
	for (int i = 0; i < WAYS && !there; i++)
		there = is_it(&bucket->ways[i], epoch, award);
	if (!there) {
		known_award *way = &bucket->ways[bucket->next++ % WAYS];
		way->epoch = epoch;
		way->badge = award->badge;
		way->level = award->level;
		memcpy(way->user, award->user, strlen(award->user) + 1);
	}
	pthread_mutex_unlock(lock);
}

void brb_held_cache_forget(brb_store *store)
{
	atomic_fetch_add_explicit(&store->known->epoch, 1, memory_order_release);
}

void brb_held_cache_confirm(brb_store *store)
{
	atomic_store_explicit(&store->known->confirmed_us, coarse_now_us(), memory_order_release);
}
