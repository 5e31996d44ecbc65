/*
 * base/language: chooses among the translations of a text.
 *
 * Languages are tags of BCP 47, "de" or "pt-BR", in the case that RFC 5646 (section 2.1.1) recommends, so that they
 * compare as bytes. Lookup follows RFC 4647 (section 3.4): "de-AT", then "de". Only the shape of a tag is checked.
 */
#ifndef BRB_BASE_LANGUAGE_H
#define BRB_BASE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

enum { BRB_LANGUAGE_BYTES = 36 }; /* the 35 of RFC 5646 (section 4.4.1), and the NUL */

/*
 * Writes a tag in its normal case: a language of 2 to 8 letters, then parts of 1 to 8 letters and digits, each after a
 * "-". False, with `normal` undefined, when it is no tag.
 */
bool brb_language_normalise(const char *tag, char normal[BRB_LANGUAGE_BYTES]);

/* A text in one language. */
typedef struct brb_translation {
	const char *language;
	const char *text;
} brb_translation;

typedef struct brb_translations {
	size_t count;
	const brb_translation *texts;
} brb_translations;

/*
 * The text in `language` or the next wider language that has one. NULL: there is none, or `original` (may be NULL), the
 * language that these are translations from, comes first.
 */
const char *brb_language_choose(const brb_translations *texts, const char *original, const char *language);

#endif
