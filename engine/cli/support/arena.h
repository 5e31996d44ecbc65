/*
 * cli/support/arena: the memory of one batch of events.
 *
 * Texts and fields of thousands of events are taken piece by piece and given back all at once after the commit. The
 * usual chunks are kept from batch to batch, so that a long run takes no new memory; larger ones are freed.
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

/* Memory that lives until the next reset, aligned for anything; NULL: out of memory. */
void *brb_cli_arena_take(brb_cli_arena *arena, size_t size);

/* A copy of `size` bytes with a NUL behind them; NULL: out of memory. */
char *brb_cli_arena_text(brb_cli_arena *arena, const char *text, size_t size);

/* Gives back everything that was taken, keeps the memory for the next batch. */
void brb_cli_arena_reset(brb_cli_arena *arena);

/* Frees the memory; the arena is empty again and usable. */
void brb_cli_arena_finish(brb_cli_arena *arena);

#ifdef __cplusplus
}
#endif

#endif
