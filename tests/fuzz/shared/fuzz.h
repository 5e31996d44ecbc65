/*
 * fuzz: what the targets of this folder share. A target is one file with LLVMFuzzerTestOneInput, which gives any bytes to a
 * room and checks what the room promises; libFuzzer calls it, or driver.c where there is none.
 *
 * A target keeps nothing of an input between two calls, so that an input alone repeats what it has found.
 */
#ifndef BRB_TESTS_FUZZ_H
#define BRB_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As libFuzzer declares it: 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Ends the process, saying what does not hold. */
#define FUZZ_EXPECT(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *what);

/* A copy in a block of exactly `size` and `padding` bytes, so that a sanitizer detects an overrun; the padding is zero. */
void *fuzz_copy(const void *bytes, size_t size, size_t padding);

/* The same bytes or both NULL. */
bool fuzz_same_text(const char *a, const char *b);

/* By another reader than the engine's. */
bool fuzz_is_utf8(const char *text);

/* Whether the text is well-formed UTF-8 without a byte that a terminal obeys; line feeds are fine where `lines`. */
bool fuzz_is_shown(const char *text, bool lines);

/* What is left of an input from which numbers and texts are taken. */
typedef struct fuzz_input {
	const uint8_t *at, *end;
} fuzz_input;

uint8_t fuzz_byte(fuzz_input *input);    /* 0 at the end */
uint64_t fuzz_number(fuzz_input *input); /* of eight bytes */

/* The bytes up to the next NUL, as a text to be freed. */
char *fuzz_text(fuzz_input *input);

#endif
