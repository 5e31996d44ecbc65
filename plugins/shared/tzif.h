/*
 * What the generic plugins share: the offsets of a time zone, from the bytes of a file of the tz database (TZif, RFC 9636,
 * versions 1 to 4). The bytes are not trusted: every count and index is checked before it is used.
 *
 * Files that count leap seconds, as those in "right/", are refused: the engine's times do not.
 */
#ifndef SHARED_TZIF_H
#define SHARED_TZIF_H

#include <stddef.h>
#include <stdint.h>

/* The largest file of 2025 has 4 kB; zic writes at most 2,000 transitions (TZ_MAX_TIMES of tzfile.h). */
enum { TZIF_BYTES_MOST = 65536, TZIF_TRANSITIONS_MOST = 2000 };

typedef enum tz_status {
	TZ_OK,
	TZ_UNKNOWN,    /* there is no such zone */
	TZ_MALFORMED,  /* the file is not one of a zone */
	TZ_UNREADABLE, /* the file cannot be read now */
	TZ_TOO_MANY,   /* more names than are kept */
	TZ_NO_MEMORY,
} tz_status;

/* Immutable, so any thread may read it. */
typedef struct tzif tzif;

/* Reads a zone, which is yours: tzif_free. TZ_OK, TZ_MALFORMED or TZ_NO_MEMORY; in that case `zone` is left alone. */
tz_status tzif_read(const unsigned char *bytes, size_t size, tzif **zone);
void tzif_free(tzif *zone);

/* Seconds east of UTC at a time, in seconds since 1970. */
int32_t tzif_offset(const tzif *zone, int64_t at);

#endif
