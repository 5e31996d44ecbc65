/*
 * base/json_read: see json_read.h.
 */
#include "base/json_read.h"

#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/number.h"
#include "base/utf8.h"

static const char half_a_character[] = "a malformed escape in a text, or a surrogate without its other half";

static bool refuse(const brb_json_reader *reader, const char *at, const char *what)
{
	if (reader->error)
		brb_status_set(reader->error, BRABEION_INVALID, "%s at byte %zu", what,
			       (size_t)(at - reader->text) + 1);
	return false;
}

static void skip_space(brb_json_reader *reader)
{
	reader->at += strspn(reader->at, " \t\n\r");
}

/* ---- texts ---- */

/* Reads four hex digits. False: there are none. */
static bool read_hex(const char *at, uint32_t *code)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	*code = 0;
	for (int i = 0; i < 4; i++) {
		const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
		if (!digit)
			return false;
		*code = *code << 4 | ((uint32_t)(digit - digits) & 15);
	}
	return true;
}

/* Decodes the escape after a backslash into `to`. With `to` NULL it only checks, and accepts a lone surrogate (section 8.2). */
static bool read_escape(char **at, char **to)
{
	static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	uint32_t code, low;
	for (const char *letter = letters; *letter; letter += 2)
		if (**at == *letter) {
			++*at;
			if (*to)
				*(*to)++ = letter[1];
			return true;
		}
	if (**at != 'u' || !read_hex(*at + 1, &code))
		return false;
	*at += 5;
	if (!*to)
		return true;
	if (code >= 0xd800 && code < 0xdc00) {
		if ((*at)[0] != '\\' || (*at)[1] != 'u' || !read_hex(*at + 2, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		*at += 6;
	} else if (code >= 0xdc00 && code < 0xe000) {
		return false;
	}
	*to += brb_utf8_encode(code, *to);
	return true;
}

/* The bytes before the next quote, backslash or control character. */
static size_t plain_length(const char *at)
{
	size_t length = 0;
	while ((unsigned char)at[length] >= 0x20 && at[length] != '"' && at[length] != '\\')
		length++;
	return length;
}

/* Skips a text or, with `value`, decodes it in place: an escape is never shorter than its character. */
static bool read_text(brb_json_reader *reader, brb_json_value *value)
{
	char *at = reader->at + 1;
	char *to = value ? at : NULL;
	for (;;) {
		size_t plain = plain_length(at);
		if (to && to != at)
			memmove(to, at, plain);
		if (to)
			to += plain;
		at += plain;
		if (*at == '"')
			break;
		if (at == reader->end)
			return refuse(reader, reader->at, "a text is not closed with \"");
		if (*at != '\\')
			return refuse(reader, at, "a control character in a text must be written as an escape");
		char *escape = at++;
		if (!read_escape(&at, &to))
			return refuse(reader, escape, half_a_character);
	}
	if (value && to) {
		value->kind = BRB_JSON_TEXT;
		value->text = reader->at + 1;
		value->length = (size_t)(to - value->text);
		*to = '\0';
	}
	reader->at = at + 1;
	return true;
}

/* ---- other values ---- */

static bool read_word(brb_json_reader *reader, const char *word)
{
	size_t length = strlen(word);
	if (strncmp(reader->at, word, length) != 0)
		return refuse(reader, reader->at, "a word that is none of true, false and null");
	reader->at += length;
	return true;
}

static bool read_number(brb_json_reader *reader, brb_json_value *value)
{
	brb_number number = brb_number_read(reader->at);
	if (number.kind == BRB_NUMBER_MALFORMED)
		return refuse(reader, reader->at, "a malformed number");
	reader->at += number.end - reader->at;
	value->kind = number.kind == BRB_NUMBER_INTEGER ? BRB_JSON_INTEGER
		      : number.kind == BRB_NUMBER_REAL  ? BRB_JSON_REAL
							: BRB_JSON_OUT_OF_RANGE;
	value->integer = number.integer;
	value->real = number.real;
	return true;
}

/* A number, true, false or null. */
static bool read_plain(brb_json_reader *reader, brb_json_value *value)
{
	char first = *reader->at;
	if (first == '-' || (first >= '0' && first <= '9'))
		return read_number(reader, value);
	value->kind = first == 'n' ? BRB_JSON_NULL : BRB_JSON_BOOL;
	value->truth = first == 't';
	if (first == 't')
		return read_word(reader, "true");
	if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'))
		return read_word(reader, first == 'n' ? "null" : "false");
	return refuse(reader, reader->at, "expected a value");
}

/* Skips a key and its colon, or returns the key in `key`. */
static bool read_key(brb_json_reader *reader, brb_json_value *key)
{
	skip_space(reader);
	if (*reader->at != '"')
		return refuse(reader, reader->at, "expected a key in quotes");
	if (!read_text(reader, key))
		return false;
	skip_space(reader);
	if (*reader->at != ':')
		return refuse(reader, reader->at, "expected : after a key");
	reader->at++;
	skip_space(reader);
	return true;
}

/* ---- nested values ---- */

/* The closing bracket of each open array or object. */
typedef struct open_values {
	size_t depth;
	char ends[BRB_JSON_READ_DEPTH_MOST];
} open_values;

/* After a value: closes the arrays and objects that end here, and moves to the next value, if any. */
static bool read_between(brb_json_reader *reader, open_values *open)
{
	while (open->depth) {
		char end = open->ends[open->depth - 1];
		skip_space(reader);
		if (*reader->at == ',') {
			reader->at++;
			skip_space(reader);
			return end == ']' || read_key(reader, NULL);
		}
		if (*reader->at != end)
			return refuse(reader, reader->at, end == '}' ? "expected , or }" : "expected , or ]");
		reader->at++;
		open->depth--;
	}
	return true;
}

static bool open_value(brb_json_reader *reader, open_values *open, size_t depth_most)
{
	if (open->depth == depth_most) {
		char what[64];
		snprintf(what, sizeof what, "nested deeper than %zu levels", reader->depth_most);
		return refuse(reader, reader->at, what);
	}
	open->ends[open->depth++] = *reader->at == '{' ? '}' : ']';
	reader->at++;
	skip_space(reader);
	return true;
}

static bool skip_nested(brb_json_reader *reader, size_t depth_most)
{
	open_values open;
	brb_json_value ignored;
	open.depth = 0;
	do {
		bool is_read;
		if (*reader->at == '{' || *reader->at == '[') {
			if (!open_value(reader, &open, depth_most))
				return false;
			char end = open.ends[open.depth - 1];
			if (*reader->at != end) {
				if (end == '}' && !read_key(reader, NULL))
					return false;
				continue;
			}
			is_read = true;
		} else {
			is_read = *reader->at == '"' ? read_text(reader, NULL) : read_plain(reader, &ignored);
		}
		if (!is_read || !read_between(reader, &open))
			return false;
	} while (open.depth);
	return true;
}

static bool read_value(brb_json_reader *reader, brb_json_value *value)
{
	char first = *reader->at;
	if (first == '"')
		return read_text(reader, value);
	if (first != '{' && first != '[')
		return read_plain(reader, value);
	value->kind = first == '{' ? BRB_JSON_OBJECT : BRB_JSON_ARRAY;
	value->text = reader->at;
	if (!skip_nested(reader, reader->depth_most - 1))
		return false;
	value->length = (size_t)(reader->at - value->text);
	return true;
}

bool brb_json_is_nested(const char *text)
{
	text += strspn(text, " \t\n\r");
	brb_json_reader reader = { .at = (char *)(uintptr_t)text, .end = (char *)(uintptr_t)text + strlen(text) };
	if ((*text != '{' && *text != '[') || !skip_nested(&reader, BRB_JSON_READ_DEPTH_MOST))
		return false;
	skip_space(&reader);
	return reader.at == reader.end;
}

/* ---- the document ---- */

static bool is_utf8(const brb_json_reader *reader)
{
	const char *at = reader->text;
	while (at < reader->end) {
		size_t length = brb_utf8_length(at, (size_t)(reader->end - at));
		if (!length)
			return refuse(reader, at, "not valid UTF-8");
		at += length;
	}
	return true;
}

bool brb_json_read_begin(brb_json_reader *reader, char *text, size_t length, size_t depth_most, brabeion_error *error)
{
	*reader = (brb_json_reader){
		.text = text, .at = text, .end = text + length, .depth_most = depth_most, .error = error
	};
	if (!is_utf8(reader))
		return false;
	skip_space(reader);
	if (reader->at == reader->end)
		return brb_status_set(error, BRABEION_INVALID, "no JSON object"), false;
	if (*reader->at != '{')
		return refuse(reader, reader->at, "expected a JSON object");
	reader->at++;
	return true;
}

static bool read_end(brb_json_reader *reader)
{
	reader->at++;
	skip_space(reader);
	if (reader->at != reader->end)
		refuse(reader, reader->at, "something behind the JSON object");
	return false;
}

bool brb_json_read_pair(brb_json_reader *reader, brb_json_value *key, brb_json_value *value)
{
	skip_space(reader);
	if (*reader->at == '}')
		return read_end(reader);
	if (reader->begun && *reader->at != ',')
		return refuse(reader, reader->at, "expected , or }");
	reader->at += reader->begun;
	reader->begun = true;
	return read_key(reader, key) && read_value(reader, value);
}

/* ---- compact ---- */

static const char *compact_text(brb_json_reader *reader, brb_json *json)
{
	brb_json_value text = { 0 };
	if (!read_text(reader, &text))
		return half_a_character;
	if (!text.text || strlen(text.text) != text.length)
		return "NUL (\\u0000) in a text";
	brb_json_text(json, NULL, text.text);
	return NULL;
}

static const char *compact_number(brb_json_reader *reader, brb_json *json)
{
	brb_json_value number = { .kind = BRB_JSON_INTEGER };
	read_number(reader, &number);
	if (number.kind == BRB_JSON_OUT_OF_RANGE)
		return "number out of range";
	if (number.kind == BRB_JSON_INTEGER)
		brb_json_integer(json, NULL, number.integer);
	else
		brb_json_real(json, NULL, number.real);
	return NULL;
}

/* The text was checked before: only its contents can be refused here. */
const char *brb_json_read_compact(const brb_json_value *nested, brb_builder *compact)
{
	brb_json json = brb_json_into(compact, BRB_JSON_COMPACT);
	brb_json_reader reader = { .at = nested->text, .end = nested->text + nested->length };
	const char *fault = NULL;
	for (skip_space(&reader); reader.at < reader.end && !fault; skip_space(&reader)) {
		if (*reader.at == '"')
			fault = compact_text(&reader, &json);
		else if (*reader.at == '-' || (*reader.at >= '0' && *reader.at <= '9'))
			fault = compact_number(&reader, &json);
		else
			brb_builder_add_length(compact, reader.at++, 1);
	}
	return fault;
}
