/*
 * api/feed: the feed of changes, and a descriptor that polls readable when there may be new ones: a watch on commits
 * (brb_store_watch), without a thread.
 */
#include "api/internal.h"

int brabeion_changes_fd(brabeion_engine *engine)
{
	BRB_CALL;
	if (brb_engine_enter(engine) != BRABEION_OK)
		return -1;
	pthread_mutex_lock(&engine->feed_lock);
	if (engine->feed_fd < 0) {
		brabeion_error ignored = BRABEION_NO_ERROR;
		brb_store_watch(engine->store, &engine->feed_fd, &ignored);
		brabeion_error_finish(&ignored);
	}
	int fd = engine->feed_fd;
	pthread_mutex_unlock(&engine->feed_lock);
	return fd;
}

/* Drains the descriptor. Call it before reading the database: later commits make it readable again. */
static void drain(brabeion_engine *engine)
{
	pthread_mutex_lock(&engine->feed_lock);
	if (engine->feed_fd >= 0)
		brb_store_drain(engine->store, engine->feed_fd);
	pthread_mutex_unlock(&engine->feed_lock);
}

brabeion_status brabeion_changes_since(brabeion_engine *engine, int64_t sequence, const brabeion_list_options *theirs,
				       brabeion_change_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_list_options options;
	brabeion_change_list read = { 0 };
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK &&
	    brb_size_take(BRB_SIZE_LIST_OPTIONS, theirs, &options, &fault) == BRABEION_OK &&
	    brb_engine_check_language(options.language, &fault) == BRABEION_OK) {
		drain(engine);
		if (brb_store_list_changes(engine->store, sequence, options.limit, &read, &fault) == BRABEION_OK)
			brb_engine_translate_changes(engine, options.language, &read, &fault);
	}
	read.stride = sizeof *read.changes;
	if (fault.status == BRABEION_OK)
		*list = read;
	else
		brabeion_change_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}
