/*
 * store/driver: the table of functions by which the store works on a database. SQLite is one implementation
 * (store/sqlite); another is another table, and nothing above it changes.
 *
 * The cut is at whole operations. The store keeps what a transaction changes, undoes and caches, and hands it over as one
 * group of effects to write before the commit; the driver reads single values for it, and does in one call whatever
 * needs many rows: claiming jobs, a list, a sweep, forgetting a user.
 *
 * Rules for all functions, unless theirs say otherwise:
 *
 * Threads: those of `transaction`, `jobs`, `journal`, `stats` and `upkeep` are called by the thread that has begun the
 *          transaction, one at a time; all others by any thread at any time, also while a transaction is open: the driver
 *          serializes what has to be, and they wait for no transaction. What they read is committed, as of one moment.
 * Owns:    arguments are the caller's, and valid during the call. Rows given to a visitor are valid until it returns.
 *          Texts in results are in the arena or list that was given.
 * Errors:  BRABEION_BUSY after the busy timeout, BRABEION_NO_MEMORY, BRABEION_STORE with the database's message; out
 *          parameters are set on success alone, lists may be partly filled: the caller frees them. After an error inside a
 *          transaction the caller rolls back.
 *
 * Numbers of users, events, badges, plugins and memories are the driver's, from 1, and never used again.
 */
#ifndef BRB_STORE_DRIVER_H
#define BRB_STORE_DRIVER_H

#include "base/value.h"
#include "store/codec/packed_state.h"
#include "store/types.h"

typedef struct brb_store_db brb_store_db; /* one open database: each driver defines it for itself */

/* ---- a group of effects ---- */

/* A user's row. */
typedef struct brb_effect_user {
	int64_t number;
	const char *name; /* of a new user; NULL: the row is there */
	bool has_state;   /* else it stays as it is */
	const void *state;
	size_t state_length;
	int64_t awards, badges; /* to be added to the kept counts: awards held, badges with any */
	int64_t latest_us;      /* of the awards to be added */
} brb_effect_user;

/* A thing's row; without a state it goes. */
typedef struct brb_effect_thing {
	int64_t number;
	uint32_t plugin;
	const char *name;
	const void *state;
	size_t state_length;
} brb_effect_thing;

/* A cell of a spilled block; of kind NONE: it goes. */
typedef struct brb_effect_cell {
	int64_t owner; /* a user's number, or a thing's, negative */
	uint32_t memory;
	brb_packed_key key;
	brb_packed_value value;
} brb_effect_cell;

/* The hash of an event's id, name and user. */
typedef struct brb_effect_seen {
	uint8_t hash[16];
} brb_effect_seen;

/* A hash that leaves the period in which it was. */
typedef struct brb_effect_renewed {
	int64_t period;
	brb_effect_seen seen;
} brb_effect_renewed;

typedef struct brb_effect_award {
	int64_t sequence;
	int64_t user, event; /* numbers */
	uint32_t badge;
	uint32_t level;
	const char *reason;
	const char *event_id;
	const char *note;
	int64_t at_us, stored_us;
	bool first; /* the user holds no other award of the badge */
} brb_effect_award;

typedef struct brb_effect_job {
	int64_t user, badge, event; /* numbers */
	int64_t history_id;         /* 0: of the live clock */
	const char *event_id;
	int64_t at_us;
	int64_t due_us;
	const char *state; /* JSON */
	int64_t journal;
	bool has_offset;
	int32_t offset_minutes;
} brb_effect_job;

typedef struct brb_effect_counter {
	const char *name;
	int64_t value;
} brb_effect_counter;

enum { BRB_EFFECT_COUNTERS_MOST = 12 };

/* Written in this order. Each array is sorted by its key, and has no key twice; awards and jobs are in their order. */
typedef struct brb_effects {
	const brb_effect_user *users;
	size_t user_count;
	const brb_effect_thing *things;
	size_t thing_count;
	const brb_effect_cell *cells;
	size_t cell_count;
	const brb_effect_renewed *renewed; /* they are in `seen`, too */
	size_t renewed_count;
	int64_t seen_period; /* of all of them */
	const brb_effect_seen *seen;
	size_t seen_count;
	const brb_effect_award *awards;
	size_t award_count;
	const brb_effect_job *jobs;
	size_t job_count;
	brb_effect_counter counters[BRB_EFFECT_COUNTERS_MOST];
	size_t counter_count;
} brb_effects;

/* When something was forgotten that the WAL may still hold; 0: nothing. */
#define BRB_COUNTER_FORGOTTEN "forgotten_us"

/* How many times a user was merged into another; 0: no name is an alias. */
#define BRB_COUNTER_MERGES "merges"

/* ---- the transaction ---- */

typedef enum brb_name_kind { BRB_NAME_EVENT, BRB_NAME_BADGE, BRB_NAME_PLUGIN } brb_name_kind;

/* Takes an owner's number and state, which is valid during the call. */
typedef brabeion_status (*brb_state_taker)(void *context, int64_t number, const void *state, size_t length,
					   brabeion_error *error);

/* Takes a spilled cell's value, whose kind is NUMBER also of a USER. */
typedef brabeion_status (*brb_value_taker)(void *context, const brb_packed_value *value, brabeion_error *error);

/* What is recorded of a user's name. */
typedef struct brb_user_row {
	int64_t number; /* 0: there is none */
	int64_t owner;  /* who it is: the number itself, or that of the user into whom it was merged */
} brb_user_row;

/* The key of a spilled cell. */
typedef struct brb_cell_key {
	unsigned char bytes[BRB_PACKED_KEY_BYTES_MOST];
	size_t length; /* 0: there is none */
} brb_cell_key;

/* One award that a user has or had of a badge. */
typedef struct brb_held_row {
	int64_t level;
	bool has_reason;
	bool revoked;
	bool lapsed; /* not revoked by a person */
} brb_held_row;

/* The state of the award of (badge, user, level, reason); one that is held counts before revoked ones. */
typedef struct brb_award_state {
	bool known; /* there is or was one */
	bool revoked;
	bool lapsed;
	bool by_backfill;
	int64_t revoked_at_us;
} brb_award_state;

typedef struct brb_driver_transaction {
	/*
	 * Begins a transaction, which sees what is committed, and keeps others from committing until its end. *foreign:
	 * another connection may have committed since this database's last commit. After a failure none is open.
	 */
	brabeion_status (*begin)(brb_store_db *db, bool *foreign, brabeion_error *error);

	/*
	 * Commits, then wakes all watches, in any process, if awards have changed or a live job is
	 * ready. *jobs_ready: this transaction has left a live job that is ready, now or at its time. After a failure the
	 * transaction is still to be rolled back; after an I/O error in the commit itself, it may be stored all the same.
	 */
	brabeion_status (*commit)(brb_store_db *db, bool *jobs_ready, brabeion_error *error);
	void (*rollback)(brb_store_db *db); /* cannot fail; also after a failed commit */

	/* Whether other connections have the database open, of any process, and whether one waits for this transaction. */
	void (*company)(brb_store_db *db, bool *there, bool *waiting);

	/* Tells other connections that this one is being fed a file, or no more: any thread, one at a time. Whether another one is. */
	void (*set_fed)(brb_store_db *db, bool fed);
	bool (*others_are_fed)(brb_store_db *db);

	/* Writes the effects, so that the other functions see them. May be called several times in a transaction. */
	brabeion_status (*write)(brb_store_db *db, const brb_effects *effects, brabeion_error *error);

	/* A number kept under a name. *found may be NULL; 0 when it is not kept. */
	brabeion_status (*counter)(brb_store_db *db, const char *name, bool *found, int64_t *value,
				   brabeion_error *error);

	/* The number of a name, 0 when it has none. */
	brabeion_status (*number)(brb_store_db *db, brb_name_kind kind, const char *name, int64_t *number,
				  brabeion_error *error);

	/* Gives a number to a name that has none. */
	brabeion_status (*create_number)(brb_store_db *db, brb_name_kind kind, const char *name, int64_t *number,
					 brabeion_error *error);

	/* Records the names of a badge's levels, where they differ, and sets what has moved. */
	brabeion_status (*set_levels)(brb_store_db *db, brb_store_badge *badge, brabeion_error *error);

	/* Records a memory name, and gives it a number if it is 0; a recorded one is replaced. */
	brabeion_status (*set_memory)(brb_store_db *db, brb_store_memory *memory, brabeion_error *error);

	/* The user of a name; his state is given to `take`, unless the name was merged into another. */
	brabeion_status (*user)(brb_store_db *db, const char *name, brb_user_row *row, brb_state_taker take,
				void *context, brabeion_error *error);

	/* The present name of a user's number; "" of a forgotten one. */
	brabeion_status (*user_name)(brb_store_db *db, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				     brabeion_error *error);

	/* These two take nothing where there is no such row. */
	brabeion_status (*user_state)(brb_store_db *db, int64_t number, brb_state_taker take, void *context,
				      brabeion_error *error);
	brabeion_status (*thing)(brb_store_db *db, uint32_t plugin, const char *name, brb_state_taker take,
				 void *context, brabeion_error *error);

	/* The plugin and name of a thing; *plugin is 0 when there is none. */
	brabeion_status (*thing_name)(brb_store_db *db, int64_t number, uint32_t *plugin,
				      char name[BRB_SUBJECT_BYTES_MOST + 1], brabeion_error *error);

	/* All memory names, by their numbers (`number` 0 where there is none); *memories is the caller's to release. */
	brabeion_status (*memories)(brb_store_db *db, brb_arena *arena, brb_store_memory **memories, size_t *count,
				    brabeion_error *error);

	/* A spilled cell; takes nothing where there is none. */
	brabeion_status (*cell)(brb_store_db *db, int64_t owner, uint32_t memory, brb_packed_key key,
				brb_value_taker take, void *context, brabeion_error *error);
	brabeion_status (*next_cell)(brb_store_db *db, int64_t owner, uint32_t memory, brb_packed_key after,
				     brb_cell_key *key, brabeion_error *error);

	/* All awards of a user of a badge, in no order. */
	brabeion_status (*held)(brb_store_db *db, uint32_t badge, int64_t user,
				void (*visit)(void *context, const brb_held_row *row), void *context,
				brabeion_error *error);
	brabeion_status (*award_state)(brb_store_db *db, uint32_t badge, int64_t user, uint32_t level,
				       const char *reason, brb_award_state *state, brabeion_error *error);

	/* Gives the names of all users to a visitor. */
	brabeion_status (*each_user_name)(brb_store_db *db, void (*visit)(void *context, const char *name),
					  void *context, brabeion_error *error);

	/* Whether a hash is there, in one of these periods, the last of which is *period. */
	brabeion_status (*is_seen)(brb_store_db *db, const brb_effect_seen *seen, const int64_t *periods,
				   size_t period_count, bool *found, int64_t *period, brabeion_error *error);

	/* The first period after another one; INT64_MAX: there is none. */
	brabeion_status (*next_period)(brb_store_db *db, int64_t after, int64_t *period, brabeion_error *error);

	/* Gives all hashes, at most `most`, to a visitor; *all: there are no more. */
	brabeion_status (*each_seen)(brb_store_db *db, size_t most,
				     void (*visit)(void *context, const brb_effect_seen *seen), void *context,
				     bool *all, brabeion_error *error);

	/* Removes hashes of a period, about `rows`; *done: it has no more. */
	brabeion_status (*sweep_seen)(brb_store_db *db, int64_t period, int64_t rows, bool *done,
				      brabeion_error *error);

	/* Revokes awards; each revocation takes ++*sequence and is added to the list. */
	brabeion_status (*revoke)(brb_store_db *db, int64_t badge, int64_t user,
				  const brb_store_revocation *revocation, int64_t *sequence,
				  brabeion_change_list *list, brabeion_error *error);
} brb_driver_transaction;

/* ---- jobs (store/jobs.h says what a queue, a head and a claim are) ---- */

typedef struct brb_driver_jobs {
	/* Claims as brb_store_jobs_claim; the list is empty before. */
	brabeion_status (*claim)(brb_store_db *db, const brb_store_claim *claim, brb_store_claimed_list *list,
				 brabeion_error *error);

	/* Moves the end of all leases of a claim; *jobs counts its heads. */
	brabeion_status (*renew)(brb_store_db *db, int64_t claim, int64_t until_us, int64_t *jobs,
				 brabeion_error *error);

	/* Gives up all jobs of a claim but one; 0: all. */
	brabeion_status (*give_back)(brb_store_db *db, int64_t claim, int64_t but, brabeion_error *error);

	/* *claim: the claim that holds the job; 0: none, or parked or gone. *is_head: it is the head of its queue. */
	brabeion_status (*look)(brb_store_db *db, int64_t id, int64_t *claim, bool *is_head, uint32_t *attempts,
				brabeion_error *error);

	/* *id: the only job of the claim; 0: it has none, or several. */
	brabeion_status (*held)(brb_store_db *db, int64_t claim, int64_t *id, brabeion_error *error);

	brabeion_status (*end)(brb_store_db *db, int64_t id, brabeion_error *error);
	brabeion_status (*fail)(brb_store_db *db, int64_t id, const brb_store_failure *failure, bool *parked,
				brabeion_error *error);
	brabeion_status (*retry)(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				 brabeion_error *error);
	brabeion_status (*drop)(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				brabeion_error *error);

	/* Brings back leases, and times of jobs that were stored by a clock ahead. */
	brabeion_status (*mend)(brb_store_db *db, int64_t *jobs, brabeion_error *error);

	/* Jobs that wait of a user, and all; either as far as `most`. */
	brabeion_status (*count_of_user)(brb_store_db *db, int64_t user, int64_t most, int64_t *count,
					 brabeion_error *error);
	brabeion_status (*count_all)(brb_store_db *db, int64_t most, int64_t *count, brabeion_error *error);

	/* A number that no history on this database has had. */
	brabeion_status (*new_history)(brb_store_db *db, int64_t *history_id, brabeion_error *error);
	brabeion_status (*adopt)(brb_store_db *db, int64_t from, int64_t into, int64_t *jobs, brabeion_error *error);

	/* When the next head of a history is ready or its lease ends, BRB_STORE_NEVER_US: there is none. */
	brabeion_status (*next)(brb_store_db *db, int64_t history_id, int64_t *at_us, brabeion_error *error);

	/* ---- of what is committed: any thread ---- */

	brabeion_status (*next_committed)(brb_store_db *db, int64_t history_id, int64_t *at_us,
					  brabeion_error *error);
	brabeion_status (*exist)(brb_store_db *db, bool *exist, brabeion_error *error);
	brabeion_status (*histories)(brb_store_db *db, int64_t **ids, size_t *count, brabeion_error *error);
	brabeion_status (*count)(brb_store_db *db, int64_t now_us, brb_store_job_counts *counts,
				 brabeion_error *error);
	brabeion_status (*list)(brb_store_db *db, const brb_store_job_filter *filter, brb_store_job_list *list,
				brabeion_error *error);
	brabeion_status (*show)(brb_store_db *db, int64_t id, int64_t now_us, brb_store_job_page *page,
				brabeion_error *error);
} brb_driver_jobs;

/* ---- the journal of events ---- */

/* What a row counts for, beside the bytes of its event's id, state and verdicts. */
enum { BRB_JOURNAL_ROW_BYTES = 80 };

typedef struct brb_journal_row {
	int64_t sequence;
	int64_t cause; /* 0: none */
	brabeion_entry_kind kind;
	int64_t arrived_us;
	int64_t at_us;
	int64_t user_number, event_number; /* when written */
	const char *user, *event;          /* when read */
	bool has_offset;
	int32_t offset_minutes;
	const char *event_id;
	const char *state; /* JSON, "" */
	const char *verdicts;
	size_t verdict_bytes;
} brb_journal_row;

typedef brabeion_status (*brb_journal_visit)(void *context, const brb_journal_row *row, bool *stop,
					     brabeion_error *error);

typedef struct brb_driver_journal {
	brabeion_status (*add)(brb_store_db *db, const brb_journal_row *row, brabeion_error *error);

	/*
	 * Removes the oldest rows, at most `rows`, as long as they arrived before `cutoff_us` or fewer than `excess_bytes`
	 * have been freed. *oldest_us: no row that stays arrived before.
	 */
	brabeion_status (*sweep)(brb_store_db *db, int64_t cutoff_us, int64_t excess_bytes, int64_t rows,
				 int64_t *freed_bytes, int64_t *oldest_us, brabeion_error *error);

	/* ---- of what is committed: any thread ---- */

	/* Rows of a range in its order; a GIVEN row has the state of the event that gave it. */
	brabeion_status (*read)(brb_store_db *db, const brb_store_journal_range *range, brb_journal_visit visit,
				void *context, brabeion_error *error);

	/* For a visitor of `read`: a badge's slug, "" when there is none; as `user_name` of a transaction. */
	brabeion_status (*slug)(brb_store_db *db, uint32_t badge, brb_arena *arena, const char **slug,
				brabeion_error *error);
	brabeion_status (*user_name)(brb_store_db *db, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				     brabeion_error *error);

	/* Fills in all but what the configuration says. */
	brabeion_status (*info)(brb_store_db *db, brabeion_journal_info *info, brabeion_error *error);
	brabeion_status (*heard)(brb_store_db *db, const char *user, brabeion_heard *heard, brabeion_error *error);
} brb_driver_journal;

/* ---- statistics of events and failures (store/event_stats.h) ---- */

typedef struct brb_driver_stats {
	brabeion_status (*add_unhandled)(brb_store_db *db, const brb_store_unhandled *more, brabeion_error *error);
	brabeion_status (*add_failing)(brb_store_db *db, const brb_store_failing *more, brabeion_error *error);
	brabeion_status (*next_unhandled)(brb_store_db *db, const char *after, char next[BRB_NAME_BYTES_MOST + 1],
					  brabeion_error *error);
	brabeion_status (*remove_unhandled)(brb_store_db *db, const char *name, brabeion_error *error);
	brabeion_status (*remove_passed)(brb_store_db *db, const char *slug, int64_t since_us, brabeion_error *error);
	brabeion_status (*forget)(brb_store_db *db, int64_t before_us, brabeion_error *error);
} brb_driver_stats;

/* ---- users and plugins as a whole ---- */

/* A change of memory by hand, for the record. */
typedef struct brb_memory_change_row {
	int64_t at_us;
	int64_t user;      /* number; 0: of a thing */
	const char *thing; /* "" of a user */
	uint32_t plugin;   /* number */
	const char *badge, *name, *key, *before, *after, *note;
	int64_t key_user, before_user, after_user; /* numbers, in place of texts that are names of users; 0: none */
} brb_memory_change_row;

typedef struct brb_driver_upkeep {
	/*
	 * Cuts a user's names from his number, and ends what he holds being counted; the rest is left as a chore. *awards
	 * counts the rows of awards.
	 */
	brabeion_status (*forget_begin)(brb_store_db *db, int64_t user, int64_t *awards, brabeion_error *error);

	/*
	 * Moves awards and jobs of one user to another, drops the first one's state and cells, which have been taken over,
	 * and makes his names those of the other. The journal's rows are left as a chore.
	 */
	brabeion_status (*merge_finish)(brb_store_db *db, int64_t from, int64_t into, brabeion_error *error);

	/* The new name is nobody's. */
	brabeion_status (*rename_user)(brb_store_db *db, const char *from, const char *to, brabeion_error *error);

	/* Does what is left of the chores, for about so long; *done: nothing is left. */
	brabeion_status (*sweep_chores)(brb_store_db *db, int64_t budget_us, bool *done, brabeion_error *error);

	brabeion_status (*add_memory_change)(brb_store_db *db, const brb_memory_change_row *row,
					     brabeion_error *error);

	/* brb_store_mend_times, but for jobs and the newest time: ids' periods are brought back to this one. */
	brabeion_status (*mend_times)(brb_store_db *db, int64_t now_us, int64_t seen_period, int64_t *mended,
				      brabeion_error *error);

	/* ---- any thread, outside of the transaction ---- */

	/* Of what is committed; 0 when it is not kept. */
	brabeion_status (*committed_counter)(brb_store_db *db, const char *name, int64_t *value,
					     brabeion_error *error);
	brabeion_status (*has_chores)(brb_store_db *db, bool *has, brabeion_error *error);

	/* brb_store_checkpoint. */
	brabeion_status (*checkpoint)(brb_store_db *db, bool *complete, brabeion_error *error);

	/* Whether there is a user, and for whom the name stands; `near` is not set. */
	brabeion_status (*find_user)(brb_store_db *db, const char *name, brb_arena *arena, brb_found_user *found,
				     brabeion_error *error);

	/* Those on record, the latest first. */
	brabeion_status (*memory_changes)(brb_store_db *db, const brabeion_memory_filter *filter,
					  brabeion_memory_record *record, brabeion_error *error);

	/* Counts of what is committed: brb_store_report_user. */
	brabeion_status (*report_user)(brb_store_db *db, const char *user, const char *into,
				       const brb_store_merge_own *own, int64_t budget_us,
				       brabeion_user_report *report, brabeion_error *error);

	/* ---- in the transaction ---- */

	/* Of a plugin or badge, but not of the plugin's other badges; a badge's live jobs by its slug. */
	brabeion_status (*remove_memory)(brb_store_db *db, const brb_store_owner *owner, brabeion_error *error);
	brabeion_status (*remove_jobs)(brb_store_db *db, const char *slug, brabeion_error *error);
} brb_driver_upkeep;

/* ---- all that is remembered ---- */

/* One cell, of a user or thing, with the names of whose it is. */
typedef struct brb_cell_row {
	const brb_store_memory *memory;
	const char *plugin, *badge; /* id and slug; "" when it is the plugin's own */
	const char *owner_name;     /* "" of a user who was forgotten */
	int64_t owner;              /* a user's number, or a thing's, negative */
	brb_packed_key key;
	brb_packed_value value; /* of a spilled USER the kind is NUMBER */
} brb_cell_row;

typedef brabeion_status (*brb_cell_visit)(void *context, const brb_cell_row *row, bool *stop, brabeion_error *error);

/* Zero or NULL: any. */
typedef struct brb_cell_choice {
	const char *user, *thing; /* names */
	const char *plugin;       /* its id */
	const char *badge;        /* its slug; "": the plugin's own, which is no badge's */
	uint32_t memory;
} brb_cell_choice;

/* ---- from one database to another ---- */

/* What to read: what is committed, in the snapshot that was begun, or what the open transaction sees. */
typedef enum brb_view { BRB_COMMITTED, BRB_OWN } brb_view;

typedef brabeion_status (*brb_award_visit)(void *context, const brabeion_award_info *award, int64_t rank,
					   brabeion_error *error);

typedef brabeion_status (*brb_seed_visit)(void *context, const char *slug, brb_store_award *award,
					  brabeion_error *error);
typedef brabeion_status (*brb_job_visit)(void *context, brb_store_job *job, const char *state, brabeion_error *error);

typedef struct brb_driver_copy {
	/* One snapshot at a time, of its thread; all below with BRB_COMMITTED needs it. Nothing else of `read` meanwhile. */
	brabeion_status (*begin_snapshot)(brb_store_db *db, brabeion_error *error);
	void (*end_snapshot)(brb_store_db *db);

	/* Committed: a counter. */
	brabeion_status (*number)(brb_store_db *db, const char *name, int64_t *value, brabeion_error *error);

	/* Held awards of a greater sequence, ascending; `rank` as in brb_difference. */
	brabeion_status (*each_award)(brb_store_db *db, brb_view view, int64_t after, brb_award_visit visit,
				      void *context, brabeion_error *error);

	/* By the award's names, level and reason. */
	brabeion_status (*award_state)(brb_store_db *db, brb_view view, const brabeion_award_info *award,
				       brb_award_state *state, brabeion_error *error);

	/* How many awards with a fresh number for a reason there are of the award's event; `revoked`: also revoked ones. */
	brabeion_status (*count_numbered)(brb_store_db *db, brb_view view, const brabeion_award_info *award,
					  bool revoked, int64_t *count, brabeion_error *error);

	/* Committed: awards held since before a time or granted by a person; the award's badge is not set, `slug` is. */
	brabeion_status (*each_seed)(brb_store_db *db, int64_t before_us, brb_seed_visit visit, void *context,
				     brabeion_error *error);

	/* Committed: what is remembered, in the snapshot; the visitor may ask for names, as `user_name` of the journal. */
	brabeion_status (*each_cell)(brb_store_db *db, const brb_cell_choice *choice, brb_cell_visit visit,
				     void *context, brabeion_error *error);

	/* Committed: jobs of a badge that are not parked, with their state; the job's badge and fields are not set. */
	brabeion_status (*each_job)(brb_store_db *db, const char *slug, brb_job_visit visit, void *context,
				    brabeion_error *error);

	/* Committed; begins a snapshot of its own. */
	brabeion_status (*has_state)(brb_store_db *db, const brb_store_owner *owner, bool *has,
				     brabeion_error *error);
} brb_driver_copy;

/* ---- lists, of what is committed: any thread ---- */

typedef struct brb_driver_read {
	/* Fills in the numbers of what is on record as it is now, with all levels' names; 0 of the rest. */
	brabeion_status (*registered)(brb_store_db *db, brb_store_badge *badges, size_t badge_count,
				      const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				      brabeion_error *error);
	brabeion_status (*registered_memories)(brb_store_db *db, brb_store_memory *const *memories, size_t count,
					       brabeion_error *error);

	/* What is recorded of a memory name, by plugin, badge and name; number 0: nothing. *plugin is its id. */
	brabeion_status (*memory_name)(brb_store_db *db, brb_store_memory *memory, brb_arena *arena,
				       const char **plugin, brabeion_error *error);
	brabeion_status (*has_cells)(brb_store_db *db, uint32_t memory, bool *has, brabeion_error *error);
	brabeion_status (*counter)(brb_store_db *db, const char *name, int64_t *value, brabeion_error *error);
	brabeion_status (*awards)(brb_store_db *db, brb_store_whose whose, const char *name, int64_t before,
				  size_t limit, brabeion_award_list *list, brabeion_error *error);
	brabeion_status (*count_awards)(brb_store_db *db, const char *user, int64_t *count, brabeion_error *error);
	brabeion_status (*users)(brb_store_db *db, const char *after, size_t limit, brabeion_user_list *list,
				 brabeion_error *error);

	/* The feed: all after a sequence, ascending; or of a user, before a sequence (0: all), descending. */
	brabeion_status (*changes)(brb_store_db *db, int64_t after, size_t limit, brabeion_change_list *list,
				   brabeion_error *error);
	brabeion_status (*user_changes)(brb_store_db *db, const char *user, int64_t before, size_t limit,
					brabeion_change_list *list, brabeion_error *error);
	brabeion_status (*look_up)(brb_store_db *db, const char *user, const char *slug, brb_arena *arena,
				   brb_store_found *found, brabeion_error *error);

	/* There is room for limit + 1 trophies. */
	brabeion_status (*trophies)(brb_store_db *db, const char *user, size_t limit, brb_arena *arena,
				    brb_store_trophies *trophies, brabeion_error *error);
	brabeion_status (*memory)(brb_store_db *db, const brabeion_memory_filter *filter, brabeion_memory_list *list,
				  brabeion_error *error);
	brabeion_status (*holders)(brb_store_db *db, const char *slug, int64_t *holders, int64_t *at_level,
				   uint32_t level_count, brabeion_error *error);
} brb_driver_read;

/* ---- quarantined badges: each call its own transaction, beside that of the events: any thread ---- */

typedef struct brb_driver_quarantine {
	/* These two wait for nothing longer than 20 ms. A badge that is there stays as it is. */
	brabeion_status (*add)(brb_store_db *db, const brb_store_quarantined *badge, brabeion_error *error);
	brabeion_status (*has)(brb_store_db *db, uint32_t badge, bool *quarantined, brabeion_error *error);

	brabeion_status (*remove)(brb_store_db *db, const char *slug, bool *removed, brabeion_error *error);
	brabeion_status (*list)(brb_store_db *db, brb_arena *arena, brb_store_quarantined **list, size_t *count,
				brabeion_error *error);
	brabeion_status (*list_passed)(brb_store_db *db, brb_store_passed **list, size_t *count,
				       brabeion_error *error);
} brb_driver_quarantine;

/* ---- reading single values beside the transaction (store/snapshot_reader.h): one thread at a time for each reader ---- */

typedef struct brb_db_reader brb_db_reader; /* each driver's own */

typedef struct brb_driver_reader {
	brabeion_status (*open)(brb_store_db *db, brb_db_reader **reader, brabeion_error *error);
	void (*close)(brb_db_reader *reader); /* before the database */
	brabeion_status (*begin)(brb_db_reader *reader, brabeion_error *error);
	void (*end)(brb_db_reader *reader);
	/* These are as those of a transaction. */
	brabeion_status (*user)(brb_db_reader *reader, const char *name, brb_user_row *row, brb_state_taker take,
				void *context, brabeion_error *error);
	brabeion_status (*user_name)(brb_db_reader *reader, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				     brabeion_error *error);
	brabeion_status (*user_state)(brb_db_reader *reader, int64_t number, brb_state_taker take, void *context,
				      brabeion_error *error);
	brabeion_status (*thing)(brb_db_reader *reader, uint32_t plugin, const char *name, brb_state_taker take,
				 void *context, brabeion_error *error);
	brabeion_status (*cell)(brb_db_reader *reader, int64_t owner, uint32_t memory, brb_packed_key key,
				brb_value_taker take, void *context, brabeion_error *error);
	brabeion_status (*next_cell)(brb_db_reader *reader, int64_t owner, uint32_t memory, brb_packed_key after,
				     brb_cell_key *key, brabeion_error *error);
	brabeion_status (*hash_key)(brb_db_reader *reader, uint8_t key[16], brabeion_error *error);
	brabeion_status (*held)(brb_db_reader *reader, const char *user, const char *slug, int64_t *count,
				int32_t *highest_level, brabeion_error *error);
	brabeion_status (*is_held)(brb_db_reader *reader, const brb_store_award *award, bool *held,
				   brabeion_error *error);
} brb_driver_reader;

/* ---- the database ---- */

typedef struct brb_store_driver {
	/* Opens or creates it, and brings its schema up to date. `options` and its path outlive the database. */
	brabeion_status (*open)(const brb_store_options *options, brb_store_db **db, brabeion_error *error);
	void (*close)(brb_store_db *db); /* NULL is fine; no transaction, reader or watch is open */

	/* Copies it, as of one moment, to a file that must not exist, unless `replace` is set. */
	brabeion_status (*backup)(brb_store_db *db, const char *path, bool replace, brabeion_error *error);

	/* Examines a database that need not be open, as brb_health_read. */
	brabeion_status (*health)(const brb_health_options *options, brb_health *health, brabeion_error *error);

	/*
	 * Reports that a commit, by any process, has changed awards or made jobs ready. The descriptor polls readable
	 * after such a commit can be seen by readers, until drained; it may be readable without one. Drain before
	 * reading the database: what is committed after that makes it readable again. Errors: BRABEION_SYSTEM.
	 */
	brabeion_status (*watch)(brb_store_db *db, int *fd, brabeion_error *error);
	void (*drain)(brb_store_db *db, int fd);
	void (*unwatch)(brb_store_db *db, int fd);

	const brb_driver_transaction *transaction;
	const brb_driver_jobs *jobs;
	const brb_driver_journal *journal;
	const brb_driver_stats *stats;
	const brb_driver_upkeep *upkeep;
	const brb_driver_copy *copy;
	const brb_driver_read *read;
	const brb_driver_quarantine *quarantine;
	const brb_driver_reader *reader;
} brb_store_driver;

#endif
