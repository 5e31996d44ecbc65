/*
 * store/sqlite/jobs_unloaded: jobs that are set aside by a claim, and come back to one. See jobs.h.
 *
 * Neither is done to all at once: a badge may leave a hundred thousand jobs behind, and no commit shall be long. A queue
 * comes back whole, and before another of its jobs is claimed, so that its order is kept.
 */

#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/jobs_claim.h"

bool brb_claim_has_badge(const brb_store_claim *claim, int64_t badge)
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

/* ---- setting aside ----------------------------------------------------------------------------------------------- */

static brb_store_parked *parked_of(brb_store_claimed_list *list, const char *slug)
{
	for (size_t i = 0; i < list->parked_count; i++)
		if (!list->parked[i].id && strcmp(list->parked[i].slug, slug) == 0)
			return &list->parked[i];
	return NULL;
}

static const char *copy_slug(brb_claim_work *work, int64_t badge, brabeion_error *error)
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

static brabeion_status tell_parked(brb_claim_work *work, int64_t badge, int64_t count, int64_t id, const char *why,
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

brabeion_status brb_claim_park_unloaded(brb_claim_work *work, const brb_queue *queue, brabeion_error *error)
{
	brb_store *store = work->store;
	size_t room = work->claim->most - work->parked;
	int64_t now_us = work->claim->now_us;
	sqlite3_stmt *statement =
		room ? brb_queue_statement(store, BRB_STATEMENT_JOBS_PARK_QUEUE, queue, error) : NULL;
	if (!statement)
		return room ? error->status : BRABEION_OK;
	sqlite3_bind_int64(statement, 4, now_us ? now_us : 1);
	sqlite3_bind_int64(statement, 5, (int64_t)room);
	brabeion_status status = brb_database_run(&store->database, statement, error);
	if (status != BRABEION_OK)
		return status;
	int64_t count = sqlite3_changes64(store->database.handle);
	work->parked += (size_t)count;
	status = tell_parked(work, queue->badge, count, 0, "unloaded", error);
	brb_seat left = { .is_head = true };
	return status == BRABEION_OK ? brb_queue_left(store, queue, &left, error) : status;
}

brabeion_status brb_claim_park_unreadable(brb_claim_work *work, const brb_ready_job *ready, brabeion_error *error)
{
	bool parked;
	brb_store_failure failure = { .error = ready->wrong, .at_us = work->claim->now_us };
	brabeion_status status = brb_store_job_fail(work->store, ready->seat.id, &failure, &parked, error);
	return status == BRABEION_OK ? tell_parked(work, ready->queue.badge, 1, ready->seat.id, ready->wrong, error)
				     : status;
}

/* ---- coming back ------------------------------------------------------------------------------------------------- */

/* The jobs of one queue that were parked as unloaded. A lease that has ended holds the head's place no longer. */
static brabeion_status return_queue(brb_claim_work *work, const brb_queue *queue, int64_t *count,
				    brabeion_error *error)
{
	brb_seat head = { 0 };
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
static brabeion_status next_number(brb_claim_work *work, brb_statement which, int64_t number, int64_t *next,
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
static brabeion_status return_badge(brb_claim_work *work, int64_t badge, bool *left, brabeion_error *error)
{
	int64_t count = 0;
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
static brabeion_status return_ready_queues(brb_claim_work *work, brabeion_error *error)
{
	bool row;
	int64_t count = 0;
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
		if (brb_claim_has_badge(work->claim, queues[i].badge))
			status = return_queue(work, &queues[i], &count, error);
	brb_memory_release(queues);
	return status;
}

/* One look when nothing is parked as unloaded, else one for each badge that has such jobs. */
brabeion_status brb_claim_return_unloaded(brb_claim_work *work, brabeion_error *error)
{
	bool left = false;
	int64_t badge = 0;
	for (;;) {
		brabeion_status status = next_number(work, BRB_STATEMENT_JOBS_UNLOADED_BADGE, badge, &badge, error);
		if (status == BRABEION_OK && badge && brb_claim_has_badge(work->claim, badge))
			status = return_badge(work, badge, &left, error);
		if (status != BRABEION_OK)
			return status;
		if (!badge)
			break;
	}
	return left ? return_ready_queues(work, error) : BRABEION_OK;
}
