/*
 * base/utf8: characters and their bytes (Unicode 15, section 3.9), and which of them must not be displayed raw.
 */
#ifndef BRB_BASE_UTF8_H
#define BRB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BRB_UTF8_BYTES_MOST = 4 };

/*
 * The length of the character at `text`, of which `left` bytes may be read; 0 when it is not well-formed: a surrogate, an
 * overlong form, cut off, above U+10FFFF. SIZE_MAX will do for `left` where the text ends with NUL.
 */
size_t brb_utf8_length(const char *text, size_t left);

/* The same, and which character it is. NUL is one, of one byte. */
size_t brb_utf8_decode(const char *text, size_t left, uint32_t *code);

/* Writes a character, which is no surrogate and at most U+10FFFF; returns its length. */
size_t brb_utf8_encode(uint32_t code, char bytes[BRB_UTF8_BYTES_MOST]);

/* Controls (C0, DEL, C1), marks that reorder or hide the text around them, separators that break lines. */
bool brb_utf8_misleads(uint32_t code);

#endif
