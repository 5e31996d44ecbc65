/*
 * badgeset/registry: the current generation: acquire it, publish another, retire the old one.
 *
 * Readers write nothing shared: each thread has a slot that names the generation it uses. Publishing is one atomic store;
 * an old generation is closed when no slot names it. membarrier(2) on the publisher's side orders the reader's store
 * against the publisher's load, so that acquiring costs a plain store (measured: 0.7 ns, against 15 ns for a reference
 * count). A job, which needs a generation for longer than a call, is a holder instead.
 *
 * A thread of the registry closes old generations, since a plugin's `close` may be slow and a reload must not wait for
 * it. It is started when a generation first retires, and polls with growing pauses while one is still in use.
 */
#ifndef BRB_BADGESET_REGISTRY_H
#define BRB_BADGESET_REGISTRY_H

#include <pthread.h>
#include <stdatomic.h>

#include "badgeset/generation.h"

/* What one thread has counted. Written by that thread, or by the one that judges for it while it waits; read by any. */
typedef struct brb_badge_counters {
	_Atomic uint64_t judged;
	_Atomic uint64_t earned;
	_Atomic uint64_t failed;
	_Atomic uint64_t time_us;  /* of the calls that were timed */
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

brabeion_status brb_registry_init(brb_registry *registry, brabeion_error *error);

/* Ends the thread and closes all generations. There must be no reader and no holder. */
void brb_registry_finish(brb_registry *registry);

/* This thread's slot; NULL: no memory. A thread acquires one generation at a time. */
brb_reader *brb_registry_reader_slow(brb_registry *registry);

static inline brb_reader *brb_registry_reader(brb_registry *registry)
{
	brb_reader *reader = pthread_getspecific(registry->reader_key);
	return reader ? reader : brb_registry_reader_slow(registry);
}

static inline brb_generation *brb_registry_acquire(brb_registry *registry, brb_reader *reader)
{
	brb_generation *generation = atomic_load_explicit(&registry->current, memory_order_acquire);
	for (;;) {
		atomic_store_explicit(&reader->uses, generation, memory_order_relaxed);
		if (registry->has_membarrier)
			atomic_signal_fence(memory_order_seq_cst); /* the publisher's membarrier does the rest */
		else
			atomic_thread_fence(memory_order_seq_cst);
		brb_generation *again = atomic_load_explicit(&registry->current, memory_order_acquire);
		if (again == generation)
			return generation;
		generation = again;
	}
}

void brb_counters_finish(brb_counters *counters);

/* Gives each badge of an unpublished generation the counter index of its slug. */
void brb_registry_number_counters(brb_registry *registry, brb_generation *generation);

/* Prepares the reader's counters for a generation that it has acquired. */
void brb_registry_count_slow(brb_registry *registry, brb_reader *reader, const brb_generation *generation);

static inline brb_counters *brb_registry_counters(brb_registry *registry, brb_reader *reader,
						  const brb_generation *generation)
{
	if (reader->counters.generation != generation->number)
		brb_registry_count_slow(registry, reader, generation);
	return &reader->counters;
}

/* Adds up the counters of all threads into `report`, whose `badges` are the generation's, in its order. */
void brb_registry_sum(brb_registry *registry, const brb_generation *generation, brabeion_stats_report *report);

static inline void brb_registry_release(brb_reader *reader)
{
	atomic_store_explicit(&reader->uses, NULL, memory_order_release);
}

/* Makes the generation the current one and gives it its number. One thread at a time. */
void brb_registry_publish(brb_registry *registry, brb_generation *generation);

/*
 * Wakes or starts the thread that closes old generations. If it cannot be started, logs that and closes those that are
 * unused at once. Called by the publisher.
 */
void brb_registry_retire(brb_registry *registry, const brb_log *log);

/* How many old generations are not closed yet. */
size_t brb_registry_retiring(const brb_registry *registry);

/* ---- for the room alone: the readers' slots (readers.c) ---- */

brabeion_status brb_readers_init(brb_registry *registry, brabeion_error *error);
void brb_readers_finish(brb_registry *registry);

/* After it, each reader has acquired what was published before, or will see what is published now. */
void brb_readers_fence(const brb_registry *registry);

/* Whether a reader or a holder uses a generation. Call it after a fence that came after the generation's end. */
bool brb_readers_use(brb_registry *registry, const brb_generation *generation);

/* ---- for the room alone: retirement (retire.c) ---- */

brabeion_status brb_retirement_init(brb_registry *registry, brabeion_error *error);

/* Ends the thread, and closes what it has left. */
void brb_retirement_finish(brb_registry *registry);

/* Adds an old generation, which nobody can acquire any more. */
void brb_retirement_add(brb_registry *registry, brb_generation *generation);

#endif
