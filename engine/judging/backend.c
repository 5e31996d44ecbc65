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

static brabeion_status read_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				  int64_t *value)
{
	return brb_store_tally(judge->store, plugin, name, subject, value, &judge->error);
}

static brabeion_status set_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 int64_t value)
{
	return brb_store_tally_set(judge->store, plugin, name, subject, value, &judge->error);
}

static brabeion_status read_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 const char **text)
{
	return brb_store_note(judge->store, plugin, name, subject, text, &judge->error);
}

static brabeion_status set_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				const char *text)
{
	return brb_store_note_set(judge->store, plugin, name, subject, text, &judge->error);
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
	.tally = read_tally,
	.tally_set = set_tally,
	.note = read_note,
	.note_set = set_note,
	.held = read_held,
	.knows_held = knows_held,
	.is_held = is_held,
	.award_add = add_award,
	.lapse = lapse,
	.job_add = add_job,
};
