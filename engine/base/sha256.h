/*
 * base/sha256: the SHA-256 of bytes, as FIPS 180-4 (Secure Hash Standard, August 2015) defines it.
 *
 * It identifies content; nothing hashed here is secret, so nothing is wiped.
 */
#ifndef BRB_BASE_SHA256_H
#define BRB_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define BRB_SHA256_BYTES 32
#define BRB_SHA256_TEXT_BYTES 65 /* 64 hex digits and the NUL */

typedef struct brb_sha256 {
	uint32_t state[8];
	uint64_t length_bytes;
	uint8_t block[64]; /* the beginning of a block that is not full yet */
} brb_sha256;

void brb_sha256_init(brb_sha256 *sha);
void brb_sha256_add(brb_sha256 *sha, const void *bytes, size_t length);
void brb_sha256_finish(brb_sha256 *sha, uint8_t digest[BRB_SHA256_BYTES]);

/* In one call, as lower-case hex digits. */
void brb_sha256_text(const void *bytes, size_t length, char text[BRB_SHA256_TEXT_BYTES]);

#endif
