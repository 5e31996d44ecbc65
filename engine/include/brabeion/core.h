/*
 * brabeion/core.h: opening an engine, events, results, callbacks, time. Include <brabeion/engine.h>.
 *
 * This part is frozen first: what is here in 1.0 stays.
 */
#ifndef BRABEION_CORE_H
#define BRABEION_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define BRABEION_API __attribute__((visibility("default")))
#else
#define BRABEION_API
#endif

/* ---- structs that grow: see "Compatibility" in <brabeion/engine.h> ----------------------------------------------- */

/*
 * Initialises a struct that begins with `struct_size`, in C11 and C++20: BRABEION_OPTIONS(.config = "badges.yaml") and so
 * on, one macro for each struct. Members that are not named are zero. In an expression: (brabeion_event)BRABEION_EVENT(...).
 */
#define BRABEION_STRUCT(type, ...)                                 \
	{                                                          \
		.struct_size = (uint32_t)sizeof(type), __VA_ARGS__ \
	}

/* Defines the same as a function, brabeion_options_init(&options) and so on, for C++17. */
#define BRABEION_INIT(type)                                 \
	static inline void type##_init(type *self)          \
	{                                                   \
		memset(self, 0, sizeof *self);              \
		self->struct_size = (uint32_t)sizeof *self; \
	}

/* The item at `index` of an array that the library has allocated: items may be larger than this header knows. */
#define BRABEION_AT(type, items, stride, index) \
	((const type *)(const void *)((const char *)(items) + (size_t)(stride) * (size_t)(index)))

/* Defines item_at(&container, index), with BRABEION_AT: brabeion_award_list_at(&list, i) and so on. */
#define BRABEION_ACCESSOR(container, array, array_stride, item, item_at)          \
	static inline const item *item_at(const container *self, size_t index)    \
	{                                                                         \
		return BRABEION_AT(item, self->array, self->array_stride, index); \
	}

/* ---- status and errors ------------------------------------------------------------------------------------------- */

typedef enum brabeion_status {
	BRABEION_OK = 0,
	BRABEION_INVALID = 1,   /* the arguments are wrong: an empty user, text that is not UTF-8, a bound exceeded */
	BRABEION_CONFIG = 2,    /* badges.yaml or a plugin is wrong */
	BRABEION_STORE = 3,     /* the database: I/O, full, read-only, corrupt, replaced */
	BRABEION_BUSY = 4,      /* another process held the database for longer than busy_timeout */
	BRABEION_NO_MEMORY = 5, /* out of memory */
	BRABEION_REENTRANT = 6, /* called from inside a plugin's function, the log, the clock or the allocator */
	BRABEION_FORKED = 7,    /* the engine was opened by another process */
	BRABEION_SYSTEM = 8,    /* the operating system refused something else: a directory, a thread */
	BRABEION_FULL = 9,      /* brabeion_submit: the queue is full */
	BRABEION_ABSENT = 10,   /* there is no database, and options.no_create or read_only was set */
	BRABEION_READ_ONLY = 11 /* the engine was opened with options.read_only, and the call would store something */
} brabeion_status;

/* The status in one word, "busy". Static text; never NULL. */
BRABEION_API const char *brabeion_status_name(brabeion_status status);

/* Where and what, for a person: one or more lines, without a newline at the end. This struct never grows. */
typedef struct brabeion_error {
	brabeion_status status;
	char *message; /* NULL when there is no error; brabeion_error_finish() frees it */
} brabeion_error;

#define BRABEION_NO_ERROR         \
	{                         \
		BRABEION_OK, NULL \
	}

/* Frees the message and resets the error. NULL is allowed. Threads: any, also after the engine is closed. */
BRABEION_API void brabeion_error_finish(brabeion_error *error);

/* The library's version, "0.1.0". Static text. */
BRABEION_API const char *brabeion_version(void);

/* ---- opening ----------------------------------------------------------------------------------------------------- */

typedef struct brabeion_engine brabeion_engine;

typedef enum brabeion_log_level {
	BRABEION_LOG_ERROR = 1,
	BRABEION_LOG_WARNING = 2,
	BRABEION_LOG_INFO = 3,
	BRABEION_LOG_DEBUG = 4
} brabeion_log_level;

/*
 * Receives the library's log records: a badge that failed, a warning about the configuration. `message` is one line,
 * valid during the call.
 * Threads: the thread that causes the record, possibly several at once.
 */
typedef void (*brabeion_log_callback)(void *context, brabeion_log_level level, const char *message);

/* The current time in microseconds since 1970 UTC. Threads: any, at once. It must not call the engine. */
typedef int64_t (*brabeion_clock_callback)(void *context);

/*
 * Memory from the host, for everything that the library itself allocates: engines, lists, results, errors. SQLite, libyaml
 * and the C library (threads, directories, loaded plugins) use their own.
 *
 * Each function behaves as its counterpart in the C library: blocks are aligned for any type (16 bytes on 64-bit
 * machines), NULL means out of memory, and `reallocate` then leaves the block as it was. `size` is never 0, `block` never
 * NULL.
 *
 * Threads: any, at once; a block may be released on another thread than the one that allocated it. The functions must not
 *          call the engine: every call returns BRABEION_REENTRANT.
 * Owns:    nothing is copied: the struct and what it needs must outlive the engine and all that it handed out.
 */
typedef struct brabeion_allocator {
	uint32_t struct_size;
	void *(*allocate)(void *context, size_t size);
	void *(*reallocate)(void *context, void *block, size_t size);
	void (*release)(void *context, void *block);
	void *context;
} brabeion_allocator;

#define BRABEION_ALLOCATOR(...) BRABEION_STRUCT(brabeion_allocator, __VA_ARGS__)
BRABEION_INIT(brabeion_allocator)

/* The time by which badges are judged later: see "time", below. */
typedef enum brabeion_time {
	BRABEION_TIME_LIVE = 0,   /* the clock's */
	BRABEION_TIME_HISTORY = 1 /* that of the events, which are past */
} brabeion_time;

/*
 * Called from brabeion_open now and then while it brings a database of an older version up to date: rows done, of about how
 * many. It must not call the engine. An open that is interrupted is resumed by the next.
 */
typedef void (*brabeion_migration_callback)(void *context, int64_t done, int64_t total);

/* Zero is the default of each member; NULL stands for all defaults. Texts are copied. */
typedef struct brabeion_options {
	uint32_t struct_size;
	brabeion_time time;
	const char *config; /* path of badges.yaml; NULL: "badges.yaml" in the working directory */
	/* The content of badges.yaml in place of the file: reloads read it again, watching follows the plugins alone.
	 * `config` is then its name in messages, and the folder where relative paths start. */
	const char *config_text;
	/* Top-level keys of badges.yaml that belong to the host, which the engine ignores. Ends with NULL. */
	const char *const *config_other_keys;
	const char *plugin_path; /* folders searched for plugins first, separated by colons */
	const char *database;    /* path of the database in place of badges.yaml's */
	brabeion_log_callback log;
	void *log_context;
	brabeion_clock_callback clock; /* NULL: the system's clock */
	void *clock_context;
	const brabeion_allocator *allocator; /* NULL: the C library's malloc, realloc and free */
	size_t submit_capacity;              /* most events that brabeion_submit holds; 0: 10,000 */
	bool no_create;  /* for readers: do not create the database (BRABEION_ABSENT when it is missing), and do not
			  * release quarantined badges */
	bool no_watch;   /* do not watch files, whatever badges.yaml says; brabeion_watch can still turn it on */
	bool no_workers; /* start no threads for jobs, whatever badges.yaml says under "workers" */
	int64_t memory_bytes;                  /* the memory budget where badges.yaml has no `memory`; 0: 64 MiB */
	brabeion_migration_callback migrating; /* NULL: none */
	void *migrating_context;
	/*
	 * For hosts that only look. The database is not written, nor created, nor migrated, and no writer is waited for, so
	 * that a user is enough who may read its file. Judging and every other call that stores something is refused with
	 * BRABEION_READ_ONLY; progress, pictures, lists, the feed, explanations, backups, examinations and reloads are as
	 * always. Of badges that the database does not know yet nothing is stored. Implies no_create and no_workers, and
	 * excludes a history.
	 *
	 * A user who may not write in the database's folder reads what is there: the WAL, as long as a process has the
	 * database open, else the file as it stands. A WAL that a killed process has left there cannot be read without its
	 * -shm: BRABEION_STORE says so.
	 */
	bool read_only;
} brabeion_options;

#define BRABEION_OPTIONS(...) BRABEION_STRUCT(brabeion_options, __VA_ARGS__)
BRABEION_INIT(brabeion_options)

/*
 * Reads badges.yaml, loads its plugins, opens or creates its database.
 *
 * Before a plugin's code runs in this process for the first time, the program brabeion-probe tries it in a process of its
 * own, from the constructors over a first event to the destructors: a plugin that crashes, hangs or ends the process there
 * is refused. The process is started with posix_spawn; the host may handle SIGCHLD and its children as it likes.
 * `probe:` in badges.yaml sets the time limit or turns the probe off; where the program is not installed and the probe is not
 * off, that is BRABEION_SYSTEM. The environment variable BRABEION_PROBE names another program.
 *
 * Threads: any.
 * Owns:    `*engine` is yours: brabeion_close(). `options` is read during the call only, except for the allocator.
 * Errors:  BRABEION_CONFIG with every fault found, one a line, as "file:line:column: what is wrong"; BRABEION_STORE
 *          or BRABEION_BUSY when the database cannot be opened, BRABEION_ABSENT; BRABEION_SYSTEM when plugins cannot be
 *          copied or tried, or the process has no descriptor left to read with; BRABEION_INVALID for an allocator that
 *          lacks a function.
 */
BRABEION_API brabeion_status brabeion_open(const brabeion_options *options, brabeion_engine **engine,
					   brabeion_error *error);

/*
 * Closes the engine: the last call on it, when no other is in progress, not from a callback. NULL is allowed. In a child
 * of fork it does nothing. Submitted events that wait are judged and stored first; neither their completions nor their
 * on-award callbacks run any more: a host that needs those dispatches all completions before.
 */
BRABEION_API void brabeion_close(brabeion_engine *engine);

/* What a reload did. Counts are of badges. */
typedef struct brabeion_receipt {
	uint32_t struct_size;
	uint32_t added;
	uint32_t changed; /* levels, events, settings or plugin differ from before */
	uint32_t removed;
	uint32_t kept;
	uint32_t resident;   /* plugin files loaded since the open that stay in memory for good, in use or not */
	uint64_t generation; /* of the new badge set; the first is 1 */
	int64_t load_us;     /* to read, load and check */
	int64_t publish_us;  /* to put it in place */
} brabeion_receipt;

#define BRABEION_RECEIPT(...) BRABEION_STRUCT(brabeion_receipt, __VA_ARGS__)
BRABEION_INIT(brabeion_receipt)

/*
 * Reads badges.yaml again and replaces the current badge set, between two events. Events in progress finish on the old
 * set, and each event is judged by one set alone. Quarantined badges are released.
 *
 * What has not changed is kept: a plugin file of the same path and content stays loaded, with its globals, and a badge of
 * the same plugin, definition, slug, number of levels and settings keeps what its `open` made. The rest of the old set is
 * closed and unloaded by a thread of the library once no call uses it any more; no call waits for that. A plugin that
 * cannot be unloaded safely stays in memory, and counts as resident.
 *
 * What is new or changed is tried in another process first, as by brabeion_open.
 *
 * A changed `database:` is an error: it needs a new open.
 *
 * Threads: any; two at once take turns.
 * Errors:  as brabeion_open; the current badge set stays. `receipt` may be NULL.
 */
BRABEION_API brabeion_status brabeion_reload(brabeion_engine *engine, brabeion_receipt *receipt,
					     brabeion_error *error);

/*
 * Turns watching on or off, in place of what badges.yaml says with `watch`. An engine that watches reloads by itself, on a
 * thread of its own, when the content of badges.yaml or of a plugin file has changed: about 0.2 s after it was written, or
 * 2 s after the first change while writing goes on. Files that were touched but not changed cause nothing. A badge set
 * that is refused is tried again when its files change again; one that fails for a passing cause (a busy database, a lack
 * of descriptors or memory) after 2 s, then at growing intervals up to a minute. Changes since the current set was loaded
 * count, too. The outcome of a reload goes to the log and to on-reload callbacks.
 *
 * Changes that another machine makes on a network file system are not detected: the kernel does not report them.
 *
 * Threads: any, also from inside a callback.
 * Errors:  BRABEION_SYSTEM with what cannot be watched, or the kernel's limit that is in the way and how to raise it;
 *          watching is then as before. Where badges.yaml turns watching on, such an error is logged, and the engine goes on.
 */
BRABEION_API brabeion_status brabeion_watch(brabeion_engine *engine, bool on, brabeion_error *error);

/*
 * Called after every reload of this engine, by brabeion_reload or because a file has changed, outside every lock, on the
 * thread that reloaded. Of `receipt` and `error` one is NULL: the badge set of `receipt` is current, or `error` says why
 * the one before still is. Both are valid during the call.
 *
 * Of two reloads at once either may be reported first: receipt->generation gives the order. brabeion_close waits for a
 * callback on the watching thread: the closing thread must hold nothing that the callback waits for.
 */
typedef void (*brabeion_reload_callback)(void *context, const brabeion_receipt *receipt, const brabeion_error *error);

/* As brabeion_on_award and brabeion_off_award; the limit of 16 is for callbacks of all kinds together. */
BRABEION_API brabeion_status brabeion_on_reload(brabeion_engine *engine, brabeion_reload_callback callback,
						void *context);
BRABEION_API brabeion_status brabeion_off_reload(brabeion_engine *engine, brabeion_reload_callback callback,
						 void *context);

/* ---- events ------------------------------------------------------------------------------------------------------ */

typedef enum brabeion_type {
	BRABEION_TYPE_NULL = 0,
	BRABEION_TYPE_INT = 1,
	BRABEION_TYPE_REAL = 2,
	BRABEION_TYPE_BOOL = 3,
	BRABEION_TYPE_TEXT = 4,
	BRABEION_TYPE_JSON = 5 /* an array or object as JSON text; the caller vouches for its syntax */
} brabeion_type;

/* One named value of an event's state. Make it with BRABEION_INT and so on. */
typedef struct brabeion_field {
	const char *name;
	brabeion_type type;
	union {
		int64_t integer;
		double real;
		bool boolean;
		const char *text; /* of TEXT and JSON */
	} value;
} brabeion_field;

static inline brabeion_field brabeion_field_int(const char *name, int64_t value)
{
	brabeion_field field;
	field.name = name;
	field.type = BRABEION_TYPE_INT;
	field.value.integer = value;
	return field;
}

static inline brabeion_field brabeion_field_real(const char *name, double value)
{
	brabeion_field field;
	field.name = name;
	field.type = BRABEION_TYPE_REAL;
	field.value.real = value;
	return field;
}

static inline brabeion_field brabeion_field_bool(const char *name, bool value)
{
	brabeion_field field;
	field.name = name;
	field.type = BRABEION_TYPE_BOOL;
	field.value.integer = 0;
	field.value.boolean = value;
	return field;
}

static inline brabeion_field brabeion_field_text(const char *name, brabeion_type type, const char *value)
{
	brabeion_field field;
	field.name = name;
	field.type = type;
	field.value.text = value;
	return field;
}

/* State without allocation: brabeion_field state[] = { BRABEION_INT("points", 7600), BRABEION_TEXT("by", "ada") }; */
#define BRABEION_INT(name, value) brabeion_field_int(name, value)
#define BRABEION_REAL(name, value) brabeion_field_real(name, value)
#define BRABEION_BOOL(name, value) brabeion_field_bool(name, value)
#define BRABEION_TEXT(name, value) brabeion_field_text(name, BRABEION_TYPE_TEXT, value)
#define BRABEION_JSON(name, value) brabeion_field_text(name, BRABEION_TYPE_JSON, value)

/* "This user did this." All but name and user are optional: zero. Of two fields of one name the last counts. */
typedef struct brabeion_event {
	uint32_t struct_size;
	uint32_t field_size; /* sizeof(brabeion_field); the macro sets it */
	const char *name;
	const char *user;
	const char *id; /* NULL or "": none. An event with an id is judged once */
	int64_t at_us; /* with has_at: when it happened, also the award's time; else the time is now. BRABEION_INVALID for one of
	                 the future (badges.yaml: future), or in another unit by its size, before March of 1973 or after 5138 */
	const brabeion_field *fields;
	size_t field_count;
	bool has_at;
	bool at_is_exact; /* at_us was read from a text: also a time of 1970 to March of 1973 is meant as it stands */
	unsigned char unused[6];
	int32_t offset_minutes; /* with has_offset: of the clock by which it happened, from UTC; -1439 to 1439 */
	bool has_offset;
} brabeion_event;

#define BRABEION_EVENT(...) \
	BRABEION_STRUCT(brabeion_event, .field_size = (uint32_t)sizeof(brabeion_field), __VA_ARGS__)

static inline void brabeion_event_init(brabeion_event *event)
{
	memset(event, 0, sizeof *event);
	event->struct_size = (uint32_t)sizeof *event;
	event->field_size = (uint32_t)sizeof(brabeion_field);
}

/* One stored award. */
typedef struct brabeion_award_info {
	int64_t id;       /* of this award, from the moment it is stored; grows with every award of the database */
	int64_t sequence; /* its place in the feed (brabeion_changes_since); 0: not known yet */
	const char *user;
	const char *badge; /* the slug */
	uint32_t level;
	const char *name;        /* of the level, as badges.yaml last had it; of a removed badge likewise */
	const char *description; /* of the level, likewise */
	const char *reason;      /* distinguishes the awards of a multiple badge; else "" */
	const char *event;       /* the name of the event that earned it */
	const char *event_id;    /* its id, "" when it had none */
	int64_t at_us;           /* when it was earned: by the times of the events, which may have come late */
	int64_t stored_us;       /* when it was stored, by the engine's clock */
} brabeion_award_info;

/* Only BRABEION_CHANGE_AWARDED gives something: after every other kind an award is no longer held. */
typedef enum brabeion_change_kind {
	BRABEION_CHANGE_AWARDED = 1,
	BRABEION_CHANGE_REVOKED = 2, /* by a person's decision */
	BRABEION_CHANGE_LAPSED =
		3 /* its badge is temporary and the condition no longer holds, or a backfill has found
				      * that it would not be earned any more. It may come back */
} brabeion_change_kind;

/* What happened to an award: one entry of the feed. */
typedef struct brabeion_change {
	int64_t sequence; /* of this change; grows with every one stored in the database */
	brabeion_change_kind kind;
	int64_t at_us;
	const char *comment; /* of the grant or revocation; of a lapse "on event ..."; else "" */
	const brabeion_award_info *award;
} brabeion_change;

typedef enum brabeion_outcome {
	BRABEION_JUDGED = 0,    /* by every badge that listens to it */
	BRABEION_UNHANDLED = 1, /* no badge listens to it; this is no error */
	BRABEION_DUPLICATE = 2, /* an event of this id, name and user has been judged before */
	BRABEION_ABANDONED = 3  /* nothing of it is stored: see status */
} brabeion_outcome;

/*
 * A badge that failed on an event or refused it, or a plugin's observe: then none of the plugin's badges was judged on it. What
 * is refused is the event, because its data is wrong: the badge is well, and no failure is counted.
 */
typedef struct brabeion_failure {
	const char *plugin;  /* its id */
	const char *slug;    /* the badge; NULL: the plugin's observe */
	const char *message; /* why, on one line, in the plugin's own words where it gave any */
	bool refused;        /* the event was refused */
} brabeion_failure;

#define BRABEION_FAILURES_MOST 64

/* The result of one event. */
typedef struct brabeion_result {
	uint32_t struct_size;
	brabeion_status status;
	brabeion_outcome outcome;
	uint32_t failed;     /* badges that failed on it, or were not judged because their plugin's observe failed */
	const char *message; /* of the event's own error, else of the first failure or refusal; NULL: none */
	uint32_t award_count;
	uint32_t award_stride;
	brabeion_award_info *awards; /* that this call stored, in order: brabeion_result_award() */
	uint32_t lapsed_count;
	uint32_t lapsed_stride;
	brabeion_change *lapsed; /* what lapsed by this call, in order: awards of temporary badges (badges.yaml) */
	uint32_t failure_count;
	uint32_t failure_stride;
	/* And refusals, in order; the first BRABEION_FAILURES_MOST, fewer when memory is short: brabeion_result_failure() */
	brabeion_failure *failures;
	void *memory;     /* the library's */
	uint32_t refused; /* badges that refused it, or were not judged because their plugin's observe did */
} brabeion_result;

#define BRABEION_RESULT(...) BRABEION_STRUCT(brabeion_result, __VA_ARGS__)
BRABEION_INIT(brabeion_result)
BRABEION_ACCESSOR(brabeion_result, awards, award_stride, brabeion_award_info, brabeion_result_award)
BRABEION_ACCESSOR(brabeion_result, lapsed, lapsed_stride, brabeion_change, brabeion_result_lapsed)
BRABEION_ACCESSOR(brabeion_result, failures, failure_stride, brabeion_failure, brabeion_result_failure)

/* Frees what the result holds and empties it. NULL is allowed. Threads: any, also after the engine is closed. */
BRABEION_API void brabeion_result_finish(brabeion_result *result);

/*
 * Judges one event and stores what it earns. Returns once the awards are committed and the on-award callbacks of
 * this thread have run.
 *
 * A badge that fails does not affect others: the status is BRABEION_OK, and the result and the log say which and why. A
 * quarantined badge (see brabeion_release) is not asked.
 *
 * Threads: any, also at once.
 * Owns:    nothing; `event` is read during the call only. `result` is set by BRABEION_RESULT() before, always filled
 *          in, and yours: brabeion_result_finish(). NULL is allowed.
 * Errors:  BRABEION_INVALID, BRABEION_BUSY, BRABEION_NO_MEMORY, and BRABEION_STORE before the commit: nothing of the
 *          event is stored. BRABEION_STORE because of an I/O error in the commit itself: the event is stored whole or
 *          not at all, unknown until the next successful commit; send it again with the same id.
 */
BRABEION_API brabeion_status brabeion_possibly_award(brabeion_engine *engine, const brabeion_event *event,
						     brabeion_result *result);

/*
 * Judges many events, in order, in one commit. Each has a result of its own; an event that is invalid or a badge that
 * fails stops no other. If the commit fails, no event of the batch is stored and every result says so (that of an
 * invalid event may say what is wrong with the event instead). Memory for all events of a batch is held until its
 * end: thousands of events are a good size, millions are not.
 *
 * Returns: BRABEION_OK when everything was committed, also when single events were invalid (see their own status);
 *          else the status that all results share.
 * Threads: any, also at once.
 * Owns:    `results` is an array of `count`. Set the first by BRABEION_RESULT(): its struct_size is the array's stride.
 *          Each is filled in and yours: brabeion_result_finish().
 * Errors:  as brabeion_possibly_award, for all events together.
 */
BRABEION_API brabeion_status brabeion_possibly_award_batch(brabeion_engine *engine, const brabeion_event *events,
							   size_t count, brabeion_result *results);

/* ---- callbacks --------------------------------------------------------------------------------------------------- */

/*
 * Called once for each award that this engine stored, after its commit, outside every lock, on the thread that made
 * the call. `award` is valid during the call. Callbacks run in the order in which they were added. An award earned by
 * a call from inside a callback is reported after the callbacks in progress, not inside them.
 */
typedef void (*brabeion_award_callback)(void *context, const brabeion_award_info *award);

/*
 * Adds a callback; an engine has at most 16 of all kinds. The same pair of function and context may be added once.
 *
 * Threads: any; it is called for what is committed after this call returns.
 * Owns:    `context` is the caller's, and must live until it is removed or the engine is closed.
 * Errors:  BRABEION_INVALID: added before, the 17th, or NULL.
 */
BRABEION_API brabeion_status brabeion_on_award(brabeion_engine *engine, brabeion_award_callback callback,
					       void *context);

/*
 * Removes a callback; calls of it that are in progress on other threads may still finish.
 *
 * Threads: any, also from inside it.
 * Errors:  BRABEION_INVALID: not there.
 */
BRABEION_API brabeion_status brabeion_off_award(brabeion_engine *engine, brabeion_award_callback callback,
						void *context);

/*
 * Called once for each award that this engine revoked, and for each that lapsed by an event that it judged; see
 * change->kind. Otherwise as brabeion_award_callback.
 */
typedef void (*brabeion_revoke_callback)(void *context, const brabeion_change *change);

/* As brabeion_on_award and brabeion_off_award. */
BRABEION_API brabeion_status brabeion_on_revoke(brabeion_engine *engine, brabeion_revoke_callback callback,
						void *context);
BRABEION_API brabeion_status brabeion_off_revoke(brabeion_engine *engine, brabeion_revoke_callback callback,
						 void *context);

/* ---- time -------------------------------------------------------------------------------------------------------- */

/*
 * Badges that are judged later (async ones, and those that ask for it: badge_later) make jobs, which are stored with
 * their event.
 *
 * In a history, an engine opened with BRABEION_TIME_HISTORY, time is that of the events. An event without a time happens
 * at the clock's time. What falls due up to an event's time is judged before it, in the order of the due times, and the
 * event's own async badges right after it, all in the event's call and commit: the awards are in its result, in the order
 * in which they were made. An event that no badge listens to, or that was judged before, advances the time, too. Time
 * never goes back. So the same events, in the same order, give the same awards, whatever the batches. A job that fails is
 * judged again at once, `max_attempts` times in all; then it is parked, and counts as a failure of that event.
 *
 * A history's jobs belong to it while it is open: no other engine touches them. They stay when it is closed or killed, and
 * the next history that is opened on the database takes them over; so, with ids, the same events can be sent once more.
 * brabeion_end_history ends a history.
 *
 * Beside the database a history keeps a file <database>-runs, from the first job on; it has no content.
 */

/*
 * In a history: advances the time, as an event of that time would that no badge listens to. A time that is not later
 * than the present one changes nothing.
 *
 * Threads, owns: as brabeion_possibly_award.
 * Errors:  BRABEION_INVALID when the engine is no history; else as brabeion_possibly_award, and the time is as it was.
 */
BRABEION_API brabeion_status brabeion_advance(brabeion_engine *engine, int64_t at_us, brabeion_result *result,
					      brabeion_error *error);

/*
 * Ends the history: what is not yet due is judged by the live clock from now on, also what is overdue by that clock.
 *
 * Errors: as brabeion_advance.
 */
BRABEION_API brabeion_status brabeion_end_history(brabeion_engine *engine, brabeion_error *error);

/* ---- events without waiting -------------------------------------------------------------------------------------- */

/*
 * For an event loop: brabeion_submit takes the event and returns at once; a thread of the library judges it; when
 * brabeion_completions_fd() is readable, brabeion_dispatch() runs the completions on the loop's own thread.
 *
 * Events are judged first in, first out. An event is not durable until its completion reports success.
 *
 *	static void complete(void *context, const brabeion_result *result)
 *	{
 *		request_finish(context, result->status == BRABEION_OK ? 200 : 503);
 *	}
 *
 *	loop_watch_readable(loop, brabeion_completions_fd(engine), on_readable);     on_readable: brabeion_dispatch(engine)
 *	if (brabeion_submit(engine, &event, complete, request) != BRABEION_OK)
 *		request_finish(request, 503);
 */

/*
 * Reports the result of a submitted event. `result` is valid during the call. Runs on the thread that dispatches, and may
 * call what an on-award callback may: awards that it earns are reported after it. It may submit the next event: its own
 * place in the queue is free by then.
 */
typedef void (*brabeion_completion_callback)(void *context, const brabeion_result *result);

/*
 * Takes one event; it is copied. `completion` may be NULL.
 *
 * Threads: any, also at once.
 * Errors:  BRABEION_FULL when submit_capacity events, or 64 MiB of them, wait to be judged or dispatched: dispatch, then
 *          try again; an event that is larger by itself is taken when nothing waits. BRABEION_INVALID for an event that
 *          is wrong in itself (brabeion_possibly_award would say how), BRABEION_NO_MEMORY, BRABEION_SYSTEM (no thread
 *          could be started): nothing was taken, the completion will not run.
 */
BRABEION_API brabeion_status brabeion_submit(brabeion_engine *engine, const brabeion_event *event,
					     brabeion_completion_callback completion, void *context);

/*
 * A descriptor that is readable while completions wait; always the same one.
 *
 * Threads: any.
 * Owns:    the engine's own: do not read or close it, and take it out of the loop before brabeion_close.
 * Errors:  -1 when the system has none, and where the engine may not be called.
 */
BRABEION_API int brabeion_completions_fd(brabeion_engine *engine);

/*
 * Runs the completions that wait, on this thread, in the order of their events, each after the on-award callbacks of its
 * event. Returns how many ran. From inside a callback or a completion it does nothing, and returns 0.
 *
 * Threads: any; the order is kept when it is always the same one.
 * Errors:  0 when nothing waits, and where the engine may not be called.
 */
BRABEION_API size_t brabeion_dispatch(brabeion_engine *engine);

/* ---- times as text ----------------------------------------------------------------------------------------------- */

#define BRABEION_TIME_BYTES 32

/*
 * Writes RFC 3339 in UTC, "2014-01-21T20:26:05.383Z": three fraction digits, six where needed. Years 0000 to 9999;
 * BRABEION_INVALID outside. Threads: any.
 */
BRABEION_API brabeion_status brabeion_time_format(int64_t at_us, char text[BRABEION_TIME_BYTES]);

/*
 * Reads RFC 3339 with any offset, "2014-01-21T22:26:05+02:00"; digits beyond microseconds are cut; second 60 counts
 * as the next minute. BRABEION_INVALID for anything else. Threads: any.
 */
BRABEION_API brabeion_status brabeion_time_parse(const char *text, int64_t *at_us);

#ifdef __cplusplus
}
#endif

#endif
