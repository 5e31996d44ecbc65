/*
 * store/names: users, events, slugs and plugins as numbers. A number, once given, never changes. A new name is written
 * at once, inside the transaction that needs it; it stays when a judgement is undone, which nobody can tell.
 */
#include "store/internal.h"

/* ?1 is the name, ?2 `scope` where the statement has one. */
static sqlite3_stmt *bind_name(brb_database *database, brb_statement which, const char *name, const uint32_t *scope,
			       brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(database, which, error);
	if (!statement)
		return NULL;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	if (scope)
		sqlite3_bind_int64(statement, 2, *scope);
	return statement;
}

/* *number is 0 when there is none. */
static brabeion_status read_number(brb_database *database, brb_statement select, const char *name,
				   const uint32_t *scope, int64_t *number, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = bind_name(database, select, name, scope, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(database, statement, &row, error);
	*number = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

static brabeion_status make_number(brb_store *store, brb_statement insert, const char *name, const uint32_t *scope,
				   int64_t *number, brabeion_error *error)
{
	sqlite3_stmt *statement = bind_name(&store->database, insert, name, scope, error);
	if (!statement)
		return error->status;
	if (insert == BRB_STATEMENT_BADGE_ADD) /* a new badge that never fired is not to be blamed for it */
		sqlite3_bind_int64(statement, 2, brb_clock_now_us(&store->options.clock) / 1000000);
	brabeion_status status = brb_database_run(&store->database, statement, error);
	*number = sqlite3_last_insert_rowid(store->database.handle);
	return status;
}

/* After a failure the transaction ends, and with it the cell, whatever it holds. */
static brabeion_status cached_number(brb_store *store, const brb_cache_key *key, brb_statement select,
				     brb_statement insert, const char *name, const uint32_t *scope, bool make,
				     int64_t *number, brabeion_error *error)
{
	bool found;
	brabeion_status status = BRABEION_OK;
	brb_cache_entry *cell = brb_store_cell(store, key, &found, error);
	if (!cell)
		return error->status;
	if (!found)
		status = read_number(&store->database, select, name, scope, &cell->number, error);
	if (status == BRABEION_OK && make && !cell->number)
		status = make_number(store, insert, name, scope, &cell->number, error);
	if (status == BRABEION_OK)
		*number = cell->number;
	return status;
}

brabeion_status brb_store_user(brb_store *store, const char *user, bool make, int64_t *number, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_USER);
	brb_cache_key_text(&key, user);
	return cached_number(store, &key, BRB_STATEMENT_USER, BRB_STATEMENT_USER_ADD, user, NULL, make, number,
			     error);
}

brabeion_status brb_store_event(brb_store *store, const char *event, int64_t *number, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_EVENT);
	brb_cache_key_text(&key, event);
	return cached_number(store, &key, BRB_STATEMENT_EVENT, BRB_STATEMENT_EVENT_ADD, event, NULL, true, number,
			     error);
}

brabeion_status brb_store_slug(brb_store *store, const char *slug, bool make, int64_t *number, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_BADGE);
	brb_cache_key_text(&key, slug);
	return cached_number(store, &key, BRB_STATEMENT_BADGE, BRB_STATEMENT_BADGE_ADD, slug, NULL, make, number,
			     error);
}

brabeion_status brb_store_memory(brb_store *store, uint32_t plugin, const char *name, bool make, int64_t *number,
				 brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_MEMORY);
	brb_cache_key_number(&key, plugin);
	brb_cache_key_text(&key, name);
	return cached_number(store, &key, BRB_STATEMENT_MEMORY, BRB_STATEMENT_MEMORY_ADD, name, &plugin, make, number,
			     error);
}

/* ---- registering ---- */

/* Runs LEVEL or LEVEL_SET. *same: the level is on record under these names. */
static brabeion_status run_level(brb_database *database, int64_t badge, uint32_t level, const badge_level *names,
				 brb_statement which, bool *same, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(database, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, badge);
	sqlite3_bind_int64(statement, 2, level);
	sqlite3_bind_text(statement, 3, names->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 4, names->description, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(database, statement, same, error);
	sqlite3_reset(statement);
	return status;
}

static brabeion_status register_badge(brb_store *store, brb_store_badge *badge, brabeion_error *error)
{
	int64_t number = 0;
	brabeion_status status = brb_store_slug(store, badge->slug, true, &number, error);
	badge->number = (uint32_t)number;
	for (uint32_t level = 0; level < badge->level_count && status == BRABEION_OK; level++) {
		bool same = false;
		const badge_level *names = &badge->levels[level];
		status = run_level(&store->database, number, level + 1, names, BRB_STATEMENT_LEVEL, &same, error);
		if (status == BRABEION_OK && !same)
			status = run_level(&store->database, number, level + 1, names, BRB_STATEMENT_LEVEL_SET, &same,
					   error);
	}
	return status;
}

static brabeion_status register_plugin(brb_store *store, const char *id, uint32_t *out, brabeion_error *error)
{
	int64_t number = 0;
	brabeion_status status = read_number(&store->database, BRB_STATEMENT_PLUGIN, id, NULL, &number, error);
	if (status == BRABEION_OK && !number)
		status = make_number(store, BRB_STATEMENT_PLUGIN_ADD, id, NULL, &number, error);
	*out = (uint32_t)number;
	return status;
}

/* Those whose number is 0. */
static brabeion_status register_new(brb_store *store, brb_store_badge *badges, size_t badge_count,
				    const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				    brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < badge_count && status == BRABEION_OK; i++)
		if (!badges[i].number)
			status = register_badge(store, &badges[i], error);
	for (size_t i = 0; i < plugin_count && status == BRABEION_OK; i++)
		if (!plugin_numbers[i])
			status = register_plugin(store, plugin_ids[i], &plugin_numbers[i], error);
	return status;
}

/* The badge's number when all of it is on record as it is, else 0. */
static brabeion_status find_badge(brb_database *database, brb_store_badge *badge, brabeion_error *error)
{
	int64_t number = 0;
	bool same = true;
	brabeion_status status = read_number(database, BRB_STATEMENT_BADGE, badge->slug, NULL, &number, error);
	for (uint32_t level = 0; level < badge->level_count && number && same && status == BRABEION_OK; level++)
		status = run_level(database, number, level + 1, &badge->levels[level], BRB_STATEMENT_LEVEL, &same,
				   error);
	badge->number = same ? (uint32_t)number : 0;
	return status;
}

/* Looks up what is on record. *all: nothing is left to write. */
static brabeion_status find_known(brb_store *store, brb_store_badge *badges, size_t badge_count,
				  const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				  bool *all, brabeion_error *error)
{
	*all = true;
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	for (size_t i = 0; i < badge_count && status == BRABEION_OK; i++) {
		status = find_badge(&store->reader, &badges[i], error);
		*all = *all && badges[i].number;
	}
	for (size_t i = 0; i < plugin_count && status == BRABEION_OK; i++) {
		int64_t number = 0;
		status = read_number(&store->reader, BRB_STATEMENT_PLUGIN, plugin_ids[i], NULL, &number, error);
		plugin_numbers[i] = (uint32_t)number;
		*all = *all && number;
	}
	brb_store_end_reading(store);
	return status;
}

/*
 * Reads first, on the connection that holds up nobody: a reload mostly brings what is on record already, and 1,000
 * badges are milliseconds during which no event could be judged that needs the store.
 */
brabeion_status brb_store_register(brb_store *store, brb_store_badge *badges, size_t badge_count,
				   const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				   brabeion_error *error)
{
	bool all;
	brabeion_status status =
		find_known(store, badges, badge_count, plugin_ids, plugin_numbers, plugin_count, &all, error);
	if (status == BRABEION_OK && !all)
		status = brb_store_begin(store, error);
	if (status != BRABEION_OK || all)
		return status;
	status = register_new(store, badges, badge_count, plugin_ids, plugin_numbers, plugin_count, error);
	if (status == BRABEION_OK)
		return brb_store_commit(store, error);
	brb_store_rollback(store);
	return status;
}
