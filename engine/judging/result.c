/*
 * judging/result: see result.h.
 */
#include "judging/result.h"

#include <string.h>

#include "base/list.h"

brb_arena *brb_result_memory(brabeion_result *result)
{
	if (!result->memory)
		result->memory = brb_list_memory();
	return result->memory;
}

void brb_result_set_message(brabeion_result *result, const char *message)
{
	brb_arena *memory = brb_status_is_refusal(message) ? NULL : brb_result_memory(result);
	if (brb_status_is_refusal(message))
		result->message = message;
	else
		result->message = memory ? brb_arena_copy(memory, message) : NULL;
	if (!result->message)
		result->message = "out of memory";
}

/* Makes room for one more item behind `count`. Arrays grow whenever that is a power of two: they need no capacity. */
static bool make_room(brb_arena *memory, void *items, uint32_t count, size_t item_bytes)
{
	void *array;
	if (count & (count - 1))
		return true;
	memcpy(&array, items, sizeof array); /* a pointer of any type */
	void *larger = brb_arena_take(memory, (count ? 2 * (size_t)count : 1) * item_bytes);
	if (!larger)
		return false;
	if (count)
		memcpy(larger, array, count * item_bytes);
	memcpy(items, &larger, sizeof larger);
	return true;
}

void brb_result_add_failure(brabeion_result *result, const char *plugin, const char *slug, const char *message,
			    bool refused)
{
	brb_arena *memory = brb_result_memory(result);
	if (result->failure_count == BRABEION_FAILURES_MOST || !memory ||
	    !make_room(memory, &result->failures, result->failure_count, sizeof *result->failures))
		return;
	brabeion_failure failure = { .plugin = brb_arena_copy(memory, plugin),
				     .slug = slug ? brb_arena_copy(memory, slug) : NULL,
				     .message = brb_arena_copy(memory, message),
				     .refused = refused };
	if (failure.plugin && failure.message && (failure.slug || !slug))
		result->failures[result->failure_count++] = failure;
}

bool brb_result_add_award(brabeion_result *result, const brabeion_award_info *award)
{
	brb_arena *memory = brb_result_memory(result);
	if (!memory || !make_room(memory, &result->awards, result->award_count, sizeof *result->awards))
		return false;
	brabeion_award_info *copy = &result->awards[result->award_count];
	*copy = *award;
	copy->user = brb_arena_copy(memory, award->user);
	copy->badge = brb_arena_copy(memory, award->badge);
	copy->name = brb_arena_copy(memory, award->name);
	copy->description = brb_arena_copy(memory, award->description);
	copy->reason = award->reason ? brb_arena_copy(memory, award->reason)
				     : brb_arena_printf(memory, "#%lld", (long long)award->sequence);
	copy->event = brb_arena_copy(memory, award->event);
	copy->event_id = brb_arena_copy(memory, award->event_id);
	if (!copy->user || !copy->badge || !copy->name || !copy->description || !copy->reason || !copy->event ||
	    !copy->event_id)
		return false;
	result->award_count++;
	return true;
}

bool brb_result_add_lapsed(brabeion_result *result, const brabeion_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!make_room(result->memory, &result->lapsed, result->lapsed_count, sizeof *result->lapsed))
			return false;
		result->lapsed[result->lapsed_count++] = changes[i];
	}
	return true;
}
