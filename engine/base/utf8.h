/*
 * base/utf8: characters and their bytes (Unicode 15, section 3.9), and which of them must not be displayed raw. All that
 * people read goes through this one filter: what misleads them, and what they could not see, is shown by its number.
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

/*
 * Characters that have no picture of their own, or that of a blank, so that two names could differ by nothing that can
 * be seen: of zero width, fillers, blanks other than U+0020 and U+3000. `before` and `after` are its neighbours, 0 at the
 * ends: what joins emoji (ZWJ, U+FE0F, tags of flags) or shapes letters (ZWNJ and ZWJ in Arabic and Indic scripts) is seen there,
 * and is not hidden.
 */
bool brb_utf8_is_hidden(uint32_t before, uint32_t code, uint32_t after);

/* A character as it is shown: itself, or "\\x1b", or "\\u{202e}"; a byte that is no UTF-8 is "\\xff". */
typedef struct brb_utf8_shown {
	char text[16];
	size_t size;   /* bytes of text; it ends with NUL, too */
	size_t taken;  /* bytes of what was read */
	uint32_t code; /* U+FFFD for a byte that is no UTF-8 */
	bool escaped;
} brb_utf8_shown;

/* The first character of `text`, which is not at its end and ends with NUL; `before` is the one in front of it, or 0. */
brb_utf8_shown brb_utf8_show(const char *text, uint32_t before);

/*
 * Writes a whole text as it is shown, line feeds as they are where `lines`, in at most `room` bytes with its NUL, cut
 * between characters. Returns the length that it would have with room enough. `to` may be NULL with no room.
 */
size_t brb_utf8_show_all(const char *text, bool lines, char *to, size_t room);

#endif
