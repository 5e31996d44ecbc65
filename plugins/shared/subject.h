/*
 * What the generic plugins share: one subject of memory for a user and a value.
 *
 * The user's length in front keeps "ab" + "c" apart from "a" + "bc"; what is too long for a subject is distinguished by 192
 * bits of hash and its lengths.
 */
#ifndef SHARED_SUBJECT_H
#define SHARED_SUBJECT_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SUBJECT_SIZE = 256 }; /* at most 255 bytes and a NUL */

/* FNV-1a over the text, from its first byte to its last or the other way. */
static inline uint64_t subject_hash(const char *text, size_t length, int backwards)
{
	uint64_t value = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < length; i++)
		value = (value ^ (unsigned char)text[backwards ? length - 1 - i : i]) * UINT64_C(1099511628211);
	return value;
}

static inline void subject_make(const char *user, const char *value, char subject[SUBJECT_SIZE])
{
	size_t user_length = strlen(user);
	size_t length = strlen(value);
	int written = snprintf(subject, SUBJECT_SIZE, "%zu:%s:%s", user_length, user, value);
	if (written < 0 || written >= SUBJECT_SIZE)
		snprintf(subject, SUBJECT_SIZE, "#%zu:%zu:%016" PRIx64 "%016" PRIx64 "%016" PRIx64, user_length,
			 length, subject_hash(user, user_length, 0), subject_hash(value, length, 0),
			 subject_hash(value, length, 1));
}

#endif
