/*
 * memory: the library's own blocks, from the host's allocator or the C library. Nobody else in the library calls malloc
 * and its sisters; tests/floors sees to it.
 *
 * Each block begins with a small header that names its allocator, so that a list or an error can be finished anywhere,
 * without an engine. New blocks come from the allocator that the thread is told to use: engine calls tell it at their
 * beginning, the library's own threads at their start, and whoever calls the host's code that may call an engine puts
 * the allocator back afterwards.
 *
 * While an allocator's function runs the thread is marked, so that an engine call from inside it is refused.
 */
#ifndef BRB_BASE_MEMORY_H
#define BRB_BASE_MEMORY_H

#include <stddef.h>

#include "base/reentrancy.h"

/* What this thread's new blocks come from, from now on; NULL: the C library. */
static inline void brb_memory_use(const brabeion_allocator *allocator)
{
	brb_reentrancy_here()->allocator = allocator;
}

static inline const brabeion_allocator *brb_memory_used(void)
{
	return brb_reentrancy_here()->allocator;
}

/* A block, aligned for anything, or NULL when memory is short. A size of 0 gives a block, too. */
void *brb_memory_take(size_t size_bytes);
void *brb_memory_take_zeroed(size_t count, size_t item_bytes);

/* Zeroed, too, at a multiple of `alignment`, a power of two; brb_memory_resize() is not for it. */
void *brb_memory_take_aligned(size_t alignment, size_t size_bytes);

/* Another size for a block, from the allocator it has; NULL `block`: a new one. NULL: memory is short, all is as before. */
void *brb_memory_resize(void *block, size_t count, size_t item_bytes);

char *brb_memory_copy(const char *text);
char *brb_memory_copy_length(const char *text, size_t length); /* adds the NUL */

/* NULL is fine. */
void brb_memory_release(void *block);

#endif
