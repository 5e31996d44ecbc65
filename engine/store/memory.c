/*
 * store/memory: tallies and notes, each a cell read from the database once.
 */

#include "base/memory.h"
#include "store/internal.h"

static brabeion_status read_cell(brb_store *store, brb_cache_entry *cell, const char *subject, brabeion_error *error)
{
	bool tally = cell->key[0] == BRB_CACHE_TALLY, row = false;
	sqlite3_stmt *statement =
		brb_database_statement(&store->database, tally ? BRB_STATEMENT_TALLY : BRB_STATEMENT_NOTE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, cell->number);
	sqlite3_bind_text(statement, 2, subject, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	if (row && tally) {
		cell->value = sqlite3_column_int64(statement, 0);
	} else if (row) {
		const unsigned char *text = sqlite3_column_text(statement, 0);
		char *copy = text ? brb_memory_copy((const char *)text) : NULL;
		if (!copy)
			status = brb_status_no_memory(error);
		brb_value_cache_set_text(&store->cells, cell, copy);
	}
	sqlite3_reset(statement);
	return status;
}

static brb_cache_entry *memory_cell(brb_store *store, brb_cache_kind kind, uint32_t plugin, const char *name,
				    const char *subject, brabeion_error *error)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, kind);
	brb_cache_key_number(&key, plugin);
	brb_cache_key_text(&key, name);
	brb_cache_key_text(&key, subject);
	bool found;
	brb_cache_entry *cell = brb_store_cell(store, &key, &found, error);
	if (!cell || found)
		return cell;
	int64_t number = 0;
	if (brb_store_memory(store, plugin, name, false, &number, error) != BRABEION_OK)
		return NULL;
	cell->number = number;
	if (number && read_cell(store, cell, subject, error) != BRABEION_OK)
		return NULL;
	return cell;
}

/* Before a change: the name has a number, and the undo knows how the cell was. */
static brabeion_status prepare_change(brb_store *store, brb_cache_entry *cell, uint32_t plugin, const char *name,
				      brabeion_error *error)
{
	if (!cell->number) {
		brabeion_status status = brb_store_memory(store, plugin, name, true, &cell->number, error);
		if (status != BRABEION_OK)
			return status;
	}
	return brb_store_will_change(store, cell, error);
}

brabeion_status brb_store_tally(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				int64_t *value, brabeion_error *error)
{
	brb_cache_entry *cell = memory_cell(store, BRB_CACHE_TALLY, plugin, name, subject, error);
	if (!cell)
		return error->status;
	*value = cell->value;
	return BRABEION_OK;
}

brabeion_status brb_store_tally_set(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				    int64_t value, brabeion_error *error)
{
	brb_cache_entry *cell = memory_cell(store, BRB_CACHE_TALLY, plugin, name, subject, error);
	if (!cell)
		return error->status;
	brabeion_status status = prepare_change(store, cell, plugin, name, error);
	if (status == BRABEION_OK)
		cell->value = value;
	return status;
}

brabeion_status brb_store_note(brb_store *store, uint32_t plugin, const char *name, const char *subject,
			       const char **text, brabeion_error *error)
{
	brb_cache_entry *cell = memory_cell(store, BRB_CACHE_NOTE, plugin, name, subject, error);
	if (!cell)
		return error->status;
	*text = cell->text;
	return BRABEION_OK;
}

brabeion_status brb_store_note_set(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				   const char *text, brabeion_error *error)
{
	brb_cache_entry *cell = memory_cell(store, BRB_CACHE_NOTE, plugin, name, subject, error);
	if (!cell)
		return error->status;
	char *copy = text ? brb_memory_copy(text) : NULL;
	if (text && !copy)
		return brb_status_no_memory(error);
	brabeion_status status = prepare_change(store, cell, plugin, name, error);
	if (status != BRABEION_OK) {
		brb_memory_release(copy);
		return status;
	}
	store->changes[store->change_count - 1].text = cell->text;
	brb_value_cache_set_text(&store->cells, cell, copy);
	return BRABEION_OK;
}
