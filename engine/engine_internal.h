/*
 * engine_internal: what the files of the room engine share.
 */
#ifndef BRB_ENGINE_INTERNAL_H
#define BRB_ENGINE_INTERNAL_H

#include <pthread.h>

#include "config/config.h"
#include "judging/group.h"
#include "loading/registry.h"
#include "store/store.h"

enum { BRB_CALLBACKS_MOST = 16 };

/* Either of on_award or on_revoke. */
typedef struct brb_callback {
	brabeion_award_callback on_award;
	brabeion_revoke_callback on_revoke;
	void *context;
} brb_callback;

struct brabeion_engine {
	const unsigned char *born_here; /* one byte that the kernel zeroes in a child of fork */
	char *config_path;
	char *working_folder; /* as of the open: relative paths start there */
	char *database;       /* of the options; NULL: as badges.yaml says */
	brb_log log;
	brb_clock clock;
	brb_image_home *home;
	brb_store *store;
	pthread_mutex_t reloading; /* one reload at a time */
	brb_registry registry;
	brb_group group;
	pthread_mutex_t callbacks_lock; /* guards what follows */
	size_t callback_count;
	brb_callback callbacks[BRB_CALLBACKS_MOST];
};

/* BRABEION_OK when this thread may call this engine now, else BRABEION_REENTRANT or BRABEION_FORKED. */
brabeion_status brb_engine_enter(const brabeion_engine *engine);
const char *brb_engine_refusal(brabeion_status status);

/* Runs the callbacks for the awards of the results, or queues them when this thread is inside a callback. */
void brb_engine_announce(brabeion_engine *engine, const brabeion_result *results, size_t count);

/* The same for revocations. */
void brb_engine_announce_revoked(brabeion_engine *engine, const brabeion_change_list *revoked);

/* Has a request done with the current generation held; `judge` is room for the request's judge. */
brabeion_status brb_engine_run(brabeion_engine *engine, brb_judge *judge, brb_request *request);

/* All badges of a generation; with `store`, their holders. */
brabeion_status brb_engine_list_badges(const brb_generation *generation, brb_store *store, brabeion_badge_list *list,
				       brabeion_error *error);

#endif
