/*
 * badgeset/registry_types: the registry, the readers' slots and the counters in them. See registry.h.
 */
#ifndef BRB_BADGESET_REGISTRY_TYPES_H
#define BRB_BADGESET_REGISTRY_TYPES_H

#include <pthread.h>
#include <stdatomic.h>

#include "badgeset/generation.h"

/* What one thread has counted. Written by that thread, or by the one that judges for it while it waits; read by any. */
typedef struct brb_badge_counters {
	_Atomic uint64_t judged;
	_Atomic uint64_t earned;
	_Atomic uint64_t failed;
	_Atomic uint64_t time_us;  /* of the calls that were timed */
	_Atomic uint64_t passed;   /* events that it was not asked about, being quarantined */
	_Atomic uint64_t observed; /* calls of the plugin's observe; in its first badge only */
} brb_badge_counters;

typedef struct brb_counters {
	_Atomic uint64_t events;
	_Atomic uint64_t awards;
	_Atomic uint64_t duplicates;
	_Atomic uint64_t errors;
	size_t badge_count;                   /* room in `badges`; both are changed under the registry's lock */
	brb_badge_counters *badges;           /* by the badge's `counter` */
	uint64_t generation;                  /* the rest is for */
	const brb_route *last_route;          /* of the last event: the next likely has the same name */
	struct brb_unhandled *last_unhandled; /* the same for an event without listeners (judging/event_stats) */
} brb_counters;

/* Adds without a locked instruction: there is one writer. */
static inline void brb_count(_Atomic uint64_t *counter, uint64_t more)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
			      memory_order_relaxed);
}

/* Processors fetch cache lines of 64 bytes in pairs. */
enum { BRB_READER_ALIGNMENT = 128 };

typedef struct brb_reader {
	_Alignas(BRB_READER_ALIGNMENT) _Atomic(brb_generation *) uses;
	struct brb_reader *next;
	atomic_bool taken; /* by a living thread */
	brb_counters counters;
} brb_reader;

/* Generations that are no longer current. (retire.c) */
typedef struct brb_retirement {
	pthread_mutex_t lock; /* guards the first four */
	pthread_cond_t changed;
	brb_generation *arrived; /* newest first */
	bool has_thread;
	bool ending;
	pthread_t thread;
	brb_generation *waiting; /* the thread's: still in use when it last looked */
	atomic_size_t count;     /* of both lists, and of what is being closed */
} brb_retirement;

typedef struct brb_registry {
	_Atomic(brb_generation *) current;
	pthread_key_t reader_key;
	bool has_key;
	bool has_membarrier;
	uint64_t published;
	brb_table counter_of; /* slug -> uint32_t, of all badges ever; the publisher's, like the next */
	brb_arena counters_arena;
	brb_retirement retirement;
	pthread_mutex_t lock; /* guards what follows */
	_Atomic(brb_reader *) readers;
} brb_registry;

#endif
