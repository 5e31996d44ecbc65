/*
 * base/utf8: see utf8.h. Well-formed byte sequences are those of the Unicode Standard, table 3-7.
 */
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t brb_utf8_length(const char *text, size_t left)
{
	const unsigned char *at = (const unsigned char *)text;
	unsigned char lead = at[0];
	if (lead < 0x80)
		return 1;
	size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	if (lead < 0xc2 || lead > 0xf4 || left < length)
		return 0;
	unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	if (at[1] < least || at[1] > most)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t brb_utf8_decode(const char *text, size_t left, uint32_t *code)
{
	size_t length = brb_utf8_length(text, left);
	uint32_t value = (unsigned char)text[0] & (length > 1 ? 0x7fu >> length : 0x7fu);
	for (size_t i = 1; i < length; i++)
		value = value << 6 | ((unsigned char)text[i] & 0x3fu);
	if (length)
		*code = value;
	return length;
}

size_t brb_utf8_encode(uint32_t code, char bytes[BRB_UTF8_BYTES_MOST])
{
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = length - 1; i > 0; i--, code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)(leads[length] | code);
	return length;
}

typedef struct character_range {
	uint32_t first, last;
} character_range;

static bool is_among(uint32_t code, const character_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

#define IS_AMONG(code, ranges) is_among(code, ranges, sizeof(ranges) / sizeof(ranges)[0])

bool brb_utf8_misleads(uint32_t code)
{
	static const character_range misleading[] = {
		{ 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x61c, 0x61c },   { 0x200e, 0x200f },   { 0x2028, 0x202e },
		{ 0x2066, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0001, 0xe0001 },
	};
	return (code < 0x20 || code >= 0x7f) && IS_AMONG(code, misleading);
}

/* Emoji, symbols that become emoji by U+FE0F, and that mark itself (Unicode Technical Standard 51). */
static bool is_pictorial(uint32_t code)
{
	static const character_range pictures[] = {
		{ 0x2190, 0x2bff }, { 0x3030, 0x303d }, { 0x3297, 0x3299 }, { 0xfe0f, 0xfe0f }, { 0x1f000, 0x1faff },
	};
	return IS_AMONG(code, pictures);
}

/* Letters of scripts in which ZWJ and ZWNJ choose the shape: Arabic to Sinhala, Myanmar, Khmer, Mongolian. */
static bool is_shaped(uint32_t code)
{
	static const character_range shaped[] = { { 0x620, 0xdff }, { 0x1000, 0x109f }, { 0x1780, 0x18af } };
	return IS_AMONG(code, shaped);
}

static bool is_tag(uint32_t code)
{
	return code >= 0xe0020 && code <= 0xe007f;
}

bool brb_utf8_is_hidden(uint32_t before, uint32_t code, uint32_t after)
{
	static const character_range hidden[] = {
		{ 0xa0, 0xa0 },       { 0xad, 0xad },       { 0x34f, 0x34f },   { 0x115f, 0x1160 },
		{ 0x1680, 0x1680 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f }, { 0x2000, 0x200d },
		{ 0x202f, 0x202f },   { 0x205f, 0x2065 },   { 0x2800, 0x2800 }, { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },   { 0xffa0, 0xffa0 },   { 0xfff0, 0xfff8 }, { 0x13430, 0x1343f },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};
	if (code < 0xa0 || !IS_AMONG(code, hidden))
		return false;
	bool joins = (code == 0x200d && is_pictorial(before) && is_pictorial(after)) ||
		     ((code == 0x200c || code == 0x200d) && is_shaped(before) && is_shaped(after));
	bool varies = (code == 0xfe0f || code == 0xfe0e) && (is_pictorial(before) || (before && before < 0x40)) &&
		      before != 0xfe0f;
	bool tags = is_tag(code) && (before == 0x1f3f4 || is_tag(before));
	return !joins && !varies && !tags;
}

brb_utf8_shown brb_utf8_show(const char *text, uint32_t before)
{
	brb_utf8_shown shown = { .code = 0xfffd };
	size_t size = brb_utf8_decode(text, SIZE_MAX, &shown.code);
	uint32_t after = 0;
	if (size)
		brb_utf8_decode(text + size, SIZE_MAX, &after);
	shown.taken = size ? size : 1;
	shown.escaped = !size || brb_utf8_misleads(shown.code) || brb_utf8_is_hidden(before, shown.code, after);
	if (!shown.escaped) {
		memcpy(shown.text, text, size);
		shown.size = size;
		return shown;
	}
	uint32_t number = size ? shown.code : (unsigned char)*text;
	shown.size = (size_t)snprintf(shown.text, sizeof shown.text, size <= 1 ? "\\x%02" PRIx32 : "\\u{%" PRIx32 "}",
				      number);
	return shown;
}

size_t brb_utf8_show_all(const char *text, bool lines, char *to, size_t room)
{
	size_t length = 0, written = 0;
	bool fits = room > 0;
	for (uint32_t before = 0; *text;) {
		brb_utf8_shown shown = brb_utf8_show(text, before);
		if (*text == '\n' && lines)
			shown = (brb_utf8_shown){ .text = "\n", .size = 1, .taken = 1, .code = '\n' };
		fits = fits && written + shown.size < room;
		if (fits) {
			memcpy(to + written, shown.text, shown.size);
			written += shown.size;
		}
		length += shown.size;
		before = shown.code;
		text += shown.taken;
	}
	if (room > 0)
		to[written] = '\0';
	return length;
}
