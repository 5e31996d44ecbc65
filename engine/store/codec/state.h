/*
 * store/codec/state: the state of a job as JSON text and back. Private to the store room.
 *
 * What is written is one JSON object that a person can read; what is read are the same fields with the same types and
 * values: an integer stays one, a real keeps its bits, nested JSON is kept as it was given.
 */
#ifndef BRB_STORE_STATE_H
#define BRB_STORE_STATE_H

#include <brabeion/engine.h>

#include "base/status.h"
#include "base/text.h"

/*
 * Adds the object to the builder. Of two fields of one name the last is written.
 *
 * Errors: BRABEION_INVALID for what is no JSON: a number that is not finite, a field of type JSON that is not an array
 *         or object, more than 256 fields. The caller checks whether the builder ran out of memory.
 */
brabeion_status brb_state_write(brb_builder *builder, const brabeion_field *fields, size_t count,
				brabeion_error *error);

/*
 * Reads what was written. An integer of more than 64 bits becomes a real.
 *
 * Errors: BRABEION_INVALID with what is wrong and where (base/json_read), BRABEION_NO_MEMORY.
 */
brabeion_status brb_state_read(const char *text, brb_arena *arena, const brabeion_field **fields, size_t *count,
			       brabeion_error *error);

#endif
