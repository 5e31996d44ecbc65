/* judging/group_commit: see group_commit.h. Waiting is a futex(2) on the number of ended groups: one call wakes all.
 */
#include "judging/group_commit.h"

#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/reentrancy.h"

static void futex_wait(_Atomic uint32_t *word, uint32_t expected)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void futex_wake_all(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

brabeion_status brb_group_commit_init(brb_group_commit *group, brabeion_error *error)
{
	atomic_init(&group->waiting, NULL);
	atomic_init(&group->waiting_count, 0);
	group->last_count = 0;
	group->was_busy = false;
	group->recorder = (brb_verdict_recorder){ 0 };
	atomic_init(&group->ended, 0);
	atomic_init(&group->sleepers, 0);
	return pthread_mutex_init(&group->leading, NULL) == 0 ? BRABEION_OK : brb_status_no_memory(error);
}

void brb_group_commit_finish(brb_group_commit *group)
{
	brb_verdict_recorder_finish(&group->recorder);
	pthread_mutex_destroy(&group->leading);
}

/* ---- requests ---- */

static void leave_request(brb_group_commit *group, brb_request *request)
{
	brb_request *newest = atomic_load_explicit(&group->waiting, memory_order_relaxed);
	do
		request->next = newest;
	while (!atomic_compare_exchange_weak_explicit(&group->waiting, &newest, request, memory_order_release,
						      memory_order_relaxed));
	atomic_fetch_add_explicit(&group->waiting_count, 1, memory_order_relaxed);
}

/*
 * Callers whose commit has just ended are likely to be back at once: yields as long as more come, so that the callers do
 * not split into two halves that wait for each other's commits.
 */
static void wait_for_more(brb_group_commit *group)
{
	uint32_t waiting = atomic_load_explicit(&group->waiting_count, memory_order_relaxed), before;
	do {
		before = waiting;
		sched_yield();
		waiting = atomic_load_explicit(&group->waiting_count, memory_order_relaxed);
	} while (waiting > before && waiting < group->last_count);
}

/* All that wait, oldest first. */
static brb_request *take_requests(brb_group_commit *group)
{
	if (group->last_count > 1)
		wait_for_more(group);
	brb_request *newest_first = atomic_exchange_explicit(&group->waiting, NULL, memory_order_acquire);
	brb_request *oldest_first = NULL;
	uint32_t count = 0;
	for (; newest_first; count++) {
		brb_request *next = newest_first->next;
		newest_first->next = oldest_first;
		oldest_first = newest_first;
		newest_first = next;
	}
	atomic_fetch_sub_explicit(&group->waiting_count, count, memory_order_relaxed);
	group->last_count = count;
	return oldest_first;
}

/* Does one request in the leader's transaction; *open: it has begun. */
static brabeion_status do_request(brb_request *request, unsigned *reentrancy, bool *open)
{
	brb_judge *judge = request->judge;
	judge->reentrancy = reentrancy; /* plugins run on the leader's thread now */
	judge->leads = true;
	judge->in_transaction = *open;
	request->status = request->work(request);
	*open = judge->in_transaction;
	judge->in_transaction = false; /* the leader ends it */
	return request->status;
}

static void end_requests(brb_request *first)
{
	while (first) {
		brb_request *next = first->next; /* freed as soon as its caller sees `done` */
		atomic_store_explicit(&first->done, true, memory_order_release);
		first = next;
	}
}

void brb_request_fail(brb_request *request, brabeion_status status, const char *message)
{
	request->status = status;
	if (request->fail)
		request->fail(request, status, message);
	else
		brb_status_set_text(&request->error, status, message);
}

static void fail_requests(brb_request *first, brabeion_status status, const char *message)
{
	for (brb_request *request = first; request; request = request->next)
		brb_request_fail(request, status, message);
}

/* Does the requests in a transaction, which may be open already, and ends it. `leader` gets the error. */
static brabeion_status do_together(brb_judge *leader, brb_request *first, bool open)
{
	brabeion_status status = BRABEION_OK;
	unsigned *reentrancy = brb_reentrancy_depth();
	for (brb_request *request = first; request && status == BRABEION_OK; request = request->next) {
		status = do_request(request, reentrancy, &open);
		if (status != BRABEION_OK && request->judge != leader)
			brb_status_set(&leader->error, status, "%s", request->judge->error.message);
	}
	if (status == BRABEION_OK && open)
		status = brb_store_commit(leader->store, &leader->error);
	else if (open)
		brb_store_rollback(leader->store);
	if (status != BRABEION_OK)
		fail_requests(first, status, leader->error.message);
	return status;
}

/* ---- leading ---- */

bool brb_group_commit_is_awaited(brb_group_commit *group)
{
	return atomic_load_explicit(&group->waiting_count, memory_order_relaxed) > 0;
}

void brb_group_commit_lead(brb_group_commit *group)
{
	pthread_mutex_lock(&group->leading);
}

void brb_group_commit_leave(brb_group_commit *group)
{
	pthread_mutex_unlock(&group->leading);
	atomic_fetch_add(&group->ended, 1); /* before reading `sleepers`; a sleeper does both in the opposite order */
	if (atomic_load(&group->sleepers))
		futex_wake_all(&group->ended);
}

brabeion_status brb_group_commit_conclude(brb_group_commit *group, brb_judge *judge)
{
	brabeion_status status = judge->fault;
	brb_request *others = NULL;
	if (status == BRABEION_OK) {
		others = take_requests(group);
		status = do_together(judge, others, judge->in_transaction);
	} else if (judge->in_transaction) {
		brb_store_rollback(judge->store);
	}
	group->was_busy = status == BRABEION_BUSY;
	end_requests(others);
	brb_group_commit_leave(group);
	return status;
}

brabeion_status brb_group_commit_run(brb_group_commit *group, brb_request *request)
{
	int64_t since_us = 0;
	atomic_init(&request->done, false);
	leave_request(group, request);
	for (;;) {
		uint32_t ended = atomic_load(&group->ended);
		if (atomic_load_explicit(&request->done, memory_order_acquire))
			return request->status;
		if (pthread_mutex_trylock(&group->leading) != 0) {
			since_us = since_us ? since_us : brb_clock_monotonic_us();
			atomic_fetch_add(&group->sleepers, 1);
			futex_wait(&group->ended, ended);
			atomic_fetch_sub(&group->sleepers, 1);
			continue;
		}
		if (group->was_busy && since_us) /* the caller has waited for the same process as the one who led */
			brb_reentrancy_here()->waited_us += brb_clock_monotonic_us() - since_us;
		since_us = 0;
		brb_request *all = take_requests(group);
		group->was_busy = do_together(request->judge, all, false) == BRABEION_BUSY;
		end_requests(all);
		brb_group_commit_leave(group);
	}
}

brabeion_status brb_group_commit_run_alone(brb_group_commit *group, brb_request *request)
{
	brb_group_commit_lead(group);
	request->next = NULL;
	do_together(request->judge, request, false);
	brb_group_commit_leave(group);
	return request->status;
}
