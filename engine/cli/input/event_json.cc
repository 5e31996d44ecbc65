/*
 * cli/input/event_json: simdjson behind a small C interface, the one C++ file.
 *
 * simdjson's DOM parser checks the whole line before anything of it is looked at. The parser is used again for every
 * line, so a line costs no allocation: its texts are copied once, into the batch's arena, which also gives them the NUL
 * that C wants.
 *
 * The message for a bad line comes from brabeion_event_read_json, which reads it again by the same rules.
 * Neither exceptions nor C++ types leave this file.
 */
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include "cli/input/event_json.h"

extern "C" {
#include "base/clock.h"
#include "base/json_write.h"
#include "base/value.h"
}

#include <charconv>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

namespace dom = simdjson::dom;
using std::string_view;

static_assert(BRB_CLI_EVENT_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads this far behind a line");

namespace
{

constexpr size_t usual_line_bytes = 64 * 1024; /* a parser grown for a longer line is shrunk again after it */
constexpr size_t fields_most = 256;            /* this and the next ones: brabeion/engine.h and json.h */
constexpr int depth_most = 64;
constexpr size_t name_bytes = 100;
constexpr size_t user_bytes = 255;
constexpr string_view own_prefix = "brabeion.";

using outcome = brb_cli_event_json_outcome;

} // namespace

struct brb_cli_event_json {
	dom::parser parser{ BRB_CLI_EVENT_JSON_LINE_BYTES };
	dom::element event, user, id, at;
	bool has_event, has_user, has_id, has_at;
	size_t field_count;
	brabeion_field fields[fields_most];
	brb_arena *arena;
	brb_builder nested;               /* the text of an array or object, before its size is known */
	brabeion_event_memory *explained; /* for bad lines */
};

namespace
{

bool has_nul(string_view text)
{
	return memchr(text.data(), '\0', text.size()) != nullptr;
}

outcome copy_text(brb_cli_event_json *reader, string_view text, size_t bytes_most, const char **copy)
{
	if (text.size() > bytes_most || has_nul(text))
		return BRB_CLI_EVENT_JSON_BAD;
	*copy = brb_arena_copy_length(reader->arena, text.data(), text.size());
	return *copy ? BRB_CLI_EVENT_JSON_EVENT : BRB_CLI_EVENT_JSON_MEMORY;
}

/* ---- nested values, as JSON text without spaces ---- */

bool write_value(brb_json *json, const char *key, dom::element value, int depth);

bool write_array(brb_json *json, const char *key, dom::array array, int depth)
{
	brb_json_array(json, key);
	for (dom::element value : array)
		if (!write_value(json, nullptr, value, depth))
			return false;
	brb_json_end(json);
	return true;
}

/* Keys and texts in simdjson's document end with NUL. */
bool write_object(brb_json *json, const char *key, dom::object object, int depth)
{
	brb_json_object(json, key);
	for (dom::key_value_pair pair : object)
		if (has_nul(pair.key) || !write_value(json, pair.key.data(), pair.value, depth))
			return false;
	brb_json_end(json);
	return true;
}

/* False: it is out of bounds. simdjson bounds the depth as well, but does not count an empty value at the bottom. */
bool write_value(brb_json *json, const char *key, dom::element value, int depth)
{
	switch (value.type()) {
	case dom::element_type::ARRAY:
		return depth < depth_most && write_array(json, key, value.get_array().value_unsafe(), depth + 1);
	case dom::element_type::OBJECT:
		return depth < depth_most && write_object(json, key, value.get_object().value_unsafe(), depth + 1);
	case dom::element_type::INT64:
		return brb_json_integer(json, key, value.get_int64().value_unsafe()), true;
	case dom::element_type::UINT64:
		return false;
	case dom::element_type::DOUBLE:
		return brb_json_real(json, key, value.get_double().value_unsafe()), true;
	case dom::element_type::STRING:
		return !has_nul(value.get_string().value_unsafe()) &&
		       (brb_json_text(json, key, value.get_c_str().value_unsafe()), true);
	case dom::element_type::BOOL:
		return brb_json_bool(json, key, value.get_bool().value_unsafe()), true;
	case dom::element_type::NULL_VALUE:
		return brb_json_null(json, key), true;
	}
	return false;
}

/* ---- fields ---- */

outcome take_nested(brb_cli_event_json *reader, dom::element value, brabeion_field *field)
{
	brb_builder_reset(&reader->nested);
	brb_json json = brb_json_into(&reader->nested, BRB_JSON_COMPACT);
	if (!write_value(&json, nullptr, value, 1))
		return BRB_CLI_EVENT_JSON_BAD;
	field->type = BRABEION_TYPE_JSON;
	field->value.text = reader->nested.failed ? nullptr
						  : brb_arena_copy_length(reader->arena, reader->nested.text,
									  reader->nested.length);
	return field->value.text ? BRB_CLI_EVENT_JSON_EVENT : BRB_CLI_EVENT_JSON_MEMORY;
}

outcome take_value(brb_cli_event_json *reader, dom::element value, brabeion_field *field)
{
	switch (value.type()) {
	case dom::element_type::INT64:
		field->type = BRABEION_TYPE_INT;
		field->value.integer = value.get_int64().value_unsafe();
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::STRING:
		field->type = BRABEION_TYPE_TEXT;
		return copy_text(reader, value.get_string().value_unsafe(), SIZE_MAX, &field->value.text);
	case dom::element_type::DOUBLE:
		brb_value_set_real(field, value.get_double().value_unsafe());
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::BOOL:
		field->type = BRABEION_TYPE_BOOL;
		field->value.boolean = value.get_bool().value_unsafe();
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::NULL_VALUE:
		field->type = BRABEION_TYPE_NULL;
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::UINT64:
		return BRB_CLI_EVENT_JSON_BAD;
	default:
		return take_nested(reader, value, field);
	}
}

outcome take_field(brb_cli_event_json *reader, string_view name, dom::element value)
{
	if (reader->field_count == fields_most || name.empty())
		return BRB_CLI_EVENT_JSON_BAD;
	brabeion_field field = {};
	outcome taken = take_value(reader, value, &field);
	if (taken == BRB_CLI_EVENT_JSON_EVENT)
		taken = copy_text(reader, name, name_bytes, &field.name);
	if (taken == BRB_CLI_EVENT_JSON_EVENT)
		reader->fields[reader->field_count++] = field;
	return taken;
}

/* A reserved key is only recorded, since a later one of the same name replaces it. */
outcome take_own(dom::element value, dom::element *own, bool *is_there)
{
	bool is_scalar = !value.is_array() && !value.is_object() && value.type() != dom::element_type::UINT64;
	*own = value;
	*is_there = true;
	return is_scalar ? BRB_CLI_EVENT_JSON_EVENT : BRB_CLI_EVENT_JSON_BAD;
}

outcome take_pair(brb_cli_event_json *reader, string_view key, dom::element value)
{
	if (key == "event")
		return take_own(value, &reader->event, &reader->has_event);
	if (key == "user")
		return take_own(value, &reader->user, &reader->has_user);
	if (key == "id")
		return take_own(value, &reader->id, &reader->has_id);
	if (key == "at")
		return take_own(value, &reader->at, &reader->has_at);
	return take_field(reader, key, value);
}

/* ---- the keys with a meaning of their own ---- */

/* Users and ids are texts; sites that number them may write the number. */
outcome read_name(brb_cli_event_json *reader, dom::element value, const char **copy)
{
	if (value.type() == dom::element_type::STRING)
		return copy_text(reader, value.get_string().value_unsafe(), user_bytes, copy);
	if (value.type() != dom::element_type::INT64)
		return BRB_CLI_EVENT_JSON_BAD;
	char text[24];
	std::to_chars_result result = std::to_chars(text, text + sizeof text, value.get_int64().value_unsafe());
	return copy_text(reader, string_view(text, static_cast<size_t>(result.ptr - text)), user_bytes, copy);
}

outcome read_event(brb_cli_event_json *reader, brabeion_event *event)
{
	if (!reader->has_event || reader->event.type() != dom::element_type::STRING)
		return BRB_CLI_EVENT_JSON_BAD;
	string_view name = reader->event.get_string().value_unsafe();
	if (name.empty() || name.substr(0, own_prefix.size()) == own_prefix)
		return BRB_CLI_EVENT_JSON_BAD;
	return copy_text(reader, name, name_bytes, &event->name);
}

outcome read_user(brb_cli_event_json *reader, brabeion_event *event)
{
	outcome taken = reader->has_user ? read_name(reader, reader->user, &event->user) : BRB_CLI_EVENT_JSON_BAD;
	return taken == BRB_CLI_EVENT_JSON_EVENT && !*event->user ? BRB_CLI_EVENT_JSON_BAD : taken;
}

outcome read_id(brb_cli_event_json *reader, brabeion_event *event)
{
	if (!reader->has_id || reader->id.is_null())
		return BRB_CLI_EVENT_JSON_EVENT;
	outcome taken = read_name(reader, reader->id, &event->id);
	if (taken == BRB_CLI_EVENT_JSON_EVENT && !*event->id)
		event->id = nullptr;
	return taken;
}

outcome read_at(brb_cli_event_json *reader, brabeion_event *event)
{
	if (!reader->has_at || reader->at.is_null())
		return BRB_CLI_EVENT_JSON_EVENT;
	if (reader->at.type() == dom::element_type::STRING) {
		string_view text = reader->at.get_string().value_unsafe();
		if (has_nul(text) || brabeion_time_parse(text.data(), &event->at_us) != BRABEION_OK)
			return BRB_CLI_EVENT_JSON_BAD;
		event->has_offset = brb_time_offset(text.data(), &event->offset_minutes);
		event->at_is_exact = true;
	} else if (reader->at.type() == dom::element_type::INT64) {
		event->at_us = reader->at.get_int64().value_unsafe();
		if (brb_time_wrong_unit(event->at_us, nullptr))
			return BRB_CLI_EVENT_JSON_BAD;
	} else {
		return BRB_CLI_EVENT_JSON_BAD;
	}
	event->has_at = true;
	return event->at_us < BRB_TIME_FIRST_US || event->at_us > BRB_TIME_LAST_US ? BRB_CLI_EVENT_JSON_BAD
										   : BRB_CLI_EVENT_JSON_EVENT;
}

outcome keep_fields(brb_cli_event_json *reader, brabeion_event *event)
{
	size_t size = reader->field_count * sizeof *reader->fields;
	if (size == 0)
		return BRB_CLI_EVENT_JSON_EVENT;
	brabeion_field *fields = static_cast<brabeion_field *>(brb_arena_take(reader->arena, size));
	if (!fields)
		return BRB_CLI_EVENT_JSON_MEMORY;
	memcpy(fields, reader->fields, size);
	event->fields = fields;
	event->field_count = reader->field_count;
	return BRB_CLI_EVENT_JSON_EVENT;
}

/* ---- lines ---- */

outcome read_object(brb_cli_event_json *reader, dom::object object, brabeion_event *event)
{
	outcome taken = BRB_CLI_EVENT_JSON_EVENT;
	for (dom::key_value_pair pair : object)
		if ((taken = take_pair(reader, pair.key, pair.value)) != BRB_CLI_EVENT_JSON_EVENT)
			return taken;
	for (auto step : { read_event, read_user, read_id, read_at, keep_fields })
		if ((taken = step(reader, event)) != BRB_CLI_EVENT_JSON_EVENT)
			return taken;
	return taken;
}

outcome read_line(brb_cli_event_json *reader, const char *line, size_t size, brabeion_event *event)
{
	dom::element root;
	if (string_view(line, size).substr(0, 3) == "\xEF\xBB\xBF") /* later simdjsons pass over it */
		return BRB_CLI_EVENT_JSON_BAD;
	simdjson::error_code error = reader->parser.parse(line, size, false).get(root);
	if (error == simdjson::MEMALLOC)
		return BRB_CLI_EVENT_JSON_MEMORY;
	if (error || !root.is_object())
		return BRB_CLI_EVENT_JSON_BAD;
	return read_object(reader, root.get_object().value_unsafe(), event);
}

/* Why the line is bad. The library must refuse it, too: a test compares the two readers. */
outcome explain(brb_cli_event_json *reader, const char *line, size_t size,
		char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES])
{
	brabeion_event event;
	brabeion_event_init(&event);
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brabeion_event_read_json(line, size, reader->explained, &event, &error);
	snprintf(message, BRB_CLI_EVENT_JSON_MESSAGE_BYTES, "%s", error.message ? error.message : "not valid JSON");
	brabeion_error_finish(&error);
	brabeion_event_memory_reset(reader->explained);
	return status == BRABEION_NO_MEMORY ? BRB_CLI_EVENT_JSON_MEMORY : BRB_CLI_EVENT_JSON_BAD;
}

/* Room for the usual line, and for two levels more than are allowed, so that write_value() sees them. */
bool make_parser(brb_cli_event_json *reader)
{
	reader->parser = dom::parser(BRB_CLI_EVENT_JSON_LINE_BYTES);
	return reader->parser.allocate(usual_line_bytes, depth_most + 2) == simdjson::SUCCESS;
}

} // namespace

brb_cli_event_json *brb_cli_event_json_open(void)
{
	brb_cli_event_json *reader = new (std::nothrow) brb_cli_event_json();
	if (reader && make_parser(reader) &&
	    brabeion_event_memory_open(nullptr, &reader->explained, nullptr) == BRABEION_OK)
		return reader;
	brb_cli_event_json_close(reader);
	return nullptr;
}

void brb_cli_event_json_close(brb_cli_event_json *reader)
{
	if (!reader)
		return;
	brabeion_event_memory_close(reader->explained);
	brb_builder_finish(&reader->nested);
	delete reader;
}

brb_cli_event_json_outcome brb_cli_event_json_read(brb_cli_event_json *reader, const char *line, size_t size,
						   brb_arena *arena, brabeion_event *event,
						   char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES])
{
	reader->has_event = reader->has_user = reader->has_id = reader->has_at = false;
	reader->field_count = 0;
	reader->arena = arena;
	brabeion_event read;
	brabeion_event_init(&read);
	outcome taken =
		size > BRB_CLI_EVENT_JSON_LINE_BYTES ? BRB_CLI_EVENT_JSON_BAD : read_line(reader, line, size, &read);
	if (size > usual_line_bytes && !make_parser(reader))
		return BRB_CLI_EVENT_JSON_MEMORY;
	if (taken == BRB_CLI_EVENT_JSON_BAD)
		return explain(reader, line, size, message);
	if (taken == BRB_CLI_EVENT_JSON_EVENT)
		*event = read;
	return taken;
}
