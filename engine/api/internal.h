/*
 * api/internal: the engine's struct, and functions shared by the files of api/.
 */
#ifndef BRB_API_INTERNAL_H
#define BRB_API_INTERNAL_H

#include <brabeion/bulk.h>

#include <pthread.h>

#include "badgeset/registry.h"
#include "base/memory.h"
#include "config/config.h"
#include "judging/event_stats.h"
#include "judging/group_commit.h"
#include "judging/history.h"
#include "judging/quarantine.h"
#include "sizes/sizes.h"
#include "store/snapshot_reader.h"
#include "store/store.h"
#include "watch/files.h"
#include "watch/watch.h"
#include "worker/jobs.h"

enum { BRB_CALLBACKS_MOST = 16 };

/* First in each function that enters an engine (tests/floors): restores the thread's allocator at the return. */
#define BRB_CALL BRB_MEMORY_SCOPE
#define BRB_CALL_WITH(fault) \
	BRB_MEMORY_SCOPE;    \
	brabeion_error fault = BRABEION_NO_ERROR

/* One of on_award, on_revoke or on_reload. */
typedef struct brb_callback {
	brabeion_award_callback on_award;
	brabeion_revoke_callback on_revoke;
	brabeion_reload_callback on_reload;
	void *context;
} brb_callback;

/* Events that wait for the library's thread, and completions that wait to be dispatched. (submit.c) */
typedef struct brb_submission brb_submission;

typedef struct brb_submission_queue {
	brb_submission *first, *last;
} brb_submission_queue;

typedef struct brb_submissions {
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	brb_submission_queue waiting, completed;
	size_t count, used_bytes; /* of both */
	size_t capacity;
	int fd; /* -1: not made yet */
	bool has_thread;
	bool ending;
	pthread_t thread;
} brb_submissions;

void brb_submissions_init(brb_submissions *submissions, size_t capacity);

/* Judges the waiting events and ends the thread; drops completions that were not dispatched. */
void brb_submissions_finish(brb_submissions *submissions);

/* The outcome of one reload. (reload.c) */
typedef struct brb_reload_outcome {
	brabeion_receipt receipt; /* all zeroes when it failed */
	brabeion_error error;
	uint64_t generation; /* current after it */
} brb_reload_outcome;

/* Automatic reloading. Guarded by `reloading`. (watch.c) */
typedef enum brb_watching_word { BRB_WATCHING_AS_FILE, BRB_WATCHING_ON, BRB_WATCHING_OFF } brb_watching_word;

typedef struct brb_watching {
	void (*reload)(brabeion_engine *engine, brb_reload_outcome *outcome); /* brb_engine_reload_locked */
	brb_watch *watch;       /* NULL: never on so far; kept while off, until the engine is closed */
	brb_watching_word word; /* the host's setting */
	bool file_says_on;      /* setting of the current badges.yaml */
	bool will_say_on;       /* setting of the badges.yaml read last */
	bool is_on;
	brb_watch_files files;      /* of the last readable badges.yaml */
	brb_watch_digest content;   /* of badges.yaml, at the last attempt to load it */
	brb_watch_digest attempted; /* the files' state when that attempt began; "": unknown */
	brb_watch_digest loaded;    /* the files' state of the current badge set */
	int64_t again_us;           /* delay of the retry after a transient failure; 0: none */
	int64_t again_at_us;        /* its time, monotonic */
	char *last_error;           /* as last logged: what can't be watched; NULL: none */
} brb_watching;

/* Idle snapshot readers, for reuse: opening one takes longer than a read. (progress.c) */
enum { BRB_SNAPSHOT_POOL_MOST = 4 };

typedef struct brb_snapshot_pool {
	pthread_mutex_t lock; /* guards the rest */
	size_t idle_count;
	brb_snapshot_reader *idle[BRB_SNAPSHOT_POOL_MOST];
} brb_snapshot_pool;

/* Call it before closing the store. */
void brb_snapshot_pool_finish(brb_snapshot_pool *pool);

/* The engine's own workers. (work.c) */
typedef struct brb_workers {
	bool is_open;
	uint32_t configured; /* by badges.yaml, at the open */
	uint32_t wanted;
	atomic_bool started;
	pthread_mutex_t waiting; /* held by the one worker that waits for work; the others wait for it */
	pthread_mutex_t lock;    /* guards what follows */
	bool ending;
	uint32_t count;
	pthread_t *threads;
} brb_workers;

/* Event stats collected while judging, and the thread that stores them. (event_stats.c) */
typedef struct brb_stats_writer {
	brb_event_stats stats;
	pthread_mutex_t storing; /* one thread stores at a time */
	pthread_mutex_t lock;    /* guards the rest */
	pthread_cond_t changed;
	bool is_open;
	bool has_thread;
	bool ending;
	pthread_t thread;
} brb_stats_writer;

struct brabeion_engine {
	const unsigned char *fork_mark; /* one byte that the kernel zeroes in a child of fork */
	brb_config_source source;       /* texts in `texts` */
	brb_arena texts;
	char *working_folder;                /* as of the open: relative paths start there */
	char *database;                      /* of the options; NULL: badges.yaml's */
	char *cache_dir;                     /* as of the open; NULL: badges.yaml had none */
	const brabeion_allocator *allocator; /* NULL: the C library's */
	bool existing_only;
	bool read_only;        /* options.read_only; then existing_only, too */
	int64_t memory_bytes;  /* of the options */
	bool synchronous_full; /* this and the two below: a reload doesn't change them */
	int64_t busy_timeout_ms;
	uint32_t mode;
	int64_t retention_us;
	brb_log log;
	brb_clock clock;
	brb_image_copies *copies;
	brb_store *store;
	pthread_mutex_t reloading; /* one reload at a time; guards last_good_fault */
	bool keeps_last_good;      /* it judges live events: see last_good.c */
	atomic_bool is_last_good;  /* it works with the last set that worked: badges.yaml was broken at its start */
	char *last_good_fault;     /* why; NULL: it does not */
	brb_registry registry;
	brb_judge_shared judging; /* refers to members here; set at the open */
	brb_group_commit group;
	brb_quarantine quarantine;
	brb_stats_writer stats_writer;
	brb_history *history; /* NULL: the clock's time is used */
	int runs_fd;          /* of <database>-runs; -1: not open yet */
	brb_jobs jobs;
	brb_workers workers;
	brb_submissions submissions;
	brb_watching watching;
	brb_snapshot_pool snapshots;
	pthread_mutex_t feed_lock;      /* guards `feed_fd` */
	int feed_fd;                    /* -1: not made yet */
	pthread_mutex_t callbacks_lock; /* guards what follows */
	size_t callback_count;
	brb_callback callbacks[BRB_CALLBACKS_MOST];
};

/* brabeion_open; without `journaled`, the engine keeps no journal even if badges.yaml wants one. */
brabeion_status brb_engine_open(const brabeion_options *options, bool journaled, brabeion_engine **out,
				brabeion_error *error);

/* Checks that this thread may call the engine, and sets its allocator. Else BRABEION_REENTRANT or BRABEION_FORKED. */
brabeion_status brb_engine_enter(const brabeion_engine *engine);

/* The same, with a message. */
brabeion_status brb_engine_enter_or_say(const brabeion_engine *engine, brabeion_error *error);

/* The same for a call that stores something: BRABEION_READ_ONLY where the engine only looks. */
brabeion_status brb_engine_enter_to_write(const brabeion_engine *engine, brabeion_error *error);

/* The current generation, until brb_registry_release(*reader). NULL: out of memory. */
brb_generation *brb_engine_acquire(brabeion_engine *engine, brb_reader **reader, brabeion_error *error);

/* brb_engine_enter for a call without an engine: copies the host's options (may be NULL) and sets their allocator. */
brabeion_status brb_engine_enter_with(const brabeion_options *theirs, brabeion_options *options,
				      brabeion_error *error);

brb_config_source brb_engine_source_of(const brabeion_options *options);

/* ---- the last set that worked (last_good.c) ---- */

/* Keeps what was just loaded beside the database, or removes what is kept, as the configuration says. Failures are logged. */
void brb_last_good_keep(brabeion_engine *engine, const brb_config *config, const brb_generation *generation);

/* The configuration that is kept for this engine's badges.yaml beside the database; NULL: none. For brb_config_close(). */
brb_config *brb_last_good_read(brabeion_engine *engine, const char *database);

/* The engine works with it, because of this fault, which is logged and cleared. False: out of memory. And no longer. */
bool brb_last_good_begin(brabeion_engine *engine, brabeion_error *fault);
void brb_last_good_end(brabeion_engine *engine);

/* ---- loading (load.c, visit.c, reload.c) ---- */

/* Resolves a path against the working directory at the open. Owned by the caller. NULL: out of memory. */
char *brb_engine_path_at_open(const brabeion_engine *engine, const char *path);

/* Call it before loading plugins: a missing folder would else be reported as a lack of one for their copies. */
brabeion_status brb_engine_check_folder(const char *database, bool to_write, brabeion_error *error);

/* Chooses the folder for copies of plugins: only cache_dir if it is given. */
brabeion_status brb_engine_open_copies(const brb_config *config, const char *database, const char *last_resort,
				       const brb_log *log, brb_image_copies **copies, brabeion_error *error);

/*
 * Whether it would find a folder without a last resort; makes nothing. `cache_dir` NULL: none is given.
 * Errors: BRABEION_SYSTEM, with each place and why it is unfit.
 */
brabeion_status brb_engine_check_copies(const char *cache_dir, const char *database, brabeion_error *error);

/* Loads a generation. The error lists all faults of the file and its plugins. */
brabeion_status brb_engine_load(brb_config *config, brb_image_copies *copies, const brb_generation *before,
				const brb_log *log, brb_generation **out, brabeion_error *error);

typedef struct brb_engine_visited {
	const brb_generation *generation;
	const char *file;     /* what messages call the configuration */
	const char *database; /* its path; it need not exist */
	const brb_log *log;
} brb_engine_visited;

/* Warns of names that nothing answers to. (names.c) */
brabeion_status brb_engine_check_names(const brb_engine_visited *visited, brabeion_error *error);

/* Of a level that is held, and whose name another one has now. (names.c) */
void brb_engine_warn_moved(const brb_log *log, const char *file, const brb_badge *badge, uint32_t was, uint32_t now);
#define BRB_MOVED_ADVICE                                                                                           \
	"Put a new level after the others, or give the changed badge a slug of its own: awards keep their number " \
	"and "                                                                                                     \
	"the name they were earned under"

/*
 * For public functions without an engine: checks the language, loads the badge set of the host's options (may be NULL)
 * without a database, calls the visitor with it, and unloads it.
 */
typedef brabeion_status (*brb_engine_visitor)(const brb_engine_visited *visited, void *context,
					      brabeion_error *error);
brabeion_status brb_engine_visit(const brabeion_options *theirs, const char *language, brb_engine_visitor visitor,
				 void *context, brabeion_error *error);

/*
 * Before publishing: sets badges' and plugins' store numbers; `before` is the current generation (NULL: none). Warns of
 * levels that moved; `file` is what messages call the configuration.
 */
brabeion_status brb_engine_number_badges(brb_generation *generation, const brb_generation *before, brb_store *store,
					 const char *file, const brb_log *log, brabeion_error *error);

/* ---- judging ---- */

/* Runs the callbacks for the awards of the results, or queues them when this thread is inside a callback. */
void brb_engine_announce(brabeion_engine *engine, const brabeion_result *results, size_t count);

/* Runs `work`, which may call the host; changes made inside are announced after it. Not from inside a callback. */
void brb_engine_call_back(void (*work)(void *context), void *context);

/* Begins a history and takes the jobs of dead ones. Call it after the first publish. (history.c) */
brabeion_status brb_engine_open_history(brabeion_engine *engine, uint32_t attempts_most, brabeion_error *error);
void brb_engine_close_history(brabeion_engine *engine);

/* Open: once the store is open. Close: ends the workers after their current jobs. (work.c) */
brabeion_status brb_engine_open_workers(brabeion_engine *engine, const brb_config *config, bool none,
					brabeion_error *error);
void brb_engine_close_workers(brabeion_engine *engine);

/* After a publish: starts workers if there may be jobs, and wakes running ones. */
void brb_engine_consider_workers(brabeion_engine *engine);

/*
 * After a commit: starts workers if this engine has stored a job, and the upkeep if another process has forgotten a user.
 */
void brb_engine_after_commit(brabeion_engine *engine);
void brb_engine_set_limits(brabeion_engine *engine, const brb_config *config);
void brb_engine_announce_jobs(void *engine, const brabeion_result *results, size_t count);

/* True while this thread is inside a callback. */
bool brb_engine_is_announcing(void);

/* Judges and commits events without running callbacks. Also for the library's own threads. */
brabeion_status brb_engine_judge(brabeion_engine *engine, const brabeion_event *events, size_t count,
				 brabeion_result *results);

/*
 * Prepares a judge with the current generation, which the reader holds until the end. Fails where the engine may not be
 * called.
 */
brabeion_status brb_engine_begin_judging(brabeion_engine *engine, brb_judge *judge, brb_reader **reader);

/* Releases the generation, frees the judge, and records which badges were quarantined. */
void brb_engine_end_judging(brb_judge *judge, brb_reader *reader);

void brb_engine_count_results(brb_counters *counters, const brabeion_result *results, size_t count);

/* Runs the callbacks for revocations. */
void brb_engine_announce_revoked(brabeion_engine *engine, const brabeion_change_list *revoked);

/* Reads badges.yaml and publishes a generation; a failure changes nothing. The caller holds `reloading`. */
void brb_engine_reload_locked(brabeion_engine *engine, brb_reload_outcome *outcome);

/* Logs the outcome and runs on-reload callbacks. Call it without locks; the caller frees the error. */
void brb_engine_announce_reload(brabeion_engine *engine, const brb_reload_outcome *outcome);

/* True while this thread is inside an on-reload callback of this engine. */
bool brb_engine_is_announcing_reload(const brabeion_engine *engine);

/*
 * The stages of loading a badge set: before reading badges.yaml (`path` NULL: out of memory); after it, before loading
 * plugins (left out if it can't be read); at the end (`generation` NULL: failed). The caller holds `reloading`.
 */
void brb_watching_begin(brabeion_engine *engine, const char *path);
void brb_watching_read(brabeion_engine *engine, const brb_config *config);
void brb_watching_end(brabeion_engine *engine, const brb_generation *generation);

/* Ends the watcher's thread. Call it from another thread, without locks. */
void brb_watching_finish(brb_watching *watching);

/* Call it once the store is open. (event_stats.c) */
brabeion_status brb_engine_open_event_stats(brabeion_engine *engine, brabeion_error *error);

/* Stores the rest. Call it while the engine can still judge. */
void brb_engine_close_event_stats(brabeion_engine *engine);

/* Starts the thread that stores stats, if it does not run: it does the chores at once, then each minute. */
void brb_engine_start_upkeep(brabeion_engine *engine);

/*
 * Call it after the first publish: starts the upkeep if anything is left to be done. Else there is no thread, so that a
 * host may fork now: a child that opens an engine inherits the locks of the C library and SQLite as threads hold them.
 */
void brb_engine_resume_chores(brabeion_engine *engine);

/* Does what forgetting and merging have left; what cannot be done now stays. (chores.c) */
brabeion_pending brb_engine_do_chores(brabeion_engine *engine);

/* Stores what was collected so far. After an error of the store, it is tried again later. */
brabeion_status brb_engine_store_event_stats(brabeion_engine *engine, brabeion_error *error);

/* Runs a request with the current generation held; `judge` is uninitialized space for its judge. */
brabeion_status brb_engine_run(brabeion_engine *engine, brb_judge *judge, brb_request *request);

/* The same in a transaction that no other request shares: see brb_group_commit_run_alone. */
brabeion_status brb_engine_run_alone(brabeion_engine *engine, brb_judge *judge, brb_request *request);

/* ---- bulks (bulk.c) ---- */

/*
 * Does a request in the bulk's transaction, which is begun before the work, and stays open. A failure undoes all that the
 * bulk has done since its last commit. The request does not touch the history's time after a failure: the bulk does.
 */
brabeion_status brb_bulk_run(brabeion_bulk *bulk, brb_request *request);

/*
 * Call it before judging the event at `at`: starts fetching users of the events after it. In a history of millions of users,
 * most of the time would be spent waiting for memory.
 */
void brb_bulk_expect(brb_store *store, const brabeion_event *events, size_t count, size_t at);

/* Fills in which of the list's badges are quarantined. (quarantine.c) */
brabeion_status brb_engine_fill_quarantine(brabeion_engine *engine, const brb_generation *generation,
					   brabeion_badge_list *list, brabeion_error *error);

/* The journal's extent, with the generation's limits. (journal.c) */
brabeion_status brb_engine_journal(brabeion_engine *engine, const brb_generation *generation,
				   brabeion_journal_info *info, brabeion_error *error);

/* Lists a generation's badges; with `store` (may be NULL), also their holders. */
brabeion_status brb_engine_list_badges(const brb_generation *generation, brb_store *store, brabeion_badge_list *list,
				       brabeion_error *error);

/* ---- languages and pictures ---- */

/* BRABEION_INVALID for a malformed language. NULL and "" are the default one. (languages.c) */
brabeion_status brb_engine_check_language(const char *language, brabeion_error *error);

/* A level's texts in a language; NULL: not translated. */
typedef struct brb_level_words {
	const char *name;
	const char *description;
} brb_level_words;

brb_level_words brb_engine_translate(const brb_generation *generation, const char *slug, uint32_t level,
				     const char *language);

/* Translate a list in its own memory. */
brabeion_status brb_engine_translate_badges(const brb_generation *generation, const char *language,
					    brabeion_badge_list *list, brabeion_error *error);
brabeion_status brb_engine_translate_awards(brabeion_engine *engine, const char *language, brabeion_award_list *list,
					    brabeion_error *error);
brabeion_status brb_engine_translate_changes(brabeion_engine *engine, const char *language,
					     brabeion_change_list *list, brabeion_error *error);

/* Returns BRABEION_INVALID: no badge has this slug; the message suggests a similar one. (levels.c) */
brabeion_status brb_engine_no_badge(const brb_generation *generation, const char *slug, brabeion_error *error);

/* Returns BRABEION_INVALID: there is no user of this name; `near` ("": none) is a similar one. (users.c) */
brabeion_status brb_engine_no_user(const char *user, const char *near, const char *what, brabeion_error *error);

/* Finds a loaded badge and level; *level 0 becomes its highest. BRABEION_INVALID: there is none. (levels.c) */
brabeion_status brb_engine_find_level(const brb_generation *generation, const char *slug, uint32_t *level,
				      const brb_badge **out, brabeion_error *error);

#endif
