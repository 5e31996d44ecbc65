/*
 * store/jobs: adds jobs, and calls the driver for all else. See jobs.h.
 *
 * Added jobs are written at the commit, or earlier when jobs are read. The next due time is cached, so that a history's
 * check before each event costs a comparison.
 */
#include "store/jobs.h"

#include "base/list.h"
#include "base/memory.h"
#include "store/codec/state.h"
#include "store/internal.h"

enum { PENDING_BYTES_MOST = 4 * 1024 * 1024 };

/* ---- adding ---- */

static brabeion_status freeze(brb_store *store, const brb_store_job *job, const char **state, brabeion_error *error)
{
	brb_builder *builder = &store->jobs.state;
	brb_builder_reset(builder);
	brabeion_status status = brb_state_write(builder, job->fields, job->field_count, error);
	if (status != BRABEION_OK)
		return status;
	*state = builder->failed ? NULL : brb_arena_copy_length(&store->jobs.texts, builder->text, builder->length);
	return *state ? BRABEION_OK : brb_status_no_memory(error);
}

static void will_be_due(brb_store *store, int64_t history_id, int64_t due_us)
{
	if (store->jobs.next_is_known && store->jobs.next_history == history_id && due_us < store->jobs.next_us)
		store->jobs.next_us = due_us;
}

static void forget(brb_store *store)
{
	if (store->jobs.count)
		brb_bounds_none_pends(store);
	store->jobs.count = 0;
	store->jobs.marked_count = 0;
	brb_arena_reset(&store->jobs.texts);
}

static brabeion_status write_pending(brb_store *store, brabeion_error *error)
{
	brb_effects effects = { .jobs = store->jobs.pending, .job_count = store->jobs.count };
	if (!effects.job_count)
		return BRABEION_OK;
	brabeion_status status = brb_store_write_new_users(store, error);
	if (status == BRABEION_OK)
		status = store->driver->transaction->write(store->db, &effects, error);
	if (status == BRABEION_OK)
		forget(store);
	return status;
}

static brabeion_status make_room(brb_store *store, brabeion_error *error)
{
	bool undoable = store->jobs.marked_count != store->jobs.count;
	return undoable || store->jobs.texts.used_bytes <= PENDING_BYTES_MOST ? BRABEION_OK
									      : write_pending(store, error);
}

/* Adds the job, whose state is in the arena. */
static brabeion_status add_pending(brb_store *store, const brb_store_job *job, const char *state, bool bounded,
				   brabeion_error *error)
{
	brb_effect_job pending = { .badge = job->badge,
				   .history_id = job->history_id,
				   .at_us = job->at_us,
				   .due_us = job->due_us,
				   .state = state,
				   .journal = job->journal,
				   .has_offset = job->has_offset,
				   .offset_minutes = job->offset_minutes };
	brabeion_status status = brb_store_user(store, job->user, true, &pending.user, error);
	if (status == BRABEION_OK && bounded)
		status = brb_bounds_job(store, pending.user, error);
	if (status == BRABEION_OK)
		status = brb_store_event(store, job->event, &pending.event, error);
	if (status != BRABEION_OK)
		return status;
	pending.event_id = brb_arena_copy(&store->jobs.texts, job->event_id);
	brb_effect_job *place = pending.event_id ? brb_list_add(&store->jobs.pending, &store->jobs.count,
								&store->jobs.capacity, sizeof *place)
						 : NULL;
	if (!place)
		return brb_status_no_memory(error);
	*place = pending;
	brb_bounds_job_pends(store, pending.user);
	will_be_due(store, job->history_id, job->due_us);
	return BRABEION_OK;
}

brabeion_status brb_store_job_add(brb_store *store, const brb_store_job *job, brabeion_error *error)
{
	const char *state = NULL;
	brabeion_status status = make_room(store, error);
	if (status == BRABEION_OK)
		status = freeze(store, job, &state, error);
	return status == BRABEION_OK ? add_pending(store, job, state, true, error) : status;
}

brabeion_status brb_store_job_add_frozen(brb_store *store, const brb_store_job *job, const char *state,
					 brabeion_error *error)
{
	brabeion_status status = make_room(store, error);
	if (status != BRABEION_OK)
		return status;
	const char *copy = brb_arena_copy(&store->jobs.texts, state);
	return copy ? add_pending(store, job, copy, false, error) : brb_status_no_memory(error);
}

/* ---- the transaction ---- */

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	(void)error;
	store->jobs.next_is_known = false;
	return BRABEION_OK;
}

static void undo(brb_store *store)
{
	if (store->jobs.count > store->jobs.marked_count)
		store->jobs.next_is_known = false;
	while (store->jobs.count > store->jobs.marked_count)
		brb_bounds_job_dropped(store, store->jobs.pending[--store->jobs.count].user);
}

static brabeion_status write_jobs(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	(void)error;
	effects->jobs = store->jobs.pending;
	effects->job_count = store->jobs.count;
	return BRABEION_OK;
}

const brb_participant brb_jobs_participant = {
	.reload = reload, .undo = undo, .write = write_jobs, .forget = forget
};

/* ---- changing ---- */

/* The jobs' part of the driver, for a call that changes written jobs; drops the cached next due time. */
static const brb_driver_jobs *changing(brb_store *store)
{
	store->jobs.next_is_known = false;
	return store->driver->jobs;
}

/* Before a call that reads many jobs: writes the added ones, which can no longer be undone. */
static brabeion_status settle_jobs(brb_store *store, brabeion_error *error)
{
	brabeion_status status = write_pending(store, error);
	brb_store_mark(store);
	return status;
}

void brb_store_claimed_list_finish(brb_store_claimed_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->jobs);
	brb_memory_release(list->parked);
	brb_arena_finish(&list->memory);
	*list = (brb_store_claimed_list){ 0 };
}

static void empty(brb_store_claimed_list *list)
{
	list->count = 0;
	list->parked_count = 0;
	brb_arena_reset(&list->memory);
}

brabeion_status brb_store_jobs_claim(brb_store *store, const brb_store_claim *claim, brb_store_claimed_list *list,
				     brabeion_error *error)
{
	empty(list);
	brabeion_status status = settle_jobs(store, error);
	bool suspect = false;
	if (status == BRABEION_OK && !claim->history_id)
		status = brb_store_is_clock_suspect(store, &suspect, error);
	if (status == BRABEION_OK && !suspect)
		status = changing(store)->claim(store->db, claim, list, error);
	if (status != BRABEION_OK)
		empty(list);
	return status;
}

brabeion_status brb_store_jobs_renew(brb_store *store, int64_t claim, int64_t until_us, int64_t *jobs,
				     brabeion_error *error)
{
	bool suspect = false;
	brabeion_status status = brb_store_is_clock_suspect(store, &suspect, error);
	*jobs = 0;
	return status == BRABEION_OK && !suspect ? changing(store)->renew(store->db, claim, until_us, jobs, error)
						 : status;
}

brabeion_status brb_store_jobs_give_back(brb_store *store, int64_t claim, brabeion_error *error)
{
	return changing(store)->give_back(store->db, claim, 0, error);
}

brabeion_status brb_store_jobs_give_back_but(brb_store *store, int64_t claim, int64_t id, brabeion_error *error)
{
	return changing(store)->give_back(store->db, claim, id, error);
}

brabeion_status brb_store_job_is_claimed(brb_store *store, int64_t id, int64_t claim, bool *claimed,
					 brabeion_error *error)
{
	int64_t owner;
	uint32_t attempts;
	bool is_head;
	brabeion_status status = store->driver->jobs->look(store->db, id, &owner, &is_head, &attempts, error);
	if (status == BRABEION_OK)
		*claimed = is_head && owner == claim;
	return status;
}

brabeion_status brb_store_job_claim(brb_store *store, int64_t id, int64_t *claim, uint32_t *attempts,
				    brabeion_error *error)
{
	bool is_head;
	return store->driver->jobs->look(store->db, id, claim, &is_head, attempts, error);
}

brabeion_status brb_store_job_held(brb_store *store, int64_t claim, int64_t *id, brabeion_error *error)
{
	return store->driver->jobs->held(store->db, claim, id, error);
}

brabeion_status brb_store_job_end(brb_store *store, int64_t id, brabeion_error *error)
{
	return changing(store)->end(store->db, id, error);
}

brabeion_status brb_store_job_fail(brb_store *store, int64_t id, const brb_store_failure *failure, bool *parked,
				   brabeion_error *error)
{
	return changing(store)->fail(store->db, id, failure, parked, error);
}

brabeion_status brb_store_jobs_retry(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				     brabeion_error *error)
{
	brabeion_status status = settle_jobs(store, error);
	return status == BRABEION_OK ? changing(store)->retry(store->db, choice, jobs, error) : status;
}

brabeion_status brb_store_jobs_drop(brb_store *store, const brb_store_job_choice *choice, int64_t *jobs,
				    brabeion_error *error)
{
	brabeion_status status = settle_jobs(store, error);
	return status == BRABEION_OK ? changing(store)->drop(store->db, choice, jobs, error) : status;
}

brabeion_status brb_store_history_new(brb_store *store, int64_t *history_id, brabeion_error *error)
{
	return store->driver->jobs->new_history(store->db, history_id, error);
}

brabeion_status brb_store_jobs_adopt(brb_store *store, int64_t from, int64_t into, int64_t *jobs,
				     brabeion_error *error)
{
	brabeion_status status = settle_jobs(store, error);
	return status == BRABEION_OK ? changing(store)->adopt(store->db, from, into, jobs, error) : status;
}

brabeion_status brb_store_jobs_pass_on(brb_store *store, int64_t history_id, int64_t *jobs, brabeion_error *error)
{
	return brb_store_jobs_adopt(store, history_id, 0, jobs, error);
}

/* ---- reading ---- */

brabeion_status brb_store_jobs_next_due(brb_store *store, int64_t history_id, int64_t *at_us, brabeion_error *error)
{
	if (!store->jobs.next_is_known || store->jobs.next_history != history_id) {
		brabeion_status status =
			store->driver->jobs->next(store->db, history_id, &store->jobs.next_us, error);
		if (status != BRABEION_OK)
			return status;
		store->jobs.next_is_known = true;
		store->jobs.next_history = history_id;
		for (size_t i = 0; i < store->jobs.count; i++)
			will_be_due(store, store->jobs.pending[i].history_id, store->jobs.pending[i].due_us);
	}
	*at_us = store->jobs.next_us;
	return BRABEION_OK;
}

brabeion_status brb_store_jobs_look(brb_store *store, int64_t history_id, int64_t *at_us, brabeion_error *error)
{
	return store->driver->jobs->next_committed(store->db, history_id, at_us, error);
}

brabeion_status brb_store_jobs_exist(brb_store *store, bool *exist, brabeion_error *error)
{
	return store->driver->jobs->exist(store->db, exist, error);
}

bool brb_store_has_stored_jobs(const brb_store *store)
{
	return atomic_load_explicit(&store->jobs.were_stored, memory_order_relaxed);
}

brabeion_status brb_store_histories(brb_store *store, int64_t **ids, size_t *count, brabeion_error *error)
{
	int64_t *read = NULL;
	size_t read_count = 0;
	brabeion_status status = store->driver->jobs->histories(store->db, &read, &read_count, error);
	if (status != BRABEION_OK) {
		brb_memory_release(read);
		return status;
	}
	*ids = read;
	*count = read_count;
	return BRABEION_OK;
}

/* ---- lists ---- */

void brb_store_job_list_finish(brb_store_job_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->jobs);
	brb_arena_finish(&list->memory);
	*list = (brb_store_job_list){ 0 };
}

void brb_store_job_page_finish(brb_store_job_page *page)
{
	if (!page)
		return;
	brb_memory_release(page->attempts);
	brb_arena_finish(&page->memory);
	*page = (brb_store_job_page){ 0 };
}

brabeion_status brb_store_count_jobs(brb_store *store, int64_t now_us, brb_store_job_counts *counts,
				     brabeion_error *error)
{
	brb_store_job_counts read = { 0 };
	brabeion_status status = store->driver->jobs->count(store->db, now_us, &read, error);
	if (status == BRABEION_OK)
		*counts = read;
	return status;
}

brabeion_status brb_store_list_jobs(brb_store *store, const brb_store_job_filter *filter, brb_store_job_list *list,
				    brabeion_error *error)
{
	brb_store_job_list read = { 0 };
	brabeion_status status = store->driver->jobs->list(store->db, filter, &read, error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brb_store_job_list_finish(&read);
	return status;
}

brabeion_status brb_store_show_job(brb_store *store, int64_t id, int64_t now_us, brb_store_job_page *page,
				   brabeion_error *error)
{
	brb_store_job_page read = { 0 };
	brabeion_status status = store->driver->jobs->show(store->db, id, now_us, &read, error);
	if (status == BRABEION_OK)
		*page = read;
	else
		brb_store_job_page_finish(&read);
	return status;
}
