/*
 * list: the lists that the public header hands out: an array that grows, and an arena for its texts.
 */
#ifndef BRB_BASE_LIST_H
#define BRB_BASE_LIST_H

#include <stddef.h>

#include "base/text.h"

/* A new last item, zeroed. `items` is the address of the array's pointer. NULL when memory is short: all as before. */
void *brb_list_add(void *items, size_t *count, size_t *capacity, size_t item_bytes);

/* An arena on the heap, for the `memory` of a public list; its finish function frees it. NULL when memory is short. */
brb_arena *brb_list_memory(void);

#endif
