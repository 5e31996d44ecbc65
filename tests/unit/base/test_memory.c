/*
 * memory: blocks from the C library or from the thread's allocator, each marked with its allocator.
 */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* An allocator that counts and recognizes its blocks. */
typedef struct counting {
	brabeion_allocator functions;
	int taken, resized, released;
	size_t last_size;
	unsigned depth; /* of the guard, at the last call */
	bool empty;
} counting;

static void *count_take(void *context, size_t size)
{
	counting *mine = context;
	mine->depth = *brb_reentrancy_depth();
	mine->last_size = size;
	if (mine->empty)
		return NULL;
	mine->taken++;
	void *given = malloc(size);
	memset(given, 0xa5, size);
	return given;
}

static void *count_resize(void *context, void *block, size_t size)
{
	counting *mine = context;
	mine->depth = *brb_reentrancy_depth();
	mine->last_size = size;
	if (mine->empty)
		return NULL;
	mine->resized++;
	return realloc(block, size);
}

static void count_release(void *context, void *block)
{
	counting *mine = context;
	mine->depth = *brb_reentrancy_depth();
	mine->released++;
	free(block);
}

static void use(counting *mine)
{
	*mine = (counting){ .functions = BRABEION_ALLOCATOR(.allocate = count_take, .reallocate = count_resize,
							    .release = count_release, .context = mine) };
	brb_memory_use(&mine->functions);
}

Test(memory, a_thread_begins_with_the_c_library)
{
	cr_assert_null(brb_memory_used());
	char *block = brb_memory_take(100);
	cr_assert_not_null(block);
	cr_assert_eq((uintptr_t)block % 16, 0);
	memset(block, 'x', 100);
	brb_memory_release(block);
	brb_memory_release(NULL);
}

Test(memory, a_size_of_nothing_gives_a_block)
{
	void *block = brb_memory_take(0), *zeroed = brb_memory_take_zeroed(0, 8);
	cr_assert(block && zeroed);
	brb_memory_release(block);
	brb_memory_release(zeroed);
}

Test(memory, blocks_come_from_the_allocator_in_use_and_go_back_to_it)
{
	counting mine;
	use(&mine);
	char *block = brb_memory_take(100);
	cr_assert_eq(mine.taken, 1);
	cr_assert_eq(mine.last_size, 116, "a header of 16 bytes");
	brb_memory_use(NULL);
	char *other = brb_memory_take(100);
	block = brb_memory_resize(block, 50, 4);
	cr_assert_eq(mine.resized, 1);
	cr_assert_eq(mine.last_size, 216);
	brb_memory_release(other);
	cr_assert_eq(mine.released, 0);
	brb_memory_release(block);
	cr_assert_eq(mine.released, 1);
	cr_assert_eq(mine.taken, 1);
}

Test(memory, zeroed_blocks_are_zero_whatever_the_allocator_gave)
{
	counting mine;
	use(&mine);
	char *block = brb_memory_take_zeroed(10, 30);
	for (int i = 0; i < 300; i++)
		cr_assert_eq(block[i], 0);
	brb_memory_release(block);
	block = brb_memory_take_aligned(128, 300);
	for (int i = 0; i < 300; i++)
		cr_assert_eq(block[i], 0);
	brb_memory_release(block);
	cr_assert_eq(mine.released, 2);
}

Test(memory, aligned_blocks_are_aligned_and_released_as_they_were_given)
{
	void *blocks[64];
	for (int pass = 0; pass < 2; pass++) {
		counting mine;
		if (pass)
			use(&mine);
		for (size_t i = 0; i < 64; i++) {
			blocks[i] = brb_memory_take_aligned((size_t)16 << (i % 5), i * 24);
			cr_assert_not_null(blocks[i]);
			cr_assert_eq((uintptr_t)blocks[i] % ((size_t)16 << (i % 5)), 0);
			memset(blocks[i], 'x', i * 24);
		}
		for (size_t i = 0; i < 64; i++)
			brb_memory_release(blocks[i]);
	}
}

Test(memory, large_blocks_are_zero_and_on_huge_pages_or_of_the_allocator)
{
	enum { SIZE = 5 * 1024 * 1024 };
	for (int pass = 0; pass < 3; pass++) {
		unsigned char *block = brb_memory_take_large(SIZE);
		cr_assert_not_null(block);
		cr_assert_eq((uintptr_t)block % (2 * 1024 * 1024), 0);
		for (int i = 0; i < SIZE; i++)
			cr_assert_eq(block[i], 0);
		memset(block, 'x', SIZE);
		brb_memory_release(block);
	}
	counting mine;
	void *before = brb_memory_take_large(SIZE);
	use(&mine);
	brb_memory_release(before);
	cr_assert_eq(mine.released, 0);
	brb_memory_release(brb_memory_take_large(SIZE));
	cr_assert_eq(mine.taken, 1);
	cr_assert_eq(mine.released, 1);
}

Test(memory, resizing_keeps_what_is_in_a_block_and_takes_a_new_one_for_none)
{
	counting mine;
	use(&mine);
	char *block = brb_memory_resize(NULL, 2, 4);
	cr_assert_eq(mine.taken, 1);
	memcpy(block, "1234567", 8);
	block = brb_memory_resize(block, 1000, 4);
	cr_assert_str_eq(block, "1234567");
	mine.empty = true;
	cr_assert_null(brb_memory_resize(block, 2000, 4));
	cr_assert_str_eq(block, "1234567", "as before");
	brb_memory_release(block);
	cr_assert_eq(mine.released, 1);
}

Test(memory, impossible_sizes_are_refused_without_asking)
{
	counting mine;
	use(&mine);
	void *block = brb_memory_take(1);
	mine.last_size = 0;
	cr_assert_null(brb_memory_take(SIZE_MAX));
	cr_assert_null(brb_memory_take(PTRDIFF_MAX));
	cr_assert_null(brb_memory_take_zeroed(SIZE_MAX / 2, 4));
	cr_assert_null(brb_memory_take_aligned(128, SIZE_MAX - 128));
	cr_assert_null(brb_memory_resize(block, SIZE_MAX / 8 + 2, 8));
	cr_assert_null(brb_memory_resize(NULL, SIZE_MAX / 8 + 2, 8));
	cr_assert_null(brb_memory_copy_length("", SIZE_MAX));
	cr_assert_null(brb_memory_take_large(SIZE_MAX));
	cr_assert_eq(mine.last_size, 0);
	brb_memory_use(NULL);
	cr_assert_null(brb_memory_take_large(SIZE_MAX));
	cr_assert_null(brb_memory_take_large(PTRDIFF_MAX / 2), "more than there are addresses");
	brb_memory_release(block);
}

Test(memory, an_empty_allocator_is_no_memory)
{
	counting mine;
	use(&mine);
	mine.empty = true;
	cr_assert_null(brb_memory_take(1));
	cr_assert_null(brb_memory_take_zeroed(1, 1));
	cr_assert_null(brb_memory_take_aligned(64, 1));
	cr_assert_null(brb_memory_copy("text"));
}

Test(memory, texts_are_copied)
{
	char *whole = brb_memory_copy("ada"), *part = brb_memory_copy_length("lovelace", 4),
	     *none = brb_memory_copy("");
	cr_assert_str_eq(whole, "ada");
	cr_assert_str_eq(part, "love");
	cr_assert_str_eq(none, "");
	brb_memory_release(whole);
	brb_memory_release(part);
	brb_memory_release(none);
}

Test(memory, the_guard_is_up_while_an_allocator_works)
{
	counting mine;
	use(&mine);
	void *block = brb_memory_take(1);
	cr_assert_eq(mine.depth, 1);
	mine.depth = 0;
	block = brb_memory_resize(block, 2, 1);
	cr_assert_eq(mine.depth, 1);
	mine.depth = 0;
	brb_memory_release(block);
	cr_assert_eq(mine.depth, 1);
	cr_assert_eq(*brb_reentrancy_depth(), 0);
}

static void *look(void *block)
{
	brb_memory_release(block);
	return (void *)(uintptr_t)brb_memory_used();
}

Test(memory, each_thread_uses_its_own_and_releases_any)
{
	counting mine;
	pthread_t thread;
	void *used = &thread;
	use(&mine);
	void *block = brb_memory_take(1);
	cr_assert_eq(pthread_create(&thread, NULL, look, block), 0);
	pthread_join(thread, &used);
	cr_assert_null(used);
	cr_assert_eq(mine.released, 1);
	cr_assert_eq(brb_memory_used(), &mine.functions);
}
