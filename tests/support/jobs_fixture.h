/*
 * jobs_fixture: short functions that add, claim and end jobs, and a claim as one line of text. Badge 1 is "first",
 * badge 2 is "second"; claims are for both by default.
 */
#ifndef BRB_TESTS_JOBS_FIXTURE_H
#define BRB_TESTS_JOBS_FIXTURE_H

#include "store/jobs.h"
#include "support/store_fixture.h"

enum { LEASE_US = 1000 };

/* ---- adding ---- */

void add_job(brb_store *store, const brb_store_job *job);
void add_in_run(brb_store *store, int64_t run, uint32_t badge, const char *user, int64_t due_us);
void add(brb_store *store, uint32_t badge, const char *user, int64_t due_us);

/* ---- claiming ---- */

extern const uint32_t both_badges[2];

brb_store_claim claim_of(int64_t number, int64_t now_us, size_t most);

/* Jobs as "id:badge:user@due ", then parked ones as "slug*count:why ". */
const char *told_jobs(const brb_store_claimed_list *list);

/* Both in the current transaction; return the jobs as told_jobs does. */
const char *claim_with(brb_store *store, const brb_store_claim *claim);
const char *claim(brb_store *store, int64_t number, int64_t now_us, size_t most);

bool is_claimed(brb_store *store, int64_t id, int64_t number);

/* ---- ending ---- */

void end_job(brb_store *store, int64_t id);

/* True when the failure parked it. */
bool fail_job(brb_store *store, int64_t id, int64_t at_us, int64_t retry_at_us, uint32_t attempts_most);

int64_t next_due(brb_store *store, int64_t run);

/* ---- invariants of what is committed ---- */

/* Counts queues without exactly one head, heads that are neither first nor claimed, and parked jobs that can be claimed. */
int64_t count_violations(void);

#endif
