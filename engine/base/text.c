/*
 * base/text: see text.h.
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

/* ---- builder ---- */

static bool make_room(brb_builder *builder, size_t more)
{
	if (builder->failed)
		return false;
	if (builder->capacity - builder->length > more)
		return true;
	size_t capacity = builder->capacity ? builder->capacity * 2 : 64;
	while (capacity - builder->length <= more)
		capacity *= 2;
	char *text = brb_memory_resize(builder->text, capacity, 1);
	if (!text) {
		builder->failed = true;
		return false;
	}
	builder->text = text;
	builder->capacity = capacity;
	return true;
}

void brb_builder_add_length(brb_builder *builder, const char *text, size_t length)
{
	if (!make_room(builder, length))
		return;
	memcpy(builder->text + builder->length, text, length);
	builder->length += length;
	builder->text[builder->length] = '\0';
}

void brb_builder_add(brb_builder *builder, const char *text)
{
	brb_builder_add_length(builder, text, strlen(text));
}

void brb_builder_printf(brb_builder *builder, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length >= 0 && make_room(builder, (size_t)length)) {
		vsnprintf(builder->text + builder->length, (size_t)length + 1, format, arguments);
		builder->length += (size_t)length;
	}
	va_end(arguments);
}

void brb_builder_reset(brb_builder *builder)
{
	builder->length = 0;
	builder->failed = false;
	if (builder->text)
		builder->text[0] = '\0';
}

char *brb_builder_take(brb_builder *builder)
{
	brb_builder_add_length(builder, "", 0); /* so that an empty one is "" */
	char *text = builder->failed ? NULL : builder->text;
	if (!text)
		brb_memory_release(builder->text);
	*builder = (brb_builder){ 0 };
	return text;
}

void brb_builder_finish(brb_builder *builder)
{
	brb_memory_release(builder->text);
	*builder = (brb_builder){ 0 };
}

/* ---- what text is ---- */

bool brb_text_is_utf8(const char *text, size_t length)
{
	while (length) {
		size_t step = (unsigned char)*text < 0x80 ? 1 : brb_utf8_length(text, length);
		if (!step)
			return false;
		text += step;
		length -= step;
	}
	return true;
}

static uint64_t load_word(const char *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

/* The bits of up to seven bytes combined by or, without a loop: the loads overlap. */
static uint64_t load_less_than_word(const char *at, size_t length)
{
	uint32_t head, tail;
	if (length >= sizeof head) {
		memcpy(&head, at, sizeof head);
		memcpy(&tail, at + length - sizeof tail, sizeof tail);
		return head | tail;
	}
	return length ? (uint64_t)((unsigned char)at[0] | (unsigned char)at[length / 2] |
				   (unsigned char)at[length - 1])
		      : 0;
}

/* Eight bytes at a time, the last load overlapping: most texts are short and ASCII. */
static bool is_ascii(const char *text, size_t length)
{
	uint64_t seen = 0;
	if (length < sizeof seen)
		return !(load_less_than_word(text, length) & 0x80808080u);
	for (size_t at = 0; at + sizeof seen < length; at += sizeof seen)
		seen |= load_word(text + at);
	seen |= load_word(text + length - sizeof seen);
	return !(seen & 0x8080808080808080u);
}

size_t brb_text_checked_length(const char *text, size_t most)
{
	size_t length = strnlen(text, most + 1);
	if (length > most)
		return SIZE_MAX;
	return is_ascii(text, length) || brb_text_is_utf8(text, length) ? length : SIZE_MAX;
}

void brb_text_clean_line(char *text)
{
	char *to = text;
	for (uint32_t before = 0; *text;) {
		brb_utf8_shown shown = brb_utf8_show(text, before);
		text += shown.taken;
		before = shown.code;
		if (shown.escaped)
			*to++ = '?';
		for (size_t i = 0; !shown.escaped && i < shown.size; i++)
			*to++ = shown.text[i];
	}
	*to = '\0';
}

size_t brb_text_cut_length(const char *text, size_t most)
{
	size_t length = strnlen(text, most);
	if (length == most && text[length])
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	return length;
}

bool brb_text_is_slug(const char *text)
{
	size_t length = strnlen(text, 101);
	if (!length || length > 100)
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

bool brb_text_read_colour(const char *text, uint32_t *colour)
{
	if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	*colour = (uint32_t)strtoul(text + 1, NULL, 16);
	return true;
}

void brb_text_number(uint64_t number, char text[BRB_TEXT_NUMBER_BYTES])
{
	char digits[BRB_TEXT_NUMBER_BYTES];
	int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
	for (int i = 0; i < count; i++) {
		if (i && (count - i) % 3 == 0)
			*text++ = ',';
		*text++ = digits[i];
	}
	*text = '\0';
}
