/*
 * json/event: a JSON object as an event.
 *
 * The document is copied once, into the event's memory, and decoded there (base/json_read); keys and texts of the event
 * point into the copy.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <brabeion/engine.h>

#include "base/clock.h"
#include "base/json_read.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/value.h"
#include "sizes/sizes.h"

enum {
	DEPTH_MOST = 64,
	SIZE_MOST = 1024 * 1024,
	SHOWN_BYTES = 60, /* of a key or text in a message */
	MESSAGE_BYTES = 400
};

struct brabeion_event_memory {
	const brabeion_allocator *allocator;
	brb_arena arena;
};

/* The keys that are no fields; `is_there` stands for a value. */
typedef struct own_key {
	const char *name;
	bool is_there;
	brb_json_value value;
} own_key;

enum { EVENT, USER, ID, AT, OWN_KEYS };

static const char *const own_names[OWN_KEYS] = { "event", "user", "id", "at" };

typedef struct event_reader {
	brb_arena *arena;
	own_key own[OWN_KEYS];
	size_t field_count;
	brabeion_field fields[BRB_FIELDS_MOST];
	brabeion_error *error;
} event_reader;

static bool is_out_of_memory(event_reader *self)
{
	brb_status_no_memory(self->error);
	return false;
}

/* Makes the message one line, whatever the key or text that it quotes has in it. */
static void tell(event_reader *self, const char *text)
{
	char shown[4 * MESSAGE_BYTES]; /* a byte is shown by four at most */
	brb_utf8_show_all(text, false, shown, sizeof shown);
	brb_status_set_text(self->error, BRABEION_INVALID, shown);
}

__attribute__((format(printf, 2, 3))) static bool refuse(event_reader *self, const char *format, ...)
{
	char text[MESSAGE_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	tell(self, text);
	return false;
}

static int shown_length(const char *text)
{
	return (int)brb_text_cut_length(text, SHOWN_BYTES);
}

static bool has_nul(const brb_json_value *text)
{
	return strlen(text->text) != text->length;
}

/* ---- fields ---- */

static bool take_nested(event_reader *self, const brb_json_value *value, brabeion_field *field)
{
	brb_builder compact = { 0 };
	const char *fault = brb_json_read_compact(value, &compact);
	field->type = BRABEION_TYPE_JSON;
	field->value.text = fault || compact.failed ? NULL : brb_arena_copy(self->arena, compact.text);
	brb_builder_finish(&compact);
	if (fault)
		return refuse(self, "%.*s: %s", shown_length(field->name), field->name, fault);
	return field->value.text || is_out_of_memory(self);
}

static bool take_value(event_reader *self, const brb_json_value *value, brabeion_field *field)
{
	switch (value->kind) {
	case BRB_JSON_NULL:
		field->type = BRABEION_TYPE_NULL;
		return true;
	case BRB_JSON_BOOL:
		field->type = BRABEION_TYPE_BOOL;
		field->value.boolean = value->truth;
		return true;
	case BRB_JSON_INTEGER:
		field->type = BRABEION_TYPE_INT;
		field->value.integer = value->integer;
		return true;
	case BRB_JSON_REAL:
		brb_value_set_real(field, value->real);
		return true;
	case BRB_JSON_OUT_OF_RANGE:
		return refuse(self, "%.*s: number out of range", shown_length(field->name), field->name);
	case BRB_JSON_TEXT:
		field->type = BRABEION_TYPE_TEXT;
		field->value.text = value->text;
		return !has_nul(value) ||
		       refuse(self, "%.*s: NUL (\\u0000) in a text", shown_length(field->name), field->name);
	default:
		return take_nested(self, value, field);
	}
}

static bool take_field(event_reader *self, const brb_json_value *key, const brb_json_value *value)
{
	if (self->field_count == BRB_FIELDS_MOST)
		return refuse(self, "more than %d keys of state", BRB_FIELDS_MOST);
	if (key->length == 0)
		return refuse(self, "an empty key");
	if (has_nul(key))
		return refuse(self, "NUL (\\u0000) in a key");
	if (key->length > BRB_NAME_BYTES_MOST)
		return refuse(self, "a key longer than %d bytes: %.*s...", BRB_NAME_BYTES_MOST,
			      shown_length(key->text), key->text);
	brabeion_field *field = &self->fields[self->field_count++];
	*field = (brabeion_field){ .name = key->text };
	return take_value(self, value, field);
}

/* ---- reserved keys ---- */

static const char *kind_name(const brb_json_value *value)
{
	static const char *const names[] = {
		[BRB_JSON_NULL] = "null",
		[BRB_JSON_BOOL] = "true or false",
		[BRB_JSON_INTEGER] = "an integer",
		[BRB_JSON_REAL] = "a number with a fraction or exponent",
		[BRB_JSON_OUT_OF_RANGE] = "a number out of range",
		[BRB_JSON_TEXT] = "a text",
		[BRB_JSON_ARRAY] = "an array",
		[BRB_JSON_OBJECT] = "an object",
	};
	return names[value->kind];
}

static bool take_text(event_reader *self, const own_key *own, size_t bytes_most, const char **text)
{
	if (has_nul(&own->value))
		return refuse(self, "%s: NUL (\\u0000) in a text", own->name);
	if (own->value.length > bytes_most)
		return refuse(self, "%s: longer than %zu bytes", own->name, bytes_most);
	*text = own->value.text;
	return true;
}

/* Users and ids are texts; sites that number them may write the number. */
static bool take_name(event_reader *self, const own_key *own, const char **text)
{
	if (own->value.kind == BRB_JSON_TEXT)
		return take_text(self, own, BRB_SUBJECT_BYTES_MOST, text);
	if (own->value.kind == BRB_JSON_OUT_OF_RANGE)
		return refuse(self, "%s: number out of range", own->name);
	if (own->value.kind != BRB_JSON_INTEGER)
		return refuse(self, "%s: expected a text or an integer, not %s", own->name, kind_name(&own->value));
	*text = brb_arena_printf(self->arena, "%" PRId64, own->value.integer);
	return *text || is_out_of_memory(self);
}

static bool read_name(event_reader *self, brabeion_event *event)
{
	static const char prefix[] = "brabeion.";
	const own_key *own = &self->own[EVENT];
	if (!own->is_there)
		return refuse(self, "no \"event\"");
	if (own->value.kind != BRB_JSON_TEXT)
		return refuse(self, "event: expected a text, not %s", kind_name(&own->value));
	if (own->value.length == 0)
		return refuse(self, "event: empty");
	if (strncmp(own->value.text, prefix, strlen(prefix)) == 0)
		return refuse(self, "event: names beginning with \"brabeion.\" are the engine's own");
	return take_text(self, own, BRB_NAME_BYTES_MOST, &event->name);
}

static bool read_user(event_reader *self, brabeion_event *event)
{
	const own_key *own = &self->own[USER];
	if (!own->is_there)
		return refuse(self, "no \"user\"");
	if (!take_name(self, own, &event->user))
		return false;
	return (event->user && *event->user) || refuse(self, "user: empty");
}

static bool read_id(event_reader *self, brabeion_event *event)
{
	const own_key *own = &self->own[ID];
	if (!own->is_there || own->value.kind == BRB_JSON_NULL)
		return true;
	if (!take_name(self, own, &event->id))
		return false;
	if (event->id && !*event->id)
		event->id = NULL;
	return true;
}

static bool refuse_unit(event_reader *self, int64_t number)
{
	int64_t us = 0;
	const char *unit = brb_time_wrong_unit(number, &us);
	return refuse(self,
		      "at: %" PRId64 " is in %s; expected microseconds since 1970 (%" PRId64 ") or a time such as "
		      "2014-01-21T20:26:05Z",
		      number, unit, us);
}

static bool read_at(event_reader *self, brabeion_event *event)
{
	const own_key *own = &self->own[AT];
	if (!own->is_there || own->value.kind == BRB_JSON_NULL)
		return true;
	event->at_is_exact = own->value.kind == BRB_JSON_TEXT;
	if (own->value.kind == BRB_JSON_TEXT) {
		if (has_nul(&own->value) || brabeion_time_parse(own->value.text, &event->at_us) != BRABEION_OK)
			return refuse(self, "at: expected a time such as 2014-01-21T20:26:05Z, not \"%.*s\"",
				      shown_length(own->value.text), own->value.text);
		event->has_offset = brb_time_offset(own->value.text, &event->offset_minutes);
	} else if (own->value.kind == BRB_JSON_INTEGER) {
		event->at_us = own->value.integer;
		if (brb_time_wrong_unit(event->at_us, NULL))
			return refuse_unit(self, event->at_us);
	} else if (own->value.kind == BRB_JSON_OUT_OF_RANGE) {
		return refuse(self, "at: number out of range");
	} else {
		return refuse(self, "at: expected RFC 3339 text or integer microseconds, not %s",
			      kind_name(&own->value));
	}
	if (event->at_us < BRB_TIME_FIRST_US || event->at_us > BRB_TIME_LAST_US)
		return refuse(self, "at: outside the years 0000 to 9999");
	event->has_at = true;
	return true;
}

/*
 * A reserved key is only recorded, since a later one of the same name replaces it; arrays, objects and numbers out of
 * range are refused at once.
 */
static bool take_own(event_reader *self, size_t i, const brb_json_value *value)
{
	static bool (*const readers[OWN_KEYS])(event_reader *, brabeion_event *) = { read_name, read_user, read_id,
										     read_at };
	brabeion_event ignored = { 0 };
	self->own[i].is_there = true;
	self->own[i].value = *value;
	bool is_scalar = value->kind != BRB_JSON_OUT_OF_RANGE && value->kind != BRB_JSON_ARRAY &&
			 value->kind != BRB_JSON_OBJECT;
	return is_scalar || readers[i](self, &ignored);
}

static bool take_pair(event_reader *self, const brb_json_value *key, const brb_json_value *value)
{
	for (size_t i = 0; i < OWN_KEYS; i++)
		if (strcmp(key->text, own_names[i]) == 0 && !has_nul(key))
			return take_own(self, i, value);
	return take_field(self, key, value);
}

static bool keep_fields(event_reader *self, brabeion_event *event)
{
	if (self->field_count == 0)
		return true;
	brabeion_field *fields = brb_arena_take(self->arena, self->field_count * sizeof *fields);
	if (!fields)
		return is_out_of_memory(self);
	event->fields = memcpy(fields, self->fields, self->field_count * sizeof *fields);
	event->field_count = self->field_count;
	return true;
}

/* ---- the whole ---- */

static bool read_event(event_reader *self, const char *json, size_t size, brabeion_event *event)
{
	brb_json_reader reader;
	brb_json_value key, value;
	if (size > SIZE_MOST)
		return refuse(self, "longer than 1 MiB");
	char *copy = brb_arena_copy_length(self->arena, json, size);
	if (!copy)
		return is_out_of_memory(self);
	if (!brb_json_read_begin(&reader, copy, size, DEPTH_MOST, self->error))
		return false;
	while (brb_json_read_pair(&reader, &key, &value))
		if (!take_pair(self, &key, &value))
			return false;
	return self->error->status == BRABEION_OK && read_name(self, event) && read_user(self, event) &&
	       read_id(self, event) && read_at(self, event) && keep_fields(self, event);
}

/* Whether the call may begin on this thread; if so, selects the allocator. */
static bool enter(const brabeion_allocator *allocator, brabeion_error *error)
{
	if (*brb_reentrancy_depth())
		return brb_status_refuse(error, BRABEION_REENTRANT), false;
	brb_memory_use(allocator);
	return true;
}

brabeion_status brabeion_event_read_json(const char *json, size_t size, brabeion_event_memory *memory,
					 brabeion_event *event, brabeion_error *error)
{
	BRB_MEMORY_SCOPE;
	brabeion_error fault = BRABEION_NO_ERROR;
	brabeion_event read = BRABEION_EVENT();
	event_reader self;
	if (!enter(memory->allocator, &fault) || brb_size_check(BRB_SIZE_EVENT, event, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	self.arena = &memory->arena;
	self.field_count = 0;
	self.error = &fault;
	for (size_t i = 0; i < OWN_KEYS; i++)
		self.own[i] = (own_key){ .name = own_names[i] };
	if (read_event(&self, json, size, &read))
		brb_size_give(BRB_SIZE_EVENT, &read, event);
	return brb_status_hand_over(error, &fault);
}

/* ---- memory ---- */

static brabeion_status open_memory(const brabeion_allocator *allocator, brabeion_event_memory **out,
				   brabeion_error *error)
{
	brabeion_event_memory *memory = brb_memory_take_zeroed(1, sizeof *memory);
	if (!memory)
		return brb_status_no_memory(error);
	memory->allocator = allocator;
	*out = memory;
	return BRABEION_OK;
}

brabeion_status brabeion_event_memory_open(const brabeion_allocator *allocator, brabeion_event_memory **out,
					   brabeion_error *error)
{
	BRB_MEMORY_SCOPE;
	brabeion_error fault = BRABEION_NO_ERROR;
	bool is_whole = !allocator || (allocator->allocate && allocator->reallocate && allocator->release);
	if (!enter(is_whole ? allocator : NULL, &fault))
		return brb_status_hand_over(error, &fault);
	if (is_whole)
		open_memory(allocator, out, &fault);
	else
		brb_status_set(&fault, BRABEION_INVALID,
			       "the allocator: allocate, reallocate and release must all be given");
	return brb_status_hand_over(error, &fault);
}

void brabeion_event_memory_reset(brabeion_event_memory *memory)
{
	if (memory)
		brb_arena_reset(&memory->arena);
}

void brabeion_event_memory_close(brabeion_event_memory *memory)
{
	if (!memory)
		return;
	brb_arena_finish(&memory->arena);
	brb_memory_release(memory);
}
