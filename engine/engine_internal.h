/*
 * engine_internal: what the files of the room engine share.
 */
#ifndef BRB_ENGINE_INTERNAL_H
#define BRB_ENGINE_INTERNAL_H

#include <pthread.h>

#include "config/config.h"
#include "judging/group.h"
#include "judging/history.h"
#include "judging/jobs.h"
#include "loading/registry.h"
#include "store/store.h"

enum { BRB_CALLBACKS_MOST = 16 };

/* Either of on_award or on_revoke. */
typedef struct brb_callback {
	brabeion_award_callback on_award;
	brabeion_revoke_callback on_revoke;
	void *context;
} brb_callback;

/* Events that wait for the library's thread, and those that wait to be told. (engine_submit.c) */
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

/* The engine's own workers. (engine_work.c) */
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

struct brabeion_engine {
	const unsigned char *born_here; /* one byte that the kernel zeroes in a child of fork */
	char *config_path;
	char *working_folder; /* as of the open: relative paths start there */
	char *database;       /* of the options; NULL: as badges.yaml says */
	bool existing_only;
	bool synchronous_full; /* as of the open, like the two below: a reload does not change them */
	int64_t busy_timeout_ms;
	int64_t retention_us;
	brb_log log;
	brb_clock clock;
	brb_image_home *home;
	brb_store *store;
	pthread_mutex_t reloading; /* one reload at a time */
	brb_registry registry;
	brb_group group;
	brb_history *history; /* NULL: time is the clock's */
	int runs_fd;          /* of <database>-runs; -1: not needed yet */
	brb_jobs jobs;
	brb_workers workers;
	brb_submissions submissions;
	pthread_mutex_t feed_lock;      /* guards `feed_fd` */
	int feed_fd;                    /* -1: not asked for yet */
	pthread_mutex_t callbacks_lock; /* guards what follows */
	size_t callback_count;
	brb_callback callbacks[BRB_CALLBACKS_MOST];
};

/* BRABEION_OK when this thread may call this engine now, else BRABEION_REENTRANT or BRABEION_FORKED. */
brabeion_status brb_engine_enter(const brabeion_engine *engine);
const char *brb_engine_refusal(brabeion_status status);

/* Runs the callbacks for the awards of the results, or queues them when this thread is inside a callback. */
void brb_engine_announce(brabeion_engine *engine, const brabeion_result *results, size_t count);

/* Begins a history, with the jobs of those that are dead. The first generation is published. (engine_history.c) */
brabeion_status brb_engine_open_history(brabeion_engine *engine, uint32_t attempts_most, brabeion_error *error);
void brb_engine_close_history(brabeion_engine *engine);

/* Once the store is open; ends them, after the job at hand. (engine_work.c) */
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

/* Has a request done with the current generation held; `judge` is room for the request's judge. */
brabeion_status brb_engine_run(brabeion_engine *engine, brb_judge *judge, brb_request *request);

/* All badges of a generation; with `store`, their holders. */
brabeion_status brb_engine_list_badges(const brb_generation *generation, brb_store *store, brabeion_badge_list *list,
				       brabeion_error *error);

#endif
