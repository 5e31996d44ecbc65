/*
 * store/changes: what a transaction changes: cells with their undo, and awards; written once, at the commit.
 */

#include "base/memory.h"
#include "store/internal.h"

brb_cache_entry *brb_store_cell(brb_store *store, const brb_cache_key *key, bool *found, brabeion_error *error)
{
	brb_cache_entry *cell = brb_value_cache_find(&store->cells, key);
	*found = cell != NULL;
	if (!cell)
		cell = brb_value_cache_add(&store->cells, key);
	if (!cell)
		brb_status_no_memory(error);
	return cell;
}

/* ---- undo ---- */

brabeion_status brb_store_will_change(brb_store *store, brb_cache_entry *cell, brabeion_error *error)
{
	if (store->change_count == store->change_capacity) {
		size_t capacity = store->change_capacity ? store->change_capacity * 2 : 64;
		brb_change *changes = brb_memory_resize(store->changes, capacity, sizeof *changes);
		if (!changes)
			return brb_status_no_memory(error);
		store->changes = changes;
		store->change_capacity = capacity;
	}
	brb_change *change = &store->changes[store->change_count++];
	*change = (brb_change){ .cell = cell, .value = cell->value, .count = cell->count };
	if (cell->key[0] == BRB_CACHE_HELD)
		change->levels = cell->levels;
	if (!cell->changed) {
		cell->changed = true;
		cell->next_changed = store->changed_cells;
		store->changed_cells = cell;
	}
	return BRABEION_OK;
}

static void forget_undo(brb_store *store)
{
	for (size_t i = 0; i < store->change_count; i++)
		brb_memory_release(store->changes[i].text);
	store->change_count = 0;
}

void brb_store_mark(brb_store *store)
{
	forget_undo(store);
	store->marked_award_count = store->award_count;
	store->marked_sequence = store->last_sequence;
	store->jobs.marked_count = store->jobs.count;
}

void brb_store_undo(brb_store *store)
{
	while (store->change_count) {
		brb_change *change = &store->changes[--store->change_count];
		brb_cache_entry *cell = change->cell;
		cell->value = change->value;
		cell->count = change->count;
		if (cell->key[0] == BRB_CACHE_HELD)
			cell->levels = change->levels;
		if (cell->key[0] == BRB_CACHE_NOTE) {
			brb_memory_release(cell->text);
			cell->text = change->text;
		}
		/* a cell stays on the list of changes: written as it was, which does no harm */
	}
	store->award_count = store->marked_award_count;
	store->last_sequence = store->marked_sequence;
	brb_store_undo_jobs(store);
}

void brb_store_forget_changes(brb_store *store)
{
	forget_undo(store);
	for (brb_cache_entry *cell = store->changed_cells; cell; cell = cell->next_changed)
		cell->changed = false;
	store->changed_cells = NULL;
	store->award_count = 0;
	store->marked_award_count = 0;
	store->seen.added = 0;
	brb_arena_reset(&store->arena);
	brb_store_forget_jobs(store);
	brb_store_forget_journal(store);
}

/* ---- writing ---- */

static brabeion_status write_cell(brb_store *store, const brb_cache_entry *cell, brabeion_error *error)
{
	brb_statement which = cell->key[0] == BRB_CACHE_TALLY ? BRB_STATEMENT_TALLY_SET
			      : cell->text                    ? BRB_STATEMENT_NOTE_SET
							      : BRB_STATEMENT_NOTE_REMOVE;
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return error->status;
	/* the key is kind, plugin, name, subject, the last two with their NULs */
	const char *subject = cell->key + 1 + sizeof(uint32_t);
	subject += strlen(subject) + 1;
	sqlite3_bind_int64(statement, 1, cell->number);
	sqlite3_bind_text(statement, 2, subject, -1, SQLITE_STATIC);
	if (which == BRB_STATEMENT_TALLY_SET)
		sqlite3_bind_int64(statement, 3, cell->value);
	else if (which == BRB_STATEMENT_NOTE_SET)
		sqlite3_bind_text(statement, 3, cell->text, -1, SQLITE_STATIC);
	return brb_database_run(&store->database, statement, error);
}

static brabeion_status write_award(brb_store *store, const brb_pending_award *award, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_AWARD_ADD, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, award->sequence);
	sqlite3_bind_int64(statement, 2, award->user);
	sqlite3_bind_int64(statement, 3, award->badge);
	sqlite3_bind_int64(statement, 4, award->level);
	sqlite3_bind_text(statement, 5, award->reason, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 6, award->event);
	sqlite3_bind_text(statement, 7, award->event_id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 8, award->at_us);
	sqlite3_bind_text(statement, 9, award->note, -1, SQLITE_STATIC);
	return brb_database_run(&store->database, statement, error);
}

static brabeion_status write_sequence(brb_store *store, brabeion_error *error)
{
	if (store->last_sequence == store->written_sequence)
		return BRABEION_OK;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_COUNTER_SET, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, "sequence", -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, store->last_sequence);
	return brb_database_run(&store->database, statement, error);
}

brabeion_status brb_store_write_changes(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (brb_cache_entry *cell = store->changed_cells; cell && status == BRABEION_OK; cell = cell->next_changed)
		if (cell->key[0] == BRB_CACHE_TALLY || cell->key[0] == BRB_CACHE_NOTE)
			status = write_cell(store, cell, error);
	for (size_t i = 0; i < store->award_count && status == BRABEION_OK; i++)
		status = write_award(store, &store->awards[i], error);
	if (status == BRABEION_OK)
		status = brb_store_write_jobs(store, error);
	if (status == BRABEION_OK)
		status = brb_journal_write_counters(store, error);
	return status == BRABEION_OK ? write_sequence(store, error) : status;
}

brabeion_status brb_store_write_so_far(brb_store *store, brabeion_error *error)
{
	brabeion_status status = brb_store_write_changes(store, error);
	if (status != BRABEION_OK)
		return status;
	brb_store_forget_changes(store);
	brb_value_cache_clear(&store->cells);
	brb_held_cache_forget(store);
	store->written_early = true;
	store->jobs.next_is_known = false;
	brb_store_mark(store);
	return BRABEION_OK;
}
