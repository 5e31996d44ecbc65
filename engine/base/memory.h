/*
 * base/memory: the library's blocks, from the host's allocator or the C library. No other file calls malloc, calloc, realloc or
 * free; tests/floors checks it.
 *
 * Each block begins with a small header that names its allocator, so that a list or an error can be finished anywhere,
 * without an engine. New blocks come from the allocator that the thread uses: within a call of the library that of the
 * engine, on the library's own threads that of the thread that started them, else the C library.
 *
 * While an allocator's function runs, engine calls of this thread are refused (reentrancy.h).
 */
#ifndef BRB_BASE_MEMORY_H
#define BRB_BASE_MEMORY_H

#include <stddef.h>

#include "base/reentrancy.h"

/* Sets the allocator of this thread's new blocks; NULL: the C library. */
static inline void brb_memory_use(const brabeion_allocator *allocator)
{
	brb_reentrancy_here()->allocator = allocator;
}

static inline const brabeion_allocator *brb_memory_used(void)
{
	return brb_reentrancy_here()->allocator;
}

static inline const brabeion_allocator *brb_memory_begin_scope(void)
{
	const brabeion_allocator *outer = brb_memory_used();
	brb_reentrancy_begin_call();
	brb_memory_use(NULL);
	return outer;
}

static inline void brb_memory_end_scope(const brabeion_allocator **outer)
{
	brb_memory_use(*outer);
}

/*
 * The first line of each function of the public API that allocates: the thread uses the C library until brb_memory_use(),
 * and what it used before once the function returns. So no allocator is used by a call that is not its engine's.
 */
#define BRB_MEMORY_SCOPE                                                                                       \
	const brabeion_allocator *brb_outer_allocator __attribute__((cleanup(brb_memory_end_scope), unused)) = \
		brb_memory_begin_scope()

/* A block, aligned for any type, or NULL when memory is short. A size of 0 gives a block, too. */
void *brb_memory_take(size_t size_bytes);
void *brb_memory_take_zeroed(size_t count, size_t item_bytes);

/* Zeroed, at a multiple of `alignment`, a power of two. Not for brb_memory_resize(). */
void *brb_memory_take_aligned(size_t alignment, size_t size_bytes);

/*
 * Zeroed, for what is many megabytes large and read at random: on huge pages where the system has them (madvise(2)), which
 * spares most misses of the translation cache and most page faults. Not for brb_memory_resize().
 */
void *brb_memory_take_large(size_t size_bytes);

/* Resizes a block by its own allocator; NULL `block`: a new one. Returns NULL when memory is short: the block stays. */
void *brb_memory_resize(void *block, size_t count, size_t item_bytes);

char *brb_memory_copy(const char *text);
char *brb_memory_copy_length(const char *text, size_t length); /* adds the NUL */

/* NULL is allowed. */
void brb_memory_release(void *block);

#endif
