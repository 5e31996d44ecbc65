/*
 * judging/event_stats: counts, while events are judged, what an operator wants to know afterwards: events that no badge
 * listens to, badges that fail.
 *
 * Guarantees: an unhandled event costs a look-up and one atomic add, without a lock, once its name is known. Memory is
 * bounded: BRB_UNHANDLED_NAMES_MOST names, the rest counted together; as many badges.
 *
 * Counts are kept here until a thread of the engine stores them: brb_event_stats_store inside a transaction,
 * brb_event_stats_stored after its commit. `wake` is called when there is first something to store.
 */
#ifndef BRB_JUDGING_EVENT_STATS_H
#define BRB_JUDGING_EVENT_STATS_H

#include <pthread.h>
#include <stdatomic.h>

#include "judging/judge.h"
#include "store/event_stats.h"

/* An entry that has not been counted for this long is removed. */
#define BRB_EVENT_STATS_KEPT_US (INT64_C(7) * 24 * 3600 * 1000000)

/* On a cache line of its own (brb_memory_take_aligned), since threads count at once. Freed with the stats. */
typedef struct brb_unhandled {
	_Alignas(64) _Atomic uint64_t count;
	uint64_t stored;  /* of them in the store; this and the next belong to the storing thread */
	uint64_t storing; /* by the current transaction */
	int64_t first_us;
	uint32_t hash;
	char name[BRB_NAME_BYTES_MOST + 1];
} brb_unhandled;

/* Badges that fail or are slow: of more it is not kept. What was passed over is counted of all. */
enum { BRB_UNHANDLED_SLOTS = 2 * BRB_UNHANDLED_NAMES_MOST, BRB_FAILING_BADGES_MOST = 256 };

typedef struct brb_failing {
	uint32_t badge; /* its number */
	brb_trouble_kind kind;
	uint64_t count, stored, storing;
	int64_t first_us, last_us;
	char event[BRB_NAME_BYTES_MOST + 1];
	char error[201];
} brb_failing;

struct brb_event_stats {
	_Atomic(brb_unhandled *) slots[BRB_UNHANDLED_SLOTS]; /* by hash, open addressing; only ever filled */
	brb_unhandled *others;                               /* of names that have no slot */
	const brb_clock *clock;
	void (*wake)(void *context); /* may be NULL */
	void *context;
	_Atomic bool has_new;
	_Atomic bool has_others;
	_Atomic uint32_t name_count; /* of filled slots */
	pthread_mutex_t lock;        /* guards what follows, filling a slot, and the `first_us` of the others */
	size_t failing_count, failing_capacity;
	uint32_t place; /* where the last one was found */
	brb_failing *failing;
};

brabeion_status brb_event_stats_init(brb_event_stats *stats, const brb_clock *clock, brabeion_error *error);
void brb_event_stats_finish(brb_event_stats *stats); /* of all zeroes is fine */

/* ---- while judging ---- */

/* The counter of that name, which is not empty; valid as long as the stats. */
brb_unhandled *brb_event_stats_unhandled(brb_event_stats *stats, const char *name);

/* There is something to store. Called only when the storing thread does not know yet. */
void brb_event_stats_wake(brb_event_stats *stats);

static inline void brb_event_stats_count(brb_event_stats *stats, brb_unhandled *unhandled)
{
	atomic_fetch_add_explicit(&unhandled->count, 1, memory_order_relaxed);
	if (!atomic_load_explicit(&stats->has_new, memory_order_relaxed))
		brb_event_stats_wake(stats);
}

/* A badge has failed, was slow or passed over on an event. Takes a lock for a moment: these are rare. */
void brb_event_stats_trouble(brb_event_stats *stats, uint32_t badge, brb_trouble_kind kind, const char *event,
			     const char *error);

/* Adds what the badge was passed over and is not stored yet. */
void brb_event_stats_add_passed(brb_event_stats *stats, brb_store_passed *passed);

/* ---- storing: one thread at a time ---- */

/* From now on the next count wakes again. */
void brb_event_stats_begin(brb_event_stats *stats);

/* Whether anything is not stored yet. */
bool brb_event_stats_has_more(brb_event_stats *stats);

/* Inside a transaction: stores what was counted since; names that the generation now handles are removed. */
brabeion_status brb_event_stats_store(brb_event_stats *stats, const brb_generation *generation, brb_store *store,
				      brabeion_error *error);

/* The transaction has committed. */
void brb_event_stats_stored(brb_event_stats *stats);

#endif
