/*
 * table: bytes to a pointer. Only entries that were set are found, and iteration visits each once.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/table.h"

static int one = 1, two = 2, three = 3;

Test(table, an_empty_table_has_nothing)
{
	brb_table table = { 0 };
	size_t position = 0;
	cr_assert_null(brb_table_get(&table, "a"));
	cr_assert_null(brb_table_get_length(&table, "", 0));
	cr_assert_null(brb_table_next(&table, &position));
	brb_table_finish(&table);
}

Test(table, what_was_set_is_found)
{
	brb_table table = { 0 };
	cr_assert(brb_table_set(&table, "one", &one));
	cr_assert(brb_table_set(&table, "two", &two));
	cr_assert(brb_table_set(&table, "", &three));
	cr_assert_eq(brb_table_get(&table, "one"), &one);
	cr_assert_eq(brb_table_get(&table, "two"), &two);
	cr_assert_eq(brb_table_get(&table, ""), &three);
	cr_assert_null(brb_table_get(&table, "on"));
	cr_assert_null(brb_table_get(&table, "ones"));
	cr_assert_eq(table.count, 3);
	brb_table_finish(&table);
}

Test(table, setting_again_replaces_the_value_and_keeps_the_key)
{
	brb_table table = { 0 };
	char first[] = "key", second[] = "key";
	brb_table_set(&table, first, &one);
	brb_table_set(&table, second, &two);
	cr_assert_eq(brb_table_get(&table, "key"), &two);
	cr_assert_eq(table.count, 1);
	size_t position = 0;
	cr_assert_eq(brb_table_next(&table, &position)->key, first);
	brb_table_finish(&table);
}

Test(table, keys_are_bytes_of_a_length)
{
	brb_table table = { 0 };
	brb_table_set_length(&table, "a\0b", 3, &one);
	brb_table_set_length(&table, "a\0c", 3, &two);
	brb_table_set_length(&table, "abcdef", 2, &three);
	cr_assert_eq(brb_table_get_length(&table, "a\0b", 3), &one);
	cr_assert_eq(brb_table_get_length(&table, "a\0c", 3), &two);
	cr_assert_eq(brb_table_get(&table, "ab"), &three);
	cr_assert_null(brb_table_get(&table, "a"));
	brb_table_finish(&table);
}

Test(table, ten_thousand_keys_are_all_found_and_each_is_visited_once)
{
	enum { COUNT = 10000 };
	static char keys[COUNT][16];
	static int values[COUNT];
	brb_table table = { 0 };
	for (int i = 0; i < COUNT; i++) {
		snprintf(keys[i], sizeof keys[i], "key-%d", i);
		cr_assert(brb_table_set(&table, keys[i], &values[i]));
		cr_assert_null(brb_table_get(&table, "key-10000"), "looked for in vain, however full it is");
	}
	cr_assert_eq(table.count, COUNT);
	for (int i = 0; i < COUNT; i++)
		cr_assert_eq(brb_table_get(&table, keys[i]), &values[i]);
	cr_assert_null(brb_table_get(&table, "key-10000"));
	size_t position = 0, visited = 0;
	for (const brb_table_entry *entry; (entry = brb_table_next(&table, &position)); visited++) {
		int *value = entry->value;
		cr_assert_eq(++*value, 1, "visited twice: %s", entry->key);
		cr_assert_eq(entry->key_length, strlen(entry->key));
	}
	cr_assert_eq(visited, COUNT);
	cr_assert_null(brb_table_next(&table, &position), "the end stays the end");
	brb_table_finish(&table);
	cr_assert_eq(table.count, 0);
	cr_assert_null(brb_table_get(&table, "key-1"));
}

/* Every byte of a key of any length matters, as does the length. */
Test(table, the_hash_hears_every_byte)
{
	char key[40];
	for (size_t length = 1; length < sizeof key; length++) {
		memset(key, 0, sizeof key);
		uint32_t plain = brb_table_hash(key, length);
		cr_assert_neq(plain, brb_table_hash(key, length - 1), "length %zu", length);
		for (size_t i = 0; i < length; i++) {
			key[i] = 1;
			cr_assert_neq(brb_table_hash(key, length), plain, "byte %zu of %zu", i, length);
			key[i] = 0;
		}
	}
}

/* Under a key that is known, names of one hash can be prepared: these are those of the constants of wyhash's kind. */
Test(table, the_hash_has_a_key_of_its_process)
{
	cr_expect_neq(brb_table_hash("ada", 3), 0x293a6e5);
	cr_expect_neq(brb_table_hash("points_awarded", 14), 0xade0a02f);
}

/* Typical keys are numbered. The low bits, which choose the slot, must spread. */
Test(table, the_hash_spreads_numbered_keys)
{
	enum { KEYS = 4096, SLOTS = 8192 };
	static unsigned char used[SLOTS];
	int distinct = 0;
	for (int i = 0; i < KEYS; i++) {
		char key[16];
		int length = snprintf(key, sizeof key, "user%d", i);
		unsigned char *slot = &used[brb_table_hash(key, (size_t)length) % SLOTS];
		distinct += !*slot;
		*slot = 1;
	}
	/* random: 8192 * (1 - exp(-1/2)) = 3223 on average, with a standard deviation of 24 */
	cr_assert_gt(distinct, 3100);
}
