/*
 * store/sqlite/remembered: see remembered.h. Owners are read some at a time, each with its state; the cells of a spilled
 * block are walked when the state's walk comes to it.
 */
#include "store/sqlite/remembered.h"

#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/owners.h"

/* ---- memory names ---- */

typedef struct memory_name {
	brb_store_memory is;
	const char *plugin, *badge;
} memory_name;

typedef struct cell_walk {
	brb_database *database;
	const brb_cell_choice *choice;
	brb_cell_visit visit;
	void *context;
	memory_name *names; /* by number, without gaps: `is.number` 0 where there is none */
	size_t name_count, name_capacity;
	brb_arena texts;
	const char *owner_name;
	int64_t owner; /* the one that is walked, or was last */
	bool stop;
} cell_walk;

static brabeion_status read_name(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	enum { ID, PLUGIN, BADGE, NAME, OWNER, KIND, KEYS, MERGE, PLUGIN_ID, SLUG };
	cell_walk *walk = context;
	memory_name name = { .is = { .number = (uint32_t)sqlite3_column_int64(row, ID),
				     .plugin = (uint32_t)sqlite3_column_int64(row, PLUGIN),
				     .badge = (uint32_t)sqlite3_column_int64(row, BADGE),
				     .name = brb_column_copy(&walk->texts, row, NAME),
				     .owner = (brb_owner_kind)sqlite3_column_int(row, OWNER),
				     .kind = (brb_cell_kind)sqlite3_column_int(row, KIND),
				     .keys = (brb_key_kind)sqlite3_column_int(row, KEYS),
				     .merge = (brb_merge_rule)sqlite3_column_int(row, MERGE) },
			     .plugin = brb_column_copy(&walk->texts, row, PLUGIN_ID),
			     .badge = brb_column_copy(&walk->texts, row, SLUG) };
	if (!name.is.name || !name.plugin || !name.badge)
		return brb_status_no_memory(error);
	while (walk->name_count <= name.is.number)
		if (!brb_list_add(&walk->names, &walk->name_count, &walk->name_capacity, sizeof name))
			return brb_status_no_memory(error);
	walk->names[name.is.number] = name;
	return BRABEION_OK;
}

/* NULL of what is not chosen, and of the store's own. */
static const memory_name *chosen_name(const cell_walk *walk, uint32_t memory)
{
	const memory_name *name = memory < walk->name_count ? &walk->names[memory] : NULL;
	const brb_cell_choice *choice = walk->choice;
	if (!name || !name->is.plugin || (choice->memory && choice->memory != memory) ||
	    (choice->plugin && strcmp(choice->plugin, name->plugin) != 0) ||
	    (choice->badge && strcmp(choice->badge, name->badge) != 0))
		return NULL;
	return name;
}

/* ---- cells ---- */

static brabeion_status give(cell_walk *walk, const memory_name *name, brb_packed_key key,
			    const brb_packed_value *value, brabeion_error *error)
{
	brb_cell_row row = { .memory = &name->is,
			     .plugin = name->plugin,
			     .badge = name->badge,
			     .owner_name = walk->owner_name,
			     .owner = walk->owner,
			     .key = key,
			     .value = *value };
	return walk->visit(walk->context, &row, &walk->stop, error);
}

static brabeion_status give_spilled(cell_walk *walk, const memory_name *name, brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *cells = brb_database_bind(walk->database, BRB_STATEMENT_CELLS_OF,
						WITH(INT(walk->owner), INT(name->is.number)), error);
	if (!cells)
		return error->status;
	while ((status = brb_database_step(walk->database, cells, &row, error)) == BRABEION_OK && row &&
	       !walk->stop) {
		brb_packed_key key = { sqlite3_column_blob(cells, 0), (size_t)sqlite3_column_bytes(cells, 0) };
		brb_packed_value value = brb_owners_value(cells, 1);
		if ((status = give(walk, name, key, &value, error)) != BRABEION_OK)
			break;
	}
	sqlite3_reset(cells);
	return status;
}

static brabeion_status give_state(cell_walk *walk, const void *state, size_t length, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	brb_packed_walk cells = brb_packed_begin(state, length);
	if (!brb_packed_check(state, length))
		return brb_status_set(error, BRABEION_STORE, "%s: damaged: the state of %s number %lld",
				      walk->database->path, walk->owner > 0 ? "user" : "thing",
				      (long long)(walk->owner > 0 ? walk->owner : -walk->owner));
	while (status == BRABEION_OK && !walk->stop && brb_packed_step(&cells)) {
		const memory_name *name = chosen_name(walk, cells.memory);
		if (name && cells.spilled)
			status = give_spilled(walk, name, error);
		else if (name)
			status = give(walk, name, cells.key, &cells.value, error);
	}
	return status;
}

/* ---- owners ---- */

static brabeion_status give_owner(void *context, int64_t number, const void *state, size_t length,
				  brabeion_error *error)
{
	cell_walk *walk = context;
	walk->owner = number;
	return give_state(walk, state, length, error);
}

static brabeion_status give_one_user(cell_walk *walk, brabeion_error *error)
{
	brb_user_row row;
	char name[BRB_SUBJECT_BYTES_MOST + 1];
	brabeion_status status = brb_owners_user(walk->database, walk->choice->user, &row, NULL, NULL, error);
	if (status != BRABEION_OK || !row.number)
		return status;
	status = brb_owners_user_name(walk->database, row.owner, name, error);
	if (status != BRABEION_OK)
		return status;
	walk->owner_name = name;
	status = brb_owners_user_state(walk->database, row.owner, give_owner, walk, error);
	walk->owner_name = NULL;
	return status;
}

/* A thing's name is of its plugin. */
static brabeion_status read_thing(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	cell_walk *walk = context;
	walk->owner = -sqlite3_column_int64(row, 0);
	walk->owner_name = brb_column_text(row, 1);
	if (walk->stop)
		return BRABEION_OK;
	return give_state(walk, sqlite3_column_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2), error);
}

static brabeion_status read_user(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	cell_walk *walk = context;
	walk->owner = sqlite3_column_int64(row, 0);
	walk->owner_name = brb_column_text(row, 1);
	if (walk->stop)
		return BRABEION_OK;
	return give_state(walk, sqlite3_column_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2), error);
}

/* Some at a time: a statement that is being stepped over all of a table is no place to end early. */
static brabeion_status each_owner(cell_walk *walk, brb_statement which, brb_row_reader read, brabeion_error *error)
{
	enum { OWNERS_AT_A_TIME = 1000 };
	int64_t last = 0;
	for (;;) {
		walk->owner = 0;
		brabeion_status status = brb_database_each(walk->database, which,
							   WITH(INT(last), INT(OWNERS_AT_A_TIME)), read, walk, error);
		if (status != BRABEION_OK || walk->stop || !walk->owner)
			return status;
		last = walk->owner > 0 ? walk->owner : -walk->owner;
	}
}

static brabeion_status walk_owners(cell_walk *walk, brabeion_error *error)
{
	const brb_cell_choice *choice = walk->choice;
	brabeion_status status = BRABEION_OK;
	if (choice->user)
		status = give_one_user(walk, error);
	else if (!choice->thing)
		status = each_owner(walk, BRB_STATEMENT_USERS_WITH_STATE, read_user, error);
	if (status != BRABEION_OK || walk->stop)
		return status;
	if (choice->thing)
		return brb_database_each(walk->database, BRB_STATEMENT_THINGS_NAMED, WITH(TEXT(choice->thing)),
					 read_thing, walk, error);
	return choice->user ? BRABEION_OK : each_owner(walk, BRB_STATEMENT_THINGS_WITH_STATE, read_thing, error);
}

brabeion_status brb_remembered_each(brb_database *database, const brb_cell_choice *choice, brb_cell_visit visit,
				    void *context, brabeion_error *error)
{
	cell_walk walk = { .database = database, .choice = choice, .visit = visit, .context = context };
	brabeion_status status =
		brb_database_each(database, BRB_STATEMENT_MEMORIES, WITH_NOTHING, read_name, &walk, error);
	if (status == BRABEION_OK)
		status = walk_owners(&walk, error);
	brb_memory_release(walk.names);
	brb_arena_finish(&walk.texts);
	return status;
}

static brabeion_status stop_at_first(void *context, const brb_cell_row *row, bool *stop, brabeion_error *error)
{
	(void)row;
	(void)error;
	*(bool *)context = *stop = true;
	return BRABEION_OK;
}

brabeion_status brb_remembered_any(brb_database *database, const brb_cell_choice *choice, bool *any,
				   brabeion_error *error)
{
	*any = false;
	return brb_remembered_each(database, choice, stop_at_first, any, error);
}

/* ---- the list ---- */

typedef struct memory_reading {
	brb_database *database;
	const brabeion_memory_filter *filter;
	brabeion_memory_list *list;
	size_t capacity;
} memory_reading;

static const char *name_of_user(memory_reading *reading, int64_t number, brabeion_error *error)
{
	char name[BRB_SUBJECT_BYTES_MOST + 1];
	if (brb_owners_user_name(reading->database, number, name, error) != BRABEION_OK)
		return NULL;
	const char *copy = brb_arena_copy(reading->list->memory, name);
	if (!copy)
		brb_status_no_memory(error);
	return copy;
}

/* A user's name, hex digits of a hash, or the text itself. */
static const char *key_in_words(memory_reading *reading, const brb_cell_row *row, brabeion_error *error)
{
	const unsigned char *bytes = row->key.bytes;
	char hex[2 * BRB_PACKED_KEY_BYTES_MOST + 1] = "";
	int64_t number = 0;
	for (size_t i = 0; i < row->key.length; i++) {
		number = (int64_t)((uint64_t)number << 8 | bytes[i]);
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	}
	if (row->memory->keys == BRB_KEY_USER && row->key.length)
		return name_of_user(reading, number, error);
	const char *copy = row->memory->keys == BRB_KEY_HASHED
				   ? brb_arena_copy(reading->list->memory, hex)
				   : brb_arena_copy_length(reading->list->memory, row->key.bytes, row->key.length);
	if (!copy)
		brb_status_no_memory(error);
	return copy;
}

static brabeion_status set_value(memory_reading *reading, const brb_cell_row *row, brabeion_remembered *one,
				 brabeion_error *error)
{
	one->kind = (brabeion_memory_kind)row->memory->kind;
	one->text = "";
	if (row->memory->kind == BRB_CELL_NUMBER)
		one->value = row->value.number;
	else if (row->memory->kind == BRB_CELL_USER)
		one->text = name_of_user(reading, row->value.number, error);
	else
		one->text = brb_arena_copy_length(reading->list->memory, row->value.text, row->value.text_length);
	return one->text ? BRABEION_OK : error->status != BRABEION_OK ? error->status : brb_status_no_memory(error);
}

static bool is_wanted(const brabeion_memory_filter *filter, const brb_cell_row *row)
{
	return (!filter->name || strcmp(filter->name, row->memory->name) == 0) &&
	       (!filter->badge || strcmp(filter->badge, row->badge) == 0);
}

static brabeion_status add_remembered(void *context, const brb_cell_row *row, bool *stop, brabeion_error *error)
{
	memory_reading *reading = context;
	brabeion_memory_list *list = reading->list;
	if (!is_wanted(reading->filter, row))
		return BRABEION_OK;
	const char *key = key_in_words(reading, row, error);
	if (!key)
		return error->status;
	if (reading->filter->key && strcmp(reading->filter->key, key) != 0)
		return BRABEION_OK;
	brabeion_remembered *one = brb_list_add(&list->items, &list->count, &reading->capacity, sizeof *one);
	if (!one)
		return brb_status_no_memory(error);
	one->owner_kind = (brabeion_owner_kind)row->memory->owner;
	one->owner = brb_arena_copy(list->memory, row->owner_name);
	one->plugin = brb_arena_copy(list->memory, row->plugin);
	one->badge = brb_arena_copy(list->memory, row->badge);
	one->name = brb_arena_copy(list->memory, row->memory->name);
	one->key = key;
	*stop = reading->filter->limit && list->count == reading->filter->limit;
	if (!one->owner || !one->plugin || !one->badge || !one->name)
		return brb_status_no_memory(error);
	return set_value(reading, row, one, error);
}

brabeion_status brb_sqlite_list_memory(brb_store_db *db, const brabeion_memory_filter *filter,
				       brabeion_memory_list *list, brabeion_error *error)
{
	brb_cell_choice choice = { .user = filter->user, .thing = filter->thing, .plugin = filter->plugin };
	memory_reading reading = { .database = &db->reader, .filter = filter, .list = list };
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_remembered_each(&db->reader, &choice, add_remembered, &reading, error);
	brb_sqlite_end_reading(db);
	return status;
}
