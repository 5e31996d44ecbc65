/*
 * store/state: see state.h.
 *
 * Reading is our own, not SQLite's json_each: that gives a real as SQLite's conversion has it, which may be off by a
 * bit, and nested JSON as it would write it; a judgement must not turn out otherwise for being late.
 */
#include "store/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/number.h"
#include "base/value.h"

enum { DEPTH_MOST = 2000 }; /* JSON_MAX_DEPTH of SQLite's json.c */

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static brabeion_status write_json(brb_json *json, const brabeion_field *field, brabeion_error *error)
{
	if (!brb_state_is_nested_json(field->value.text))
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

/* A name that comes again says what counts: readers of JSON differ about which of two they take. */
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

/* ---- what JSON is: each answers where it ends, NULL when it is not there ----------------------------------------- */

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\n\r");
}

static const char *skip_text(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at != '"'; at++) {
		if ((unsigned char)*at < 0x20) /* the end, too */
			return NULL;
		if (*at != '\\')
			continue;
		at++;
		if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") >= 4)
			at += 4;
		else if (!*at || !strchr("\"\\/bfnrt", *at))
			return NULL;
	}
	return at + 1;
}

static const char *skip_word(const char *at, const char *word)
{
	size_t length = strlen(word);
	return strncmp(at, word, length) == 0 ? at + length : NULL;
}

static const char *skip_scalar(const char *at)
{
	switch (*at) {
	case '"':
		return skip_text(at);
	case 't':
		return skip_word(at, "true");
	case 'f':
		return skip_word(at, "false");
	case 'n':
		return skip_word(at, "null");
	default:
		return brb_number_read(at).end;
	}
}

/* To the value of a name. */
static const char *skip_name(const char *at)
{
	at = skip_text(skip_space(at));
	if (!at)
		return NULL;
	at = skip_space(at);
	return *at == ':' ? skip_space(at + 1) : NULL;
}

/* What stands between two values: closes what ends here, and goes on to the next value; *depth is 0 at the end. */
static const char *skip_between(const char *at, const char *open, size_t *depth)
{
	while (*depth) {
		at = skip_space(at);
		bool object = open[*depth - 1] == '{';
		if (*at == ',')
			return object ? skip_name(at + 1) : skip_space(at + 1);
		if (*at != (object ? '}' : ']'))
			return NULL;
		at++;
		--*depth;
	}
	return at;
}

static const char *skip_nested(const char *at)
{
	char open[DEPTH_MOST];
	size_t depth = 0;
	do {
		if (*at != '{' && *at != '[') {
			at = skip_scalar(at);
		} else {
			if (depth == DEPTH_MOST)
				return NULL;
			bool object = *at == '{';
			open[depth++] = *at;
			at = skip_space(at + 1);
			if (*at != (object ? '}' : ']')) {
				at = object ? skip_name(at) : at;
				continue;
			}
		}
		at = at ? skip_between(at, open, &depth) : NULL;
	} while (at && depth);
	return at;
}

bool brb_state_is_nested_json(const char *text)
{
	text = skip_space(text);
	const char *end = *text == '{' || *text == '[' ? skip_nested(text) : NULL;
	return end && !*skip_space(end);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct state_reader {
	const char *text;
	const char *at;
	brb_arena *arena;
	brabeion_error *error;
} state_reader;

static bool refuse(state_reader *reader, const char *what)
{
	brb_status_set(reader->error, BRABEION_INVALID, "%s at byte %zu", what,
		       (size_t)(reader->at - reader->text) + 1);
	return false;
}

static unsigned long read_hex(const char *at)
{
	char digits[5] = { at[0], at[1], at[2], at[3], '\0' };
	return strtoul(digits, NULL, 16);
}

/* Writes a code point as UTF-8. */
static char *put_utf8(char *to, unsigned long code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xf0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

/* The escape at *at, behind its backslash; false for half a surrogate pair and for NUL, which no text here holds. */
static bool unescape(const char **at, char **to)
{
	static const char letters[] = "b\bf\fn\nr\rt\t";
	const char *from = *at;
	if (*from != 'u') {
		const char *letter = strchr(letters, *from);
		*(*to)++ = letter ? letter[1] : *from;
		*at = from + 1;
		return true;
	}
	unsigned long code = read_hex(from + 1);
	from += 5;
	if (code >= 0xd800 && code < 0xdc00 && from[0] == '\\' && from[1] == 'u') {
		unsigned long low = read_hex(from + 2);
		if (low < 0xdc00 || low > 0xdfff)
			return false;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		from += 6;
	}
	if (!code || (code >= 0xd800 && code < 0xe000))
		return false;
	*to = put_utf8(*to, code);
	*at = from;
	return true;
}

static bool read_text(state_reader *reader, const char **text)
{
	const char *end = skip_text(reader->at);
	if (!end)
		return refuse(reader, "no JSON text");
	const char *at = reader->at + 1, *last = end - 1;
	char *copy = brb_arena_take(reader->arena,
				    (size_t)(last - at) + 1); /* an escape is longer than what it stands for */
	char *to = copy;
	if (!copy)
		return brb_status_no_memory(reader->error), false;
	while (at < last) {
		const char *escape = memchr(at, '\\', (size_t)(last - at));
		size_t plain = (size_t)((escape ? escape : last) - at);
		memcpy(to, at, plain);
		to += plain;
		at += plain + (escape ? 1 : 0);
		if (escape && !unescape(&at, &to))
			return refuse(reader, "half a character");
	}
	*to = '\0';
	*text = copy;
	reader->at = end;
	return true;
}

static bool read_number(state_reader *reader, brabeion_field *field)
{
	brb_number number = brb_number_read(reader->at);
	if (number.kind == BRB_NUMBER_MALFORMED)
		return refuse(reader, "no JSON value");
	if (number.kind == BRB_NUMBER_OUT_OF_RANGE && !isfinite(number.real))
		return refuse(reader, "a number beyond all bounds");
	field->type = number.kind == BRB_NUMBER_INTEGER ? BRABEION_TYPE_INT : BRABEION_TYPE_REAL;
	if (number.kind == BRB_NUMBER_INTEGER)
		field->value.integer = number.integer;
	else
		field->value.real = number.real;
	reader->at = number.end;
	return true;
}

static bool read_nested(state_reader *reader, brabeion_field *field)
{
	const char *end = skip_nested(reader->at);
	if (!end)
		return refuse(reader, "no JSON value");
	field->type = BRABEION_TYPE_JSON;
	field->value.text = brb_arena_copy_length(reader->arena, reader->at, (size_t)(end - reader->at));
	reader->at = end;
	return field->value.text || (brb_status_no_memory(reader->error), false);
}

static bool read_word(state_reader *reader, brabeion_field *field)
{
	const char *end = skip_scalar(reader->at);
	if (!end)
		return refuse(reader, "no JSON value");
	field->type = *reader->at == 'n' ? BRABEION_TYPE_NULL : BRABEION_TYPE_BOOL;
	field->value.integer = 0;
	if (field->type == BRABEION_TYPE_BOOL)
		field->value.boolean = *reader->at == 't';
	reader->at = end;
	return true;
}

static bool read_value(state_reader *reader, brabeion_field *field)
{
	switch (*reader->at) {
	case '"':
		field->type = BRABEION_TYPE_TEXT;
		return read_text(reader, &field->value.text);
	case '{':
	case '[':
		return read_nested(reader, field);
	case 't':
	case 'f':
	case 'n':
		return read_word(reader, field);
	default:
		return read_number(reader, field);
	}
}

static bool read_field(state_reader *reader, brabeion_field *field)
{
	reader->at = skip_space(reader->at);
	if (!read_text(reader, &field->name))
		return false;
	reader->at = skip_space(reader->at);
	if (*reader->at != ':')
		return refuse(reader, "no colon");
	reader->at = skip_space(reader->at + 1);
	if (!read_value(reader, field))
		return false;
	reader->at = skip_space(reader->at);
	return true;
}

static bool read_fields(state_reader *reader, brabeion_field *fields, size_t *count)
{
	reader->at = skip_space(reader->at);
	if (*reader->at != '{')
		return refuse(reader, "no JSON object");
	reader->at = skip_space(reader->at + 1);
	bool more = *reader->at != '}';
	while (more) {
		if (*count == BRB_FIELDS_MOST)
			return refuse(reader, "more than 256 fields");
		if (!read_field(reader, &fields[(*count)++]))
			return false;
		more = *reader->at == ',';
		reader->at += more;
	}
	if (*reader->at != '}')
		return refuse(reader, "no end of the JSON object");
	reader->at = skip_space(reader->at + 1);
	return !*reader->at || refuse(reader, "something behind the JSON object");
}

brabeion_status brb_state_read(const char *text, brb_arena *arena, const brabeion_field **fields, size_t *count,
			       brabeion_error *error)
{
	brabeion_field read[BRB_FIELDS_MOST];
	size_t read_count = 0;
	state_reader reader = { .text = text, .at = text, .arena = arena, .error = error };
	if (!brb_text_is_utf8(text, strlen(text)))
		return brb_status_set(error, BRABEION_INVALID, "text that is not UTF-8");
	if (!read_fields(&reader, read, &read_count))
		return error->status;
	brabeion_field *copy = brb_arena_take(arena, (read_count + 1) * sizeof *copy);
	if (!copy)
		return brb_status_no_memory(error);
	memcpy(copy, read, read_count * sizeof *copy);
	*fields = copy;
	*count = read_count;
	return BRABEION_OK;
}
