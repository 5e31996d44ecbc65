/*
 * judging/merge: see merge.h.
 */
#include "judging/merge.h"

#include "judging/backend.h"
#include "judging/call.h"

#define MERGE_EVENT "brabeion.merge"

typedef int32_t (*merge_function)(void *self, badge_call *call);

static brabeion_status report_failure(const brb_call *call)
{
	brb_judge *judge = call->judge;
	judge->fault = brb_status_set(&judge->error, BRABEION_INVALID, "%s \"%s\" cannot merge the users: %s",
				      call->badge ? "badge" : "plugin",
				      call->badge ? call->badge->slug : call->plugin->id, call->texts->message);
	return judge->fault;
}

/* `badge` NULL: the plugin's own. */
static brabeion_status merge_one(brb_judge *judge, const brb_plugin *plugin, const brb_badge *badge,
				 const brb_merged *merged, const char *into)
{
	merge_function merge = badge ? badge->merge : plugin->merge;
	if (!merge)
		return BRABEION_OK;
	const brabeion_event event = {
		.name = MERGE_EVENT, .user = into, .has_at = true, .at_us = brb_clock_now_us(judge->clock)
	};
	brb_call_texts texts;
	brb_call call;
	brb_call_init(&call, judge, &event, NULL, &texts);
	call.plugin = plugin;
	call.badge = badge;
	call.mode = BRB_CALL_MERGING;
	call.merged = merged;
	judge->backend->mark(judge);
	++*judge->reentrancy;
	int32_t answer = merge(badge ? badge->self : plugin->self, &call.head);
	--*judge->reentrancy;
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	if (answer != BADGE_OK)
		brb_call_fail(&call, "merge answered %d", answer);
	return call.failed ? report_failure(&call) : BRABEION_OK;
}

brabeion_status brb_merge_own(brb_judge *judge, const char *from, const char *into)
{
	const brb_generation *generation = judge->generation;
	const brb_merged merged = { .from = from };
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < generation->plugin_count && status == BRABEION_OK; i++) {
		const brb_plugin *plugin = generation->plugins[i];
		status = merge_one(judge, plugin, NULL, &merged, into);
		for (size_t j = 0; j < plugin->badge_count && status == BRABEION_OK; j++)
			status = merge_one(judge, plugin, &plugin->badges[j], &merged, into);
	}
	if (judge->scratch.used_bytes)
		brb_arena_reset(&judge->scratch);
	return status;
}

bool brb_merges_own(const brb_generation *generation, const brb_store_memory *memory)
{
	const brb_badge *badge = memory->badge ? brb_generation_badge(generation, memory->badge) : NULL;
	if (memory->badge)
		return badge && badge->merge;
	for (size_t i = 0; i < generation->plugin_count; i++)
		if (generation->plugins[i]->number == memory->plugin)
			return generation->plugins[i]->merge != NULL;
	return false;
}
