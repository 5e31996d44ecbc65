/*
 * store/sqlite/removals: what a plugin or badge remembers, and its jobs, removed from all owners. Rare, and no quick matter: every
 * state is read.
 */
#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/internal.h"

/* States that a plugin's memory is removed from: the walk must not meet its own changes. */
typedef struct state_row {
	int64_t id;
	size_t length;
	unsigned char *state;
} state_row;

typedef struct removal {
	brb_store_db *db;
	int64_t *memories;
	size_t memory_count;
	int64_t sign; /* of cells' owners: -1 of things */
	int64_t last; /* owner looked at */
	state_row *rows;
	size_t row_count, row_capacity;
	brb_arena arena;
} removal;

static brabeion_status read_state_row(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	removal *self = context;
	const void *state = sqlite3_column_blob(row, 1);
	size_t length = (size_t)sqlite3_column_bytes(row, 1), left = length;
	self->last = sqlite3_column_int64(row, 0);
	char *copy = brb_arena_copy_length(&self->arena, state, length);
	if (!copy)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < self->memory_count && brb_packed_check(copy, left); i++)
		left = brb_packed_drop(copy, left, (uint32_t)self->memories[i]);
	if (left == length)
		return BRABEION_OK;
	state_row *changed = brb_list_add(&self->rows, &self->row_count, &self->row_capacity, sizeof *changed);
	if (!changed)
		return brb_status_no_memory(error);
	*changed = (state_row){ self->last, left, (unsigned char *)copy };
	return BRABEION_OK;
}

static brabeion_status write_state_row(removal *self, const state_row *row, brabeion_error *error)
{
	brb_database *database = &self->db->writer;
	bool empty = !row->length && self->sign < 0;
	brabeion_status status =
		empty ? brb_database_run(database, BRB_STATEMENT_THING_REMOVE, WITH(INT(row->id)), error)
		      : brb_database_run(database,
					 self->sign < 0 ? BRB_STATEMENT_THING_SET_STATE
							: BRB_STATEMENT_USER_SET_STATE,
					 WITH(INT(row->id), BLOB((const char *)row->state, row->length)), error);
	for (size_t i = 0; i < self->memory_count && status == BRABEION_OK; i++)
		status = brb_database_run(database, BRB_STATEMENT_CELLS_OF_MEMORY_REMOVE,
					  WITH(INT(self->sign * row->id), INT(self->memories[i])), error);
	return status;
}

/* Some owners at a time. */
static brabeion_status remove_from(removal *self, brb_statement which, const char *plugin, brabeion_error *error)
{
	enum { OWNERS_AT_A_TIME = 1000 };
	for (self->last = 0;;) {
		int64_t before = self->last;
		self->row_count = 0;
		brb_arena_reset(&self->arena);
		brabeion_status status = brb_database_each(&self->db->writer, which,
							   WITH(INT(before), INT(OWNERS_AT_A_TIME), TEXT(plugin)),
							   read_state_row, self, error);
		for (size_t i = 0; i < self->row_count && status == BRABEION_OK; i++)
			status = write_state_row(self, &self->rows[i], error);
		if (status != BRABEION_OK || self->last == before)
			return status;
	}
}

brabeion_status brb_sqlite_remove_memory(brb_store_db *db, const brb_store_owner *owner, brabeion_error *error)
{
	const char *plugin = owner->plugin;
	removal self = { .db = db, .sign = 1 };
	brabeion_status status = brb_database_numbers(&db->writer, BRB_STATEMENT_MEMORIES_OF_OWNER,
						      WITH(TEXT(plugin), TEXT(owner->badge)), &self.memories,
						      &self.memory_count, error);
	if (status == BRABEION_OK && self.memory_count)
		status = remove_from(&self, BRB_STATEMENT_STATES_OF_USERS, plugin, error);
	self.sign = -1;
	if (status == BRABEION_OK && self.memory_count)
		status = remove_from(&self, BRB_STATEMENT_STATES_OF_THINGS, plugin, error);
	brb_memory_release(self.memories);
	brb_memory_release(self.rows);
	brb_arena_finish(&self.arena);
	return status;
}

brabeion_status brb_sqlite_remove_jobs(brb_store_db *db, const char *slug, brabeion_error *error)
{
	brabeion_status status =
		brb_database_run(&db->writer, BRB_STATEMENT_ATTEMPTS_OF_BADGE_REMOVE, WITH(TEXT(slug)), error);
	return status == BRABEION_OK
		       ? brb_database_run(&db->writer, BRB_STATEMENT_JOBS_OF_BADGE_REMOVE, WITH(TEXT(slug)), error)
		       : status;
}
