/*
 * store/sqlite/jobs/jobs_end: jobs that are done, or have failed.
 */
#include "store/sqlite/jobs/jobs.h"

brabeion_status brb_sqlite_job_end(brb_store_db *db, int64_t id, brabeion_error *error)
{
	brb_seated_job job;
	brabeion_status status = brb_seat_read(db, BRB_STATEMENT_JOB_END, id, &job, error);
	if (status != BRABEION_OK || !job.seat.id)
		return status;
	status = brb_database_run(&db->writer, BRB_STATEMENT_JOB_FORGET_ATTEMPTS, WITH(INT(id)), error);
	return status == BRABEION_OK ? brb_queue_left(db, &job.queue, &job.seat, error) : status;
}

/* Nobody's claim any more; ready again at its time, if it is head. */
static brabeion_status write_failure(brb_store_db *db, brb_seat *seat, const brb_store_failure *failure,
				     brabeion_error *error)
{
	seat->retry_us = failure->retry_at_us;
	seat->claim = 0;
	seat->ready_us = brb_seat_opens_us(seat);
	brabeion_status status =
		brb_database_run(&db->writer, BRB_STATEMENT_JOB_ADD_ATTEMPT,
				 WITH(INT(seat->id), INT(failure->at_us), TEXT(failure->error)), error);
	return status != BRABEION_OK ? status
				     : brb_database_run(&db->writer, BRB_STATEMENT_JOB_FAIL,
							WITH(INT(seat->id), TEXT(failure->error), INT(seat->retry_us),
							     brb_sql_optional(seat->is_head, seat->ready_us)),
							error);
}

/* parked_us 0 is of those that are not parked. */
static brabeion_status park(brb_store_db *db, int64_t id, int64_t at_us, brabeion_error *error)
{
	return brb_database_run(&db->writer, BRB_STATEMENT_JOB_PARK,
				WITH(INT(id), INT(at_us ? at_us : 1), TEXT("failed")), error);
}

brabeion_status brb_sqlite_job_fail(brb_store_db *db, int64_t id, const brb_store_failure *failure, bool *parked,
				    brabeion_error *error)
{
	brb_seated_job job;
	brabeion_status status = brb_seat_read(db, BRB_STATEMENT_JOB_GET, id, &job, error);
	if (status == BRABEION_OK && !job.seat.id)
		*parked = false;
	if (status != BRABEION_OK || !job.seat.id)
		return status;
	brb_seat before = job.seat;
	bool parks = job.attempts + 1 >= (int64_t)failure->attempts_most;
	status = write_failure(db, &job.seat, failure, error);
	if (status == BRABEION_OK && parks)
		status = park(db, id, failure->at_us, error);
	if (status == BRABEION_OK && parks)
		status = brb_queue_left(db, &job.queue, &before, error);
	else if (status == BRABEION_OK && job.seat.is_head)
		status = brb_queue_reseat(db, &job.queue, &job.seat, failure->at_us, error);
	if (status == BRABEION_OK)
		*parked = parks;
	return status;
}
