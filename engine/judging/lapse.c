/*
 * judging/lapse: see lapse.h. Most answers of 0 meet a user who holds nothing: that costs a look at what is held, which
 * the store has at hand. A lapse itself is rare, and goes the way of a revocation.
 */
#include "judging/lapse.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "judging/backend.h"

/* Moves the changes of the list into the result, whose memory their texts are in already. */
static brabeion_status add_to_result(brb_call *call, const brabeion_change_list *lapsed)
{
	brabeion_result *result = call->result;
	uint32_t count = result->lapsed_count + (uint32_t)lapsed->count;
	brabeion_change *changes = brb_arena_take(result->memory, count * sizeof *changes);
	if (!changes)
		return brb_status_no_memory(&call->judge->error);
	if (result->lapsed_count)
		memcpy(changes, result->lapsed, result->lapsed_count * sizeof *changes);
	memcpy(changes + result->lapsed_count, lapsed->changes, lapsed->count * sizeof *changes);
	result->lapsed = changes;
	result->lapsed_count = count;
	return BRABEION_OK;
}

void brb_lapse(brb_call *call, const brb_store_revocation *lapse)
{
	brb_judge *judge = call->judge;
	brabeion_result *result = call->result;
	if (!result->memory)
		result->memory = brb_list_memory();
	brabeion_change_list lapsed = { .memory = result->memory };
	judge->needed_store = true;
	judge->fault =
		lapsed.memory ? judge->view->lapse(judge, lapse, &lapsed) : brb_status_no_memory(&judge->error);
	if (judge->fault == BRABEION_OK && lapsed.count)
		judge->fault = add_to_result(call, &lapsed);
	brb_memory_release(lapsed.changes);
}

/* What the record says of why: the event. */
static const char *note_of(const brb_call *call)
{
	brb_arena *scratch = &call->judge->scratch;
	const char *id = call->event->id;
	return id && id[0] ? brb_arena_printf(scratch, "on event \"%s\", id \"%s\"", call->event->name, id)
			   : brb_arena_printf(scratch, "on event \"%s\"", call->event->name);
}

void brb_lapse_above(brb_call *call, const brb_badge *badge, int32_t level)
{
	brb_judge *judge = call->judge;
	const char *user = call->has_to ? call->to : call->event->user;
	int64_t count = 0;
	int32_t highest = 0;
	if ((uint32_t)level == badge->level_count || judge->fault != BRABEION_OK || !judge->view->enter(judge))
		return;
	judge->needed_store = true;
	judge->fault = judge->view->held(judge, user, badge->slug, &count, &highest);
	if (judge->fault != BRABEION_OK || highest <= level)
		return;
	brb_store_revocation lapse = { .user = user,
				       .slug = badge->slug,
				       .above = (uint32_t)level,
				       .note = note_of(call),
				       .at_us = brb_call_at(call),
				       .lapsed = true };
	if (lapse.note)
		brb_lapse(call, &lapse);
	else
		judge->fault = brb_status_no_memory(&judge->error);
}
