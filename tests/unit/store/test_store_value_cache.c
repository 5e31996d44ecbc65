/*
 * store/value_cache: the cache of single values: found by their keys, where they were put, and bounded by eviction, which
 * lets the least used go first.
 */
#include <criterion/criterion.h>

#include <stdio.h>
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

Test(store_cells, none_is_found_in_nothing)
{
	brb_value_cache cells = { 0 };
	brb_cache_key key = key_of(BRB_CACHE_TALLY, "a");
	cr_assert_null(brb_value_cache_find(&cells, &key));
	brb_value_cache_evict(&cells, 0);
	brb_value_cache_clear(&cells);
}

Test(store_cells, a_new_cell_is_zeroed_and_found_under_its_key)
{
	brb_value_cache cells = { 0 };
	brb_cache_key key = key_of(BRB_CACHE_TALLY, "a");
	brb_cache_entry *cell = brb_value_cache_add(&cells, &key);
	cr_assert_not_null(cell);
	cr_expect(!cell->changed && !cell->next_changed && !cell->value && !cell->number && !cell->levels);
	cell->value = 7;
	cr_expect_eq(brb_value_cache_find(&cells, &key), cell);
	brb_cache_key other = key_of(BRB_CACHE_NOTE, "a");
	cr_expect_null(brb_value_cache_find(&cells, &other), "another kind");
	other = key_of(BRB_CACHE_TALLY, "");
	cr_expect_null(brb_value_cache_find(&cells, &other));
	cr_expect_eq(cells.count, 1);
	brb_value_cache_clear(&cells);
}

Test(store_cells, the_parts_of_a_key_do_not_run_together)
{
	brb_value_cache cells = { 0 };
	brb_cache_key keys[3];
	static const char *const parts[3][2] = { { "ab", "c" }, { "a", "bc" }, { "abc", "" } };
	for (int i = 0; i < 3; i++) {
		brb_cache_key_begin(&keys[i], BRB_CACHE_TALLY);
		brb_cache_key_number(&keys[i], 1);
		brb_cache_key_text(&keys[i], parts[i][0]);
		brb_cache_key_text(&keys[i], parts[i][1]);
		cr_expect_null(brb_value_cache_find(&cells, &keys[i]));
		brb_value_cache_add(&cells, &keys[i])->value = i + 1;
	}
	for (int i = 0; i < 3; i++)
		cr_expect_eq(brb_value_cache_find(&cells, &keys[i])->value, i + 1);
	brb_value_cache_clear(&cells);
}

Test(store_cells, the_longest_key)
{
	char name[101], subject[256];
	memset(name, 'n', 100);
	memset(subject, 's', 255);
	name[100] = subject[255] = '\0';
	brb_value_cache cells = { 0 };
	brb_cache_key key;
	brb_cache_key_begin(&key, BRB_CACHE_FOR);
	brb_cache_key_number(&key, UINT32_MAX);
	brb_cache_key_number(&key, 1000);
	brb_cache_key_text(&key, subject);
	brb_cache_key_text(&key, subject);
	cr_assert_leq(key.length, sizeof key.bytes);
	brb_cache_entry *cell = brb_value_cache_add(&cells, &key);
	cr_expect_eq(brb_value_cache_find(&cells, &key), cell);
	brb_cache_key_begin(&key, BRB_CACHE_TALLY);
	brb_cache_key_number(&key, 1);
	brb_cache_key_text(&key, name);
	brb_cache_key_text(&key, subject);
	cr_expect_null(brb_value_cache_find(&cells, &key));
	brb_value_cache_clear(&cells);
}

Test(store_cells, a_cell_stays_where_it_is_as_others_come)
{
	enum { COUNT = 50000 };
	static brb_cache_entry *added[COUNT];
	brb_value_cache cells = { 0 };
	for (int i = 0; i < COUNT; i++) {
		brb_cache_key key = numbered(BRB_CACHE_TALLY, i);
		added[i] = brb_value_cache_add(&cells, &key);
		cr_assert_not_null(added[i]);
		added[i]->value = i;
	}
	for (int i = 0; i < COUNT; i++) {
		brb_cache_key key = numbered(BRB_CACHE_TALLY, i);
		cr_assert_eq(brb_value_cache_find(&cells, &key), added[i]);
		cr_assert_eq(added[i]->value, i);
	}
	cr_expect_eq(cells.count, COUNT);
	brb_value_cache_clear(&cells);
	cr_expect_eq(cells.count, 0);
	cr_expect_eq(cells.used_bytes, 0);
}

/* ---- eviction ---------------------------------------------------------------------------------------------------- */

static void fill(brb_value_cache *cells, int count)
{
	for (int i = 0; i < count; i++) {
		brb_cache_key key = numbered(BRB_CACHE_TALLY, i);
		brb_value_cache_add(cells, &key)->value = i;
	}
}

Test(store_cells, below_the_bound_nothing_leaves)
{
	brb_value_cache cells = { 0 };
	fill(&cells, 1000);
	size_t used = cells.used_bytes;
	cr_expect_geq(used, 1000 * sizeof(brb_cache_entry));
	brb_value_cache_evict(&cells, used);
	cr_expect_eq(cells.count, 1000);
	brb_value_cache_clear(&cells);
}

Test(store_cells, above_it_at_most_half_of_the_bound_stays_and_what_stays_is_right)
{
	brb_value_cache cells = { 0 };
	fill(&cells, 20000);
	size_t most = cells.used_bytes - 1;
	brb_value_cache_evict(&cells, most);
	cr_expect_leq(cells.used_bytes, most / 2);
	cr_expect_gt(cells.count, 1000, "no more than needed: %u", cells.count);
	uint32_t found = 0;
	for (int i = 0; i < 20000; i++) {
		brb_cache_key key = numbered(BRB_CACHE_TALLY, i);
		brb_cache_entry *cell = brb_value_cache_find(&cells, &key);
		if (!cell)
			continue;
		found++;
		cr_assert_eq(cell->value, i);
	}
	cr_expect_eq(found, cells.count);
	brb_value_cache_clear(&cells);
}

Test(store_cells, what_was_used_of_late_stays_before_what_was_not)
{
	brb_value_cache cells = { 0 };
	fill(&cells, 20000);
	brb_value_cache_evict(&cells, cells.used_bytes - 1);
	uint32_t kept = cells.count;
	int used[64], count = 0; /* reading marks them */
	for (int i = 0; i < 20000 && count < 64; i++) {
		brb_cache_key key = numbered(BRB_CACHE_TALLY, i);
		if (brb_value_cache_find(&cells, &key))
			used[count++] = i;
	}
	cr_assert_eq(count, 64);
	brb_value_cache_evict(&cells, cells.used_bytes - 1);
	cr_expect_lt(cells.count, kept);
	for (int i = 0; i < count; i++) {
		brb_cache_key key = numbered(BRB_CACHE_TALLY, used[i]);
		cr_expect_not_null(brb_value_cache_find(&cells, &key), "%d was used", used[i]);
	}
	cr_expect_eq(cells.count, 64);
	brb_value_cache_clear(&cells);
}

Test(store_cells, each_kind_keeps_all_its_values)
{
	brb_value_cache cells = { 0 };
	fill(&cells, 20000);
	for (int i = 0; i < 2000; i++) {
		brb_cache_key key = numbered(BRB_CACHE_HELD, i);
		brb_cache_entry *cell = brb_value_cache_add(&cells, &key);
		cell->value = i;
		cell->count = i + 1;
		cell->levels = UINT64_MAX - (uint64_t)i;
		key = numbered(BRB_CACHE_NOTE, i);
		cell = brb_value_cache_add(&cells, &key);
		cell->number = i + 2;
		char text[16];
		snprintf(text, sizeof text, "note %d", i);
		brb_value_cache_set_text(&cells, cell, i % 3 ? brb_memory_copy(text) : NULL);
	}
	brb_value_cache_evict(&cells, cells.used_bytes - 1);
	int helds = 0, notes = 0;
	for (int i = 0; i < 2000; i++) {
		brb_cache_key key = numbered(BRB_CACHE_HELD, i);
		brb_cache_entry *cell = brb_value_cache_find(&cells, &key);
		if (cell) {
			helds++;
			cr_assert(cell->value == i && cell->count == i + 1 &&
				  cell->levels == UINT64_MAX - (uint64_t)i);
		}
		key = numbered(BRB_CACHE_NOTE, i);
		cell = brb_value_cache_find(&cells, &key);
		if (cell) {
			char text[16];
			snprintf(text, sizeof text, "note %d", i);
			notes++;
			cr_assert_eq(cell->number, i + 2);
			cr_assert(i % 3 ? cell->text && strcmp(cell->text, text) == 0 : !cell->text);
		}
	}
	cr_expect(helds > 100 && notes > 100, "%d and %d", helds, notes);
	brb_value_cache_clear(&cells);
}

Test(store_cells, a_bound_of_nothing_empties_it)
{
	brb_value_cache cells = { 0 };
	fill(&cells, 5000);
	brb_value_cache_evict(&cells, 0);
	cr_expect_eq(cells.count, 0);
	fill(&cells, 10);
	cr_expect_eq(cells.count, 10);
	brb_value_cache_clear(&cells);
}

Test(store_cells, a_text_counts_and_a_few_enormous_ones_leave_at_once)
{
	brb_value_cache cells = { 0 };
	for (int i = 0; i < 3; i++) {
		brb_cache_key key = numbered(BRB_CACHE_NOTE, i);
		brb_cache_entry *cell = brb_value_cache_add(&cells, &key);
		char *text = brb_memory_take(50001);
		memset(text, 'x', 50000);
		text[50000] = '\0';
		brb_value_cache_set_text(&cells, cell, text);
	}
	cr_expect_gt(cells.used_bytes, 150000);
	brb_value_cache_evict(&cells, 40000);
	cr_expect_eq(cells.count, 0);
	brb_value_cache_clear(&cells);
}

Test(store_cells, eviction_after_eviction)
{
	brb_value_cache cells = { 0 };
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 3000; i++) {
			brb_cache_key key = numbered(BRB_CACHE_TALLY, round * 2000 + i);
			brb_cache_entry *cell = brb_value_cache_find(&cells, &key);
			if (!cell) {
				cell = brb_value_cache_add(&cells, &key);
				cell->value = round * 2000 + i;
			}
			cr_assert_eq(cell->value, round * 2000 + i);
		}
		brb_value_cache_evict(&cells, 100000);
		cr_assert_leq(cells.used_bytes, 100000);
	}
	brb_value_cache_clear(&cells);
}
