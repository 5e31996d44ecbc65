/*
 * store/internal: the store itself, and what the files of the room share. Private to the room.
 */
#ifndef BRB_STORE_INTERNAL_H
#define BRB_STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/driver.h"
#include "store/held_cache.h"
#include "store/jobs.h"
#include "store/store.h"
#include "store/value_cache.h"

/*
 * What takes part in each transaction beside the value cache: awards, jobs, seen ids, the journal. Members may be NULL.
 */
typedef struct brb_participant {
	/* Another connection has committed, or the last transaction failed: drop what is kept across transactions. */
	brabeion_status (*reload)(brb_store *store, brabeion_error *error);
	void (*undo)(brb_store *store); /* back to the mark */
	/* Adds what is pending to the effects, which are written next. */
	void (*write)(brb_store *store, brb_effects *effects);
	void (*forget)(brb_store *store); /* what was pending is written, or rolled back */
	/* Before the commit: removes some rows that are no longer needed. */
	brabeion_status (*sweep)(brb_store *store, brabeion_error *error);
} brb_participant;

/* A cached value before a change. */
typedef struct brb_undo_step {
	brb_cache_entry *entry;
	int64_t value;
	int64_t count;
	uint64_t levels; /* of HELD */
	char *text;      /* of NOTE: owned by the step */
} brb_undo_step;

/* Counters of the journal. */
enum { BRB_JOURNAL_SEQUENCE, BRB_JOURNAL_BYTES, BRB_JOURNAL_KEEP, BRB_JOURNAL_MAX, BRB_JOURNAL_COUNTERS };

struct brb_store {
	const brb_store_driver *driver;
	brb_store_db *db;
	char *path;
	brb_store_options options;
	const brb_participant *const *participants; /* NULL after the last */

	pthread_mutex_t writing; /* held by the thread whose transaction is open */
	brb_value_cache values;
	bool values_are_current; /* equal to the database, unless another connection has committed */
	bool written_early;      /* the tables hold uncommitted changes: values read from them may be rolled back */
	_Atomic uint64_t commit_count;
	struct brb_held_cache *held_cache;

	brb_cache_entry *changed_values;
	brb_undo_step *undo; /* since the mark */
	size_t undo_count, undo_capacity;
	brb_effect_value *value_effects; /* while writing */
	size_t value_effect_capacity;

	struct {
		brb_effect_award *pending; /* of the transaction */
		size_t count, capacity, marked_count;
		brb_arena texts;
		int64_t last_sequence; /* also of those not yet written */
		int64_t written_sequence, marked_sequence;
	} awards;

	struct {
		brb_effect_job *pending; /* of the transaction */
		size_t count, capacity, marked_count;
		brb_arena texts;
		brb_builder state; /* the last one written */
		bool next_is_known;
		int64_t next_history, next_us; /* when the next job of this history is ready */
		atomic_bool were_stored;       /* live ones, by any transaction */
	} jobs;

	struct {
		int64_t since_s;  /* no id in the database arrived before this */
		int64_t cutoff_s; /* of the current sweep */
		bool under_way;
		int64_t added; /* ids in this transaction */
	} seen;

	struct {
		bool is_known; /* the counters are as they are in the database */
		int64_t now[BRB_JOURNAL_COUNTERS], written[BRB_JOURNAL_COUNTERS];
		int64_t oldest_us;    /* no row arrived before; INT64_MIN: not known */
		int64_t added;        /* rows in this transaction */
		int64_t next_look_us; /* by the monotonic clock, where none are added */
		brb_builder state;    /* the last one written */
	} journal;
};

/* ---- transaction.c ---- */

/* The entry of a key, new (and *found false) when it is not cached. NULL with `error` filled when memory is short. */
brb_cache_entry *brb_store_entry_of(brb_store *store, const brb_cache_key *key, bool *found, brabeion_error *error);

/* Call before changing an entry: saves it for undo and adds it to the list of changed entries. */
brabeion_status brb_store_will_change(brb_store *store, brb_cache_entry *entry, brabeion_error *error);

/* Writes a number under a name at once. */
brabeion_status brb_store_write_counter(brb_store *store, const char *name, int64_t value, brabeion_error *error);

/* Forgets what the transaction changed. */
void brb_store_forget_changes(brb_store *store);

/* ---- names.c: numbers of names; 0 when there is none and none is to be created ---- */

brabeion_status brb_store_user(brb_store *store, const char *user, bool create, int64_t *number,
			       brabeion_error *error);
brabeion_status brb_store_event(brb_store *store, const char *event, int64_t *number, brabeion_error *error);
brabeion_status brb_store_slug(brb_store *store, const char *slug, bool create, int64_t *number,
			       brabeion_error *error);
brabeion_status brb_store_memory(brb_store *store, uint32_t plugin, const char *name, bool create, int64_t *number,
				 brabeion_error *error);

/* ---- journal_names.c ---- */

/* Replaces a user's name in the verdicts of others' events. */
brabeion_status brb_journal_rename(brb_store *store, const char *from, const char *into, brabeion_error *error);

/* ---- the participants ---- */

extern const brb_participant brb_awards_participant, brb_jobs_participant, brb_seen_participant,
	brb_journal_participant;

#endif
