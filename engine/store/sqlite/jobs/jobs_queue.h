/*
 * store/sqlite/jobs/jobs_queue: a queue of jobs and its head. Inside a transaction.
 *
 * Guarantees: of each queue only the head has a time at which it is ready (ready_us).
 */
#ifndef BRB_STORE_SQLITE_JOBS_QUEUE_H
#define BRB_STORE_SQLITE_JOBS_QUEUE_H

#include "store/sqlite/internal.h"

typedef struct brb_queue {
	int64_t user;
	int64_t badge;
	int64_t history_id;
} brb_queue;

/* The values of ?1, ?2, ?3 in statements on a queue. */
#define QUEUE(queue) INT((queue)->user), INT((queue)->badge), INT((queue)->history_id)

/* A job's position in its queue. */
typedef struct brb_seat {
	int64_t id; /* 0: there is no such job */
	int64_t due_us;
	int64_t retry_us;
	int64_t claim;
	int64_t ready_us;
	bool is_head;
} brb_seat;

/* The columns of BRB_JOB_SEAT, and of BRB_JOB_COLUMNS, which has them first. */
enum { SEAT_ID, SEAT_DUE, SEAT_RETRY, SEAT_CLAIM, SEAT_READY, SEAT_USER, SEAT_BADGE, SEAT_HISTORY, SEAT_ATTEMPTS };

/* A job with its queue. */
typedef struct brb_seated_job {
	brb_seat seat;
	brb_queue queue;
	int64_t attempts;
	bool parked; /* of JOB_SEE */
} brb_seated_job;

brb_seat brb_seat_of(sqlite3_stmt *row);
brb_queue brb_queue_of(sqlite3_stmt *row);

/* Runs a statement that gives one job's seat, queue and attempts, by its id; seat.id is 0 when there is none. */
brabeion_status brb_seat_read(brb_store_db *db, brb_statement which, int64_t id, brb_seated_job *job,
			      brabeion_error *error);

/* When a job that nobody has claimed may be judged. */
int64_t brb_seat_opens_us(const brb_seat *seat);

/* A number, or NULL. */
brb_sql_value brb_sql_optional(bool has, int64_t number);

/* The job that is head now, wherever it stands; with id 0 when the queue is empty. */
brabeion_status brb_queue_head(brb_store_db *db, const brb_queue *queue, brb_seat *head, brabeion_error *error);

/*
 * A job has left the queue. If it was the head, the first of those that stay is head now; it stays claimed, with the
 * same lease, if the one that left had the same claim.
 */
brabeion_status brb_queue_left(brb_store_db *db, const brb_queue *queue, const brb_seat *left, brabeion_error *error);

/*
 * The queue has changed otherwise; `head` is its head now, with id 0 for none. Unless that is claimed, with a lease
 * beyond `now_us`, the first job takes its place.
 */
brabeion_status brb_queue_reseat(brb_store_db *db, const brb_queue *queue, const brb_seat *head, int64_t now_us,
				 brabeion_error *error);

/* Sets ready_us (of a head), or clears it. The claim is given up, too, with `unclaim`. */
brabeion_status brb_seat_set(brb_store_db *db, int64_t id, brb_sql_value ready_us, bool unclaim,
			     brabeion_error *error);

/* Workers may have something to do in this queue, unless it is a history's. */
void brb_queue_is_ready(brb_store_db *db, const brb_queue *queue);

#endif
