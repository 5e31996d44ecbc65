/*
 * judging/backend: see backend.h. Here: the store's transaction as a judgement sees it.
 */
#include "judging/backend.h"

#include "judging/group_commit.h"

bool brb_judge_enter_store(brb_judge *judge)
{
	if (judge->fault != BRABEION_OK || judge->in_transaction)
		return judge->fault == BRABEION_OK;
	int64_t began_us = judge->waited_us ? brb_clock_monotonic_us() : 0;
	if (!judge->leads) {
		brb_group_commit_lead(judge->shared->group);
		judge->leads = true;
	}
	judge->fault = brb_store_begin(judge->store, &judge->error);
	judge->in_transaction = judge->fault == BRABEION_OK;
	if (judge->waited_us)
		*judge->waited_us += brb_clock_monotonic_us() - began_us;
	return judge->in_transaction;
}

static void mark(brb_judge *judge)
{
	brb_store_mark(judge->store);
}

static void undo(brb_judge *judge)
{
	brb_store_undo(judge->store);
}

static brabeion_status read_cell(brb_judge *judge, const brb_cell *cell, brb_cell_value *value)
{
	return brb_store_cell(judge->store, cell, value, &judge->error);
}

static brabeion_status set_cell(brb_judge *judge, const brb_cell *cell, const brb_cell_value *value)
{
	return brb_store_cell_set(judge->store, cell, value, &judge->error);
}

static brabeion_status count_keys(brb_judge *judge, const brb_store_memory *memory, const char *owner, int64_t *count)
{
	return brb_store_key_count(judge->store, memory, owner, count, &judge->error);
}

static brabeion_status next_key(brb_judge *judge, const brb_store_memory *memory, const char *owner,
				const char *after, const char **key)
{
	return brb_store_key_next(judge->store, memory, owner, after, key, &judge->error);
}

static brabeion_status find_present_name(brb_judge *judge, const char *user, const char **name)
{
	return brb_store_present_name(judge->store, user, name, &judge->error);
}

static brabeion_status hash_text(brb_judge *judge, const char *text, uint64_t *hash)
{
	*hash = brb_store_hash(judge->store, text);
	return BRABEION_OK;
}

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	return brb_store_held(judge->store, user, slug, count, level, &judge->error);
}

/* Inside the transaction is_held costs as little, and is never late. */
static bool knows_held(brb_judge *judge, const brb_store_award *award)
{
	return !judge->in_transaction && brb_store_knows_held(judge->store, award);
}

static brabeion_status is_held(brb_judge *judge, const brb_store_award *award, bool *held)
{
	return brb_store_is_held(judge->store, award, judge->single, held, &judge->error);
}

static brabeion_status add_award(brb_judge *judge, const brb_store_award *award, int64_t *sequence)
{
	return brb_store_award_add(judge->store, award, sequence, &judge->error);
}

static brabeion_status lapse(brb_judge *judge, const brb_store_revocation *which, brabeion_change_list *lapsed)
{
	return brb_store_revoke(judge->store, which, lapsed, &judge->error);
}

static brabeion_status add_job(brb_judge *judge, const brb_store_job *job)
{
	return brb_store_job_add(judge->store, job, &judge->error);
}

const brb_backend brb_backend_transaction = {
	.enter = brb_judge_enter_store,
	.mark = mark,
	.undo = undo,
	.cell = read_cell,
	.cell_set = set_cell,
	.key_count = count_keys,
	.key_next = next_key,
	.present_name = find_present_name,
	.hash = hash_text,
	.held = read_held,
	.knows_held = knows_held,
	.is_held = is_held,
	.award_add = add_award,
	.lapse = lapse,
	.job_add = add_job,
};
