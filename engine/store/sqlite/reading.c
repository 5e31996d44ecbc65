/*
 * store/sqlite/reading: the connection that reads what is committed.
 */
#include "store/sqlite/internal.h"

brabeion_status brb_sqlite_ready_reader_locked(brb_store_db *db, brabeion_error *error)
{
	return brb_database_ready(&db->reader, db->options, &db->writer, error);
}

brabeion_status brb_sqlite_begin_reading(brb_store_db *db, brabeion_error *error)
{
	pthread_mutex_lock(&db->reading);
	brabeion_status status = brb_sqlite_ready_reader_locked(db, error);
	if (status == BRABEION_OK)
		status = brb_database_run(&db->reader, BRB_STATEMENT_BEGIN_READING, WITH_NOTHING, error);
	if (status != BRABEION_OK)
		pthread_mutex_unlock(&db->reading);
	return status;
}

void brb_sqlite_end_reading(brb_store_db *db)
{
	brb_database_roll_back(&db->reader);
	pthread_mutex_unlock(&db->reading);
}

brabeion_status brb_sqlite_read_each(brb_store_db *db, brb_statement which, const brb_sql_value *values, size_t count,
				     brb_row_reader read, void *context, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_database_each(&db->reader, which, values, count, read, context, error);
	brb_sqlite_end_reading(db);
	return status;
}

brabeion_status brb_sqlite_read_number(brb_store_db *db, brb_statement which, const brb_sql_value *values,
				       size_t count, int64_t *number, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_database_number(&db->reader, which, values, count, NULL, number, error);
	brb_sqlite_end_reading(db);
	return status;
}
