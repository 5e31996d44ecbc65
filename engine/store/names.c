/*
 * store/names: users, events, slugs and plugins as numbers. A number, once given, never changes. A new name is written
 * at once, inside the transaction that needs it; it stays when a judgement is undone, which nobody can tell.
 */
#include "store/internal.h"

/* ?1 is the name, ?2 `scope` where the statement has one. */
static sqlite3_stmt *bind_name(brb_store *store, brb_statement which, const char *name, const uint32_t *scope,
			       brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return NULL;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	if (scope)
		sqlite3_bind_int64(statement, 2, *scope);
	return statement;
}

/* *number is 0 when there is none. */
static brabeion_status read_number(brb_store *store, brb_statement select, const char *name, const uint32_t *scope,
				   int64_t *number, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = bind_name(store, select, name, scope, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	*number = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

static brabeion_status make_number(brb_store *store, brb_statement insert, const char *name, const uint32_t *scope,
				   int64_t *number, brabeion_error *error)
{
	sqlite3_stmt *statement = bind_name(store, insert, name, scope, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_run(&store->database, statement, error);
	*number = sqlite3_last_insert_rowid(store->database.handle);
	return status;
}

/* After a failure the transaction ends, and with it the cell, whatever it holds. */
static brabeion_status cached_number(brb_store *store, const brb_cell_key *key, brb_statement select,
				     brb_statement insert, const char *name, const uint32_t *scope, bool make,
				     int64_t *number, brabeion_error *error)
{
	bool found;
	brabeion_status status = BRABEION_OK;
	brb_cell *cell = brb_store_cell(store, key, &found, error);
	if (!cell)
		return error->status;
	if (!found)
		status = read_number(store, select, name, scope, &cell->number, error);
	if (status == BRABEION_OK && make && !cell->number)
		status = make_number(store, insert, name, scope, &cell->number, error);
	if (status == BRABEION_OK)
		*number = cell->number;
	return status;
}

brabeion_status brb_store_user(brb_store *store, const char *user, bool make, int64_t *number, brabeion_error *error)
{
	brb_cell_key key;
	brb_cell_key_begin(&key, BRB_CELL_USER);
	brb_cell_key_text(&key, user);
	return cached_number(store, &key, BRB_STATEMENT_USER, BRB_STATEMENT_USER_ADD, user, NULL, make, number,
			     error);
}

brabeion_status brb_store_event(brb_store *store, const char *event, int64_t *number, brabeion_error *error)
{
	brb_cell_key key;
	brb_cell_key_begin(&key, BRB_CELL_EVENT);
	brb_cell_key_text(&key, event);
	return cached_number(store, &key, BRB_STATEMENT_EVENT, BRB_STATEMENT_EVENT_ADD, event, NULL, true, number,
			     error);
}

brabeion_status brb_store_slug(brb_store *store, const char *slug, bool make, int64_t *number, brabeion_error *error)
{
	brb_cell_key key;
	brb_cell_key_begin(&key, BRB_CELL_BADGE);
	brb_cell_key_text(&key, slug);
	return cached_number(store, &key, BRB_STATEMENT_BADGE, BRB_STATEMENT_BADGE_ADD, slug, NULL, make, number,
			     error);
}

brabeion_status brb_store_memory(brb_store *store, uint32_t plugin, const char *name, bool make, int64_t *number,
				 brabeion_error *error)
{
	brb_cell_key key;
	brb_cell_key_begin(&key, BRB_CELL_MEMORY);
	brb_cell_key_number(&key, plugin);
	brb_cell_key_text(&key, name);
	return cached_number(store, &key, BRB_STATEMENT_MEMORY, BRB_STATEMENT_MEMORY_ADD, name, &plugin, make, number,
			     error);
}

/* ---- registering ---- */

static brabeion_status register_level(brb_store *store, int64_t badge, uint32_t level, const badge_level *names,
				      brabeion_error *error)
{
	bool same = false;
	for (int pass = 0; pass < 2; pass++) {
		sqlite3_stmt *statement = brb_database_statement(
			&store->database, pass ? BRB_STATEMENT_LEVEL_SET : BRB_STATEMENT_LEVEL, error);
		if (!statement)
			return error->status;
		sqlite3_bind_int64(statement, 1, badge);
		sqlite3_bind_int64(statement, 2, level);
		sqlite3_bind_text(statement, 3, names->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 4, names->description, -1, SQLITE_STATIC);
		brabeion_status status = brb_database_step(&store->database, statement, &same, error);
		sqlite3_reset(statement);
		if (status != BRABEION_OK || same)
			return status;
	}
	return BRABEION_OK;
}

static brabeion_status register_all(brb_store *store, brb_store_badge *badges, size_t badge_count,
				    const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				    brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	int64_t number = 0;
	for (size_t i = 0; i < badge_count && status == BRABEION_OK; i++) {
		status = brb_store_slug(store, badges[i].slug, true, &number, error);
		badges[i].number = (uint32_t)number;
		for (uint32_t level = 0; level < badges[i].level_count && status == BRABEION_OK; level++)
			status = register_level(store, number, level + 1, &badges[i].levels[level], error);
	}
	for (size_t i = 0; i < plugin_count && status == BRABEION_OK; i++) {
		status = read_number(store, BRB_STATEMENT_PLUGIN, plugin_ids[i], NULL, &number, error);
		if (status == BRABEION_OK && !number)
			status = make_number(store, BRB_STATEMENT_PLUGIN_ADD, plugin_ids[i], NULL, &number, error);
		plugin_numbers[i] = (uint32_t)number;
	}
	return status;
}

brabeion_status brb_store_register(brb_store *store, brb_store_badge *badges, size_t badge_count,
				   const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				   brabeion_error *error)
{
	brabeion_status status = brb_store_begin(store, error);
	if (status != BRABEION_OK)
		return status;
	status = register_all(store, badges, badge_count, plugin_ids, plugin_numbers, plugin_count, error);
	if (status == BRABEION_OK)
		return brb_store_commit(store, error);
	brb_store_rollback(store);
	return status;
}
