/*
 * store/codec/state: see state.h.
 *
 * Does not use SQLite's json_each: its conversion of reals may be off by a bit, and it rewrites nested JSON; a deferred
 * judgement must not differ for it.
 */
#include "store/codec/state.h"

#include <math.h>
#include <string.h>

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/value.h"

/* ---- writing ---- */

static brabeion_status write_json(brb_json *json, const brabeion_field *field, brabeion_error *error)
{
	if (!brb_json_is_nested(field->value.text))
		return brb_status_set(error, BRABEION_INVALID,
				      "the field \"%s\" is not a JSON array or object, though that is its type",
				      field->name);
	brb_json_document(json, field->name, field->value.text);
	return BRABEION_OK;
}

static brabeion_status write_value(brb_json *json, const brabeion_field *field, brabeion_error *error)
{
	switch (field->type) {
	case BRABEION_TYPE_NULL:
		brb_json_null(json, field->name);
		return BRABEION_OK;
	case BRABEION_TYPE_INT:
		brb_json_integer(json, field->name, field->value.integer);
		return BRABEION_OK;
	case BRABEION_TYPE_BOOL:
		brb_json_bool(json, field->name, field->value.boolean);
		return BRABEION_OK;
	case BRABEION_TYPE_REAL:
		if (!isfinite(field->value.real))
			return brb_status_set(error, BRABEION_INVALID, "the field \"%s\" is not a finite number",
					      field->name);
		brb_json_real(json, field->name, field->value.real);
		return BRABEION_OK;
	case BRABEION_TYPE_TEXT:
		brb_json_text(json, field->name, field->value.text);
		return BRABEION_OK;
	case BRABEION_TYPE_JSON:
		return write_json(json, field, error);
	}
	return brb_status_set(error, BRABEION_INVALID, "the field \"%s\" has no type of BRABEION_TYPE_*",
			      field->name);
}

/* Of two fields of one name writes the last only: readers of JSON differ about which they take. */
static bool comes_again(const brabeion_field *fields, size_t count, size_t i)
{
	for (size_t later = i + 1; later < count; later++)
		if (fields[later].name[0] == fields[i].name[0] && strcmp(fields[later].name, fields[i].name) == 0)
			return true;
	return false;
}

brabeion_status brb_state_write(brb_builder *builder, const brabeion_field *fields, size_t count,
				brabeion_error *error)
{
	brb_json json = brb_json_into(builder, BRB_JSON_SPACED);
	if (count > BRB_FIELDS_MOST)
		return brb_status_set(error, BRABEION_INVALID, "the state has %zu fields, more than %d", count,
				      BRB_FIELDS_MOST);
	brb_json_object(&json, NULL);
	for (size_t i = 0; i < count; i++) {
		if (comes_again(fields, count, i))
			continue;
		brabeion_status status = write_value(&json, &fields[i], error);
		if (status != BRABEION_OK)
			return status;
	}
	brb_json_end(&json);
	return BRABEION_OK;
}

/* ---- reading ---- */

static brabeion_status take_number(const brb_json_value *value, brabeion_field *field, brabeion_error *error)
{
	if (value->kind == BRB_JSON_INTEGER) {
		field->type = BRABEION_TYPE_INT;
		field->value.integer = value->integer;
		return BRABEION_OK;
	}
	if (!isfinite(value->real))
		return brb_status_set(error, BRABEION_INVALID, "%s: number out of range", field->name);
	field->type = BRABEION_TYPE_REAL;
	field->value.real = value->real;
	return BRABEION_OK;
}

static brabeion_status take_text(const brb_json_value *value, brabeion_field *field, brabeion_error *error)
{
	if (strlen(value->text) != value->length)
		return brb_status_set(error, BRABEION_INVALID, "%s: NUL (\\u0000) in a text", field->name);
	field->type = BRABEION_TYPE_TEXT;
	field->value.text = value->text;
	return BRABEION_OK;
}

static brabeion_status take_value(const brb_json_value *value, brb_arena *arena, brabeion_field *field,
				  brabeion_error *error)
{
	switch (value->kind) {
	case BRB_JSON_NULL:
		field->type = BRABEION_TYPE_NULL;
		return BRABEION_OK;
	case BRB_JSON_BOOL:
		field->type = BRABEION_TYPE_BOOL;
		field->value.boolean = value->truth;
		return BRABEION_OK;
	case BRB_JSON_INTEGER:
	case BRB_JSON_REAL:
	case BRB_JSON_OUT_OF_RANGE:
		return take_number(value, field, error);
	case BRB_JSON_TEXT:
		return take_text(value, field, error);
	case BRB_JSON_ARRAY:
	case BRB_JSON_OBJECT:
		break;
	}
	field->type = BRABEION_TYPE_JSON;
	field->value.text = brb_arena_copy_length(arena, value->text, value->length);
	return field->value.text ? BRABEION_OK : brb_status_no_memory(error);
}

static brabeion_status read_fields(char *text, brb_arena *arena, brabeion_field *fields, size_t *count,
				   brabeion_error *error)
{
	brb_json_reader reader;
	brb_json_value key, value;
	if (!brb_json_read_begin(&reader, text, strlen(text), BRB_JSON_READ_DEPTH_MOST + 1, error))
		return error->status;
	while (brb_json_read_pair(&reader, &key, &value)) {
		if (*count == BRB_FIELDS_MOST)
			return brb_status_set(error, BRABEION_INVALID, "more than %d keys", BRB_FIELDS_MOST);
		brabeion_field *field = &fields[(*count)++];
		*field = (brabeion_field){ .name = key.text };
		if (take_value(&value, arena, field, error) != BRABEION_OK)
			return error->status;
	}
	return error->status;
}

brabeion_status brb_state_read(const char *text, brb_arena *arena, const brabeion_field **fields, size_t *count,
			       brabeion_error *error)
{
	brabeion_field read[BRB_FIELDS_MOST];
	size_t read_count = 0;
	char *copy = brb_arena_copy(arena, text);
	if (!copy)
		return brb_status_no_memory(error);
	if (read_fields(copy, arena, read, &read_count, error) != BRABEION_OK)
		return error->status;
	brabeion_field *kept = brb_arena_take(arena, (read_count + 1) * sizeof *kept);
	if (!kept)
		return brb_status_no_memory(error);
	memcpy(kept, read, read_count * sizeof *kept);
	*fields = kept;
	*count = read_count;
	return BRABEION_OK;
}
