/*
 * store/sqlite/jobs_manual: what a person does with jobs, retrying and dropping them; and histories, whose jobs another
 * run takes over. Rare.
 */
#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/jobs.h"

/* Changes one of the chosen; *done: there was something to do. */
typedef brabeion_status (*job_change)(brb_store_db *db, int64_t id, bool *done, brabeion_error *error);

/* The ids are gathered before the first job changes: the walk must not meet its own changes. */
static brabeion_status change_chosen(brb_store_db *db, const brb_store_job_choice *choice, job_change change,
				     int64_t *jobs, brabeion_error *error)
{
	int64_t changed = 0, *ids = NULL;
	size_t count = 0;
	brabeion_status status = brb_database_numbers(&db->writer, BRB_STATEMENT_JOBS_CHOSEN,
						      WITH(INT(choice->id), INT(choice->id ? choice->id : INT64_MAX),
							   TEXT(choice->slug), INT(choice->parked)),
						      &ids, &count, error);
	for (size_t i = 0; i < count && status == BRABEION_OK; i++) {
		bool done = false;
		status = change(db, ids[i], &done, error);
		changed += done;
	}
	brb_memory_release(ids);
	if (status == BRABEION_OK)
		*jobs = changed;
	return status;
}

/* ---- retrying ---- */

static brabeion_status unpark(brb_store_db *db, int64_t id, const brb_queue *queue, brabeion_error *error)
{
	brb_seat head = { 0 };
	brabeion_status status = brb_queue_head(db, queue, &head, error);
	if (status == BRABEION_OK)
		status = brb_database_run(&db->writer, BRB_STATEMENT_JOB_UNPARK, WITH(INT(id)), error);
	return status == BRABEION_OK ? brb_queue_reseat(db, queue, &head, INT64_MIN, error) : status;
}

static brabeion_status retry(brb_store_db *db, int64_t id, bool *done, brabeion_error *error)
{
	brb_seated_job job;
	brabeion_status status = brb_seat_read(db, BRB_STATEMENT_JOB_SEE, id, &job, error);
	if (status != BRABEION_OK || !job.seat.id)
		return status;
	*done = job.parked || (job.seat.retry_us && !job.seat.claim);
	if (job.parked)
		return unpark(db, id, &job.queue, error);
	if (!*done)
		return BRABEION_OK;
	brb_queue_is_ready(db, &job.queue);
	return brb_database_run(&db->writer, BRB_STATEMENT_JOB_RETRY_NOW, WITH(INT(id)), error);
}

brabeion_status brb_sqlite_jobs_retry(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				      brabeion_error *error)
{
	return change_chosen(db, choice, retry, jobs, error);
}

/* ---- dropping ---- */

static brabeion_status drop(brb_store_db *db, int64_t id, bool *done, brabeion_error *error)
{
	*done = true;
	return brb_sqlite_job_end(db, id, error);
}

brabeion_status brb_sqlite_jobs_drop(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				     brabeion_error *error)
{
	return change_chosen(db, choice, drop, jobs, error);
}

/* ---- histories ---- */

/* One look along the index for each, however many jobs they have. */
static brabeion_status read_histories(brb_store_db *db, int64_t **ids, size_t *count, brabeion_error *error)
{
	int64_t last = 0;
	size_t capacity = 0;
	for (;;) {
		brabeion_status status = brb_database_number(&db->reader, BRB_STATEMENT_HISTORY_NEXT, WITH(INT(last)),
							     NULL, &last, error);
		if (status != BRABEION_OK || !last)
			return status;
		int64_t *id = brb_list_add(ids, count, &capacity, sizeof *id);
		if (!id)
			return brb_status_no_memory(error);
		*id = last;
	}
}

brabeion_status brb_sqlite_jobs_histories(brb_store_db *db, int64_t **ids, size_t *count, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = read_histories(db, ids, count, error);
	brb_sqlite_end_reading(db);
	return status;
}

brabeion_status brb_sqlite_jobs_adopt(brb_store_db *db, int64_t from, int64_t into, int64_t *jobs,
				      brabeion_error *error)
{
	brabeion_status status =
		brb_database_run(&db->writer, BRB_STATEMENT_JOBS_MOVE, WITH(INT(from), INT(into)), error);
	if (status != BRABEION_OK)
		return status;
	int64_t moved = sqlite3_changes64(db->writer.handle);
	if (moved) {
		brb_queue_is_ready(db, &(brb_queue){ .history_id = into });
		status = brb_database_run(&db->writer, BRB_STATEMENT_JOBS_ONE_HEAD, WITH(INT(into)), error);
	}
	if (status == BRABEION_OK)
		*jobs = moved;
	return status;
}
