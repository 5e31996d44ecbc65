/*
 * store/codec/packed_state: all that plugins remember of one owner, a user or a thing, as one string of bytes, which is read and
 * written as a whole. Private to the store room and its drivers.
 *
 * The bytes, numbers being LEB128 (DWARF 5, section 7.6), signed ones zigzag before:
 *
 *	state	one block for each memory name with cells, ascending by its number
 *	block	number of the memory, keys * 4 + has a plain cell * 2 + is spilled; unless spilled: bytes of the cells, the cells
 *	cell	bytes of its key * 4 + kind, the key, the value; ascending by key as memcmp() orders them
 *	value	of a NUMBER: it, signed; of a TEXT: its bytes, the text; of a USER: the user's number
 *
 * `keys` counts the cells that have a key; the plain cell has none. The cells of a spilled block are kept elsewhere, one by
 * one: the state has only their number. What a key's bytes are is the caller's.
 *
 * Guarantees: bytes that brb_packed_check has accepted are read without leaving them; others only if they were changed by
 * the functions below. An empty state has no bytes.
 */
#ifndef BRB_STORE_PACKED_STATE_H
#define BRB_STORE_PACKED_STATE_H

#include "store/types.h"

enum { BRB_PACKED_KEY_BYTES_MOST = 255 };

/* A state beyond this has cells spilled, the largest block first, but none whose cells are so few bytes. */
enum { BRB_PACKED_STATE_BYTES_MOST = 2048, BRB_PACKED_SPILL_BYTES_LEAST = 64 };

/* The bytes that setting a cell adds at most. */
#define BRB_PACKED_GROWTH(key_length, text_length) ((size_t)(key_length) + (size_t)(text_length) + 64)

typedef struct brb_packed_key {
	const void *bytes;
	size_t length; /* 0: the plain cell */
} brb_packed_key;

/* Texts are the state's, without NUL, and move when it is changed. */
typedef struct brb_packed_value {
	brb_cell_kind kind;
	int64_t number; /* of a USER: its number */
	const char *text;
	size_t text_length;
} brb_packed_value;

typedef enum brb_packed_found { BRB_PACKED_ABSENT, BRB_PACKED_HERE, BRB_PACKED_SPILLED } brb_packed_found;

/* Whether the bytes are a state. */
bool brb_packed_check(const void *state, size_t length);

/* ---- reading ---- */

brb_packed_found brb_packed_find(const void *state, size_t length, uint32_t memory, brb_packed_key key,
				 brb_packed_value *value);

/* The first cell with a key greater than `after` (the plain one is never it). ABSENT: the end. */
brb_packed_found brb_packed_next(const void *state, size_t length, uint32_t memory, brb_packed_key after,
				 brb_packed_key *key);

/* Keys of a memory, spilled or not. */
uint64_t brb_packed_keys(const void *state, size_t length, uint32_t memory);

/* A walk over all cells; of a spilled block it stops once, with `spilled`. */
typedef struct brb_packed_walk {
	const unsigned char *at, *end;
	const unsigned char *cells_end; /* of the block it is in */
	uint32_t memory;
	bool spilled;
	uint64_t keys; /* of the block */
	brb_packed_key key;
	brb_packed_value value;
} brb_packed_walk;

brb_packed_walk brb_packed_begin(const void *state, size_t length);
bool brb_packed_step(brb_packed_walk *walk); /* false: the end */

/* ---- changing: there is room for BRB_PACKED_GROWTH more; the returned length is the new one ---- */

/* Sets or, with kind NONE, removes a cell of a block that is not spilled. The value's text is not the state's own. */
size_t brb_packed_set(void *state, size_t length, uint32_t memory, brb_packed_key key, const brb_packed_value *value);

/* Of a spilled block: a cell has come (1), or is gone (-1). The last one takes the block with it. */
size_t brb_packed_count(void *state, size_t length, uint32_t memory, bool plain, int change);

/* Drops the cells of a block, and marks it as spilled. */
size_t brb_packed_spill(void *state, size_t length, uint32_t memory);

/* The memory with the most bytes of those not spilled; 0: there is none with enough. */
uint32_t brb_packed_largest(const void *state, size_t length);

/* Removes a block, spilled or not. */
size_t brb_packed_drop(void *state, size_t length, uint32_t memory);

#endif
