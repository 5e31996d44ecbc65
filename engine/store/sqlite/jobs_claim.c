/*
 * store/sqlite/jobs_claim: claiming jobs, and what becomes of a claim. See jobs.h. Which are set aside meanwhile, or come back,
 * is in store/jobs_unloaded.
 *
 * The heads that are ready are read first, then changed: a walk does not look at its own trail.
 */

#include "store/sqlite/jobs_claim.h"
#include "base/list.h"
#include "base/memory.h"
#include "store/state.h"

enum { COLUMN_AT = SEAT_ATTEMPTS + 1, COLUMN_USER, COLUMN_EVENT, COLUMN_EVENT_ID, COLUMN_STATE, COLUMN_JOURNAL };

void brb_store_claimed_list_finish(brb_store_claimed_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->jobs);
	brb_memory_release(list->parked);
	brb_arena_finish(&list->memory);
	*list = (brb_store_claimed_list){ 0 };
}

static void empty(brb_store_claimed_list *list)
{
	list->count = 0;
	list->parked_count = 0;
	brb_arena_reset(&list->memory);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* What is wrong with a state is the operator's to read; it does not end the transaction. */
static brabeion_status read_state(brb_claim_work *work, brb_ready_job *ready, sqlite3_stmt *statement,
				  brabeion_error *error)
{
	brb_arena *memory = &work->list->memory;
	const char *text = (const char *)sqlite3_column_text(statement, COLUMN_STATE);
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
static brabeion_status read_ready(brb_claim_work *work, sqlite3_stmt *statement, brabeion_error *error)
{
	brb_arena *memory = &work->list->memory;
	brb_ready_job *ready = brb_list_add(&work->ready, &work->ready_count, &work->ready_capacity, sizeof *ready);
	if (!ready)
		return brb_status_no_memory(error);
	ready->seat = brb_seat_of(statement);
	ready->queue = brb_queue_of(statement);
	ready->job = (brb_store_claimed){
		.id = ready->seat.id,
		.badge = (uint32_t)ready->queue.badge,
		.attempts = (uint32_t)sqlite3_column_int64(statement, SEAT_ATTEMPTS),
		.user = brb_store_copy_column(memory, statement, COLUMN_USER),
		.event = brb_store_copy_column(memory, statement, COLUMN_EVENT),
		.event_id = brb_store_copy_column(memory, statement, COLUMN_EVENT_ID),
		.at_us = sqlite3_column_int64(statement, COLUMN_AT),
		.journal = sqlite3_column_int64(statement, COLUMN_JOURNAL),
		.due_us = ready->seat.due_us,
	};
	if (!ready->job.user || !ready->job.event || !ready->job.event_id)
		return brb_status_no_memory(error);
	return brb_claim_has_badge(work->claim, ready->queue.badge) ? read_state(work, ready, statement, error)
								    : BRABEION_OK;
}

static brabeion_status read_heads(brb_claim_work *work, brabeion_error *error)
{
	bool row;
	brabeion_status status;
	brb_store *store = work->store;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOBS_READY, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, work->claim->run);
	sqlite3_bind_int64(statement, 2, work->claim->now_us);
	sqlite3_bind_int64(statement, 3, (int64_t)work->claim->most);
	while ((status = brb_database_step(&store->database, statement, &row, error)) == BRABEION_OK && row) {
		status = read_ready(work, statement, error);
		if (status != BRABEION_OK)
			break;
	}
	sqlite3_reset(statement);
	return status;
}

/* Those behind a head that are due, too, until one that is to be retried later: it holds back the rest. */
static brabeion_status read_behind(brb_claim_work *work, const brb_ready_job *head, size_t room,
				   brabeion_error *error)
{
	bool row;
	brabeion_status status;
	int64_t now_us = work->claim->now_us;
	brb_store *store = work->store;
	sqlite3_stmt *statement = brb_queue_statement(store, BRB_STATEMENT_JOBS_BEHIND, &head->queue, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 4, head->seat.due_us);
	sqlite3_bind_int64(statement, 5, head->seat.id);
	sqlite3_bind_int64(statement, 6, now_us);
	sqlite3_bind_int64(statement, 7, (int64_t)room);
	while ((status = brb_database_step(&store->database, statement, &row, error)) == BRABEION_OK && row) {
		if (sqlite3_column_int64(statement, SEAT_RETRY) > now_us)
			break;
		status = read_ready(work, statement, error);
		if (status != BRABEION_OK || work->ready[work->ready_count - 1].wrong)
			break; /* one that cannot be read is met when it is head */
	}
	sqlite3_reset(statement);
	return status;
}

/* ---- claiming ---------------------------------------------------------------------------------------------------- */

static brabeion_status take(brb_claim_work *work, const brb_ready_job *ready, brabeion_error *error)
{
	brb_store *store = work->store;
	brb_store_claimed_list *list = work->list;
	brb_store_claimed *job = brb_list_add(&list->jobs, &list->count, &list->capacity, sizeof *job);
	sqlite3_stmt *statement =
		job ? brb_database_statement(&store->database, BRB_STATEMENT_JOB_CLAIM, error) : NULL;
	if (!job)
		return brb_status_no_memory(error);
	if (!statement)
		return error->status;
	*job = ready->job;
	sqlite3_bind_int64(statement, 1, job->id);
	brb_bind_optional(statement, 2, ready->seat.is_head ? &work->claim->lease_until_us : NULL);
	sqlite3_bind_int64(statement, 3, work->claim->number);
	return brb_database_run(&store->database, statement, error);
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

/* The heads are where they were read, also when those behind them make the array grow. */
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

brabeion_status brb_store_jobs_claim(brb_store *store, const brb_store_claim *claim, brb_store_claimed_list *list,
				     brabeion_error *error)
{
	brb_claim_work work = { .store = store, .claim = claim, .list = list };
	empty(list);
	brabeion_status status = brb_store_write_jobs(store, error);
	if (status == BRABEION_OK)
		status = brb_claim_return_unloaded(&work, error);
	if (status == BRABEION_OK)
		status = read_heads(&work, error);
	if (status == BRABEION_OK)
		status = take_heads(&work, error);
	if (status == BRABEION_OK)
		status = take_behind(&work, error);
	if (work.ready_count)
		store->jobs.next_is_known = false;
	brb_memory_release(work.ready);
	if (status != BRABEION_OK)
		empty(list);
	brb_store_mark(store);
	return status;
}

/* ---- what becomes of a claim ------------------------------------------------------------------------------------- */

brabeion_status brb_store_jobs_renew(brb_store *store, int64_t claim, int64_t until_us, int64_t *jobs,
				     brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOBS_RENEW, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, claim);
	sqlite3_bind_int64(statement, 2, until_us);
	brabeion_status status = brb_database_run(&store->database, statement, error);
	store->jobs.next_is_known = false;
	if (status == BRABEION_OK)
		*jobs = sqlite3_changes64(store->database.handle);
	return status;
}

static brabeion_status unclaim(brb_store *store, int64_t id, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOB_UNCLAIM, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	return brb_database_run(&store->database, statement, error);
}

/* A head whose lease ends may have jobs before it that came later. */
static brabeion_status give_back_job(brb_store *store, const brb_ready_job *job, brabeion_error *error)
{
	brb_seat seat = job->seat;
	if (!seat.is_head)
		return unclaim(store, seat.id, error);
	seat.claim = 0;
	seat.ready_us = brb_seat_opens_us(&seat);
	brabeion_status status = brb_seat_set(store, seat.id, &seat.ready_us, true, error);
	return status == BRABEION_OK ? brb_queue_reseat(store, &job->queue, &seat, 0, error) : status;
}

static brabeion_status read_claimed(brb_store *store, int64_t claim, brb_ready_job **jobs, size_t *count,
				    brabeion_error *error)
{
	bool row;
	size_t capacity = 0;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOBS_OF_CLAIM, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, claim);
	while ((status = brb_database_step(&store->database, statement, &row, error)) == BRABEION_OK && row) {
		brb_ready_job *job = brb_list_add(jobs, count, &capacity, sizeof *job);
		if (!job) {
			status = brb_status_no_memory(error);
			break;
		}
		job->seat = brb_seat_of(statement);
		job->queue = brb_queue_of(statement);
	}
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_jobs_give_back(brb_store *store, int64_t claim, brabeion_error *error)
{
	return brb_store_jobs_give_back_but(store, claim, 0, error);
}

brabeion_status brb_store_jobs_give_back_but(brb_store *store, int64_t claim, int64_t id, brabeion_error *error)
{
	size_t count = 0;
	brb_ready_job *jobs = NULL;
	brabeion_status status = read_claimed(store, claim, &jobs, &count, error);
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		if (jobs[i].seat.id != id)
			status = give_back_job(store, &jobs[i], error);
	brb_memory_release(jobs);
	return status;
}

brabeion_status brb_store_job_is_claimed(brb_store *store, int64_t id, int64_t claim, bool *claimed,
					 brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOB_IS_CLAIMED, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	sqlite3_bind_int64(statement, 2, claim);
	bool row = false;
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	sqlite3_reset(statement);
	if (status == BRABEION_OK)
		*claimed = row;
	return status;
}
