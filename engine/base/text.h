/*
 * text: strings. An arena that frees all its strings at once, a builder that grows, what is UTF-8, what a slug looks
 * like, and which of several names a misspelt one meant.
 *
 * An arena never moves what it gave; a builder does, until it is taken. Both answer NULL or false when memory is
 * short, and a builder remembers that it once was, so that a chain of additions is checked at its end.
 */
#ifndef BRB_BASE_TEXT_H
#define BRB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* ---- arena ---- */

typedef struct brb_arena_block brb_arena_block;

typedef struct brb_arena {
	brb_arena_block *newest;
	size_t used_bytes; /* given out since init or reset, for those who bound it */
} brb_arena;

/* An arena of all zeroes is ready. */
void *brb_arena_take(brb_arena *arena, size_t size_bytes); /* zeroed, aligned for anything */
char *brb_arena_copy(brb_arena *arena, const char *text);
char *brb_arena_copy_length(brb_arena *arena, const char *text, size_t length); /* adds the NUL */
char *brb_arena_printf(brb_arena *arena, const char *format, ...) BRB_PRINTF(2, 3);
char *brb_arena_printf_va(brb_arena *arena, const char *format, va_list arguments) BRB_PRINTF(2, 0);
void brb_arena_reset(brb_arena *arena); /* empties it, keeps one block for the next use */
void brb_arena_finish(brb_arena *arena);

/* ---- builder ---- */

typedef struct brb_builder {
	char *text; /* always ends with NUL once something was added */
	size_t length;
	size_t capacity;
	bool failed;
} brb_builder;

/* A builder of all zeroes is ready. */
void brb_builder_add(brb_builder *builder, const char *text);
void brb_builder_add_length(brb_builder *builder, const char *text, size_t length);
void brb_builder_printf(brb_builder *builder, const char *format, ...) BRB_PRINTF(2, 3);
void brb_builder_reset(brb_builder *builder);
char *
brb_builder_take(brb_builder *builder); /* the caller's, for brb_memory_release(); NULL if any addition failed */
void brb_builder_finish(brb_builder *builder);

/* ---- what text is ---- */

/* Valid UTF-8 as Unicode 15 table 3-7 has it: no surrogates, no overlong forms, at most U+10FFFF. */
bool brb_text_is_utf8(const char *text, size_t length);

/* Length in bytes when it is at most `most`, valid UTF-8; else SIZE_MAX. One pass for ASCII. */
size_t brb_text_checked_length(const char *text, size_t most);

/* How much of a text goes into `most` bytes: all, or less by what would be half a character. */
size_t brb_text_cut_length(const char *text, size_t most);

/* Makes a message of anybody's making one line of UTF-8: other bytes and control characters become "?". */
void brb_text_clean_line(char *text);

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

#endif
