/*
 * brabeion/engine.h: the engine, for the server that embeds it.
 *
 * Events go in, badges judge them, awards are stored exactly once in SQLite and told to whoever listens:
 *
 *	#include <brabeion/engine.h>
 *
 *	static void announce(void *context, const brabeion_award_info *award)
 *	{
 *		printf("%s earned %s\n", award->user, award->name);
 *	}
 *
 *	int main(void)
 *	{
 *		brabeion_engine *engine = NULL;
 *		brabeion_error error = BRABEION_NO_ERROR;
 *		brabeion_options options = { .config = "badges.yaml" };
 *		if (brabeion_open(&options, &engine, &error) != BRABEION_OK) {
 *			fprintf(stderr, "%s\n", error.message);
 *			brabeion_error_finish(&error);
 *			return 1;
 *		}
 *		brabeion_on_award(engine, announce, NULL);
 *
 *		brabeion_field state[] = { BRABEION_INT("points", 7600) };
 *		brabeion_event event = { .name = "points_awarded", .user = "ada", .fields = state, .field_count = 1 };
 *		brabeion_result result;
 *		if (brabeion_possibly_award(engine, &event, &result) != BRABEION_OK)
 *			fprintf(stderr, "%s\n", result.message);
 *		brabeion_result_finish(&result);
 *		brabeion_close(engine);
 *	}
 *
 * Life cycle: open, use from any thread, close once when no other call is under way. Two engines in one process do
 * not know of each other.
 *
 * Threads: every function may be called from any thread, also at once, except brabeion_close, which is the last.
 *
 * Calls from inside: a plugin's function and the log callback must not call the engine: they are answered
 * BRABEION_REENTRANT. An on-award callback may call anything but brabeion_close.
 *
 * Fork: an engine belongs to the process that opened it. In a child of fork every call answers BRABEION_FORKED and
 * touches nothing. Open after fork.
 *
 * Errors: a function that can fail answers a brabeion_status and, where it takes a brabeion_error, a message that
 * says where and what. Out-parameters are untouched on failure, unless their function says otherwise. The library
 * never prints and never exits.
 *
 * Text is UTF-8, ends with NUL. Bounds: user, event id and reason 255 bytes; names of events and fields 100 bytes;
 * 256 fields; text values 1 MiB. Times are microseconds since 1970-01-01T00:00:00Z. Levels count from 1.
 */
#ifndef BRABEION_ENGINE_H
#define BRABEION_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define BRABEION_API __attribute__((visibility("default")))
#else
#define BRABEION_API
#endif

/* ---- status and errors ------------------------------------------------------------------------------------------- */

typedef enum brabeion_status {
	BRABEION_OK = 0,
	BRABEION_INVALID = 1,   /* the arguments are wrong: an empty user, text that is not UTF-8, a bound exceeded */
	BRABEION_CONFIG = 2,    /* badges.yaml or a plugin is wrong */
	BRABEION_STORE = 3,     /* the database: I/O, full, read-only, corrupt, replaced */
	BRABEION_BUSY = 4,      /* another process held the database for longer than busy_timeout */
	BRABEION_MEMORY = 5,    /* out of memory */
	BRABEION_REENTRANT = 6, /* called from inside a plugin's function or the log callback */
	BRABEION_FORKED = 7,    /* the engine was opened by another process */
	BRABEION_SYSTEM = 8,    /* the operating system refused something else: a directory, a thread */
	BRABEION_FULL = 9,      /* brabeion_submit: the queue is full */
	BRABEION_ABSENT = 10    /* there is no database yet, and options.existing_only was set */
} brabeion_status;

/* The status in one word, "busy". Static text; never NULL. */
BRABEION_API const char *brabeion_status_name(brabeion_status status);

/* Where and what, for a person: one line or several, without a newline at the end. */
typedef struct brabeion_error {
	brabeion_status status;
	char *message; /* NULL when all is well; brabeion_error_finish() frees it */
} brabeion_error;

#define BRABEION_NO_ERROR         \
	{                         \
		BRABEION_OK, NULL \
	}

/* Frees the message and makes the error usable again. NULL is fine. */
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
 * Threads: whichever thread the record arises on, possibly several at once.
 */
typedef void (*brabeion_log_callback)(void *context, brabeion_log_level level, const char *message);

/* The time now in microseconds since 1970 UTC. Threads: any, at once. It must not call the engine. */
typedef int64_t (*brabeion_clock_callback)(void *context);

/* Whose time it is by which badges are judged later: see "time", below. */
typedef enum brabeion_time {
	BRABEION_TIME_LIVE = 0,   /* the clock's */
	BRABEION_TIME_HISTORY = 1 /* that of the events, which are of the past */
} brabeion_time;

/* Zero is a good value for each, and NULL for the whole. Texts are copied. */
typedef struct brabeion_options {
	const char *config;   /* path of badges.yaml; NULL: "badges.yaml" in the working directory */
	const char *database; /* path of the database in place of badges.yaml's */
	bool existing_only;   /* do not create the database: BRABEION_ABSENT when it is not there */
	brabeion_log_callback log;
	void *log_context;
	brabeion_clock_callback clock; /* NULL: the system's clock */
	void *clock_context;
	size_t submit_capacity; /* events that brabeion_submit holds at most; 0: 10,000 */
	brabeion_time time;
	bool no_workers; /* start no threads for jobs, whatever badges.yaml says under "workers" */
} brabeion_options;

/*
 * Reads badges.yaml, loads its plugins, opens or creates its database.
 *
 * Threads: any.
 * Owns:    `*engine` is yours: brabeion_close().
 * Errors:  BRABEION_CONFIG with every fault found, one a line, as "file:line:column: what is wrong"; BRABEION_STORE
 *          or BRABEION_BUSY when the database cannot be opened. `error` may be NULL.
 */
BRABEION_API brabeion_status brabeion_open(const brabeion_options *options, brabeion_engine **engine,
					   brabeion_error *error);

/*
 * Closes the engine: the last call on it, when no other is under way, not from a callback. NULL is fine. In a child
 * of fork it does nothing.
 */
BRABEION_API void brabeion_close(brabeion_engine *engine);

/* What a reload did. Counts are of badges. */
typedef struct brabeion_receipt {
	uint64_t generation; /* of the badge set now at work; the first is 1 */
	uint32_t added;
	uint32_t changed; /* levels, events, settings or plugin are another than before */
	uint32_t removed;
	uint32_t kept;
	int64_t load_us;    /* to read, load and check */
	int64_t publish_us; /* to put it in place */
} brabeion_receipt;

/*
 * Reads badges.yaml again and puts the new badge set in place of the running one, between two events. Events under
 * way finish on the old one. A changed `database:` is an error: that needs a new open.
 *
 * Threads: any; two at once take turns.
 * Errors:  as brabeion_open; the running badge set stays. `receipt` and `error` may be NULL.
 */
BRABEION_API brabeion_status brabeion_reload(brabeion_engine *engine, brabeion_receipt *receipt,
					     brabeion_error *error);

/* ---- events ------------------------------------------------------------------------------------------------------ */

typedef enum brabeion_type {
	BRABEION_TYPE_NULL = 0,
	BRABEION_TYPE_INT = 1,
	BRABEION_TYPE_REAL = 2,
	BRABEION_TYPE_BOOL = 3,
	BRABEION_TYPE_TEXT = 4,
	BRABEION_TYPE_JSON = 5 /* an array or object as JSON text; the caller vouches for its syntax */
} brabeion_type;

/* One named value of an event's state. Make it with BRABEION_INT and its sisters. */
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

/* "This user did this." Zero is a good value for all but name and user. Of two fields of one name the last counts. */
typedef struct brabeion_event {
	const char *name;
	const char *user;
	const char *id; /* NULL or "": none. An event with an id is judged once */
	bool has_at;    /* `at_us` is given; else the time is now */
	int64_t at_us;  /* when it happened; also the award's time */
	const brabeion_field *fields;
	size_t field_count;
} brabeion_event;

/* One stored award. */
typedef struct brabeion_award_info {
	int64_t sequence; /* grows with every award stored in the database */
	const char *user;
	const char *badge; /* the slug */
	uint32_t level;
	const char *name;        /* of the level, as badges.yaml last had it; of a removed badge likewise */
	const char *description; /* of the level, likewise */
	const char *reason;      /* tells the awards of a multiple badge apart; else "" */
	const char *event;       /* the name of the event that earned it */
	const char *event_id;    /* its id, "" when it had none */
	int64_t at_us;
} brabeion_award_info;

typedef enum brabeion_outcome {
	BRABEION_JUDGED = 0,    /* by every badge that listens to it */
	BRABEION_UNHEARD = 1,   /* no badge listens to it: silently fine */
	BRABEION_DUPLICATE = 2, /* an event of this id, name and user has been judged before */
	BRABEION_ABANDONED = 3  /* nothing of it is stored: see status */
} brabeion_outcome;

/* What became of one event. */
typedef struct brabeion_result {
	brabeion_status status;
	brabeion_outcome outcome;
	uint32_t failed; /* badges that failed on it; each is in the log, the first in `message` */
	uint32_t award_count;
	brabeion_award_info *awards; /* that this call stored, in order */
	const char *message;         /* NULL when nothing failed */
	void *memory;                /* the library's */
} brabeion_result;

/* Frees what the result holds and empties it. NULL is fine. */
BRABEION_API void brabeion_result_finish(brabeion_result *result);

/*
 * Judges one event and stores what it earns. Returns once the awards are committed and the on-award callbacks of
 * this thread have run.
 *
 * A badge that fails fails alone: the status is BRABEION_OK and result->failed counts it.
 *
 * Threads: any, also at once.
 * Owns:    nothing; `event` is read during the call only. `result` need not be initialised, is always filled in, and
 *          is yours: brabeion_result_finish(). NULL is allowed.
 * Errors:  BRABEION_INVALID, BRABEION_BUSY, BRABEION_MEMORY, and BRABEION_STORE before the commit: nothing of the
 *          event is stored. BRABEION_STORE because of an I/O error in the commit itself: the event is stored whole or
 *          not at all, unknown until the next successful commit; send it again with the same id.
 */
BRABEION_API brabeion_status brabeion_possibly_award(brabeion_engine *engine, const brabeion_event *event,
						     brabeion_result *result);

/*
 * Judges many events, in order, in one commit. Each has a result of its own; an event that is invalid or a badge that
 * fails stops no other. If the commit fails, no event of the batch is stored and every result tells so (that of an
 * invalid event may tell what is wrong with the event instead). Memory for all events of a batch is held until its
 * end: thousands of events are a good size, millions are not.
 *
 * Returns BRABEION_OK when everything was committed, also when single events were invalid (their own status tells);
 *         else the status that all results share.
 * Owns:    `results` is an array of `count`, each yours: brabeion_result_finish().
 */
BRABEION_API brabeion_status brabeion_possibly_award_batch(brabeion_engine *engine, const brabeion_event *events,
							   size_t count, brabeion_result *results);

/*
 * Called once for each award that this engine stored, after its commit, outside every lock, on the thread that made
 * the call. `award` is valid during the call. Callbacks run in the order in which they were added. An award earned by
 * a call from inside a callback is told after the callbacks under way, not inside them.
 */
typedef void (*brabeion_award_callback)(void *context, const brabeion_award_info *award);

/*
 * Adds a callback, of which an engine has at most 16. The same pair of function and context may be added once.
 * Errors: BRABEION_INVALID: added before, the 17th, or NULL.
 */
BRABEION_API brabeion_status brabeion_on_award(brabeion_engine *engine, brabeion_award_callback callback,
					       void *context);

/* Removes a callback; calls of it that are under way on other threads may still finish. BRABEION_INVALID: not there.
 */
BRABEION_API brabeion_status brabeion_off_award(brabeion_engine *engine, brabeion_award_callback callback,
						void *context);

/* ---- time ------------------------------------------------------------------------------------------------------- */

/*
 * Badges that are judged later (async ones, and those that ask for it: badge_later) make jobs, which are stored with
 * their event.
 *
 * In a history, an engine opened with BRABEION_TIME_HISTORY, time is that of the events. An event without a time is one
 * of now. What falls due up to an event's time is judged before it, in the order of the due times, and the event's own
 * async badges right after it, all in the event's call and commit: the awards are in its result, in the order in which
 * they were made. Also an event that nobody listens to, or that was judged before, takes the time on. Time never goes
 * back. So the same events, in the same order, give the same awards, whatever the batches. A job that fails is judged
 * again at once, `max_attempts` times in all; then it is parked, and counts as a failure of that event.
 *
 * A history's jobs are its own while it lives: no other engine touches them. They stay when it is closed or killed, and
 * the next history that is opened on the database takes them over; so, with ids, the same events can be sent once more.
 * A history that is at its end says so with brabeion_end_history.
 *
 * Beside the database a history keeps a file <database>-runs, from the first job on; it has no content.
 */

/*
 * In a history: goes on to a time, as an event of that time would that nobody listens to. One that is not later than
 * the present one changes nothing.
 *
 * Threads, owns: as brabeion_possibly_award.
 * Errors:  BRABEION_INVALID when the engine is no history; else as brabeion_possibly_award, and the time is as it was.
 *          `error` may be NULL.
 */
BRABEION_API brabeion_status brabeion_advance(brabeion_engine *engine, int64_t at_us, brabeion_result *result,
					      brabeion_error *error);

/*
 * The history is at its end: what is not yet due goes over to the live clock, and is judged by it from now on, also what
 * the clock says is long overdue.
 *
 * Errors:  as brabeion_advance. `error` may be NULL.
 */
BRABEION_API brabeion_status brabeion_end_history(brabeion_engine *engine, brabeion_error *error);

/* ---- events without waiting ------------------------------------------------------------------------------------ */

/*
 * For an event loop: brabeion_submit takes the event and returns at once; a thread of the library judges it; when
 * brabeion_completions_fd() is readable, brabeion_dispatch() runs the completions on the loop's own thread.
 *
 * Events are judged first in, first out. An event is not durable until its completion says so.
 */

/* What became of a submitted event. `result` is valid during the call. Runs on the thread that dispatches. */
typedef void (*brabeion_completion_callback)(void *context, const brabeion_result *result);

/*
 * Takes one event; it is copied.
 *
 * Threads: any, also at once.
 * Errors:  BRABEION_FULL when submit_capacity events wait, or their completions do: dispatch, then try again.
 *          BRABEION_INVALID for an event that is wrong in itself, BRABEION_MEMORY, BRABEION_SYSTEM (no thread to be
 *          had): nothing was taken, the completion will not run.
 */
BRABEION_API brabeion_status brabeion_submit(brabeion_engine *engine, const brabeion_event *event,
					     brabeion_completion_callback completion, void *context);

/*
 * A descriptor that is readable while completions wait; the engine's own, do not read or close it. -1 when the system
 * has none, or after fork.
 */
BRABEION_API int brabeion_completions_fd(brabeion_engine *engine);

/*
 * Runs the completions that wait, on this thread, each after the on-award callbacks of its event. Answers how many ran.
 * Not from inside a callback: it answers 0 there.
 */
BRABEION_API size_t brabeion_dispatch(brabeion_engine *engine);

/* ---- grants and revocations --------------------------------------------------------------------------------- */

/* An award by a person's decision. Zero is a good value for all but user and badge. */
typedef struct brabeion_grant {
	const char *user;
	const char *badge;  /* the slug of a loaded badge */
	uint32_t level;     /* 0: level 1 */
	const char *reason; /* for a badge that is multiple; NULL: a fresh one */
	const char *note;   /* why, for the record: at most 4,096 bytes; NULL: not said */
	bool has_at;        /* `at_us` is given; else the time is now */
	int64_t at_us;
} brabeion_grant;

/*
 * Grants an award, as if it had been earned by an event called "brabeion.granted": badges that listen to brabeion.awarded
 * judge it, on-award callbacks tell it. One that is held already gives a result without awards. One that was revoked
 * is granted anew.
 *
 * Threads, owns, errors: as brabeion_possibly_award; BRABEION_INVALID for a badge or level that is not loaded.
 */
BRABEION_API brabeion_status brabeion_award(brabeion_engine *engine, const brabeion_grant *grant,
					    brabeion_result *result);

/* What is to be taken back. Zero is a good value for all but user and badge. */
typedef struct brabeion_revocation {
	const char *user;
	const char *badge;  /* the slug, of a badge loaded or not */
	uint32_t level;     /* 0: every level */
	const char *reason; /* NULL: every reason */
	const char *note;   /* why, for the record: at most 4,096 bytes; NULL: not said */
} brabeion_revocation;

typedef enum brabeion_change_kind { BRABEION_CHANGE_AWARDED = 1, BRABEION_CHANGE_REVOKED = 2 } brabeion_change_kind;

/* One entry of the feed. */
typedef struct brabeion_change {
	int64_t sequence; /* of this change; grows with every award and revocation stored in the database */
	brabeion_change_kind kind;
	int64_t at_us;
	const char *note; /* of the grant or revocation, else "" */
	brabeion_award_info award;
} brabeion_change;

typedef struct brabeion_change_list {
	size_t count;
	brabeion_change *changes;
	void *memory; /* the library's */
} brabeion_change_list;

BRABEION_API void brabeion_change_list_finish(brabeion_change_list *list);

/*
 * Revokes a user's awards of a badge. They stay on record, count no longer as held, and are not earned again unless the
 * badge says `rearn: true` in badges.yaml. On-revoke callbacks tell them.
 *
 * Owns:    `revoked` lists what was revoked, perhaps nothing; yours: brabeion_change_list_finish(). NULL is allowed.
 * Errors:  as brabeion_possibly_award.
 */
BRABEION_API brabeion_status brabeion_revoke(brabeion_engine *engine, const brabeion_revocation *revocation,
					     brabeion_change_list *revoked, brabeion_error *error);

/*
 * The feed: awards and revocations with a greater sequence, oldest first, also those that other processes stored. Keep
 * the last sequence and come back with it: nothing is told twice or left out. `limit` 0: all.
 *
 * Owns:    `list` is yours: brabeion_change_list_finish().
 */
BRABEION_API brabeion_status brabeion_changes_since(brabeion_engine *engine, int64_t sequence, size_t limit,
						    brabeion_change_list *list, brabeion_error *error);

/*
 * A descriptor that becomes readable when the database may have changed, by this process or another. Wait for it with
 * poll, then call brabeion_changes_since, which makes it quiet again. The engine's own: do not read or close it. -1 when
 * the system has none.
 */
BRABEION_API int brabeion_changes_fd(brabeion_engine *engine);

/* Called once for each award that this engine revoked; otherwise as brabeion_award_callback. */
typedef void (*brabeion_revoke_callback)(void *context, const brabeion_change *change);

BRABEION_API brabeion_status brabeion_on_revoke(brabeion_engine *engine, brabeion_revoke_callback callback,
						void *context);
BRABEION_API brabeion_status brabeion_off_revoke(brabeion_engine *engine, brabeion_revoke_callback callback,
						 void *context);

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct brabeion_award_list {
	size_t count;
	brabeion_award_info *awards;
	void *memory; /* the library's */
} brabeion_award_list;

BRABEION_API void brabeion_award_list_finish(brabeion_award_list *list);

/*
 * A user's awards, newest first (in the order in which they were stored, turned round), also those whose badge is no
 * longer loaded. `before` 0: from the newest; else the page of awards with a smaller sequence. `limit` 0: all.
 *
 * Owns:    `list` is yours: brabeion_award_list_finish().
 */
BRABEION_API brabeion_status brabeion_user_awards(brabeion_engine *engine, const char *user, int64_t before,
						  size_t limit, brabeion_award_list *list, brabeion_error *error);

/* One badge's awards, newest first; otherwise as brabeion_user_awards. A slug nobody holds gives an empty list. */
BRABEION_API brabeion_status brabeion_badge_awards(brabeion_engine *engine, const char *slug, int64_t before,
						   size_t limit, brabeion_award_list *list, brabeion_error *error);

/* How many awards a user holds; `user` NULL: all users together. */
BRABEION_API brabeion_status brabeion_count_awards(brabeion_engine *engine, const char *user, int64_t *count,
						   brabeion_error *error);

/* One user who holds awards. */
typedef struct brabeion_user {
	const char *user;
	int64_t awards;       /* how many */
	int64_t badges;       /* how many different badges */
	int64_t latest_at_us; /* the latest time of an award */
} brabeion_user;

typedef struct brabeion_user_list {
	size_t count;
	brabeion_user *users;
	void *memory; /* the library's */
} brabeion_user_list;

BRABEION_API void brabeion_user_list_finish(brabeion_user_list *list);

/* The users who hold most awards, most first. `limit` 0: all. `list` is yours: brabeion_user_list_finish(). */
BRABEION_API brabeion_status brabeion_users(brabeion_engine *engine, size_t limit, brabeion_user_list *list,
					    brabeion_error *error);

typedef struct brabeion_level {
	const char *name;
	const char *description;
	int64_t holders; /* users who hold this level */
} brabeion_level;

typedef struct brabeion_badge {
	const char *slug;
	const char *plugin;      /* its id */
	const char *plugin_file; /* the path it was loaded from */
	bool multiple;
	bool async; /* judged later */
	uint32_t level_count;
	const brabeion_level *levels;
	uint32_t event_count;
	const char *const *events;
	int64_t holders; /* users who hold any level */
} brabeion_badge;

typedef struct brabeion_badge_list {
	uint64_t generation;
	size_t count;
	brabeion_badge *badges; /* in the order of badges.yaml */
	void *memory;           /* the library's */
} brabeion_badge_list;

BRABEION_API void brabeion_badge_list_finish(brabeion_badge_list *list);

/* All badges that are loaded. `list` is yours: brabeion_badge_list_finish(). */
BRABEION_API brabeion_status brabeion_badges(brabeion_engine *engine, brabeion_badge_list *list,
					     brabeion_error *error);

/*
 * Loads badges.yaml and its plugins as brabeion_open would, but touches no database, and unloads them again.
 * Holders are 0. Warnings go to options->log. `list` may be NULL.
 */
BRABEION_API brabeion_status brabeion_check(const brabeion_options *options, brabeion_badge_list *list,
					    brabeion_error *error);

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

/*
 * What is to be judged later is a job: one badge, one user, and the state that was frozen for it, stored with the event
 * that made it. Workers judge jobs: threads of an engine (`workers:` in badges.yaml), started when there is first
 * something for them to do, and whoever calls brabeion_work, in any number of processes on one database.
 *
 * A worker claims jobs for a time (`lease`), which it renews while it judges; a worker that is killed loses nothing, and
 * others go on with its jobs. What a job earns and its end are one commit: it counts once, though its badge may be asked
 * more than once. A job that fails is tried again, later each time; after `max_attempts` it is parked, and waits for a
 * person. Jobs of one badge for one user are judged in their order, one after the other; a parked one holds up nobody.
 *
 * Jobs are judged by the badge of their slug that is loaded now. One whose badge is not loaded is parked until it is back,
 * and the log says so. On-award callbacks run on the worker's thread.
 */

/*
 * The job that a worker has at hand from now on; 0: none, also before anything is claimed. `claim` is the number under
 * which the worker holds all that it has claimed, the same until brabeion_work returns. A worker that may die, as one in
 * a process of its own may, writes both where they are found afterwards, for brabeion_job_died. Must be quick. It must
 * not call the engine.
 */
typedef void (*brabeion_job_callback)(void *context, int64_t job, int64_t claim);

/* Zero is a good value for each, and NULL for the whole. */
typedef struct brabeion_work_options {
	bool until_idle; /* return when no job is ready; else go on until told to stop */
	bool has_stop_fd;
	int stop_fd;    /* returns once this is readable */
	uint32_t batch; /* jobs that are claimed at once, at most; 0: 64 */
	brabeion_job_callback on_job;
	void *context;
} brabeion_work_options;

/*
 * Judges jobs on this thread until told to stop, by stop_fd or brabeion_work_stop, or with until_idle until no job is
 * ready. It ends with the job at hand; what else was claimed is free for others at once.
 *
 * Threads: any, also at once: each call is a worker.
 * Errors:  BRABEION_STORE, BRABEION_BUSY, BRABEION_MEMORY: when it has tried again five times, waiting longer each time.
 *          BRABEION_INVALID for an engine that is a history. `error` may be NULL.
 */
BRABEION_API brabeion_status brabeion_work(brabeion_engine *engine, const brabeion_work_options *options,
					   brabeion_error *error);

/*
 * Tells all calls of brabeion_work, under way or to come, and the engine's own threads to stop, and returns at once.
 * Async-signal-safe. In a child of fork it does nothing.
 */
BRABEION_API void brabeion_work_stop(brabeion_engine *engine);

/*
 * A worker has died (a plugin has crashed, or was killed) with a job at hand, or with none: 0. Counts an attempt of the
 * job, with `why` as its error, unless somebody else has claimed it since; frees all that the claim held. *parked (may
 * be NULL) tells whether that attempt was the last.
 *
 * Errors: BRABEION_INVALID when `why` is NULL or not UTF-8; of the store. `error` may be NULL.
 */
BRABEION_API brabeion_status brabeion_job_died(brabeion_engine *engine, int64_t job, int64_t claim, const char *why,
					       bool *parked, brabeion_error *error);

/* What badges.yaml says about workers. */
typedef struct brabeion_work_settings {
	uint32_t workers;      /* threads of an engine */
	uint32_t max_attempts; /* then a job is parked */
	int64_t lease_us;      /* how long a claim lasts unless it is renewed */
	int64_t time_limit_us; /* for one job, where it can be enforced: by `brabeion worker` */
	int64_t backoff_us; /* before the second attempt; twice as long before each that follows, an hour at most */
	int64_t grace_us;   /* that `brabeion worker` gives a job at hand when it is to end */
} brabeion_work_settings;

/* Reads badges.yaml for its settings alone: no plugin is loaded, no database opened. Errors: as brabeion_open. */
BRABEION_API brabeion_status brabeion_read_work_settings(const brabeion_options *options,
							 brabeion_work_settings *settings, brabeion_error *error);

typedef enum brabeion_job_state {
	BRABEION_JOB_ANY = 0,
	BRABEION_JOB_WAITING = 1, /* due, and nobody has claimed it; perhaps it waits for one before it */
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
	int64_t history;        /* 0, or the number of the history that it belongs to */
	uint32_t attempts;      /* that failed, since it was stored or last retried by hand */
	int64_t parked_us;      /* of PARKED: since when; else 0 */
	const char *parked_why; /* "failed", "unloaded", else "" */
	const char *error;      /* of the last attempt, else "" */
} brabeion_job_info;

typedef struct brabeion_job_list {
	size_t count;
	brabeion_job_info *jobs;
	void *memory; /* the library's */
} brabeion_job_list;

BRABEION_API void brabeion_job_list_finish(brabeion_job_list *list);

/* Zero is a good value for each, and NULL for the whole. */
typedef struct brabeion_job_filter {
	brabeion_job_state state;
	const char *badge; /* a slug */
	const char *user;
	int64_t after; /* the page of greater ids */
	size_t limit;  /* 0: all */
} brabeion_job_filter;

/* Jobs that fit, by id. `list` is yours: brabeion_job_list_finish(). */
BRABEION_API brabeion_status brabeion_jobs(brabeion_engine *engine, const brabeion_job_filter *filter,
					   brabeion_job_list *list, brabeion_error *error);

typedef struct brabeion_job_attempt {
	int64_t number; /* from 1; it goes on after a retry by hand */
	int64_t at_us;
	const char *error;
} brabeion_job_attempt;

/* One job with all that is known of it. */
typedef struct brabeion_job_page {
	bool found; /* false: it has ended, or never was */
	brabeion_job_info job;
	const char *frozen; /* its state as a JSON object */
	size_t attempt_count;
	brabeion_job_attempt *attempts; /* that failed */
	void *memory;                   /* the library's */
} brabeion_job_page;

BRABEION_API void brabeion_job_page_finish(brabeion_job_page *page);

/* `page` is yours: brabeion_job_page_finish(). */
BRABEION_API brabeion_status brabeion_job(brabeion_engine *engine, int64_t id, brabeion_job_page *page,
					  brabeion_error *error);

/* Which jobs are meant: one, or all that fit. */
typedef struct brabeion_job_choice {
	int64_t id;        /* 0: all that fit the rest */
	const char *badge; /* NULL: of any badge */
	bool parked;       /* only those that are parked */
} brabeion_job_choice;

/*
 * Tries jobs again: parked ones are ready, those that wait for another attempt need not wait, and attempts count from
 * none. One that runs is left alone. *jobs (may be NULL) counts those that were changed.
 */
BRABEION_API brabeion_status brabeion_jobs_retry(brabeion_engine *engine, const brabeion_job_choice *choice,
						 int64_t *jobs, brabeion_error *error);

/* Takes jobs away, also those that run: what they have come to does not count. *jobs (may be NULL) counts them. */
BRABEION_API brabeion_status brabeion_jobs_drop(brabeion_engine *engine, const brabeion_job_choice *choice,
						int64_t *jobs, brabeion_error *error);

/* ---- looking after it ----------------------------------------------------------------------------------------- */

typedef struct brabeion_badge_stats {
	const char *slug;
	uint64_t judged; /* times award was called */
	uint64_t earned; /* times it answered a level */
	uint64_t failed;
	uint64_t time_us; /* spent in award: every 64th call is timed, and counts for 64 */
} brabeion_badge_stats;

/* Since the engine was opened; by this engine alone. */
typedef struct brabeion_stats_report {
	uint64_t events; /* that a badge listens to */
	uint64_t awards;
	uint64_t duplicates;
	uint64_t errors; /* events refused or not stored */
	uint64_t commits;
	uint64_t generation;
	int64_t jobs_waiting; /* of the database, like the next: see brabeion_job_state */
	int64_t jobs_running;
	int64_t jobs_delayed;
	int64_t jobs_parked;
	int64_t jobs_oldest_us; /* since when the first that waits does; 0 when none does */
	size_t badge_count;
	brabeion_badge_stats *badges; /* in the order of badges.yaml */
	void *memory;                 /* the library's */
} brabeion_stats_report;

BRABEION_API void brabeion_stats_finish(brabeion_stats_report *report);

/* `report` is yours: brabeion_stats_finish(). Numbers of calls under way on other threads may be a little behind. */
BRABEION_API brabeion_status brabeion_stats(brabeion_engine *engine, brabeion_stats_report *report,
					    brabeion_error *error);

/*
 * Forgets a user: awards, revoked ones too, jobs and seen ids. *awards (may be NULL) counts the awards. What plugins
 * remember is theirs: tallies and notes whose subject is exactly the user's name go, others stay.
 */
BRABEION_API brabeion_status brabeion_forget_user(brabeion_engine *engine, const char *user, int64_t *awards,
						  brabeion_error *error);

/*
 * Makes two users one: all that `from` holds is `into`'s, awards that both hold stay once (the older one), and tallies
 * whose subject is the user's name are added up. `from` is forgotten.
 */
BRABEION_API brabeion_status brabeion_merge_users(brabeion_engine *engine, const char *from, const char *into,
						  brabeion_error *error);

/*
 * Writes a copy of the database, as of one moment, to a file that must not exist yet. Judging goes on meanwhile.
 */
BRABEION_API brabeion_status brabeion_backup(brabeion_engine *engine, const char *path, brabeion_error *error);

/* ---- times as text ----------------------------------------------------------------------------------------------- */

#define BRABEION_TIME_BYTES 32

/*
 * Writes RFC 3339 in UTC, "2014-01-21T20:26:05.383Z": three fraction digits, six where needed. Years 0000 to 9999;
 * BRABEION_INVALID beyond.
 */
BRABEION_API brabeion_status brabeion_time_format(int64_t at_us, char text[BRABEION_TIME_BYTES]);

/*
 * Reads RFC 3339 with any offset, "2014-01-21T22:26:05+02:00"; digits beyond microseconds are cut; second 60 counts
 * as the next minute. BRABEION_INVALID for anything else.
 */
BRABEION_API brabeion_status brabeion_time_parse(const char *text, int64_t *at_us);

#ifdef __cplusplus
}
#endif

#endif
