/*
 * cli/support/arena: the memory of one batch of events.
 *
 * Texts and fields of thousands of events are allocated piece by piece and released together after the commit. Chunks of
 * the usual size are kept for the next batch, so that a long run allocates no new memory; larger ones are freed.
 */
#ifndef BRB_CLI_SUPPORT_ARENA_H
#define BRB_CLI_SUPPORT_ARENA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct brb_cli_chunk brb_cli_chunk;

/* Zero is an empty arena. */
typedef struct brb_cli_arena {
	brb_cli_chunk *first;
	brb_cli_chunk *current;
	size_t used_bytes; /* in all chunks together */
} brb_cli_arena;

/* Memory until the next reset, aligned for any type; NULL: out of memory. */
void *brb_cli_arena_take(brb_cli_arena *arena, size_t size);

/* A copy of `size` bytes and a NUL; NULL: out of memory. */
char *brb_cli_arena_text(brb_cli_arena *arena, const char *text, size_t size);

/* Releases all pieces, and keeps chunks for the next batch. */
void brb_cli_arena_reset(brb_cli_arena *arena);

/* Frees the memory; the arena is empty and usable. */
void brb_cli_arena_finish(brb_cli_arena *arena);

#ifdef __cplusplus
}
#endif

#endif
