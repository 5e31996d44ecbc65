/*
 * What plugins remember of a user, as one string of bytes: bytes that are accepted can be walked, each cell is found where the
 * walk has it, and after a change they are a state again that differs in that cell.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "store/codec/packed_state.h"

static bool is_same(const brb_packed_value *a, const brb_packed_value *b)
{
	return a->kind == b->kind && a->number == b->number && a->text_length == b->text_length &&
	       (a->text_length == 0 || memcmp(a->text, b->text, a->text_length) == 0);
}

/* Returns the number of cells. */
static size_t walk_cells(const void *state, size_t length)
{
	size_t cells = 0;
	brb_packed_value value;
	brb_packed_walk walk = brb_packed_begin(state, length);
	while (brb_packed_step(&walk)) {
		brb_packed_found found = brb_packed_find(state, length, walk.memory, walk.key, &value);
		FUZZ_EXPECT(walk.keys == brb_packed_keys(state, length, walk.memory));
		FUZZ_EXPECT(found == (walk.spilled ? BRB_PACKED_SPILLED : BRB_PACKED_HERE));
		FUZZ_EXPECT(walk.spilled || is_same(&walk.value, &value));
		cells++;
	}
	FUZZ_EXPECT(walk.at == walk.end);
	return cells;
}

static void change(const void *bytes, size_t length, uint32_t memory, const char *key, const char *text)
{
	brb_packed_value value = { .kind = BRB_CELL_TEXT, .text = text, .text_length = strlen(text) }, found;
	brb_packed_key at = { key, strlen(key) };
	char *state = fuzz_copy(bytes, length, BRB_PACKED_GROWTH(at.length, value.text_length));
	uint32_t largest = brb_packed_largest(state, length);
	if (brb_packed_find(state, length, memory, at, &found) != BRB_PACKED_SPILLED) {
		length = brb_packed_set(state, length, memory, at, &value);
		FUZZ_EXPECT(brb_packed_check(state, length));
		FUZZ_EXPECT(brb_packed_find(state, length, memory, at, &found) == BRB_PACKED_HERE);
		FUZZ_EXPECT(is_same(&value, &found));
		value.kind = BRB_CELL_NONE;
		length = brb_packed_set(state, length, memory, at, &value);
		FUZZ_EXPECT(brb_packed_find(state, length, memory, at, &found) == BRB_PACKED_ABSENT);
	}
	if (largest)
		length = brb_packed_spill(state, length, largest);
	length = brb_packed_count(state, length, memory, false, -1);
	FUZZ_EXPECT(brb_packed_check(state, length));
	length = brb_packed_drop(state, length, memory);
	FUZZ_EXPECT(brb_packed_check(state, length));
	walk_cells(state, length);
	free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_input input = { bytes, bytes + size };
	uint32_t memory = 1 + fuzz_byte(&input) % 4u;
	char *key = fuzz_text(&input), *text = fuzz_text(&input);
	size_t length = (size_t)(input.end - input.at);
	char *state = fuzz_copy(input.at, length, 0);
	bool can_set = strlen(key) <= BRB_PACKED_KEY_BYTES_MOST && fuzz_is_utf8(text);
	if (can_set && brb_packed_check(state, length)) {
		walk_cells(state, length);
		change(state, length, memory, key, text);
	}
	free(key);
	free(text);
	free(state);
	return 0;
}
