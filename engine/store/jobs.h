/*
 * store/jobs: deferred judgements, each of one badge for one user, with the state that is frozen for it.
 *
 * A queue is all jobs of one (badge, user, run) that are not parked, in the order of (due_us, id). Its first is its
 * head, and the only one that can be claimed; ending, parking, retrying or dropping it makes the next one head. A new
 * job that comes before the head takes its place, unless the head is claimed. So claiming is a walk along the heads,
 * however many jobs wait behind them, and the jobs of one queue are judged one after the other.
 *
 * A claim is a number of its caller's choice: random, from 1, and his alone; it may be used again once it holds nothing
 * more. A job is claimed by it until the lease ends; who then claims the job takes it from there. What was judged counts
 * only if brb_store_job_is_claimed says so in the transaction that stores it and ends the job.
 *
 * A job belongs to the live clock (run 0) or to a history run, which has a time of its own. The store compares times
 * and never asks a clock for them.
 *
 * All but the lists works inside a transaction (brb_store_begin) and is as durable as the rest of it; after
 * an error it is to be rolled back. Jobs that were added since the last mark go with brb_store_undo; all else stays.
 */
#ifndef BRB_STORE_JOBS_H
#define BRB_STORE_JOBS_H

#include <brabeion/engine.h>

#include "base/text.h"
#include "store/store.h"

/* ---- adding ---- */

/*
 * Stores a job; the rest of the transaction sees it. Of two fields of one name the last is kept.
 *
 * Errors: BRABEION_INVALID, and nothing was added, for a field of type JSON that is not an array or object, or for a
 *         number that is not finite: the badge's fault, the transaction is good.
 */
brabeion_status brb_store_job_add(brb_store *store, const brb_store_job *job, brabeion_error *error);

/* Likewise with its state as another database has it: `state` is that JSON, and the job's fields are not looked at. */
brabeion_status brb_store_job_add_frozen(brb_store *store, const brb_store_job *job, const char *state,
					 brabeion_error *error);

/* ---- claiming ---- */

void brb_store_claimed_list_finish(brb_store_claimed_list *list);

/*
 * Claims what is ready by now_us: heads in the order of their times, then, while there is room, those that follow them
 * in their queues and are due, too; of one queue they are in its order in the list, and must be judged so.
 *
 * A badge that is not loaded has its jobs parked as "unloaded", at most `most` in one call; they come back by themselves
 * to a claim that has the badge. A job whose state cannot be read is parked as failed. With none claimed and some
 * parked, there may be more to claim.
 *
 * Sets a mark: what was changed before is not undone any more.
 */
brabeion_status brb_store_jobs_claim(brb_store *store, const brb_store_claim *claim, brb_store_claimed_list *list,
				     brabeion_error *error);

/* All leases of the claim end at `until_us` now; *jobs counts its heads (0: all is ended or taken). */
brabeion_status brb_store_jobs_renew(brb_store *store, int64_t claim, int64_t until_us, int64_t *jobs,
				     brabeion_error *error);

/* Whatever the claim still holds can be claimed again at once. */
brabeion_status brb_store_jobs_give_back(brb_store *store, int64_t claim, brabeion_error *error);

/* The same, but for one job, which stays claimed. */
brabeion_status brb_store_jobs_give_back_but(brb_store *store, int64_t claim, int64_t id, brabeion_error *error);

/* Whether the job is the head of its queue, and this claim's: only then it may be ended or failed. */
brabeion_status brb_store_job_is_claimed(brb_store *store, int64_t id, int64_t claim, bool *claimed,
					 brabeion_error *error);

/* Whose the job is, for those who tidy up after a worker: *claim is 0 when it is nobody's, parked or gone. */
brabeion_status brb_store_job_claim(brb_store *store, int64_t id, int64_t *claim, uint32_t *attempts,
				    brabeion_error *error);

/* ---- ending ---- */

/* Takes the job away with all its attempts. One that is gone already is fine. */
brabeion_status brb_store_job_end(brb_store *store, int64_t id, brabeion_error *error);

/*
 * Counts an attempt and writes it down; the job is nobody's claim any more. *parked tells what became of it. A job that
 * is gone, or parked already, is left as it is: *parked is false.
 */
brabeion_status brb_store_job_fail(brb_store *store, int64_t id, const brb_store_failure *failure, bool *parked,
				   brabeion_error *error);

/* ---- time ---- */

/*
 * When the next head of a run is ready, or its lease ends: BRB_STORE_NEVER_US when there is none. Jobs added in the
 * transaction count. Known without asking the database while nothing but brb_store_job_add happens to jobs.
 */
brabeion_status brb_store_jobs_next_due(brb_store *store, int64_t run, int64_t *at_us, brabeion_error *error);

/* The same outside of transactions, of what is committed: no lock is waited for. */
brabeion_status brb_store_jobs_look(brb_store *store, int64_t run, int64_t *at_us, brabeion_error *error);

/* Whether there are live jobs at all, also such as wait for their badge to be loaded; likewise. */
brabeion_status brb_store_jobs_exist(brb_store *store, bool *exist, brabeion_error *error);

/* Whether a transaction of this store's has ever left a live job that is ready, now or at its time. Any thread. */
bool brb_store_has_stored_jobs(const brb_store *store);

/* ---- history runs ---- */

/* A number that no run on this database has had. */
brabeion_status brb_store_run_new(brb_store *store, int64_t *run, brabeion_error *error);

/*
 * The runs that jobs belong to, ascending; *runs is the caller's to brb_memory_release(). Outside or inside of
 * transactions: committed.
 */
brabeion_status brb_store_runs(brb_store *store, int64_t **runs, size_t *count, brabeion_error *error);

/* All jobs of run `from` become those of run `into`, claims are given up; *jobs counts them. Sets a mark. */
brabeion_status brb_store_jobs_adopt(brb_store *store, int64_t from, int64_t into, int64_t *jobs,
				     brabeion_error *error);

/* All jobs of a run go over to the live clock. Sets a mark. */
brabeion_status brb_store_jobs_pass_on(brb_store *store, int64_t run, int64_t *jobs, brabeion_error *error);

/* ---- for people: lists, of what is committed ---- */

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

/* ---- for people: changes, inside a transaction ---- */

/*
 * Parked ones go back to their queues, and those that wait for a retry are ready; attempts count from none again. One
 * that runs is left alone. *jobs counts those that were changed. Sets a mark.
 */
brabeion_status brb_store_jobs_retry(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				     brabeion_error *error);

/* Takes jobs away, also those that run: what is being judged does not count. *jobs counts them. Sets a mark. */
brabeion_status brb_store_jobs_drop(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				    brabeion_error *error);

#endif
