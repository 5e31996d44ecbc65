/*
 * store/sqlite/jobs_lists: jobs as people see them, of what is committed, through the connection for reading. See jobs.h.
 */

#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

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

void brb_store_job_list_finish(brb_store_job_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->jobs);
	brb_arena_finish(&list->memory);
	*list = (brb_store_job_list){ 0 };
}

void brb_store_job_page_finish(brb_store_job_page *page)
{
	if (!page)
		return;
	brb_memory_release(page->attempts);
	brb_arena_finish(&page->memory);
	*page = (brb_store_job_page){ 0 };
}

static brabeion_status read_info(sqlite3_stmt *statement, brb_store_job_info *job, brb_arena *memory,
				 brabeion_error *error)
{
	bool has_fields = sqlite3_column_type(statement, FIELDS) != SQLITE_NULL;
	*job = (brb_store_job_info){
		.id = sqlite3_column_int64(statement, ID),
		.slug = brb_store_copy_column(memory, statement, SLUG),
		.user = brb_store_copy_column(memory, statement, USER),
		.event = brb_store_copy_column(memory, statement, EVENT),
		.event_id = brb_store_copy_column(memory, statement, EVENT_ID),
		.at_us = sqlite3_column_int64(statement, AT),
		.due_us = sqlite3_column_int64(statement, DUE),
		.retry_us = sqlite3_column_int64(statement, RETRY),
		.run = sqlite3_column_int64(statement, RUN),
		.state = (brb_store_job_state)sqlite3_column_int(statement, STANDING),
		.attempts = (uint32_t)sqlite3_column_int64(statement, ATTEMPTS),
		.parked_us = sqlite3_column_int64(statement, PARKED),
		.parked_why = brb_store_copy_column(memory, statement, PARKED_WHY),
		.error = brb_store_copy_column(memory, statement, LAST_ERROR),
		.fields = has_fields ? brb_store_copy_column(memory, statement, FIELDS) : NULL,
	};
	if (job->state == BRB_STORE_JOB_RUNNING)
		job->lease_us = sqlite3_column_int64(statement, READY);
	bool whole = job->slug && job->user && job->event && job->event_id && job->parked_why && job->error &&
		     (job->fields || !has_fields);
	return whole ? BRABEION_OK : brb_status_no_memory(error);
}

/* ---- counts ------------------------------------------------------------------------------------------------------ */

static brabeion_status read_counts(brb_store *store, int64_t now_us, brb_store_job_counts *counts,
				   brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_JOBS_COUNTED, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, now_us);
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		int64_t count = sqlite3_column_int64(statement, 1);
		switch ((brb_store_job_state)sqlite3_column_int(statement, 0)) {
		case BRB_STORE_JOB_WAITING:
			counts->waiting = count;
			counts->oldest_us = sqlite3_column_int64(statement, 2);
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
	}
	return status;
}

brabeion_status brb_store_count_jobs(brb_store *store, int64_t now_us, brb_store_job_counts *counts,
				     brabeion_error *error)
{
	brb_store_job_counts read = { 0 };
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_counts(store, now_us, &read, error);
	brb_store_end_reading(store);
	if (status == BRABEION_OK)
		*counts = read;
	return status;
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static brabeion_status read_list(brb_store *store, const brb_store_job_filter *filter, brb_store_job_list *list,
				 brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_JOBS_LISTED, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, filter->now_us);
	sqlite3_bind_int64(statement, 2, filter->after);
	sqlite3_bind_text(statement, 3, filter->slug, -1, SQLITE_STATIC); /* NULL binds NULL */
	sqlite3_bind_text(statement, 4, filter->user, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 5, filter->state);
	sqlite3_bind_int64(statement, 6, filter->limit && filter->limit < INT64_MAX ? (int64_t)filter->limit : -1);
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		brb_store_job_info *job = brb_list_add(&list->jobs, &list->count, &list->capacity, sizeof *job);
		status = job ? read_info(statement, job, &list->memory, error) : brb_status_no_memory(error);
		if (status != BRABEION_OK)
			break;
	}
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_list_jobs(brb_store *store, const brb_store_job_filter *filter, brb_store_job_list *list,
				    brabeion_error *error)
{
	brb_store_job_list read = { 0 };
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_list(store, filter, &read, error);
	brb_store_end_reading(store);
	if (status == BRABEION_OK)
		*list = read;
	else
		brb_store_job_list_finish(&read);
	return status;
}

/* ---- one job ----------------------------------------------------------------------------------------------------- */

static brabeion_status read_shown(brb_store *store, int64_t id, int64_t now_us, brb_store_job_page *page,
				  brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_JOB_SHOWN, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, now_us);
	sqlite3_bind_int64(statement, 2, id);
	brabeion_status status = brb_database_step(&store->reader, statement, &page->found, error);
	if (status == BRABEION_OK && page->found)
		status = read_info(statement, &page->job, &page->memory, error);
	sqlite3_reset(statement);
	return status;
}

static brabeion_status read_attempts(brb_store *store, int64_t id, brb_store_job_page *page, brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->reader, BRB_STATEMENT_JOB_ATTEMPTS, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	while ((status = brb_database_step(&store->reader, statement, &row, error)) == BRABEION_OK && row) {
		const char *words = brb_store_copy_column(&page->memory, statement, 2);
		brb_store_attempt *attempt = words ? brb_list_add(&page->attempts, &page->attempt_count,
								  &page->attempt_capacity, sizeof *attempt)
						   : NULL;
		if (!attempt) {
			status = brb_status_no_memory(error);
			break;
		}
		*attempt = (brb_store_attempt){ .number = sqlite3_column_int64(statement, 0),
						.at_us = sqlite3_column_int64(statement, 1),
						.error = words };
	}
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_show_job(brb_store *store, int64_t id, int64_t now_us, brb_store_job_page *page,
				   brabeion_error *error)
{
	brb_store_job_page read = { 0 };
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_shown(store, id, now_us, &read, error);
	if (status == BRABEION_OK && read.found)
		status = read_attempts(store, id, &read, error);
	brb_store_end_reading(store);
	if (status == BRABEION_OK)
		*page = read;
	else
		brb_store_job_page_finish(&read);
	return status;
}
