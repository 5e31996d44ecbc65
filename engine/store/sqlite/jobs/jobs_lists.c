/*
 * store/sqlite/jobs/jobs_lists: lists of jobs, of what is committed.
 */
#include "base/list.h"
#include "store/sqlite/jobs/jobs.h"

/* The columns of BRB_JOB_INFO. */
enum {
	ID,
	AT,
	DUE,
	RETRY,
	RUN,
	STANDING,
	ATTEMPTS,
	READY,
	PARKED,
	SLUG,
	USER,
	EVENT,
	EVENT_ID,
	PARKED_WHY,
	LAST_ERROR,
	FIELDS
};

static brabeion_status read_info(sqlite3_stmt *statement, brb_store_job_info *job, brb_arena *memory,
				 brabeion_error *error)
{
	bool has_fields = sqlite3_column_type(statement, FIELDS) != SQLITE_NULL;
	*job = (brb_store_job_info){
		.id = sqlite3_column_int64(statement, ID),
		.slug = brb_column_copy(memory, statement, SLUG),
		.user = brb_column_copy(memory, statement, USER),
		.event = brb_column_copy(memory, statement, EVENT),
		.event_id = brb_column_copy(memory, statement, EVENT_ID),
		.at_us = sqlite3_column_int64(statement, AT),
		.due_us = sqlite3_column_int64(statement, DUE),
		.retry_us = sqlite3_column_int64(statement, RETRY),
		.history_id = sqlite3_column_int64(statement, RUN),
		.state = (brb_store_job_state)sqlite3_column_int(statement, STANDING),
		.attempts = (uint32_t)sqlite3_column_int64(statement, ATTEMPTS),
		.parked_us = sqlite3_column_int64(statement, PARKED),
		.parked_why = brb_column_copy(memory, statement, PARKED_WHY),
		.error = brb_column_copy(memory, statement, LAST_ERROR),
		.fields = has_fields ? brb_column_copy(memory, statement, FIELDS) : NULL,
	};
	if (job->state == BRB_STORE_JOB_RUNNING)
		job->lease_us = sqlite3_column_int64(statement, READY);
	bool whole = job->slug && job->user && job->event && job->event_id && job->parked_why && job->error &&
		     (job->fields || !has_fields);
	return whole ? BRABEION_OK : brb_status_no_memory(error);
}

/* ---- counts ---- */

static brabeion_status read_count(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_store_job_counts *counts = context;
	int64_t count = sqlite3_column_int64(row, 1);
	(void)error;
	switch ((brb_store_job_state)sqlite3_column_int(row, 0)) {
	case BRB_STORE_JOB_WAITING:
		counts->waiting = count;
		counts->oldest_us = sqlite3_column_int64(row, 2);
		break;
	case BRB_STORE_JOB_RUNNING:
		counts->running = count;
		break;
	case BRB_STORE_JOB_DELAYED:
		counts->delayed = count;
		break;
	case BRB_STORE_JOB_PARKED:
		counts->parked = count;
		break;
	case BRB_STORE_JOB_ANY:
		break;
	}
	return BRABEION_OK;
}

brabeion_status brb_sqlite_jobs_count(brb_store_db *db, int64_t now_us, brb_store_job_counts *counts,
				      brabeion_error *error)
{
	return brb_sqlite_read_each(db, BRB_STATEMENT_JOBS_COUNTED, WITH(INT(now_us)), read_count, counts, error);
}

/* ---- lists ---- */

static brabeion_status read_job(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_store_job_list *list = context;
	brb_store_job_info *job = brb_list_add(&list->jobs, &list->count, &list->capacity, sizeof *job);
	return job ? read_info(row, job, &list->memory, error) : brb_status_no_memory(error);
}

brabeion_status brb_sqlite_jobs_list(brb_store_db *db, const brb_store_job_filter *filter, brb_store_job_list *list,
				     brabeion_error *error)
{
	return brb_sqlite_read_each(db, BRB_STATEMENT_JOBS_LISTED,
				    WITH(INT(filter->now_us), INT(filter->after), TEXT(filter->slug),
					 TEXT(filter->user), INT(filter->state), INT(brb_sql_limit(filter->limit))),
				    read_job, list, error);
}

/* ---- one job ---- */

static brabeion_status read_shown(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_store_job_page *page = context;
	page->found = true;
	return read_info(row, &page->job, &page->memory, error);
}

static brabeion_status read_attempt(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_store_job_page *page = context;
	const char *words = brb_column_copy(&page->memory, row, 2);
	brb_store_attempt *attempt =
		words ? brb_list_add(&page->attempts, &page->attempt_count, &page->attempt_capacity, sizeof *attempt)
		      : NULL;
	if (!attempt)
		return brb_status_no_memory(error);
	*attempt = (brb_store_attempt){ .number = sqlite3_column_int64(row, 0),
					.at_us = sqlite3_column_int64(row, 1),
					.error = words };
	return BRABEION_OK;
}

brabeion_status brb_sqlite_jobs_show(brb_store_db *db, int64_t id, int64_t now_us, brb_store_job_page *page,
				     brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_database_each(&db->reader, BRB_STATEMENT_JOB_SHOWN, WITH(INT(now_us), INT(id)), read_shown, page,
				   error);
	if (status == BRABEION_OK && page->found)
		status = brb_database_each(&db->reader, BRB_STATEMENT_JOB_ATTEMPTS, WITH(INT(id)), read_attempt, page,
					   error);
	brb_sqlite_end_reading(db);
	return status;
}
