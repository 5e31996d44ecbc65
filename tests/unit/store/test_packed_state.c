/*
 * store, packed state: against a plain model, over random changes; spilled blocks; bytes that are no state.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/codec/packed_state.h"

static unsigned char state[1 << 16];
static size_t length;

static brb_packed_key text_key(const char *text)
{
	return (brb_packed_key){ text, strlen(text) };
}

static void set_number(uint32_t memory, const char *key, int64_t number)
{
	brb_packed_value value = { .kind = BRB_CELL_NUMBER, .number = number };
	length = brb_packed_set(state, length, memory, text_key(key), &value);
}

static void set_text(uint32_t memory, const char *key, const char *text)
{
	brb_packed_value value = { .kind = BRB_CELL_TEXT, .text = text, .text_length = strlen(text) };
	length = brb_packed_set(state, length, memory, text_key(key), &value);
}

static void remove_cell(uint32_t memory, const char *key)
{
	brb_packed_value value = { .kind = BRB_CELL_NONE };
	length = brb_packed_set(state, length, memory, text_key(key), &value);
}

static int64_t number(uint32_t memory, const char *key)
{
	brb_packed_value value = { .kind = BRB_CELL_NONE };
	return brb_packed_find(state, length, memory, text_key(key), &value) == BRB_PACKED_HERE ? value.number : -1;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

Test(packed_state, nothing_is_in_no_bytes)
{
	brb_packed_value value;
	brb_packed_key key;
	cr_expect(brb_packed_check(NULL, 0));
	cr_expect_eq(brb_packed_find(NULL, 0, 1, text_key(""), &value), BRB_PACKED_ABSENT);
	cr_expect_eq(brb_packed_next(NULL, 0, 1, text_key(""), &key), BRB_PACKED_ABSENT);
	cr_expect_eq(brb_packed_keys(NULL, 0, 1), 0);
	cr_expect_eq(brb_packed_largest(NULL, 0), 0);
}

Test(packed_state, a_plain_number_takes_few_bytes)
{
	set_number(1, "", 7);
	cr_expect_eq(length, 5);
	cr_expect_arr_eq(state, "\x01\x02\x02\x01\x0e", 5, "as the header has it");
	cr_expect_eq(number(1, ""), 7);
	cr_expect_eq(brb_packed_keys(state, length, 1), 0, "the plain cell is no key");
}

Test(packed_state, numbers_of_every_size_come_back)
{
	const int64_t numbers[] = { 0, 1, -1, 63, 64, -64, -65, 1 << 20, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		brb_packed_value value;
		set_number(300, "k", numbers[i]);
		cr_assert(brb_packed_check(state, length));
		cr_assert_eq(brb_packed_find(state, length, 300, text_key("k"), &value), BRB_PACKED_HERE);
		cr_expect_eq(value.number, numbers[i]);
	}
}

Test(packed_state, the_last_cell_takes_its_block_with_it)
{
	set_number(2, "b", 1);
	set_text(5, "", "five");
	set_number(2, "a", 1);
	remove_cell(2, "a");
	remove_cell(2, "nobody");
	remove_cell(2, "b");
	remove_cell(5, "");
	cr_expect_eq(length, 0);
}

Test(packed_state, keys_come_in_order_after_any_text)
{
	brb_packed_key key;
	set_number(1, "", 1);
	set_number(1, "b", 1);
	set_number(1, "ab", 1);
	set_number(1, "a", 1);
	cr_assert_eq(brb_packed_next(state, length, 1, text_key(""), &key), BRB_PACKED_HERE);
	cr_expect(key.length == 1 && memcmp(key.bytes, "a", 1) == 0);
	cr_assert_eq(brb_packed_next(state, length, 1, text_key("a"), &key), BRB_PACKED_HERE);
	cr_expect(key.length == 2 && memcmp(key.bytes, "ab", 2) == 0);
	cr_assert_eq(brb_packed_next(state, length, 1, text_key("aa"), &key), BRB_PACKED_HERE);
	cr_expect(key.length == 2, "also after a key that is not there");
	cr_expect_eq(brb_packed_next(state, length, 1, text_key("b"), &key), BRB_PACKED_ABSENT);
	cr_expect_eq(brb_packed_keys(state, length, 1), 3);
}

/* ---- spilling ---------------------------------------------------------------------------------------------------- */

Test(packed_state, a_spilled_block_keeps_its_number_of_keys)
{
	brb_packed_value value;
	set_number(1, "", 1);
	set_number(2, "", 5);
	set_number(2, "x", 5);
	set_number(2, "y", 5);
	set_number(3, "", 9);
	cr_expect_eq(brb_packed_largest(state, length), 0, "none is worth a row for each cell");
	set_text(3, "", "sixty-four bytes and more, which is what makes a block worth spilling");
	set_text(2, "x", "sixty-four bytes and more, which is what makes a block worth spilling");
	cr_expect_eq(brb_packed_largest(state, length), 2);
	length = brb_packed_spill(state, length, 2);
	cr_expect(brb_packed_check(state, length));
	cr_expect_eq(brb_packed_find(state, length, 2, text_key("x"), &value), BRB_PACKED_SPILLED);
	cr_expect_eq(brb_packed_keys(state, length, 2), 2);
	length = brb_packed_count(state, length, 2, false, 1);
	cr_expect_eq(brb_packed_keys(state, length, 2), 3);
	for (int i = 0; i < 3; i++)
		length = brb_packed_count(state, length, 2, false, -1);
	cr_expect_eq(brb_packed_keys(state, length, 2), 0);
	cr_expect_eq(brb_packed_find(state, length, 2, text_key("x"), &value), BRB_PACKED_SPILLED,
		     "a plain one is left");
	length = brb_packed_count(state, length, 2, true, -1);
	cr_expect_eq(brb_packed_find(state, length, 2, text_key("x"), &value), BRB_PACKED_ABSENT);
	cr_expect(number(1, "") == 1 && number(3, "") == 0);
}

/* ---- against a model --------------------------------------------------------------------------------------------- */

enum { MEMORIES = 5, KEYS = 40 };

typedef struct model_cell {
	brb_cell_kind kind;
	int64_t number;
	char text[200];
} model_cell;

static model_cell model[MEMORIES][KEYS];

/* Key 0 is the plain one; the others are of many lengths and share beginnings. */
static brb_packed_key key_of(int key)
{
	static char bytes[BRB_PACKED_KEY_BYTES_MOST];
	size_t size = key ? (size_t)(1 + key * 37 % 254) : 0;
	memset(bytes, 'a' + key % 3, sizeof bytes);
	if (size)
		bytes[size - 1] = (char)key;
	return (brb_packed_key){ bytes, size };
}

static void change_one(void)
{
	uint32_t memory = (uint32_t)rand() % MEMORIES;
	int key = rand() % KEYS;
	model_cell *cell = &model[memory][key];
	brb_packed_value value = { .kind = (brb_cell_kind)(rand() % 4) };
	cell->kind = value.kind;
	if (value.kind == BRB_CELL_NUMBER)
		value.number = (int64_t)((uint64_t)rand() << (rand() % 40)) * (rand() % 2 ? 1 : -1);
	if (value.kind == BRB_CELL_USER)
		value.number = 1 + (int64_t)rand();
	if (value.kind == BRB_CELL_TEXT) {
		memset(cell->text, 'x', sizeof cell->text);
		value.text = cell->text;
		value.text_length = (size_t)rand() % sizeof cell->text;
		cell->text[value.text_length] = '\0';
	}
	cell->number = value.number;
	length = brb_packed_set(state, length, memory * 100 + 1, key_of(key), &value);
}

static void expect_as_model(void)
{
	cr_assert(brb_packed_check(state, length));
	for (uint32_t memory = 0; memory < MEMORIES; memory++) {
		uint64_t keys = 0;
		for (int key = 0; key < KEYS; key++) {
			brb_packed_value value = { .kind = BRB_CELL_NONE };
			const model_cell *cell = &model[memory][key];
			brb_packed_found found =
				brb_packed_find(state, length, memory * 100 + 1, key_of(key), &value);
			cr_assert_eq(found == BRB_PACKED_HERE, cell->kind != BRB_CELL_NONE);
			cr_assert_eq(value.kind, cell->kind);
			cr_assert_eq(value.number, cell->number);
			if (value.kind == BRB_CELL_TEXT)
				cr_assert(strlen(cell->text) == value.text_length &&
					  memcmp(cell->text, value.text, value.text_length) == 0);
			keys += key && cell->kind != BRB_CELL_NONE;
		}
		cr_assert_eq(brb_packed_keys(state, length, memory * 100 + 1), keys);
	}
}

Test(packed_state, random_changes_do_what_they_do_to_a_model)
{
	srand(12);
	for (int i = 0; i < 4000; i++) {
		change_one();
		expect_as_model();
	}
}

/* ---- damage ------------------------------------------------------------------------------------------------------ */

Test(packed_state, damaged_bytes_are_refused_or_read_within_their_bounds)
{
	srand(7);
	for (int i = 0; i < 60; i++)
		change_one();
	for (int i = 0; i < 20000; i++) {
		size_t size = (size_t)rand() % (length + 1);
		unsigned char *copy = malloc(size + 1); /* so that a tool sees what is read beyond it */
		memcpy(copy, state, size);
		for (int flips = rand() % 4; size && flips >= 0; flips--)
			copy[(size_t)rand() % size] = (unsigned char)rand();
		brb_packed_walk walk = brb_packed_begin(copy, size);
		brb_packed_value value;
		brb_packed_check(copy, size);
		brb_packed_find(copy, size, 201, key_of(rand() % KEYS), &value);
		for (int steps = 0; steps < 1000 && brb_packed_step(&walk); steps++)
			continue;
		free(copy);
	}
}

Test(packed_state, what_is_no_state_is_refused)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *what;
	} wrong[] = {
		{ "\x01", 1, "ends within a block" },
		{ "\x00\x02\x02\x01\x0e", 5, "memory 0" },
		{ "\x01\x02\x09\x01\x0e", 5, "more cells than bytes" },
		{ "\x01\x06\x02\x01\x0e", 5, "a key that is not there" },
		{ "\x01\x02\x02\x01\x0e\x01\x02\x02\x01\x0e", 10, "one memory twice" },
		{ "\x01\x02\x03\x02\x01\x00", 6, "NUL in a text" },
		{ "\x01\x02\x03\x02\x01\xff", 6, "a text that is not UTF-8" },
		{ "\x01\x02\x02\x03\x00", 5, "nobody" },
		{ "\x01\x08\x08\x05\x62\x00\x05\x61\x00", 9, "keys out of order" },
		{ "\x01\x00\x00", 3, "a block without cells" },
		{ "\x01\x02\x02\x00\x00", 5, "a cell of no kind" },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_not(brb_packed_check(wrong[i].bytes, wrong[i].length), "%s", wrong[i].what);
}
