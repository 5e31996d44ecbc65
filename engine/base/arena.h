/*
 * base/arena: memory that is taken piece by piece and released all at once. A piece never moves.
 *
 * Each function returns NULL when memory is short. Not safe for threads.
 */
#ifndef BRB_BASE_ARENA_H
#define BRB_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct brb_arena_block brb_arena_block;

/* All zeroes is an empty arena. */
typedef struct brb_arena {
	brb_arena_block *newest;
	size_t used_bytes; /* since init or reset */
} brb_arena;

void *brb_arena_take(brb_arena *arena, size_t size_bytes); /* zeroed, aligned for any type */
char *brb_arena_copy(brb_arena *arena, const char *text);
char *brb_arena_copy_length(brb_arena *arena, const char *text,
			    size_t length); /* adds the NUL; of 0 bytes it may be NULL */
char *brb_arena_printf(brb_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *brb_arena_printf_va(brb_arena *arena, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
void brb_arena_reset(brb_arena *arena); /* empties it, keeps one block for the next use */
void brb_arena_finish(brb_arena *arena);

#ifdef __cplusplus
}
#endif

#endif
