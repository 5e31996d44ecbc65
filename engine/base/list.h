/*
 * base/list: arrays that grow, and the arena for the texts of a public list.
 */
#ifndef BRB_BASE_LIST_H
#define BRB_BASE_LIST_H

#include <stddef.h>

#include <brabeion/engine.h>

#include "base/text.h"

/* Appends a zeroed item. `items` is the address of the array's pointer. NULL when memory is short: nothing has changed. */
void *brb_list_add(void *items, size_t *count, size_t *capacity, size_t item_bytes);

/* An arena on the heap for the `memory` of a public list, whose finish function frees it. NULL when memory is short. */
brb_arena *brb_list_memory(void);

/* A copy of an award, its texts too. NULL when memory is short. */
brabeion_award_info *brb_list_copy_award(brb_arena *memory, const brabeion_award_info *award);

#endif
