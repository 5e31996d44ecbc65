/*
 * store/verdict_codec: verdicts as bytes, and back. Bytes may come from a damaged database: all are checked.
 *
 * A verdict is numbers as LEB128 (as of DWARF 5, section 7.6), and texts with their length before them. Users are written
 * by name, not by number, so that a name can be found and replaced (store/journal_names.c).
 */
#ifndef BRB_STORE_VERDICT_CODEC_H
#define BRB_STORE_VERDICT_CODEC_H

#include <brabeion/engine.h>

#include "base/status.h"
#include "base/text.h"

enum { BRB_VERDICT_CODEC_READS_MOST = 16, BRB_VERDICT_CODEC_TEXT_BYTES_MOST = 256 };

typedef brb_builder brb_verdict_codec; /* all zeroes is an empty one */

/* A verdict as it is written: the public one, with the badge as a number. */
typedef struct brb_verdict_codec_verdict {
	uint32_t badge; /* in the store */
	brabeion_verdict is;
} brb_verdict_codec_verdict;

/* Adds a verdict. Texts beyond 256 bytes are cut at a character's beginning. A lack of memory shows in out->failed. */
void brb_verdict_codec_add(brb_verdict_codec *out, const brb_verdict_codec_verdict *verdict);

/*
 * Reads all verdicts; their `badge` is NULL, numbers are in *badges. Both arrays and all texts are in the arena.
 * False: the bytes are damaged, or memory is short (then *short_of_memory).
 */
bool brb_verdict_codec_read(const char *bytes, size_t length, brb_arena *arena, brabeion_verdict **verdicts,
			    uint32_t **badges, size_t *count, bool *short_of_memory);

#endif
