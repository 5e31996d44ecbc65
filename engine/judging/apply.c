/*
 * judging/apply: see apply.h.
 */
#include "judging/apply.h"

#include "base/clock.h"
#include "base/list.h"
#include "base/memory.h"
#include "judging/backend.h"
#include "judging/helper_checks.h"
#include "judging/result.h"

/* Keeps the store's status; true when it is well. */
static bool kept(brb_call *call, brabeion_status status)
{
	call->judge->fault = status;
	return status == BRABEION_OK;
}

/* ---- awards ---- */

static bool report_award(brb_call *call, const brb_badge *badge, const brb_store_award *stored, int64_t sequence)
{
	const badge_level *level = &badge->levels[stored->level - 1];
	const brabeion_award_info award = { .id = sequence,
					    .sequence = sequence,
					    .user = stored->user,
					    .badge = badge->slug,
					    .level = stored->level,
					    .name = level->name,
					    .description = level->description,
					    .reason = stored->reason,
					    .event = stored->event,
					    .event_id = stored->event_id,
					    .at_us = stored->at_us,
					    .stored_us = stored->stored_us };
	return brb_result_add_award(call->result, &award);
}

/* The award is complete. False: a fault. */
static bool add_award(brb_call *call, const brb_badge *badge, const brb_store_award *award)
{
	brb_judge *judge = call->judge;
	int64_t sequence = 0;
	brb_store_award stored = *award;
	judge->needed_store = true;
	/* without a time of its own the event is of now, which has been asked for */
	stored.stored_us = call->event->has_at ? brb_clock_now_us(judge->clock) : brb_call_at(call);
	if (!kept(call, judge->backend->award_add(judge, &stored, &sequence)))
		return false;
	if (!sequence || report_award(call, badge, &stored, sequence))
		return true;
	judge->fault = brb_status_no_memory(&judge->error);
	return false;
}

bool brb_apply_award(brb_call *call, const brb_badge *badge, int32_t level, const char *user, const char *reason,
		     const int64_t *earned_at_us)
{
	brb_judge *judge = call->judge;
	const char *event_id = call->event->id ? call->event->id : "";
	if (!badge->multiple)
		reason = "";
	else if (!reason || !reason[0])
		reason = event_id[0] ? event_id : NULL;
	brb_store_award award = { .user = user,
				  .badge = badge->number,
				  .level = (uint32_t)level,
				  .reason = reason,
				  .event = call->event->name,
				  .event_id = event_id,
				  .note = call->comment,
				  .rearn = badge->rearn || call->is_grant };
	bool held = false;
	/* the cache may be a second old: another process may have let an award of a temporary badge lapse */
	if (!call->is_grant && !badge->temporary && judge->backend->knows_held(judge, &award))
		return true;
	if (call->failed || !judge->backend->enter(judge))
		return false;
	award.user = brb_helper_present_name(call, user);
	if (judge->fault != BRABEION_OK || !kept(call, judge->backend->is_held(judge, &award, &held)))
		return false;
	if (held)
		return true;
	/* only now: what is held already, the common case, needs no clock */
	award.at_us = earned_at_us ? *earned_at_us : brb_call_at(call);
	return add_award(call, badge, &award);
}

/* ---- lapses ---- */

void brb_apply_lapse(brb_call *call, const brb_store_revocation *lapse)
{
	brb_judge *judge = call->judge;
	brabeion_change_list lapsed = { .memory = brb_result_memory(call->result) };
	judge->needed_store = true;
	judge->fault =
		lapsed.memory ? judge->backend->lapse(judge, lapse, &lapsed) : brb_status_no_memory(&judge->error);
	if (judge->fault == BRABEION_OK && !brb_result_add_lapsed(call->result, lapsed.changes, lapsed.count))
		judge->fault = brb_status_no_memory(&judge->error);
	brb_memory_release(lapsed.changes);
}

/* ---- jobs ---- */

bool brb_apply_cell(brb_call *call, const brb_cell *cell, const brb_cell_value *value)
{
	brb_judge *judge = call->judge;
	brabeion_status status = judge->backend->cell_set(judge, cell, value);
	if (status != BRABEION_INVALID)
		return kept(call, status);
	brb_call_fail(call, "%s", judge->error.message);
	brabeion_error_finish(&judge->error);
	return false;
}

bool brb_apply_job(brb_call *call, const brb_store_job *job)
{
	brb_judge *judge = call->judge;
	if (!judge->backend->enter(judge))
		return false;
	judge->needed_store = true;
	brabeion_status status = judge->backend->job_add(judge, job);
	if (status != BRABEION_INVALID)
		return kept(call, status);
	brb_call_fail(call, "%s", judge->error.message);
	brabeion_error_finish(&judge->error);
	return false;
}

/* ---- planned changes ---- */

static void apply_one(brb_call *call, const brb_planned_change *change)
{
	brb_judge *judge = call->judge;
	switch (change->kind) {
	case BRB_PLANNED_CELL:
		brb_apply_cell(call, &change->cell, &change->value);
		break;
	case BRB_PLANNED_AWARD:
		add_award(call, brb_generation_badge(judge->generation, change->award.badge), &change->award);
		break;
	case BRB_PLANNED_LAPSE:
		brb_apply_lapse(call, &change->lapse);
		break;
	case BRB_PLANNED_JOB:
		brb_apply_job(call, &change->job);
		break;
	}
}

void brb_apply_changes(brb_call *call, const brb_planned_change *changes, size_t count)
{
	for (size_t i = 0; i < count && !call->failed && call->judge->fault == BRABEION_OK; i++)
		apply_one(call, &changes[i]);
}
