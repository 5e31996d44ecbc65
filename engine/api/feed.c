/*
 * api/feed: the feed of changes, and the descriptor that tells when to look at it. The times of the store's journal
 * are set after every commit that changed an award, by whichever process: an inotify watch on it is all that is
 * needed, and no thread.
 */
#include <sys/inotify.h>
#include <unistd.h>

#include "api/internal.h"

int brabeion_changes_fd(brabeion_engine *engine)
{
	BRB_CALL;
	if (brb_engine_enter(engine) != BRABEION_OK)
		return -1;
	pthread_mutex_lock(&engine->feed_lock);
	if (engine->feed_fd < 0) {
		int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (fd >= 0 && inotify_add_watch(fd, brb_store_journal_path(engine->store), IN_ATTRIB) < 0) {
			close(fd);
			fd = -1;
		}
		engine->feed_fd = fd;
	}
	int fd = engine->feed_fd;
	pthread_mutex_unlock(&engine->feed_lock);
	return fd;
}

/* Makes the descriptor quiet, before the database is read: what is committed after this makes it readable again. */
static void quieten(brabeion_engine *engine)
{
	char events[4096];
	pthread_mutex_lock(&engine->feed_lock);
	while (engine->feed_fd >= 0 && read(engine->feed_fd, events, sizeof events) > 0)
		continue;
	pthread_mutex_unlock(&engine->feed_lock);
}

brabeion_status brabeion_changes_since(brabeion_engine *engine, int64_t sequence, size_t limit,
				       brabeion_change_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK) {
		brb_status_refuse(&fault, status);
	} else {
		quieten(engine);
		brb_store_list_changes(engine->store, sequence, limit, list, &fault);
	}
	return brb_status_hand_over(error, &fault);
}
