/*
 * store/jobs_claim: claiming jobs, and what becomes of a claim. See jobs.h.
 *
 * The heads that are ready are read first, then changed: a walk does not look at its own trail.
 */
#include <stdlib.h>

#include "base/list.h"
#include "store/jobs_queue.h"
#include "store/state.h"

enum { COLUMN_AT = SEAT_ATTEMPTS + 1, COLUMN_USER, COLUMN_EVENT, COLUMN_EVENT_ID, COLUMN_STATE };

/* A job that is ready, with what the list for its judge has no place for. */
typedef struct ready_job {
	brb_store_claimed job;
	brb_queue queue;
	brb_seat seat;
	const char *wrong; /* with its state; NULL: nothing */
} ready_job;

typedef struct claim_work {
	brb_store *store;
	const brb_store_claim *claim;
	brb_store_claimed_list *list;
	size_t parked; /* as unloaded, by this call */
	ready_job *ready;
	size_t ready_count, ready_capacity;
} claim_work;

void brb_store_claimed_list_finish(brb_store_claimed_list *list)
{
	if (!list)
		return;
	free(list->jobs);
	free(list->parked);
	brb_arena_finish(&list->memory);
	*list = (brb_store_claimed_list){ 0 };
}

static void empty(brb_store_claimed_list *list)
{
	list->count = 0;
	list->parked_count = 0;
	brb_arena_reset(&list->memory);
}

static bool is_loaded(const brb_store_claim *claim, int64_t badge)
{
	size_t from = 0, to = claim->badge_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (claim->badges[middle] < badge)
			from = middle + 1;
		else
			to = middle;
	}
	return from < claim->badge_count && claim->badges[from] == badge;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* What is wrong with a state is the operator's to read; it does not end the transaction. */
static brabeion_status read_state(claim_work *work, ready_job *ready, sqlite3_stmt *statement, brabeion_error *error)
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

static brabeion_status read_ready(claim_work *work, sqlite3_stmt *statement, ready_job **read, brabeion_error *error)
{
	brb_arena *memory = &work->list->memory;
	ready_job *ready = brb_list_add(&work->ready, &work->ready_count, &work->ready_capacity, sizeof *ready);
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
		.due_us = ready->seat.due_us,
	};
	if (!ready->job.user || !ready->job.event || !ready->job.event_id)
		return brb_status_no_memory(error);
	*read = ready;
	return is_loaded(work->claim, ready->queue.badge) ? read_state(work, ready, statement, error) : BRABEION_OK;
}

static brabeion_status read_heads(claim_work *work, brabeion_error *error)
{
	bool row;
	ready_job *read;
	brabeion_status status;
	brb_store *store = work->store;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOBS_READY, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, work->claim->run);
	sqlite3_bind_int64(statement, 2, work->claim->now_us);
	sqlite3_bind_int64(statement, 3, (int64_t)work->claim->most);
	while ((status = brb_database_step(&store->database, statement, &row, error)) == BRABEION_OK && row) {
		status = read_ready(work, statement, &read, error);
		if (status != BRABEION_OK)
			break;
	}
	sqlite3_reset(statement);
	return status;
}

/* Those behind a head that are due, too, until one that is to be retried later: it holds back the rest. */
static brabeion_status read_behind(claim_work *work, const ready_job *head, size_t room, brabeion_error *error)
{
	bool row;
	ready_job *read;
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
		status = read_ready(work, statement, &read, error);
		if (status != BRABEION_OK || read->wrong)
			break; /* one that cannot be read is met when it is head */
	}
	sqlite3_reset(statement);
	return status;
}

/* ---- setting aside ----------------------------------------------------------------------------------------------- */

static brb_store_parked *parked_of(brb_store_claimed_list *list, const char *slug)
{
	for (size_t i = 0; i < list->parked_count; i++)
		if (!list->parked[i].id && strcmp(list->parked[i].slug, slug) == 0)
			return &list->parked[i];
	return NULL;
}

static const char *copy_slug(claim_work *work, int64_t badge, brabeion_error *error)
{
	bool row = false;
	const char *slug = NULL;
	brb_database *database = &work->store->database;
	sqlite3_stmt *statement = brb_database_statement(database, BRB_STATEMENT_SLUG, error);
	if (!statement)
		return NULL;
	sqlite3_bind_int64(statement, 1, badge);
	if (brb_database_step(database, statement, &row, error) == BRABEION_OK) {
		slug = row ? brb_store_copy_column(&work->list->memory, statement, 0)
			   : brb_arena_printf(&work->list->memory, "(number %lld)", (long long)badge);
		if (!slug)
			brb_status_no_memory(error);
	}
	sqlite3_reset(statement);
	return slug;
}

static brabeion_status tell_parked(claim_work *work, int64_t badge, int64_t count, int64_t id, const char *why,
				   brabeion_error *error)
{
	brb_store_claimed_list *list = work->list;
	const char *slug = copy_slug(work, badge, error);
	if (!slug)
		return error->status;
	brb_store_parked *parked = id ? NULL : parked_of(list, slug);
	if (!parked) {
		parked = brb_list_add(&list->parked, &list->parked_count, &list->parked_capacity, sizeof *parked);
		if (!parked)
			return brb_status_no_memory(error);
		*parked = (brb_store_parked){ .slug = slug, .why = why, .id = id };
	}
	parked->count += count;
	return BRABEION_OK;
}

static brabeion_status park_unloaded(claim_work *work, const ready_job *ready, brabeion_error *error)
{
	brb_store *store = work->store;
	size_t room = work->claim->most - work->parked;
	int64_t now_us = work->claim->now_us;
	sqlite3_stmt *statement =
		room ? brb_queue_statement(store, BRB_STATEMENT_JOBS_PARK_QUEUE, &ready->queue, error) : NULL;
	if (!statement)
		return room ? error->status : BRABEION_OK;
	sqlite3_bind_int64(statement, 4, now_us ? now_us : 1);
	sqlite3_bind_int64(statement, 5, (int64_t)room);
	brabeion_status status = brb_database_run(&store->database, statement, error);
	if (status != BRABEION_OK)
		return status;
	int64_t count = sqlite3_changes64(store->database.handle);
	work->parked += (size_t)count;
	status = tell_parked(work, ready->queue.badge, count, 0, "unloaded", error);
	brb_seat left = { .is_head = true };
	return status == BRABEION_OK ? brb_queue_left(store, &ready->queue, &left, error) : status;
}

static brabeion_status park_unreadable(claim_work *work, const ready_job *ready, brabeion_error *error)
{
	bool parked;
	brb_store_failure failure = { .error = ready->wrong, .at_us = work->claim->now_us };
	brabeion_status status = brb_store_job_fail(work->store, ready->seat.id, &failure, &parked, error);
	return status == BRABEION_OK ? tell_parked(work, ready->queue.badge, 1, ready->seat.id, ready->wrong, error)
				     : status;
}

/* ---- coming back ------------------------------------------------------------------------------------------------- */

/* The jobs of one queue that were parked as unloaded. A lease that has ended holds the head's place no longer. */
static brabeion_status return_queue(claim_work *work, const brb_queue *queue, int64_t *count, brabeion_error *error)
{
	brb_seat head;
	brb_store *store = work->store;
	brabeion_status status = brb_queue_head(store, queue, &head, error);
	sqlite3_stmt *statement =
		status == BRABEION_OK ? brb_queue_statement(store, BRB_STATEMENT_JOBS_RETURN, queue, error) : NULL;
	if (!statement)
		return error->status;
	status = brb_database_run(&store->database, statement, error);
	if (status != BRABEION_OK)
		return status;
	*count = sqlite3_changes64(store->database.handle);
	return *count ? brb_queue_reseat(store, queue, &head, work->claim->now_us, error) : BRABEION_OK;
}

/* A number that a statement gives for (run, number), 0 when there is none. */
static brabeion_status next_number(claim_work *work, brb_statement which, int64_t number, int64_t *next,
				   brabeion_error *error)
{
	bool row = false;
	brb_database *database = &work->store->database;
	sqlite3_stmt *statement = brb_database_statement(database, which, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, work->claim->run);
	sqlite3_bind_int64(statement, 2, number);
	brabeion_status status = brb_database_step(database, statement, &row, error);
	*next = row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return status;
}

/* Whole queues of a badge come back until there are enough; *left is set when there are more of them. */
static brabeion_status return_badge(claim_work *work, int64_t badge, bool *left, brabeion_error *error)
{
	int64_t count;
	brb_queue queue = { .badge = badge, .run = work->claim->run };
	for (size_t returned = 0;; returned += (size_t)count) {
		brabeion_status status =
			next_number(work, BRB_STATEMENT_JOBS_UNLOADED_USER, badge, &queue.user, error);
		*left |= queue.user != 0;
		if (status != BRABEION_OK || !queue.user || returned >= work->claim->most)
			return status;
		status = return_queue(work, &queue, &count, error);
		if (status != BRABEION_OK)
			return status;
	}
}

/* The queues of the heads that are about to be claimed come back in any case: order is kept while others still wait. */
static brabeion_status return_ready_queues(claim_work *work, brabeion_error *error)
{
	bool row;
	int64_t count;
	brabeion_status status;
	brb_queue *queues = NULL;
	size_t queue_count = 0, capacity = 0;
	brb_database *database = &work->store->database;
	sqlite3_stmt *statement = brb_database_statement(database, BRB_STATEMENT_JOBS_READY_QUEUES, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, work->claim->run);
	sqlite3_bind_int64(statement, 2, work->claim->now_us);
	sqlite3_bind_int64(statement, 3, (int64_t)work->claim->most);
	while ((status = brb_database_step(database, statement, &row, error)) == BRABEION_OK && row) {
		brb_queue *queue = brb_list_add(&queues, &queue_count, &capacity, sizeof *queue);
		if (!queue) {
			status = brb_status_no_memory(error);
			break;
		}
		*queue = (brb_queue){ .user = sqlite3_column_int64(statement, 0),
				      .badge = sqlite3_column_int64(statement, 1),
				      .run = sqlite3_column_int64(statement, 2) };
	}
	sqlite3_reset(statement);
	for (size_t i = 0; i < queue_count && status == BRABEION_OK; i++)
		if (is_loaded(work->claim, queues[i].badge))
			status = return_queue(work, &queues[i], &count, error);
	free(queues);
	return status;
}

/* One look when nothing is parked as unloaded, else one for each badge that has such jobs. */
static brabeion_status return_unloaded(claim_work *work, brabeion_error *error)
{
	bool left = false;
	int64_t badge = 0;
	for (;;) {
		brabeion_status status = next_number(work, BRB_STATEMENT_JOBS_UNLOADED_BADGE, badge, &badge, error);
		if (status == BRABEION_OK && badge && is_loaded(work->claim, badge))
			status = return_badge(work, badge, &left, error);
		if (status != BRABEION_OK)
			return status;
		if (!badge)
			break;
	}
	return left ? return_ready_queues(work, error) : BRABEION_OK;
}

/* ---- claiming ---------------------------------------------------------------------------------------------------- */

static brabeion_status take(claim_work *work, const ready_job *ready, brabeion_error *error)
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

static brabeion_status take_heads(claim_work *work, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < work->ready_count && status == BRABEION_OK; i++) {
		const ready_job *ready = &work->ready[i];
		if (!is_loaded(work->claim, ready->queue.badge))
			status = park_unloaded(work, ready, error);
		else if (ready->wrong)
			status = park_unreadable(work, ready, error);
		else
			status = take(work, ready, error);
	}
	return status;
}

/* The heads are where they were read, also when those behind them make the array grow. */
static brabeion_status take_behind(claim_work *work, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	size_t head_count = work->ready_count;
	for (size_t i = 0; i < head_count && status == BRABEION_OK; i++) {
		ready_job head = work->ready[i];
		size_t next = work->ready_count, room = work->claim->most - work->list->count;
		if (!room)
			break;
		if (head.wrong || !is_loaded(work->claim, head.queue.badge))
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
	claim_work work = { .store = store, .claim = claim, .list = list };
	empty(list);
	brabeion_status status = brb_store_write_jobs(store, error);
	if (status == BRABEION_OK)
		status = return_unloaded(&work, error);
	if (status == BRABEION_OK)
		status = read_heads(&work, error);
	if (status == BRABEION_OK)
		status = take_heads(&work, error);
	if (status == BRABEION_OK)
		status = take_behind(&work, error);
	if (work.ready_count)
		store->jobs.next_is_known = false;
	free(work.ready);
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
static brabeion_status give_back_job(brb_store *store, const ready_job *job, brabeion_error *error)
{
	brb_seat seat = job->seat;
	if (!seat.is_head)
		return unclaim(store, seat.id, error);
	seat.claim = 0;
	seat.ready_us = brb_seat_opens_us(&seat);
	brabeion_status status = brb_seat_set(store, seat.id, &seat.ready_us, true, error);
	return status == BRABEION_OK ? brb_queue_reseat(store, &job->queue, &seat, 0, error) : status;
}

static brabeion_status read_claimed(brb_store *store, int64_t claim, ready_job **jobs, size_t *count,
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
		ready_job *job = brb_list_add(jobs, count, &capacity, sizeof *job);
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
	size_t count = 0;
	ready_job *jobs = NULL;
	brabeion_status status = read_claimed(store, claim, &jobs, &count, error);
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = give_back_job(store, &jobs[i], error);
	free(jobs);
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
