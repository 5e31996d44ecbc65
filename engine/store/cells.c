/*
 * store/cells: see cells.h. Open addressing with linear probing at a load of at most three quarters: a smaller table
 * stays in the processor's cache for longer. Cells leave only in bulk,
 * when the table is laid anew, so there are no graves.
 */
#include "store/cells.h"

#include <stdlib.h>

#include "base/table.h"

static bool has_text(const brb_cell *cell)
{
	return cell->key[0] == BRB_CELL_NOTE && cell->text;
}

static size_t size_of(const brb_cell *cell)
{
	return sizeof *cell + cell->key_length + (has_text(cell) ? strlen(cell->text) + 1 : 0) +
	       2 * sizeof(brb_cell_slot);
}

static void free_cell(brb_cell *cell)
{
	if (has_text(cell))
		free(cell->text);
	free(cell);
}

static void put(brb_cell_slot *slots, uint32_t capacity, brb_cell *cell)
{
	uint32_t mask = capacity - 1;
	uint32_t place = cell->hash & mask;
	while (slots[place].cell)
		place = (place + 1) & mask;
	slots[place] = (brb_cell_slot){ cell, cell->hash };
}

brb_cell *brb_cells_find(const brb_cells *cells, const brb_cell_key *key)
{
	if (!cells->capacity)
		return NULL;
	uint32_t hash = brb_table_hash(key->bytes, key->length);
	uint32_t mask = cells->capacity - 1;
	for (uint32_t place = hash & mask;; place = (place + 1) & mask) {
		brb_cell *cell = cells->slots[place].cell;
		if (!cell)
			return NULL;
		if (cells->slots[place].hash == hash && cell->key_length == key->length &&
		    memcmp(cell->key, key->bytes, key->length) == 0) {
			cell->used = true;
			return cell;
		}
	}
}

static bool grow(brb_cells *cells)
{
	uint32_t capacity = cells->capacity ? cells->capacity * 2 : 256;
	brb_cell_slot *slots = capacity > cells->capacity ? calloc(capacity, sizeof *slots) : NULL;
	if (!slots)
		return false;
	for (uint32_t i = 0; i < cells->capacity; i++)
		if (cells->slots[i].cell)
			put(slots, capacity, cells->slots[i].cell);
	free(cells->slots);
	cells->slots = slots;
	cells->capacity = capacity;
	return true;
}

brb_cell *brb_cells_add(brb_cells *cells, const brb_cell_key *key)
{
	if (cells->count >= cells->capacity / 4 * 3 && !grow(cells))
		return NULL;
	brb_cell *cell = calloc(1, sizeof *cell + key->length);
	if (!cell)
		return NULL;
	memcpy(cell->key, key->bytes, key->length);
	cell->key_length = (uint16_t)key->length;
	cell->hash = brb_table_hash(key->bytes, key->length);
	cell->used = true;
	put(cells->slots, cells->capacity, cell);
	cells->count++;
	cells->used_bytes += size_of(cell);
	return cell;
}

/* Frees unused cells, and with `half` the half of the others that a bit of the hash names. Packs the rest in front. */
static void sweep(brb_cells *cells, bool half)
{
	uint32_t kept = 0;
	uint32_t bit = UINT32_C(0x80000000) >> (cells->sweeps++ % 8);
	cells->used_bytes = 0;
	for (uint32_t i = 0; i < cells->capacity; i++) {
		brb_cell *cell = cells->slots[i].cell;
		cells->slots[i].cell = NULL;
		if (!cell)
			continue;
		if (!cell->used || (half && cell->hash & bit)) {
			free_cell(cell);
			continue;
		}
		cells->used_bytes += size_of(cell);
		cells->slots[kept++].cell = cell; /* never past i: nothing unread is written over */
	}
	cells->count = kept;
}

static bool lay_anew(brb_cells *cells)
{
	brb_cell_slot *slots = calloc(cells->capacity, sizeof *slots);
	if (!slots)
		return false;
	for (uint32_t i = 0; i < cells->count; i++) {
		cells->slots[i].cell->used = false;
		put(slots, cells->capacity, cells->slots[i].cell);
	}
	free(cells->slots);
	cells->slots = slots;
	return true;
}

void brb_cells_evict(brb_cells *cells, size_t most_bytes)
{
	if (cells->used_bytes <= most_bytes)
		return;
	sweep(cells, false);
	while (cells->used_bytes > most_bytes / 2)
		sweep(cells, true);
	if (!lay_anew(cells))
		brb_cells_clear(cells);
}

void brb_cells_set_text(brb_cells *cells, brb_cell *cell, char *text)
{
	cell->text = text;
	cells->used_bytes += text ? strlen(text) + 1 : 0;
}

void brb_cells_clear(brb_cells *cells)
{
	for (uint32_t i = 0; i < cells->capacity; i++)
		if (cells->slots[i].cell)
			free_cell(cells->slots[i].cell);
	free(cells->slots);
	*cells = (brb_cells){ 0 };
}
