/*
 * cli/support/arena: chunks in a list, filled one after another. All pieces are aligned to eight bytes, texts as well.
 */
#include "cli/support/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_BYTES = 256 * 1024, ALIGNMENT = 8 };

struct brb_cli_chunk {
	brb_cli_chunk *next;
	size_t size;
	size_t used;
	alignas(ALIGNMENT) char bytes[];
};

static brb_cli_chunk *next_chunk(brb_cli_arena *arena, size_t size)
{
	brb_cli_chunk *current = arena->current;
	if (current && current->next && current->next->size >= size)
		return arena->current = current->next;
	size_t room = size > USUAL_BYTES ? size : USUAL_BYTES;
	brb_cli_chunk *fresh = malloc(sizeof *fresh + room);
	if (!fresh)
		return NULL;
	fresh->size = room;
	fresh->used = 0;
	fresh->next = current ? current->next : NULL;
	if (current)
		current->next = fresh;
	else
		arena->first = fresh;
	return arena->current = fresh;
}

void *brb_cli_arena_take(brb_cli_arena *arena, size_t size)
{
	if (size > (size_t)1 << 40)
		return NULL;
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	brb_cli_chunk *chunk = arena->current;
	if (!chunk || chunk->size - chunk->used < size) {
		chunk = next_chunk(arena, size);
		if (!chunk)
			return NULL;
	}
	void *piece = chunk->bytes + chunk->used;
	chunk->used += size;
	arena->used_bytes += size;
	return piece;
}

char *brb_cli_arena_text(brb_cli_arena *arena, const char *text, size_t size)
{
	char *copy = brb_cli_arena_take(arena, size + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

void brb_cli_arena_reset(brb_cli_arena *arena)
{
	brb_cli_chunk **link = &arena->first;
	while (*link) {
		brb_cli_chunk *chunk = *link;
		if (chunk->size > USUAL_BYTES) {
			*link = chunk->next;
			free(chunk);
			continue;
		}
		chunk->used = 0;
		link = &chunk->next;
	}
	arena->current = arena->first;
	arena->used_bytes = 0;
}

void brb_cli_arena_finish(brb_cli_arena *arena)
{
	brb_cli_chunk *chunk = arena->first;
	while (chunk) {
		brb_cli_chunk *next = chunk->next;
		free(chunk);
		chunk = next;
	}
	*arena = (brb_cli_arena){ 0 };
}
