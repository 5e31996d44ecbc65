/*
 * judging/event_stats: what an operator would want to know afterwards, counted while events are judged: events that no badge
 * listens to, badges that fail.
 *
 * Keeps true: an event that nobody listens to costs a look into a table and one count, without a lock, once its name is
 * known. What is kept is bounded: BRB_UNHANDLED_NAMES_MOST names, the rest counted together; as many badges.
 *
 * Counting only keeps the numbers here. Somebody brings them to the store now and then: brb_event_stats_store inside a
 * transaction, brb_event_stats_stored once that is committed. `wake` tells when there is first something to bring.
 */
#ifndef BRB_JUDGING_EVENT_STATS_H
#define BRB_JUDGING_EVENT_STATS_H

#include <pthread.h>
#include <stdatomic.h>

#include "judging/judge.h"
#include "store/event_stats.h"

/* How long what was not seen again is remembered. */
#define BRB_EVENT_STATS_KEPT_US (INT64_C(7) * 24 * 3600 * 1000000)

/* On a line of its own (brb_memory_take_aligned): threads count at once. It stays as long as the notices are there. */
typedef struct brb_unhandled {
	_Alignas(64) _Atomic uint64_t count;
	uint64_t stored;  /* of which the store knows; this and the next belong to who brings them there */
	uint64_t storing; /* in the transaction under way */
	int64_t first_us;
	uint32_t hash;
	char name[BRB_NAME_BYTES_MOST + 1];
} brb_unhandled;

enum { BRB_UNHANDLED_SLOTS = 2 * BRB_UNHANDLED_NAMES_MOST, BRB_FAILING_BADGES_MOST = 256 };

typedef struct brb_failing {
	uint32_t badge; /* its number */
	uint64_t count, stored, storing;
	int64_t first_us, last_us;
	char event[BRB_NAME_BYTES_MOST + 1];
	char error[201];
} brb_failing;

struct brb_event_stats {
	_Atomic(brb_unhandled *) slots[BRB_UNHANDLED_SLOTS]; /* by hash, open addressing; only ever filled */
	brb_unhandled *others;                               /* of names that have no slot */
	const brb_clock *clock;
	void (*wake)(void *context); /* NULL: nobody waits */
	void *context;
	_Atomic bool has_news;
	_Atomic bool has_others;
	_Atomic uint32_t name_count; /* of filled slots */
	pthread_mutex_t lock;        /* guards what follows, filling a slot, and the `first_us` of the others */
	uint32_t failing_count;
	brb_failing *failing;
};

brabeion_status brb_event_stats_init(brb_event_stats *notices, const brb_clock *clock, brabeion_error *error);
void brb_event_stats_finish(brb_event_stats *notices); /* of all zeroes is fine */

/* ---- while judging ---- */

/* Where events of this name are counted; `name` is not empty. The answer stays right as long as the notices are there. */
brb_unhandled *brb_event_stats_unhandled(brb_event_stats *notices, const char *name);

/* There is something to bring: out of the way of who counts while it is known. */
void brb_event_stats_tell(brb_event_stats *notices);

static inline void brb_event_stats_count(brb_event_stats *notices, brb_unhandled *unheard)
{
	atomic_fetch_add_explicit(&unheard->count, 1, memory_order_relaxed);
	if (!atomic_load_explicit(&notices->has_news, memory_order_relaxed))
		brb_event_stats_tell(notices);
}

/* A badge has failed on an event, and how. Takes a lock for a moment: failing is rare, and told to the log besides. */
void brb_event_stats_failed(brb_event_stats *notices, uint32_t badge, const char *event, const char *error);

/* ---- bringing it to the store: one thread at a time ---- */

/* From now on brb_event_stats_tell wakes again. */
void brb_event_stats_begin(brb_event_stats *notices);

/* Whether there is anything that the store does not know. */
bool brb_event_stats_has_more(brb_event_stats *notices);

/* Inside a transaction: what has come since, but for names that the generation listens to, which go. */
brabeion_status brb_event_stats_store(brb_event_stats *notices, const brb_generation *generation, brb_store *store,
				      brabeion_error *error);

/* It is committed. */
void brb_event_stats_stored(brb_event_stats *notices);

#endif
