/*
 * store/jobs: adding jobs, ending and failing them, and when the next one is ready. See jobs.h.
 *
 * What is added is written when the transaction commits, or before it when jobs are looked at; until then its next due
 * time is known from memory, so that a history run asks before each event at the cost of a comparison.
 */
#include "store/jobs.h"

#include "base/memory.h"
#include "store/sqlite/jobs_queue.h"
#include "store/state.h"

enum { PENDING_BYTES_MOST = 4 * 1024 * 1024 };

/* ---- adding ------------------------------------------------------------------------------------------------------ */

static brabeion_status grow_pending(brb_store *store, brabeion_error *error)
{
	if (store->jobs.count < store->jobs.capacity)
		return BRABEION_OK;
	size_t capacity = store->jobs.capacity ? store->jobs.capacity * 2 : 64;
	brb_pending_job *pending = brb_memory_resize(store->jobs.pending, capacity, sizeof *pending);
	if (!pending)
		return brb_status_no_memory(error);
	store->jobs.pending = pending;
	store->jobs.capacity = capacity;
	return BRABEION_OK;
}

static brabeion_status freeze(brb_store *store, const brb_store_job *job, const char **state, brabeion_error *error)
{
	brb_builder *builder = &store->jobs.state;
	brb_builder_reset(builder);
	brabeion_status status = brb_state_write(builder, job->fields, job->field_count, error);
	if (status != BRABEION_OK)
		return status;
	*state = builder->failed ? NULL : brb_arena_copy_length(&store->jobs.arena, builder->text, builder->length);
	return *state ? BRABEION_OK : brb_status_no_memory(error);
}

static void will_be_due(brb_store *store, int64_t run, int64_t due_us)
{
	if (store->jobs.next_is_known && store->jobs.next_run == run && due_us < store->jobs.next_us)
		store->jobs.next_us = due_us;
}

static brabeion_status make_room(brb_store *store, brabeion_error *error)
{
	bool undoable = store->jobs.marked_count != store->jobs.count;
	if (undoable || store->jobs.arena.used_bytes <= PENDING_BYTES_MOST)
		return BRABEION_OK;
	return brb_store_write_jobs(store, error);
}

/* Adds the job, whose state is in the arena. */
static brabeion_status add_pending(brb_store *store, const brb_store_job *job, const char *state,
				   brabeion_error *error)
{
	brb_pending_job pending = { .badge = job->badge,
				    .run = job->run,
				    .at_us = job->at_us,
				    .due_us = job->due_us,
				    .state = state,
				    .journal = job->journal };
	brabeion_status status = brb_store_user(store, job->user, true, &pending.user, error);
	if (status == BRABEION_OK)
		status = brb_store_event(store, job->event, &pending.event, error);
	if (status == BRABEION_OK)
		status = grow_pending(store, error);
	if (status != BRABEION_OK)
		return status;
	pending.event_id = brb_arena_copy(&store->jobs.arena, job->event_id);
	if (!pending.event_id)
		return brb_status_no_memory(error);
	store->jobs.pending[store->jobs.count++] = pending;
	will_be_due(store, job->run, job->due_us);
	return BRABEION_OK;
}

brabeion_status brb_store_job_add(brb_store *store, const brb_store_job *job, brabeion_error *error)
{
	const char *state = NULL;
	brabeion_status status = make_room(store, error);
	if (status == BRABEION_OK)
		status = freeze(store, job, &state, error);
	return status == BRABEION_OK ? add_pending(store, job, state, error) : status;
}

brabeion_status brb_store_job_add_frozen(brb_store *store, const brb_store_job *job, const char *state,
					 brabeion_error *error)
{
	brabeion_status status = make_room(store, error);
	if (status != BRABEION_OK)
		return status;
	const char *copy = brb_arena_copy(&store->jobs.arena, state);
	return copy ? add_pending(store, job, copy, error) : brb_status_no_memory(error);
}

void brb_store_undo_jobs(brb_store *store)
{
	if (store->jobs.count > store->jobs.marked_count)
		store->jobs.next_is_known = false;
	store->jobs.count = store->jobs.marked_count;
}

void brb_store_forget_jobs(brb_store *store)
{
	store->jobs.count = 0;
	store->jobs.marked_count = 0;
	brb_arena_reset(&store->jobs.arena);
}

static brabeion_status insert(brb_store *store, const brb_pending_job *job, bool is_head, brabeion_error *error)
{
	brb_queue queue = { .user = job->user, .badge = job->badge, .run = job->run };
	sqlite3_stmt *statement = brb_queue_statement(store, BRB_STATEMENT_JOB_ADD, &queue, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 4, job->event);
	sqlite3_bind_text(statement, 5, job->event_id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 6, job->at_us);
	sqlite3_bind_int64(statement, 7, job->due_us);
	brb_bind_optional(statement, 8, is_head ? &job->due_us : NULL);
	sqlite3_bind_text(statement, 9, job->state, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 10, job->journal);
	return brb_database_run(&store->database, statement, error);
}

/* Of two that are due at once the older comes first, so a new one takes the head's place only if it is due before. */
static brabeion_status write_job(brb_store *store, const brb_pending_job *job, brabeion_error *error)
{
	brb_seat head = { 0 };
	brb_queue queue = { .user = job->user, .badge = job->badge, .run = job->run };
	brabeion_status status = brb_queue_head(store, &queue, &head, error);
	if (status != BRABEION_OK)
		return status;
	bool is_head = !head.id || (!head.claim && job->due_us < head.due_us);
	if (head.id && is_head)
		status = brb_seat_set(store, head.id, NULL, false, error);
	store->jobs.are_ready |= is_head && job->run == 0;
	return status == BRABEION_OK ? insert(store, job, is_head, error) : status;
}

brabeion_status brb_store_write_jobs(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < store->jobs.count && status == BRABEION_OK; i++)
		status = write_job(store, &store->jobs.pending[i], error);
	if (status == BRABEION_OK)
		brb_store_forget_jobs(store);
	return status;
}

/* ---- ending ------------------------------------------------------------------------------------------------------ */

static brabeion_status run_for_job(brb_store *store, brb_statement which, int64_t id, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	return brb_database_run(&store->database, statement, error);
}

/* Runs a statement that gives one job's seat, queue and attempts; seat->id is 0 when there is none. */
static brabeion_status read_job(brb_store *store, brb_statement which, int64_t id, brb_seat *seat, brb_queue *queue,
				int64_t *attempts, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(&store->database, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	brabeion_status status = brb_database_step(&store->database, statement, &row, error);
	*seat = row ? brb_seat_of(statement) : (brb_seat){ 0 };
	if (row) {
		*queue = brb_queue_of(statement);
		*attempts = sqlite3_column_int64(statement, SEAT_ATTEMPTS);
	}
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_job_claim(brb_store *store, int64_t id, int64_t *claim, uint32_t *attempts,
				    brabeion_error *error)
{
	brb_seat seat = { 0 };
	brb_queue queue = { 0 };
	int64_t failed = 0;
	brabeion_status status = read_job(store, BRB_STATEMENT_JOB_GET, id, &seat, &queue, &failed, error);
	if (status != BRABEION_OK)
		return status;
	*claim = seat.claim;
	*attempts = (uint32_t)failed;
	return BRABEION_OK;
}

brabeion_status brb_store_job_end(brb_store *store, int64_t id, brabeion_error *error)
{
	brb_seat seat = { 0 };
	brb_queue queue = { 0 };
	int64_t attempts = 0;
	brabeion_status status = read_job(store, BRB_STATEMENT_JOB_END, id, &seat, &queue, &attempts, error);
	if (status != BRABEION_OK || !seat.id)
		return status;
	status = run_for_job(store, BRB_STATEMENT_JOB_FORGET_ATTEMPTS, id, error);
	return status == BRABEION_OK ? brb_queue_left(store, &queue, &seat, error) : status;
}

/* ---- failing ----------------------------------------------------------------------------------------------------- */

static brabeion_status add_attempt(brb_store *store, int64_t id, const brb_store_failure *failure,
				   brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOB_ADD_ATTEMPT, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	sqlite3_bind_int64(statement, 2, failure->at_us);
	sqlite3_bind_text(statement, 3, failure->error, -1, SQLITE_STATIC);
	return brb_database_run(&store->database, statement, error);
}

/* Nobody's claim any more; ready again at its time, if it is head. */
static brabeion_status write_failure(brb_store *store, brb_seat *seat, const brb_store_failure *failure,
				     brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOB_FAIL, error);
	if (!statement)
		return error->status;
	seat->retry_us = failure->retry_at_us;
	seat->claim = 0;
	seat->ready_us = brb_seat_opens_us(seat);
	sqlite3_bind_int64(statement, 1, seat->id);
	sqlite3_bind_text(statement, 2, failure->error, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, seat->retry_us);
	brb_bind_optional(statement, 4, seat->is_head ? &seat->ready_us : NULL);
	return brb_database_run(&store->database, statement, error);
}

brabeion_status brb_job_park(brb_store *store, int64_t id, int64_t at_us, const char *why, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOB_PARK, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, id);
	sqlite3_bind_int64(statement, 2, at_us ? at_us : 1); /* 0 is for those that are not parked */
	sqlite3_bind_text(statement, 3, why, -1, SQLITE_STATIC);
	return brb_database_run(&store->database, statement, error);
}

brabeion_status brb_store_job_fail(brb_store *store, int64_t id, const brb_store_failure *failure, bool *parked,
				   brabeion_error *error)
{
	brb_seat seat = { 0 };
	brb_queue queue = { 0 };
	int64_t attempts = 0;
	brabeion_status status = read_job(store, BRB_STATEMENT_JOB_GET, id, &seat, &queue, &attempts, error);
	if (status == BRABEION_OK && !seat.id)
		*parked = false;
	if (status != BRABEION_OK || !seat.id)
		return status;
	brb_seat before = seat;
	bool park = attempts + 1 >= (int64_t)failure->attempts_most;
	status = add_attempt(store, id, failure, error);
	if (status == BRABEION_OK)
		status = write_failure(store, &seat, failure, error);
	if (status == BRABEION_OK && park)
		status = brb_job_park(store, id, failure->at_us, "failed", error);
	if (status == BRABEION_OK && park)
		status = brb_queue_left(store, &queue, &before, error);
	else if (status == BRABEION_OK && seat.is_head)
		status = brb_queue_reseat(store, &queue, &seat, failure->at_us, error);
	if (status == BRABEION_OK)
		*parked = park;
	return status;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static brabeion_status read_next_ready(brb_database *database, int64_t run, int64_t *at_us, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_statement(database, BRB_STATEMENT_JOBS_NEXT_READY, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, run);
	brabeion_status status = brb_database_step(database, statement, &row, error);
	if (status == BRABEION_OK)
		*at_us = row ? sqlite3_column_int64(statement, 0) : BRB_STORE_NEVER_US;
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_jobs_next_due(brb_store *store, int64_t run, int64_t *at_us, brabeion_error *error)
{
	if (!store->jobs.next_is_known || store->jobs.next_run != run) {
		brabeion_status status = read_next_ready(&store->database, run, &store->jobs.next_us, error);
		if (status != BRABEION_OK)
			return status;
		store->jobs.next_is_known = true;
		store->jobs.next_run = run;
		for (size_t i = 0; i < store->jobs.count; i++)
			will_be_due(store, store->jobs.pending[i].run, store->jobs.pending[i].due_us);
	}
	*at_us = store->jobs.next_us;
	return BRABEION_OK;
}

brabeion_status brb_store_jobs_look(brb_store *store, int64_t run, int64_t *at_us, brabeion_error *error)
{
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_next_ready(&store->reader, run, at_us, error);
	brb_store_end_reading(store);
	return status;
}

static brabeion_status find_unloaded(brb_database *database, bool *found, brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(database, BRB_STATEMENT_JOBS_UNLOADED_BADGE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, 0);
	sqlite3_bind_int64(statement, 2, 0);
	brabeion_status status = brb_database_step(database, statement, found, error);
	sqlite3_reset(statement);
	return status;
}

brabeion_status brb_store_jobs_exist(brb_store *store, bool *exist, brabeion_error *error)
{
	int64_t at_us = BRB_STORE_NEVER_US;
	bool unloaded = false;
	brabeion_status status = brb_store_begin_reading(store, error);
	if (status != BRABEION_OK)
		return status;
	status = read_next_ready(&store->reader, 0, &at_us, error);
	if (status == BRABEION_OK && at_us == BRB_STORE_NEVER_US)
		status = find_unloaded(&store->reader, &unloaded, error);
	brb_store_end_reading(store);
	if (status == BRABEION_OK)
		*exist = unloaded || at_us != BRB_STORE_NEVER_US;
	return status;
}
