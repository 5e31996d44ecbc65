/*
 * store: opening, closing, and transactions. See store.h; the other files of the room hold what happens inside one.
 *
 * The cells stay right across transactions as long as nobody else commits. SQLite's data version tells: it moves with
 * every commit of any connection, so it is read after our own commit and compared at the next begin.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "store/internal.h"

enum { CELLS_BYTES_MOST = 16 * 1024 * 1024 };

/* ---- opening ---- */

static brabeion_status init_locks(brb_store *store, brabeion_error *error)
{
	if (pthread_mutex_init(&store->writing, NULL) != 0)
		return brb_status_no_memory(error);
	if (pthread_mutex_init(&store->reading, NULL) == 0)
		return BRABEION_OK;
	pthread_mutex_destroy(&store->writing);
	return brb_status_no_memory(error);
}

brabeion_status brb_store_open(const brb_store_options *options, brb_store **out, brabeion_error *error)
{
	brb_store *store = brb_memory_take_zeroed(1, sizeof *store);
	if (!store || !(store->path = brb_memory_copy(options->path))) {
		brb_memory_release(store);
		return brb_status_no_memory(error);
	}
	store->options = *options;
	store->options.path = store->path;
	brabeion_status status = init_locks(store, error);
	if (status != BRABEION_OK) {
		brb_memory_release(store->path);
		brb_memory_release(store);
		return status;
	}
	store->known = brb_held_cache_open();
	brb_builder journal = { 0 };
	brb_builder_printf(&journal, "%s-wal", store->path); /* sqlite.org/tempfiles.html, section 2.2 */
	store->journal_path = brb_builder_take(&journal);
	status = !store->known || !store->journal_path
			 ? brb_status_no_memory(error)
			 : brb_database_open(&store->database, &store->options, NULL, error);
	if (status != BRABEION_OK) {
		brb_store_close(store);
		return status;
	}
	*out = store;
	return BRABEION_OK;
}

void brb_store_close(brb_store *store)
{
	if (!store)
		return;
	brb_database_close(&store->reader);
	brb_database_close(&store->database);
	brb_store_forget_changes(store);
	brb_value_cache_clear(&store->cells);
	brb_arena_finish(&store->arena);
	brb_arena_finish(&store->jobs.arena);
	brb_builder_finish(&store->jobs.state);
	brb_builder_finish(&store->journal.state);
	brb_held_cache_close(store->known);
	pthread_mutex_destroy(&store->reading);
	pthread_mutex_destroy(&store->writing);
	brb_memory_release(store->changes);
	brb_memory_release(store->awards);
	brb_memory_release(store->jobs.pending);
	brb_memory_release(store->journal_path);
	brb_memory_release(store->path);
	brb_memory_release(store);
}

const char *brb_store_path(const brb_store *store)
{
	return store->path;
}

const char *brb_store_journal_path(const brb_store *store)
{
	return store->journal_path;
}

/* ---- transactions ---- */

static brabeion_status run(brb_store *store, brb_statement which, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	return statement ? brb_database_run(&store->database, statement, error) : error->status;
}

static brabeion_status read_counter(brb_store *store, const char *name, int64_t *value, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_COUNTER, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	*value = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

/* Another connection has committed, or our own last transaction failed: what is cached may be wrong. */
static brabeion_status start_afresh(brb_store *store, brabeion_error *error)
{
	brb_value_cache_clear(&store->cells);
	brb_held_cache_forget(store);
	store->jobs.next_is_known = false;
	store->journal.is_known = false;
	brabeion_status status = read_counter(store, "sequence", &store->last_sequence, error);
	if (status == BRABEION_OK)
		status = read_counter(store, "seen_since_s", &store->seen.since_s, error);
	store->written_sequence = store->last_sequence;
	store->cells_are_right = status == BRABEION_OK;
	return status;
}

static void end_transaction(brb_store *store, bool cells_are_right)
{
	brb_store_forget_changes(store);
	store->jobs.are_ready = false;
	store->cells_are_right = cells_are_right;
	if (cells_are_right)
		brb_value_cache_evict(&store->cells, CELLS_BYTES_MOST);
	else
		brb_value_cache_clear(&store->cells);
	pthread_mutex_unlock(&store->writing);
}

brabeion_status brb_store_begin(brb_store *store, brabeion_error *error)
{
	pthread_mutex_lock(&store->writing);
	brabeion_status status = run(store, BRB_STATEMENT_BEGIN, error);
	if (status != BRABEION_OK) {
		pthread_mutex_unlock(&store->writing);
		return status;
	}
	uint32_t version = brb_database_data_version(&store->database);
	if (!store->cells_are_right || version != store->known_version)
		status = start_afresh(store, error);
	if (status != BRABEION_OK) {
		brb_store_rollback(store);
		return status;
	}
	store->written_early = false;
	brb_held_cache_confirm(store);
	brb_store_mark(store);
	return BRABEION_OK;
}

void brb_store_rollback(brb_store *store)
{
	brabeion_error ignored = BRABEION_NO_ERROR;
	if (!sqlite3_get_autocommit(store->database.handle)) /* some errors have rolled back already */
		run(store, BRB_STATEMENT_ROLLBACK, &ignored);
	brabeion_error_finish(&ignored);
	store->seen.under_way = false;
	end_transaction(store, false);
}

/*
 * SQLite writes to the journal before readers see the commit, long before at synchronous FULL: who woke at that write
 * would look too early, and sleep on. So the journal's times are set once the commit can be seen.
 */
static void wake_watchers(brb_store *store)
{
	if (store->jobs.are_ready && !atomic_load_explicit(&store->jobs.were_stored, memory_order_relaxed))
		atomic_store_explicit(&store->jobs.were_stored, true, memory_order_relaxed);
	if (store->last_sequence != store->written_sequence || store->jobs.are_ready)
		utimensat(AT_FDCWD, store->journal_path, NULL, 0);
}

brabeion_status brb_store_commit(brb_store *store, brabeion_error *error)
{
	brabeion_status status = brb_store_write_changes(store, error);
	if (status == BRABEION_OK)
		status = brb_store_sweep_seen(store, error);
	if (status == BRABEION_OK)
		status = brb_store_sweep_journal(store, error);
	if (status == BRABEION_OK)
		status = brb_database_check_in_place(&store->database, error);
	if (status == BRABEION_OK)
		status = run(store, BRB_STATEMENT_COMMIT, error);
	if (status != BRABEION_OK) {
		brb_store_rollback(store);
		return status;
	}
	wake_watchers(store);
	store->written_sequence = store->last_sequence;
	atomic_fetch_add_explicit(&store->commit_count, 1, memory_order_relaxed);
	store->known_version = brb_database_data_version(&store->database);
	end_transaction(store, true);
	return BRABEION_OK;
}

bool brb_store_has_stored_jobs(const brb_store *store)
{
	return atomic_load_explicit(&store->jobs.were_stored, memory_order_relaxed);
}

uint64_t brb_store_commit_count(const brb_store *store)
{
	return atomic_load_explicit(&store->commit_count, memory_order_relaxed);
}
