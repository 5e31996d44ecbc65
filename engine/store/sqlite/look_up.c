/*
 * store/sqlite/look_up: whether a name is known, and which one may have been meant. Of what is committed.
 */
#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

enum { NAMES_LOOKED_AT = 10000 };

static brabeion_status find_number(brb_store *store, brb_statement which, const char *name, int64_t *number,
				   brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->reader, statement, &row, error);
	*number = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

/* Names that begin with the same letter, in either case, as far as there are not too many. */
static brabeion_status read_names_like(brb_store *store, const char *user, brb_arena *arena, const char ***names,
				       size_t *count, brabeion_error *error)
{
	bool row;
	size_t capacity = 0;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_USERS_LIKE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, user, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, NAMES_LOOKED_AT);
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		const char **place = brb_list_add(names, count, &capacity, sizeof *place);
		if (place)
			*place = brb_store_copy_column(arena, statement, 0);
		if (!place || !*place) {
			status = brb_status_no_memory(error);
			break;
		}
	}
	sqlite3_reset(statement);
	return status;
}

static brabeion_status find_near(brb_store *store, const char *user, brb_arena *arena, const char **near,
				 brabeion_error *error)
{
	brb_arena scratch = { 0 };
	const char **names = NULL;
	size_t count = 0;
	brabeion_status status = read_names_like(store, user, &scratch, &names, &count, error);
	const char *found = status == BRABEION_OK ? brb_text_nearest(user, names, count) : NULL;
	*near = found ? brb_arena_copy(arena, found) : "";
	if (status == BRABEION_OK && !*near)
		status = brb_status_no_memory(error);
	brb_memory_release(names);
	brb_arena_finish(&scratch);
	return status;
}

brabeion_status brb_store_look_up(brb_store *store, const char *user, const char *slug, brb_arena *arena,
				  brb_store_found *found, brabeion_error *error)
{
	int64_t user_number = 0, badge = 0;
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = find_number(store, BRB_STATEMENT_USER, user, &user_number, error);
	if (status == BRABEION_OK)
		status = find_number(store, BRB_STATEMENT_BADGE, slug, &badge, error);
	found->near_user = "";
	if (status == BRABEION_OK && !user_number)
		status = find_near(store, user, arena, &found->near_user, error);
	found->user = user_number != 0;
	found->badge = (uint32_t)badge;
	brb_store_end_reading(store);
	return status;
}
