/*
 * store/sqlite/owners: see owners.h.
 */
#include "store/sqlite/owners.h"

#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"

/* ---- reading ---- */

/* The row of a statement that gives one, or NULL: *status says whether that is an error. */
static sqlite3_stmt *one_row(brb_database *database, brb_statement which, const brb_sql_value *values, size_t count,
			     brabeion_status *status, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	*status = statement ? brb_database_step(database, statement, &row, error) : error->status;
	return *status == BRABEION_OK && row ? statement : NULL;
}

static brabeion_status give_state(sqlite3_stmt *row, int column, int64_t number, brb_state_taker take, void *context,
				  brabeion_error *error)
{
	const void *state = sqlite3_column_blob(row, column);
	size_t length = (size_t)sqlite3_column_bytes(row, column);
	return take(context, number, state, length, error);
}

brabeion_status brb_owners_user(brb_database *database, const char *name, brb_user_row *row, brb_state_taker take,
				void *context, brabeion_error *error)
{
	brabeion_status status;
	sqlite3_stmt *found = one_row(database, BRB_STATEMENT_USER, WITH(TEXT(name)), &status, error);
	*row = (brb_user_row){ 0, 0 };
	if (!found)
		return status;
	int64_t merged_into = sqlite3_column_int64(found, 1);
	row->number = sqlite3_column_int64(found, 0);
	row->owner = merged_into ? merged_into : row->number;
	if (!merged_into && take)
		status = give_state(found, 2, row->number, take, context, error);
	sqlite3_reset(found);
	return status;
}

brabeion_status brb_owners_user_name(brb_database *database, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				     brabeion_error *error)
{
	brabeion_status status;
	sqlite3_stmt *found = one_row(database, BRB_STATEMENT_USER_NAME, WITH(INT(number)), &status, error);
	name[0] = '\0';
	if (!found)
		return status;
	snprintf(name, BRB_SUBJECT_BYTES_MOST + 1, "%s", brb_column_text(found, 0));
	sqlite3_reset(found);
	return status;
}

static brabeion_status take_one(brb_database *database, brb_statement which, const brb_sql_value *values,
				size_t count, brb_state_taker take, void *context, brabeion_error *error)
{
	brabeion_status status;
	sqlite3_stmt *found = one_row(database, which, values, count, &status, error);
	if (!found)
		return status;
	status = give_state(found, 1, sqlite3_column_int64(found, 0), take, context, error);
	sqlite3_reset(found);
	return status;
}

brabeion_status brb_owners_user_state(brb_database *database, int64_t number, brb_state_taker take, void *context,
				      brabeion_error *error)
{
	return take_one(database, BRB_STATEMENT_USER_STATE, WITH(INT(number)), take, context, error);
}

brabeion_status brb_owners_thing(brb_database *database, uint32_t plugin, const char *name, brb_state_taker take,
				 void *context, brabeion_error *error)
{
	return take_one(database, BRB_STATEMENT_THING, WITH(INT(plugin), TEXT(name)), take, context, error);
}

/* ---- spilled cells ---- */

brb_packed_value brb_owners_value(sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) == SQLITE_INTEGER)
		return (brb_packed_value){ .kind = BRB_CELL_NUMBER, .number = sqlite3_column_int64(row, column) };
	return (brb_packed_value){ .kind = BRB_CELL_TEXT,
				   .text = brb_column_text(row, column),
				   .text_length = (size_t)sqlite3_column_bytes(row, column) };
}

brabeion_status brb_owners_cell(brb_database *database, int64_t owner, uint32_t memory, brb_packed_key key,
				brb_value_taker take, void *context, brabeion_error *error)
{
	brabeion_status status;
	sqlite3_stmt *found = one_row(database, BRB_STATEMENT_CELL,
				      WITH(INT(owner), INT(memory), BLOB(key.bytes, key.length)), &status, error);
	if (!found)
		return status;
	brb_packed_value value = brb_owners_value(found, 0);
	status = take(context, &value, error);
	sqlite3_reset(found);
	return status;
}

brabeion_status brb_owners_next_cell(brb_database *database, int64_t owner, uint32_t memory, brb_packed_key after,
				     brb_cell_key *key, brabeion_error *error)
{
	brabeion_status status;
	sqlite3_stmt *found = one_row(database, BRB_STATEMENT_CELL_NEXT,
				      WITH(INT(owner), INT(memory), BLOB(after.bytes, after.length)), &status, error);
	size_t length = found ? (size_t)sqlite3_column_bytes(found, 0) : 0;
	key->length = 0;
	if (!found)
		return status;
	if (length && length <= sizeof key->bytes) {
		memcpy(key->bytes, sqlite3_column_blob(found, 0), length);
		key->length = length;
	}
	sqlite3_reset(found);
	return status;
}

/* ---- names ---- */

brabeion_status brb_owners_thing_name(brb_database *database, int64_t number, uint32_t *plugin,
				      char name[BRB_SUBJECT_BYTES_MOST + 1], brabeion_error *error)
{
	brabeion_status status;
	sqlite3_stmt *found = one_row(database, BRB_STATEMENT_THING_NAME, WITH(INT(number)), &status, error);
	*plugin = 0;
	if (!found)
		return status;
	*plugin = (uint32_t)sqlite3_column_int64(found, 0);
	snprintf(name, BRB_SUBJECT_BYTES_MOST + 1, "%s", brb_column_text(found, 1));
	sqlite3_reset(found);
	return status;
}

typedef struct memory_list {
	brb_arena *arena;
	brb_store_memory *memories;
	size_t count, capacity;
} memory_list;

static brabeion_status read_memory(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	enum { ID, PLUGIN, BADGE, NAME, OWNER, KIND, KEYS, MERGE };
	memory_list *list = context;
	brb_store_memory memory = { .number = (uint32_t)sqlite3_column_int64(row, ID),
				    .plugin = (uint32_t)sqlite3_column_int64(row, PLUGIN),
				    .badge = (uint32_t)sqlite3_column_int64(row, BADGE),
				    .name = brb_column_copy(list->arena, row, NAME),
				    .owner = (brb_owner_kind)sqlite3_column_int(row, OWNER),
				    .kind = (brb_cell_kind)sqlite3_column_int(row, KIND),
				    .keys = (brb_key_kind)sqlite3_column_int(row, KEYS),
				    .merge = (brb_merge_rule)sqlite3_column_int(row, MERGE) };
	while (memory.name && list->count <= memory.number)
		if (!brb_list_add(&list->memories, &list->count, &list->capacity, sizeof memory))
			return brb_status_no_memory(error);
	if (!memory.name)
		return brb_status_no_memory(error);
	list->memories[memory.number] = memory;
	return BRABEION_OK;
}

brabeion_status brb_owners_memories(brb_database *database, brb_arena *arena, brb_store_memory **memories,
				    size_t *count, brabeion_error *error)
{
	memory_list list = { .arena = arena };
	brabeion_status status =
		brb_database_each(database, BRB_STATEMENT_MEMORIES, WITH_NOTHING, read_memory, &list, error);
	if (status != BRABEION_OK) {
		brb_memory_release(list.memories);
		return status;
	}
	*memories = list.memories;
	*count = list.count;
	return BRABEION_OK;
}

/* ---- writing ---- */

static brabeion_status add_user(brb_rows *rows, const brb_effect_user *user, brabeion_error *error)
{
	return brb_rows_add(rows,
			    WITH(INT(user->number), TEXT(user->name), INT(user->awards), INT(user->badges),
				 INT(user->latest_us), BLOB(user->state, user->state_length)),
			    error);
}

static brabeion_status change_user(brb_database *database, const brb_effect_user *user, brabeion_error *error)
{
	brb_sql_value state = BLOB(user->state, user->state_length);
	bool counts = user->awards || user->badges;
	if (user->has_state && counts)
		return brb_database_run(
			database, BRB_STATEMENT_USER_SET,
			WITH(INT(user->number), state, INT(user->awards), INT(user->badges), INT(user->latest_us)),
			error);
	if (user->has_state)
		return brb_database_run(database, BRB_STATEMENT_USER_SET_STATE, WITH(INT(user->number), state),
					error);
	return brb_database_run(database, BRB_STATEMENT_USER_COUNT,
				WITH(INT(user->number), INT(user->awards), INT(user->badges), INT(user->latest_us)),
				error);
}

static brabeion_status write_users(brb_database *database, const brb_effects *effects, brabeion_error *error)
{
	brb_rows rows;
	brabeion_status status = BRABEION_OK;
	brb_rows_begin(&rows, database, BRB_STATEMENT_USER_ADD, BRB_STATEMENT_USER_ADD_MANY, 0);
	for (size_t i = 0; i < effects->user_count && status == BRABEION_OK; i++)
		status = effects->users[i].name ? add_user(&rows, &effects->users[i], error)
						: change_user(database, &effects->users[i], error);
	return status == BRABEION_OK ? brb_rows_end(&rows, error) : status;
}

static brabeion_status write_thing(brb_database *database, const brb_effect_thing *thing, brabeion_error *error)
{
	if (!thing->state_length)
		return brb_database_run(database, BRB_STATEMENT_THING_REMOVE, WITH(INT(thing->number)), error);
	return brb_database_run(database, BRB_STATEMENT_THING_SET,
				WITH(INT(thing->number), INT(thing->plugin), TEXT(thing->name),
				     BLOB(thing->state, thing->state_length)),
				error);
}

static brabeion_status write_cell(brb_database *database, const brb_effect_cell *cell, brabeion_error *error)
{
	const brb_packed_value *value = &cell->value;
	brb_sql_value values[] = { INT(cell->owner), INT(cell->memory), BLOB(cell->key.bytes, cell->key.length),
				   INT(value->number) };
	if (value->kind == BRB_CELL_NONE)
		return brb_database_run(database, BRB_STATEMENT_CELL_REMOVE, values, 3, error);
	if (value->kind == BRB_CELL_TEXT)
		values[3] = (brb_sql_value){ .kind = BRB_SQL_TEXT_OF,
					     .text = value->text,
					     .number = (int64_t)value->text_length };
	return brb_database_run(database, BRB_STATEMENT_CELL_SET, values, 4, error);
}

brabeion_status brb_owners_write(brb_database *database, const brb_effects *effects, brabeion_error *error)
{
	brabeion_status status = write_users(database, effects, error);
	for (size_t i = 0; i < effects->thing_count && status == BRABEION_OK; i++)
		status = write_thing(database, &effects->things[i], error);
	for (size_t i = 0; i < effects->cell_count && status == BRABEION_OK; i++)
		status = write_cell(database, &effects->cells[i], error);
	return status;
}
