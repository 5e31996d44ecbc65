/*
 * store/sqlite/jobs/jobs: looking at jobs, and the jobs' part of the driver.
 */
#include "store/sqlite/jobs/jobs.h"

static brabeion_status renew(brb_store_db *db, int64_t claim, int64_t until_us, int64_t *jobs, brabeion_error *error)
{
	brabeion_status status =
		brb_database_run(&db->writer, BRB_STATEMENT_JOBS_RENEW, WITH(INT(claim), INT(until_us)), error);
	if (status == BRABEION_OK)
		*jobs = sqlite3_changes64(db->writer.handle);
	return status;
}

static brabeion_status look(brb_store_db *db, int64_t id, int64_t *claim, bool *is_head, uint32_t *attempts,
			    brabeion_error *error)
{
	brb_seated_job job;
	brabeion_status status = brb_seat_read(db, BRB_STATEMENT_JOB_GET, id, &job, error);
	if (status != BRABEION_OK)
		return status;
	*claim = job.seat.claim;
	*is_head = job.seat.is_head;
	*attempts = (uint32_t)job.attempts;
	return BRABEION_OK;
}

static brabeion_status held(brb_store_db *db, int64_t claim, int64_t *id, brabeion_error *error)
{
	bool found = false;
	brabeion_status status =
		brb_database_number(&db->writer, BRB_STATEMENT_JOB_HELD, WITH(INT(claim)), &found, id, error);
	if (status == BRABEION_OK && !found)
		*id = 0;
	return status;
}

static brabeion_status new_history(brb_store_db *db, int64_t *history_id, brabeion_error *error)
{
	return brb_database_number(&db->writer, BRB_STATEMENT_HISTORY_NEW, WITH_NOTHING, NULL, history_id, error);
}

static brabeion_status read_next(brb_database *database, int64_t history_id, int64_t *at_us, brabeion_error *error)
{
	bool found = false;
	brabeion_status status = brb_database_number(database, BRB_STATEMENT_JOBS_NEXT_READY, WITH(INT(history_id)),
						     &found, at_us, error);
	if (status == BRABEION_OK && !found)
		*at_us = BRB_STORE_NEVER_US;
	return status;
}

static brabeion_status next(brb_store_db *db, int64_t history_id, int64_t *at_us, brabeion_error *error)
{
	return read_next(&db->writer, history_id, at_us, error);
}

static brabeion_status next_committed(brb_store_db *db, int64_t history_id, int64_t *at_us, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = read_next(&db->reader, history_id, at_us, error);
	brb_sqlite_end_reading(db);
	return status;
}

static brabeion_status exist(brb_store_db *db, bool *out, brabeion_error *error)
{
	bool unloaded = false;
	int64_t at_us = BRB_STORE_NEVER_US, badge;
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = read_next(&db->reader, 0, &at_us, error);
	if (status == BRABEION_OK && at_us == BRB_STORE_NEVER_US)
		status = brb_database_number(&db->reader, BRB_STATEMENT_JOBS_UNLOADED_BADGE, WITH(INT(0), INT(0)),
					     &unloaded, &badge, error);
	brb_sqlite_end_reading(db);
	if (status == BRABEION_OK)
		*out = unloaded || at_us != BRB_STORE_NEVER_US;
	return status;
}

static brabeion_status count_of_user(brb_store_db *db, int64_t user, int64_t most, int64_t *count,
				     brabeion_error *error)
{
	return brb_database_number(&db->writer, BRB_STATEMENT_JOBS_OF_USER, WITH(INT(user), INT(most)), NULL, count,
				   error);
}

/* All are walked through only where as many may be there. */
static brabeion_status count_all(brb_store_db *db, int64_t most, int64_t *count, brabeion_error *error)
{
	brabeion_status status =
		brb_database_number(&db->writer, BRB_STATEMENT_JOBS_SPAN, WITH_NOTHING, NULL, count, error);
	return status == BRABEION_OK && *count >= most
		       ? brb_database_number(&db->writer, BRB_STATEMENT_JOBS_ALL, WITH(INT(most)), NULL, count, error)
		       : status;
}

const brb_driver_jobs brb_sqlite_jobs = {
	.count_of_user = count_of_user,
	.count_all = count_all,
	.claim = brb_sqlite_jobs_claim,
	.renew = renew,
	.give_back = brb_sqlite_jobs_give_back,
	.look = look,
	.held = held,
	.end = brb_sqlite_job_end,
	.fail = brb_sqlite_job_fail,
	.retry = brb_sqlite_jobs_retry,
	.mend = brb_sqlite_jobs_mend,
	.drop = brb_sqlite_jobs_drop,
	.new_history = new_history,
	.adopt = brb_sqlite_jobs_adopt,
	.next = next,
	.next_committed = next_committed,
	.exist = exist,
	.histories = brb_sqlite_jobs_histories,
	.count = brb_sqlite_jobs_count,
	.list = brb_sqlite_jobs_list,
	.show = brb_sqlite_jobs_show,
};
