/*
 * store/value_cache: values are found by their keys, do not move, and are evicted at the bound, the least recently used
 * first.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/value_cache.h"

static brb_cache_key key_of(brb_cache_kind kind, const char *text)
{
	brb_cache_key key;
	brb_cache_key_begin(&key, kind);
	brb_cache_key_text(&key, text);
	return key;
}

static brb_cache_key numbered(brb_cache_kind kind, int number)
{
	char text[16];
	snprintf(text, sizeof text, "%d", number);
	return key_of(kind, text);
}

Test(store_value_cache, none_is_found_in_nothing)
{
	brb_value_cache cache = { 0 };
	brb_cache_key key = key_of(BRB_CACHE_EVENT, "a");
	cr_assert_null(brb_value_cache_find(&cache, &key));
	brb_value_cache_evict(&cache, 0);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, a_new_entry_is_zeroed_and_found_under_its_key)
{
	brb_value_cache cache = { 0 };
	brb_cache_key key = key_of(BRB_CACHE_EVENT, "a");
	brb_cache_entry *entry = brb_value_cache_add(&cache, &key);
	cr_assert_not_null(entry);
	cr_expect(!entry->changed && !entry->next_changed && !entry->value && !entry->number && !entry->levels);
	entry->value = 7;
	cr_expect_eq(brb_value_cache_find(&cache, &key), entry);
	brb_cache_key other = key_of(BRB_CACHE_STATE, "a");
	cr_expect_null(brb_value_cache_find(&cache, &other), "another kind");
	other = key_of(BRB_CACHE_EVENT, "");
	cr_expect_null(brb_value_cache_find(&cache, &other));
	cr_expect_eq(cache.count, 1);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, the_parts_of_a_key_do_not_run_together)
{
	brb_value_cache cache = { 0 };
	brb_cache_key keys[3];
	static const char *const parts[3][2] = { { "ab", "c" }, { "a", "bc" }, { "abc", "" } };
	for (int i = 0; i < 3; i++) {
		brb_cache_key_begin(&keys[i], BRB_CACHE_EVENT);
		brb_cache_key_number(&keys[i], 1);
		brb_cache_key_text(&keys[i], parts[i][0]);
		brb_cache_key_text(&keys[i], parts[i][1]);
		cr_expect_null(brb_value_cache_find(&cache, &keys[i]));
		brb_value_cache_add(&cache, &keys[i])->value = i + 1;
	}
	for (int i = 0; i < 3; i++)
		cr_expect_eq(brb_value_cache_find(&cache, &keys[i])->value, i + 1);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, the_longest_key)
{
	char subject[256];
	memset(subject, 's', 255);
	subject[255] = '\0';
	brb_value_cache cache = { 0 };
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_FOR);
	brb_cache_key_number(&key, UINT32_MAX);
	brb_cache_key_number(&key, 1000);
	brb_cache_key_wide(&key, INT64_MAX);
	brb_cache_key_text(&key, subject);
	cr_assert_leq(key.length, sizeof key.bytes);
	brb_cache_entry *entry = brb_value_cache_add(&cache, &key);
	cr_expect_eq(brb_value_cache_find(&cache, &key), entry);
	brb_cache_key_begin(&key, BRB_CACHE_CELL);
	brb_cache_key_wide(&key, INT64_MIN);
	brb_cache_key_number(&key, 1);
	brb_cache_key_bytes(&key, subject, 255);
	cr_assert_leq(key.length, sizeof key.bytes);
	cr_expect_null(brb_value_cache_find(&cache, &key));
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, an_entry_stays_where_it_is_as_others_come)
{
	enum { COUNT = 50000 };
	static brb_cache_entry *added[COUNT];
	brb_value_cache cache = { 0 };
	for (int i = 0; i < COUNT; i++) {
		brb_cache_key key = numbered(BRB_CACHE_EVENT, i);
		added[i] = brb_value_cache_add(&cache, &key);
		cr_assert_not_null(added[i]);
		added[i]->value = i;
	}
	for (int i = 0; i < COUNT; i++) {
		brb_cache_key key = numbered(BRB_CACHE_EVENT, i);
		cr_assert_eq(brb_value_cache_find(&cache, &key), added[i]);
		cr_assert_eq(added[i]->value, i);
	}
	cr_expect_eq(cache.count, COUNT);
	brb_value_cache_clear(&cache);
	cr_expect_eq(cache.count, 0);
	cr_expect_eq(cache.used_bytes, 0);
}

/* ---- eviction ---------------------------------------------------------------------------------------------------- */

static void fill(brb_value_cache *cache, int count)
{
	for (int i = 0; i < count; i++) {
		brb_cache_key key = numbered(BRB_CACHE_EVENT, i);
		brb_value_cache_add(cache, &key)->value = i;
	}
}

Test(store_value_cache, below_the_bound_nothing_leaves)
{
	brb_value_cache cache = { 0 };
	fill(&cache, 1000);
	size_t used = cache.used_bytes;
	cr_expect_geq(used, 1000 * sizeof(brb_cache_entry));
	brb_value_cache_evict(&cache, used);
	cr_expect_eq(cache.count, 1000);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, above_it_at_most_half_of_the_bound_stays_and_what_stays_is_right)
{
	brb_value_cache cache = { 0 };
	fill(&cache, 20000);
	size_t most = cache.used_bytes - 1;
	brb_value_cache_evict(&cache, most);
	cr_expect_leq(cache.used_bytes, most / 2);
	cr_expect_gt(cache.count, 1000, "no more than needed: %u", cache.count);
	uint32_t found = 0;
	for (int i = 0; i < 20000; i++) {
		brb_cache_key key = numbered(BRB_CACHE_EVENT, i);
		brb_cache_entry *entry = brb_value_cache_find(&cache, &key);
		if (!entry)
			continue;
		found++;
		cr_assert_eq(entry->value, i);
	}
	cr_expect_eq(found, cache.count);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, what_was_used_of_late_stays_before_what_was_not)
{
	brb_value_cache cache = { 0 };
	fill(&cache, 20000);
	brb_value_cache_evict(&cache, cache.used_bytes - 1);
	uint32_t kept = cache.count;
	int used[64], count = 0; /* reading marks them as used */
	for (int i = 0; i < 20000 && count < 64; i++) {
		brb_cache_key key = numbered(BRB_CACHE_EVENT, i);
		if (brb_value_cache_find(&cache, &key))
			used[count++] = i;
	}
	cr_assert_eq(count, 64);
	brb_value_cache_evict(&cache, cache.used_bytes - 1);
	cr_expect_lt(cache.count, kept);
	for (int i = 0; i < count; i++) {
		brb_cache_key key = numbered(BRB_CACHE_EVENT, used[i]);
		cr_expect_not_null(brb_value_cache_find(&cache, &key), "%d was used", used[i]);
	}
	cr_expect_eq(cache.count, 64);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, each_kind_keeps_all_its_values)
{
	brb_value_cache cache = { 0 };
	fill(&cache, 20000);
	for (int i = 0; i < 2000; i++) {
		brb_cache_key key = numbered(BRB_CACHE_HELD, i);
		brb_cache_entry *entry = brb_value_cache_add(&cache, &key);
		entry->value = i;
		entry->count = i + 1;
		entry->levels = UINT64_MAX - (uint64_t)i;
		key = numbered(BRB_CACHE_STATE, i);
		entry = brb_value_cache_add(&cache, &key);
		entry->number = i + 2;
		char text[16];
		snprintf(text, sizeof text, "note %d", i);
		cr_assert(brb_value_cache_set(&cache, entry, text, i % 3 ? strlen(text) + 1 : 0));
	}
	brb_value_cache_evict(&cache, cache.used_bytes - 1);
	int helds = 0, notes = 0;
	for (int i = 0; i < 2000; i++) {
		brb_cache_key key = numbered(BRB_CACHE_HELD, i);
		brb_cache_entry *entry = brb_value_cache_find(&cache, &key);
		if (entry) {
			helds++;
			cr_assert(entry->value == i && entry->count == i + 1 &&
				  entry->levels == UINT64_MAX - (uint64_t)i);
		}
		key = numbered(BRB_CACHE_STATE, i);
		entry = brb_value_cache_find(&cache, &key);
		if (entry) {
			char text[16];
			snprintf(text, sizeof text, "note %d", i);
			notes++;
			cr_assert_eq(entry->number, i + 2);
			cr_assert(i % 3 ? strcmp((const char *)brb_cache_at(entry), text) == 0
					: !brb_cache_length(entry));
		}
	}
	cr_expect(helds > 100 && notes > 100, "%d and %d", helds, notes);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, a_bound_of_nothing_empties_it)
{
	brb_value_cache cache = { 0 };
	fill(&cache, 5000);
	brb_value_cache_evict(&cache, 0);
	cr_expect_eq(cache.count, 0);
	fill(&cache, 10);
	cr_expect_eq(cache.count, 10);
	brb_value_cache_clear(&cache);
}

Test(store_value_cache, bytes_count_and_a_few_enormous_ones_leave_at_once)
{
	brb_value_cache cache = { 0 };
	for (int i = 0; i < 3; i++) {
		brb_cache_key key = numbered(BRB_CACHE_STATE, i);
		brb_cache_entry *entry = brb_value_cache_add(&cache, &key);
		cr_assert(brb_value_cache_reserve(&cache, entry, 50000));
		memset(entry->bytes->at, 'x', 50000);
		entry->bytes->length = 50000;
	}
	cr_expect_gt(cache.used_bytes, 150000);
	brb_value_cache_evict(&cache, 40000);
	cr_expect_eq(cache.count, 0);
	brb_value_cache_clear(&cache);
}

/* An allocator that knows how many bytes are taken. */
typedef struct measuring {
	brabeion_allocator functions;
	size_t bytes, peak_bytes;
} measuring;

static void *measure_take(void *context, size_t size)
{
	measuring *mine = context;
	size_t *given = malloc(size + 16);
	cr_assert_not_null(given);
	*given = size;
	mine->bytes += size;
	mine->peak_bytes = mine->bytes > mine->peak_bytes ? mine->bytes : mine->peak_bytes;
	return given + 2;
}

static void measure_release(void *context, void *block)
{
	measuring *mine = context;
	mine->bytes -= ((size_t *)block)[-2];
	free((size_t *)block - 2);
}

static void *measure_resize(void *context, void *block, size_t size)
{
	void *moved = measure_take(context, size);
	size_t before = ((size_t *)block)[-2];
	memcpy(moved, block, before < size ? before : size);
	measure_release(context, block);
	return moved;
}

/* Of 40 MB, states that have outgrown their first bytes, which are now blocks away. */
Test(store_value_cache, eviction_takes_hardly_more_memory_than_there_is)
{
	enum { COUNT = 200000, MIB = 1024 * 1024 };
	measuring mine = { .bytes = 0 };
	mine.functions =
		(brabeion_allocator)BRABEION_ALLOCATOR(.allocate = measure_take, .reallocate = measure_resize,
						       .release = measure_release, .context = &mine);
	brb_memory_use(&mine.functions);
	brb_value_cache cache = { 0 };
	for (int pass = 1; pass <= 2; pass++)
		for (int i = 0; i < COUNT; i++) {
			char text[80];
			brb_cache_key key = numbered(BRB_CACHE_STATE, i);
			brb_cache_entry *entry =
				pass == 1 ? brb_value_cache_add(&cache, &key) : brb_value_cache_find(&cache, &key);
			int length = snprintf(text, sizeof text, "%*d", 20 * pass, i);
			cr_assert(brb_value_cache_set(&cache, entry, text, (size_t)length));
		}
	size_t before = mine.bytes, used = cache.used_bytes;
	cr_assert_gt(before, 30 * MIB);
	mine.peak_bytes = 0;
	brb_value_cache_evict(&cache, used - 1);
	cr_expect_leq(mine.peak_bytes, before + 9 * MIB, "one run of blocks: %zu of %zu", mine.peak_bytes, before);
	cr_expect_lt(mine.bytes, before * 2 / 3);
	uint32_t found = 0;
	for (int i = 0; i < COUNT; i++) {
		char text[80];
		brb_cache_key key = numbered(BRB_CACHE_STATE, i);
		const brb_cache_entry *entry = brb_value_cache_find(&cache, &key);
		int length = snprintf(text, sizeof text, "%*d", 40, i);
		if (!entry)
			continue;
		found++;
		cr_assert_eq(brb_cache_length(entry), (size_t)length);
		cr_assert_eq(memcmp(brb_cache_at(entry), text, (size_t)length), 0);
	}
	cr_expect_eq(found, cache.count);
	cr_expect_gt(found, COUNT / 10);
	brb_value_cache_clear(&cache);
	cr_expect_eq(mine.bytes, 0);
	brb_memory_use(NULL);
}

Test(store_value_cache, eviction_after_eviction)
{
	brb_value_cache cache = { 0 };
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 3000; i++) {
			brb_cache_key key = numbered(BRB_CACHE_EVENT, round * 2000 + i);
			brb_cache_entry *entry = brb_value_cache_find(&cache, &key);
			if (!entry) {
				entry = brb_value_cache_add(&cache, &key);
				entry->value = round * 2000 + i;
			}
			cr_assert_eq(entry->value, round * 2000 + i);
		}
		brb_value_cache_evict(&cache, 100000);
		cr_assert_leq(cache.used_bytes, 100000);
	}
	brb_value_cache_clear(&cache);
}

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

Test(store_value_cache, bytes_grow_and_keep_what_is_there)
{
	brb_value_cache cache = { 0 };
	brb_cache_key key = key_of(BRB_CACHE_STATE, "a");
	brb_cache_entry *entry = brb_value_cache_add(&cache, &key);
	cr_expect_eq(brb_cache_length(entry), 0);
	for (size_t length = 1; length <= 5000; length++) {
		cr_assert(brb_value_cache_reserve(&cache, entry, length));
		entry->bytes->at[length - 1] = (unsigned char)length;
		entry->bytes->length = (uint32_t)length;
	}
	for (size_t i = 0; i < 5000; i++)
		cr_assert_eq(entry->bytes->at[i], (unsigned char)(i + 1));
	cr_expect_lt(cache.used_bytes, 40000, "what was outgrown is little: %zu", cache.used_bytes);
	cr_expect_not(brb_value_cache_reserve(&cache, entry, 1 << 20), "more than a block holds");
	brb_value_cache_clear(&cache);
}
