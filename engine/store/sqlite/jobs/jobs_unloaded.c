/*
 * store/sqlite/jobs/jobs_unloaded: jobs whose badge is not loaded are parked by a claim, and return to one.
 *
 * Neither is done to all at once: a badge may leave a hundred thousand jobs behind, and no commit shall be long. A queue
 * returns whole, and before another of its jobs is claimed, so that its order is kept.
 */
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/jobs/jobs_claim.h"

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

/* ---- parking ---- */

static brb_store_parked *parked_of(brb_store_claimed_list *list, const char *slug)
{
	for (size_t i = 0; i < list->parked_count; i++)
		if (!list->parked[i].id && strcmp(list->parked[i].slug, slug) == 0)
			return &list->parked[i];
	return NULL;
}

static const char *copy_slug(brb_claim_work *work, int64_t badge, brabeion_error *error)
{
	const char *slug = NULL;
	brb_arena *arena = &work->list->memory;
	if (brb_database_text(&work->db->writer, BRB_STATEMENT_SLUG, WITH(INT(badge)), arena, &slug, error) !=
	    BRABEION_OK)
		return NULL;
	if (!slug)
		slug = brb_arena_printf(arena, "(number %lld)", (long long)badge);
	if (!slug)
		brb_status_no_memory(error);
	return slug;
}

/* Adds to the list of what the claim has parked. */
static brabeion_status report_parked(brb_claim_work *work, int64_t badge, int64_t count, int64_t id, const char *why,
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
	brb_store_db *db = work->db;
	size_t room = work->claim->most - work->parked;
	int64_t now_us = work->claim->now_us;
	if (!room)
		return BRABEION_OK;
	brabeion_status status = brb_database_run(&db->writer, BRB_STATEMENT_JOBS_PARK_QUEUE,
						  WITH(QUEUE(queue), INT(now_us ? now_us : 1), INT(room)), error);
	if (status != BRABEION_OK)
		return status;
	int64_t count = sqlite3_changes64(db->writer.handle);
	if (!count) /* its head would be found ready again and again */
		return brb_database_damaged(&db->writer, "a job that is parked has a time at which it is ready",
					    error);
	work->parked += (size_t)count;
	status = report_parked(work, queue->badge, count, 0, "unloaded", error);
	brb_seat left = { .is_head = true };
	return status == BRABEION_OK ? brb_queue_left(db, queue, &left, error) : status;
}

brabeion_status brb_claim_park_unreadable(brb_claim_work *work, const brb_ready_job *ready, brabeion_error *error)
{
	bool parked;
	brb_store_failure failure = { .error = ready->wrong, .at_us = work->claim->now_us };
	brabeion_status status = brb_sqlite_job_fail(work->db, ready->seat.id, &failure, &parked, error);
	return status == BRABEION_OK ? report_parked(work, ready->queue.badge, 1, ready->seat.id, ready->wrong, error)
				     : status;
}

/* ---- returning ---- */

/* The jobs of one queue that were parked as unloaded. A lease that has ended holds the head's place no longer. */
static brabeion_status return_queue(brb_claim_work *work, const brb_queue *queue, int64_t *count,
				    brabeion_error *error)
{
	brb_seat head = { 0 };
	brb_store_db *db = work->db;
	brabeion_status status = brb_queue_head(db, queue, &head, error);
	if (status == BRABEION_OK)
		status = brb_database_run(&db->writer, BRB_STATEMENT_JOBS_RETURN, WITH(QUEUE(queue)), error);
	if (status != BRABEION_OK)
		return status;
	*count = sqlite3_changes64(db->writer.handle);
	return *count ? brb_queue_reseat(db, queue, &head, work->claim->now_us, error) : BRABEION_OK;
}

/* A number that a statement gives for (history, number), 0 when there is none. */
static brabeion_status next_number(brb_claim_work *work, brb_statement which, int64_t number, int64_t *next,
				   brabeion_error *error)
{
	return brb_database_number(&work->db->writer, which, WITH(INT(work->claim->history_id), INT(number)), NULL,
				   next, error);
}

/* Returns whole queues of a badge until there are enough; *left is set when there are more of them. */
static brabeion_status return_badge(brb_claim_work *work, int64_t badge, bool *left, brabeion_error *error)
{
	int64_t count = 0;
	brb_queue queue = { .badge = badge, .history_id = work->claim->history_id };
	for (size_t returned = 0;; returned += (size_t)count) {
		brabeion_status status =
			next_number(work, BRB_STATEMENT_JOBS_UNLOADED_USER, badge, &queue.user, error);
		*left |= queue.user != 0;
		if (status != BRABEION_OK || !queue.user || returned >= work->claim->most)
			return status;
		status = return_queue(work, &queue, &count, error);
		if (status == BRABEION_OK && !count) /* it would be given again and again */
			status = brb_database_damaged(&work->db->writer,
						      "the index \"jobs_unloaded\" is not of its table", error);
		if (status != BRABEION_OK)
			return status;
	}
}

typedef struct queue_list {
	brb_queue *queues;
	size_t count, capacity;
} queue_list;

static brabeion_status read_queue(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	queue_list *list = context;
	brb_queue *queue = brb_list_add(&list->queues, &list->count, &list->capacity, sizeof *queue);
	if (!queue)
		return brb_status_no_memory(error);
	*queue = (brb_queue){ .user = sqlite3_column_int64(row, 0),
			      .badge = sqlite3_column_int64(row, 1),
			      .history_id = sqlite3_column_int64(row, 2) };
	return BRABEION_OK;
}

/* Returns the queues of the heads that are about to be claimed in any case: order is kept while others still wait. */
static brabeion_status return_ready_queues(brb_claim_work *work, brabeion_error *error)
{
	int64_t count = 0;
	queue_list list = { 0 };
	const brb_store_claim *claim = work->claim;
	brabeion_status status = brb_database_each(&work->db->writer, BRB_STATEMENT_JOBS_READY_QUEUES,
						   WITH(INT(claim->history_id), INT(claim->now_us), INT(claim->most)),
						   read_queue, &list, error);
	for (size_t i = 0; i < list.count && status == BRABEION_OK; i++)
		if (brb_claim_has_badge(claim, list.queues[i].badge))
			status = return_queue(work, &list.queues[i], &count, error);
	brb_memory_release(list.queues);
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
