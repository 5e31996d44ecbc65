/*
 * worker/jobs: see jobs.h. Here: a worker's step. Waiting, and keeping leases, are in jobs_wait.c.
 *
 * A step is a pass over what is claimed, judging in a chain, and then one transaction: it settles what was judged, gives
 * back what is left of the claim where that is called for, and claims more once nothing is left. What the transaction
 * changes of the worker is kept only if it commits.
 *
 * How much is claimed at once follows from how long it takes: as much as can be judged in a moment, and one job after a
 * slow one, so that jobs are not held up behind it while other workers could take them.
 */
#include "worker/jobs.h"

#include <string.h>
#include <sys/random.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/reentrancy.h"
#include "judging/backend.h"
#include "judging/quarantine.h"
#include "worker/jobs_internal.h"

enum {
	BATCH_MOST = 64,
	BATCH_FIRST = 16,
	TRIES_OUTSIDE = 3,       /* then it is judged inside the transaction, if it is quick */
	TRIES_OUTSIDE_SLOW = 100 /* all others would wait for it */
};

#define PASS_US INT64_C(5000)
#define QUICK_US INT64_C(1000)
#define BACKOFF_MOST_US (INT64_C(3600) * 1000000)

int64_t brb_jobs_backoff_us(const brb_jobs_limits *limits, uint32_t attempts, uint64_t random)
{
	int64_t wait_us = limits->backoff_us;
	for (uint32_t i = 1; i < attempts && wait_us < BACKOFF_MOST_US; i++)
		wait_us *= 2;
	if (wait_us > BACKOFF_MOST_US)
		wait_us = BACKOFF_MOST_US;
	return wait_us / 2 + (int64_t)(random % (uint64_t)(wait_us / 2 + 1));
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
static uint64_t next_random(brb_worker *worker)
{
	worker->random ^= worker->random >> 12;
	worker->random ^= worker->random << 25;
	worker->random ^= worker->random >> 27;
	return worker->random * UINT64_C(2685821657736338717);
}

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

brabeion_status brb_worker_open(brb_jobs *jobs, const brb_worker_options *options, brb_worker **out,
				brabeion_error *error)
{
	brb_worker *worker = brb_memory_take_zeroed(1, sizeof *worker);
	if (!worker)
		return brb_status_no_memory(error);
	worker->jobs = jobs;
	worker->options = *options;
	if (!options->batch)
		worker->options.batch = BATCH_MOST;
	worker->most = worker->options.batch < BATCH_FIRST ? worker->options.batch : BATCH_FIRST;
	if (getrandom(&worker->random, sizeof worker->random, 0) != sizeof worker->random || !worker->random)
		worker->random = (uint64_t)brb_clock_monotonic_us() | 1;
	worker->number = (int64_t)(next_random(worker) >> 1 | 1);
	brabeion_status status = brb_optimistic_open(jobs->store, &worker->detached, error);
	if (status == BRABEION_OK)
		status = brb_worker_enlist(worker, error);
	if (status != BRABEION_OK) {
		brb_optimistic_close(worker->detached);
		brb_memory_release(worker);
		return status;
	}
	if (options->on_job) /* known before anything is claimed by it, should the process be killed */
		options->on_job(options->context, 0, worker->number);
	*out = worker;
	return BRABEION_OK;
}

static void give_back_claim(brb_worker *worker)
{
	brb_store *store = worker->jobs->store;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_store_begin(store, &error);
	if (status == BRABEION_OK) {
		status = brb_store_jobs_give_back(store, worker->number, &error);
		if (status == BRABEION_OK)
			status = brb_store_commit(store, &error);
		else
			brb_store_rollback(store);
	}
	if (status != BRABEION_OK)
		brb_log_write(worker->jobs->log, BRABEION_LOG_WARNING,
			      "jobs that a worker held are free again only when its lease ends: %s", error.message);
	brabeion_error_finish(&error);
}

static void release_records(brb_worker *worker)
{
	for (size_t i = 0; worker->records && i < worker->options.batch; i++)
		brb_verdict_recorder_finish(&worker->records[i]);
	brb_memory_release(worker->records);
}

void brb_worker_close(brb_worker *worker)
{
	if (!worker)
		return;
	brb_worker_delist(worker);
	if (worker->holds_some)
		give_back_claim(worker);
	brb_optimistic_close(worker->detached);
	brb_store_claimed_list_finish(&worker->claimed);
	brb_store_claimed_list_finish(&worker->claimed_then);
	brabeion_result_finish(&worker->result);
	brb_arena_finish(&worker->texts);
	brb_arena_finish(&worker->notes);
	brb_memory_release(worker->lines);
	release_records(worker);
	brb_memory_release(worker->works);
	brb_memory_release(worker);
}

/* ---- a pass, outside of the transaction -------------------------------------------------------------------------- */

static brabeion_event event_of(const brb_store_claimed *job)
{
	return (brabeion_event){ .name = job->event,
				 .user = job->user,
				 .id = job->event_id,
				 .has_at = true,
				 .at_us = job->at_us,
				 .fields = job->fields,
				 .field_count = job->field_count };
}

static bool keep_why(brb_worker *worker, brb_job_work *work, const char *why, brb_judge *judge)
{
	work->why = why ? brb_arena_copy(&worker->texts, why) : NULL;
	if (why && !work->why)
		judge->fault = brb_status_no_memory(&judge->error);
	return judge->fault == BRABEION_OK;
}

/* False: a fault of the judge's. */
static bool judge_outside(brb_worker *worker, size_t at, brb_judge *judge)
{
	brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	brabeion_event event = event_of(job);
	brabeion_result unused = { 0 };
	const char *why = NULL;
	int64_t began_us = brb_clock_monotonic_us();
	brb_worker_begin_job(worker, job->id, began_us);
	brb_optimistic_begin(worker->detached);
	judge->cause = job->journal;
	judge->record = worker->records ? &worker->records[at] : NULL;
	brb_judge_job(judge, work->badge, &event, &unused, &why);
	work->part = brb_optimistic_end(worker->detached, why != NULL);
	brb_worker_end_job(worker);
	work->took_us = brb_clock_monotonic_us() - began_us;
	work->stage = BRB_JOB_JUDGED;
	bool fine = judge->fault == BRABEION_OK && keep_why(worker, work, why, judge);
	brabeion_result_finish(&unused);
	brb_arena_reset(&judge->scratch);
	return fine;
}

static bool belongs_inside(const brb_job_work *work)
{
	return work->tries >= TRIES_OUTSIDE && (work->took_us <= QUICK_US || work->tries >= TRIES_OUTSIDE_SLOW);
}

/* One that was tried before may end the process, or fail again: what comes before is brought home first. */
static bool stands_alone(const brb_store_claimed *job)
{
	return job->attempts > 0;
}

/* Goes over what is to be judged, until something is to be brought home. False: a fault of the judge's. */
static bool make_pass(brb_worker *worker, brb_judge *judge)
{
	int64_t began_us = brb_clock_monotonic_us();
	brb_optimistic_reset(worker->detached);
	brb_arena_reset(&worker->texts);
	for (size_t i = 0; i < worker->claimed.count; i++) {
		brb_job_work *work = &worker->works[i];
		const brb_store_claimed *job = &worker->claimed.jobs[i];
		if (work->stage != BRB_JOB_PENDING)
			continue;
		if (stands_alone(job) && worker->judged)
			break;
		worker->judged++;
		work->badge = brb_generation_badge(judge->generation, job->badge);
		if (!work->badge) /* not in this generation any more: whoever claims it next finds that out */
			work->stage = BRB_JOB_DONE, worker->holds_more = true;
		else if (belongs_inside(work))
			work->stage = BRB_JOB_INSIDE, work->why = NULL;
		else if (!judge_outside(worker, i, judge))
			return false;
		worker->slow |= work->took_us > PASS_US || atomic_load(&worker->rest_is_gone);
		worker->ran_out = brb_clock_monotonic_us() - began_us > PASS_US;
		if (work->why || stands_alone(job) || worker->slow || worker->ran_out)
			break;
	}
	return true;
}

/* ---- the transaction --------------------------------------------------------------------------------------------- */

/* For the log, once it has committed. */
static void add_line(brb_worker *worker, const char *line)
{
	const char **place = brb_list_add(&worker->lines, &worker->line_count, &worker->line_capacity, sizeof *place);
	if (place)
		*place = line ? line : "out of memory";
}

static bool same_queue(const brb_store_claimed *a, const brb_store_claimed *b)
{
	return a->badge == b->badge && strcmp(a->user, b->user) == 0;
}

/* Those behind it in its queue cannot be settled now. */
static void hold_back_followers(brb_worker *worker, size_t at, brb_job_stage stage)
{
	const brb_store_claimed *jobs = worker->claimed.jobs;
	for (size_t i = at + 1; i < worker->claimed.count; i++) {
		brb_job_work *work = &worker->works[i];
		if (work->stage_then == BRB_JOB_DONE || !same_queue(&jobs[at], &jobs[i]))
			continue;
		work->stage_then = stage;
		work->stage = work->stage == BRB_JOB_DONE ? BRB_JOB_DONE : BRB_JOB_PENDING;
		worker->holds_more |= stage == BRB_JOB_DONE;
	}
}

static brabeion_status fail_job(brb_worker *worker, size_t at, const char *why, brb_judge *judge)
{
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	brb_jobs_limits limits = brb_jobs_get_limits(worker->jobs);
	bool parked = false;
	int64_t now_us = brb_clock_now_us(judge->clock);
	int64_t wait_us = brb_jobs_backoff_us(&limits, job->attempts + 1, next_random(worker));
	brb_store_failure failure = {
		.error = why, .at_us = now_us, .retry_at_us = now_us + wait_us, .attempts_most = limits.attempts_most
	};
	judge->fault = brb_store_job_fail(judge->store, job->id, &failure, &parked, &judge->error);
	if (judge->fault == BRABEION_OK && parked)
		add_line(worker,
			 brb_arena_printf(&worker->notes,
					  "job %lld of badge \"%s\" for user \"%s\" is parked after %u attempts: "
					  "%s",
					  (long long)job->id, worker->works[at].badge->slug, job->user,
					  job->attempts + 1, why));
	if (!parked)
		hold_back_followers(worker, at, BRB_JOB_DONE);
	return judge->fault;
}

/* Makes real what the job has done, or does it. *why is its failure; *again: what it read has changed. */
static brabeion_status carry_out(brb_worker *worker, size_t at, brb_judge *judge, const char **why, bool *again)
{
	brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	brabeion_event event = event_of(job);
	bool same = true;
	*why = work->why;
	judge->cause = job->journal;
	if (work->stage == BRB_JOB_INSIDE) {
		brb_worker_begin_job(worker, job->id, brb_clock_monotonic_us());
		brb_judge_job(judge, work->badge, &event, &worker->result, why);
		brb_worker_end_job(worker);
		return judge->fault;
	}
	judge->fault = brb_optimistic_compare(judge, worker->detached, &work->part, &same);
	*again = !same;
	if (judge->fault != BRABEION_OK || !same || work->why)
		return judge->fault;
	/* badges that listen to its award are called: they may end the process as well */
	brb_worker_begin_job(worker, job->id, brb_clock_monotonic_us());
	brb_judge_apply_job(judge, work->badge, &event, worker->detached, &work->part, &worker->result, why);
	brb_worker_end_job(worker);
	return judge->fault;
}

/* What was judged outside, now that it counts. */
static void write_record(brb_worker *worker, size_t at, const char *why, brb_judge *judge)
{
	const brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	brabeion_event event = event_of(job);
	if (!judge->generation->journal.keep_us || work->stage == BRB_JOB_INSIDE)
		return;
	if (why && !work->why) /* it failed only when it was carried out */
		brb_verdict_recorder_fail(&worker->records[at], work->badge, why);
	brb_verdict_recorder_write(&worker->records[at], judge, &event, job->at_us, BRABEION_ENTRY_JOB);
}

static brabeion_status settle(brb_worker *worker, size_t at, brb_judge *judge)
{
	brb_job_work *work = &worker->works[at];
	const brb_store_claimed *job = &worker->claimed.jobs[at];
	bool claimed = false, again = false;
	const char *why = NULL;
	judge->fault = brb_store_job_is_claimed(judge->store, job->id, worker->number, &claimed, &judge->error);
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	work->stage_then = BRB_JOB_DONE;
	if (!claimed) { /* the lease has ended, and others have it, or it was dropped */
		worker->holds_more = true;
		return BRABEION_OK;
	}
	if (carry_out(worker, at, judge, &why, &again) != BRABEION_OK)
		return judge->fault;
	if (again) {
		work->tries++;
		work->stage_then = BRB_JOB_PENDING;
		hold_back_followers(worker, at, BRB_JOB_PENDING);
		return BRABEION_OK;
	}
	write_record(worker, at, why, judge);
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	if (why)
		fail_job(worker, at, why, judge);
	else
		judge->fault = brb_store_job_end(judge->store, job->id, &judge->error);
	brb_arena_reset(&judge->scratch);
	return judge->fault;
}

static size_t count_left(const brb_worker *worker)
{
	size_t left = 0;
	for (size_t i = 0; i < worker->claimed.count; i++)
		left += worker->works[i].stage_then != BRB_JOB_DONE;
	return left;
}

/* The slow one of the pass, which was the last, if what it read has changed. NULL: there is none. */
static const brb_store_claimed *find_to_be_tried_again(const brb_worker *worker)
{
	size_t i = worker->claimed.count;
	while (i > 0 && !(worker->works[i - 1].stage_then == BRB_JOB_PENDING && worker->works[i - 1].tries))
		i--;
	return i > 0 ? &worker->claimed.jobs[i - 1] : NULL;
}

/* Of a slow pass: others may take the rest, but how often this one was tried only this worker knows. */
static brabeion_status keep_alone(brb_worker *worker, const brb_store_claimed *job, brb_judge *judge)
{
	int64_t count, until_us = brb_clock_now_us(judge->clock) + brb_jobs_get_limits(worker->jobs).lease_us;
	judge->fault = brb_store_jobs_give_back_but(judge->store, worker->number, job->id, &judge->error);
	if (judge->fault == BRABEION_OK)
		judge->fault = brb_store_jobs_renew(judge->store, worker->number, until_us, &count, &judge->error);
	for (size_t i = 0; i < worker->claimed.count; i++)
		if (&worker->claimed.jobs[i] != job)
			worker->works[i].stage_then = BRB_JOB_DONE;
	return judge->fault;
}

static const char *describe_parked(brb_worker *worker, const brb_store_parked *parked)
{
	if (parked->id)
		return brb_arena_printf(&worker->notes, "job %lld of badge \"%s\" is parked: %s",
					(long long)parked->id, parked->slug, parked->why);
	return brb_arena_printf(&worker->notes,
				"%lld job%s of badge \"%s\" %s parked until it is back: the badge is not loaded",
				(long long)parked->count, parked->count == 1 ? "" : "s", parked->slug,
				parked->count == 1 ? "is" : "are");
}

static void tell_parked(brb_worker *worker)
{
	const brb_store_claimed_list *list = &worker->claimed_then;
	for (size_t i = 0; i < list->parked_count; i++)
		add_line(worker, describe_parked(worker, &list->parked[i]));
}

static brabeion_status claim_more(brb_worker *worker, brb_judge *judge)
{
	brb_jobs_limits limits = brb_jobs_get_limits(worker->jobs);
	int64_t now_us = brb_clock_now_us(judge->clock);
	brb_store_claim claim = { .number = worker->number,
				  .now_us = now_us,
				  .lease_until_us = now_us + limits.lease_us,
				  .most = worker->most,
				  .badges = judge->generation->numbers,
				  .badge_count = judge->generation->badge_count };
	judge->fault = brb_store_jobs_claim(judge->store, &claim, &worker->claimed_then, &judge->error);
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	tell_parked(worker);
	worker->claims_anew = true;
	worker->found_some = worker->claimed_then.count || worker->claimed_then.parked_count;
	return BRABEION_OK;
}

typedef struct step_request {
	brb_request head; /* first */
	brb_worker *worker;
	bool stops;
	brabeion_error error;
} step_request;

static void begin_transaction(brb_worker *worker)
{
	brb_arena_reset(&worker->notes);
	worker->line_count = 0;
	worker->claims_anew = worker->found_some = false;
	for (size_t i = 0; i < worker->claimed.count; i++)
		worker->works[i].stage_then = worker->works[i].stage;
}

static brabeion_status do_step(brb_request *head)
{
	step_request *request = (step_request *)(void *)head;
	brb_worker *worker = request->worker;
	brb_judge *judge = head->judge;
	begin_transaction(worker);
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	for (size_t i = 0; i < worker->claimed.count && judge->fault == BRABEION_OK; i++)
		if (worker->works[i].stage == BRB_JOB_JUDGED || worker->works[i].stage == BRB_JOB_INSIDE)
			settle(worker, i, judge);
	size_t left = count_left(worker);
	if (judge->fault != BRABEION_OK || (left && !request->stops && !worker->slow))
		return judge->fault;
	const brb_store_claimed *again = request->stops ? NULL : find_to_be_tried_again(worker);
	if (again)
		return keep_alone(worker, again, judge);
	if (left || worker->holds_more)
		judge->fault = brb_store_jobs_give_back(judge->store, worker->number, &judge->error);
	worker->claims_anew = true;
	brb_store_claimed_list *none = &worker->claimed_then;
	none->count = none->parked_count = 0;
	return judge->fault == BRABEION_OK && !request->stops ? claim_more(worker, judge) : judge->fault;
}

static void fail_step(brb_request *head, brabeion_status status, const char *message)
{
	step_request *request = (step_request *)(void *)head;
	brb_status_set(&request->error, status, "%s", message);
}

/* ---- what the transaction has brought ---------------------------------------------------------------------------- */

static void take_claim(brb_worker *worker, const brb_generation *generation)
{
	brb_store_claimed_list before = worker->claimed;
	worker->claimed = worker->claimed_then;
	worker->claimed_then = before;
	worker->holds_some = worker->claimed.count > 0;
	worker->generation = generation->number;
	worker->holds_more = false;
	atomic_store(&worker->rest_is_gone, false);
}

/* As many as can be judged in a pass. */
static void set_most(brb_worker *worker, bool was_full)
{
	if (worker->slow)
		worker->most = 1;
	else if (worker->ran_out)
		worker->most = worker->judged;
	else if (was_full && worker->judged == worker->claimed.count)
		worker->most = worker->most * 2 < worker->options.batch ? worker->most * 2 : worker->options.batch;
}

/* Room for what becomes of each job that may be claimed: before the transaction, which must not find it short. */
static brabeion_status make_room(brb_worker *worker, const brb_generation *generation, brabeion_error *error)
{
	if (!worker->works)
		worker->works = brb_memory_take_zeroed(worker->options.batch, sizeof *worker->works);
	if (generation->journal.keep_us && !worker->records)
		worker->records = brb_memory_take_zeroed(worker->options.batch, sizeof *worker->records);
	bool has_room = worker->works && (worker->records || !generation->journal.keep_us);
	return has_room ? BRABEION_OK : brb_status_no_memory(error);
}

static void keep_step(brb_worker *worker, const brb_generation *generation)
{
	for (size_t i = 0; i < worker->claimed.count; i++)
		worker->works[i].stage = worker->works[i].stage_then;
	if (!worker->claims_anew)
		return;
	take_claim(worker, generation);
	memset(worker->works, 0, worker->claimed.count * sizeof *worker->works);
}

static void take_step_back(brb_worker *worker)
{
	for (size_t i = 0; i < worker->claimed.count; i++)
		if (worker->works[i].stage != BRB_JOB_DONE)
			worker->works[i].stage = BRB_JOB_PENDING;
	brabeion_result_finish(&worker->result);
}

static void tell(brb_worker *worker, brb_counters *counters)
{
	for (size_t i = 0; i < worker->line_count; i++)
		brb_log_write(worker->jobs->log, BRABEION_LOG_WARNING, "%s", worker->lines[i]);
	if (counters && worker->result.award_count)
		brb_count(&counters->awards, worker->result.award_count);
}

/* ---- a step ------------------------------------------------------------------------------------------------------ */

static brb_judge judge_of(brb_worker *worker, const brb_generation *generation, brb_counters *counters)
{
	brb_jobs *jobs = worker->jobs;
	return (brb_judge){ .generation = generation,
			    .view = &brb_backend_transaction,
			    .store = jobs->store,
			    .log = jobs->log,
			    .clock = jobs->clock,
			    .guard = brb_reentrancy_depth(),
			    .counters = counters,
			    .group = jobs->group,
			    .quarantine = jobs->quarantine,
			    .notices = jobs->notices };
}

static brabeion_status pass(brb_worker *worker, const brb_generation *generation, brb_counters *counters,
			    brabeion_error *error)
{
	brb_judge judge = judge_of(worker, generation, counters);
	judge.view = &brb_backend_optimistic;
	judge.detached = worker->detached;
	brabeion_status status = make_pass(worker, &judge) ? BRABEION_OK : judge.fault;
	if (status != BRABEION_OK)
		brb_status_set(error, status, "%s", judge.error.message);
	brb_judge_finish(&judge);
	return status;
}

static brabeion_status settle_all(brb_worker *worker, const brb_generation *generation, brb_counters *counters,
				  bool stops, brabeion_error *error)
{
	brb_judge judge = judge_of(worker, generation, counters);
	step_request request = { .head = { .judge = &judge, .work = do_step, .fail = fail_step },
				 .worker = worker,
				 .stops = stops };
	brabeion_status status = brb_group_commit_run(worker->jobs->group, &request.head);
	if (status == BRABEION_OK)
		keep_step(worker, generation);
	if (judge.met_quarantine || judge.filled_quarantine)
		brb_quarantine_tend(&judge);
	brb_judge_finish(&judge);
	brb_status_hand_over(error, &request.error);
	return status;
}

static brabeion_status step(brb_worker *worker, const brb_generation *generation, brb_counters *counters, bool stops,
			    brabeion_error *error)
{
	bool was_full = worker->claimed.count == worker->most;
	worker->slow = worker->ran_out = false;
	worker->judged = 0;
	brabeion_status status = make_room(worker, generation, error);
	if (status == BRABEION_OK && worker->holds_some && !stops)
		status = pass(worker, generation, counters, error);
	set_most(worker, was_full);
	if (status == BRABEION_OK)
		status = settle_all(worker, generation, counters, stops, error);
	if (status == BRABEION_OK)
		tell(worker, counters);
	else
		take_step_back(worker);
	return status;
}

brabeion_status brb_worker_step(brb_worker *worker, bool *busy, brabeion_error *error)
{
	brb_jobs *jobs = worker->jobs;
	bool stops = brb_worker_is_to_stop(worker);
	*busy = false;
	if (stops && !worker->holds_some)
		return BRABEION_OK;
	brb_reader *reader = brb_registry_reader(jobs->registry);
	if (!reader)
		return brb_status_no_memory(error);
	const brb_generation *generation = brb_registry_acquire(jobs->registry, reader);
	brb_counters *counters = brb_registry_counters(jobs->registry, reader, generation);
	brabeion_status status = step(worker, generation, counters, stops, error);
	brb_registry_release(reader);
	*busy = status == BRABEION_OK && (worker->holds_some || worker->found_some);
	if (worker->result.award_count || worker->result.lapsed_count)
		jobs->announce(jobs->context, &worker->result, 1);
	brabeion_result_finish(&worker->result);
	return status;
}

/* ---- a worker that died ------------------------------------------------------------------------------------------ */

static brabeion_status bury(brb_jobs *jobs, int64_t job, int64_t claim, const char *why, bool *parked,
			    brabeion_error *error)
{
	brb_jobs_limits limits = brb_jobs_get_limits(jobs);
	int64_t now_us = brb_clock_now_us(jobs->clock);
	uint32_t attempts = 0;
	int64_t owner = 0;
	brabeion_status status = BRABEION_OK;
	if (job)
		status = brb_store_job_claim(jobs->store, job, &owner, &attempts, error);
	if (status == BRABEION_OK && owner && owner == claim) {
		uint64_t random = (uint64_t)brb_clock_monotonic_us() * UINT64_C(2685821657736338717) >> 20;
		brb_store_failure failure = { .error = why,
					      .at_us = now_us,
					      .retry_at_us =
						      now_us + brb_jobs_backoff_us(&limits, attempts + 1, random),
					      .attempts_most = limits.attempts_most };
		status = brb_store_job_fail(jobs->store, job, &failure, parked, error);
	}
	return status == BRABEION_OK ? brb_store_jobs_give_back(jobs->store, claim, error) : status;
}

brabeion_status brb_jobs_died(brb_jobs *jobs, int64_t job, int64_t claim, const char *why, bool *parked,
			      brabeion_error *error)
{
	bool was_last = false;
	brabeion_status status = brb_store_begin(jobs->store, error);
	if (status != BRABEION_OK)
		return status;
	status = bury(jobs, job, claim, why, &was_last, error);
	if (status == BRABEION_OK)
		status = brb_store_commit(jobs->store, error);
	else
		brb_store_rollback(jobs->store);
	if (status == BRABEION_OK)
		*parked = was_last;
	return status;
}
