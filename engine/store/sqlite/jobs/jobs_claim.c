/*
 * store/sqlite/jobs/jobs_claim: claiming jobs, and giving them back. Parking meanwhile, and the return from it, are in
 * jobs_unloaded.c.
 *
 * The heads that are ready are read first, then changed: the walk must not meet its own changes.
 */
#include "store/sqlite/jobs/jobs_claim.h"
#include "base/list.h"
#include "base/memory.h"
#include "store/codec/state.h"

enum {
	COLUMN_AT = SEAT_ATTEMPTS + 1,
	COLUMN_USER,
	COLUMN_EVENT,
	COLUMN_EVENT_ID,
	COLUMN_STATE,
	COLUMN_JOURNAL,
	COLUMN_CLOCK
};

/* ---- reading ---- */

/* A state that cannot be read is reported to the operator; it does not end the transaction. */
static brabeion_status read_state(brb_claim_work *work, brb_ready_job *ready, sqlite3_stmt *row,
				  brabeion_error *error)
{
	brb_arena *memory = &work->list->memory;
	const char *text = (const char *)sqlite3_column_text(row, COLUMN_STATE);
	brabeion_error wrong = BRABEION_NO_ERROR;
	if (!text)
		return brb_status_no_memory(error);
	brabeion_status status = brb_state_read(text, memory, &ready->job.fields, &ready->job.field_count, &wrong);
	if (status != BRABEION_INVALID)
		return brb_status_hand_over(error, &wrong);
	ready->wrong = brb_arena_printf(memory, "its frozen state cannot be read: %s", wrong.message);
	brabeion_error_finish(&wrong);
	return ready->wrong ? BRABEION_OK : brb_status_no_memory(error);
}

/* Adds a job to those that are ready. */
static brabeion_status read_ready(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_claim_work *work = context;
	brb_arena *memory = &work->list->memory;
	brb_ready_job *ready = brb_list_add(&work->ready, &work->ready_count, &work->ready_capacity, sizeof *ready);
	if (!ready)
		return brb_status_no_memory(error);
	ready->seat = brb_seat_of(row);
	ready->queue = brb_queue_of(row);
	ready->job = (brb_store_claimed){
		.id = ready->seat.id,
		.badge = (uint32_t)ready->queue.badge,
		.attempts = (uint32_t)sqlite3_column_int64(row, SEAT_ATTEMPTS),
		.user = brb_column_copy(memory, row, COLUMN_USER),
		.event = brb_column_copy(memory, row, COLUMN_EVENT),
		.event_id = brb_column_copy(memory, row, COLUMN_EVENT_ID),
		.at_us = sqlite3_column_int64(row, COLUMN_AT),
		.journal = sqlite3_column_int64(row, COLUMN_JOURNAL),
		.has_offset = sqlite3_column_type(row, COLUMN_CLOCK) != SQLITE_NULL,
		.offset_minutes = sqlite3_column_int(row, COLUMN_CLOCK),
		.due_us = ready->seat.due_us,
	};
	if (!ready->job.user || !ready->job.event || !ready->job.event_id)
		return brb_status_no_memory(error);
	return brb_claim_has_badge(work->claim, ready->queue.badge) ? read_state(work, ready, row, error)
								    : BRABEION_OK;
}

/* Due jobs behind a head, up to one that is to be retried later, which holds back the rest. */
static brabeion_status read_behind(brb_claim_work *work, const brb_ready_job *head, size_t room,
				   brabeion_error *error)
{
	bool row;
	brabeion_status status;
	int64_t now_us = work->claim->now_us;
	brb_database *database = &work->db->writer;
	sqlite3_stmt *statement = brb_database_bind(
		database, BRB_STATEMENT_JOBS_BEHIND,
		WITH(QUEUE(&head->queue), INT(head->seat.due_us), INT(head->seat.id), INT(now_us), INT(room)), error);
	if (!statement)
		return error->status;
	while ((status = brb_database_step(database, statement, &row, error)) == BRABEION_OK && row) {
		if (sqlite3_column_int64(statement, SEAT_RETRY) > now_us)
			break;
		status = read_ready(work, statement, error);
		if (status != BRABEION_OK || work->ready[work->ready_count - 1].wrong)
			break; /* one that cannot be read is parked when it is head */
	}
	sqlite3_reset(statement);
	return status;
}

/* ---- claiming ---- */

static brabeion_status take(brb_claim_work *work, const brb_ready_job *ready, brabeion_error *error)
{
	brb_store_claimed_list *list = work->list;
	const brb_store_claim *claim = work->claim;
	brb_store_claimed *job = brb_list_add(&list->jobs, &list->count, &list->capacity, sizeof *job);
	if (!job)
		return brb_status_no_memory(error);
	*job = ready->job;
	return brb_database_run(
		&work->db->writer, BRB_STATEMENT_JOB_CLAIM,
		WITH(INT(job->id), brb_sql_optional(ready->seat.is_head, claim->lease_until_us), INT(claim->number)),
		error);
}

static brabeion_status take_heads(brb_claim_work *work, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < work->ready_count && status == BRABEION_OK; i++) {
		const brb_ready_job *ready = &work->ready[i];
		if (!brb_claim_has_badge(work->claim, ready->queue.badge))
			status = brb_claim_park_unloaded(work, &ready->queue, error);
		else if (ready->wrong)
			status = brb_claim_park_unreadable(work, ready, error);
		else
			status = take(work, ready, error);
	}
	return status;
}

/* Heads are copied: those behind them make the array grow. */
static brabeion_status take_behind(brb_claim_work *work, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	size_t head_count = work->ready_count;
	for (size_t i = 0; i < head_count && status == BRABEION_OK; i++) {
		brb_ready_job head = work->ready[i];
		size_t next = work->ready_count, room = work->claim->most - work->list->count;
		if (!room)
			break;
		if (head.wrong || !brb_claim_has_badge(work->claim, head.queue.badge))
			continue;
		status = read_behind(work, &head, room, error);
		for (; next < work->ready_count && status == BRABEION_OK; next++)
			if (!work->ready[next].wrong)
				status = take(work, &work->ready[next], error);
	}
	return status;
}

brabeion_status brb_sqlite_jobs_claim(brb_store_db *db, const brb_store_claim *claim, brb_store_claimed_list *list,
				      brabeion_error *error)
{
	brb_claim_work work = { .db = db, .claim = claim, .list = list };
	brabeion_status status = brb_claim_return_unloaded(&work, error);
	if (status == BRABEION_OK)
		status = brb_database_each(&db->writer, BRB_STATEMENT_JOBS_READY,
					   WITH(INT(claim->history_id), INT(claim->now_us), INT(claim->most)),
					   read_ready, &work, error);
	if (status == BRABEION_OK)
		status = take_heads(&work, error);
	if (status == BRABEION_OK)
		status = take_behind(&work, error);
	brb_memory_release(work.ready);
	return status;
}

/* ---- giving back ---- */

typedef struct seated_list {
	brb_seated_job *jobs;
	size_t count, capacity;
} seated_list;

static brabeion_status read_seated(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	seated_list *list = context;
	brb_seated_job *job = brb_list_add(&list->jobs, &list->count, &list->capacity, sizeof *job);
	if (!job)
		return brb_status_no_memory(error);
	job->seat = brb_seat_of(row);
	job->queue = brb_queue_of(row);
	return BRABEION_OK;
}

/* A head whose lease ends may have jobs before it that came later. */
static brabeion_status give_back_job(brb_store_db *db, const brb_seated_job *job, brabeion_error *error)
{
	brb_seat seat = job->seat;
	if (!seat.is_head)
		return brb_database_run(&db->writer, BRB_STATEMENT_JOB_UNCLAIM, WITH(INT(seat.id)), error);
	seat.claim = 0;
	seat.ready_us = brb_seat_opens_us(&seat);
	brabeion_status status = brb_seat_set(db, seat.id, INT(seat.ready_us), true, error);
	return status == BRABEION_OK ? brb_queue_reseat(db, &job->queue, &seat, 0, error) : status;
}

brabeion_status brb_sqlite_jobs_give_back(brb_store_db *db, int64_t claim, int64_t but, brabeion_error *error)
{
	seated_list list = { 0 };
	brabeion_status status = brb_database_each(&db->writer, BRB_STATEMENT_JOBS_OF_CLAIM, WITH(INT(claim)),
						   read_seated, &list, error);
	for (size_t i = 0; i < list.count && status == BRABEION_OK; i++)
		if (list.jobs[i].seat.id != but)
			status = give_back_job(db, &list.jobs[i], error);
	brb_memory_release(list.jobs);
	return status;
}
