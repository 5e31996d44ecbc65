/*
 * cli/input/event_json: simdjson behind a small C interface, the one C++ file.
 *
 * simdjson's DOM parser checks the whole line before anything of it is looked at. The parser is used again for every
 * line, so a line costs no allocation: its texts are copied once, into the batch's arena, which also gives them the
 * NUL that C wants. A number's and a nested value's text is written here.
 *
 * Neither exceptions nor C++ types leave this file.
 */
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include "cli/input/event_json.h"
#include "cli/support/numbers.h"

#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

namespace dom = simdjson::dom;
using std::string_view;

static_assert(BRB_CLI_EVENT_JSON_DEPTH == 64, "the message in write_nested() names it");
static_assert(BRB_CLI_EVENT_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads this far behind a line");

namespace
{

constexpr size_t usual_line_bytes = 64 * 1024; /* a parser grown for a longer line is shrunk again after it */
constexpr size_t name_bytes = 100;             /* of events and fields: brabeion/engine.h */
constexpr string_view own_prefix = "brabeion.";
constexpr size_t user_bytes = 255;                  /* of users and event ids: likewise */
constexpr int64_t first_at_us = -62167219200000000; /* 0000-01-01T00:00:00Z */
constexpr int64_t last_at_us = 253402300799999999;  /* 9999-12-31T23:59:59.999999Z */

using verdict = brb_cli_event_json_outcome;

} // namespace

struct brb_cli_event_json {
	dom::parser parser{ BRB_CLI_EVENT_JSON_LINE_BYTES };
	dom::element event, user, id, at;
	bool has_event, has_user, has_id, has_at;
	size_t field_count;
	brabeion_field fields[BRB_CLI_EVENT_JSON_FIELDS];
	brb_cli_arena *arena;
	char *message;
	size_t line_size;
	std::unique_ptr<char[]> nested; /* where the text of an array or object is written before its size is known */
	size_t nested_size = 0;

	char *nested_text(size_t room)
	{
		if (room > nested_size) {
			nested.reset(new (std::nothrow) char[room]);
			nested_size = nested ? room : 0;
		}
		return nested.get();
	}
};

namespace
{

__attribute__((format(printf, 2, 3))) verdict bad(brb_cli_event_json *wire, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(wire->message, BRB_CLI_EVENT_JSON_MESSAGE_BYTES, format, arguments);
	va_end(arguments);
	return BRB_CLI_EVENT_JSON_BAD;
}

/* As much of a name as a message wants, cut between characters. */
struct excerpt {
	int size;
	const char *text;

	explicit excerpt(string_view name) : size(0), text(name.data())
	{
		size_t end = name.size();
		if (end > 60)
			for (end = 60; end > 0 && (name[end] & 0xC0) == 0x80; end--)
				;
		size = static_cast<int>(end);
	}
};

bool has_nul(string_view text)
{
	return memchr(text.data(), '\0', text.size()) != nullptr;
}

/* ---- what simdjson refuses, in our words ---- */

verdict parse_fault(brb_cli_event_json *wire, const char *line, simdjson::error_code error)
{
	switch (error) {
	case simdjson::MEMALLOC:
		return BRB_CLI_EVENT_JSON_MEMORY;
	case simdjson::UTF8_ERROR:
		return bad(wire, "not valid UTF-8");
	case simdjson::NUMBER_ERROR:
		return bad(wire, "%s", brb_cli_numbers_fault(line, wire->line_size));
	case simdjson::STRING_ERROR:
		return bad(wire, "a malformed escape in a text, or a surrogate without its other half");
	case simdjson::UNESCAPED_CHARS:
		return bad(wire, "a control character in a text must be written as an escape");
	case simdjson::UNCLOSED_STRING:
		return bad(wire, "a text is not closed with \"");
	case simdjson::DEPTH_ERROR:
		return bad(wire, "nested deeper than %d levels", BRB_CLI_EVENT_JSON_DEPTH);
	case simdjson::EMPTY:
		return bad(wire, "no JSON object");
	case simdjson::T_ATOM_ERROR:
	case simdjson::F_ATOM_ERROR:
	case simdjson::N_ATOM_ERROR:
		return bad(wire, "not valid JSON: a word that is none of true, false and null");
	default:
		return bad(wire, "not valid JSON");
	}
}

/* ---- nested values, as JSON text without spaces ---- */

struct writer {
	char *at;
	char *end;
	int depth;         /* of the arrays and objects around */
	const char *fault; /* why it stopped; NULL: it went well */

	void put(const char *text, size_t size)
	{
		if (size > static_cast<size_t>(end - at)) {
			fault = "a nested value is too large";
			return;
		}
		memcpy(at, text, size);
		at += size;
	}

	void put(char character)
	{
		put(&character, 1);
	}
};

void write_value(writer &writer, dom::element value);

/* The letter of a character's two-character escape, 0 if it has none. */
char escape_letter(char character)
{
	switch (character) {
	case '"':
	case '\\':
		return character;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

/* No escape is longer than the one that the line must have had for the same character. */
void write_text(writer &writer, string_view text)
{
	static const char digits[] = "0123456789abcdef";
	if (has_nul(text))
		writer.fault = "NUL (\\u0000) in a text";
	writer.put('"');
	for (char character : text) {
		unsigned char byte = static_cast<unsigned char>(character);
		if (char letter = escape_letter(character)) {
			writer.put('\\');
			writer.put(letter);
		} else if (byte < 0x20) {
			char escape[6] = { '\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15] };
			writer.put(escape, sizeof escape);
		} else {
			writer.put(character);
		}
	}
	writer.put('"');
}

/* The shortest text that reads back as the same number; it stays a real number: 100.0, not 100. */
void write_real(writer &writer, double value)
{
	char text[40];
	std::to_chars_result result = std::to_chars(text, text + sizeof text, value);
	size_t size = static_cast<size_t>(result.ptr - text);
	writer.put(text, size);
	if (!memchr(text, '.', size) && !memchr(text, 'e', size))
		writer.put(".0", 2);
}

void write_integer(writer &writer, int64_t value)
{
	char text[24];
	std::to_chars_result result = std::to_chars(text, text + sizeof text, value);
	writer.put(text, static_cast<size_t>(result.ptr - text));
}

void write_array(writer &writer, dom::array array)
{
	char before = '[';
	for (dom::element value : array) {
		writer.put(before);
		write_value(writer, value);
		if (writer.fault)
			return;
		before = ',';
	}
	if (before == '[')
		writer.put('[');
	writer.put(']');
}

void write_object(writer &writer, dom::object object)
{
	char before = '{';
	for (dom::key_value_pair pair : object) {
		writer.put(before);
		write_text(writer, pair.key);
		writer.put(':');
		write_value(writer, pair.value);
		if (writer.fault)
			return;
		before = ',';
	}
	if (before == '{')
		writer.put('{');
	writer.put('}');
}

/* simdjson bounds the depth as well, but does not count an empty value at the bottom. */
void write_nested(writer &writer, dom::element value)
{
	if (++writer.depth > BRB_CLI_EVENT_JSON_DEPTH)
		writer.fault = "nested deeper than 64 levels";
	else if (value.is_array())
		write_array(writer, value.get_array().value_unsafe());
	else
		write_object(writer, value.get_object().value_unsafe());
	writer.depth--;
}

void write_value(writer &writer, dom::element value)
{
	switch (value.type()) {
	case dom::element_type::ARRAY:
	case dom::element_type::OBJECT:
		return write_nested(writer, value);
	case dom::element_type::INT64:
		return write_integer(writer, value.get_int64().value_unsafe());
	case dom::element_type::UINT64:
		writer.fault = "number out of range";
		return;
	case dom::element_type::DOUBLE:
		return write_real(writer, value.get_double().value_unsafe());
	case dom::element_type::STRING:
		return write_text(writer, value.get_string().value_unsafe());
	case dom::element_type::BOOL:
		return value.get_bool().value_unsafe() ? writer.put("true", 4) : writer.put("false", 5);
	case dom::element_type::NULL_VALUE:
		return writer.put("null", 4);
	}
}

/* ---- state ---- */

/* Written without spaces a value grows only where a real number does, to less than twice its size. */
verdict take_nested(brb_cli_event_json *wire, string_view name, dom::element value, brabeion_field *field)
{
	size_t room = 2 * wire->line_size + 64;
	char *text = wire->nested_text(room);
	if (!text)
		return BRB_CLI_EVENT_JSON_MEMORY;
	writer writer = { text, text + room - 1, 1, nullptr };
	write_value(writer, value);
	if (writer.fault)
		return bad(wire, "%.*s: %s", excerpt(name).size, name.data(), writer.fault);
	field->type = BRABEION_TYPE_JSON;
	field->value.text = brb_cli_arena_text(wire->arena, text, static_cast<size_t>(writer.at - text));
	return field->value.text ? BRB_CLI_EVENT_JSON_EVENT : BRB_CLI_EVENT_JSON_MEMORY;
}

verdict take_text(brb_cli_event_json *wire, string_view name, string_view text, brabeion_field *field)
{
	if (has_nul(text))
		return bad(wire, "%.*s: NUL (\\u0000) in a text", excerpt(name).size, name.data());
	field->type = BRABEION_TYPE_TEXT;
	field->value.text = brb_cli_arena_text(wire->arena, text.data(), text.size());
	return field->value.text ? BRB_CLI_EVENT_JSON_EVENT : BRB_CLI_EVENT_JSON_MEMORY;
}

verdict take_value(brb_cli_event_json *wire, string_view name, dom::element value, brabeion_field *field)
{
	switch (value.type()) {
	case dom::element_type::INT64:
		field->type = BRABEION_TYPE_INT;
		field->value.integer = value.get_int64().value_unsafe();
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::STRING:
		return take_text(wire, name, value.get_string().value_unsafe(), field);
	case dom::element_type::DOUBLE:
		field->type = BRABEION_TYPE_REAL;
		field->value.real = value.get_double().value_unsafe();
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::BOOL:
		field->type = BRABEION_TYPE_BOOL;
		field->value.boolean = value.get_bool().value_unsafe();
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::NULL_VALUE:
		field->type = BRABEION_TYPE_NULL;
		return BRB_CLI_EVENT_JSON_EVENT;
	case dom::element_type::UINT64:
		return bad(wire, "%.*s: number out of range", excerpt(name).size, name.data());
	default:
		return take_nested(wire, name, value, field);
	}
}

verdict take_field(brb_cli_event_json *wire, string_view name, dom::element value)
{
	if (wire->field_count == BRB_CLI_EVENT_JSON_FIELDS)
		return bad(wire, "more than %d keys of state", BRB_CLI_EVENT_JSON_FIELDS);
	if (name.empty())
		return bad(wire, "an empty key");
	if (has_nul(name))
		return bad(wire, "NUL (\\u0000) in a key");
	if (name.size() > name_bytes)
		return bad(wire, "a key longer than %zu bytes: %.*s...", name_bytes, excerpt(name).size, name.data());
	brabeion_field field = {};
	verdict outcome = take_value(wire, name, value, &field);
	if (outcome != BRB_CLI_EVENT_JSON_EVENT)
		return outcome;
	field.name = brb_cli_arena_text(wire->arena, name.data(), name.size());
	if (!field.name)
		return BRB_CLI_EVENT_JSON_MEMORY;
	wire->fields[wire->field_count++] = field;
	return BRB_CLI_EVENT_JSON_EVENT;
}

/* A key with a meaning of its own is only remembered: should it come again, the later one counts. */
verdict take_pair(brb_cli_event_json *wire, string_view key, dom::element value)
{
	if (key == "event") {
		wire->event = value;
		wire->has_event = true;
	} else if (key == "user") {
		wire->user = value;
		wire->has_user = true;
	} else if (key == "id") {
		wire->id = value;
		wire->has_id = true;
	} else if (key == "at") {
		wire->at = value;
		wire->has_at = true;
	} else {
		return take_field(wire, key, value);
	}
	return BRB_CLI_EVENT_JSON_EVENT;
}

/* ---- the keys with a meaning of their own ---- */

const char *kind(dom::element value)
{
	switch (value.type()) {
	case dom::element_type::ARRAY:
		return "an array";
	case dom::element_type::OBJECT:
		return "an object";
	case dom::element_type::INT64:
		return "an integer";
	case dom::element_type::UINT64:
		return "a number out of range";
	case dom::element_type::DOUBLE:
		return "a number with a fraction or exponent";
	case dom::element_type::STRING:
		return "a text";
	case dom::element_type::BOOL:
		return "true or false";
	case dom::element_type::NULL_VALUE:
		return "null";
	}
	return "something else";
}

verdict copy_text(brb_cli_event_json *wire, const char *key, string_view text, size_t limit, const char **copy)
{
	if (has_nul(text))
		return bad(wire, "%s: NUL (\\u0000) in a text", key);
	if (text.size() > limit)
		return bad(wire, "%s: longer than %zu bytes", key, limit);
	*copy = brb_cli_arena_text(wire->arena, text.data(), text.size());
	return *copy ? BRB_CLI_EVENT_JSON_EVENT : BRB_CLI_EVENT_JSON_MEMORY;
}

/* Users and ids are texts; sites that number them may write the number. */
verdict read_name(brb_cli_event_json *wire, const char *key, dom::element value, const char **copy)
{
	if (value.type() == dom::element_type::STRING)
		return copy_text(wire, key, value.get_string().value_unsafe(), user_bytes, copy);
	if (value.type() == dom::element_type::UINT64)
		return bad(wire, "%s: number out of range", key);
	if (value.type() != dom::element_type::INT64)
		return bad(wire, "%s: expected a text or an integer, not %s", key, kind(value));
	char text[24];
	std::to_chars_result result = std::to_chars(text, text + sizeof text, value.get_int64().value_unsafe());
	return copy_text(wire, key, string_view(text, static_cast<size_t>(result.ptr - text)), user_bytes, copy);
}

verdict read_event(brb_cli_event_json *wire, brabeion_event *event)
{
	if (!wire->has_event)
		return bad(wire, "no \"event\"");
	if (wire->event.type() != dom::element_type::STRING)
		return bad(wire, "event: expected a text, not %s", kind(wire->event));
	string_view name = wire->event.get_string().value_unsafe();
	if (name.empty())
		return bad(wire, "event: empty");
	if (name.substr(0, own_prefix.size()) == own_prefix) /* the engine would refuse it, but only at the commit */
		return bad(wire, "event: names beginning with \"brabeion.\" are the engine's own");
	return copy_text(wire, "event", name, name_bytes, &event->name);
}

verdict read_user(brb_cli_event_json *wire, brabeion_event *event)
{
	if (!wire->has_user)
		return bad(wire, "no \"user\"");
	verdict outcome = read_name(wire, "user", wire->user, &event->user);
	if (outcome == BRB_CLI_EVENT_JSON_EVENT && event->user[0] == '\0')
		return bad(wire, "user: empty");
	return outcome;
}

verdict read_id(brb_cli_event_json *wire, brabeion_event *event)
{
	if (!wire->has_id || wire->id.is_null())
		return BRB_CLI_EVENT_JSON_EVENT;
	verdict outcome = read_name(wire, "id", wire->id, &event->id);
	if (outcome == BRB_CLI_EVENT_JSON_EVENT && event->id[0] == '\0')
		event->id = nullptr;
	return outcome;
}

/* Texts in simdjson's document end with NUL, so they can be handed on as they are. */
verdict read_at(brb_cli_event_json *wire, brabeion_event *event)
{
	if (!wire->has_at || wire->at.is_null())
		return BRB_CLI_EVENT_JSON_EVENT;
	if (wire->at.type() == dom::element_type::STRING) {
		string_view text = wire->at.get_string().value_unsafe();
		if (has_nul(text) || brabeion_time_parse(text.data(), &event->at_us) != BRABEION_OK)
			return bad(wire, "at: expected a time such as 2014-01-21T20:26:05Z, not \"%.*s\"",
				   excerpt(text).size, text.data());
	} else if (wire->at.type() == dom::element_type::INT64) {
		event->at_us = wire->at.get_int64().value_unsafe();
	} else if (wire->at.type() == dom::element_type::UINT64) {
		return bad(wire, "at: number out of range");
	} else {
		return bad(wire, "at: expected RFC 3339 text or integer microseconds, not %s", kind(wire->at));
	}
	if (event->at_us < first_at_us || event->at_us > last_at_us)
		return bad(wire, "at: beyond the years 0000 to 9999");
	event->has_at = true;
	return BRB_CLI_EVENT_JSON_EVENT;
}

verdict keep_fields(brb_cli_event_json *wire, brabeion_event *event)
{
	size_t size = wire->field_count * sizeof *wire->fields;
	if (size == 0)
		return BRB_CLI_EVENT_JSON_EVENT;
	brabeion_field *fields = static_cast<brabeion_field *>(brb_cli_arena_take(wire->arena, size));
	if (!fields)
		return BRB_CLI_EVENT_JSON_MEMORY;
	memcpy(fields, wire->fields, size);
	event->fields = fields;
	event->field_count = wire->field_count;
	return BRB_CLI_EVENT_JSON_EVENT;
}

verdict read_object(brb_cli_event_json *wire, dom::object object, brabeion_event *event)
{
	for (dom::key_value_pair pair : object) {
		verdict outcome = take_pair(wire, pair.key, pair.value);
		if (outcome != BRB_CLI_EVENT_JSON_EVENT)
			return outcome;
	}
	verdict (*const steps[])(brb_cli_event_json *, brabeion_event *) = { read_event, read_user, read_id, read_at,
									     keep_fields };
	for (auto step : steps) {
		verdict outcome = step(wire, event);
		if (outcome != BRB_CLI_EVENT_JSON_EVENT)
			return outcome;
	}
	return BRB_CLI_EVENT_JSON_EVENT;
}

verdict read_line(brb_cli_event_json *wire, const char *line, brabeion_event *event)
{
	dom::element root;
	simdjson::error_code error = wire->parser.parse(line, wire->line_size, false).get(root);
	if (error)
		return parse_fault(wire, line, error);
	dom::object object;
	if (root.get_object().get(object))
		return bad(wire, "expected a JSON object, not %s", kind(root));
	return read_object(wire, object, event);
}

/* The parser takes a level more than the bound, so that write_nested() can say which key is too deep. */
bool make_parser(brb_cli_event_json *wire)
{
	wire->parser = dom::parser(BRB_CLI_EVENT_JSON_LINE_BYTES);
	return wire->parser.allocate(usual_line_bytes, BRB_CLI_EVENT_JSON_DEPTH + 2) == simdjson::SUCCESS;
}

} // namespace

brb_cli_event_json *brb_cli_event_json_open(void)
{
	brb_cli_event_json *wire = new (std::nothrow) brb_cli_event_json;
	if (wire && !make_parser(wire)) {
		delete wire;
		return nullptr;
	}
	return wire;
}

void brb_cli_event_json_close(brb_cli_event_json *wire)
{
	delete wire;
}

brb_cli_event_json_outcome brb_cli_event_json_read(brb_cli_event_json *wire, const char *line, size_t size,
						   brb_cli_arena *arena, brabeion_event *event,
						   char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES])
{
	wire->has_event = wire->has_user = wire->has_id = wire->has_at = false;
	wire->field_count = 0;
	wire->arena = arena;
	wire->message = message;
	wire->line_size = size;
	if (size > BRB_CLI_EVENT_JSON_LINE_BYTES)
		return bad(wire, "line longer than 1 MiB");
	brabeion_event read = {};
	verdict outcome = read_line(wire, line, &read);
	if (size > usual_line_bytes && !make_parser(wire))
		return BRB_CLI_EVENT_JSON_MEMORY;
	if (outcome == BRB_CLI_EVENT_JSON_EVENT)
		*event = read;
	return outcome;
}
