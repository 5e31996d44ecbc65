/*
 * store/sqlite/jobs_queue: see jobs_queue.h.
 */
#include "store/sqlite/jobs_queue.h"

brb_seat brb_seat_of(sqlite3_stmt *statement)
{
	return (brb_seat){
		.id = sqlite3_column_int64(statement, SEAT_ID),
		.due_us = sqlite3_column_int64(statement, SEAT_DUE),
		.retry_us = sqlite3_column_int64(statement, SEAT_RETRY),
		.claim = sqlite3_column_int64(statement, SEAT_CLAIM),
		.ready_us = sqlite3_column_int64(statement, SEAT_READY),
		.is_head = sqlite3_column_type(statement, SEAT_READY) != SQLITE_NULL,
	};
}

brb_queue brb_queue_of(sqlite3_stmt *statement)
{
	return (brb_queue){ .user = sqlite3_column_int64(statement, SEAT_USER),
			    .badge = sqlite3_column_int64(statement, SEAT_BADGE),
			    .run = sqlite3_column_int64(statement, SEAT_RUN) };
}

/* No time to be retried at is 0; times may lie before that. */
int64_t brb_seat_opens_us(const brb_seat *seat)
{
	return seat->retry_us && seat->retry_us > seat->due_us ? seat->retry_us : seat->due_us;
}

void brb_jobs_have_changed(brb_store *store, const brb_queue *queue, bool ready)
{
	store->jobs.next_is_known = false;
	store->jobs.are_ready |= ready && queue->run == 0;
}

sqlite3_stmt *brb_queue_statement(brb_store *store, brb_statement which, const brb_queue *queue,
				  brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return NULL;
	sqlite3_bind_int64(statement, 1, queue->user);
	sqlite3_bind_int64(statement, 2, queue->badge);
	sqlite3_bind_int64(statement, 3, queue->run);
	return statement;
}

void brb_bind_optional(sqlite3_stmt *statement, int parameter, const int64_t *number)
{
	if (number)
		sqlite3_bind_int64(statement, parameter, *number);
	else
		sqlite3_bind_null(statement, parameter);
}

static brabeion_status read_seat(brb_store *store, brb_statement which, const brb_queue *queue, brb_seat *seat,
				 brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_queue_statement(store, which, queue, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	*seat = row ? brb_seat_of(statement) : (brb_seat){ 0 };
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_queue_head(brb_store *store, const brb_queue *queue, brb_seat *head, brabeion_error *error)
{
	return read_seat(store, BRB_STATEMENT_JOB_HEAD, queue, head, error);
}

brabeion_status brb_seat_set(brb_store *store, int64_t id, const int64_t *ready_us, bool unclaim,
			     brabeion_error *error)
{
	brb_statement which = unclaim ? BRB_STATEMENT_JOB_CLAIM : BRB_STATEMENT_JOB_READY;
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	brb_bind_optional(statement, 2, ready_us);
	if (unclaim)
		sqlite3_bind_int64(statement, 3, 0);
	return brb_database_run(&store->database, statement, error);
}

brabeion_status brb_queue_left(brb_store *store, const brb_queue *queue, const brb_seat *left, brabeion_error *error)
{
	brb_seat first = { 0 };
	brb_jobs_have_changed(store, queue, false);
	if (!left->is_head)
		return BRABEION_OK;
	brabeion_status status = read_seat(store, BRB_STATEMENT_JOB_FIRST, queue, &first, error);
	if (status != BRABEION_OK || !first.id)
		return status;
	bool goes_on = left->claim && first.claim == left->claim;
	int64_t ready_us = goes_on ? left->ready_us : brb_seat_opens_us(&first);
	brb_jobs_have_changed(store, queue, !goes_on);
	return brb_seat_set(store, first.id, &ready_us, first.claim && !goes_on, error);
}

brabeion_status brb_queue_reseat(brb_store *store, const brb_queue *queue, const brb_seat *head, int64_t now_us,
				 brabeion_error *error)
{
	brb_seat first = { 0 };
	brb_jobs_have_changed(store, queue, true);
	if (head->id && head->claim && head->ready_us > now_us)
		return BRABEION_OK;
	brabeion_status status = read_seat(store, BRB_STATEMENT_JOB_FIRST, queue, &first, error);
	if (status == BRABEION_OK && head->id && head->id != first.id)
		status = brb_seat_set(store, head->id, NULL, head->claim != 0, error);
	if (status != BRABEION_OK || !first.id || first.is_head)
		return status;
	int64_t ready_us = brb_seat_opens_us(&first);
	return brb_seat_set(store, first.id, &ready_us, first.claim != 0, error);
}
