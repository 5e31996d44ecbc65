/*
 * store/verdict_codec: verdicts as bytes, and back. What is read may come from a damaged database: nothing is believed.
 *
 * A verdict is numbers as LEB128 (as of DWARF 5, section 7.6), and texts with their length before them. Texts are named by
 * nobody's number, so that a user's name on the tape can be found and replaced (store/journal_names.c).
 */
#ifndef BRB_STORE_VERDICT_CODEC_H
#define BRB_STORE_VERDICT_CODEC_H

#include <brabeion/engine.h>

#include "base/status.h"
#include "base/text.h"

enum { BRB_VERDICT_CODEC_READS_MOST = 16, BRB_VERDICT_CODEC_TEXT_BYTES_MOST = 256 };

typedef brb_builder brb_verdict_codec; /* one of all zeroes is ready */

/* What is written of a verdict: the public one, but the badge is a number. */
typedef struct brb_verdict_codec_verdict {
	uint32_t badge; /* in the store */
	brabeion_verdict is;
} brb_verdict_codec_verdict;

/* Adds a verdict. Texts beyond 256 bytes are cut at a character's beginning. That memory was short the tape remembers. */
void brb_verdict_codec_add(brb_verdict_codec *tape, const brb_verdict_codec_verdict *verdict);

/*
 * Reads all verdicts; their `badge` is NULL, numbers are in *badges. Both arrays and all texts are in the arena.
 * False: it is no tape, or memory is short (then *short_of_memory).
 */
bool brb_verdict_codec_read(const char *bytes, size_t length, brb_arena *arena, brabeion_verdict **verdicts,
			    uint32_t **badges, size_t *count, bool *short_of_memory);

#endif
