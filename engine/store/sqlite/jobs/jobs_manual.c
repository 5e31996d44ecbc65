/*
 * store/sqlite/jobs/jobs_manual: what a person does with jobs, retrying and dropping them; and histories, whose jobs another
 * run takes over. Rare.
 */
#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/jobs/jobs.h"

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

/* ---- times that lie ahead ---- */

/* What a clock has given that was far ahead of what it shows now. */
static bool lies_ahead(int64_t us, int64_t now_us)
{
	return us > now_us && us - now_us > BRB_STORE_AHEAD_US;
}

typedef struct job_times {
	int64_t at_us, made_us;
} job_times;

static brabeion_status read_times(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	job_times *times = context;
	(void)error;
	*times = (job_times){ sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1) };
	return BRABEION_OK;
}

/*
 * The times of a job that was stored by a clock so far ahead. What was due at once (judged at most a day before the commit) is due
 * now, and what was due later by that clock keeps its delay; what an event's own time has planned stays.
 */
static brabeion_status set_back(brb_store_db *db, const brb_seated_job *job, const job_times *times, int64_t now_us,
				brabeion_error *error)
{
	brb_seat head = { 0 };
	int64_t ahead_us = times->made_us - now_us, due_us = job->seat.due_us, at_us = times->at_us;
	bool is_free_head = job->seat.is_head && !job->seat.claim;
	brabeion_status status = is_free_head ? brb_seat_set(db, job->seat.id, TEXT(NULL), false, error)
					      : brb_queue_head(db, &job->queue, &head, error);
	if (status == BRABEION_OK)
		status = brb_database_run(
			&db->writer, BRB_STATEMENT_JOB_SET_TIMES,
			WITH(INT(job->seat.id), INT(lies_ahead(at_us, now_us) ? at_us - ahead_us : at_us),
			     INT(lies_ahead(due_us, times->made_us - 2 * BRB_STORE_AHEAD_US) ? due_us - ahead_us
											     : due_us),
			     INT(now_us)),
			error);
	return status == BRABEION_OK && !job->parked ? brb_queue_reseat(db, &job->queue, &head, INT64_MIN, error)
						     : status;
}

/* *done: something of the job lay ahead. Jobs of a history have its time. */
static brabeion_status mend(brb_store_db *db, int64_t id, bool *done, brabeion_error *error)
{
	brb_seated_job job;
	job_times times = { 0 };
	int64_t now_us = brb_clock_now_us(&db->options->clock);
	brabeion_status status = brb_seat_read(db, BRB_STATEMENT_JOB_SEE, id, &job, error);
	*done = false;
	if (status != BRABEION_OK || !job.seat.id || job.queue.history_id)
		return status;
	bool leased = job.seat.claim && job.seat.is_head && lies_ahead(job.seat.ready_us, now_us);
	if (leased)
		status = brb_sqlite_jobs_give_back(db, job.seat.claim, 0, error);
	if (leased && status == BRABEION_OK)
		status = brb_seat_read(db, BRB_STATEMENT_JOB_SEE, id, &job, error);
	if (status == BRABEION_OK)
		status = brb_database_each(&db->writer, BRB_STATEMENT_JOB_TIMES, WITH(INT(id)), read_times, &times,
					   error);
	bool made_ahead = status == BRABEION_OK && lies_ahead(times.made_us, now_us);
	if (made_ahead)
		status = set_back(db, &job, &times, now_us, error);
	*done = leased || made_ahead;
	if (*done)
		brb_queue_is_ready(db, &job.queue);
	return status;
}

brabeion_status brb_sqlite_jobs_mend(brb_store_db *db, int64_t *jobs, brabeion_error *error)
{
	return change_chosen(db, &(brb_store_job_choice){ .id = 0 }, mend, jobs, error);
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
	brabeion_status status = mend(db, id, done, error);
	if (status == BRABEION_OK)
		status = brb_seat_read(db, BRB_STATEMENT_JOB_SEE, id, &job, error);
	if (status != BRABEION_OK || !job.seat.id)
		return status;
	bool waits = job.seat.retry_us && !job.seat.claim;
	*done = *done || job.parked || waits;
	if (job.parked)
		return unpark(db, id, &job.queue, error);
	if (!waits)
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
