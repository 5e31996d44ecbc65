/*
 * store/sqlite/jobs/jobs_add: writing new jobs into their queues.
 */
#include "store/sqlite/jobs/jobs_queue.h"

/* Of two that are due at once the older comes first, so a new one takes the head's place only if it is due before. */
static brabeion_status write_job(brb_store_db *db, const brb_effect_job *job, brabeion_error *error)
{
	brb_seat head = { 0 };
	brb_queue queue = { .user = job->user, .badge = job->badge, .history_id = job->history_id };
	brabeion_status status = brb_queue_head(db, &queue, &head, error);
	if (status != BRABEION_OK)
		return status;
	bool is_head = !head.id || (!head.claim && job->due_us < head.due_us);
	if (head.id && is_head)
		status = brb_seat_set(db, head.id, TEXT(NULL), false, error);
	if (status != BRABEION_OK)
		return status;
	if (is_head)
		brb_queue_is_ready(db, &queue);
	return brb_database_run(&db->writer, BRB_STATEMENT_JOB_ADD,
				WITH(QUEUE(&queue), INT(job->event), TEXT(job->event_id), INT(job->at_us),
				     INT(job->due_us), brb_sql_optional(is_head, job->due_us), TEXT(job->state),
				     INT(job->journal), brb_sql_optional(job->has_offset, job->offset_minutes),
				     INT(brb_clock_now_us(&db->options->clock))),
				error);
}

brabeion_status brb_sqlite_write_jobs(brb_store_db *db, const brb_effect_job *jobs, size_t count,
				      brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = write_job(db, &jobs[i], error);
	return status;
}
