/*
 * store/sqlite/jobs/jobs_queue: see jobs_queue.h.
 */
#include "store/sqlite/jobs/jobs_queue.h"

brb_seat brb_seat_of(sqlite3_stmt *row)
{
	return (brb_seat){
		.id = sqlite3_column_int64(row, SEAT_ID),
		.due_us = sqlite3_column_int64(row, SEAT_DUE),
		.retry_us = sqlite3_column_int64(row, SEAT_RETRY),
		.claim = sqlite3_column_int64(row, SEAT_CLAIM),
		.ready_us = sqlite3_column_int64(row, SEAT_READY),
		.is_head = sqlite3_column_type(row, SEAT_READY) != SQLITE_NULL,
	};
}

brb_queue brb_queue_of(sqlite3_stmt *row)
{
	return (brb_queue){ .user = sqlite3_column_int64(row, SEAT_USER),
			    .badge = sqlite3_column_int64(row, SEAT_BADGE),
			    .history_id = sqlite3_column_int64(row, SEAT_HISTORY) };
}

/* JOB_END deletes at its first step, so that the statement need not be stepped to its end. */
brabeion_status brb_seat_read(brb_store_db *db, brb_statement which, int64_t id, brb_seated_job *job,
			      brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(&db->writer, which, WITH(INT(id)), error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&db->writer, statement, &row, error);
	*job = (brb_seated_job){ .seat.id = 0 };
	if (status != BRABEION_OK || !row)
		return status;
	job->seat = brb_seat_of(statement);
	job->queue = brb_queue_of(statement);
	job->attempts = sqlite3_column_int64(statement, SEAT_ATTEMPTS);
	job->parked = which == BRB_STATEMENT_JOB_SEE && sqlite3_column_int64(statement, SEAT_ATTEMPTS + 1) != 0;
	sqlite3_reset(statement);
	return BRABEION_OK;
}

/* No time to be retried at is 0; times may lie before that. */
int64_t brb_seat_opens_us(const brb_seat *seat)
{
	return seat->retry_us && seat->retry_us > seat->due_us ? seat->retry_us : seat->due_us;
}

brb_sql_value brb_sql_optional(bool has, int64_t number)
{
	return has ? INT(number) : TEXT(NULL);
}

void brb_queue_is_ready(brb_store_db *db, const brb_queue *queue)
{
	db->jobs_ready |= queue->history_id == 0;
}

static brabeion_status read_seat(brb_store_db *db, brb_statement which, const brb_queue *queue, brb_seat *seat,
				 brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(&db->writer, which, WITH(QUEUE(queue)), error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&db->writer, statement, &row, error);
	*seat = row ? brb_seat_of(statement) : (brb_seat){ 0 };
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_queue_head(brb_store_db *db, const brb_queue *queue, brb_seat *head, brabeion_error *error)
{
	return read_seat(db, BRB_STATEMENT_JOB_HEAD, queue, head, error);
}

brabeion_status brb_seat_set(brb_store_db *db, int64_t id, brb_sql_value ready_us, bool unclaim,
			     brabeion_error *error)
{
	const brb_sql_value values[] = { INT(id), ready_us, INT(0) };
	return unclaim ? brb_database_run(&db->writer, BRB_STATEMENT_JOB_CLAIM, values, 3, error)
		       : brb_database_run(&db->writer, BRB_STATEMENT_JOB_READY, values, 2, error);
}

brabeion_status brb_queue_left(brb_store_db *db, const brb_queue *queue, const brb_seat *left, brabeion_error *error)
{
	brb_seat first = { 0 };
	if (!left->is_head)
		return BRABEION_OK;
	brabeion_status status = read_seat(db, BRB_STATEMENT_JOB_FIRST, queue, &first, error);
	if (status != BRABEION_OK || !first.id)
		return status;
	bool goes_on = left->claim && first.claim == left->claim;
	int64_t ready_us = goes_on ? left->ready_us : brb_seat_opens_us(&first);
	if (!goes_on)
		brb_queue_is_ready(db, queue);
	return brb_seat_set(db, first.id, INT(ready_us), first.claim && !goes_on, error);
}

brabeion_status brb_queue_reseat(brb_store_db *db, const brb_queue *queue, const brb_seat *head, int64_t now_us,
				 brabeion_error *error)
{
	brb_seat first = { 0 };
	brb_queue_is_ready(db, queue);
	if (head->id && head->claim && head->ready_us > now_us)
		return BRABEION_OK;
	brabeion_status status = read_seat(db, BRB_STATEMENT_JOB_FIRST, queue, &first, error);
	if (status == BRABEION_OK && head->id && head->id != first.id)
		status = brb_seat_set(db, head->id, TEXT(NULL), head->claim != 0, error);
	if (status != BRABEION_OK || !first.id || first.is_head)
		return status;
	return brb_seat_set(db, first.id, INT(brb_seat_opens_us(&first)), first.claim != 0, error);
}
