/*
 * text: see text.h. Arenas are chains of blocks, each twice the last up to 256 KiB; a text larger than a block gets
 * one of its own.
 */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

/* ---- arena ---- */

struct brb_arena_block {
	brb_arena_block *older;
	size_t capacity;
	size_t used;
	_Alignas(16) char bytes[];
};

enum { FIRST_BLOCK = 1024, LARGEST_BLOCK = 256 * 1024 };

static brb_arena_block *add_block(brb_arena *arena, size_t least)
{
	size_t capacity = arena->newest ? arena->newest->capacity * 2 : FIRST_BLOCK;
	if (capacity > LARGEST_BLOCK)
		capacity = LARGEST_BLOCK;
	if (capacity < least)
		capacity = least;
	brb_arena_block *block = brb_memory_take(sizeof *block + capacity);
	if (!block)
		return NULL;
	block->older = arena->newest;
	block->capacity = capacity;
	block->used = 0;
	arena->newest = block;
	return block;
}

static void *take_raw(brb_arena *arena, size_t size_bytes)
{
	if (size_bytes > SIZE_MAX / 2)
		return NULL;
	size_t rounded = (size_bytes + 15) & ~(size_t)15;
	brb_arena_block *block = arena->newest;
	if (!block || block->capacity - block->used < rounded)
		block = add_block(arena, rounded);
	if (!block)
		return NULL;
	void *taken = block->bytes + block->used;
	block->used += rounded;
	arena->used_bytes += rounded;
	return taken;
}

void *brb_arena_take(brb_arena *arena, size_t size_bytes)
{
	void *taken = take_raw(arena, size_bytes);
	return taken ? memset(taken, 0, size_bytes) : NULL;
}

char *brb_arena_copy_length(brb_arena *arena, const char *text, size_t length)
{
	char *copy = take_raw(arena, length + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *brb_arena_copy(brb_arena *arena, const char *text)
{
	return brb_arena_copy_length(arena, text, strlen(text));
}

char *brb_arena_printf_va(brb_arena *arena, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	char *text = length < 0 ? NULL : take_raw(arena, (size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

char *brb_arena_printf(brb_arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = brb_arena_printf_va(arena, format, arguments);
	va_end(arguments);
	return text;
}

static void free_blocks(brb_arena_block *block)
{
	while (block) {
		brb_arena_block *older = block->older;
		brb_memory_release(block);
		block = older;
	}
}

void brb_arena_reset(brb_arena *arena)
{
	brb_arena_block *kept = arena->newest;
	arena->used_bytes = 0;
	if (!kept)
		return;
	free_blocks(kept->older);
	kept->older = NULL;
	kept->used = 0;
	if (kept->capacity > LARGEST_BLOCK) {
		brb_memory_release(kept);
		arena->newest = NULL;
	}
}

void brb_arena_finish(brb_arena *arena)
{
	free_blocks(arena->newest);
	*arena = (brb_arena){ 0 };
}

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

/* The bits of up to seven bytes, one over the other, without a loop: the ends overlap. */
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

/* Eight bytes at a time, the last eight overlapping those before: most texts are short and ASCII. */
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
	size_t left = strlen(text);
	while (left) {
		size_t step = brb_utf8_length(text, left);
		if (!step || (unsigned char)*text < ' ' || *text == 0x7f) {
			*text = '?';
			step = 1;
		}
		text += step;
		left -= step;
	}
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
