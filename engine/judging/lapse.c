/*
 * judging/lapse: see lapse.h. Mostly award() returns 0 for a user who holds nothing: that costs one read of what is
 * held, which the store has cached. A lapse itself is rare, and is stored as a revocation.
 */
#include "judging/lapse.h"

#include "judging/apply.h"
#include "judging/backend.h"

/* The comment of the revocation: the event. */
static const char *comment_of(const brb_call *call)
{
	brb_arena *scratch = &call->judge->scratch;
	const char *id = call->event->id;
	return id && id[0] ? brb_arena_printf(scratch, "on event \"%s\", id \"%s\"", call->event->name, id)
			   : brb_arena_printf(scratch, "on event \"%s\"", call->event->name);
}

void brb_lapse_above(brb_call *call, const brb_badge *badge, int32_t level)
{
	brb_judge *judge = call->judge;
	const char *user = call->has_recipient ? call->texts->recipient : call->event->user;
	int64_t count = 0;
	int32_t highest = 0;
	if ((uint32_t)level == badge->level_count || judge->fault != BRABEION_OK || !judge->backend->enter(judge))
		return;
	judge->needed_store = true;
	judge->fault = judge->backend->held(judge, user, badge->slug, &count, &highest);
	if (judge->fault != BRABEION_OK || highest <= level)
		return;
	brb_store_revocation lapse = { .user = user,
				       .slug = badge->slug,
				       .above = (uint32_t)level,
				       .note = comment_of(call),
				       .at_us = brb_call_at(call),
				       .lapsed = true };
	if (lapse.note)
		brb_apply_lapse(call, &lapse);
	else
		judge->fault = brb_status_no_memory(&judge->error);
}
