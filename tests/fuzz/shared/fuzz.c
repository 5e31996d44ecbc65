/* fuzz: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

void *fuzz_copy(const void *bytes, size_t size, size_t padding)
{
	char *copy = malloc(size + padding ? size + padding : 1);
	if (!copy)
		abort();
	if (size)
		memcpy(copy, bytes, size);
	memset(copy + size, 0, padding);
	return copy;
}

bool fuzz_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The length of the well-formed character at `at`, by table 3-7 of Unicode 15; 0: it is none. Not that of the engine. */
static size_t character_at(const unsigned char *at)
{
	static const struct {
		unsigned char first, first_most, second, second_most;
		size_t length;
	} rows[] = { { 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		     { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		     { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (*at < rows[i].first || *at > rows[i].first_most)
			continue;
		if (rows[i].length > 1 && (at[1] < rows[i].second || at[1] > rows[i].second_most))
			return 0;
		for (size_t k = 2; k < rows[i].length; k++)
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

bool fuzz_is_utf8(const char *text)
{
	size_t length = 1;
	for (const unsigned char *at = (const unsigned char *)text; *at && length; at += length)
		length = character_at(at);
	return length > 0;
}

bool fuzz_is_shown(const char *text, bool lines)
{
	const unsigned char *at = (const unsigned char *)text;
	while (*at) {
		size_t length = character_at(at);
		if (!length || *at == 0x7f || (*at < 0x20 && !(lines && *at == '\n')))
			return false;
		if (*at == 0xc2 && at[1] < 0xa0) /* C1 */
			return false;
		if (*at == 0xe2 && at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) /* U+202A to U+202E */
			return false;
		if (*at == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9) /* U+2066 to U+2069 */
			return false;
		at += length;
	}
	return true;
}

uint8_t fuzz_byte(fuzz_input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

uint64_t fuzz_number(fuzz_input *input)
{
	uint64_t number = 0;
	for (int i = 0; i < 8; i++)
		number = number << 8 | fuzz_byte(input);
	return number;
}

char *fuzz_text(fuzz_input *input)
{
	size_t left = (size_t)(input->end - input->at);
	const uint8_t *nul = left ? memchr(input->at, 0, left) : NULL;
	size_t length = nul ? (size_t)(nul - input->at) : left;
	char *text = fuzz_copy(input->at, length, 1);
	input->at += nul ? length + 1 : length;
	return text;
}
