/*
 * store/codec/packed_state: see packed_state.h. All reading goes through one reader, which knows the end of the bytes and stops
 * there.
 */
#include "store/codec/packed_state.h"

#include <string.h>

enum { NUMBER_BYTES_MOST = 10, KIND_MASK = 3, SPILLED = 1, PLAIN = 2, ONE_KEY = 4, HEADER_BYTES_MOST = 30 };

/* ---- numbers ---- */

static size_t put_number(unsigned char *out, uint64_t number)
{
	size_t count = 0;
	while (number >= 0x80) {
		out[count++] = (unsigned char)(number | 0x80);
		number >>= 7;
	}
	out[count++] = (unsigned char)number;
	return count;
}

/* NULL beyond the end, or for more than 64 bits. */
static const unsigned char *get_number(const unsigned char *at, const unsigned char *end, uint64_t *number)
{
	uint64_t read = 0;
	if (at < end && *at < 0x80) { /* most are */
		*number = *at;
		return at + 1;
	}
	for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
		unsigned char byte = *at++;
		if (shift == 63 && byte > 1)
			return NULL;
		read |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		*number = read;
		return at;
	}
	return NULL;
}

static uint64_t folded(int64_t number)
{
	return (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
}

static int64_t unfolded(uint64_t number)
{
	return (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

/* ---- blocks and cells ---- */

typedef struct packed_block {
	const unsigned char *start, *cells, *end; /* of one spilled `cells` is `end` */
	uint64_t memory, head;
} packed_block;

typedef struct packed_cell {
	const unsigned char *start, *end;
	brb_packed_key key;
	brb_packed_value value;
} packed_cell;

/* C11 does not let one add even 0 to the NULL of an empty state (6.5.6). */
static const unsigned char *end_of(const void *state, size_t length)
{
	return length ? (const unsigned char *)state + length : state;
}

/* False: there is none, or the bytes are no block. */
static bool read_block(const unsigned char *at, const unsigned char *end, packed_block *block)
{
	uint64_t bytes = 0;
	block->start = at;
	if (!(at = get_number(at, end, &block->memory)) || !(at = get_number(at, end, &block->head)))
		return false;
	if (!(block->head & SPILLED) && !(at = get_number(at, end, &bytes)))
		return false;
	if (bytes > (uint64_t)(end - at))
		return false;
	block->cells = at;
	block->end = at + bytes;
	return true;
}

static const unsigned char *read_value(const unsigned char *at, const unsigned char *end, uint64_t kind,
				       brb_packed_value *value)
{
	uint64_t number = 0;
	if (!(at = get_number(at, end, &number)))
		return NULL;
	*value = (brb_packed_value){ .kind = (brb_cell_kind)kind };
	if (kind == BRB_CELL_NUMBER)
		value->number = unfolded(number);
	else
		value->number = (int64_t)number;
	if (kind != BRB_CELL_TEXT)
		return at;
	if (number > (uint64_t)(end - at))
		return NULL;
	value->number = 0;
	value->text = (const char *)at;
	value->text_length = (size_t)number;
	return at + number;
}

/* False at the end of the block, or when the bytes are no cell. */
static bool read_cell(const unsigned char *at, const unsigned char *end, packed_cell *cell)
{
	uint64_t head = 0;
	cell->start = at;
	if (at >= end || !(at = get_number(at, end, &head)) || head >> 2 > (uint64_t)(end - at))
		return false;
	cell->key = (brb_packed_key){ at, (size_t)(head >> 2) };
	cell->end = read_value(at + cell->key.length, end, head & KIND_MASK, &cell->value);
	return cell->end != NULL;
}

static int compare_keys(brb_packed_key a, brb_packed_key b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;
	return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* True: it is there. Else `block` is empty, at the place where it belongs. */
static bool find_block(const unsigned char *state, size_t length, uint32_t memory, packed_block *block)
{
	const unsigned char *at = state, *end = end_of(state, length);
	while (length && read_block(at, end, block) && block->memory <= memory) {
		if (block->memory == memory)
			return true;
		at = block->end;
	}
	*block = (packed_block){ .start = at, .cells = at, .end = at, .memory = memory };
	return false;
}

/* True: it is there. Else `cell` is empty, at the place where it belongs. */
static bool find_cell(const packed_block *block, brb_packed_key key, packed_cell *cell)
{
	const unsigned char *at = block->cells;
	while (read_cell(at, block->end, cell)) {
		int order = compare_keys(cell->key, key);
		if (order == 0)
			return true;
		if (order > 0)
			break;
		at = cell->end;
	}
	*cell = (packed_cell){ .start = at, .end = at };
	return false;
}

/* ---- checking ---- */

static bool check_value(const brb_packed_value *value)
{
	if (value->kind == BRB_CELL_USER)
		return value->number > 0;
	return value->kind == BRB_CELL_NUMBER ||
	       (value->kind == BRB_CELL_TEXT && brb_text_is_utf8(value->text, value->text_length) &&
		(!value->text_length || !memchr(value->text, '\0', value->text_length)));
}

static bool check_cells(const packed_block *block)
{
	packed_cell cell, last = { .start = NULL };
	uint64_t keys = 0;
	bool plain = false;
	const unsigned char *at = block->cells;
	for (; read_cell(at, block->end, &cell); at = cell.end) {
		if (cell.key.length > BRB_PACKED_KEY_BYTES_MOST || !check_value(&cell.value) ||
		    (last.start && compare_keys(last.key, cell.key) >= 0))
			return false;
		plain |= !cell.key.length;
		keys += cell.key.length != 0;
		last = cell;
	}
	return at == block->end && keys == block->head / ONE_KEY && plain == ((block->head & PLAIN) != 0);
}

bool brb_packed_check(const void *state, size_t length)
{
	packed_block block;
	uint64_t last = 0;
	const unsigned char *at = state, *end = end_of(state, length);
	for (; length && at < end; at = block.end, last = block.memory) {
		if (!read_block(at, end, &block) || block.memory <= last || block.memory > UINT32_MAX ||
		    block.head < PLAIN)
			return false;
		if (!(block.head & SPILLED) && !check_cells(&block))
			return false;
	}
	return true;
}

/* ---- reading ---- */

brb_packed_found brb_packed_find(const void *state, size_t length, uint32_t memory, brb_packed_key key,
				 brb_packed_value *value)
{
	packed_block block;
	packed_cell cell;
	if (!find_block(state, length, memory, &block))
		return BRB_PACKED_ABSENT;
	if (block.head & SPILLED)
		return BRB_PACKED_SPILLED;
	if (!find_cell(&block, key, &cell))
		return BRB_PACKED_ABSENT;
	*value = cell.value;
	return BRB_PACKED_HERE;
}

brb_packed_found brb_packed_next(const void *state, size_t length, uint32_t memory, brb_packed_key after,
				 brb_packed_key *key)
{
	packed_block block;
	packed_cell cell;
	if (!find_block(state, length, memory, &block))
		return BRB_PACKED_ABSENT;
	if (block.head & SPILLED)
		return BRB_PACKED_SPILLED;
	for (const unsigned char *at = block.cells; read_cell(at, block.end, &cell); at = cell.end) {
		if (!cell.key.length || compare_keys(cell.key, after) <= 0)
			continue;
		*key = cell.key;
		return BRB_PACKED_HERE;
	}
	return BRB_PACKED_ABSENT;
}

uint64_t brb_packed_keys(const void *state, size_t length, uint32_t memory)
{
	packed_block block;
	return find_block(state, length, memory, &block) ? block.head / ONE_KEY : 0;
}

brb_packed_walk brb_packed_begin(const void *state, size_t length)
{
	const unsigned char *at = state;
	return (brb_packed_walk){ .at = at, .end = end_of(state, length), .cells_end = at };
}

bool brb_packed_step(brb_packed_walk *walk)
{
	packed_block block;
	packed_cell cell;
	while (walk->at == walk->cells_end) {
		if (walk->at == walk->end || !read_block(walk->at, walk->end, &block))
			return false;
		walk->memory = (uint32_t)block.memory;
		walk->spilled = block.head & SPILLED;
		walk->keys = block.head / ONE_KEY;
		walk->at = block.cells;
		walk->cells_end = block.end;
		if (walk->spilled)
			return true;
	}
	if (!read_cell(walk->at, walk->cells_end, &cell))
		return false;
	walk->at = cell.end;
	walk->key = cell.key;
	walk->value = cell.value;
	return true;
}

/* ---- changing ---- */

/* The head of a block, of which `cells` bytes follow. */
static size_t put_header(unsigned char *out, uint64_t memory, uint64_t head, size_t cells)
{
	size_t size = put_number(out, memory);
	size += put_number(out + size, head);
	return head & SPILLED ? size : size + put_number(out + size, cells);
}

/* All of a cell but its text. */
static size_t put_cell(unsigned char *out, brb_packed_key key, const brb_packed_value *value)
{
	size_t size = put_number(out, (uint64_t)key.length << 2 | (uint64_t)value->kind);
	if (key.length)
		memcpy(out + size, key.bytes, key.length);
	size += key.length;
	return size + put_number(out + size, value->kind == BRB_CELL_TEXT   ? value->text_length
					     : value->kind == BRB_CELL_USER ? (uint64_t)value->number
									    : folded(value->number));
}

/* Moves what follows a block, and all of the block before `cell`, and puts in the new cell. Returns the new length. */
static size_t splice(unsigned char *state, size_t length, const packed_block *block, const packed_cell *cell,
		     uint64_t head, const unsigned char *put, size_t put_length, const brb_packed_value *value)
{
	unsigned char header[HEADER_BYTES_MOST];
	size_t text_length = put_length && value->kind == BRB_CELL_TEXT ? value->text_length : 0;
	size_t before = (size_t)(cell->start - block->cells), after = (size_t)(block->end - cell->end);
	size_t cells = before + put_length + text_length + after;
	size_t header_length = cells ? put_header(header, block->memory, head, cells) : 0;
	size_t rest = length - (size_t)(cell->end - state);
	unsigned char *start = state + (block->start - state);
	unsigned char *first = start + header_length, *place = first + before;
	unsigned char *tail = place + put_length + text_length;
	if (tail >= cell->end) {
		memmove(tail, cell->end, rest);
		memmove(first, block->cells, before);
	} else {
		memmove(first, block->cells, before);
		memmove(tail, cell->end, rest);
	}
	memcpy(start, header, header_length);
	if (put_length)
		memcpy(place, put, put_length);
	if (text_length)
		memcpy(place + put_length, value->text, text_length);
	return (size_t)(tail - state) + rest;
}

size_t brb_packed_set(void *state, size_t length, uint32_t memory, brb_packed_key key, const brb_packed_value *value)
{
	packed_block block;
	packed_cell cell;
	unsigned char put[BRB_PACKED_KEY_BYTES_MOST + 2 * NUMBER_BYTES_MOST];
	uint64_t one = key.length ? ONE_KEY : PLAIN;
	find_block(state, length, memory, &block);
	bool there = find_cell(&block, key, &cell);
	if (value->kind == BRB_CELL_NONE)
		return there ? splice(state, length, &block, &cell, block.head - one, key.bytes, 0, value) : length;
	size_t put_length = put_cell(put, key, value);
	return splice(state, length, &block, &cell, there ? block.head : block.head + one, put, put_length, value);
}

/* Replaces a block by a spilled one with this head; one without cells goes. */
static size_t replace_block(unsigned char *state, size_t length, const packed_block *block, uint64_t head)
{
	unsigned char header[HEADER_BYTES_MOST];
	size_t size = head > SPILLED ? put_header(header, block->memory, head, 0) : 0;
	unsigned char *start = state + (block->start - state);
	size_t rest = length - (size_t)(block->end - state);
	memmove(start + size, block->end, rest);
	memcpy(start, header, size);
	return (size_t)(start - state) + size + rest;
}

size_t brb_packed_count(void *state, size_t length, uint32_t memory, bool plain, int change)
{
	packed_block block;
	uint64_t one = plain ? PLAIN : ONE_KEY;
	if (!find_block(state, length, memory, &block) || !(block.head & SPILLED) ||
	    (change < 0 && (plain ? !(block.head & PLAIN) : block.head < ONE_KEY)))
		return length;
	return replace_block(state, length, &block, change < 0 ? block.head - one : block.head + one);
}

size_t brb_packed_spill(void *state, size_t length, uint32_t memory)
{
	packed_block block;
	return find_block(state, length, memory, &block) ? replace_block(state, length, &block, block.head | SPILLED)
							 : length;
}

size_t brb_packed_drop(void *state, size_t length, uint32_t memory)
{
	packed_block block;
	return find_block(state, length, memory, &block) ? replace_block(state, length, &block, 0) : length;
}

uint32_t brb_packed_largest(const void *state, size_t length)
{
	packed_block block;
	uint32_t largest = 0;
	ptrdiff_t most = BRB_PACKED_SPILL_BYTES_LEAST;
	const unsigned char *at = state, *end = end_of(state, length);
	for (; length && read_block(at, end, &block); at = block.end) {
		if (block.end - block.cells <= most)
			continue;
		most = block.end - block.cells;
		largest = (uint32_t)block.memory;
	}
	return largest;
}
