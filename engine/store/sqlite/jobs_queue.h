/*
 * store/sqlite/jobs_queue: who is first in a queue of jobs. Private to the store room.
 *
 * Keeps true that of each queue only the head has a time at which it is ready. Inside a transaction.
 */
#ifndef BRB_STORE_SQLITE_JOBS_QUEUE_H
#define BRB_STORE_SQLITE_JOBS_QUEUE_H

#include "store/internal.h"

typedef struct brb_queue {
	int64_t user;
	int64_t badge;
	int64_t run;
} brb_queue;

/* Where a job stands in its queue. */
typedef struct brb_seat {
	int64_t id; /* 0: there is no such job */
	int64_t due_us;
	int64_t retry_us;
	int64_t claim;
	int64_t ready_us;
	bool is_head;
} brb_seat;

/* The columns of BRB_JOB_SEAT, and of BRB_JOB_COLUMNS, which has them first. */
enum { SEAT_ID, SEAT_DUE, SEAT_RETRY, SEAT_CLAIM, SEAT_READY, SEAT_USER, SEAT_BADGE, SEAT_RUN, SEAT_ATTEMPTS };

brb_seat brb_seat_of(sqlite3_stmt *statement);
brb_queue brb_queue_of(sqlite3_stmt *statement);

/* When a job that nobody has claimed may be judged. */
int64_t brb_seat_opens_us(const brb_seat *seat);

/* The statement with the queue bound as ?1, ?2, ?3. */
sqlite3_stmt *brb_queue_statement(brb_store *store, brb_statement which, const brb_queue *queue,
				  brabeion_error *error);

/* Binds a number, or NULL: statements keep what was bound to them before. */
void brb_bind_optional(sqlite3_stmt *statement, int parameter, const int64_t *number);

/* The job that is head now, wherever it stands; with id 0 when the queue is empty. */
brabeion_status brb_queue_head(brb_store *store, const brb_queue *queue, brb_seat *head, brabeion_error *error);

/*
 * A job has left the queue. If it was the head, the first of those that stay is head now; it stays claimed, with the
 * same lease, if the one that left had the same claim.
 */
brabeion_status brb_queue_left(brb_store *store, const brb_queue *queue, const brb_seat *left, brabeion_error *error);

/*
 * The queue has changed otherwise; `head` is how its head stands now, with id 0 for none. Unless that is claimed, with a
 * lease beyond `now_us`, the first takes its place.
 */
brabeion_status brb_queue_reseat(brb_store *store, const brb_queue *queue, const brb_seat *head, int64_t now_us,
				 brabeion_error *error);

/* Sets ready_us (of a head), or clears it. The claim is given up, too, with `unclaim`. */
brabeion_status brb_seat_set(brb_store *store, int64_t id, const int64_t *ready_us, bool unclaim,
			     brabeion_error *error);

/* Sets a job aside; the caller says that it has left the queue. (jobs.c) */
brabeion_status brb_job_park(brb_store *store, int64_t id, int64_t at_us, const char *why, brabeion_error *error);

/* What is known of the next due time is so no more; `ready`: workers may have something to do now. */
void brb_jobs_have_changed(brb_store *store, const brb_queue *queue, bool ready);

#endif
