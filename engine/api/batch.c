/*
 * api/batch: see batch.h.
 */
#include "api/batch.h"

#include <string.h>

#include "base/memory.h"

static brabeion_status take_fields(brb_arena *arena, brabeion_event *event, brabeion_error *error)
{
	size_t stride = event->field_size, ours = sizeof(brabeion_field);
	const char *theirs = (const char *)event->fields;
	if (!event->field_count || stride == ours)
		return BRABEION_OK;
	if (stride < ours)
		return brb_status_set(error, BRABEION_INVALID,
				      "brabeion_event.field_size is %zu, not at least %zu: initialise the struct by "
				      "BRABEION_EVENT(...)",
				      stride, ours);
	brabeion_field *fields =
		event->field_count <= SIZE_MAX / ours - 1 ? brb_arena_take(arena, event->field_count * ours) : NULL;
	if (!fields)
		return brb_status_no_memory(error);
	for (size_t i = 0; theirs && i < event->field_count; i++)
		memcpy(&fields[i], theirs + i * stride, ours);
	event->fields = theirs ? fields : NULL;
	return BRABEION_OK;
}

brabeion_status brb_batch_take_event(brb_arena *arena, const brabeion_event *theirs, brabeion_event *event,
				     brabeion_error *error)
{
	brabeion_status status = brb_size_take(BRB_SIZE_EVENT, theirs, event, error);
	return status == BRABEION_OK ? take_fields(arena, event, error) : status;
}

brabeion_status brb_batch_begin(brb_batch *batch, const brabeion_event *events, size_t count,
				brabeion_result *results, brabeion_error *error)
{
	size_t stride = count ? events->struct_size : 0;
	*batch = (brb_batch){ .count = count };
	if (brb_size_check(BRB_SIZE_RESULT, results, error) != BRABEION_OK)
		return error->status;
	batch->theirs = results;
	batch->result_size = results ? results->struct_size : 0;
	batch->events = brb_memory_take_zeroed(count + 1, sizeof *batch->events);
	batch->results = brb_memory_take_zeroed(count + 1, sizeof *batch->results);
	if (!batch->events || !batch->results)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < count && error->status == BRABEION_OK; i++) {
		const brabeion_event *event = (const void *)((const char *)events + i * stride);
		brb_batch_take_event(&batch->arena, event, &batch->events[i], error);
	}
	return error->status;
}

void brb_batch_give(brabeion_result *result, brabeion_result *theirs)
{
	brb_batch_describe(result);
	if (theirs)
		brb_size_give(BRB_SIZE_RESULT, result, theirs);
	else
		brabeion_result_finish(result);
}

brabeion_status brb_batch_end(brb_batch *batch, const brb_log *log, brabeion_error *error)
{
	brabeion_status status = error->status;
	if (status != BRABEION_OK && !batch->theirs)
		brb_log_write(log, BRABEION_LOG_ERROR, "%s", error->message);
	for (size_t i = 0; i < batch->count && (status == BRABEION_OK || batch->theirs); i++) {
		brabeion_result failed = { 0 };
		brabeion_result *result = status == BRABEION_OK ? &batch->results[i] : &failed;
		if (status != BRABEION_OK)
			brb_judge_abandon(result, 0, 1, status, error->message);
		brabeion_result *theirs = (void *)((char *)batch->theirs + i * batch->result_size);
		if (theirs && i)
			memcpy(theirs, batch->theirs, sizeof theirs->struct_size); /* hosts set only the first's */
		brb_batch_give(result, theirs);
	}
	brabeion_error_finish(error);
	brb_memory_release(batch->events);
	brb_memory_release(batch->results);
	brb_arena_finish(&batch->arena);
	return status;
}
