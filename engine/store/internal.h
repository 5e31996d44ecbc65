/*
 * store/internal: what the files of the store room share: the store itself and its lookups of names.
 */
#ifndef BRB_STORE_INTERNAL_H
#define BRB_STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/text.h"
#include "store/jobs.h"
#include "store/sqlite/database.h"
#include "store/store.h"
#include "store/value_cache.h"

/* How a cell was before a change, so that it can be undone. */
typedef struct brb_change {
	brb_cache_entry *cell;
	int64_t value;
	int64_t count;
	uint64_t levels; /* of HELD */
	char *text;      /* of NOTE: owned by the change */
} brb_change;

/* An award that is written at the commit. */
typedef struct brb_pending_award {
	int64_t sequence;
	int64_t user;
	uint32_t badge;
	uint32_t level;
	int64_t event;
	const char *reason;
	const char *event_id;
	const char *note;
	int64_t at_us;
} brb_pending_award;

/* A job that is written at the commit, or before jobs are looked at. */
typedef struct brb_pending_job {
	int64_t user;
	int64_t badge;
	int64_t run;
	int64_t event;
	const char *event_id;
	int64_t at_us;
	int64_t due_us;
	const char *state;
	int64_t journal;
} brb_pending_job;

/* What is counted of the journal. */
enum { BRB_JOURNAL_SEQUENCE, BRB_JOURNAL_BYTES, BRB_JOURNAL_KEEP, BRB_JOURNAL_MAX, BRB_JOURNAL_COUNTERS };

struct brb_store {
	char *path;
	char *journal_path;
	brb_store_options options;

	pthread_mutex_t writing; /* held by the thread whose transaction is under way */
	brb_database database;
	brb_value_cache cells;
	brb_cache_entry *changed_cells;
	uint32_t known_version; /* the database's, as of our last commit; the cells are right if it is still this */
	bool cells_are_right;
	_Atomic uint64_t commit_count;
	int64_t last_sequence; /* of awards, also those not yet written */
	int64_t written_sequence;

	brb_change *changes; /* since the mark */
	size_t change_count, change_capacity;
	brb_pending_award *awards; /* of the transaction */
	size_t award_count, award_capacity, marked_award_count;
	int64_t marked_sequence;
	brb_arena arena; /* texts of pending awards */

	struct {
		int64_t since_s;  /* no id in the table arrived before this */
		int64_t cutoff_s; /* of the sweep under way */
		bool under_way;
		char id[256]; /* it has come so far */
		int64_t event, user;
		int64_t added; /* ids in this transaction */
	} seen;

	struct {
		brb_pending_job *pending; /* of the transaction */
		size_t count, capacity, marked_count;
		brb_arena arena;   /* texts of pending jobs */
		brb_builder state; /* the last one written */
		bool next_is_known;
		int64_t next_run, next_us; /* when the next job of this run is ready */
		bool are_ready;            /* after this transaction, for workers who may be asleep */
		atomic_bool were_stored;   /* by any transaction */
	} jobs;

	struct {
		bool is_known; /* the counters are as they are in the database */
		int64_t now[BRB_JOURNAL_COUNTERS], written[BRB_JOURNAL_COUNTERS];
		int64_t oldest_us;    /* no row arrived before; INT64_MIN: not known */
		int64_t added;        /* rows in this transaction */
		int64_t next_look_us; /* by the monotonic clock, where none are added */
		brb_builder state;    /* the last one written */
	} journal;

	struct brb_held_cache *known; /* what is surely held */
	bool written_early;           /* the tables show what is not committed: nothing read from them is sure */

	pthread_mutex_t reading; /* guards `reader` */
	brb_database reader;
};

/* ---- numbers of names (names.c): 0 when there is none and none is to be made ---- */

brabeion_status brb_store_user(brb_store *store, const char *user, bool make, int64_t *number, brabeion_error *error);
brabeion_status brb_store_event(brb_store *store, const char *event, int64_t *number, brabeion_error *error);
brabeion_status brb_store_slug(brb_store *store, const char *slug, bool make, int64_t *number, brabeion_error *error);
brabeion_status brb_store_memory(brb_store *store, uint32_t plugin, const char *name, bool make, int64_t *number,
				 brabeion_error *error);

/* ---- changes (changes.c) ---- */

/* Remembers how the cell is, before it is changed, and puts it on the list of changed cells. */
brabeion_status brb_store_will_change(brb_store *store, brb_cache_entry *cell, brabeion_error *error);

/* The cell of a key, new (and *found false) when it is not cached. NULL with `error` filled when memory is short. */
brb_cache_entry *brb_store_cell(brb_store *store, const brb_cache_key *key, bool *found, brabeion_error *error);

/* Writes what the transaction changed: cells, awards, counters. */
brabeion_status brb_store_write_changes(brb_store *store, brabeion_error *error);

/* Writes what has changed so far, so that SQL sees it; nothing of it can be undone any more. The cells are forgotten. */
brabeion_status brb_store_write_so_far(brb_store *store, brabeion_error *error);

/* Forgets what the transaction changed, after its end. */
void brb_store_forget_changes(brb_store *store);

/* Reads the rows of CHANGES, on whichever connection. The list's memory is there. (lists.c) */
brabeion_status brb_store_read_changes(brb_database *database, sqlite3_stmt *statement, brabeion_change_list *list,
				       brabeion_error *error);

/* ---- reading (lists.c) ---- */

/* Opens the reading connection if need be, and looks whether its file is in place. */
brabeion_status brb_store_ready_reader_locked(brb_store *store, brabeion_error *error);

/* A snapshot on `reader`, which is this thread's until end_reading. After a failure it is not begun. */
brabeion_status brb_store_begin_reading(brb_store *store, brabeion_error *error);
void brb_store_end_reading(brb_store *store);

/* A column's text, "" for NULL; NULL when memory is short. */
const char *brb_store_copy_column(brb_arena *arena, sqlite3_stmt *statement, int column);

/* ---- jobs (jobs.c) ---- */

/* Writes the jobs that were added, so that SQL sees them; they are undone no more. */
brabeion_status brb_store_write_jobs(brb_store *store, brabeion_error *error);

/* Forgets the jobs that were added since the mark, or all of the transaction. */
void brb_store_undo_jobs(brb_store *store);
void brb_store_forget_jobs(brb_store *store);

/* ---- what is surely held (known.c) ---- */

struct brb_held_cache *brb_held_cache_open(void); /* NULL when memory is short */
void brb_held_cache_close(struct brb_held_cache *known);

/* Remembers a committed award that is held without a reason. Inside a transaction. */
void brb_held_cache_add(brb_store *store, const brb_store_award *award);

/* Another connection may have revoked something: forget all. Inside a transaction, as is the next. */
void brb_held_cache_forget(brb_store *store);

/* What is known has been seen to be true now. */
void brb_held_cache_confirm(brb_store *store);

/* ---- seen ids (seen.c) ---- */

brabeion_status brb_store_sweep_seen(brb_store *store, brabeion_error *error);

/* ---- the journal (journal.c, journal_names.c) ---- */

brabeion_status brb_journal_read_counters(brb_database *database, int64_t values[BRB_JOURNAL_COUNTERS],
					  brabeion_error *error);
brabeion_status brb_journal_write_counters(brb_store *store, brabeion_error *error);

/* Takes rows away that are too old, or too many. */
brabeion_status brb_store_sweep_journal(brb_store *store, brabeion_error *error);
void brb_store_forget_journal(brb_store *store);

/* Replaces a user's name in what was judged of others. */
brabeion_status brb_journal_rename(brb_store *store, const char *from, const char *into, brabeion_error *error);

#endif
