/*
 * store/internal: the store itself, and what the files of the room share. Private to the room.
 */
#ifndef BRB_STORE_INTERNAL_H
#define BRB_STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/driver.h"
#include "store/hash_filter.h"
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
	brabeion_status (*write)(brb_store *store, brb_effects *effects, brabeion_error *error);
	void (*forget)(brb_store *store); /* what was pending is written, or rolled back */
	/* Before the commit: removes some rows that are no longer needed. */
	brabeion_status (*sweep)(brb_store *store, brabeion_error *error);
} brb_participant;

/* A cached value before a change. Bytes are saved once for each mark. */
typedef struct brb_undo_step {
	brb_cache_entry *entry;
	int64_t value;
	int64_t count;
	uint64_t levels;               /* of HELD */
	size_t bytes_at, bytes_length; /* of entries with bytes: where they are in undo_bytes */
} brb_undo_step;

/* A user whose row is not written yet. The rest is filled in when it is. */
typedef struct brb_new_user {
	const char *name;             /* in the key of the cache's entry */
	const brb_cache_entry *state; /* NULL: none */
	uint32_t awards, badges;
	int64_t latest_us; /* of the awards */
} brb_new_user;

/* What has changed of a user whose row is there; `order` is twice his number, and 1 more of an award. */
typedef struct brb_user_change {
	int64_t order;
	const void *what; /* brb_cache_entry with the state, or brb_effect_award */
} brb_user_change;

/* Of a pending id: its place, from 1 (0: empty), and a part of its hash, so that others are seldom looked at. */
typedef struct brb_seen_slot {
	uint32_t at, tag;
} brb_seen_slot;

/* Counters of the clock. */
enum { BRB_CLOCK_NEWEST, BRB_CLOCK_SUSPECT, BRB_CLOCK_SUSPECT_MONOTONIC, BRB_CLOCK_SUSPECT_BOOT, BRB_CLOCK_COUNTERS };

/* Counters of the journal. */
enum { BRB_JOURNAL_SEQUENCE, BRB_JOURNAL_BYTES, BRB_JOURNAL_KEEP, BRB_JOURNAL_MAX, BRB_JOURNAL_COUNTERS };

/* Whether names that are registered are stored each in a transaction of its own, or together in one, and whether that is open. */
typedef enum brb_registration_state {
	BRB_REGISTRATION_EACH,
	BRB_REGISTRATION_TOGETHER,
	BRB_REGISTRATION_OPEN
} brb_registration_state;

/* What is known of a bound without counting: see bounds.c. */
typedef struct brb_bounds_count {
	int64_t user;     /* whose they are; 0: of all */
	int64_t left;     /* that may be added before they are counted again */
	int64_t full;     /* the bound that was reached; 0: none */
	uint64_t full_at; /* how many commits there were then */
} brb_bounds_count;

enum { BRB_BOUNDS_USERS = 1024 };

/* A filter takes at most one part in so many of the memory budget. */
enum { BRB_FILTER_SHARE = 8 };

struct brb_store {
	const brb_store_driver *driver;
	brb_store_db *db;
	char *path;
	brb_store_options options;
	const brb_participant *const *participants; /* NULL after the last */

	brb_registration_state registration;
	_Atomic uint32_t waiting; /* threads that wait for `writing` */
	atomic_bool forgotten;    /* another process has forgotten a user: seen, and not taken yet */
	atomic_bool has_aliases;  /* a name may stand for a user of another one */
	pthread_mutex_t writing;  /* held by the thread whose transaction is open */
	brb_value_cache values;
	bool was_full;           /* at the last transaction's end: no more memory was left */
	bool values_are_current; /* equal to the database, unless another connection has committed */
	bool written_early;      /* the tables hold uncommitted changes: values read from them may be rolled back */
	_Atomic uint64_t commit_count;
	struct brb_held_cache *held_cache;

	brb_cache_entry *last_user, *last_state; /* found last, and likely to be asked for next; NULL: none */
	int64_t last_state_number;
	uint32_t changed_values;    /* position of the first; 0: none */
	size_t changed_bytes;       /* of their rows */
	_Atomic int64_t used_bytes; /* of the memory budget, at the last transaction's end */
	uint64_t mark;              /* the number of the last mark, from 1 */
	brb_undo_step *undo;        /* since the mark */
	size_t undo_count, undo_capacity;
	unsigned char *undo_bytes;
	size_t undo_bytes_used, undo_bytes_capacity;
	brb_arena texts;               /* given out since the mark */
	bool cells_changed;            /* since they were last written */
	uint8_t hash_key[16];          /* of the database, for seen ids and hashed keys */
	brb_user_change *user_changes; /* while writing */
	brb_effect_thing *thing_effects;
	brb_effect_cell *cell_effects;
	size_t user_change_capacity, thing_effect_capacity, cell_effect_capacity;

	struct {
		brb_new_user *pending; /* of the transaction: the numbers from `first` on */
		size_t count, capacity;
		int64_t first;
		int64_t last, written_last; /* numbers */
		int64_t last_thing, written_last_thing;
		brb_hash_filter filter; /* of the names that there are; as valid as the cached values */
		size_t absent;          /* looks in the database for a name that was not there, without a filter */
	} users;

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
		_Atomic(int64_t) jobs, jobs_of_user, notes_of_user;
		brb_bounds_count of_all, of_users[BRB_BOUNDS_USERS]; /* of jobs, by the number of the user */
		uint32_t pending[BRB_BOUNDS_USERS];                  /* not written yet, of users who share a place */
		bool notes_were_told;                                /* logged, that a user has many */
	} bounds;

	struct {
		brb_effect_seen *pending; /* of the transaction */
		size_t count, capacity;
		brb_effect_renewed *renewed; /* of the transaction: where pending ones were before */
		size_t renewed_count, renewed_capacity;
		brb_seen_slot *slots; /* a hash table of pending ones */
		size_t slot_count;
		int64_t *periods; /* that the database has, ascending */
		size_t period_count, period_capacity;
		bool periods_are_known;
		brb_hash_filter filter;
		size_t looks, next_build; /* in the database, since the filter was dropped */
		int64_t owed;             /* rows that were not swept since a file was fed */
		pthread_mutex_t feeding;  /* guards what follows */
		uint32_t feeds;           /* files that are being fed */
		int64_t fed_since_us;     /* monotonic */
		atomic_bool is_fed;       /* by any for less than a day; read without the lock */
	} seen;

	struct {
		bool is_known; /* the counters are as they are in the database */
		int64_t now[BRB_CLOCK_COUNTERS], written[BRB_CLOCK_COUNTERS];
		bool is_told;           /* that the clock is suspect: logged */
		int64_t boot;           /* of the machine; 0: not read yet */
		atomic_bool is_suspect; /* at the last look */
	} clock;

	struct {
		bool is_known; /* the counters are as they are in the database */
		int64_t now[BRB_JOURNAL_COUNTERS], written[BRB_JOURNAL_COUNTERS];
		int64_t oldest_us;           /* no row arrived before; INT64_MIN: not known */
		int64_t added;               /* rows in this transaction */
		int64_t next_look_us;        /* by the monotonic clock, where none are added */
		brb_builder state, verdicts; /* the last ones written */
	} journal;
};

/* ---- transaction.c ---- */

/* The entry of a key, new (and *found false) when it is not cached. NULL with `error` filled when memory is short. */
brb_cache_entry *brb_store_entry_of(brb_store *store, const brb_cache_key *key, bool *found, brabeion_error *error);

/* Call before changing an entry: saves it for undo and adds it to the list of changed entries. */
brabeion_status brb_store_will_change(brb_store *store, brb_cache_entry *entry, brabeion_error *error);

/* Writes a number under a name at once. */
brabeion_status brb_store_write_counter(brb_store *store, const char *name, int64_t value, brabeion_error *error);

/* Drops what is cached, after the database was changed beside the cache; all changes are written. */
void brb_store_drop_cached(brb_store *store);

/* Drops all cached values, changed or not. */
void brb_store_clear_values(brb_store *store);

/* Forgets what the transaction changed. */
void brb_store_forget_changes(brb_store *store);

/* Whether all values that are read come from the cache's own entries: the row of a new user is not there yet. */
static inline bool brb_store_is_new_user(const brb_store *store, int64_t number)
{
	return store->users.count && number >= store->users.first;
}

static inline brb_new_user *brb_store_new_user(const brb_store *store, int64_t number)
{
	return &store->users.pending[number - store->users.first];
}

/* Changed values: the first, and the one after another; NULL at the end. */
static inline brb_cache_entry *brb_store_first_changed(const brb_store *store)
{
	return brb_value_cache_at(&store->values, store->changed_values);
}

static inline brb_cache_entry *brb_store_next_changed(const brb_store *store, const brb_cache_entry *entry)
{
	return brb_value_cache_at(&store->values, entry->next_changed);
}

/* ---- effects.c ---- */

/* Writes new users, changed states and counts of awards, in the order of users' numbers. */
brabeion_status brb_store_write_users(brb_store *store, brabeion_error *error);

/* Gathers changed things and spilled cells, in the order of their keys. */
brabeion_status brb_store_gather(brb_store *store, brb_effects *effects, brabeion_error *error);

/* Writes new users, or changed spilled cells, at once; the rest of the transaction's changes later. */
brabeion_status brb_store_write_new_users(brb_store *store, brabeion_error *error);
brabeion_status brb_store_write_cells(brb_store *store, brabeion_error *error);

/* ---- names.c: numbers of names; 0 when there is none and none is to be created ---- */

brabeion_status brb_store_event(brb_store *store, const char *event, int64_t *number, brabeion_error *error);
brabeion_status brb_store_slug(brb_store *store, const char *slug, bool create, int64_t *number,
			       brabeion_error *error);

/* ---- users.c ---- */

/* The entry of a name; NULL with `error` filled. */
brb_cache_entry *brb_store_user_entry(brb_store *store, const char *user, bool create, brabeion_error *error);

/* Who a name is: the number of the user, also by the name of one who was merged into him. */
brabeion_status brb_store_user(brb_store *store, const char *user, bool create, int64_t *number,
			       brabeion_error *error);

/* The present name of a user's number; NULL: forgotten. Valid until the transaction's end. */
brabeion_status brb_store_user_name(brb_store *store, int64_t number, const char **name, brabeion_error *error);

/* ---- states.c: what is remembered of an owner, by numbers ---- */

/* The entry with the state of a user or thing; NULL with `error` filled. Its number is 0 of a thing that is not there. */
brb_cache_entry *brb_store_user_state(brb_store *store, int64_t number, brabeion_error *error);
brb_cache_entry *brb_store_thing_state(brb_store *store, uint32_t plugin, const char *name, bool create,
				       brabeion_error *error);

/* As the driver gives a user's state. */
brabeion_status brb_store_take_state(void *store, int64_t number, const void *state, size_t length,
				     brabeion_error *error);

/* Kind NONE: there is none. A USER shows as NUMBER in a spilled cell. Texts are valid until the next change. */
brabeion_status brb_store_state_get(brb_store *store, brb_cache_entry *state, int64_t owner, uint32_t memory,
				    brb_packed_key key, brb_packed_value *value, brabeion_error *error);

/* *change: 1 when a cell has come, -1 when one is gone, else 0. */
brabeion_status brb_store_state_set(brb_store *store, brb_cache_entry *state, int64_t owner, uint32_t memory,
				    brb_packed_key key, const brb_packed_value *value, int *change,
				    brabeion_error *error);

/* The key after another one; length 0: the end. */
brabeion_status brb_store_state_next(brb_store *store, const brb_cache_entry *state, int64_t owner, uint32_t memory,
				     brb_packed_key after, brb_cell_key *key, brabeion_error *error);

/* ---- cells.c ---- */

enum { BRB_MEMORY_REFERENCES = 1 }; /* the store's own memory: in whose states a user is a key */

/* Keys as bytes. */
void brb_cell_key_text(brb_cell_key *key, const char *text);
void brb_cell_key_user(brb_cell_key *key, int64_t number);
void brb_cell_key_hashed(brb_cell_key *key, const uint8_t hash_key[16], const char *text);
uint64_t brb_cell_hash(const uint8_t hash_key[16], const char *text);
int64_t brb_cell_key_number(const brb_cell_key *key); /* of a user; 0 when it is none */
void brb_cell_key_reference(brb_cell_key *key, int64_t owner, uint32_t memory);
bool brb_cell_key_read_reference(const brb_cell_key *key, int64_t *owner, uint32_t *memory); /* false: it is none */

/* Sets a cell by numbers, and keeps the reference of a user who is its key. */
brabeion_status brb_store_cell_put(brb_store *store, brb_cache_entry *state, int64_t owner,
				   const brb_store_memory *memory, const brb_cell_key *key,
				   const brb_packed_value *value, brabeion_error *error);

/* ---- bounds.c ---- */

/* A job of the user is about to be added. In a transaction. */
brabeion_status brb_bounds_job(brb_store *store, int64_t user, brabeion_error *error);
/* It is pending; it was dropped; none is pending any more. */
void brb_bounds_job_pends(brb_store *store, int64_t user);
void brb_bounds_job_dropped(brb_store *store, int64_t user);
void brb_bounds_none_pends(brb_store *store);

/* A note has come under a key, in the state of its owner, whoever that is. */
brabeion_status brb_bounds_note(brb_store *store, const brb_store_memory *memory, const brb_cache_entry *state,
				brabeion_error *error);

/* ---- the participants ---- */

extern const brb_participant brb_users_participant, brb_awards_participant, brb_jobs_participant,
	brb_seen_participant, brb_journal_participant, brb_clock_participant;

/* Whether nothing may be swept and no lease given by the clock now. Inside a transaction. */
brabeion_status brb_store_is_clock_suspect(brb_store *store, bool *suspect, brabeion_error *error);

/* ---- seen.c ---- */

/* The end of the period in which ids arrive now, and of its last run. */
int64_t brb_store_seen_until_s(const brb_store *store);

#endif
