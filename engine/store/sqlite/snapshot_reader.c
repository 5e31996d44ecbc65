/*
 * store/snapshot_reader: see peek.h.
 */
#include "store/snapshot_reader.h"

#include "base/memory.h"
#include "store/internal.h"

struct brb_snapshot_reader {
	brb_store *store;
	brb_database database;
};

brabeion_status brb_snapshot_reader_open(brb_store *store, brb_snapshot_reader **out, brabeion_error *error)
{
	brb_snapshot_reader *peek = brb_memory_take_zeroed(1, sizeof *peek);
	if (!peek)
		return brb_status_no_memory(error);
	peek->store = store;
	*out = peek;
	return BRABEION_OK;
}

void brb_snapshot_reader_close(brb_snapshot_reader *peek)
{
	if (!peek)
		return;
	brb_database_close(&peek->database);
	brb_memory_release(peek);
}

/* The statement, on a connection that is opened when it is first needed. */
static sqlite3_stmt *statement_of(brb_snapshot_reader *peek, brb_statement which, brabeion_error *error)
{
	brb_store *store = peek->store;
	if (!peek->database.handle &&
	    brb_database_open(&peek->database, &store->options, &store->database, error) != BRABEION_OK) {
		brb_database_close(&peek->database);
		peek->database = (brb_database){ 0 };
		return NULL;
	}
	return brb_database_statement(&peek->database, which, error);
}

brabeion_status brb_snapshot_reader_begin(brb_snapshot_reader *peek, brabeion_error *error)
{
	sqlite3_stmt *begin = statement_of(peek, BRB_STATEMENT_BEGIN_READING, error);
	if (!begin)
		return error->status;
	brabeion_status status = brb_database_check_in_place(&peek->database, error);
	return status == BRABEION_OK ? brb_database_run(&peek->database, begin, error) : status;
}

void brb_snapshot_reader_end(brb_snapshot_reader *peek)
{
	brabeion_error ignored = BRABEION_NO_ERROR;
	sqlite3_stmt *rollback = brb_database_statement(&peek->database, BRB_STATEMENT_ROLLBACK, &ignored);
	if (rollback)
		brb_database_run(&peek->database, rollback, &ignored);
	brabeion_error_finish(&ignored);
}

static sqlite3_stmt *memory_statement(brb_snapshot_reader *peek, brb_statement which, uint32_t plugin,
				      const char *name, const char *subject, brabeion_error *error)
{
	sqlite3_stmt *statement = statement_of(peek, which, error);
	if (!statement)
		return NULL;
	sqlite3_bind_int64(statement, 1, plugin);
	sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, subject, -1, SQLITE_STATIC);
	return statement;
}

brabeion_status brb_snapshot_reader_tally(brb_snapshot_reader *peek, uint32_t plugin, const char *name,
					  const char *subject, int64_t *value, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = memory_statement(peek, BRB_STATEMENT_PEEK_TALLY, plugin, name, subject, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&peek->database, statement, &row, error);
	if (status == BRABEION_OK)
		*value = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_snapshot_reader_note(brb_snapshot_reader *peek, uint32_t plugin, const char *name,
					 const char *subject, brb_arena *arena, const char **text,
					 brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = memory_statement(peek, BRB_STATEMENT_PEEK_NOTE, plugin, name, subject, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&peek->database, statement, &row, error);
	const char *copy = row ? brb_store_copy_column(arena, statement, 0) : NULL;
	if (row && !copy)
		status = brb_status_no_memory(error);
	sqlite3_reset(statement);
	if (status == BRABEION_OK)
		*text = copy;
	return status;
}

brabeion_status brb_snapshot_reader_held(brb_snapshot_reader *peek, const char *user, const char *slug,
					 int64_t *count, int32_t *highest_level, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = statement_of(peek, BRB_STATEMENT_PEEK_HELD, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, slug, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, user, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&peek->database, statement, &row, error);
	if (status == BRABEION_OK) {
		*count = row ? sqlite3_column_int64(statement, 0) : 0;
		*highest_level = row ? sqlite3_column_int(statement, 1) : 0;
	}
	sqlite3_reset(statement);
	return status;
}

/* Once revoked it counts as held, unless it lapsed or the badge may be earned again. */
brabeion_status brb_snapshot_reader_is_held(brb_snapshot_reader *peek, const brb_store_award *award, bool *held,
					    brabeion_error *error)
{
	bool row = false;
	if (!award->reason) {
		*held = false;
		return BRABEION_OK;
	}
	sqlite3_stmt *statement = statement_of(peek, BRB_STATEMENT_PEEK_IS_HELD, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, award->badge);
	sqlite3_bind_text(statement, 2, award->user, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, award->level);
	sqlite3_bind_text(statement, 4, award->reason, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&peek->database, statement, &row, error);
	if (status == BRABEION_OK)
		*held = row &&
			(!sqlite3_column_int(statement, 0) || (!sqlite3_column_int(statement, 1) && !award->rearn));
	sqlite3_reset(statement);
	return status;
}
