/*
 * store/sqlite/jobs_manual: what a person does with jobs: retrying and dropping them; and history runs, whose jobs others take
 * over. Rare. See jobs.h.
 */

#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/jobs_queue.h"

/* ---- which ------------------------------------------------------------------------------------------------------- */

/* The ids are gathered before the first job is changed: a walk does not look at its own trail. */
static brabeion_status find_chosen(brb_store *store, const brb_store_job_choice *choice, int64_t **ids, size_t *count,
				   brabeion_error *error)
{
	bool row;
	size_t capacity = 0;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOBS_CHOSEN, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, choice->id);
	sqlite3_bind_int64(statement, 2, choice->id ? choice->id : INT64_MAX);
	sqlite3_bind_text(statement, 3, choice->slug, -1, SQLITE_STATIC); /* NULL binds NULL */
	sqlite3_bind_int64(statement, 4, choice->parked);
	while ((status = brb_database_step(&store->database, statement, &row, error)) == BRABEION_OK && row) {
		int64_t *id = brb_list_add(ids, count, &capacity, sizeof *id);
		if (!id) {
			status = brb_status_no_memory(error);
			break;
		}
		*id = sqlite3_column_int64(statement, 0);
	}
	sqlite3_reset(statement);
	return status;
}

/* Does it to each of the chosen; *done tells whether there was anything to do. */
typedef brabeion_status (*job_change)(brb_store *store, int64_t id, bool *done, brabeion_error *error);

static brabeion_status change_chosen(brb_store *store, const brb_store_job_choice *choice, job_change change,
				     int64_t *jobs, brabeion_error *error)
{
	int64_t *ids = NULL, changed = 0;
	size_t count = 0;
	brabeion_status status = brb_store_write_jobs(store, error);
	if (status == BRABEION_OK)
		status = find_chosen(store, choice, &ids, &count, error);
	for (size_t i = 0; i < count && status == BRABEION_OK; i++) {
		bool done = false;
		status = change(store, ids[i], &done, error);
		changed += done;
	}
	brb_memory_release(ids);
	brb_store_mark(store);
	if (status == BRABEION_OK)
		*jobs = changed;
	return status;
}

/* ---- retrying ---------------------------------------------------------------------------------------------------- */

static brabeion_status run_for_job(brb_store *store, brb_statement which, int64_t id, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	return brb_database_run(&store->database, statement, error);
}

static brabeion_status unpark(brb_store *store, int64_t id, const brb_queue *queue, brabeion_error *error)
{
	brb_seat head = { 0 };
	brabeion_status status = brb_queue_head(store, queue, &head, error);
	if (status == BRABEION_OK)
		status = run_for_job(store, BRB_STATEMENT_JOB_UNPARK, id, error);
	return status == BRABEION_OK ? brb_queue_reseat(store, queue, &head, INT64_MIN, error) : status;
}

static brabeion_status retry(brb_store *store, int64_t id, bool *done, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOB_SEE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	if (status != BRABEION_OK || !row)
		return status;
	brb_seat seat = brb_seat_of(statement);
	brb_queue queue = brb_queue_of(statement);
	bool parked = sqlite3_column_int64(statement, SEAT_ATTEMPTS + 1) != 0;
	sqlite3_reset(statement);
	*done = parked || (seat.retry_us && !seat.claim);
	if (parked)
		return unpark(store, id, &queue, error);
	if (!*done)
		return BRABEION_OK;
	brb_jobs_have_changed(store, &queue, true);
	return run_for_job(store, BRB_STATEMENT_JOB_RETRY_NOW, id, error);
}

brabeion_status brb_store_jobs_retry(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				     brabeion_error *error)
{
	return change_chosen(store, choice, retry, jobs, error);
}

/* ---- dropping ---------------------------------------------------------------------------------------------------- */

static brabeion_status drop(brb_store *store, int64_t id, bool *done, brabeion_error *error)
{
	*done = true;
	return brb_store_job_end(store, id, error);
}

brabeion_status brb_store_jobs_drop(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				    brabeion_error *error)
{
	return change_chosen(store, choice, drop, jobs, error);
}

/* ---- history runs ------------------------------------------------------------------------------------------------ */

brabeion_status brb_store_run_new(brb_store *store, int64_t *run, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_RUN_NEW, error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	if (status == BRABEION_OK)
		*run = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return status;
}

/* The run after `run` that has jobs, 0 when there is none. */
static brabeion_status next_run(brb_database *database, int64_t run, int64_t *next, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(database, BRB_STATEMENT_RUN_NEXT, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, run);
	brabeion_status status = brb_database_step(database, statement, &row, error);
	*next = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_runs(brb_store *store, int64_t **runs, size_t *count, brabeion_error *error)
{
	int64_t *read = NULL, run = 0;
	size_t read_count = 0, capacity = 0;
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	while ((status = next_run(&store->reader, run, &run, error)) == BRABEION_OK && run) {
		int64_t *item = brb_list_add(&read, &read_count, &capacity, sizeof *item);
		if (!item) {
			status = brb_status_no_memory(error);
			break;
		}
		*item = run;
	}
	brb_store_end_reading(store);
	if (status != BRABEION_OK) {
		brb_memory_release(read);
		return status;
	}
	*runs = read;
	*count = read_count;
	return BRABEION_OK;
}

static brabeion_status move(brb_store *store, int64_t from, int64_t into, int64_t *jobs, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOBS_MOVE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, from);
	sqlite3_bind_int64(statement, 2, into);
	brabeion_status status = brb_database_run(&store->database, statement, error);
	*jobs = sqlite3_changes64(store->database.handle);
	return status;
}

brabeion_status brb_store_jobs_adopt(brb_store *store, int64_t from, int64_t into, int64_t *jobs,
				     brabeion_error *error)
{
	int64_t moved = 0;
	brabeion_status status = brb_store_write_jobs(store, error);
	brb_store_mark(store);
	if (status == BRABEION_OK)
		status = move(store, from, into, &moved, error);
	sqlite3_stmt *statement =
		status == BRABEION_OK && moved
			? brb_database_statement(&store->database, BRB_STATEMENT_JOBS_ONE_HEAD, error)
			: NULL;
	if (statement) {
		sqlite3_bind_int64(statement, 1, into);
		status = brb_database_run(&store->database, statement, error);
	} else if (status == BRABEION_OK && moved) {
		status = error->status;
	}
	brb_jobs_have_changed(store, &(brb_queue){ .run = into }, moved > 0);
	if (status == BRABEION_OK)
		*jobs = moved;
	return status;
}

brabeion_status brb_store_jobs_pass_on(brb_store *store, int64_t run, int64_t *jobs, brabeion_error *error)
{
	return brb_store_jobs_adopt(store, run, 0, jobs, error);
}
