/*
 * store/cells: see cells.h. Open addressing with linear probing at a load of at most a half. Cells leave only in bulk,
 * when the table is laid anew, so there are no graves.
 */
#include "store/cells.h"

#include <stdlib.h>

#include "base/table.h"

static size_t size_of(const brb_cell *cell)
{
	return sizeof *cell + cell->key_length + (cell->text ? strlen(cell->text) + 1 : 0) + 2 * sizeof(brb_cell *);
}

static void free_cell(brb_cell *cell)
{
	free(cell->text);
	free(cell);
}

static uint32_t place_for(brb_cell *const *slots, uint32_t capacity, uint32_t hash)
{
	uint32_t mask = capacity - 1;
	uint32_t place = hash & mask;
	while (slots[place])
		place = (place + 1) & mask;
	return place;
}

brb_cell *brb_cells_find(const brb_cells *cells, const brb_cell_key *key)
{
	if (!cells->capacity)
		return NULL;
	uint32_t hash = brb_table_hash(key->bytes, key->length);
	uint32_t mask = cells->capacity - 1;
	for (uint32_t place = hash & mask;; place = (place + 1) & mask) {
		brb_cell *cell = cells->slots[place];
		if (!cell)
			return NULL;
		if (cell->hash == hash && cell->key_length == key->length &&
		    memcmp(cell->key, key->bytes, key->length) == 0) {
			cell->used = true;
			return cell;
		}
	}
}

static bool grow(brb_cells *cells)
{
	uint32_t capacity = cells->capacity ? cells->capacity * 2 : 256;
	brb_cell **slots = capacity > cells->capacity ? calloc(capacity, sizeof(brb_cell *)) : NULL;
	if (!slots)
		return false;
	for (uint32_t i = 0; i < cells->capacity; i++)
		if (cells->slots[i])
			slots[place_for(slots, capacity, cells->slots[i]->hash)] = cells->slots[i];
	free(cells->slots);
	cells->slots = slots;
	cells->capacity = capacity;
	return true;
}

brb_cell *brb_cells_add(brb_cells *cells, const brb_cell_key *key)
{
	if (cells->count >= cells->capacity / 2 && !grow(cells))
		return NULL;
	brb_cell *cell = calloc(1, sizeof *cell + key->length);
	if (!cell)
		return NULL;
	memcpy(cell->key, key->bytes, key->length);
	cell->key_length = (uint32_t)key->length;
	cell->hash = brb_table_hash(key->bytes, key->length);
	cell->used = true;
	cells->slots[place_for(cells->slots, cells->capacity, cell->hash)] = cell;
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
		brb_cell *cell = cells->slots[i];
		cells->slots[i] = NULL;
		if (!cell)
			continue;
		if (!cell->used || (half && cell->hash & bit)) {
			free_cell(cell);
			continue;
		}
		cells->used_bytes += size_of(cell);
		cells->slots[kept++] = cell; /* never past i: nothing unread is written over */
	}
	cells->count = kept;
}

static bool lay_anew(brb_cells *cells)
{
	brb_cell **slots = calloc(cells->capacity, sizeof(brb_cell *));
	if (!slots)
		return false;
	for (uint32_t i = 0; i < cells->count; i++) {
		cells->slots[i]->used = false;
		slots[place_for(slots, cells->capacity, cells->slots[i]->hash)] = cells->slots[i];
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
		if (cells->slots[i])
			free_cell(cells->slots[i]);
	free(cells->slots);
	*cells = (brb_cells){ 0 };
}
