/*
 * base/arena: a chain of blocks, each twice as large as the last up to 256 KiB; what is larger than that has a block of
 * its own.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

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
	if (length) /* an empty text may be NULL, which memcpy refuses (C11, 7.24.1) */
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
