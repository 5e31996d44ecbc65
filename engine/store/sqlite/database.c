/*
 * store/sqlite/database: see database.h. Opening is in opening/opening.c.
 */
#include "store/sqlite/database.h"

#include <assert.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"

/* ---- errors ---- */

static brabeion_status status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return BRABEION_BUSY;
	case SQLITE_NOMEM:
		return BRABEION_NO_MEMORY;
	default:
		return BRABEION_STORE;
	}
}

brabeion_status brb_database_fault(brb_database *database, int code, brabeion_error *error)
{
	brabeion_status status = status_of(code);
	if (status == BRABEION_NO_MEMORY)
		return brb_status_no_memory(error);
	if (status == BRABEION_BUSY)
		return brb_status_set(error, status,
				      "%s: another process has held the database for longer than %lld ms",
				      database->path, (long long)(database->busy_timeout_us / 1000));
	return brb_status_set(error, status, "%s: %s (SQLite code %d)", database->path,
			      database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code), code);
}

/* ---- statements ---- */

static const char *const statement_sql[BRB_STATEMENT_COUNT] = {
#define BRB_STATEMENT_SQL(name, sql) sql,
	BRB_STATEMENTS(BRB_STATEMENT_SQL) BRB_OWNER_STATEMENTS(BRB_STATEMENT_SQL)
		BRB_AWARD_STATEMENTS(BRB_STATEMENT_SQL) BRB_JOB_STATEMENTS(BRB_STATEMENT_SQL)
			BRB_JOURNAL_STATEMENTS(BRB_STATEMENT_SQL) BRB_EVENT_STATS_STATEMENTS(BRB_STATEMENT_SQL)
				BRB_COMPARE_STATEMENTS(BRB_STATEMENT_SQL) BRB_COPY_STATEMENTS(BRB_STATEMENT_SQL)
#undef BRB_STATEMENT_SQL
};

static sqlite3_stmt *prepare(brb_database *database, brb_statement which, brabeion_error *error)
{
	sqlite3_stmt **statement = &database->statements[which];
	if (!*statement) {
		int code = sqlite3_prepare_v3(database->handle, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
					      statement, NULL);
		if (code != SQLITE_OK)
			brb_database_fault(database, code, error);
		else
			brb_columns_of(*statement, &database->columns[which]);
	}
	database->last_bound = which;
	return *statement;
}

static void bind_from(sqlite3_stmt *statement, size_t before, const brb_sql_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int parameter = (int)(before + i) + 1;
		if (values[i].kind == BRB_SQL_INT)
			sqlite3_bind_int64(statement, parameter, values[i].number);
		else if (values[i].kind == BRB_SQL_TEXT)
			sqlite3_bind_text(statement, parameter, values[i].text, -1, SQLITE_STATIC);
		else if (values[i].kind == BRB_SQL_TEXT_OF)
			sqlite3_bind_text(statement, parameter, values[i].text, (int)values[i].number, SQLITE_STATIC);
		else if (values[i].number)
			sqlite3_bind_blob(statement, parameter, values[i].text, (int)values[i].number, SQLITE_STATIC);
		else
			sqlite3_bind_zeroblob(statement, parameter, 0);
	}
}

void brb_database_bind_values(sqlite3_stmt *statement, const brb_sql_value *values, size_t count)
{
	bind_from(statement, 0, values, count);
}

sqlite3_stmt *brb_database_bind(brb_database *database, brb_statement which, const brb_sql_value *values,
				size_t count, brabeion_error *error)
{
	sqlite3_stmt *statement = prepare(database, which, error);
	if (statement)
		brb_database_bind_values(statement, values, count);
	return statement;
}

brabeion_status brb_database_damaged(const brb_database *database, const char *words, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_STORE, BRB_DAMAGED "%s", database->path, words);
}

/* Mostly the one that was bound last is stepped. */
static brabeion_status check_row(const brb_database *database, sqlite3_stmt *statement, brabeion_error *error)
{
	size_t which = database->last_bound;
	if (database->statements[which] != statement)
		for (which = 0; which < BRB_STATEMENT_COUNT && database->statements[which] != statement; which++)
			continue;
	if (which < BRB_STATEMENT_COUNT)
		return brb_columns_check(&database->columns[which], statement, error);
	brb_columns columns; /* of a statement that is prepared anew each time */
	brb_columns_of(statement, &columns);
	return brb_columns_check(&columns, statement, error);
}

brabeion_status brb_database_step(brb_database *database, sqlite3_stmt *statement, bool *row, brabeion_error *error)
{
	int code = sqlite3_step(statement);
	brabeion_status status = BRABEION_OK;
	if (code == SQLITE_ROW)
		status = check_row(database, statement, error);
	else if (code != SQLITE_DONE)
		status = brb_database_fault(database, code, error);
	*row = code == SQLITE_ROW && status == BRABEION_OK;
	if (!*row)
		sqlite3_reset(statement);
	return status;
}

brabeion_status brb_database_run(brb_database *database, brb_statement which, const brb_sql_value *values,
				 size_t count, brabeion_error *error)
{
	bool row;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	return statement ? brb_database_step(database, statement, &row, error) : error->status;
}

/* ---- many rows ---- */

brabeion_status brb_rows_end(brb_rows *rows, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	size_t columns = rows->columns, count = rows->count;
	rows->count = 0;
	if (count == BRB_ROWS_MANY) {
		const brb_sql_value *values = rows->values;
		sqlite3_stmt *statement = prepare(rows->database, rows->many, error);
		if (!statement)
			return error->status;
		brb_database_bind_values(statement, values, columns);
		for (size_t i = 1; i < count; i++)
			bind_from(statement, i * (columns - rows->shared) + rows->shared,
				  values + i * columns + rows->shared, columns - rows->shared);
		bool row;
		return brb_database_step(rows->database, statement, &row, error);
	}
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = brb_database_run(rows->database, rows->one, rows->values + i * columns, columns, error);
	return status;
}

brabeion_status brb_rows_add(brb_rows *rows, const brb_sql_value *values, size_t count, brabeion_error *error)
{
	assert(count <= BRB_ROW_COLUMNS_MOST);
	rows->columns = count;
	memcpy(rows->values + rows->count++ * count, values, count * sizeof *values);
	return rows->count == BRB_ROWS_MANY ? brb_rows_end(rows, error) : BRABEION_OK;
}

brabeion_status brb_database_number(brb_database *database, brb_statement which, const brb_sql_value *values,
				    size_t count, bool *found, int64_t *number, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(database, statement, &row, error);
	if (status != BRABEION_OK)
		return status;
	*number = row ? sqlite3_column_int64(statement, 0) : 0;
	if (found)
		*found = row;
	sqlite3_reset(statement);
	return BRABEION_OK;
}

brabeion_status brb_database_text(brb_database *database, brb_statement which, const brb_sql_value *values,
				  size_t count, brb_arena *arena, const char **text, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(database, statement, &row, error);
	if (status != BRABEION_OK)
		return status;
	*text = row ? brb_column_copy(arena, statement, 0) : NULL;
	if (row && !*text)
		status = brb_status_no_memory(error);
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_database_each(brb_database *database, brb_statement which, const brb_sql_value *values,
				  size_t count, brb_row_reader read, void *context, brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_bind(database, which, values, count, error);
	if (!statement)
		return error->status;
	while ((status = brb_database_step(database, statement, &row, error)) == BRABEION_OK && row)
		if ((status = read(context, statement, error)) != BRABEION_OK)
			break;
	sqlite3_reset(statement);
	return status;
}

typedef struct number_list {
	int64_t *numbers;
	size_t count, capacity;
} number_list;

static brabeion_status read_number(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	number_list *list = context;
	int64_t *number = brb_list_add(&list->numbers, &list->count, &list->capacity, sizeof *number);
	if (!number)
		return brb_status_no_memory(error);
	*number = sqlite3_column_int64(row, 0);
	return BRABEION_OK;
}

brabeion_status brb_database_numbers(brb_database *database, brb_statement which, const brb_sql_value *values,
				     size_t count, int64_t **numbers, size_t *number_count, brabeion_error *error)
{
	number_list list = { 0 };
	brabeion_status status = brb_database_each(database, which, values, count, read_number, &list, error);
	if (status != BRABEION_OK) {
		brb_memory_release(list.numbers);
		return status;
	}
	*numbers = list.numbers;
	*number_count = list.count;
	return BRABEION_OK;
}

const char *brb_column_copy(brb_arena *arena, sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);
	if (text)
		return brb_arena_copy_length(arena, (const char *)text, (size_t)sqlite3_column_bytes(row, column));
	return sqlite3_column_type(row, column) == SQLITE_NULL ? "" : NULL;
}

void brb_database_roll_back(brb_database *database)
{
	brabeion_error ignored = BRABEION_NO_ERROR;
	if (!sqlite3_get_autocommit(database->handle)) /* some errors have rolled back already */
		brb_database_run(database, BRB_STATEMENT_ROLLBACK, WITH_NOTHING, &ignored);
	brabeion_error_finish(&ignored);
}

/* ---- closing ---- */

/*
 * SQLite leaves the WAL of a file that was moved away where it is, and takes it for the WAL of whatever file is put in its
 * place, which it ruins. So all of it is checkpointed into the file that it belongs to, wherever that is now. Without
 * waiting: another process that has it open will do the same.
 */
static void empty_wal_of_moved(brb_database *database)
{
	int moved = 0;
	sqlite3_file *wal = NULL;
	if (!database->handle || !database->inode) /* never opened as ours */
		return;
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	if (!moved || !wal || !wal->pMethods) /* if it were not open yet, that of the new file would be opened */
		return;
	sqlite3_busy_handler(database->handle, NULL, NULL);
	sqlite3_wal_checkpoint_v2(database->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void brb_database_close(brb_database *database)
{
	for (int i = 0; i < BRB_STATEMENT_COUNT; i++)
		sqlite3_finalize(database->statements[i]);
	memset(database->statements, 0, sizeof database->statements);
	if (database->looking.path)
		brb_looking_end(&database->looking, database->handle);
	else
		empty_wal_of_moved(database);
	sqlite3_close(database->handle);
	database->handle = NULL;
}

/* ---- the file itself ---- */

brabeion_status brb_database_refuse_moved(const brb_database *database, brabeion_error *error)
{
	return brb_status_set(error, BRABEION_STORE,
			      "%s: the database file was moved, deleted or replaced while in use; nothing more is "
			      "stored until it is back or the engine is opened anew",
			      database->path);
}

brabeion_status brb_database_check_in_place(brb_database *database, brabeion_error *error)
{
	int moved = 0;
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved ? brb_database_refuse_moved(database, error) : BRABEION_OK;
}

uint32_t brb_database_data_version(brb_database *database)
{
	uint32_t version = 0;
	sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_DATA_VERSION, &version);
	return version;
}
