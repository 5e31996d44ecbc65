/*
 * api/internal: what the files of the room share.
 */
#ifndef BRB_API_INTERNAL_H
#define BRB_API_INTERNAL_H

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

/* Begin each function that enters an engine (tests/floors): its allocator is used until the function returns. */
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

/* Events that wait for the library's thread, and those that wait to be told. (submit.c) */
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

/* Has what waits judged, ends the thread; completions that were not dispatched are dropped. */
void brb_submissions_finish(brb_submissions *submissions);

/* What came of one reload. (reload.c) */
typedef struct brb_reload_outcome {
	brabeion_receipt receipt; /* all zeroes when it failed */
	brabeion_error error;
	uint64_t generation; /* current after it */
} brb_reload_outcome;

/* Reloading by itself. Guarded by `reloading`. (watch.c) */
typedef enum brb_watching_word { BRB_WATCHING_AS_FILE, BRB_WATCHING_ON, BRB_WATCHING_OFF } brb_watching_word;

typedef struct brb_watching {
	void (*reload)(brabeion_engine *engine, brb_reload_outcome *outcome); /* brb_engine_reload_locked */
	brb_watch *watch;       /* NULL: has never been on; kept when it is off, until the engine is closed */
	brb_watching_word word; /* the host's */
	bool file_says_on;      /* the badges.yaml that is at work */
	bool will_say_on;       /* the one that was read last */
	bool is_on;
	brb_watch_files files;      /* of the last badges.yaml that could be read */
	brb_watch_digest content;   /* of badges.yaml, at the last attempt to load it */
	brb_watch_digest attempted; /* the state that attempt began from, whatever came of it; "": not known */
	brb_watch_digest loaded;    /* the state of the badge set that is at work */
	int64_t again_us;    /* a reload failed for a passing cause: it is tried again after this; 0: none did */
	int64_t again_at_us; /* when, monotonic */
	char *trouble;       /* what could not be watched, as told last; NULL: nothing */
} brb_watching;

/* Connections for looking at what is committed that nobody uses now: opening one takes longer than a look. (progress.c) */
enum { BRB_LOOKS_IDLE_MOST = 4 };

typedef struct brb_looks {
	pthread_mutex_t lock; /* guards the rest */
	size_t idle_count;
	brb_snapshot_reader *idle[BRB_LOOKS_IDLE_MOST];
} brb_looks;

/* Closes them, before the store. */
void brb_looks_finish(brb_looks *looks);

/* The engine's own workers. (work.c) */
typedef struct brb_workers {
	bool is_open;
	uint32_t configured; /* by badges.yaml, at the open */
	uint32_t wanted;
	atomic_bool started;
	pthread_mutex_t waiting; /* one of them waits for work, the others for this */
	pthread_mutex_t lock;    /* guards what follows */
	bool ending;
	uint32_t count;
	pthread_t *threads;
} brb_workers;

/* What is noted while judging, and the thread that brings it to the store. (notices.c) */
typedef struct brb_noting {
	brb_event_stats noted;
	pthread_mutex_t storing; /* one at a time brings it */
	pthread_mutex_t lock;    /* guards the rest */
	pthread_cond_t changed;
	bool is_open;
	bool has_thread;
	bool ending;
	pthread_t thread;
} brb_noting;

struct brabeion_engine {
	const unsigned char *born_here; /* one byte that the kernel zeroes in a child of fork */
	brb_config_source source;       /* its texts are in `texts` */
	brb_arena texts;
	char *working_folder;                /* as of the open: relative paths start there */
	char *database;                      /* of the options; NULL: as badges.yaml says */
	char *cache_dir;                     /* as of the open, like those below; NULL: badges.yaml had none */
	const brabeion_allocator *allocator; /* NULL: the C library's */
	bool existing_only;
	bool synchronous_full; /* as of the open, like the two below: a reload does not change them */
	int64_t busy_timeout_ms;
	int64_t retention_us;
	brb_log log;
	brb_clock clock;
	brb_image_copies *copies;
	brb_store *store;
	pthread_mutex_t reloading; /* one reload at a time */
	brb_registry registry;
	brb_judge_shared judging; /* of the members here; set at the open */
	brb_group_commit group;
	brb_quarantine quarantine;
	brb_noting notices;
	brb_history *history; /* NULL: time is the clock's */
	int runs_fd;          /* of <database>-runs; -1: not needed yet */
	brb_jobs jobs;
	brb_workers workers;
	brb_submissions submissions;
	brb_watching watching;
	brb_looks looks;
	pthread_mutex_t feed_lock;      /* guards `feed_fd` */
	int feed_fd;                    /* -1: not asked for yet */
	pthread_mutex_t callbacks_lock; /* guards what follows */
	size_t callback_count;
	brb_callback callbacks[BRB_CALLBACKS_MOST];
};

/* brabeion_open. Unless `journaled`, the engine keeps no journal, whatever badges.yaml says. */
brabeion_status brb_engine_open(const brabeion_options *options, bool journaled, brabeion_engine **out,
				brabeion_error *error);

/*
 * BRABEION_OK when this thread may call this engine now, whose allocator it then uses; else BRABEION_REENTRANT or
 * BRABEION_FORKED.
 */
brabeion_status brb_engine_enter(const brabeion_engine *engine);

/* The same, with a message. */
brabeion_status brb_engine_enter_or_say(const brabeion_engine *engine, brabeion_error *error);

/* The same for a call that has no engine: copies the host's options (may be NULL), and uses their allocator. */
brabeion_status brb_engine_enter_with(const brabeion_options *theirs, brabeion_options *options,
				      brabeion_error *error);

/* The configuration that the options name. */
brb_config_source brb_engine_source_of(const brabeion_options *options);

/* ---- loading (load.c, visit.c, reload.c) ---- */

/* The path as it was meant at the open, whatever the working directory is later. NULL: no memory. */
char *brb_engine_path_at_open(const brabeion_engine *engine, const char *path);

/* Told before plugins are loaded: a folder that is not there would else look like a lack of one for their copies. */
brabeion_status brb_engine_check_folder(const char *database, brabeion_error *error);

/* Where copies of plugins may live: cache_dir alone when it is given. */
brabeion_status brb_engine_open_copies(const brb_config *config, const char *database, const char *last_resort,
				       const brb_log *log, brb_image_copies **copies, brabeion_error *error);

/* All faults of the file and of what it names, at once. */
brabeion_status brb_engine_load(brb_config *config, brb_image_copies *copies, const brb_generation *before,
				const brb_log *log, brb_generation **out, brabeion_error *error);

/*
 * Loads what the host's options (may be NULL) name, without a database, shows it to the visitor, and unloads it. Checks the
 * language first. For a public function that has no engine: the error is handed over.
 */
typedef brabeion_status (*brb_engine_visitor)(const brb_generation *generation, void *context, brabeion_error *error);
brabeion_status brb_engine_visit(const brabeion_options *theirs, const char *language, brb_engine_visitor visitor,
				 void *context, brabeion_error *error);

/* Numbers of badges and plugins in the store, or as in `before`, the generation at work (NULL: none). Before publishing. */
brabeion_status brb_engine_number_badges(brb_generation *generation, const brb_generation *before, brb_store *store,
					 brabeion_error *error);

/* ---- judging ---- */

/* Runs the callbacks for the awards of the results, or queues them when this thread is inside a callback. */
void brb_engine_announce(brabeion_engine *engine, const brabeion_result *results, size_t count);

/* Does what calls the host back, other than news: what is earned inside is told after it. Not inside a callback. */
void brb_engine_call_back(void (*work)(void *context), void *context);

/* Begins a history, with the jobs of those that are dead. The first generation is published. (history.c) */
brabeion_status brb_engine_open_history(brabeion_engine *engine, uint32_t attempts_most, brabeion_error *error);
void brb_engine_close_history(brabeion_engine *engine);

/* Once the store is open; ends them, after the job at hand. (work.c) */
brabeion_status brb_engine_open_workers(brabeion_engine *engine, const brb_config *config, bool none,
					brabeion_error *error);
void brb_engine_close_workers(brabeion_engine *engine);

/* A generation was published: starts workers if there may be something for them, and wakes those that are there. */
void brb_engine_consider_workers(brabeion_engine *engine);

/* After a commit: starts them if this engine has stored a job. */
void brb_engine_notice_jobs(brabeion_engine *engine);
void brb_engine_set_limits(brabeion_engine *engine, const brb_config *config);
void brb_engine_announce_jobs(void *engine, const brabeion_result *results, size_t count);

/* True while this thread is inside a callback. */
bool brb_engine_is_announcing(void);

/* Judges and commits events without telling callbacks. The library's own threads come in here, too. */
brabeion_status brb_engine_judge(brabeion_engine *engine, const brabeion_event *events, size_t count,
				 brabeion_result *results);

/* Runs the callbacks for revocations. */
void brb_engine_announce_revoked(brabeion_engine *engine, const brabeion_change_list *revoked);

/* Reads badges.yaml again and publishes what comes of it, or leaves all as it is. Holds `reloading`. */
void brb_engine_reload_locked(brabeion_engine *engine, brb_reload_outcome *outcome);

/* Tells the log and the callbacks; no lock is held. The error stays the caller's. */
void brb_engine_tell_reload(brabeion_engine *engine, const brb_reload_outcome *outcome);

/* True while this thread is inside an on-reload callback of this engine. */
bool brb_engine_is_telling_reload(const brabeion_engine *engine);

/*
 * The three stages of an attempt to load a badge set: badges.yaml is about to be read (from `path`; NULL: there was no
 * memory), it has been read and its plugins are about to be, a generation is at work (NULL: the attempt failed). The
 * second is left out when it could not be read. Hold `reloading`.
 */
void brb_watching_begin(brabeion_engine *engine, const char *path);
void brb_watching_read(brabeion_engine *engine, const brb_config *config);
void brb_watching_end(brabeion_engine *engine, const brb_generation *generation);

/* Ends the watcher's thread. Neither from it nor with a lock held. */
void brb_watching_finish(brb_watching *watching);

/* Once the store is open. (notices.c) */
brabeion_status brb_engine_open_event_stats(brabeion_engine *engine, brabeion_error *error);

/* Brings what is left to the store, if there is anything; the rooms for judging are still there. */
void brb_engine_close_event_stats(brabeion_engine *engine);

/* Brings what was noted so far to the store now. Errors: of the store; then it is brought later. */
brabeion_status brb_engine_store_event_stats(brabeion_engine *engine, brabeion_error *error);

/* Has a request done with the current generation held; `judge` is room for the request's judge. */
brabeion_status brb_engine_run(brabeion_engine *engine, brb_judge *judge, brb_request *request);

/* The same in a transaction that no other request shares: see brb_group_commit_run_alone. */
brabeion_status brb_engine_run_alone(brabeion_engine *engine, brb_judge *judge, brb_request *request);

/* Fills in which of a generation's badges are set aside. (quarantine.c) */
brabeion_status brb_engine_tell_quarantine(brabeion_engine *engine, const brb_generation *generation,
					   brabeion_badge_list *list, brabeion_error *error);

/* What there is of the journal, with the generation's bounds. (journal.c) */
brabeion_status brb_engine_journal(brabeion_engine *engine, const brb_generation *generation,
				   brabeion_journal_info *info, brabeion_error *error);

/* All badges of a generation; with `store`, their holders. */
brabeion_status brb_engine_list_badges(const brb_generation *generation, brb_store *store, brabeion_badge_list *list,
				       brabeion_error *error);

/* ---- languages and pictures ---- */

/* BRABEION_INVALID for what is no language. NULL and "" are the usual one. (languages.c) */
brabeion_status brb_engine_check_language(const char *language, brabeion_error *error);

/* What a level says in a language; NULL where there is no translation. */
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

/* Answers BRABEION_INVALID: no badge of this slug is loaded, and which is likely meant. (levels.c) */
brabeion_status brb_engine_no_badge(const brb_generation *generation, const char *slug, brabeion_error *error);

/* A loaded badge and its level, 0 of which becomes its highest; BRABEION_INVALID when it is not there. (levels.c) */
brabeion_status brb_engine_find_level(const brb_generation *generation, const char *slug, uint32_t *level,
				      const brb_badge **out, brabeion_error *error);

#endif
