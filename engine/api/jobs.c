/*
 * api/jobs: lists of jobs, one job with its attempts, retrying and dropping.
 */
#include <string.h>

#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"
#include "base/value.h"
#include "judging/backend.h"

static brabeion_status enter(const brabeion_engine *engine, const char *slug, const char *user, brabeion_error *fault)
{
	brabeion_status status = brb_engine_enter_or_say(engine, fault);
	if (status != BRABEION_OK)
		return status;
	if (slug && brb_text_checked_length(slug, BRB_NAME_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(fault, BRABEION_INVALID, "the badge is longer than %d bytes or not UTF-8",
				      BRB_NAME_BYTES_MOST);
	if (user && brb_text_checked_length(user, BRB_SUBJECT_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(fault, BRABEION_INVALID, "the user is longer than %d bytes or not UTF-8",
				      BRB_SUBJECT_BYTES_MOST);
	return BRABEION_OK;
}

static brabeion_job_info info_of(const brb_store_job_info *job)
{
	return (brabeion_job_info){ .id = job->id,
				    .state = (brabeion_job_state)job->state, /* both use the same numbers */
				    .badge = job->slug,
				    .user = job->user,
				    .event = job->event,
				    .event_id = job->event_id,
				    .at_us = job->at_us,
				    .due_us = job->due_us,
				    .retry_us = job->retry_us,
				    .lease_us = job->lease_us,
				    .history_id = job->history_id,
				    .attempts = job->attempts,
				    .parked_us = job->parked_us,
				    .parked_why = job->parked_why,
				    .error = job->error };
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Copies no texts: the store's memory becomes the list's. */
static brabeion_status hand_out_list(brb_store_job_list *read, brabeion_job_list *list, brabeion_error *error)
{
	brb_arena *memory = brb_list_memory();
	brabeion_job_info *jobs = brb_memory_take_zeroed(read->count + 1, sizeof *jobs);
	if (!memory || !jobs) {
		brb_memory_release(memory);
		brb_memory_release(jobs);
		return brb_status_no_memory(error);
	}
	for (size_t i = 0; i < read->count; i++)
		jobs[i] = info_of(&read->jobs[i]);
	*memory = read->memory;
	read->memory = (brb_arena){ 0 };
	*list = (brabeion_job_list){ .count = read->count, .stride = sizeof *jobs, .jobs = jobs, .memory = memory };
	return BRABEION_OK;
}

brabeion_status brabeion_jobs(brabeion_engine *engine, const brabeion_job_filter *theirs, brabeion_job_list *list,
			      brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brb_store_job_list read = { 0 };
	brabeion_job_filter filter;
	brabeion_status status = brb_engine_enter_or_say(engine, &fault);
	if (status == BRABEION_OK)
		status = brb_size_take(BRB_SIZE_JOB_FILTER, theirs, &filter, &fault);
	if (status == BRABEION_OK)
		status = enter(engine, filter.badge, filter.user, &fault);
	if (status != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_store_job_filter wanted = { .state = (brb_store_job_state)filter.state,
					.slug = filter.badge,
					.user = filter.user,
					.after = filter.after,
					.limit = filter.limit,
					.now_us = brb_clock_now_us(&engine->clock) };
	if (brb_store_list_jobs(engine->store, &wanted, &read, &fault) == BRABEION_OK)
		hand_out_list(&read, list, &fault);
	brb_store_job_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

static brabeion_status hand_out_page(brb_store_job_page *read, brabeion_job_page *page, brabeion_error *error)
{
	brb_arena *memory = brb_list_memory();
	brabeion_job_attempt *attempts = brb_memory_take_zeroed(read->attempt_count + 1, sizeof *attempts);
	brabeion_job_info *job = brb_arena_take(&read->memory, sizeof *job);
	if (!memory || !attempts || !job) {
		brb_memory_release(memory);
		brb_memory_release(attempts);
		return brb_status_no_memory(error);
	}
	for (size_t i = 0; i < read->attempt_count; i++)
		attempts[i] = (brabeion_job_attempt){ .number = read->attempts[i].number,
						      .at_us = read->attempts[i].at_us,
						      .error = read->attempts[i].error };
	*job = info_of(&read->job);
	*memory = read->memory;
	read->memory = (brb_arena){ 0 };
	*page = (brabeion_job_page){ .found = read->found,
				     .job = job,
				     .frozen = read->job.fields,
				     .attempt_count = read->attempt_count,
				     .attempt_stride = sizeof *attempts,
				     .attempts = attempts,
				     .memory = memory };
	return BRABEION_OK;
}

brabeion_status brabeion_job(brabeion_engine *engine, int64_t id, brabeion_job_page *page, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brb_store_job_page read = { 0 };
	brabeion_job_page own;
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK &&
	    brb_size_check(BRB_SIZE_JOB_PAGE, page, &fault) == BRABEION_OK &&
	    brb_store_show_job(engine->store, id, brb_clock_now_us(&engine->clock), &read, &fault) == BRABEION_OK &&
	    hand_out_page(&read, &own, &fault) == BRABEION_OK)
		brb_size_give(BRB_SIZE_JOB_PAGE, &own, page);
	brb_store_job_page_finish(&read);
	return brb_status_hand_over(error, &fault);
}

/* ---- changing ---------------------------------------------------------------------------------------------------- */

typedef brabeion_status (*job_change)(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				      brabeion_error *error);

typedef struct jobs_request {
	brb_request head; /* first */
	job_change change;
	brb_store_job_choice choice;
	int64_t jobs;
} jobs_request;

static brabeion_status do_change(brb_request *head)
{
	jobs_request *request = (jobs_request *)(void *)head;
	brb_judge *judge = head->judge;
	if (brb_judge_enter_store(judge))
		judge->fault = request->change(judge->store, &request->choice, &request->jobs, &judge->error);
	return judge->fault;
}

static brabeion_status change_jobs(brabeion_engine *engine, job_change change, const brabeion_job_choice *theirs,
				   int64_t *jobs, brabeion_error *error)
{
	BRB_CALL;
	brb_judge judge;
	brabeion_job_choice choice;
	jobs_request request = { .head = { .work = do_change }, .change = change };
	if (brb_engine_enter_to_write(engine, &request.head.error) != BRABEION_OK ||
	    brb_size_take(BRB_SIZE_JOB_CHOICE, theirs, &choice, &request.head.error) != BRABEION_OK)
		return brb_status_hand_over(error, &request.head.error);
	request.choice = (brb_store_job_choice){ choice.id, choice.badge, choice.parked };
	if (enter(engine, choice.badge, NULL, &request.head.error) == BRABEION_OK &&
	    brb_engine_run(engine, &judge, &request.head) == BRABEION_OK && jobs)
		*jobs = request.jobs;
	return brb_status_hand_over(error, &request.head.error);
}

brabeion_status brabeion_jobs_retry(brabeion_engine *engine, const brabeion_job_choice *choice, int64_t *jobs,
				    brabeion_error *error)
{
	return change_jobs(engine, brb_store_jobs_retry, choice, jobs, error);
}

brabeion_status brabeion_jobs_drop(brabeion_engine *engine, const brabeion_job_choice *choice, int64_t *jobs,
				   brabeion_error *error)
{
	return change_jobs(engine, brb_store_jobs_drop, choice, jobs, error);
}
