/*
 * base/text: a builder of texts, what a text is (UTF-8, a slug), and the name that a misspelt one is nearest to.
 *
 * A builder that ran out of memory remembers it, so that a chain of additions is checked at its end.
 */
#ifndef BRB_BASE_TEXT_H
#define BRB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* ---- builder ---- */

typedef struct brb_builder {
	char *text; /* always ends with NUL once something was added */
	size_t length;
	size_t capacity;
	bool failed;
} brb_builder;

/* All zeroes is an empty builder. */
void brb_builder_add(brb_builder *builder, const char *text);
void brb_builder_add_length(brb_builder *builder, const char *text, size_t length);
void brb_builder_printf(brb_builder *builder, const char *format, ...) BRB_PRINTF(2, 3);
void brb_builder_reset(brb_builder *builder);
char *brb_builder_take(brb_builder *builder); /* for brb_memory_release(); NULL if any addition failed */
void brb_builder_finish(brb_builder *builder);

/* ---- what text is ---- */

/* Valid UTF-8 as Unicode 15 table 3-7 has it: no surrogates, no overlong forms, at most U+10FFFF. */
bool brb_text_is_utf8(const char *text, size_t length);

/* The length when it is at most `most` bytes of valid UTF-8; else SIZE_MAX. One pass for ASCII. */
size_t brb_text_checked_length(const char *text, size_t most);

/* How many bytes of whole characters fit into `most` bytes. */
size_t brb_text_cut_length(const char *text, size_t most);

/* Makes any text one line of UTF-8, in its place: what brb_utf8_show() escapes becomes "?". For texts that have a fixed room. */
void brb_text_clean_line(char *text);

/* "1,234,567". */
#define BRB_TEXT_NUMBER_BYTES 27
void brb_text_number(uint64_t number, char text[BRB_TEXT_NUMBER_BYTES]);

/* 1 to 100 bytes of [a-z0-9._-]. */
bool brb_text_is_slug(const char *text);

/* Reads a colour, "#1d4ed8", as 0x1d4ed8. False: it is none. */
bool brb_text_read_colour(const char *text, uint32_t *colour);

/* The nearest of `names` to a misspelt one (optimal string alignment distance, at most a third of its length and
 * at least 1), or NULL. */
const char *brb_text_nearest(const char *misspelt, const char *const *names, size_t count);

/* More broadly, of names that are made of words: the same but for case and separators, misspelt, or one of them within
 * the other ("comment_posted", "comment"), or NULL. */
const char *brb_text_nearest_name(const char *name, const char *const *names, size_t count);

/* Narrowly: whether they are the same but for case, separators, and one letter that is missing, more, another or swapped. */
bool brb_text_is_slip(const char *a, const char *b);

#endif
