/*
 * base/json_write: see json_write.h. Texts are copied in runs, up to the next byte to escape.
 */
#include "base/json_write.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

static void put(brb_json *json, const char *text, size_t length)
{
	json->write(json->context, text, length);
}

/* ---- texts ---- */

/* BRB_JSON_SHOWN writes \u0008 and \u000c in place of \b and \f. */
static void write_escape(brb_json *json, uint32_t code)
{
	static const char letters[] = "\"\"\\\\\nn\rr\tt\bb\ff";
	size_t count = json->style == BRB_JSON_SHOWN ? 10 : 14;
	char text[16];
	for (size_t i = 0; i < count; i += 2)
		if ((unsigned char)letters[i] == code) {
			put(json, (const char[]){ '\\', letters[i + 1] }, 2);
			return;
		}
	if (code > 0xffff) { /* a surrogate pair (RFC 8259, section 7) */
		put(json, text, (size_t)snprintf(text, sizeof text, "\\u%04" PRIx32, 0xd7c0 + (code >> 10)));
		code = 0xdc00 + (code & 0x3ff);
	}
	put(json, text, (size_t)snprintf(text, sizeof text, "\\u%04" PRIx32, code));
}

/* Within JSON text, quotes and escapes stay, and white space between values becomes blanks. */
static bool is_plain(const brb_json *json, unsigned char byte, bool is_document)
{
	if (byte == '"' || byte == '\\')
		return is_document;
	return byte >= 0x20 && (byte < 0x7f || json->style != BRB_JSON_SHOWN);
}

/* Writes one character that is not plain; `before` is the one in front of it, and becomes this. Returns its length in bytes. */
static size_t write_other(brb_json *json, const char *text, uint32_t *before, bool is_document)
{
	brb_utf8_shown shown = brb_utf8_show(text, *before);
	*before = shown.code;
	if (shown.escaped && shown.code == 0xfffd)
		put(json, "\xEF\xBF\xBD", 3);
	else if (is_document && shown.code < 0x20)
		put(json, " ", 1);
	else if (shown.escaped || shown.code < 0x7f)
		write_escape(json, shown.code);
	else
		put(json, text, shown.taken);
	return shown.taken;
}

static void write_characters(brb_json *json, const char *text, bool is_document)
{
	uint32_t before = 0;
	while (*text) {
		size_t plain = 0;
		while (is_plain(json, (unsigned char)text[plain], is_document))
			plain++;
		if (plain) {
			put(json, text, plain);
			before = (unsigned char)text[plain - 1];
		}
		text += plain;
		if (*text)
			text += write_other(json, text, &before, is_document);
	}
}

static void write_quoted(brb_json *json, const char *text)
{
	put(json, "\"", 1);
	write_characters(json, text ? text : "", false);
	put(json, "\"", 1);
}

/* ---- values ---- */

static void add_to_builder(void *context, const char *text, size_t length)
{
	brb_builder_add_length(context, text, length);
}

brb_json brb_json_into(brb_builder *builder, brb_json_style style)
{
	return (brb_json){ .write = add_to_builder, .context = builder, .style = style };
}

void brb_json_before(brb_json *json, const char *key)
{
	size_t spaced = json->style == BRB_JSON_SPACED;
	if (json->filled & 1)
		put(json, ", ", 1 + spaced);
	if (json->depth)
		json->filled |= 1;
	if (json->new_line)
		put(json, "\n", 1);
	json->new_line = false;
	if (!key)
		return;
	write_quoted(json, key);
	put(json, ": ", 1 + spaced);
}

static void begin(brb_json *json, const char *key, bool is_object)
{
	assert(json->depth < BRB_JSON_DEPTH_MOST);
	brb_json_before(json, key);
	put(json, is_object ? "{" : "[", 1);
	json->depth++;
	json->filled <<= 1;
	json->objects = json->objects << 1 | is_object;
}

void brb_json_object(brb_json *json, const char *key)
{
	begin(json, key, true);
}

void brb_json_array(brb_json *json, const char *key)
{
	begin(json, key, false);
}

void brb_json_end(brb_json *json)
{
	assert(json->depth > 0);
	put(json, json->objects & 1 ? "}" : "]", 1);
	json->depth--;
	json->filled >>= 1;
	json->objects >>= 1;
}

void brb_json_text(brb_json *json, const char *key, const char *text)
{
	brb_json_before(json, key);
	write_quoted(json, text);
}

void brb_json_integer(brb_json *json, const char *key, int64_t number)
{
	char text[24];
	brb_json_before(json, key);
	put(json, text, (size_t)snprintf(text, sizeof text, "%" PRId64, number));
}

void brb_json_real(brb_json *json, const char *key, double number)
{
	char text[BRB_NUMBER_BYTES];
	brb_json_before(json, key);
	brb_number_write(number, text);
	put(json, text, strlen(text));
	if (!strpbrk(text, ".e"))
		put(json, ".0", 2);
}

void brb_json_bool(brb_json *json, const char *key, bool truth)
{
	brb_json_before(json, key);
	put(json, truth ? "true" : "false", truth ? 4 : 5);
}

void brb_json_null(brb_json *json, const char *key)
{
	brb_json_before(json, key);
	put(json, "null", 4);
}

void brb_json_document(brb_json *json, const char *key, const char *document)
{
	brb_json_before(json, key);
	if (json->style == BRB_JSON_SHOWN)
		write_characters(json, document, true);
	else
		put(json, document, strlen(document));
}

void brb_json_new_line(brb_json *json)
{
	json->new_line = true;
}
