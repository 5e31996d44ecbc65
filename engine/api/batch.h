/*
 * api/batch: events and results of a host that was compiled with another version of the public header.
 */
#ifndef BRB_API_BATCH_H
#define BRB_API_BATCH_H

#include "api/internal.h"

typedef struct brb_batch {
	size_t count;
	brabeion_event *events;
	brabeion_result *results;
	brabeion_result *theirs; /* NULL: not wanted, or struct_size is 0 */
	size_t result_size;      /* of one of theirs */
	brb_arena arena;
} brb_batch;

/* True if the host's events and results (may be NULL) have this version's layout: no batch is needed. */
static inline bool brb_batch_is_current(const brabeion_event *events, size_t count, const brabeion_result *results)
{
	bool current = !count || !results || results->struct_size == sizeof *results;
	for (size_t i = 0; i < count; i++)
		current = current && events[i].struct_size == sizeof *events &&
			  (events[i].field_size == sizeof(brabeion_field) || !events[i].field_count);
	return current;
}

/* Copies an event, and its fields if their layout differs. */
brabeion_status brb_batch_take_event(brb_arena *arena, const brabeion_event *theirs, brabeion_event *event,
				     brabeion_error *error);

/* Copies the events and allocates the results. Call brb_batch_end even after an error. */
brabeion_status brb_batch_begin(brb_batch *batch, const brabeion_event *events, size_t count,
				brabeion_result *results, brabeion_error *error);

/* Copies out the results, or the error into each of them. Frees the error. */
brabeion_status brb_batch_end(brb_batch *batch, const brb_log *log, brabeion_error *error);

/* Sets what a host needs to read a result: its size and strides. */
static inline void brb_batch_describe(brabeion_result *result)
{
	result->struct_size = (uint32_t)sizeof *result;
	result->award_stride = (uint32_t)sizeof *result->awards;
	result->lapsed_stride = (uint32_t)sizeof *result->lapsed;
	result->failure_stride = (uint32_t)sizeof *result->failures;
}

/* Moves a result of ours into the host's; frees it if that is NULL. */
void brb_batch_give(brabeion_result *result, brabeion_result *theirs);

#endif
