/*
 * store: opening and closing. See store.h; transactions are in transaction.c, what happens inside one in the other files.
 */
#include "store/store.h"

#include "base/memory.h"
#include "store/internal.h"
#include "store/sqlite/driver.h"

enum { MEMORY_BYTES_USUAL = 64 * 1024 * 1024 };

static const brb_participant *const participants[] = { &brb_users_participant,
						       &brb_awards_participant,
						       &brb_jobs_participant,
						       &brb_seen_participant,
						       &brb_journal_participant,
						       &brb_clock_participant,
						       NULL };

brabeion_status brb_store_open(const brb_store_options *options, brb_store **out, brabeion_error *error)
{
	brb_store *store = brb_memory_take_zeroed(1, sizeof *store);
	if (!store || pthread_mutex_init(&store->writing, NULL) != 0 ||
	    pthread_mutex_init(&store->seen.feeding, NULL) != 0) {
		brb_memory_release(store);
		return brb_status_no_memory(error);
	}
	store->driver = &brb_sqlite_driver;
	store->participants = participants;
	store->options = *options;
	if (store->options.memory_bytes <= 0)
		store->options.memory_bytes = MEMORY_BYTES_USUAL;
	if (!store->options.mode)
		store->options.mode = 0600;
	store->options.path = store->path = brb_memory_copy(options->path);
	store->held_cache = brb_held_cache_open();
	int64_t merges = 0;
	brabeion_status status = store->path && store->held_cache
					 ? store->driver->open(&store->options, &store->db, error)
					 : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		status = store->driver->read->counter(store->db, BRB_COUNTER_MERGES, &merges, error);
	atomic_store_explicit(&store->has_aliases, merges != 0, memory_order_relaxed);
	if (status == BRABEION_OK)
		*out = store;
	else
		brb_store_close(store);
	return status;
}

void brb_store_close(brb_store *store)
{
	if (!store)
		return;
	store->driver->close(store->db);
	brb_store_forget_changes(store);
	brb_value_cache_clear(&store->values);
	brb_arena_finish(&store->awards.texts);
	brb_arena_finish(&store->jobs.texts);
	brb_builder_finish(&store->jobs.state);
	brb_builder_finish(&store->journal.state);
	brb_builder_finish(&store->journal.verdicts);
	brb_held_cache_close(store->held_cache);
	pthread_mutex_destroy(&store->writing);
	brb_memory_release(store->undo);
	brb_memory_release(store->undo_bytes);
	brb_memory_release(store->user_changes);
	brb_memory_release(store->thing_effects);
	brb_memory_release(store->cell_effects);
	brb_memory_release(store->users.pending);
	pthread_mutex_destroy(&store->seen.feeding);
	brb_memory_release(store->seen.pending);
	brb_memory_release(store->seen.renewed);
	brb_memory_release(store->seen.slots);
	brb_memory_release(store->seen.periods);
	brb_hash_filter_finish(&store->seen.filter);
	brb_hash_filter_finish(&store->users.filter);
	brb_arena_finish(&store->texts);
	brb_memory_release(store->awards.pending);
	brb_memory_release(store->jobs.pending);
	brb_memory_release(store->path);
	brb_memory_release(store);
}

const char *brb_store_path(const brb_store *store)
{
	return store->path;
}

brabeion_status brb_store_watch(brb_store *store, int *fd, brabeion_error *error)
{
	return store->driver->watch(store->db, fd, error);
}

void brb_store_drain(brb_store *store, int fd)
{
	store->driver->drain(store->db, fd);
}

void brb_store_unwatch(brb_store *store, int fd)
{
	store->driver->unwatch(store->db, fd);
}

brabeion_status brb_store_backup(brb_store *store, const char *path, bool replace, brabeion_error *error)
{
	return store->driver->backup(store->db, path, replace, error);
}
