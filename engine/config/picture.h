/*
 * config/picture: a file -> the picture of a level, its media type found by its first bytes.
 *
 * Guarantees: a picture is immutable and counted by reference. Not here: whether its content can be shown.
 */
#ifndef BRB_CONFIG_PICTURE_H
#define BRB_CONFIG_PICTURE_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/sha256.h"
#include "base/status.h"

#define BRB_PICTURE_BYTES_MOST (1024 * 1024)

typedef struct brb_picture {
	atomic_size_t references;
	const char *media_type; /* "image/png"; static */
	char sha256[BRB_SHA256_TEXT_BYTES];
	size_t size_bytes;
	unsigned char bytes[];
} brb_picture;

/*
 * Reads SVG, PNG, JPEG, WebP or GIF, a regular file of at most 1 MiB. One reference.
 * Errors: BRABEION_CONFIG with a message to follow the file's name; BRABEION_NO_MEMORY.
 */
brabeion_status brb_picture_open(const char *path, brb_picture **out, brabeion_error *error);

brb_picture *brb_picture_acquire(brb_picture *picture); /* NULL is allowed in both */
void brb_picture_release(brb_picture *picture);

/* By the first bytes; a NUL stands behind them, at bytes[count]. NULL: unknown. */
const char *brb_picture_media_type(const unsigned char *bytes, size_t count);

#endif
