/*
 * brabeion/operate.h: for operators: grants and revocations, plugin state, jobs, the journal, explaining,
 * backfills, statistics, upkeep, examinations, inspecting a plugin. Include <brabeion/engine.h>.
 *
 * This part may change until 1.0.
 */
#ifndef BRABEION_OPERATE_H
#define BRABEION_OPERATE_H

#include <brabeion/core.h>
#include <brabeion/read.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- grants and revocations -------------------------------------------------------------------------------------- */

/* An award by a person's decision. Zero is the default of all but user and badge. */
typedef struct brabeion_grant {
	uint32_t struct_size;
	uint32_t level; /* 0: level 1 */
	const char *user;
	const char *badge;   /* the slug of a loaded badge */
	const char *reason;  /* for a badge that is multiple; NULL: a fresh one */
	const char *comment; /* why, for the record: at most 4,096 bytes; NULL: none */
	int64_t at_us;       /* with has_at; else the time is now */
	bool has_at;
} brabeion_grant;

#define BRABEION_GRANT(...) BRABEION_STRUCT(brabeion_grant, __VA_ARGS__)
BRABEION_INIT(brabeion_grant)

/*
 * Grants an award, as if it had been earned by an event called "brabeion.granted": badges that listen to brabeion.awarded
 * judge it, on-award callbacks report it. An award that is held already gives a result without awards. One that was
 * revoked is granted again.
 *
 * Threads: any, also at once.
 * Owns:    `result` as with brabeion_possibly_award.
 * Errors:  as brabeion_possibly_award; BRABEION_INVALID for a badge or level that is not loaded.
 */
BRABEION_API brabeion_status brabeion_award(brabeion_engine *engine, const brabeion_grant *grant,
					    brabeion_result *result);

/* Which awards to revoke. Zero is the default of all but user and badge. */
typedef struct brabeion_revocation {
	uint32_t struct_size;
	uint32_t level; /* 0: every level */
	const char *user;
	const char *badge;   /* the slug, of a badge loaded or not */
	const char *reason;  /* NULL: every reason */
	const char *comment; /* why, for the record: at most 4,096 bytes; NULL: none */
} brabeion_revocation;

#define BRABEION_REVOCATION(...) BRABEION_STRUCT(brabeion_revocation, __VA_ARGS__)
BRABEION_INIT(brabeion_revocation)

/*
 * Revokes a user's awards of a badge. They stay on record, are no longer held, and are not earned again unless the
 * badge says `rearn: true` in badges.yaml, also when the badge is temporary. On-revoke callbacks report them. Badges that
 * listen to brabeion.revoked judge it in the same transaction; what they earn or let lapse is stored and reported with
 * it.
 *
 * Threads: any, also at once.
 * Owns:    `revoked` lists what was revoked, perhaps nothing, then awards and lapses that came of it, by their `kind`; yours:
 *          brabeion_change_list_finish(). NULL is allowed.
 * Errors:  as brabeion_possibly_award; for a badge or user that is not known the list is empty.
 */
BRABEION_API brabeion_status brabeion_revoke(brabeion_engine *engine, const brabeion_revocation *revocation,
					     brabeion_change_list *revoked, brabeion_error *error);

/* ---- without an engine ------------------------------------------------------------------------------------------- */

/*
 * Functions called brabeion_config_... need no engine: they read the badges.yaml of `options` (may be NULL), and load and
 * unload its plugins as brabeion_open would, beside servers that may be running. They neither create nor change a
 * database. Warnings go to options->log, and at BRABEION_LOG_INFO that plugins were not tried, if so.
 *
 * Threads: any, also at once.
 * Errors:  BRABEION_CONFIG with every fault found, as brabeion_open; BRABEION_SYSTEM.
 */

/*
 * Checks badges.yaml and lists its badges, without holders. `language` as in brabeion_list_options. Warns of names that nothing
 * answers to, and, where there is a database, of held levels whose name has another number now.
 *
 * Owns:    `list` is yours: brabeion_badge_list_finish(). NULL is allowed.
 * Errors:  also BRABEION_INVALID for a text that is no language.
 */
BRABEION_API brabeion_status brabeion_config_check(const brabeion_options *options, const char *language,
						   brabeion_badge_list *list, brabeion_error *error);

/* As brabeion_draw_badge. */
BRABEION_API brabeion_status brabeion_config_draw_badge(const brabeion_options *options, const char *slug,
							uint32_t level, const char *language,
							brabeion_picture *picture, brabeion_error *error);

/* ---- plugin state ------------------------------------------------------------------------------------------------ */

/* Whose a memory is: a user's, or that of anything else that a plugin has a name for. */
typedef enum brabeion_owner_kind { BRABEION_OWNER_USER = 0, BRABEION_OWNER_THING = 1 } brabeion_owner_kind;

typedef enum brabeion_memory_kind {
	BRABEION_MEMORY_NUMBER = 1,
	BRABEION_MEMORY_TEXT = 2,
	BRABEION_MEMORY_USER = 3
} brabeion_memory_kind;

/* One value that a plugin, or one of its badges, remembers. */
typedef struct brabeion_remembered {
	brabeion_owner_kind owner_kind;
	brabeion_memory_kind kind;
	const char *owner;  /* the user's name, or the plugin's name of the thing */
	const char *plugin; /* its id */
	const char *badge;  /* whose memory it is; "": the plugin's */
	const char *name;
	const char *key;  /* "" when there is none; hex digits of a key that is kept as a hash */
	int64_t value;    /* of NUMBER; else 0 */
	const char *text; /* of TEXT; of USER the name, "" of who was forgotten; else "" */
} brabeion_remembered;

typedef struct brabeion_memory_list {
	size_t count;
	size_t stride;
	brabeion_remembered *items; /* brabeion_memory_list_at() */
	void *memory;               /* the library's */
} brabeion_memory_list;

BRABEION_ACCESSOR(brabeion_memory_list, items, stride, brabeion_remembered, brabeion_memory_list_at)

BRABEION_API void brabeion_memory_list_finish(brabeion_memory_list *list);

/* Zero, or NULL for the whole, means any. Of one user or thing it is quick; else all owners are read. */
typedef struct brabeion_memory_filter {
	uint32_t struct_size;
	const char *plugin;
	const char *badge; /* "": the plugins' own */
	const char *name;
	const char *user;
	const char *thing;
	const char *key;
	size_t limit; /* 0: all */
} brabeion_memory_filter;

#define BRABEION_MEMORY_FILTER(...) BRABEION_STRUCT(brabeion_memory_filter, __VA_ARGS__)
BRABEION_INIT(brabeion_memory_filter)

/*
 * What plugins remember, also those that are not loaded: by owner, users first, in the order in which they came; of each by
 * the names' order in the database, and key.
 *
 * Threads: any, also at once; it waits for no writer.
 * Owns:    `list` is yours: brabeion_memory_list_finish().
 * Errors:  BRABEION_INVALID for a text out of bounds, BRABEION_STORE, BRABEION_BUSY. No match: an empty list.
 */
BRABEION_API brabeion_status brabeion_memory(brabeion_engine *engine, const brabeion_memory_filter *filter,
					     brabeion_memory_list *list, brabeion_error *error);

/*
 * A change of what a plugin remembers, by a person or a test. Zero is the default of all but plugin, name and owner.
 */
typedef struct brabeion_memory_change {
	uint32_t struct_size;
	brabeion_owner_kind owner_kind;
	brabeion_memory_kind kind; /* of the value; 0: as the memory is, and the value is in `text` */
	const char *plugin;        /* its id */
	const char *badge;         /* whose memory it is, a slug; NULL: the plugin's */
	const char *name;
	const char *owner;   /* the user or thing */
	const char *key;     /* NULL: the value without a key */
	int64_t value;       /* of NUMBER */
	const char *text;    /* of TEXT; of USER the name */
	const char *comment; /* why: at most 4,096 bytes; with one the change is put on record, NULL: it is not */
	bool existing_user;  /* refuse a user of whom nothing is known, which may be a typing error */
} brabeion_memory_change;

#define BRABEION_MEMORY_CHANGE(...) BRABEION_STRUCT(brabeion_memory_change, __VA_ARGS__)
BRABEION_INIT(brabeion_memory_change)

/*
 * Sets what a plugin remembers, in place of what is there: for repairs and tests. No badge is asked. An event sees it or
 * does not, and so do jobs: a job that has read what is changed is judged again.
 *
 * Threads: any, also at once.
 * Owns:    nothing; texts are read during the call only.
 * Errors:  BRABEION_INVALID for what a plugin could not set either (names 1 to 100 bytes, owners and keys at most 255, texts
 *          64 KiB, all UTF-8; another kind than the memory's), and when no plugin of that id was ever loaded with the
 *          database; else as brabeion_possibly_award. Nothing is changed then.
 */
BRABEION_API brabeion_status brabeion_memory_set(brabeion_engine *engine, const brabeion_memory_change *change,
						 brabeion_error *error);

/* Likewise removes it; *removed (may be NULL): there was something. `value` and `text` are not read. */
BRABEION_API brabeion_status brabeion_memory_remove(brabeion_engine *engine, const brabeion_memory_change *change,
						    bool *removed, brabeion_error *error);

/* One change on record. */
typedef struct brabeion_memory_entry {
	int64_t id;
	int64_t at_us;
	brabeion_owner_kind owner_kind;
	const char *owner;
	const char *plugin;
	const char *badge; /* "": the plugin's */
	const char *name;
	const char *key;    /* "" when there is none */
	const char *before; /* a number as text; "": there was none */
	const char *after;  /* "": it was removed */
	const char *comment;
} brabeion_memory_entry;

typedef struct brabeion_memory_record {
	size_t count;
	size_t stride;
	brabeion_memory_entry *entries; /* brabeion_memory_record_at() */
	void *memory;                   /* the library's */
} brabeion_memory_record;

BRABEION_ACCESSOR(brabeion_memory_record, entries, stride, brabeion_memory_entry, brabeion_memory_record_at)

BRABEION_API void brabeion_memory_record_finish(brabeion_memory_record *record);

/*
 * The changes of memory that were made with a comment, the latest first. They stay until their user is forgotten, and are
 * the other's after a merge.
 *
 * Threads, owns, errors: as brabeion_memory.
 */
BRABEION_API brabeion_status brabeion_memory_changes(brabeion_engine *engine, const brabeion_memory_filter *filter,
						     brabeion_memory_record *record, brabeion_error *error);

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

/*
 * What is to be judged later is a job: one badge, one user, and the state that was frozen for it, stored with the event
 * that made it. Workers judge jobs: threads of an engine (`workers:` in badges.yaml), started when there is first a job
 * for them, and callers of brabeion_work, in any number of processes on one database.
 *
 * A worker claims jobs for a time (`lease`), which it renews while it judges; a worker that is killed loses nothing, and
 * others go on with its jobs. What a job earns and its end are one commit: it counts once, though its badge may be asked
 * more than once. A job that fails is tried again, after growing delays; after `max_attempts` it is parked, and waits for
 * a person. Jobs of one badge for one user are judged in their order, one after the other; a parked job blocks no other.
 *
 * Jobs are judged by the badge of their slug that is loaded then. One whose badge is not loaded is parked until it is
 * back, which is logged. On-award callbacks run on the worker's thread.
 */

/*
 * The job that a worker judges from now on; 0: none, also before anything is claimed. `claim` is the number under which
 * the worker holds all that it has claimed, the same until brabeion_work returns. A worker that may die, such as one in a
 * process of its own, writes both where they are found afterwards, for brabeion_job_died. Must be quick. It must not call
 * the engine.
 */
typedef void (*brabeion_job_callback)(void *context, int64_t job, int64_t claim);

/* Zero is the default of each member; NULL stands for all defaults. */
typedef struct brabeion_work_options {
	uint32_t struct_size;
	uint32_t batch; /* most jobs that are claimed at once; 0: 64 */
	brabeion_job_callback on_job;
	void *context;
	int stop_fd; /* with has_stop_fd: return once this is readable */
	bool has_stop_fd;
	bool until_idle; /* return when no job is ready, nor with a thread of the engine; else go on */
} brabeion_work_options;

#define BRABEION_WORK_OPTIONS(...) BRABEION_STRUCT(brabeion_work_options, __VA_ARGS__)
BRABEION_INIT(brabeion_work_options)

/*
 * Judges jobs on this thread until stopped by stop_fd or brabeion_work_stop, or with until_idle until no job is ready and the
 * engine's own threads have none. The current job is finished first; what else was claimed is free for others at once.
 *
 * Threads: any, also at once: each call is a worker.
 * Errors:  BRABEION_STORE, BRABEION_BUSY, BRABEION_NO_MEMORY: after five more attempts at growing intervals.
 *          BRABEION_INVALID for an engine that is a history.
 */
BRABEION_API brabeion_status brabeion_work(brabeion_engine *engine, const brabeion_work_options *options,
					   brabeion_error *error);

/*
 * Stops all calls of brabeion_work, in progress or to come, and the engine's own workers, and returns at once.
 * Async-signal-safe. In a child of fork it does nothing.
 */
BRABEION_API void brabeion_work_stop(brabeion_engine *engine);

/* Of brabeion_job_died: the job that the claim holds, if it holds one alone, as that of a worker with a batch of 1 does. */
enum { BRABEION_JOB_HELD = -1 };

/*
 * Reports that a worker has died (a plugin has crashed, or it was killed) while it judged a job, or none: 0. Counts an
 * attempt of the job, with `why` as its error, unless another worker has claimed it since; frees all that the claim held.
 * *parked (may be NULL) is set to whether that attempt was the last. Where the worker could not say which job it was at,
 * BRABEION_JOB_HELD lets the database say.
 *
 * Errors: BRABEION_INVALID when `why` is NULL or not UTF-8; of the store.
 */
BRABEION_API brabeion_status brabeion_job_died(brabeion_engine *engine, int64_t job, int64_t claim, const char *why,
					       bool *parked, brabeion_error *error);

/* What badges.yaml says about workers. */
typedef struct brabeion_work_settings {
	uint32_t struct_size;
	uint32_t workers;      /* threads of an engine */
	uint32_t max_attempts; /* then a job is parked */
	int64_t lease_us;      /* how long a claim lasts unless it is renewed */
	int64_t time_limit_us; /* for one job, where it can be enforced: by `brabeion worker` */
	int64_t backoff_us; /* before the second attempt; twice as long before each that follows, an hour at most */
	int64_t grace_us;   /* how long `brabeion worker` lets the current job go on when it is to end */
} brabeion_work_settings;

#define BRABEION_WORK_SETTINGS(...) BRABEION_STRUCT(brabeion_work_settings, __VA_ARGS__)
BRABEION_INIT(brabeion_work_settings)

/* Reads badges.yaml for these settings alone, and loads no plugin. */
BRABEION_API brabeion_status brabeion_config_work_settings(const brabeion_options *options,
							   brabeion_work_settings *settings, brabeion_error *error);

typedef enum brabeion_job_state {
	BRABEION_JOB_ANY = 0,
	BRABEION_JOB_WAITING = 1, /* due and not claimed; perhaps it waits for one before it */
	BRABEION_JOB_RUNNING = 2,
	BRABEION_JOB_DELAYED = 3, /* due later, tried again later, or of a history */
	BRABEION_JOB_PARKED = 4
} brabeion_job_state;

typedef struct brabeion_job_info {
	int64_t id;
	brabeion_job_state state;
	const char *badge; /* the slug */
	const char *user;
	const char *event;      /* that made it, or "brabeion.due": the badge has asked for it */
	const char *event_id;   /* "" when it had none */
	int64_t at_us;          /* the event's time, or when it is due */
	int64_t due_us;         /* when it was stored, or when it is due: its place in the order */
	int64_t retry_us;       /* not tried again before; 0 when it has not failed */
	int64_t lease_us;       /* of RUNNING: when the lease ends; else 0 */
	int64_t history_id;     /* of the history that it belongs to; 0: none */
	uint32_t attempts;      /* that failed, since it was stored or last retried by hand */
	int64_t parked_us;      /* of PARKED: since when; else 0 */
	const char *parked_why; /* "failed", "unloaded", else "" */
	const char *error;      /* of the last attempt, else "" */
} brabeion_job_info;

typedef struct brabeion_job_list {
	size_t count;
	size_t stride;
	brabeion_job_info *jobs; /* brabeion_job_list_at() */
	void *memory;            /* the library's */
} brabeion_job_list;

BRABEION_ACCESSOR(brabeion_job_list, jobs, stride, brabeion_job_info, brabeion_job_list_at)

BRABEION_API void brabeion_job_list_finish(brabeion_job_list *list);

/* Zero, or NULL for the whole, means any. */
typedef struct brabeion_job_filter {
	uint32_t struct_size;
	brabeion_job_state state;
	const char *badge; /* a slug */
	const char *user;
	int64_t after; /* the page of greater ids */
	size_t limit;  /* 0: all */
} brabeion_job_filter;

#define BRABEION_JOB_FILTER(...) BRABEION_STRUCT(brabeion_job_filter, __VA_ARGS__)
BRABEION_INIT(brabeion_job_filter)

/* Jobs that match, by id. `list` is yours: brabeion_job_list_finish(). */
BRABEION_API brabeion_status brabeion_jobs(brabeion_engine *engine, const brabeion_job_filter *filter,
					   brabeion_job_list *list, brabeion_error *error);

typedef struct brabeion_job_attempt {
	int64_t number; /* from 1; it goes on after a retry by hand */
	int64_t at_us;
	const char *error;
} brabeion_job_attempt;

/* One job with its attempts. */
typedef struct brabeion_job_page {
	uint32_t struct_size;
	bool found; /* false: it has ended, or never was, and nothing else is set */
	const brabeion_job_info *job;
	const char *frozen; /* its state as a JSON object */
	size_t attempt_count;
	size_t attempt_stride;
	brabeion_job_attempt *attempts; /* that failed: brabeion_job_page_attempt() */
	void *memory;                   /* the library's */
} brabeion_job_page;

#define BRABEION_JOB_PAGE(...) BRABEION_STRUCT(brabeion_job_page, __VA_ARGS__)
BRABEION_INIT(brabeion_job_page)
BRABEION_ACCESSOR(brabeion_job_page, attempts, attempt_stride, brabeion_job_attempt, brabeion_job_page_attempt)

BRABEION_API void brabeion_job_page_finish(brabeion_job_page *page);

/* `page` is yours: brabeion_job_page_finish(). */
BRABEION_API brabeion_status brabeion_job(brabeion_engine *engine, int64_t id, brabeion_job_page *page,
					  brabeion_error *error);

/* Which jobs are meant: one, or all that match. */
typedef struct brabeion_job_choice {
	uint32_t struct_size;
	bool parked;       /* only those that are parked */
	int64_t id;        /* 0: all that match the rest */
	const char *badge; /* NULL: of any badge */
} brabeion_job_choice;

#define BRABEION_JOB_CHOICE(...) BRABEION_STRUCT(brabeion_job_choice, __VA_ARGS__)
BRABEION_INIT(brabeion_job_choice)

/*
 * Tries jobs again: parked ones are ready, those that wait for another attempt need not wait, and attempts count from
 * none. A running job is left alone. *jobs (may be NULL) is set to how many were changed.
 */
BRABEION_API brabeion_status brabeion_jobs_retry(brabeion_engine *engine, const brabeion_job_choice *choice,
						 int64_t *jobs, brabeion_error *error);

/* Removes jobs, also running ones, whose result then does not count. *jobs (may be NULL) is set to how many. */
BRABEION_API brabeion_status brabeion_jobs_drop(brabeion_engine *engine, const brabeion_job_choice *choice,
						int64_t *jobs, brabeion_error *error);

/* ---- journal ----------------------------------------------------------------------------------------------------- */

/*
 * With `journal: keep 30d` in badges.yaml, judgements are recorded in the transaction that stores what they earn: the
 * event, and what each badge returned, read from memory and held already. It is off by default; recorded rows are kept
 * for the time that was set when they were written, and can be read.
 */

/* The kind of a row of the journal. */
typedef enum brabeion_entry_kind {
	BRABEION_ENTRY_EVENT = 1,  /* an event that came from outside */
	BRABEION_ENTRY_RAISED = 2, /* brabeion.awarded, .lapsed or .revoked, of a change that was stored */
	BRABEION_ENTRY_JOB = 3,    /* a badge was judged later */
	BRABEION_ENTRY_GIVEN = 4   /* another user's event, or job, awarded something to this user */
} brabeion_entry_kind;

typedef enum brabeion_answer {
	BRABEION_ANSWER_NOT_EARNED = 0,   /* award returned 0 */
	BRABEION_ANSWER_LEVEL = 1,        /* it returned a level */
	BRABEION_ANSWER_FAILED = 2,       /* with `message`; what it did was undone */
	BRABEION_ANSWER_QUARANTINED = 3,  /* it was not asked */
	BRABEION_ANSWER_LATER = 4,        /* async: it was not asked yet, a job was stored */
	BRABEION_ANSWER_GRANTED = 5,      /* not asked itself: another badge of the plugin, or observe, granted it */
	BRABEION_ANSWER_NOT_OBSERVED = 6, /* it was not asked: its plugin's observe failed, or refused the event, with
					   * `message` */
	BRABEION_ANSWER_REFUSED = 7,      /* it refused the event, whose data is wrong, with `message` */
	BRABEION_ANSWER_UNCHANGED = 8     /* it said that this event changes nothing */
} brabeion_answer;

typedef enum brabeion_read_kind {
	BRABEION_READ_TALLY = 1,
	BRABEION_READ_NOTE = 2,
	BRABEION_READ_HELD = 3,
	BRABEION_READ_USER = 4,      /* a reference to a user */
	BRABEION_READ_KEY_COUNT = 5, /* how many keys there are under a name */
	BRABEION_READ_KEY = 6        /* the key that comes after another */
} brabeion_read_kind;

/* What a badge's award read; if it read the same key twice, the first value. */
typedef struct brabeion_read {
	brabeion_read_kind kind;
	bool cut;          /* the text was longer */
	bool of_thing;     /* `owner` is a thing, not a user */
	bool user_keys;    /* `key`, and of KEY `text`, are users */
	const char *name;  /* of the memory; of HELD the slug */
	const char *owner; /* whose memory it is; of HELD the user */
	const char *key;   /* "": the plain cell; "(hashed)"; of KEY the one before, "": none */
	int64_t number;    /* of a tally; of HELD the highest level; of KEY_COUNT the count */
	const char *text;  /* of a note, at most 256 bytes; of USER the name; of KEY the key. NULL: there was none */
} brabeion_read;

/* The verdict of one badge. */
typedef struct brabeion_verdict {
	const char *badge; /* the slug */
	brabeion_answer answer;
	uint32_t level;      /* that it returned, or that was granted */
	uint32_t held_level; /* by the event's user before; 0: none */
	bool stored;         /* an award was stored */
	bool held_already;   /* none, for it is held already, or was revoked and cannot be earned again */
	bool lapsed;         /* an award lapsed */
	bool has_later;      /* it asked to be judged again */
	int64_t later_us;    /* at that time: the first where there are several */
	const char *to;      /* the user that it was for, where that is not the event's; else "" */
	const char
		*message; /* why it failed or refused the event, or what it said of why nothing was earned; else "" */
	size_t read_count;
	size_t read_stride;
	const brabeion_read *reads; /* the first 16: brabeion_verdict_read() */
	size_t reads_left_out;
} brabeion_verdict;

BRABEION_ACCESSOR(brabeion_verdict, reads, read_stride, brabeion_read, brabeion_verdict_read)

typedef struct brabeion_entry {
	int64_t sequence; /* grows with every row written to the database's journal; not without gaps */
	brabeion_entry_kind kind;
	int64_t cause;               /* sequence of the EVENT that caused it; 0: an EVENT itself, or not known */
	int64_t arrived_us;          /* by the engine's clock */
	const brabeion_event *event; /* as it was judged: of a JOB with the state that was frozen, its time given */
	size_t verdict_count;
	size_t verdict_stride;
	const brabeion_verdict *verdicts; /* in the order in which they were asked: brabeion_entry_verdict() */
} brabeion_entry;

BRABEION_ACCESSOR(brabeion_entry, verdicts, verdict_stride, brabeion_verdict, brabeion_entry_verdict)

typedef struct brabeion_journal_list {
	size_t count;
	size_t stride;
	brabeion_entry *entries; /* brabeion_journal_list_at() */
	void *memory;            /* the library's */
} brabeion_journal_list;

BRABEION_ACCESSOR(brabeion_journal_list, entries, stride, brabeion_entry, brabeion_journal_list_at)

BRABEION_API void brabeion_journal_list_finish(brabeion_journal_list *list);

/* Which rows are meant. Zero is the default of each member; NULL stands for all defaults. */
typedef struct brabeion_journal_filter {
	uint32_t struct_size;
	bool events_only; /* BRABEION_ENTRY_EVENT alone: what came from outside, to be judged again */
	int64_t after;    /* only rows of a greater sequence */
	int64_t until;    /* and none of a greater one than this; 0: to the end */
	size_t limit;     /* 0: all */
} brabeion_journal_filter;

#define BRABEION_JOURNAL_FILTER(...) BRABEION_STRUCT(brabeion_journal_filter, __VA_ARGS__)
BRABEION_INIT(brabeion_journal_filter)

/*
 * Reads the journal forwards, in the order in which it was judged. For the next page pass the last sequence as `after`.
 * Sequences follow the order of the commits: no row with a smaller one is stored later.
 *
 * Threads: any, also at once; it waits for no writer.
 * Owns:    `list` is yours: brabeion_journal_list_finish().
 * Errors:  BRABEION_STORE, BRABEION_BUSY. No journal: an empty list.
 */
BRABEION_API brabeion_status brabeion_journal_read(brabeion_engine *engine, const brabeion_journal_filter *filter,
						   brabeion_journal_list *list, brabeion_error *error);

/* About the journal as a whole. */
typedef struct brabeion_journal_info {
	uint32_t struct_size;
	bool on;            /* by the badge set that is current here */
	int64_t keep_us;    /* how long rows are kept, likewise; INT64_MAX: until there is no room */
	int64_t max_bytes;  /* how much room there is, likewise */
	int64_t used_bytes; /* by the rows that are there, about */
	int64_t first;      /* the first row's sequence; 0: it is empty */
	int64_t last;       /* the last row's; 0 likewise */
	int64_t since_us;   /* when the first row was written */
	int64_t until_us;   /* when the last row was */
} brabeion_journal_info;

#define BRABEION_JOURNAL_INFO(...) BRABEION_STRUCT(brabeion_journal_info, __VA_ARGS__)
BRABEION_INIT(brabeion_journal_info)

/* Threads, errors: as brabeion_journal_read. */
BRABEION_API brabeion_status brabeion_journal(brabeion_engine *engine, brabeion_journal_info *info,
					      brabeion_error *error);

/* ---- explaining -------------------------------------------------------------------------------------------------- */

/* Zero is the default of all but user and badge. */
typedef struct brabeion_question {
	uint32_t struct_size;
	bool has_since; /* only entries of events from since_us on */
	const char *user;
	const char *badge; /* a slug, loaded or not */
	int64_t since_us;
	size_t limit; /* that many of the latest entries; 0: all */
} brabeion_question;

#define BRABEION_QUESTION(...) BRABEION_STRUCT(brabeion_question, __VA_ARGS__)
BRABEION_INIT(brabeion_question)

/* When an event of one name last came. */
typedef struct brabeion_heard {
	const char *event;
	int64_t of_user_us;   /* from the user; INT64_MIN: never, as far as the journal reaches */
	int64_t of_anyone_us; /* from any user; INT64_MIN likewise */
} brabeion_heard;

/* Why a user has, or does not have, a badge. Texts are never NULL. */
typedef struct brabeion_explanation {
	uint32_t struct_size;
	bool user_known; /* the database knows the name */
	const char *user;
	const char *near_user; /* a known name like it; else "" */

	const char *badge;
	const char *near_badge; /* of the loaded ones, the one that may be meant; "" when loaded */
	const char *plugin;     /* its id, and the next members, of a loaded badge; else "" */
	const char *plugin_file;
	bool loaded;
	bool on_record; /* it was loaded once, or is */
	bool async;
	bool rearn; /* it may be earned again after a revocation */
	bool multiple;
	bool temporary;
	bool granted_only; /* it has no award of its own: others of its plugin grant it */
	bool quarantined;  /* as in brabeion_badge */
	int64_t quarantined_since_us;
	const char *quarantine_reason;
	uint32_t level_count;
	uint32_t level_stride;
	const brabeion_level *levels; /* holders are 0 */

	size_t change_count; /* of the user's awards of this badge, oldest first */
	size_t change_stride;
	const brabeion_change *changes;
	size_t held_count; /* how many are held now */
	uint32_t held_level;
	size_t job_count; /* of the badge and user, that are not judged yet */
	size_t jobs_parked;

	size_t heard_count; /* the events that it listens to; 0 where a field of theirs says whom they are for */
	size_t heard_stride;
	const brabeion_heard *heard;
	const brabeion_journal_info *journal;
	size_t entry_count; /* oldest first; each with the verdicts on this badge alone */
	size_t entry_stride;
	const brabeion_entry *entries;
	size_t entries_left_out; /* older ones, beyond the limit */
	void *memory;            /* the library's */

	bool hidden; /* this, and the next members, as in brabeion_badge */
	bool retired;
	int64_t earnable_from_us;
	int64_t earnable_until_us;
} brabeion_explanation;

#define BRABEION_EXPLANATION(...) BRABEION_STRUCT(brabeion_explanation, __VA_ARGS__)
BRABEION_INIT(brabeion_explanation)

BRABEION_API void brabeion_explanation_finish(brabeion_explanation *explanation);

/*
 * Explains why a user has a badge or not: what is held and since when, each event that could have earned it and what
 * the badge returned (as far as the journal reaches), and what keeps it from being judged at all. Read its arrays by
 * BRABEION_AT(brabeion_change, why.changes, why.change_stride, index).
 *
 * Threads: any, also at once; it waits for no writer.
 * Owns:    `explanation` is yours: brabeion_explanation_finish().
 * Errors:  BRABEION_INVALID for names out of bounds, BRABEION_STORE, BRABEION_BUSY. An unknown user or badge is no error:
 *          the explanation says so.
 */
BRABEION_API brabeion_status brabeion_explain(brabeion_engine *engine, const brabeion_question *question,
					      brabeion_explanation *explanation, brabeion_error *error);

/* ---- backfills --------------------------------------------------------------------------------------------------- */

/*
 * A backfill judges a history by the current badges, in a sandbox: an engine in a database beside the live one, which
 * starts with no plugin state and whose time is that of the events. At its end what is earned there is taken over.
 * Meanwhile the live engines on the database go on; what they judge is not judged twice, for an award is held once.
 *
 * The events come from the journal (brabeion_backfill_journal), or from the caller (brabeion_backfill_judge), in order.
 * What is held from before the first of them, and what a person has granted, is held there, too. It is all in the files
 * <database>-backfill*, events with the checkpoint that they lead to: a backfill that is opened again, after a crash say,
 * goes on from the last commit. With another badge set it starts over.
 *
 * Many batches share a commit (<brabeion/bulk.h>). One comes when the engine's memory budget is used, which the sandbox has
 * once more, after 5 s of work, at the end of the journal, and by brabeion_backfill_commit.
 *
 * A backfill belongs to one thread at a time: commit before another takes it over. It must be closed before its engine.
 */
typedef struct brabeion_backfill brabeion_backfill;

/* Zero is the default of each member; NULL stands for all defaults. */
typedef struct brabeion_backfill_options {
	uint32_t struct_size;
	bool from_journal; /* the history is the engine's journal */
	bool replace_memory; /* from the journal: the backfill's state of chosen badges' plugins replaces the present one */
	const char *const *badges; /* slugs of those whose awards are taken over; all are judged, in any case */
	size_t badge_count;        /* 0: all */
} brabeion_backfill_options;

#define BRABEION_BACKFILL_OPTIONS(...) BRABEION_STRUCT(brabeion_backfill_options, __VA_ARGS__)
BRABEION_INIT(brabeion_backfill_options)

/*
 * Opens a backfill, or goes on with the one that was begun. Badges are loaded from the badges.yaml of the engine, as it is
 * now.
 *
 * Threads: any.
 * Owns:    `*backfill` is yours: brabeion_backfill_close(). The engine must outlive it.
 * Errors:  BRABEION_BUSY when another is open on the database; BRABEION_INVALID for a badge that is not loaded, an engine
 *          that is a history, from_journal without a journal, or replace_memory without from_journal; else as brabeion_open.
 */
BRABEION_API brabeion_status brabeion_backfill_open(brabeion_engine *engine, const brabeion_backfill_options *options,
						    brabeion_backfill **backfill, brabeion_error *error);

/* Closes it. With `keep` it commits, and can be continued later; else its files are removed. NULL is allowed. */
BRABEION_API void brabeion_backfill_close(brabeion_backfill *backfill, bool keep);

/* How far a backfill has come. The numbers are the caller's, such as a line and a hash of all that precedes it. */
typedef struct brabeion_checkpoint {
	uint32_t struct_size;
	int64_t number; /* of the journal: the sequence; 0: nothing was judged yet */
	uint64_t mark;
} brabeion_checkpoint;

#define BRABEION_CHECKPOINT(...) BRABEION_STRUCT(brabeion_checkpoint, __VA_ARGS__)
BRABEION_INIT(brabeion_checkpoint)

/*
 * How far it has come: after the open, and after an error, where to go on. What it has judged since the last commit counts.
 * BRABEION_INVALID for a checkpoint without its size.
 */
BRABEION_API brabeion_status brabeion_backfill_checkpoint(const brabeion_backfill *backfill,
							  brabeion_checkpoint *checkpoint);

/*
 * Judges the next events of the history, and stores the checkpoint that they lead to in the same commit, which may come
 * later. Each must have its time (has_at). The results say what is earned in the sandbox; nothing of it is held yet.
 *
 * Owns, errors: as brabeion_possibly_award_batch; BRABEION_INVALID in the result of an event without a time. An error of the
 * whole batch undoes all since the last commit: go on from brabeion_backfill_checkpoint.
 */
BRABEION_API brabeion_status brabeion_backfill_judge(brabeion_backfill *backfill, const brabeion_event *events,
						     size_t count, const brabeion_checkpoint *checkpoint,
						     brabeion_result *results);

/*
 * Judges the next events of the journal, at most `most` (0: 1,000). *judged is 0 when there are no more for now; then all
 * is committed.
 *
 * Errors:  BRABEION_STORE, BRABEION_BUSY, BRABEION_NO_MEMORY: none of them is judged, and what was judged since the last
 *          commit is judged again by the next calls.
 */
BRABEION_API brabeion_status brabeion_backfill_journal(brabeion_backfill *backfill, size_t most, size_t *judged,
						       brabeion_error *error);

/*
 * Commits what was judged since the last commit, if anything: a backfill that is killed goes on behind it. Call it before
 * waiting for events.
 *
 * Errors:  BRABEION_STORE, BRABEION_BUSY, BRABEION_NO_MEMORY: all since the last commit is undone; go on from
 *          brabeion_backfill_checkpoint.
 */
BRABEION_API brabeion_status brabeion_backfill_commit(brabeion_backfill *backfill, brabeion_error *error);

/* Commits, then advances the time, as brabeion_advance. */
BRABEION_API brabeion_status brabeion_backfill_advance(brabeion_backfill *backfill, int64_t at_us,
						       brabeion_error *error);

/*
 * What would change if it were handed over now: awards (BRABEION_CHANGE_AWARDED), and awards that are held, were earned in
 * the time of the history, and would not be by the current badges (BRABEION_CHANGE_LAPSED). Ids and sequences are those of
 * the awards where they are. A grant by a person is never lost; a revoked award is gained only with `rearn: true`, by a
 * later event.
 *
 * It commits first.
 *
 * Owns:    `changes` is yours: brabeion_change_list_finish(). Not paginated; may be large.
 * Errors:  BRABEION_STORE, BRABEION_BUSY, BRABEION_NO_MEMORY.
 */
BRABEION_API brabeion_status brabeion_backfill_compare(brabeion_backfill *backfill, brabeion_change_list *changes,
						       brabeion_error *error);

/* The outcome of a backfill. */
typedef struct brabeion_backfill_outcome {
	uint32_t struct_size;
	uint64_t awarded;
	uint64_t lapsed;   /* with `lapse` */
	uint64_t memories; /* plugins that had no state, and have that of the backfill now */
} brabeion_backfill_outcome;

#define BRABEION_BACKFILL_OUTCOME(...) BRABEION_STRUCT(brabeion_backfill_outcome, __VA_ARGS__)
BRABEION_INIT(brabeion_backfill_outcome)

/*
 * Takes over what it has earned: awards that are not held, with the times and ids of their events. On-award callbacks
 * report them; brabeion.awarded is not raised, for badges that listen to it were judged in the backfill, too.
 *
 * With `lapse`, awards that would not be earned any more (see brabeion_backfill_compare) lapse: they are no longer
 * held, and may be earned again. On-revoke callbacks report them. Without, nothing is taken away.
 *
 * A chosen badge that had neither state nor jobs of its own when the backfill was first opened takes over those of the backfill;
 * so does its plugin, whose state its badges share. If the history is not the journal, they must still have none: what live
 * engines have judged meanwhile is not in the backfill. All other state is dropped, unless `replace_memory` is set; whose, is
 * logged as a warning when the backfill is opened.
 *
 * Awards come in commits of some thousands; the rest of the journal, what was earned last, state and jobs in one commit
 * at the end. A hand-over that is killed is opened again, with the same outcome. Afterwards close it.
 *
 * Owns:    nothing; `outcome` may be NULL.
 * Errors:  as brabeion_possibly_award; what is committed stays.
 */
BRABEION_API brabeion_status brabeion_backfill_hand_over(brabeion_backfill *backfill, bool lapse,
							 brabeion_backfill_outcome *outcome, brabeion_error *error);

/*
 * How the awards of one engine's database differ from another's: those that only `after` holds are
 * BRABEION_CHANGE_AWARDED, those that only `before` holds BRABEION_CHANGE_LAPSED. Revoked awards and grants count as in
 * brabeion_backfill_compare.
 *
 * Owns, errors: as brabeion_backfill_compare.
 */
BRABEION_API brabeion_status brabeion_compare(brabeion_engine *before, brabeion_engine *after,
					      brabeion_change_list *changes, brabeion_error *error);

/* ---- statistics and upkeep --------------------------------------------------------------------------------------- */

typedef struct brabeion_badge_stats {
	const char *slug;
	uint64_t judged; /* times award was called */
	uint64_t earned; /* times it returned a level */
	uint64_t failed;
	uint64_t
		time_us; /* spent in award, without waiting for the store: every 64th call is timed, and counts for 64 */
	bool quarantined;     /* by this engine */
	uint64_t passed_over; /* events that it was not asked about while it was quarantined */
} brabeion_badge_stats;

/* Since the engine was opened, on all threads; by this engine alone. A badge's numbers outlive reloads. */
typedef struct brabeion_stats_report {
	uint32_t struct_size;
	uint32_t resident; /* plugin files that stay in memory for good, in use or not */
	uint32_t retiring; /* older badge sets that are not closed yet: calls in progress use them */
	uint64_t events;   /* that a badge listens to, duplicates too */
	uint64_t awards;   /* stored, granted ones too */
	uint64_t duplicates;
	uint64_t errors;  /* events refused or not stored */
	uint64_t commits; /* callers that wait at the same time share one */
	uint64_t generation;
	int64_t jobs_waiting; /* of the database, like the next: see brabeion_job_state */
	int64_t jobs_running;
	int64_t jobs_delayed;
	int64_t jobs_parked;
	int64_t jobs_oldest_us; /* since when the oldest waiting job waits; 0: none does */
	size_t badge_count;
	size_t badge_stride;
	brabeion_badge_stats *badges; /* in the order of badges.yaml: brabeion_stats_badge() */
	void *memory;                 /* the library's */
	int64_t memory_bytes;         /* the memory budget: `memory` in badges.yaml */
	int64_t memory_used_bytes; /* of it, by what is cached and changed, as of the last commit; without SQLite's pages */
	bool last_good; /* badges.yaml was broken at the open, and the last set that worked is used (`last_good`) */
} brabeion_stats_report;

#define BRABEION_STATS_REPORT(...) BRABEION_STRUCT(brabeion_stats_report, __VA_ARGS__)
BRABEION_INIT(brabeion_stats_report)
BRABEION_ACCESSOR(brabeion_stats_report, badges, badge_stride, brabeion_badge_stats, brabeion_stats_badge)

BRABEION_API void brabeion_stats_finish(brabeion_stats_report *report);

/*
 * Sums up what all threads have counted. Numbers of calls in progress on other threads may be a little behind.
 *
 * Threads: any, also at once.
 * Owns:    `report` is yours: brabeion_stats_finish().
 */
BRABEION_API brabeion_status brabeion_stats(brabeion_engine *engine, brabeion_stats_report *report,
					    brabeion_error *error);

/* ---- the clock ---- */

/*
 * The system's clock is suspect when it is more than 30 days ahead of the newest time that the database has stored: it may have
 * jumped, or the database was not used for so long. Events are judged meanwhile, but nothing is swept by that clock, and
 * no job is claimed, until an hour has passed in which it was not set again, or brabeion_clock_confirm() says that it is right.
 * *newest_us is 0 in a new database. A clock of the host's own (options.clock) is never suspect.
 *
 * Threads: any.
 * Errors:  BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_clock_look(brabeion_engine *engine, bool *suspect, int64_t *now_us,
						 int64_t *newest_us, brabeion_error *error);
BRABEION_API brabeion_status brabeion_clock_confirm(brabeion_engine *engine, brabeion_error *error);

/*
 * After the clock was set right: brings back to it what lies more than a day ahead, which are leases, due times of jobs that were
 * stored meanwhile, arrivals of ids and journal rows, the newest time, and when something was last seen. Times of events and awards
 * stay. *mended (may be NULL) counts them. One transaction, which reads whole tables.
 *
 * Threads: any.
 * Errors:  BRABEION_STORE, BRABEION_BUSY; nothing is changed then.
 */
BRABEION_API brabeion_status brabeion_clock_mend(brabeion_engine *engine, int64_t *mended, brabeion_error *error);

/* ---- quarantine ---- */

/*
 * Releases a quarantined badge, or all (`slug` NULL). It is asked here from the next event on, and in other engines on the
 * database within about a second of an event that would have been judged by it. *released (may be NULL) is set to how many
 * badges were quarantined.
 *
 * A badge is quarantined when it has failed, or taken longer than its budget, for too many different users since it last did
 * well: `quarantine:` in badges.yaml says for how many. Events that it refuses do not count. It is logged once, at level
 * error; brabeion_badges and brabeion_stats show it. Events are judged without it then: brabeion_badge has how many, which a
 * backfill can judge. A plugin's observe that fails or is too slow is quarantined likewise,
 * with all badges of the plugin. Every engine counts for itself; the database has what any engine has quarantined, and a
 * badge that is released, reloaded, or opened again (without no_create) by any of them is back in all.
 *
 * Threads: any.
 * Errors:  BRABEION_INVALID for a slug that is neither loaded nor quarantined; BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_release(brabeion_engine *engine, const char *slug, size_t *released,
					      brabeion_error *error);

/* ---- users as a whole -------------------------------------------------------------------------------------------- */

/*
 * A user is forgotten, merged into another, or renamed in one commit, which judging waits for as for any other; then what
 * is left is swept in slices of at most 100 ms, between which events are judged. A process that is killed in between loses nothing:
 * the next engine that is opened goes on with it, one that is open at its next event, and so do the next of these calls.
 *
 * Names of users stand in one place of the database, so that everything else follows: awards, what plugins remember of the
 * user and where they refer to the user, jobs, the journal. What a server itself has written into the reason of an award, a
 * comment, a key, a text or the state of an event is its own: these calls leave it as it is, and count it.
 */

/* Zero is the default of each member; NULL stands for all defaults. */
typedef struct brabeion_user_options {
	uint32_t struct_size;
	bool dry_run;  /* report what would change, and change nothing */
	bool existing; /* merging: refuse users of whom nothing is known, which may be a typing error */
} brabeion_user_options;

#define BRABEION_USER_OPTIONS(...) BRABEION_STRUCT(brabeion_user_options, __VA_ARGS__)
BRABEION_INIT(brabeion_user_options)

/* What one plugin remembers of the user. */
typedef struct brabeion_user_memory {
	const char *plugin; /* its id */
	int64_t values;     /* the user's own */
	int64_t references; /* to the user, in what the plugin remembers of things and of others */
	int64_t by_rule_only; /* merging: values that the plugin would merge itself, but it is not loaded. `into`'s stay */
} brabeion_user_memory;

typedef enum brabeion_pending {
	BRABEION_PENDING_NOTHING = 0,
	BRABEION_PENDING_SWEEP = 1, /* rows are left to be swept: the database was busy */
	BRABEION_PENDING_WAL = 2 /* the WAL still holds what was forgotten, for another process is reading from it */
} brabeion_pending;

/*
 * What has changed, or with dry_run would change; counted just before. References and mentions may be anywhere in the
 * database: with dry_run all of it is read, else for a second at most, which is enough for most.
 */
typedef struct brabeion_user_report {
	uint32_t struct_size;
	bool found;               /* false: nothing is known of such a user, and of the rest only `near` is set */
	bool done_before;         /* merging: `from` is an alias of `into` already; nothing has changed */
	brabeion_pending pending; /* not all is gone yet; engines go on with it */
	const char *near;         /* a user of a similar name; "": none */
	int64_t awards;           /* revoked ones, too */
	int64_t awards_of_both; /* merging: of those, which `into` has, too: the earlier one stays, a revocation wins */
	int64_t jobs;
	int64_t journal_rows;
	int64_t aliases;    /* names of users merged into this one */
	int64_t in_reasons; /* mentions of the name, as a word, that servers have written: reasons of others' awards */
	int64_t in_comments; /* comments on those, and on changes of memory */
	int64_t in_keys;     /* keys under which plugins remember something */
	int64_t in_texts;    /* texts that plugins remember */
	int64_t in_states;   /* events of others, in the journal and of jobs */
	size_t memory_count;
	size_t memory_stride;
	brabeion_user_memory *memories; /* by plugin: brabeion_user_report_memory() */
	void *memory;                   /* the library's */
	bool partial;                   /* references and mentions were counted for a second, and there may be more */
} brabeion_user_report;

#define BRABEION_USER_REPORT(...) BRABEION_STRUCT(brabeion_user_report, __VA_ARGS__)
BRABEION_INIT(brabeion_user_report)
BRABEION_ACCESSOR(brabeion_user_report, memories, memory_stride, brabeion_user_memory, brabeion_user_report_memory)

BRABEION_API void brabeion_user_report_finish(brabeion_user_report *report);

/*
 * Forgets a user, with all names that were merged into it: awards, revoked ones too, what plugins remember of the user,
 * jobs and rows of the journal are deleted, references become nobody's. Awards and places of others stay as they are. The
 * feed does not report it. Whoever comes under that name later is somebody new, and earns as anybody, also from events that
 * are sent again. Ids of events stay for the `retention`, as hashes that lead to nobody.
 *
 * When it returns with `pending` 0, no byte of the name that the library wrote is in the database, its free pages or its
 * WAL. Backups made before keep their content. The database of an interrupted backfill is removed.
 *
 * Threads: any, also at once.
 * Owns:    `report` (may be NULL) is yours: brabeion_user_report_finish().
 * Errors:  BRABEION_INVALID for an alias: forget the user that it stands for. BRABEION_BUSY while a backfill is under
 *          way, which would bring the name back. As brabeion_possibly_award: nothing is
 *          forgotten then. Once the name is cut, it is no error that the rest could not be swept: `pending`. An unknown
 *          user is none either: `found`.
 */
BRABEION_API brabeion_status brabeion_forget_user(brabeion_engine *engine, const char *user,
						  const brabeion_user_options *options, brabeion_user_report *report,
						  brabeion_error *error);

/*
 * Merges a user into another: all that `from` has becomes `into`'s. `from` stays an alias until `into` is forgotten: events
 * under that name are `into`'s, and one that was judged before is a duplicate. Of an award that both have the earlier one
 * stays, and is revoked if either was by a person. What plugins remember is merged by the rules that they declare, or by
 * their own function. Jobs move; what workers have done for either so far does not count. The feed does not report it.
 *
 * Nothing need be known of either yet: events that come later are of one user.
 *
 * Threads, owns: as brabeion_forget_user.
 * Errors:  BRABEION_INVALID when the two are one, when `from` is an alias of a third, when a plugin's function has failed, or
 *          with `existing` for an unknown `into`. Nothing is changed then. With `existing` an unknown `from` is no error:
 *          `found`.
 */
BRABEION_API brabeion_status brabeion_merge_users(brabeion_engine *engine, const char *from, const char *into,
						  const brabeion_user_options *options, brabeion_user_report *report,
						  brabeion_error *error);

/*
 * Renames a user. Nothing else changes: awards, memory and ids of events are the same user's. Whoever comes under the old
 * name is somebody new: where events under it may still come, merge the user into the new name instead.
 *
 * Threads, owns: as brabeion_forget_user.
 * Errors:  BRABEION_INVALID when the two are one, when there is a user or alias `to`, or when `from` is an alias. An
 *          unknown `from` is no error: `found`.
 */
BRABEION_API brabeion_status brabeion_rename_user(brabeion_engine *engine, const char *from, const char *to,
						  const brabeion_user_options *options, brabeion_user_report *report,
						  brabeion_error *error);

/* ---- backup ------------------------------------------------------------------------------------------------------ */

/* Zero is the default of each member; NULL stands for all defaults. */
typedef struct brabeion_backup_options {
	uint32_t struct_size;
	bool replace; /* a file of that name */
} brabeion_backup_options;

#define BRABEION_BACKUP_OPTIONS(...) BRABEION_STRUCT(brabeion_backup_options, __VA_ARGS__)
BRABEION_INIT(brabeion_backup_options)

/*
 * Writes a copy of the database, as of one moment, to a file that must not exist yet, readable by its owner alone.
 * Judging goes on meanwhile. To restore, close every engine and put the copy in the place of the database, whose "-wal"
 * and "-shm" files must be deleted.
 *
 * The copy is written under a temporary name in the same folder (".brabeion-backup-" and six characters), and gets its own
 * once it is whole and on the disk: whenever the process or the machine stops, the file is as it was or complete. The next
 * backup to that folder removes what a killed one has left.
 *
 * Threads: any, also at once.
 * Errors:  BRABEION_STORE when the file exists or cannot be written; or is the database itself, or has a "-wal" or
 *          "-journal" beside it, which SQLite would take for the copy's. Nothing is left behind.
 */
BRABEION_API brabeion_status brabeion_backup(brabeion_engine *engine, const char *path,
					     const brabeion_backup_options *options, brabeion_error *error);

/* ---- examinations ------------------------------------------------------------------------------------------------ */

typedef enum brabeion_severity {
	BRABEION_NOTE = 1,    /* perhaps as it should be */
	BRABEION_WARNING = 2, /* likely not as intended */
	BRABEION_ALARM = 3    /* something does not work, or is about to stop */
} brabeion_severity;

/*
 * One thing that an operator may want to know. `kind` is one of a few words, which stay: config, loading, permissions,
 * copies, probe, last-good, database, database-version, database-damaged, disk, wal, forgotten-in-wal, users-unswept,
 * backfill-interrupted, free-pages, retention, seen-ids, clock, times-ahead, future-events, resident, badge-quarantined,
 * badge-passed-over, badge-failing, badge-slow, badge-never-earned, badge-gone, level-moved, event-unhandled, events-many,
 * jobs-unworked, jobs-late, jobs-parked, jobs-unloaded, jobs-many, jobs-of-user, no-workers. brabeion-doctor(1) says when
 * each is reported. More may come.
 */
typedef struct brabeion_finding {
	const char *kind;
	brabeion_severity severity;
	const char *subject; /* what it is about: a slug, an event, a user, a path */
	int64_t count;       /* events, failures, jobs, bytes; 0: nothing is counted */
	int64_t since_us;    /* 0: not known */
	int64_t last_us;     /* 0: not known */
	const char *text;    /* what was found, one line */
	const char *advice;  /* what that means and what to do, one line; "" when there is none */
} brabeion_finding;

/* The findings: alarms, then warnings, then notes. */
typedef struct brabeion_examination {
	uint32_t struct_size;
	size_t count;
	size_t stride;
	brabeion_finding *findings; /* brabeion_examination_finding() */
	const char *database;       /* its path; "" when it is not known */
	int64_t database_bytes;     /* -1: not known, as are the others */
	int64_t wal_bytes;
	int64_t disk_free_bytes;
	void *memory; /* the library's */
} brabeion_examination;

#define BRABEION_EXAMINATION(...) BRABEION_STRUCT(brabeion_examination, __VA_ARGS__)
BRABEION_INIT(brabeion_examination)
BRABEION_ACCESSOR(brabeion_examination, findings, stride, brabeion_finding, brabeion_examination_finding)

BRABEION_API void brabeion_examination_finish(brabeion_examination *examination);

/* Zero is the default of each member; NULL stands for all defaults. */
typedef struct brabeion_examine_options {
	uint32_t struct_size;
	bool thorough; /* have SQLite check each page of the database: takes as long as reading it */
} brabeion_examine_options;

#define BRABEION_EXAMINE_OPTIONS(...) BRABEION_STRUCT(brabeion_examine_options, __VA_ARGS__)
BRABEION_INIT(brabeion_examine_options)

/*
 * Examines an open engine for faults and oddities: badges that are quarantined, fail or were never earned, events that
 * come and that no badge listens to, jobs that wait or are parked, the database and its files. For a server's monitoring:
 * some milliseconds on a database of any size, unless thorough or with millions of jobs.
 *
 * Engines store their counts of events and failures in the database for a week, at most a minute late; this engine's are
 * stored first.
 *
 * Threads: any, also at once. Delays no event for longer than another event would.
 * Owns:    `examination` is yours: brabeion_examination_finish().
 * Errors:  BRABEION_ABSENT when the database's file is gone. What is wrong with the database is a finding, no error.
 */
BRABEION_API brabeion_status brabeion_examine(brabeion_engine *engine, const brabeion_examine_options *how,
					      brabeion_examination *examination, brabeion_error *error);

/*
 * The same without an engine: loads badges.yaml, then examines the database, which is not migrated either.
 * Faults of badges.yaml and warnings are findings. Of `options` config, database, clock and allocator are used.
 *
 * Errors:  BRABEION_ABSENT when there is no database; BRABEION_SYSTEM when plugins cannot be copied or tried.
 */
BRABEION_API brabeion_status brabeion_config_examine(const brabeion_options *options,
						     const brabeion_examine_options *how,
						     brabeion_examination *examination, brabeion_error *error);

/* ---- inspecting a plugin ----------------------------------------------------------------------------------------- */

/* A name of memory that a plugin declares. Words. */
typedef struct brabeion_plugin_memory {
	const char *name;
	const char *owner; /* "user" or "thing" */
	const char *kind;  /* "number", "text" or "user" */
	const char *keys;  /* "text", "users" or "hashed" */
	const char *merge; /* "sum", "max", "min", "or", "earliest", "keep" or "own"; "": it is never merged */
} brabeion_plugin_memory;

/* A badge as its plugin defines it; badges.yaml may use it under other slugs, with other events and levels. */
typedef struct brabeion_plugin_badge {
	const char *slug;
	bool multiple;
	bool async;
	bool levels_from_config; /* badges.yaml decides how many levels there are */
	bool progress;           /* it reports progress: see brabeion_user_progress */
	uint32_t level_count;
	size_t level_stride;
	const brabeion_level *levels; /* their holders are 0 */
	uint32_t event_count;
	const char *const *events;
	uint32_t remembered_count;
	size_t remembered_stride;
	const brabeion_plugin_memory *remembered; /* by each badge made of it */
} brabeion_plugin_badge;

/* What is known of a plugin file. Texts are never NULL, but for `id`. */
typedef struct brabeion_inspection {
	uint32_t struct_size;
	uint32_t problem_count; /* for which an engine refuses it; each as it follows the file's name */
	const char *const *problems;
	uint32_t note_count; /* what its author should know */
	const char *const *notes;
	const char *path;
	uint64_t size_bytes; /* 0: the file could not be used, `problems` says why; nothing else is known then */
	const char *sha256;  /* as `sha256:` in badges.yaml pins it */
	const char *resident_because; /* why it stays in a process for good: "imports pthread_create", else "" */
	uint32_t library_count;       /* that it needs, beside the C and C++ libraries */
	const char *const *libraries;
	uint32_t symbol_count; /* that none of those has: "deflate (libz.so.1)" */
	const char *const *symbols;

	const char *id; /* NULL: the plugin's descriptor was not read, and what follows is not known either */
	const char *version;
	uint32_t abi_major; /* of the <brabeion/badge.h> that it was compiled with */
	uint32_t abi_minor;
	uint32_t needs_minor; /* the least minor of an engine that it needs */
	bool observes;
	uint32_t watch_count; /* the events that it observes */
	const char *const *watches;
	uint32_t badge_count;
	size_t badge_stride;
	const brabeion_plugin_badge *badges; /* brabeion_inspection_badge() */
	uint32_t remembered_count;
	size_t remembered_stride;
	const brabeion_plugin_memory *remembered; /* by observe and all badges together */
	void *memory;                             /* the library's */
} brabeion_inspection;

#define BRABEION_INSPECTION(...) BRABEION_STRUCT(brabeion_inspection, __VA_ARGS__)
BRABEION_INIT(brabeion_inspection)
BRABEION_ACCESSOR(brabeion_inspection, badges, badge_stride, brabeion_plugin_badge, brabeion_inspection_badge)

BRABEION_API void brabeion_inspection_finish(brabeion_inspection *inspection);

/*
 * Reports what is in a plugin file and what is wrong with it. No badges.yaml is read; of `options` (may be NULL) the
 * allocator is used. The plugin's code runs in a process of its own only (brabeion-probe), where it is loaded, its badges
 * are opened without settings and judge a trial event each. What it refuses for lack of settings is a note.
 *
 * Threads: any, also at once. Takes as long as the plugin does, 5 s at most for each step.
 * Owns:    `inspection` is yours: brabeion_inspection_finish().
 * Errors:  BRABEION_INVALID for an empty path; BRABEION_SYSTEM when the plugin cannot be tried. A plugin that is bad, or
 *          not there, is no error: see `problems`.
 */
BRABEION_API brabeion_status brabeion_inspect(const char *path, const brabeion_options *options,
					      brabeion_inspection *inspection, brabeion_error *error);

#ifdef __cplusplus
}
#endif

#endif
