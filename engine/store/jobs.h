/*
 * store/jobs: deferred judgements, each of one badge for one user, with its frozen state.
 *
 * A queue is all jobs of one (badge, user, history) that are not parked, ordered by (due_us, id). Its first is its head,
 * the only one that can be claimed; ending, parking, retrying or dropping it makes the next one head. A new job that is
 * due before the head takes its place, unless the head is claimed. So claiming is a walk along the heads, however many
 * jobs wait behind them, and the jobs of one queue are judged one after the other.
 *
 * A claim is a number that the caller chooses: random, from 1, and unique; it may be used again once it holds
 * nothing. A job is claimed until the lease ends; another claim may take it then. A judgement counts only if
 * brb_store_job_is_claimed is true in the transaction that stores it and ends the job.
 *
 * A job belongs to the live clock (history_id 0) or to a history, which has its own time. The store compares times and
 * reads no clock for them.
 *
 * All but the lists works inside a transaction, to be rolled back after an error. brb_store_undo undoes jobs added since
 * the last mark, and no other change.
 */
#ifndef BRB_STORE_JOBS_H
#define BRB_STORE_JOBS_H

#include "store/store.h"

/* ---- adding ---- */

/*
 * Stores a job; the rest of the transaction sees it. Of two fields of one name the last is kept.
 *
 * Errors: BRABEION_INVALID for a field of type JSON that is not an array or object, and for a number that is not finite:
 *         the badge's fault; nothing was added, and the transaction goes on.
 */
brabeion_status brb_store_job_add(brb_store *store, const brb_store_job *job, brabeion_error *error);

/* The same with its state as JSON; the job's fields are not read. */
brabeion_status brb_store_job_add_frozen(brb_store *store, const brb_store_job *job, const char *state,
					 brabeion_error *error);

/* ---- claiming ---- */

void brb_store_claimed_list_finish(brb_store_claimed_list *list);

/*
 * Claims what is ready by now_us: heads in the order of their times, then, while there is room, due jobs behind them. The
 * jobs of one queue are listed in its order, and must be judged in it.
 *
 * Parks jobs of a badge that is not loaded as "unloaded", at most `most` in one call; a claim that has the badge returns
 * them to their queues. Parks a job whose state cannot be read as failed. With none claimed and some parked, there may be
 * more to claim.
 *
 * Sets a mark: earlier changes are not undone any more. Claims no live job while the clock is suspect (store.h).
 */
brabeion_status brb_store_jobs_claim(brb_store *store, const brb_store_claim *claim, brb_store_claimed_list *list,
				     brabeion_error *error);

/* Sets the end of all leases of the claim, unless the clock is suspect; *jobs counts its heads (0: all have ended or were taken). */
brabeion_status brb_store_jobs_renew(brb_store *store, int64_t claim, int64_t until_us, int64_t *jobs,
				     brabeion_error *error);

/* Gives up whatever the claim still holds; it can be claimed again at once. */
brabeion_status brb_store_jobs_give_back(brb_store *store, int64_t claim, brabeion_error *error);

/* The same, except for one job, which stays claimed. */
brabeion_status brb_store_jobs_give_back_but(brb_store *store, int64_t claim, int64_t id, brabeion_error *error);

/* Whether the job is the head of its queue and belongs to the claim: only then it may be ended or failed. */
brabeion_status brb_store_job_is_claimed(brb_store *store, int64_t id, int64_t claim, bool *claimed,
					 brabeion_error *error);

/* The claim that holds the job; 0 when there is none, or the job is parked or gone. */
brabeion_status brb_store_job_claim(brb_store *store, int64_t id, int64_t *claim, uint32_t *attempts,
				    brabeion_error *error);

/* The only job that the claim holds; 0: none, or several. */
brabeion_status brb_store_job_held(brb_store *store, int64_t claim, int64_t *id, brabeion_error *error);

/* ---- ending ---- */

/* Removes the job with all its attempts. One that is gone already is no error. */
brabeion_status brb_store_job_end(brb_store *store, int64_t id, brabeion_error *error);

/*
 * Records a failed attempt and gives up the claim of the job; *parked: it is parked now. A job that is gone or parked
 * already is left as it is, with *parked false.
 */
brabeion_status brb_store_job_fail(brb_store *store, int64_t id, const brb_store_failure *failure, bool *parked,
				   brabeion_error *error);

/* ---- time ---- */

/*
 * When the next head of a history is ready, or its lease ends: BRB_STORE_NEVER_US when there is none. Jobs added in the
 * transaction count. Reads the database only after something else than brb_store_job_add has happened to jobs.
 */
brabeion_status brb_store_jobs_next_due(brb_store *store, int64_t history_id, int64_t *at_us, brabeion_error *error);

/* The same outside of transactions, of what is committed. */
brabeion_status brb_store_jobs_look(brb_store *store, int64_t history_id, int64_t *at_us, brabeion_error *error);

/* Whether there are live jobs, including those whose badge is not loaded; of what is committed. */
brabeion_status brb_store_jobs_exist(brb_store *store, bool *exist, brabeion_error *error);

/* Whether a transaction of this store has left a live job that is ready, now or at its time. Any thread. */
bool brb_store_has_stored_jobs(const brb_store *store);

/* ---- histories ---- */

/* A number that no history on this database has had. */
brabeion_status brb_store_history_new(brb_store *store, int64_t *history_id, brabeion_error *error);

/* The histories that have jobs, ascending, of what is committed; *ids is the caller's to brb_memory_release(). */
brabeion_status brb_store_histories(brb_store *store, int64_t **ids, size_t *count, brabeion_error *error);

/* Moves all jobs of one history to another, giving up claims; *jobs counts them. Sets a mark. */
brabeion_status brb_store_jobs_adopt(brb_store *store, int64_t from, int64_t into, int64_t *jobs,
				     brabeion_error *error);

/* Moves all jobs of a history to the live clock. Sets a mark. */
brabeion_status brb_store_jobs_pass_on(brb_store *store, int64_t history_id, int64_t *jobs, brabeion_error *error);

/* ---- lists, of what is committed ---- */

brabeion_status brb_store_count_jobs(brb_store *store, int64_t now_us, brb_store_job_counts *counts,
				     brabeion_error *error);

void brb_store_job_list_finish(brb_store_job_list *list);

/* By id, ascending. `list` is all zeroes before; the caller's to finish after success. */
brabeion_status brb_store_list_jobs(brb_store *store, const brb_store_job_filter *filter, brb_store_job_list *list,
				    brabeion_error *error);

void brb_store_job_page_finish(brb_store_job_page *page);

/* One job with all its attempts. `page` is all zeroes before; the caller's to finish after success. */
brabeion_status brb_store_show_job(brb_store *store, int64_t id, int64_t now_us, brb_store_job_page *page,
				   brabeion_error *error);

/* ---- changes by hand, inside a transaction ---- */

/*
 * Returns parked jobs to their queues, makes those that wait for a retry ready, and counts attempts from 0 again. Times that a
 * clock far ahead has left, leases among them, are brought back (brb_store_mend_times). Another running job is left alone. *jobs counts the changed ones. Sets a mark.
 */
brabeion_status brb_store_jobs_retry(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				     brabeion_error *error);

/* Removes jobs, also running ones, whose judgement then does not count. *jobs counts them. Sets a mark. */
brabeion_status brb_store_jobs_drop(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				    brabeion_error *error);

#endif
