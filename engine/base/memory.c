/*
 * base/memory: see memory.h.
 */
#include "base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE_BYTES = 2 * 1024 * 1024 };

_Thread_local brb_reentrancy brb_reentrancy_of_thread;

/* In front of each block. */
typedef struct header {
	_Alignas(16) const brabeion_allocator *allocator; /* NULL: the C library; &mapped: the system */
	size_t before;                                    /* bytes of the allocation in front of the header */
} header;

/* Stands for mmap(2): such an allocation begins with its size. */
static const brabeion_allocator mapped;

static header *header_of(void *block)
{
	return (header *)block - 1;
}

static void *block_after(void *at, size_t before, const brabeion_allocator *allocator)
{
	header *head = (header *)(void *)((char *)at + before);
	head->allocator = allocator;
	head->before = before;
	return head + 1;
}

/* ---- the allocator ---- */

static void *allocate(const brabeion_allocator *allocator, size_t size_bytes)
{
	if (!allocator)
		return malloc(size_bytes);
	brb_reentrancy_enter();
	void *given = allocator->allocate(allocator->context, size_bytes);
	brb_reentrancy_leave();
	return given;
}

/* calloc knows which pages are zero already, and leaves them untouched. */
static void *allocate_zeroed(const brabeion_allocator *allocator, size_t size_bytes)
{
	if (!allocator)
		return calloc(1, size_bytes);
	void *given = allocate(allocator, size_bytes);
	return given ? memset(given, 0, size_bytes) : NULL;
}

static void *reallocate(const brabeion_allocator *allocator, void *given, size_t size_bytes)
{
	if (!allocator)
		return realloc(given, size_bytes);
	brb_reentrancy_enter();
	void *moved = allocator->reallocate(allocator->context, given, size_bytes);
	brb_reentrancy_leave();
	return moved;
}

static void release(const brabeion_allocator *allocator, void *given)
{
	if (!allocator) {
		free(given);
		return;
	}
	if (allocator == &mapped) {
		munmap(given, *(size_t *)given);
		return;
	}
	brb_reentrancy_enter();
	allocator->release(allocator->context, given);
	brb_reentrancy_leave();
}

/* ---- blocks ---- */

void *brb_memory_take(size_t size_bytes)
{
	const brabeion_allocator *allocator = brb_memory_used();
	if (size_bytes > PTRDIFF_MAX - sizeof(header))
		return NULL;
	void *given = allocate(allocator, sizeof(header) + size_bytes);
	return given ? block_after(given, 0, allocator) : NULL;
}

void *brb_memory_take_zeroed(size_t count, size_t item_bytes)
{
	const brabeion_allocator *allocator = brb_memory_used();
	if (item_bytes && count > (PTRDIFF_MAX - sizeof(header)) / item_bytes)
		return NULL;
	void *given = allocate_zeroed(allocator, sizeof(header) + count * item_bytes);
	return given ? block_after(given, 0, allocator) : NULL;
}

void *brb_memory_take_aligned(size_t alignment, size_t size_bytes)
{
	const brabeion_allocator *allocator = brb_memory_used();
	assert(alignment >= sizeof(header) && !(alignment & (alignment - 1)));
	if (size_bytes > PTRDIFF_MAX - alignment - sizeof(header))
		return NULL;
	char *given = allocate_zeroed(allocator, alignment + sizeof(header) + size_bytes);
	if (!given)
		return NULL;
	size_t past = ((uintptr_t)given + sizeof(header)) & (alignment - 1);
	return block_after(given, past ? alignment - past : 0, allocator);
}

/*
 * A host's allocator knows best what its pages are. The C library may keep what is released, and give other things a part
 * of it, so that it is never the system's again.
 */
void *brb_memory_take_large(size_t size_bytes)
{
	if (brb_memory_used())
		return brb_memory_take_zeroed(1, size_bytes);
	if (size_bytes > PTRDIFF_MAX - 2 * HUGE_PAGE_BYTES)
		return NULL;
	size_t length = sizeof(size_t) + sizeof(header) + HUGE_PAGE_BYTES + size_bytes;
	char *given = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (given == MAP_FAILED)
		return NULL;
	*(size_t *)(void *)given = length;
	size_t past = ((uintptr_t)given + sizeof(size_t) + sizeof(header)) & (HUGE_PAGE_BYTES - 1);
	size_t before = sizeof(size_t) + (past ? HUGE_PAGE_BYTES - past : 0);
	void *block = block_after(given, before, &mapped);
	(void)madvise(block, size_bytes & ~(size_t)(HUGE_PAGE_BYTES - 1), MADV_HUGEPAGE);
	return block;
}

void *brb_memory_resize(void *block, size_t count, size_t item_bytes)
{
	if (item_bytes && count > (PTRDIFF_MAX - sizeof(header)) / item_bytes)
		return NULL;
	if (!block)
		return brb_memory_take(count * item_bytes);
	const brabeion_allocator *allocator = header_of(block)->allocator;
	assert(!header_of(block)->before);
	void *given = reallocate(allocator, header_of(block), sizeof(header) + count * item_bytes);
	return given ? block_after(given, 0, allocator) : NULL;
}

char *brb_memory_copy_length(const char *text, size_t length)
{
	char *copy = length < PTRDIFF_MAX ? brb_memory_take(length + 1) : NULL;
	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *brb_memory_copy(const char *text)
{
	return brb_memory_copy_length(text, strlen(text));
}

void brb_memory_release(void *block)
{
	if (block)
		release(header_of(block)->allocator, (char *)header_of(block) - header_of(block)->before);
}
