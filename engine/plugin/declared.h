/*
 * plugin/declared: names of memory as a plugin declares them: checked, found again by name, and as words.
 */
#ifndef BRB_PLUGIN_DECLARED_H
#define BRB_PLUGIN_DECLARED_H

#include <stdbool.h>

#include <brabeion/badge.h>

#include "base/arena.h"
#include "store/types.h"

enum { BRB_DECLARED_MOST = 256, BRB_DECLARED_FAULT_BYTES = 256 };

/* The names of a badge or a plugin. Their numbers are set before the generation is published. */
typedef struct brb_declared {
	brb_store_memory *memories;
	uint32_t count;
} brb_declared;

/* Writes what is wrong with the flags of a name, as the end of "the memory ... ". False: nothing is. */
bool brb_declared_fault(uint32_t flags, char fault[BRB_DECLARED_FAULT_BYTES]);

/* The flags must be without fault. The name is not copied; numbers are 0. */
brb_store_memory brb_declared_memory(const badge_memory *memory);

/* Of checked declarations, in the arena. False: no memory. */
bool brb_declared_take(const badge_memory *memory, uint32_t count, brb_arena *arena, brb_declared *out);

/* NULL: there is none of that name. */
const brb_store_memory *brb_declared_find(const brb_declared *declared, const char *name);

/* True when one of the names is merged by the plugin's `merge`. */
bool brb_declared_has_own(const brb_declared *declared);

/* The same declaration, but for numbers. */
bool brb_declared_same(const brb_store_memory *a, const brb_store_memory *b);

/* As the author writes it: `BADGE_MEMORY("author", BADGE_OF_THING | BADGE_KIND_USER)`; in the arena, NULL: no memory. */
const char *brb_declared_text(const brb_store_memory *memory, brb_arena *arena);

/* Single words: "user" or "thing"; "number", "text", "user"; "text", "users", "hashed"; "sum" and so on. */
const char *brb_declared_owner_word(const brb_store_memory *memory);
const char *brb_declared_kind_word(const brb_store_memory *memory);
const char *brb_declared_keys_word(const brb_store_memory *memory);
const char *brb_declared_merge_word(const brb_store_memory *memory); /* "" where nothing is merged */

#endif
