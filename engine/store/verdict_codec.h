/*
 * store/verdict_codec: verdicts as bytes, and back. Bytes may come from a damaged database: all are checked.
 *
 * A verdict is numbers as LEB128 (as of DWARF 5, section 7.6), and texts with their length before them. Users are written by
 * name while an event is judged; in the database there are their numbers, so that no name is found there but in the table of
 * users (brb_verdict_codec_number).
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

/* Adds a verdict, users by name. Texts beyond 256 bytes are cut at a character's beginning. A lack of memory shows in
 * out->failed. */
void brb_verdict_codec_add(brb_verdict_codec *out, const brb_verdict_codec_verdict *verdict);

/* The number of a user. */
typedef brabeion_status (*brb_verdict_codec_numbers)(void *context, const char *user, int64_t *number,
						     brabeion_error *error);

/* The name of a number, in the arena; "" of who was forgotten. */
typedef brabeion_status (*brb_verdict_codec_names)(void *context, int64_t number, brb_arena *arena, const char **user,
						   brabeion_error *error);

/* Writes verdicts anew with users by number. */
brabeion_status brb_verdict_codec_number(const char *bytes, size_t length, brb_verdict_codec_numbers numbers,
					 void *context, brb_verdict_codec *out, brabeion_error *error);

/*
 * Reads all verdicts, users by number, or by name when `names` is NULL; their `badge` is NULL, numbers are in *badges. Both
 * arrays and all texts are in the arena. *damaged: the bytes are no verdicts; nothing is set then.
 */
brabeion_status brb_verdict_codec_read(const char *bytes, size_t length, brb_arena *arena,
				       brb_verdict_codec_names names, void *context, brabeion_verdict **verdicts,
				       uint32_t **badges, size_t *count, bool *damaged, brabeion_error *error);

#endif
