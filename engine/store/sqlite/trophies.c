/*
 * store/sqlite/trophies: what a user holds, one entry for each badge, however many awards there are.
 */
#include "store/internal.h"

enum { SLUG, LEVEL, NAME, DESCRIPTION, TIMES, AT, BADGES, AWARDS };

static brabeion_status read_trophy(sqlite3_stmt *statement, brb_arena *arena, brb_store_trophies *read,
				   brabeion_error *error)
{
	brb_store_trophy *trophy = &read->trophies[read->count++];
	trophy->slug = brb_store_copy_column(arena, statement, SLUG);
	trophy->level = (uint32_t)sqlite3_column_int64(statement, LEVEL);
	trophy->name = brb_store_copy_column(arena, statement, NAME);
	trophy->description = brb_store_copy_column(arena, statement, DESCRIPTION);
	trophy->times = sqlite3_column_int64(statement, TIMES);
	trophy->at_us = sqlite3_column_int64(statement, AT);
	read->badge_count = sqlite3_column_int64(statement, BADGES);
	read->award_count = sqlite3_column_int64(statement, AWARDS);
	return trophy->slug && trophy->name && trophy->description ? BRABEION_OK : brb_status_no_memory(error);
}

static brabeion_status read_trophies(brb_store *store, const char *user, size_t limit, brb_arena *arena,
				     brb_store_trophies *read, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_TROPHIES_OF_USER, error);
	brabeion_status status = BRABEION_OK;
	bool row = true;
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, user, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, (int64_t)limit);
	while (status == BRABEION_OK && row && read->count <= limit) {
		status = brb_database_step(&store->reader, statement, &row, error);
		if (status == BRABEION_OK && row)
			status = read_trophy(statement, arena, read, error);
	}
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_list_trophies(brb_store *store, const char *user, size_t limit, brb_arena *arena,
					brb_store_trophies *out, brabeion_error *error)
{
	brb_store_trophies read = { .trophies = brb_arena_take(arena, (limit + 1) * sizeof *read.trophies) };
	if (!read.trophies)
		return brb_status_no_memory(error);
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_trophies(store, user, limit, arena, &read, error);
	brb_store_end_reading(store);
	if (status == BRABEION_OK)
		*out = read;
	return status;
}
