/*
 * config/picture: a file -> a picture of a level, its kind known by what is in it.
 *
 * Keeps true: a picture never changes and outlives its file; who holds it shares it.
 *
 * Leaves to others: whether what is in it can be shown; it is handed on as it is.
 */
#ifndef BRB_CONFIG_PICTURE_H
#define BRB_CONFIG_PICTURE_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/sha256.h"
#include "base/status.h"

#define BRB_PICTURE_BYTES_MOST (1024 * 1024)

typedef struct brb_picture {
	atomic_size_t holders;
	const char *media_type; /* "image/png"; static */
	char sha256[BRB_SHA256_TEXT_BYTES];
	size_t size_bytes;
	unsigned char bytes[];
} brb_picture;

/*
 * Reads one: SVG, PNG, JPEG, WebP or GIF, a regular file of at most 1 MiB. One holder.
 * Errors: BRABEION_CONFIG with why, as it goes behind the file's name; BRABEION_MEMORY.
 */
brabeion_status brb_picture_open(const char *path, brb_picture **out, brabeion_error *error);

brb_picture *brb_picture_acquire(brb_picture *picture); /* NULL is fine, here and there */
void brb_picture_release(brb_picture *picture);

/* What the bytes are, by how they begin; NULL: none of the kinds that are known. */
const char *brb_picture_media_type(const unsigned char *bytes, size_t count);

#endif
