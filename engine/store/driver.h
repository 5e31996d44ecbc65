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
#include "store/types.h"

typedef struct brb_store_db brb_store_db; /* one open database: each driver defines it for itself */

/* ---- a group of effects ---- */

typedef struct brb_effect_value {
	int64_t memory; /* number of (plugin, name) */
	const char *subject;
	bool is_tally;
	int64_t tally;
	const char *note; /* NULL: remove it */
} brb_effect_value;

typedef struct brb_effect_award {
	int64_t sequence;
	int64_t user, event; /* numbers */
	uint32_t badge;
	uint32_t level;
	const char *reason;
	const char *event_id;
	const char *note;
	int64_t at_us;
} brb_effect_award;

typedef struct brb_effect_job {
	int64_t user, badge, event; /* numbers */
	int64_t history_id;         /* 0: of the live clock */
	const char *event_id;
	int64_t at_us;
	int64_t due_us;
	const char *state; /* JSON */
	int64_t journal;
} brb_effect_job;

typedef struct brb_effect_counter {
	const char *name;
	int64_t value;
} brb_effect_counter;

enum { BRB_EFFECT_COUNTERS_MOST = 8 };

/* Written in this order; no two values have one (memory, subject). */
typedef struct brb_effects {
	const brb_effect_value *values;
	size_t value_count;
	const brb_effect_award *awards;
	size_t award_count;
	const brb_effect_job *jobs;
	size_t job_count;
	brb_effect_counter counters[BRB_EFFECT_COUNTERS_MOST];
	size_t counter_count;
} brb_effects;

/* ---- the transaction ---- */

typedef enum brb_name_kind {
	BRB_NAME_USER,
	BRB_NAME_EVENT,
	BRB_NAME_BADGE,
	BRB_NAME_PLUGIN,
	BRB_NAME_MEMORY
} brb_name_kind;

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

	/* Writes the effects, so that the other functions see them. May be called several times in a transaction. */
	brabeion_status (*write)(brb_store_db *db, const brb_effects *effects, brabeion_error *error);

	/* A number kept under a name. *found may be NULL; 0 when it is not kept. */
	brabeion_status (*counter)(brb_store_db *db, const char *name, bool *found, int64_t *value,
				   brabeion_error *error);

	/* The number of a name, 0 when it has none; a memory's is within its plugin. */
	brabeion_status (*number)(brb_store_db *db, brb_name_kind kind, uint32_t plugin, const char *name,
				  int64_t *number, brabeion_error *error);

	/* Gives a number to a name that has none. */
	brabeion_status (*create_number)(brb_store_db *db, brb_name_kind kind, uint32_t plugin, const char *name,
					 int64_t *number, brabeion_error *error);

	/* Records the names of a badge's levels, where they differ. */
	brabeion_status (*set_levels)(brb_store_db *db, const brb_store_badge *badge, brabeion_error *error);

	/* 0 when there is none. */
	brabeion_status (*tally)(brb_store_db *db, int64_t memory, const char *subject, int64_t *value,
				 brabeion_error *error);

	/* *text is the caller's, by brb_memory_release(); NULL when there is none. */
	brabeion_status (*note)(brb_store_db *db, int64_t memory, const char *subject, char **text,
				brabeion_error *error);

	/* All awards of a user of a badge, in no order. */
	brabeion_status (*held)(brb_store_db *db, uint32_t badge, int64_t user,
				void (*visit)(void *context, const brb_held_row *row), void *context,
				brabeion_error *error);
	brabeion_status (*award_state)(brb_store_db *db, uint32_t badge, int64_t user, uint32_t level,
				       const char *reason, brb_award_state *state, brabeion_error *error);

	/* Records the id of an event; *first: it was not there, or arrived before `cutoff_s`. Numbers of event and user. */
	brabeion_status (*see)(brb_store_db *db, const char *id, int64_t event, int64_t user, int64_t arrived_s,
			       int64_t cutoff_s, bool *first, brabeion_error *error);

	/*
	 * Removes ids that arrived before `cutoff_s`, looking at no more than `rows`, from where the last call has stopped.
	 * *done: all have been looked at; the next call starts over, as after a rollback.
	 */
	brabeion_status (*sweep_seen)(brb_store_db *db, int64_t cutoff_s, int64_t rows, bool *done,
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

	brabeion_status (*end)(brb_store_db *db, int64_t id, brabeion_error *error);
	brabeion_status (*fail)(brb_store_db *db, int64_t id, const brb_store_failure *failure, bool *parked,
				brabeion_error *error);
	brabeion_status (*retry)(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				 brabeion_error *error);
	brabeion_status (*drop)(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				brabeion_error *error);

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

	/* Rows whose verdicts hold these bytes somewhere; the visitor may call set_verdicts of its row. */
	brabeion_status (*each_naming)(brb_store_db *db, const char *name, brb_journal_visit visit, void *context,
				       brabeion_error *error);
	brabeion_status (*set_verdicts)(brb_store_db *db, int64_t sequence, const char *verdicts, size_t bytes,
					brabeion_error *error);
	brabeion_status (*count_bytes)(brb_store_db *db, int64_t *bytes, brabeion_error *error);

	/* ---- of what is committed: any thread ---- */

	/* Rows of a range in its order; a GIVEN row has the state of the event that gave it. */
	brabeion_status (*read)(brb_store_db *db, const brb_store_journal_range *range, brb_journal_visit visit,
				void *context, brabeion_error *error);

	/* For a visitor of `read`: a badge's slug, "" when there is none. */
	brabeion_status (*slug)(brb_store_db *db, uint32_t badge, brb_arena *arena, const char **slug,
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
	brabeion_status (*forget)(brb_store_db *db, int64_t before_us, brabeion_error *error);
} brb_driver_stats;

/* ---- users and plugins as a whole ---- */

typedef struct brb_driver_upkeep {
	/* All rows of a user, except other users' rows of the journal; `user` 0: only what is stored by name. */
	brabeion_status (*forget_user)(brb_store_db *db, int64_t user, const char *name, int64_t *awards,
				       brabeion_error *error);

	/* Errors: BRABEION_INVALID when a sum of tallies exceeds 64 bits. */
	brabeion_status (*merge_users)(brb_store_db *db, int64_t from, const char *from_name, int64_t into,
				       const char *into_name, brabeion_error *error);

	/* Of a plugin by its id, of a badge's live jobs by its slug. */
	brabeion_status (*remove_memory)(brb_store_db *db, const char *plugin, brabeion_error *error);
	brabeion_status (*remove_jobs)(brb_store_db *db, const char *slug, brabeion_error *error);
} brb_driver_upkeep;

/* ---- from one database to another ---- */

/* What to read: what is committed, in the snapshot that was begun, or what the open transaction sees. */
typedef enum brb_view { BRB_COMMITTED, BRB_OWN } brb_view;

typedef brabeion_status (*brb_award_visit)(void *context, const brabeion_award_info *award, int64_t rank,
					   brabeion_error *error);

typedef brabeion_status (*brb_seed_visit)(void *context, const char *slug, brb_store_award *award,
					  brabeion_error *error);
typedef brabeion_status (*brb_value_visit)(void *context, const char *name, brb_effect_value *value,
					   brabeion_error *error);
typedef brabeion_status (*brb_job_visit)(void *context, brb_store_job *job, const char *state, brabeion_error *error);

typedef struct brb_driver_copy {
	/* One snapshot at a time, of its thread; all below with BRB_COMMITTED needs it. Nothing else of `read` meanwhile. */
	brabeion_status (*begin_snapshot)(brb_store_db *db, brabeion_error *error);
	void (*end_snapshot)(brb_store_db *db);

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

	/* Committed: what a plugin remembers, `name` being its memory's; the value's memory is not set. */
	brabeion_status (*each_value)(brb_store_db *db, const char *plugin, brb_value_visit visit, void *context,
				      brabeion_error *error);

	/* Committed: jobs of a badge that are not parked, with their state; the job's badge and fields are not set. */
	brabeion_status (*each_job)(brb_store_db *db, const char *slug, brb_job_visit visit, void *context,
				    brabeion_error *error);

	/* Committed; begins a snapshot of its own. */
	brabeion_status (*has_plugin_state)(brb_store_db *db, const brb_store_owner *plugin, bool *has,
					    brabeion_error *error);
} brb_driver_copy;

/* ---- lists, of what is committed: any thread ---- */

typedef struct brb_driver_read {
	/* Fills in the numbers of what is on record as it is now, with all levels' names; 0 of the rest. */
	brabeion_status (*registered)(brb_store_db *db, brb_store_badge *badges, size_t badge_count,
				      const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				      brabeion_error *error);
	brabeion_status (*counter)(brb_store_db *db, const char *name, int64_t *value, brabeion_error *error);
	brabeion_status (*awards)(brb_store_db *db, brb_store_whose whose, const char *name, int64_t before,
				  size_t limit, brabeion_award_list *list, brabeion_error *error);
	brabeion_status (*count_awards)(brb_store_db *db, const char *user, int64_t *count, brabeion_error *error);
	brabeion_status (*users)(brb_store_db *db, size_t limit, brabeion_user_list *list, brabeion_error *error);

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
} brb_driver_quarantine;

/* ---- reading single values beside the transaction (store/snapshot_reader.h): one thread at a time for each reader ---- */

typedef struct brb_db_reader brb_db_reader; /* each driver's own */

typedef struct brb_driver_reader {
	brabeion_status (*open)(brb_store_db *db, brb_db_reader **reader, brabeion_error *error);
	void (*close)(brb_db_reader *reader); /* before the database */
	brabeion_status (*begin)(brb_db_reader *reader, brabeion_error *error);
	void (*end)(brb_db_reader *reader);
	brabeion_status (*tally)(brb_db_reader *reader, uint32_t plugin, const char *name, const char *subject,
				 int64_t *value, brabeion_error *error);
	brabeion_status (*note)(brb_db_reader *reader, uint32_t plugin, const char *name, const char *subject,
				brb_arena *arena, const char **text, brabeion_error *error);
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

	/* Copies it, as of one moment, to a new file. */
	brabeion_status (*backup)(brb_store_db *db, const char *path, brabeion_error *error);

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
