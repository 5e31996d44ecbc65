/*
 * store/sqlite/jobs/jobs: what is done with jobs, by the files that do it. See brb_driver_jobs for all that is not said here.
 */
#ifndef BRB_STORE_SQLITE_JOBS_H
#define BRB_STORE_SQLITE_JOBS_H

#include "store/sqlite/jobs/jobs_queue.h"

/* ---- jobs_end.c ---- */

brabeion_status brb_sqlite_job_end(brb_store_db *db, int64_t id, brabeion_error *error);
brabeion_status brb_sqlite_job_fail(brb_store_db *db, int64_t id, const brb_store_failure *failure, bool *parked,
				    brabeion_error *error);

/* ---- jobs_claim.c ---- */

brabeion_status brb_sqlite_jobs_claim(brb_store_db *db, const brb_store_claim *claim, brb_store_claimed_list *list,
				      brabeion_error *error);
brabeion_status brb_sqlite_jobs_give_back(brb_store_db *db, int64_t claim, int64_t but, brabeion_error *error);

/* ---- jobs_manual.c ---- */

brabeion_status brb_sqlite_jobs_mend(brb_store_db *db, int64_t *jobs, brabeion_error *error);
brabeion_status brb_sqlite_jobs_retry(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				      brabeion_error *error);
brabeion_status brb_sqlite_jobs_drop(brb_store_db *db, const brb_store_job_choice *choice, int64_t *jobs,
				     brabeion_error *error);
brabeion_status brb_sqlite_jobs_adopt(brb_store_db *db, int64_t from, int64_t into, int64_t *jobs,
				      brabeion_error *error);
brabeion_status brb_sqlite_jobs_histories(brb_store_db *db, int64_t **ids, size_t *count, brabeion_error *error);

/* ---- jobs_lists.c ---- */

brabeion_status brb_sqlite_jobs_count(brb_store_db *db, int64_t now_us, brb_store_job_counts *counts,
				      brabeion_error *error);
brabeion_status brb_sqlite_jobs_list(brb_store_db *db, const brb_store_job_filter *filter, brb_store_job_list *list,
				     brabeion_error *error);
brabeion_status brb_sqlite_jobs_show(brb_store_db *db, int64_t id, int64_t now_us, brb_store_job_page *page,
				     brabeion_error *error);

#endif
