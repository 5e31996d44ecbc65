/*
 * store/sqlite/lists: reading what is committed, through a connection of its own, so that a long list delays no commit.
 */
#include "base/list.h"
#include "store/internal.h"

static size_t column_size(sqlite3_stmt *statement, int column)
{
	return (size_t)sqlite3_column_bytes(statement, column) + 1;
}

static const char *copy_column(sqlite3_stmt *statement, int column, char **at)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	size_t length = text ? (size_t)sqlite3_column_bytes(statement, column) : 0;
	char *copy = *at;
	if (text)
		memcpy(copy, text, length);
	copy[length] = '\0';
	*at += length + 1;
	return copy;
}

const char *brb_store_copy_column(brb_arena *arena, sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	if (text)
		return brb_arena_copy_length(arena, (const char *)text,
					     (size_t)sqlite3_column_bytes(statement, column));
	return sqlite3_column_type(statement, column) == SQLITE_NULL ? "" : NULL;
}

/* ---- the connection ---- */

brabeion_status brb_store_ready_reader_locked(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	if (!store->reader.handle)
		status = brb_database_open(&store->reader, &store->options, &store->database, error);
	return status == BRABEION_OK ? brb_database_check_in_place(&store->reader, error) : status;
}

brabeion_status brb_store_begin_reading(brb_store *store, brabeion_error *error)
{
	pthread_mutex_lock(&store->reading);
	brabeion_status status = brb_store_ready_reader_locked(store, error);
	sqlite3_stmt *begin = status == BRABEION_OK
				      ? brb_database_statement(&store->reader, BRB_STATEMENT_BEGIN_READING, error)
				      : NULL;
	status = begin ? brb_database_run(&store->reader, begin, error) : error->status;
	if (status != BRABEION_OK)
		pthread_mutex_unlock(&store->reading);
	return status;
}

void brb_store_end_reading(brb_store *store)
{
	brabeion_error ignored = BRABEION_NO_ERROR;
	sqlite3_stmt *rollback = brb_database_statement(&store->reader, BRB_STATEMENT_ROLLBACK, &ignored);
	if (rollback)
		brb_database_run(&store->reader, rollback, &ignored);
	brabeion_error_finish(&ignored);
	pthread_mutex_unlock(&store->reading);
}

static int64_t limit_of(size_t limit)
{
	return limit && limit < INT64_MAX ? (int64_t)limit : -1;
}

/* ---- awards ---- */

enum {
	USER = 1,
	BADGE,
	LEVEL,
	NAME,
	DESCRIPTION,
	REASON,
	EVENT,
	EVENT_ID,
	AT,
	CHANGE_SEQUENCE,
	CHANGE_KIND,
	CHANGE_AT,
	CHANGE_NOTE
};

/* One award of a list, its texts in memory of its own until the list is whole. */
static brabeion_status read_award(sqlite3_stmt *statement, brabeion_award_info *award, brb_arena *arena,
				  brabeion_error *error)
{
	static const int texts[] = { USER, BADGE, NAME, DESCRIPTION, REASON, EVENT, EVENT_ID };
	size_t size = 0;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		size += column_size(statement, texts[i]);
	char *at = brb_arena_take(arena, size);
	if (!at)
		return brb_status_no_memory(error);
	award->sequence = sqlite3_column_int64(statement, 0);
	award->level = (uint32_t)sqlite3_column_int64(statement, LEVEL);
	award->at_us = sqlite3_column_int64(statement, AT);
	award->user = copy_column(statement, USER, &at);
	award->badge = copy_column(statement, BADGE, &at);
	award->name = copy_column(statement, NAME, &at);
	award->description = copy_column(statement, DESCRIPTION, &at);
	award->reason = copy_column(statement, REASON, &at);
	award->event = copy_column(statement, EVENT, &at);
	award->event_id = copy_column(statement, EVENT_ID, &at);
	return BRABEION_OK;
}

/* Reads one row into the list that it belongs to; `capacity` is of the list's array. */
typedef brabeion_status (*row_reader)(sqlite3_stmt *statement, void *list, size_t *capacity, brabeion_error *error);

static brabeion_status read_award_row(sqlite3_stmt *statement, void *into, size_t *capacity, brabeion_error *error)
{
	brabeion_award_list *list = into;
	brabeion_award_info *award = brb_list_add(&list->awards, &list->count, capacity, sizeof *award);
	return award ? read_award(statement, award, list->memory, error) : brb_status_no_memory(error);
}

static brabeion_status read_user_row(sqlite3_stmt *statement, void *into, size_t *capacity, brabeion_error *error)
{
	brabeion_user_list *list = into;
	brabeion_user *user = brb_list_add(&list->users, &list->count, capacity, sizeof *user);
	char *at = user ? brb_arena_take(list->memory, column_size(statement, 0)) : NULL;
	if (!at)
		return brb_status_no_memory(error);
	user->user = copy_column(statement, 0, &at);
	user->awards = sqlite3_column_int64(statement, 1);
	user->badges = sqlite3_column_int64(statement, 2);
	user->latest_at_us = sqlite3_column_int64(statement, 3);
	return BRABEION_OK;
}

static brabeion_status read_change_row(sqlite3_stmt *statement, void *into, size_t *capacity, brabeion_error *error)
{
	brabeion_change_list *list = into;
	brabeion_change *change = brb_list_add(&list->changes, &list->count, capacity, sizeof *change);
	char *at = change ? brb_arena_take(list->memory, column_size(statement, CHANGE_NOTE)) : NULL;
	if (!at)
		return brb_status_no_memory(error);
	change->sequence = sqlite3_column_int64(statement, CHANGE_SEQUENCE);
	change->kind = (brabeion_change_kind)sqlite3_column_int(statement, CHANGE_KIND);
	change->at_us = sqlite3_column_int64(statement, CHANGE_AT);
	change->note = copy_column(statement, CHANGE_NOTE, &at);
	return read_award(statement, &change->award, list->memory, error);
}

/* What a list asks for, by the statement's parameters: ?1 the name and ?2 `before` where `name` is given, then the limit. */
typedef struct list_request {
	brb_statement which;
	const char *name;
	int64_t before;
	int64_t after; /* of CHANGES */
	size_t limit;
} list_request;

static sqlite3_stmt *bind_request(brb_store *store, const list_request *request, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->reader, request->which, error);
	int parameter = 1;
	if (!statement)
		return NULL;
	if (request->name) {
		sqlite3_bind_text(statement, parameter++, request->name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, parameter++, request->before ? request->before : INT64_MAX);
	}
	if (request->which == BRB_STATEMENT_CHANGES)
		sqlite3_bind_int64(statement, parameter++, request->after);
	sqlite3_bind_int64(statement, parameter, limit_of(request->limit));
	return statement;
}

static brabeion_status read_list(brb_store *store, const list_request *request, row_reader read_row, void *list,
				 brabeion_error *error)
{
	size_t capacity = 0;
	bool row = true;
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	sqlite3_stmt *statement = bind_request(store, request, error);
	status = statement ? BRABEION_OK : error->status;
	while (status == BRABEION_OK) {
		status = brb_database_step(&store->reader, statement, &row, error);
		if (status != BRABEION_OK || !row)
			break;
		status = read_row(statement, list, &capacity, error);
	}
	sqlite3_reset(statement);
	brb_store_end_reading(store);
	return status;
}

brabeion_status brb_store_list_awards(brb_store *store, brb_store_whose whose, const char *name, int64_t before,
				      size_t limit, brabeion_award_list *list, brabeion_error *error)
{
	list_request request = { .which = whose == BRB_STORE_OF_USER ? BRB_STATEMENT_AWARDS_OF_USER
								     : BRB_STATEMENT_AWARDS_OF_BADGE,
				 .name = name,
				 .before = before,
				 .limit = limit };
	brabeion_award_list read = { .memory = brb_list_memory() };
	brabeion_status status =
		read.memory ? read_list(store, &request, read_award_row, &read, error) : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_award_list_finish(&read);
	return status;
}

brabeion_status brb_store_read_changes(brb_database *database, sqlite3_stmt *statement, brabeion_change_list *list,
				       brabeion_error *error)
{
	size_t capacity = 0;
	bool row;
	brabeion_status status;
	while ((status = brb_database_step(database, statement, &row, error)) == BRABEION_OK && row) {
		status = read_change_row(statement, list, &capacity, error);
		if (status != BRABEION_OK)
			break;
	}
	sqlite3_reset(statement);
	return status;
}

static brabeion_status list_changes(brb_store *store, const list_request *request, brabeion_change_list *list,
				    brabeion_error *error)
{
	brabeion_change_list read = { .memory = brb_list_memory() };
	brabeion_status status =
		read.memory ? read_list(store, request, read_change_row, &read, error) : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_change_list_finish(&read);
	return status;
}

brabeion_status brb_store_list_changes(brb_store *store, int64_t after, size_t limit, brabeion_change_list *list,
				       brabeion_error *error)
{
	return list_changes(store, &(list_request){ .which = BRB_STATEMENT_CHANGES, .after = after, .limit = limit },
			    list, error);
}

brabeion_status brb_store_list_user_changes(brb_store *store, const char *user, int64_t before, size_t limit,
					    brabeion_change_list *list, brabeion_error *error)
{
	list_request request = {
		.which = BRB_STATEMENT_CHANGES_OF_USER, .name = user, .before = before, .limit = limit
	};
	return list_changes(store, &request, list, error);
}

brabeion_status brb_store_list_users(brb_store *store, size_t limit, brabeion_user_list *list, brabeion_error *error)
{
	list_request request = { .which = BRB_STATEMENT_USERS, .limit = limit };
	brabeion_user_list read = { .memory = brb_list_memory() };
	brabeion_status status =
		read.memory ? read_list(store, &request, read_user_row, &read, error) : brb_status_no_memory(error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_user_list_finish(&read);
	return status;
}

/* ---- counts ---- */

static brabeion_status read_count(brb_store *store, brb_statement which, const char *name, int64_t *count,
				  brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, which, error);
	if (!statement)
		return error->status;
	if (name)
		sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->reader, statement, &row, error);
	if (row)
		*count = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_count_awards(brb_store *store, const char *user, int64_t *count, brabeion_error *error)
{
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_count(store, user ? BRB_STATEMENT_COUNT_OF_USER : BRB_STATEMENT_COUNT_ALL, user, count, error);
	brb_store_end_reading(store);
	return status;
}

static brabeion_status read_levels(brb_store *store, const char *slug, int64_t *at_level, uint32_t level_count,
				   brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_HOLDERS_AT_LEVEL, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, slug, -1, SQLITE_STATIC);
	bool row;
	brabeion_status status;
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		int64_t level = sqlite3_column_int64(statement, 0);
		if (level >= 1 && level <= level_count)
			at_level[level - 1] = sqlite3_column_int64(statement, 1);
	}
	return status;
}

brabeion_status brb_store_holders(brb_store *store, const char *slug, int64_t *holders, int64_t *at_level,
				  uint32_t level_count, brabeion_error *error)
{
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_count(store, BRB_STATEMENT_HOLDERS, slug, holders, error);
	if (status == BRABEION_OK)
		status = read_levels(store, slug, at_level, level_count, error);
	brb_store_end_reading(store);
	return status;
}
