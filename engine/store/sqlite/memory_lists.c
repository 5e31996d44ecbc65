/*
 * store/sqlite/memory_lists: what plugins remember, as others look at it: read from what is committed, by plugin, name and
 * subject; and a plugin's number by its id.
 *
 * A tally of 0 is as good as none, and is not told.
 */
#include "base/list.h"
#include "store/internal.h"

enum { PLUGIN, KIND, NAME, SUBJECT, VALUE, TEXT };

/* ?3 and ?4 bound the subject, so that the tables' keys are of use: a BLOB is greater than any TEXT. */
#define SELECT_MEMORY(kind, value, text, table)                                                 \
	"SELECT p.name, " kind ", m.name, t.subject, " value ", " text " FROM plugins AS p"     \
	" CROSS JOIN memories AS m ON m.plugin = p.id AND (?2 IS NULL OR m.name = ?2)"          \
	" CROSS JOIN " table " AS t ON t.memory = m.id AND t.subject >= ?3 AND t.subject <= ?4" \
	" WHERE (?1 IS NULL OR p.name = ?1) AND " value " IS NOT 0 AND ?5 IN (0, " kind ")"

static const char select_memory[] = SELECT_MEMORY("1", "t.value", "''", "tallies") " UNION ALL " SELECT_MEMORY(
	"2", "NULL", "t.text", "notes") " ORDER BY 1, 3, 2, 4 LIMIT ?6";

static void bind_or_null(sqlite3_stmt *statement, int parameter, const char *text)
{
	if (text)
		sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC);
}

static void bind_filter(sqlite3_stmt *statement, const brabeion_memory_filter *filter)
{
	bool limited = filter->limit && filter->limit < INT64_MAX;
	bind_or_null(statement, 1, filter->plugin);
	bind_or_null(statement, 2, filter->name);
	sqlite3_bind_text(statement, 3, filter->subject ? filter->subject : "", -1, SQLITE_STATIC);
	if (filter->subject)
		sqlite3_bind_text(statement, 4, filter->subject, -1, SQLITE_STATIC);
	else
		sqlite3_bind_zeroblob(statement, 4, 0);
	sqlite3_bind_int(statement, 5, (int)filter->kind);
	sqlite3_bind_int64(statement, 6, limited ? (int64_t)filter->limit : -1);
}

static brabeion_status read_row(sqlite3_stmt *statement, brabeion_memory_list *list, size_t *capacity,
				brabeion_error *error)
{
	brabeion_remembered *one = brb_list_add(&list->items, &list->count, capacity, sizeof *one);
	if (!one)
		return brb_status_no_memory(error);
	one->kind = (brabeion_memory_kind)sqlite3_column_int(statement, KIND);
	one->plugin = brb_store_copy_column(list->memory, statement, PLUGIN);
	one->name = brb_store_copy_column(list->memory, statement, NAME);
	one->subject = brb_store_copy_column(list->memory, statement, SUBJECT);
	one->value = sqlite3_column_int64(statement, VALUE);
	one->text = brb_store_copy_column(list->memory, statement, TEXT);
	return one->plugin && one->name && one->subject && one->text ? BRABEION_OK : brb_status_no_memory(error);
}

/* Rare, so it is prepared anew each time. */
static brabeion_status read_all(brb_store *store, const brabeion_memory_filter *filter, brabeion_memory_list *list,
				brabeion_error *error)
{
	size_t capacity = 0;
	bool row;
	brabeion_status status = BRABEION_OK;
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->reader.handle, select_memory, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return brb_database_fault(&store->reader, code, error);
	bind_filter(statement, filter);
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		status = read_row(statement, list, &capacity, error);
		if (status != BRABEION_OK)
			break;
	}
	sqlite3_finalize(statement);
	return status;
}

brabeion_status brb_store_list_memory(brb_store *store, const brabeion_memory_filter *filter,
				      brabeion_memory_list *list, brabeion_error *error)
{
	brabeion_memory_list read = { .memory = brb_list_memory() };
	if (!read.memory)
		return brb_status_no_memory(error);
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status == BRABEION_OK) {
		status = read_all(store, filter, &read, error);
		brb_store_end_reading(store);
	}
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_memory_list_finish(&read);
	return status;
}

brabeion_status brb_store_plugin(brb_store *store, const char *id, uint32_t *number, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_PLUGIN, error);
	if (!statement)
		return error->status;
	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	*number = row ? (uint32_t)sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}
