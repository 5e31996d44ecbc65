/*
 * language: which of several languages a text is wanted in.
 *
 * Languages are tags of BCP 47, "de" or "pt-BR", always in the case that RFC 5646 (section 2.1.1) recommends, so that
 * they compare as bytes. What is there is looked up as RFC 4647 (section 3.4) says: "de-AT", then "de".
 *
 * Leaves to others: what a tag means; only its shape is checked.
 */
#ifndef BRB_BASE_LANGUAGE_H
#define BRB_BASE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

enum { BRB_LANGUAGE_BYTES = 36 }; /* 35, which RFC 5646 (section 4.4.1) finds enough for any, and the NUL */

/*
 * Writes a tag in its normal case: a language of 2 to 8 letters, then parts of 1 to 8 letters and digits, "-" before
 * each. False, and `normal` undefined, when it is none.
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
 * The text for who wants `language`, or the next wider language that is there. NULL: there is none, or `usual` (may be
 * NULL), the language of the text that these are translations of, comes first.
 */
const char *brb_language_choose(const brb_translations *texts, const char *usual, const char *language);

#endif
