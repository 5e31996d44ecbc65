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
 * With an `id`, an event may be sent again, after an error or because the server does not know: it is judged once.
 *
 * Below, in this order: status and errors, opening and reloading; events, time, events without waiting, grants and
 * revocations; for those who show badges: reading, how far a user is, languages, pictures; for those who look after them:
 * what plugins remember, jobs, the journal, explaining, judging the past anew, numbers and upkeep, what is wrong, looking at
 * a plugin; times as text.
 *
 * Life cycle: open, use from any thread, close once when no other call is under way. Two engines in one process do
 * not know of each other. libbrabeion(3) is about the server around it: worker processes, event loops, shutting down.
 *
 * Threads: every function may be called from any thread, also at once, except brabeion_close, which is the last.
 *
 * Calls from inside: a plugin's function, the log callback, the clock and the allocator must not call the engine: they
 * are answered BRABEION_REENTRANT. On-award, on-revoke and on-reload callbacks and completions may call anything but
 * brabeion_close; brabeion_reload answers an on-reload callback BRABEION_REENTRANT.
 *
 * Fork: an engine belongs to the process that opened it. In a child of fork every call answers BRABEION_FORKED and
 * touches nothing. Open after fork.
 *
 * Errors: a function that can fail answers a brabeion_status and, where it takes a brabeion_error, a message that
 * says where and what. Out-parameters are untouched on failure, unless their function says otherwise. Every
 * brabeion_error pointer may be NULL; else it is initialised, and what it holds from before is freed and replaced.
 * Any function may answer BRABEION_REENTRANT, BRABEION_FORKED and BRABEION_MEMORY; what "Errors" says comes on top. The
 * library never prints and never exits.
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
	BRABEION_REENTRANT = 6, /* called from inside a plugin's function, the log, the clock or the allocator */
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

/* Frees the message and makes the error usable again. NULL is fine. Threads: any, also after the engine is closed. */
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

/*
 * Memory from the host, for all that the library itself takes: engines, lists, results, errors. What SQLite, libyaml and
 * the C library (threads, directories, loaded plugins) take for themselves is theirs.
 *
 * Each function is as its sister in the C library: blocks are aligned for any type (16 bytes on 64-bit machines), NULL
 * says that memory is short, `reallocate` leaves the block as it was then. `size` is never 0, `block` never NULL.
 *
 * Threads: any, at once; a block may be released on another thread than the one that took it. They must not call the
 *          engine: every call answers BRABEION_REENTRANT.
 * Owns:    nothing is copied: the struct and what it needs must outlive the engine and all that it handed out.
 */
typedef struct brabeion_allocator {
	void *(*allocate)(void *context, size_t size);
	void *(*reallocate)(void *context, void *block, size_t size);
	void (*release)(void *context, void *block);
	void *context;
} brabeion_allocator;

/* Whose time it is by which badges are judged later: see "time", below. */
typedef enum brabeion_time {
	BRABEION_TIME_LIVE = 0,   /* the clock's */
	BRABEION_TIME_HISTORY = 1 /* that of the events, which are of the past */
} brabeion_time;

/* Zero is a good value for each, and NULL for the whole. Texts are copied. */
typedef struct brabeion_options {
	const char *config;   /* path of badges.yaml; NULL: "badges.yaml" in the working directory */
	const char *database; /* path of the database in place of badges.yaml's */
	bool existing_only;   /* for those who look: do not create the database (BRABEION_ABSENT when it is not
			       * there), and do not release the badges that are set aside */
	brabeion_log_callback log;
	void *log_context;
	brabeion_clock_callback clock; /* NULL: the system's clock */
	void *clock_context;
	size_t submit_capacity;              /* events that brabeion_submit holds at most; 0: 10,000 */
	const brabeion_allocator *allocator; /* NULL: the C library's malloc, realloc and free */
	bool unwatched; /* do not watch files, whatever badges.yaml says, unless brabeion_watch turns it on */
	brabeion_time time;
	bool no_workers; /* start no threads for jobs, whatever badges.yaml says under "workers" */
	/* The content of badges.yaml in place of the file: reloads read it again, watching follows the plugins alone.
	 * `config` is then what messages call it, and the folder where relative paths start. */
	const char *config_text;
	/* Top-level keys of badges.yaml that belong to the host: the engine ignores them. Ends with NULL. */
	const char *const *config_other_keys;
	const char *plugin_path; /* folders searched for plugins first, separated by colons */
} brabeion_options;

/*
 * Reads badges.yaml, loads its plugins, opens or creates its database.
 *
 * Before code of a plugin runs here for the first time, the program brabeion-probe tries it in a process of its own, from
 * the constructors over a first event to the destructors: one that crashes, hangs or ends the process there is refused.
 * No copy of this process is made for that (posix_spawn), and the host may do with SIGCHLD and its children what it likes.
 * `probe:` in badges.yaml sets the time or turns it off; where the program is not installed nothing is tried, which
 * is told as BRABEION_LOG_DEBUG. The environment's BRABEION_PROBE names another program.
 *
 * Threads: any.
 * Owns:    `*engine` is yours: brabeion_close(). `options` is read during the call only, but for the allocator.
 * Errors:  BRABEION_CONFIG with every fault found, one a line, as "file:line:column: what is wrong"; BRABEION_STORE
 *          or BRABEION_BUSY when the database cannot be opened, BRABEION_ABSENT; BRABEION_SYSTEM when plugins cannot be
 *          copied or tried, or the process has no descriptor left to read with; BRABEION_INVALID for an allocator without all its functions.
 */
BRABEION_API brabeion_status brabeion_open(const brabeion_options *options, brabeion_engine **engine,
					   brabeion_error *error);

/*
 * Closes the engine: the last call on it, when no other is under way, not from a callback. NULL is fine. In a child
 * of fork it does nothing. Submitted events that wait are judged and stored first; neither their completions nor their
 * on-award callbacks run any more: who needs those dispatches until all have come.
 */
BRABEION_API void brabeion_close(brabeion_engine *engine);

/* What a reload did. Counts are of badges. */
typedef struct brabeion_receipt {
	uint64_t generation; /* of the badge set now at work; the first is 1 */
	uint32_t added;
	uint32_t changed; /* levels, events, settings or plugin are another than before */
	uint32_t removed;
	uint32_t kept;
	uint32_t resident;  /* plugin files loaded since the open that stay in memory for good, in use or not */
	int64_t load_us;    /* to read, load and check */
	int64_t publish_us; /* to put it in place */
} brabeion_receipt;

/*
 * Reads badges.yaml again and puts the new badge set in place of the running one, between two events. Events under
 * way finish on the old one, and each event is judged by one badge set alone. Badges that were set aside are at work
 * again.
 *
 * What has not changed goes on as it is: a plugin file of the same path and content stays loaded, with its globals, and
 * a badge of the same plugin, definition, slug, number of levels and settings keeps what its `open` made. The rest of
 * the old set is closed and unloaded by a thread of the library's, once no call uses it any more: soon, and without
 * anybody waiting for it. A plugin that cannot be unloaded safely stays in memory, and counts as resident.
 *
 * What is new or changed is tried in another process first, as by brabeion_open.
 *
 * A changed `database:` is an error: that needs a new open.
 *
 * Threads: any; two at once take turns.
 * Errors:  as brabeion_open; the running badge set stays. `receipt` may be NULL.
 */
BRABEION_API brabeion_status brabeion_reload(brabeion_engine *engine, brabeion_receipt *receipt,
					     brabeion_error *error);

/*
 * Turns watching on or off: from now on this counts, and not what badges.yaml says with `watch`. An engine that watches
 * reloads by itself, on a thread of its own, when the content of badges.yaml or of a plugin file has changed: soon after
 * it was written (about 0.2 s), or 2 s after the first change while it is written on and on. Files that were touched and
 * not changed bring about nothing; a badge set that is refused is tried again when its files change again, and one that
 * fails for a passing cause (a busy database, a lack of descriptors or memory) after 2 s, then ever more rarely, up to a
 * minute. What has changed since the running set was loaded counts, too. What comes of a reload is told to the log and to on-reload
 * callbacks.
 *
 * Changes that another machine makes on a network file system are not noticed: the kernel does not tell them.
 *
 * Threads: any, also from inside a callback.
 * Errors:  BRABEION_SYSTEM with what cannot be watched, or the kernel's limit that is in the way and how to raise it;
 *          watching is then as before. Where badges.yaml turns watching on, such an error goes to the log, and the engine
 *          works on.
 */
BRABEION_API brabeion_status brabeion_watch(brabeion_engine *engine, bool on, brabeion_error *error);

/*
 * Called for every reload of this engine, by brabeion_reload or because a file has changed, after it, outside every lock,
 * on the thread that reloaded. Of `receipt` and `error` one is NULL: the badge set that `receipt` tells of is at work, or
 * `error` says why the one before still is. Both are valid during the call.
 *
 * Of two reloads at once either may be told first: receipt->generation tells the order. brabeion_close waits for a
 * callback on the watching thread: who closes must hold nothing that the callback waits for.
 */
typedef void (*brabeion_reload_callback)(void *context, const brabeion_receipt *receipt, const brabeion_error *error);

/* As brabeion_on_award and brabeion_off_award; the 16 are for callbacks of all kinds together. */
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

/* Whatever its kind, only BRABEION_CHANGE_AWARDED gives something: by every other an award is no longer held. */
typedef enum brabeion_change_kind {
	BRABEION_CHANGE_AWARDED = 1,
	BRABEION_CHANGE_REVOKED = 2, /* by a person's decision */
	BRABEION_CHANGE_LAPSED =
		3 /* its badge is temporary, and the condition no longer held; or a backfill has found
				      * that it would not be earned any more. It may come back */
} brabeion_change_kind;

/* What became of an award: one entry of the feed. */
typedef struct brabeion_change {
	int64_t sequence; /* of this change; grows with every one stored in the database */
	brabeion_change_kind kind;
	int64_t at_us;
	const char *note; /* of the grant or revocation; of a lapse "on event ..."; else "" */
	brabeion_award_info award;
} brabeion_change;

typedef enum brabeion_outcome {
	BRABEION_JUDGED = 0,    /* by every badge that listens to it */
	BRABEION_UNHEARD = 1,   /* no badge listens to it: silently fine */
	BRABEION_DUPLICATE = 2, /* an event of this id, name and user has been judged before */
	BRABEION_ABANDONED = 3  /* nothing of it is stored: see status */
} brabeion_outcome;

/* A badge that failed on an event, or a plugin's observe: then none of the plugin's badges was judged on it. */
typedef struct brabeion_failure {
	const char *plugin;  /* its id */
	const char *slug;    /* the badge; NULL: the plugin's observe */
	const char *message; /* why, on one line, in the plugin's own words where it gave any */
} brabeion_failure;

#define BRABEION_FAILURES_MOST 64

/* What became of one event. */
typedef struct brabeion_result {
	brabeion_status status;
	brabeion_outcome outcome;
	uint32_t failed; /* badges that failed on it, or were not judged because their plugin's observe failed */
	uint32_t award_count;
	brabeion_award_info *awards; /* that this call stored, in order */
	const char *message;         /* of the event's own error, else of the first failure; NULL: all went well */
	void *memory;                /* the library's */
	uint32_t lapsed_count;
	brabeion_change *lapsed; /* what lapsed by this call, in order: awards of temporary badges (badges.yaml) */
	uint32_t failure_count;
	brabeion_failure *failures; /* in order; the first BRABEION_FAILURES_MOST, fewer when memory is short */
} brabeion_result;

/* Frees what the result holds and empties it. NULL is fine. Threads: any, also after the engine is closed. */
BRABEION_API void brabeion_result_finish(brabeion_result *result);

/*
 * Judges one event and stores what it earns. Returns once the awards are committed and the on-award callbacks of
 * this thread have run.
 *
 * A badge that fails fails alone: the status is BRABEION_OK, and the result and the log say which and why. One that
 * is set aside (see brabeion_release) is passed over.
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
 * Returns: BRABEION_OK when everything was committed, also when single events were invalid (their own status tells);
 *          else the status that all results share.
 * Threads: any, also at once.
 * Owns:    `results` is an array of `count`, need not be initialised, and each is yours: brabeion_result_finish().
 * Errors:  as brabeion_possibly_award, for all events together.
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
 * Adds a callback, of which an engine has at most 16, on-revoke ones included. The same pair of function and context may
 * be added once.
 *
 * Threads: any; it hears of what is committed after this call returns.
 * Owns:    `context` is the caller's, and must live until it is removed or the engine is closed.
 * Errors:  BRABEION_INVALID: added before, the 17th, or NULL.
 */
BRABEION_API brabeion_status brabeion_on_award(brabeion_engine *engine, brabeion_award_callback callback,
					       void *context);

/*
 * Removes a callback; calls of it that are under way on other threads may still finish.
 *
 * Threads: any, also from inside it.
 * Errors:  BRABEION_INVALID: not there.
 */
BRABEION_API brabeion_status brabeion_off_award(brabeion_engine *engine, brabeion_award_callback callback,
						void *context);

/* ---- time -------------------------------------------------------------------------------------------------------- */

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

/* ---- events without waiting -------------------------------------------------------------------------------------- */

/*
 * For an event loop: brabeion_submit takes the event and returns at once; a thread of the library judges it; when
 * brabeion_completions_fd() is readable, brabeion_dispatch() runs the completions on the loop's own thread.
 *
 * Events are judged first in, first out. An event is not durable until its completion says so.
 *
 *	static void answer(void *context, const brabeion_result *result)
 *	{
 *		request_finish(context, result->status == BRABEION_OK ? 200 : 503);
 *	}
 *
 *	loop_watch_readable(loop, brabeion_completions_fd(engine), on_readable);     on_readable: brabeion_dispatch(engine)
 *	if (brabeion_submit(engine, &event, answer, request) != BRABEION_OK)
 *		request_finish(request, 503);
 */

/*
 * What became of a submitted event. `result` is valid during the call. Runs on the thread that dispatches, and may call
 * what an on-award callback may: awards that it earns are told after it. It may submit the next event: its own place in
 * the queue is free by then.
 */
typedef void (*brabeion_completion_callback)(void *context, const brabeion_result *result);

/*
 * Takes one event; it is copied. `completion` may be NULL.
 *
 * Threads: any, also at once.
 * Errors:  BRABEION_FULL when submit_capacity events, or 64 MiB of them, wait to be judged or dispatched: dispatch, then
 *          try again; an event that is larger by itself is taken when nothing waits. BRABEION_INVALID for an event that
 *          is wrong in itself (brabeion_possibly_award would say how), BRABEION_MEMORY, BRABEION_SYSTEM (no thread to
 *          be had): nothing was taken, the completion will not run.
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
 * event. Answers how many ran. From inside a callback or a completion it does nothing, and answers 0.
 *
 * Threads: any; the order is kept when it is always the same one.
 * Errors:  0 when nothing waits, and where the engine may not be called.
 */
BRABEION_API size_t brabeion_dispatch(brabeion_engine *engine);

/* ---- grants and revocations -------------------------------------------------------------------------------------- */

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
 * Threads: any, also at once.
 * Owns:    `result` as with brabeion_possibly_award.
 * Errors:  as brabeion_possibly_award; BRABEION_INVALID for a badge or level that is not loaded.
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

typedef struct brabeion_change_list {
	size_t count;
	brabeion_change *changes;
	void *memory; /* the library's */
} brabeion_change_list;

/* Frees what the list holds and empties it, like its sisters below. NULL is fine. Threads: any, also after the close. */
BRABEION_API void brabeion_change_list_finish(brabeion_change_list *list);

/*
 * Revokes a user's awards of a badge. They stay on record, count no longer as held, and are not earned again unless the
 * badge says `rearn: true` in badges.yaml, also when the badge is temporary. On-revoke callbacks tell them.
 *
 * Threads: any, also at once.
 * Owns:    `revoked` lists what was revoked, perhaps nothing; yours: brabeion_change_list_finish(). NULL is allowed.
 * Errors:  as brabeion_possibly_award; a badge or user that is not known is no error, but an empty list.
 */
BRABEION_API brabeion_status brabeion_revoke(brabeion_engine *engine, const brabeion_revocation *revocation,
					     brabeion_change_list *revoked, brabeion_error *error);

/*
 * The feed: awards, revocations and lapses with a greater sequence, oldest first, also those that other processes stored. Keep
 * the last sequence and come back with it: nothing is told twice or left out. `limit` 0: all.
 *
 * Threads: any, also at once.
 * Owns:    `list` is yours: brabeion_change_list_finish().
 * Errors:  BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_changes_since(brabeion_engine *engine, int64_t sequence, size_t limit,
						    brabeion_change_list *list, brabeion_error *error);

/*
 * A descriptor that becomes readable when the database may have changed, by this process or another. Wait for it with
 * poll, then call brabeion_changes_since, which makes it quiet again.
 *
 * Threads: any.
 * Owns:    the engine's own: do not read or close it, and take it out of the loop before brabeion_close.
 * Errors:  -1 when the system has none, and where the engine may not be called.
 */
BRABEION_API int brabeion_changes_fd(brabeion_engine *engine);

/*
 * Called once for each award that this engine revoked, and for each that lapsed by an event that it judged: the kind
 * tells which. Otherwise as brabeion_award_callback.
 */
typedef void (*brabeion_revoke_callback)(void *context, const brabeion_change *change);

/* As brabeion_on_award and brabeion_off_award. */
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
 * Threads: any, also at once; like all reading it waits for no writer.
 * Owns:    `list` is yours: brabeion_award_list_finish().
 * Errors:  BRABEION_INVALID for a name out of bounds, BRABEION_STORE, BRABEION_BUSY. Nobody of that name: an empty list.
 */
BRABEION_API brabeion_status brabeion_user_awards(brabeion_engine *engine, const char *user, int64_t before,
						  size_t limit, brabeion_award_list *list, brabeion_error *error);

/* One badge's awards, newest first; otherwise as brabeion_user_awards. A slug nobody holds gives an empty list. */
BRABEION_API brabeion_status brabeion_badge_awards(brabeion_engine *engine, const char *slug, int64_t before,
						   size_t limit, brabeion_award_list *list, brabeion_error *error);

/*
 * A user's history: awards, grants (of the event "brabeion.granted"), revocations and lapses, newest first, each with
 * its note. `before` 0: from the newest; else the page of changes with a smaller sequence. `limit` 0: all. What was
 * forgotten (brabeion_forget_user) is in no history.
 *
 * Threads, errors: as brabeion_user_awards.
 * Owns:    `list` is yours: brabeion_change_list_finish().
 */
BRABEION_API brabeion_status brabeion_user_changes(brabeion_engine *engine, const char *user, int64_t before,
						   size_t limit, brabeion_change_list *list, brabeion_error *error);

/* How many awards a user holds; `user` NULL: all users together. Threads and errors as brabeion_user_awards. */
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

/*
 * The users who hold most awards, most first. `limit` 0: all.
 *
 * Threads: any, also at once.
 * Owns:    `list` is yours: brabeion_user_list_finish().
 * Errors:  BRABEION_STORE, BRABEION_BUSY.
 */
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
	int64_t holders;  /* users who hold any level */
	bool quarantined; /* set aside, by this engine or another on the database: see brabeion_release */
	int64_t quarantined_since_us;
	const char *quarantine_reason; /* "it failed 100 times in a row, at last on event ...", else "" */
} brabeion_badge;

typedef struct brabeion_badge_list {
	uint64_t generation;
	size_t count;
	brabeion_badge *badges; /* in the order of badges.yaml */
	void *memory;           /* the library's */
} brabeion_badge_list;

BRABEION_API void brabeion_badge_list_finish(brabeion_badge_list *list);

/*
 * All badges that are loaded.
 *
 * Threads: any, also at once.
 * Owns:    `list` is yours: brabeion_badge_list_finish().
 * Errors:  BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_badges(brabeion_engine *engine, brabeion_badge_list *list,
					     brabeion_error *error);

/*
 * Loads badges.yaml and its plugins as brabeion_open would, but touches no database, and unloads them again.
 * Holders are 0. Warnings go to options->log, and as BRABEION_LOG_INFO that plugins were not tried, if so.
 *
 * Threads: any, also at once.
 * Owns:    `list` is yours: brabeion_badge_list_finish(). NULL is allowed.
 * Errors:  BRABEION_CONFIG with every fault found, as brabeion_open; BRABEION_SYSTEM.
 */
BRABEION_API brabeion_status brabeion_check(const brabeion_options *options, brabeion_badge_list *list,
					    brabeion_error *error);

/* ---- how far a user is ------------------------------------------------------------------------------------------- */

/* Where a user stands with one badge. Texts are never NULL. */
typedef struct brabeion_progress {
	const char *badge; /* the slug */
	bool multiple;
	int64_t held;        /* awards of it that the user holds */
	uint32_t held_level; /* the highest level held; 0: none */
	uint32_t level_count;
	uint32_t level;          /* that comes next; 0: none is left to be earned */
	const char *name;        /* of the next level; "" when there is none */
	const char *description; /* likewise */
	bool has_progress;       /* done and goal are known: the badge can tell */
	int64_t done;            /* from 0 to goal, in whatever the badge counts */
	int64_t goal;            /* from 1 */
	bool quarantined;        /* set aside, and not asked: see brabeion_release */
	const char *error;       /* why the badge could not tell, as its plugin or the engine says it; else "" */
} brabeion_progress;

typedef struct brabeion_progress_list {
	uint64_t generation;
	size_t count;
	brabeion_progress *badges; /* in the order of badges.yaml */
	void *memory;              /* the library's */
} brabeion_progress_list;

BRABEION_API void brabeion_progress_list_finish(brabeion_progress_list *list);

/*
 * How far a user is: of each badge that is loaded, or of the one of a slug, what comes next and how much of it is done.
 * For the bars of a profile: a badge with a `level` and has_progress is one; those without are listed as well, so that
 * there is an entry for each badge. A user whom nobody has heard of has done nothing of anything.
 *
 * Next is the lowest level above the highest that the user holds; levels that were revoked and cannot be earned again are
 * passed over. A badge that is multiple is never at its end: what comes next is its first level that is not complete by
 * what it tells. `done` may have reached the goal: the award then comes with the next event, or with a job that waits.
 *
 * Badges tell it themselves (`progress` in <brabeion/badge.h>), by what is committed, all as of one moment, and as of
 * now: in a history, as of its last event. Nothing is changed or awarded. One that fails has its `error`, and the others
 * are as they are; it does not count for the quarantine.
 *
 * Threads: any, also at once. It waits for no writer, and no event waits for it; it takes as long as the plugins do, and
 *          a database's log of changes can meanwhile only grow.
 * Owns:    `list` is yours: brabeion_progress_list_finish().
 * Errors:  BRABEION_INVALID for no user, a name out of bounds, or a slug that is not loaded; BRABEION_STORE,
 *          BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_user_progress(brabeion_engine *engine, const char *user, const char *slug,
						    brabeion_progress_list *list, brabeion_error *error);

/* ---- languages --------------------------------------------------------------------------------------------------- */

/*
 * badges.yaml may give the names and descriptions of levels in several languages. On record, in results and in callbacks
 * they are in one, the file's `language`. Who wants another asks the functions below, which are as their sisters above:
 * `language` is a tag of BCP 47 such as "de" or "pt-BR"; NULL and "" are the file's. Looked for is that language, then
 * the wider ones ("pt"), then the file's; what is not translated, and what is not loaded any more, is as on record.
 *
 * Threads, owns: as their sisters.
 * Errors:        as their sisters, and BRABEION_INVALID for what is no language.
 */
BRABEION_API brabeion_status brabeion_user_awards_in(brabeion_engine *engine, const char *user, int64_t before,
						     size_t limit, const char *language, brabeion_award_list *list,
						     brabeion_error *error);
BRABEION_API brabeion_status brabeion_badge_awards_in(brabeion_engine *engine, const char *slug, int64_t before,
						      size_t limit, const char *language, brabeion_award_list *list,
						      brabeion_error *error);
BRABEION_API brabeion_status brabeion_user_changes_in(brabeion_engine *engine, const char *user, int64_t before,
						      size_t limit, const char *language, brabeion_change_list *list,
						      brabeion_error *error);
BRABEION_API brabeion_status brabeion_changes_since_in(brabeion_engine *engine, int64_t sequence, size_t limit,
						       const char *language, brabeion_change_list *list,
						       brabeion_error *error);
BRABEION_API brabeion_status brabeion_badges_in(brabeion_engine *engine, const char *language,
						brabeion_badge_list *list, brabeion_error *error);
BRABEION_API brabeion_status brabeion_check_in(const brabeion_options *options, const char *language,
					       brabeion_badge_list *list, brabeion_error *error);

/* What a level says. */
typedef struct brabeion_level_words {
	const char *name;
	const char *description;
	void *memory; /* the library's */
} brabeion_level_words;

BRABEION_API void brabeion_level_words_finish(brabeion_level_words *words);

/*
 * The texts of one level of a loaded badge, for an award in a result or callback. `level` 0: the highest.
 *
 * Threads: any, also at once; it waits for nobody.
 * Owns:    `words` is yours: brabeion_level_words_finish().
 * Errors:  BRABEION_INVALID for a badge or level that is not loaded, or what is no language.
 */
BRABEION_API brabeion_status brabeion_level_words_in(brabeion_engine *engine, const char *slug, uint32_t level,
						     const char *language, brabeion_level_words *words,
						     brabeion_error *error);

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

typedef struct brabeion_picture {
	const char *media_type; /* "image/svg+xml", "image/png", "image/jpeg", "image/webp" or "image/gif" */
	size_t size_bytes;
	const char *bytes; /* a NUL stands behind them */
	bool drawn;        /* by the engine; else the file that badges.yaml names, as it was when it was loaded */
	void *memory;      /* the library's */
} brabeion_picture;

/* Frees the picture and empties it. NULL is fine. Threads: any, also after the close. */
BRABEION_API void brabeion_picture_finish(brabeion_picture *picture);

/*
 * The picture of a level of a loaded badge: its `image:` in badges.yaml, else a medal, drawn by slug, level and color:
 * always the same, byte for byte. `level` 0: the highest. `language` is of the medal's title, as above.
 *
 * A medal is safe to serve. An SVG file is served as its author made it: where that is not you, show it by <img>, or
 * with a Content-Security-Policy, as scripts in it would else run.
 *
 * Threads: any, also at once; it waits for nobody.
 * Owns:    `picture` is yours: brabeion_picture_finish().
 * Errors:  BRABEION_INVALID for a badge or level that is not loaded, or what is no language.
 */
BRABEION_API brabeion_status brabeion_level_image(brabeion_engine *engine, const char *slug, uint32_t level,
						  const char *language, brabeion_picture *picture,
						  brabeion_error *error);

/* The same, always as SVG: a picture of another type is put inside of one. */
BRABEION_API brabeion_status brabeion_draw_badge(brabeion_engine *engine, const char *slug, uint32_t level,
						 const char *language, brabeion_picture *picture,
						 brabeion_error *error);

/*
 * The same without an engine: loads badges.yaml and its plugins as brabeion_check does, touches no database, and unloads
 * them again.
 *
 * Owns, errors: as brabeion_draw_badge, and those of brabeion_check.
 */
BRABEION_API brabeion_status brabeion_draw_badge_of(const brabeion_options *options, const char *slug, uint32_t level,
						    const char *language, brabeion_picture *picture,
						    brabeion_error *error);

/*
 * A user's trophy case as SVG: a card with a medal for each badge that they hold, at its highest level, the latest first, 24
 * at most and how many more there are. Awards of badges that are not loaded are there, too. Pictures are inside of it, those
 * of SVG as images, in which no script runs. Nobody of that name: a card without medals.
 *
 * Threads: any, also at once; like all reading it waits for no writer.
 * Owns:    `picture` is yours: brabeion_picture_finish().
 * Errors:  as brabeion_user_awards, and BRABEION_INVALID for what is no language.
 */
BRABEION_API brabeion_status brabeion_draw_user(brabeion_engine *engine, const char *user, const char *language,
						brabeion_picture *picture, brabeion_error *error);

/* ---- what plugins remember --------------------------------------------------------------------------------------- */

typedef enum brabeion_memory_kind {
	BRABEION_MEMORY_ANY = 0,
	BRABEION_MEMORY_TALLY = 1,
	BRABEION_MEMORY_NOTE = 2
} brabeion_memory_kind;

/* One tally or note. Plugins choose names and subjects; the subject is often the user's name. */
typedef struct brabeion_remembered {
	brabeion_memory_kind kind;
	const char *plugin; /* its id */
	const char *name;
	const char *subject;
	int64_t value;    /* of a tally; else 0 */
	const char *text; /* of a note; else "" */
} brabeion_remembered;

typedef struct brabeion_memory_list {
	size_t count;
	brabeion_remembered *items;
	void *memory; /* the library's */
} brabeion_memory_list;

BRABEION_API void brabeion_memory_list_finish(brabeion_memory_list *list);

/* Zero is a good value for each, and NULL for the whole: it says that any will do. */
typedef struct brabeion_memory_filter {
	brabeion_memory_kind kind;
	const char *plugin;
	const char *name;
	const char *subject;
	size_t limit; /* 0: all */
} brabeion_memory_filter;

/*
 * What plugins remember, also those that are not loaded, by plugin, name, kind and subject. A tally of 0 is as good as
 * none, and is not told.
 *
 * Threads: any, also at once; it waits for no writer.
 * Owns:    `list` is yours: brabeion_memory_list_finish().
 * Errors:  BRABEION_INVALID for a text out of bounds, BRABEION_STORE, BRABEION_BUSY. Nothing that fits: an empty list.
 */
BRABEION_API brabeion_status brabeion_memory(brabeion_engine *engine, const brabeion_memory_filter *filter,
					     brabeion_memory_list *list, brabeion_error *error);

/*
 * Sets what a plugin remembers, in place of what is there: for tests, and to put right what went wrong. No badge is asked.
 * An event sees it or does not, and so do jobs: one that has read what is changed is judged again.
 *
 * Threads: any, also at once.
 * Owns:    nothing; texts are read during the call only.
 * Errors:  BRABEION_INVALID for what a plugin could not set either (names 1 to 100 bytes, subjects at most 255, notes
 *          64 KiB, all UTF-8), and when no plugin of that id was ever loaded with the database; else as
 *          brabeion_possibly_award. Nothing is changed then.
 */
BRABEION_API brabeion_status brabeion_tally_set(brabeion_engine *engine, const char *plugin, const char *name,
						const char *subject, int64_t value, brabeion_error *error);

/* Likewise; a text of NULL takes the note away. */
BRABEION_API brabeion_status brabeion_note_set(brabeion_engine *engine, const char *plugin, const char *name,
					       const char *subject, const char *text, brabeion_error *error);

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

/* ---- journal ----------------------------------------------------------------------------------------------------- */

/*
 * With `journal: keep 30d` in badges.yaml, what is judged is written down in the transaction that stores what it earns:
 * the event, and what each badge answered, saw in memory and held already. It is off unless badges.yaml says so; what is
 * there is kept for as long as it was to be, and read on.
 */

/* What a row of the journal is. */
typedef enum brabeion_entry_kind {
	BRABEION_ENTRY_EVENT = 1,  /* an event that came from outside */
	BRABEION_ENTRY_RAISED = 2, /* brabeion.awarded, of an award that was stored */
	BRABEION_ENTRY_JOB = 3,    /* a badge was judged later */
	BRABEION_ENTRY_GIVEN = 4   /* somebody else's event, or job, awarded something to this user */
} brabeion_entry_kind;

typedef enum brabeion_answer {
	BRABEION_ANSWER_NOT_EARNED = 0,  /* award answered 0 */
	BRABEION_ANSWER_LEVEL = 1,       /* it answered a level */
	BRABEION_ANSWER_FAILED = 2,      /* with `message`; what it did was dropped */
	BRABEION_ANSWER_SET_ASIDE = 3,   /* it was not asked: it was quarantined */
	BRABEION_ANSWER_LATER = 4,       /* async: it was not asked yet, a job was stored */
	BRABEION_ANSWER_GRANTED = 5,     /* not asked itself: another badge of the plugin, or observe, granted it */
	BRABEION_ANSWER_NOT_OBSERVED = 6 /* it was not asked: its plugin's observe failed, with `message` */
} brabeion_answer;

typedef enum brabeion_read_kind {
	BRABEION_READ_TALLY = 1,
	BRABEION_READ_NOTE = 2,
	BRABEION_READ_HELD = 3
} brabeion_read_kind;

/* What a badge's award read; of several looks at one place the first. */
typedef struct brabeion_read {
	brabeion_read_kind kind;
	bool cut;            /* the text was longer */
	const char *name;    /* of the tally or note; of HELD the slug */
	const char *subject; /* of HELD the user */
	int64_t number;      /* of a tally; of HELD the highest level */
	const char *text;    /* of a note, at most 256 bytes; NULL: there was none */
} brabeion_read;

/* What one badge answered. */
typedef struct brabeion_verdict {
	const char *badge; /* the slug */
	brabeion_answer answer;
	uint32_t level;      /* that it answered, or that was granted */
	uint32_t held_level; /* by the event's user before; 0: none */
	bool stored;         /* an award came of it */
	bool held_already;   /* none, for that is held already, or was revoked and is not to be earned again */
	bool lapsed;         /* an award lapsed */
	bool has_later;      /* it asked to be judged again */
	int64_t later_us;    /* at that time: the first where there are several */
	const char *to;      /* whom it was for, where that is not the event's user; else "" */
	const char *message; /* why it failed; else "" */
	size_t read_count;
	const brabeion_read *reads; /* the first 16 */
	size_t reads_left_out;
} brabeion_verdict;

typedef struct brabeion_entry {
	int64_t sequence; /* grows with every row written to the database's journal; not without gaps */
	brabeion_entry_kind kind;
	int64_t cause;        /* sequence of the EVENT by which it came about; 0: an EVENT itself, or not known */
	int64_t arrived_us;   /* by the engine's clock */
	brabeion_event event; /* as it was judged: of a JOB with the state that was frozen, its time given */
	size_t verdict_count;
	const brabeion_verdict *verdicts; /* in the order in which they were asked */
} brabeion_entry;

typedef struct brabeion_journal_list {
	size_t count;
	brabeion_entry *entries;
	void *memory; /* the library's */
} brabeion_journal_list;

BRABEION_API void brabeion_journal_list_finish(brabeion_journal_list *list);

/* Which rows are meant. Zero is a good value for each, and NULL for the whole. */
typedef struct brabeion_journal_filter {
	int64_t after;    /* only rows of a greater sequence */
	int64_t until;    /* and none of a greater one than this; 0: to the end */
	bool events_only; /* BRABEION_ENTRY_EVENT alone: what came from outside, to be judged again */
	size_t limit;     /* 0: all */
} brabeion_journal_filter;

/*
 * Reads the journal forwards, in the order in which it was judged. Come back with the last sequence for the next page.
 * The sequence of a row is that of its commit's place: none of a smaller one is stored later.
 *
 * Threads: any, also at once; it waits for no writer.
 * Owns:    `list` is yours: brabeion_journal_list_finish().
 * Errors:  BRABEION_STORE, BRABEION_BUSY. No journal: an empty list.
 */
BRABEION_API brabeion_status brabeion_journal_read(brabeion_engine *engine, const brabeion_journal_filter *filter,
						   brabeion_journal_list *list, brabeion_error *error);

/* What there is of the journal. */
typedef struct brabeion_journal_info {
	bool on;            /* by the badges.yaml that is at work here */
	int64_t keep_us;    /* how long rows are kept, likewise; INT64_MAX: until there is no room */
	int64_t max_bytes;  /* how much room there is, likewise */
	int64_t used_bytes; /* by the rows that are there, about */
	int64_t first;      /* the first row's sequence; 0: it is empty */
	int64_t last;       /* the last row's; 0 likewise */
	int64_t since_us;   /* when the first row was written */
	int64_t until_us;   /* when the last row was */
} brabeion_journal_info;

/* Threads, errors: as brabeion_journal_read. */
BRABEION_API brabeion_status brabeion_journal(brabeion_engine *engine, brabeion_journal_info *info,
					      brabeion_error *error);

/* ---- explaining -------------------------------------------------------------------------------------------------- */

/* What is asked. Zero is a good value for all but user and badge. */
typedef struct brabeion_question {
	const char *user;
	const char *badge; /* a slug, loaded or not */
	bool has_since;    /* only entries of events from that time on */
	int64_t since_us;
	size_t limit; /* the latest so many entries; 0: all */
} brabeion_question;

/* When an event of one name last came. */
typedef struct brabeion_heard {
	const char *event;
	int64_t of_user_us;   /* from the user; INT64_MIN: never, as far as the journal reaches */
	int64_t of_anyone_us; /* from anybody; INT64_MIN likewise */
} brabeion_heard;

/* All that is known of why a user has, or has not, a badge. Texts are never NULL. */
typedef struct brabeion_explanation {
	const char *user;
	bool user_known;       /* the name was met before */
	const char *near_user; /* a name like it that was; else "" */

	const char *badge;
	bool loaded;
	bool on_record;         /* it was loaded once, or is */
	const char *near_badge; /* of those that are loaded, the one that may be meant; "" when loaded */
	const char *plugin;     /* its id, and the next three, of one that is loaded; else "" */
	const char *plugin_file;
	bool async;
	bool rearn; /* it may be earned again after a revocation */
	bool multiple;
	bool temporary;
	bool granted_only; /* it has no award of its own: others of its plugin grant it */
	uint32_t level_count;
	const brabeion_level *levels; /* holders are 0 */
	bool quarantined;             /* as in brabeion_badge */
	int64_t quarantined_since_us;
	const char *quarantine_reason;

	size_t change_count; /* what became of the user's awards of this badge, oldest first */
	const brabeion_change *changes;
	size_t held_count; /* how many are held now */
	uint32_t held_level;
	size_t job_count; /* of the badge and user, that are not judged yet */
	size_t jobs_parked;

	size_t heard_count; /* the events that it listens to */
	const brabeion_heard *heard;
	brabeion_journal_info journal;
	size_t entry_count; /* oldest first; each with the verdicts on this badge alone */
	const brabeion_entry *entries;
	size_t entries_left_out; /* older ones, beyond the limit */
	void *memory;            /* the library's */
} brabeion_explanation;

BRABEION_API void brabeion_explanation_finish(brabeion_explanation *explanation);

/*
 * Tells why a user has a badge or has not: what is held and since when, each event that could have earned it and what
 * the badge answered (as far as the journal reaches), and what keeps it from being judged at all.
 *
 * Threads: any, also at once; it waits for no writer.
 * Owns:    `explanation` is yours: brabeion_explanation_finish().
 * Errors:  BRABEION_INVALID for names out of bounds, BRABEION_STORE, BRABEION_BUSY. A user or badge that nobody knows is
 *          none: the explanation says so.
 */
BRABEION_API brabeion_status brabeion_explain(brabeion_engine *engine, const brabeion_question *question,
					      brabeion_explanation *explanation, brabeion_error *error);

/* ---- judging the past anew --------------------------------------------------------------------------------------- */

/*
 * A backfill judges a history by the badges of today, in a world of its own: an engine in a database beside the live one,
 * with nothing remembered, whose time is that of the events. At its end what is earned there is taken over. Meanwhile the
 * live engines on the database go on; what they judge is not judged twice, for an award is held once.
 *
 * The events come from the journal (brabeion_backfill_journal), or from the caller (brabeion_backfill_judge), in order.
 * What is held from before the first of them, and what a person has granted, is held there, too. It is all in the files
 * <database>-backfill*, each batch with its place in the history: who opens the backfill again, after a crash say, goes on
 * from there. Another badge set begins anew.
 *
 * A backfill belongs to one thread at a time. It must be closed before its engine.
 */
typedef struct brabeion_backfill brabeion_backfill;

/* Zero is a good value for each, and NULL for the whole. */
typedef struct brabeion_backfill_options {
	const char *const *badges; /* slugs of those whose awards are taken over; all are judged, in any case */
	size_t badge_count;        /* 0: all */
	bool from_journal;         /* the history is the engine's journal */
	bool replace_memory; /* from the journal: what chosen badges' plugins remember gives way to the backfill's */
} brabeion_backfill_options;

/*
 * Opens one, or goes on with the one that was begun. Badges are loaded from the badges.yaml of the engine, as it is now.
 *
 * Threads: any.
 * Owns:    `*backfill` is yours: brabeion_backfill_close(). The engine must outlive it.
 * Errors:  BRABEION_BUSY when another is open on the database; BRABEION_INVALID for a badge that is not loaded, an engine
 *          that is a history, from_journal without a journal, or replace_memory without from_journal; else as brabeion_open.
 */
BRABEION_API brabeion_status brabeion_backfill_open(brabeion_engine *engine, const brabeion_backfill_options *options,
						    brabeion_backfill **backfill, brabeion_error *error);

/* Closes it. With `keep` it can be gone on with; else its files are removed. NULL is fine. */
BRABEION_API void brabeion_backfill_close(brabeion_backfill *backfill, bool keep);

/* A place in the history. The numbers are the caller's, say of a line and of all that stands before it. */
typedef struct brabeion_checkpoint {
	int64_t number; /* of the journal: the sequence; 0: nothing was judged yet */
	uint64_t mark;
} brabeion_checkpoint;

/* How far it has come. From the open on it is where it is to be gone on from. */
BRABEION_API brabeion_checkpoint brabeion_backfill_checkpoint(const brabeion_backfill *backfill);

/*
 * Judges the next events of the history, and remembers in the same commit that it has come to that place. Each must have
 * its time (has_at). The results tell what is earned in the backfill's world; nothing of it is held yet.
 *
 * Owns, errors: as brabeion_possibly_award_batch; BRABEION_INVALID in the result of an event without a time.
 */
BRABEION_API brabeion_status brabeion_backfill_judge(brabeion_backfill *backfill, const brabeion_event *events,
						     size_t count, brabeion_checkpoint place,
						     brabeion_result *results);

/*
 * Judges the next events of the journal, at most `most` (0: 1,000). *judged is 0 when there are no more by now.
 *
 * Errors:  BRABEION_STORE, BRABEION_BUSY, BRABEION_MEMORY: none of them is judged.
 */
BRABEION_API brabeion_status brabeion_backfill_journal(brabeion_backfill *backfill, size_t most, size_t *judged,
						       brabeion_error *error);

/* Goes on to a time, as brabeion_advance. */
BRABEION_API brabeion_status brabeion_backfill_advance(brabeion_backfill *backfill, int64_t at_us,
						       brabeion_error *error);

/*
 * What would change if it were handed over now: awards (BRABEION_CHANGE_AWARDED), and awards that are held, were earned in
 * the time of the history, and would not be by the badges of today (BRABEION_CHANGE_LAPSED). Sequences are those of the
 * awards where they are. What a person has granted is no loss; what a person has revoked is gained only with
 * `rearn: true`, by a later event.
 *
 * Owns:    `changes` is yours: brabeion_change_list_finish(). It is as long as it is.
 * Errors:  BRABEION_STORE, BRABEION_BUSY, BRABEION_MEMORY.
 */
BRABEION_API brabeion_status brabeion_backfill_compare(brabeion_backfill *backfill, brabeion_change_list *changes,
						       brabeion_error *error);

/* What a backfill has come to. */
typedef struct brabeion_backfill_outcome {
	uint64_t awarded;
	uint64_t lapsed;   /* with `lapse` */
	uint64_t memories; /* plugins that had no memory, and have that of the backfill now */
} brabeion_backfill_outcome;

/*
 * Takes over what it has earned: awards that are not held, with the times and ids of their events. On-award callbacks
 * tell them; brabeion.awarded is not raised, for badges that listen to it were judged in the backfill, too.
 *
 * With `lapse`, awards that would not be earned any more (see brabeion_backfill_compare) lapse: they are no longer
 * held, and may be earned again. On-revoke callbacks tell them. Without, nothing is taken away.
 *
 * A plugin that neither remembered anything nor had jobs when the backfill was opened first takes over the backfill's
 * memory and jobs, if it owns one of the chosen badges. Of a history that is not the journal it must have none yet; for
 * what others have judged meanwhile the backfill has not. All other memory is dropped, unless
 * `replace_memory` says that it is better than what there is.
 *
 * Awards come in commits of some thousands; what is left of the journal, what was earned last, memory and jobs in one
 * commit at the end. One that is killed before is to be opened again, and comes to the same. Afterwards close it.
 *
 * Owns:    nothing; `outcome` may be NULL.
 * Errors:  as brabeion_possibly_award; what is committed stays.
 */
BRABEION_API brabeion_status brabeion_backfill_hand_over(brabeion_backfill *backfill, bool lapse,
							 brabeion_backfill_outcome *outcome, brabeion_error *error);

/*
 * How the awards of one engine's database differ from another's: those that only `after` holds are
 * BRABEION_CHANGE_AWARDED, those that only `before` holds BRABEION_CHANGE_LAPSED. Revoked ones, and grants, count as in
 * brabeion_backfill_compare.
 *
 * Owns, errors: as brabeion_backfill_compare.
 */
BRABEION_API brabeion_status brabeion_compare(brabeion_engine *before, brabeion_engine *after,
					      brabeion_change_list *changes, brabeion_error *error);

/* ---- looking after it -------------------------------------------------------------------------------------------- */

typedef struct brabeion_badge_stats {
	const char *slug;
	uint64_t judged; /* times award was called */
	uint64_t earned; /* times it answered a level */
	uint64_t failed;
	uint64_t
		time_us; /* spent in award, waiting for the store apart: every 64th call is timed, and counts for 64 */
	bool quarantined; /* set aside by this engine */
} brabeion_badge_stats;

/* Since the engine was opened, on all threads; by this engine alone. A badge's numbers outlive reloads. */
typedef struct brabeion_stats_report {
	uint64_t events; /* that a badge listens to, duplicates too */
	uint64_t awards; /* stored, granted ones too */
	uint64_t duplicates;
	uint64_t errors;  /* events refused or not stored */
	uint64_t commits; /* callers that wait at the same time share one */
	uint64_t generation;
	uint32_t resident;    /* plugin files that stay in memory for good, in use or not */
	uint32_t retiring;    /* older badge sets that are not closed yet: calls under way use them */
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

/*
 * Sums up what all threads have counted. Numbers of calls under way on other threads may be a little behind.
 *
 * Threads: any, also at once.
 * Owns:    `report` is yours: brabeion_stats_finish().
 * Errors:  BRABEION_MEMORY.
 */
BRABEION_API brabeion_status brabeion_stats(brabeion_engine *engine, brabeion_stats_report *report,
					    brabeion_error *error);

/*
 * Releases a badge that was set aside, or all (`slug` NULL). It is at work here from the next event on, and in other
 * engines on the database within about a second of an event that they pass it over on. *released (may be NULL) counts
 * the badges that were set aside.
 *
 * A badge is set aside when it fails, or takes longer than its budget, too often in a row: `quarantine:` in badges.yaml
 * says how often. The log is told once, at level error; brabeion_badges and brabeion_stats show it. Events are judged
 * without it then, and are not judged again later. A plugin's observe that fails or is too slow is set aside likewise,
 * with all badges of the plugin. Every engine counts for itself; the database tells the others who is set aside where,
 * and a badge that is released, reloaded, or opened anew (without existing_only) by any of them is back in all.
 *
 * Threads: any.
 * Errors:  BRABEION_INVALID for a slug that is neither loaded nor set aside; BRABEION_STORE, BRABEION_BUSY.
 */
BRABEION_API brabeion_status brabeion_release(brabeion_engine *engine, const char *slug, size_t *released,
					      brabeion_error *error);

/*
 * Forgets a user: awards, revoked ones too, jobs, seen ids and rows of the journal, and the name in those of others (not in
 * the state of their events). *awards (may be NULL) counts the awards. What plugins remember
 * is theirs: tallies and notes whose subject is exactly the user's name go, others stay. The feed tells nothing of it.
 * Nobody of that name is fine. Backups made before keep what they have.
 *
 * Threads: any, also at once; no event is judged in the middle of it.
 * Errors:  as brabeion_possibly_award; nothing is forgotten then.
 */
BRABEION_API brabeion_status brabeion_forget_user(brabeion_engine *engine, const char *user, int64_t *awards,
						  brabeion_error *error);

/*
 * Makes two users one: all that `from` holds is `into`'s, awards that both hold stay once (the older one), and tallies
 * whose subject is the user's name are added up; of two notes `into`'s stays. `from` is forgotten. The feed tells
 * nothing of it.
 *
 * Threads: any, also at once; no event is judged in the middle of it.
 * Errors:  as brabeion_possibly_award, and BRABEION_INVALID when the two are one, or when two tallies add up to more than
 *          64 bits hold; nothing is changed then.
 */
BRABEION_API brabeion_status brabeion_merge_users(brabeion_engine *engine, const char *from, const char *into,
						  brabeion_error *error);

/*
 * Writes a copy of the database, as of one moment, to a file that must not exist yet, readable by its owner alone.
 * Judging goes on meanwhile. To restore, close every engine and put the copy in the place of the database, whose "-wal"
 * and "-shm" files must go with it.
 *
 * Threads: any, also at once.
 * Errors:  BRABEION_STORE when the file exists or cannot be written: none is left behind.
 */
BRABEION_API brabeion_status brabeion_backup(brabeion_engine *engine, const char *path, brabeion_error *error);

/* ---- what is wrong, or odd --------------------------------------------------------------------------------------- */

typedef enum brabeion_severity {
	BRABEION_NOTE = 1,    /* perhaps as it should be */
	BRABEION_WARNING = 2, /* likely not as it was meant */
	BRABEION_ALARM = 3    /* something does not work, or is about to stop */
} brabeion_severity;

/*
 * One thing that an operator may want to know. `kind` is one of a few words, which stay: config, loading, permissions,
 * database, database-version, database-damaged, disk, wal, free-pages, retention, seen-ids, resident, badge-set-aside,
 * badge-failing, badge-never-earned, badge-gone, event-unheard, events-many, jobs-unworked, jobs-late, jobs-parked,
 * jobs-unloaded, jobs-of-user, no-workers. brabeion-doctor(1) tells when each is there. More may come.
 */
typedef struct brabeion_finding {
	const char *kind;
	brabeion_severity severity;
	const char *subject; /* what it is about: a slug, an event, a user, a path */
	int64_t count;       /* events, failures, jobs, bytes; 0: nothing is counted */
	int64_t since_us;    /* 0: not known */
	int64_t last_us;     /* 0: not known */
	const char *text;    /* what is the case, one line */
	const char *advice;  /* what that means and what to do, one line; "" when there is none */
} brabeion_finding;

/* What was found: alarms, then warnings, then notes. */
typedef struct brabeion_examination {
	size_t count;
	brabeion_finding *findings;
	const char *database;   /* its path; "" when it is not known */
	int64_t database_bytes; /* -1: not known, as are the others */
	int64_t wal_bytes;
	int64_t disk_free_bytes;
	void *memory; /* the library's */
} brabeion_examination;

BRABEION_API void brabeion_examination_finish(brabeion_examination *examination);

/* Zero is a good value for each, and NULL for the whole. */
typedef struct brabeion_examine_options {
	bool thorough; /* have SQLite look at each page of the database: takes as long as reading it */
} brabeion_examine_options;

/*
 * Looks for what is wrong or odd with an engine that is at work: badges that are set aside, fail or were never earned,
 * events that come and that no badge listens to, jobs that wait or are parked, the database and its files. For a server's
 * monitoring: some milliseconds on a database of any size, unless thorough or with millions of jobs.
 *
 * What engines have noted of events and failures they keep in the database for a week, and bring there at most a minute
 * later; this engine's are brought there first.
 *
 * Threads: any, also at once. Delays no event for longer than another event would.
 * Owns:    `examination` is yours: brabeion_examination_finish().
 * Errors:  BRABEION_ABSENT when the database's file is gone. What is wrong with the database is a finding, no error.
 */
BRABEION_API brabeion_status brabeion_examine(brabeion_engine *engine, const brabeion_examine_options *how,
					      brabeion_examination *examination, brabeion_error *error);

/*
 * The same without an engine, beside servers that may be at work: reads badges.yaml and loads its plugins as
 * brabeion_check does, then looks at the database, which is neither created nor changed nor brought up to date. Faults
 * of badges.yaml are findings, too. Of `options` (may be NULL) config, database, clock and allocator are used.
 *
 * Errors:  BRABEION_ABSENT when there is no database; BRABEION_SYSTEM when plugins cannot be copied or tried.
 */
BRABEION_API brabeion_status brabeion_doctor(const brabeion_options *options, const brabeion_examine_options *how,
					     brabeion_examination *examination, brabeion_error *error);

/* ---- looking at a plugin ----------------------------------------------------------------------------------------- */

/* A badge as its plugin defines it; badges.yaml may use it under other slugs, with other events and levels. */
typedef struct brabeion_plugin_badge {
	const char *slug;
	bool multiple;
	bool async;
	bool levels_from_config; /* badges.yaml decides how many levels there are */
	bool progress;           /* it can tell how far a user is: see brabeion_user_progress */
	uint32_t level_count;
	const brabeion_level *levels; /* their holders are 0 */
	uint32_t event_count;
	const char *const *events;
} brabeion_plugin_badge;

/* What is known of a plugin file. Texts are never NULL, but for `id`. */
typedef struct brabeion_inspection {
	const char *path;
	uint64_t size_bytes; /* 0: the file could not be used, `problems` says why; nothing else is known then */
	const char *sha256;  /* as `sha256:` in badges.yaml pins it */
	const char *resident_because; /* why it stays in a process for good: "imports pthread_create", else "" */
	uint32_t library_count;       /* that it needs, beside the C and C++ libraries */
	const char *const *libraries;
	uint32_t symbol_count; /* that none of those has: "deflate (libz.so.1)" */
	const char *const *symbols;

	const char *id; /* NULL: the plugin did not come to say what it is, and what follows is not known either */
	const char *version;
	uint32_t abi_major; /* of the <brabeion/badge.h> that it was compiled with */
	uint32_t abi_minor;
	uint32_t needs_minor; /* the least minor of an engine that it can live with */
	bool observes;
	uint32_t watch_count; /* the events that it observes */
	const char *const *watches;
	uint32_t badge_count;
	const brabeion_plugin_badge *badges;

	uint32_t problem_count; /* for which an engine refuses it; each as it goes behind the file's name */
	const char *const *problems;
	uint32_t note_count; /* what its author should know */
	const char *const *notes;
	void *memory; /* the library's */
} brabeion_inspection;

/* Frees what is in it and makes it usable again. NULL is fine. */
BRABEION_API void brabeion_inspection_finish(brabeion_inspection *inspection);

/*
 * Says what is in a plugin file and what is wrong with it. No badges.yaml is read; of `options` (may be NULL) the
 * allocator is used. The plugin's code runs in a process of its own only (brabeion-probe), where it is loaded, its badges
 * are opened without settings and judge a trial event each. What it refuses for want of settings is a note.
 *
 * Threads: any, also at once. Takes as long as the plugin does, 5 s at most for each step.
 * Owns:    `inspection` is yours: brabeion_inspection_finish().
 * Errors:  BRABEION_INVALID for an empty path; BRABEION_SYSTEM when the plugin cannot be tried. A plugin that is bad, or
 *          not there, is none: see `problems`.
 */
BRABEION_API brabeion_status brabeion_inspect(const char *path, const brabeion_options *options,
					      brabeion_inspection *inspection, brabeion_error *error);

/* ---- times as text ----------------------------------------------------------------------------------------------- */

#define BRABEION_TIME_BYTES 32

/*
 * Writes RFC 3339 in UTC, "2014-01-21T20:26:05.383Z": three fraction digits, six where needed. Years 0000 to 9999;
 * BRABEION_INVALID beyond. Threads: any; it needs no engine, like its sister.
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

#include <brabeion/json.h>

#endif
