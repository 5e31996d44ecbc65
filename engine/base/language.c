/*
 * base/language: see language.h.
 */
#include "base/language.h"

#include <string.h>

/* The C library's isalpha(3) depends on the locale. */
static bool is_letter(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static char to_lower(char character)
{
	return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static char to_upper(char character)
{
	return character >= 'a' && character <= 'z' ? (char)(character - 'a' + 'A') : character;
}

/* "AT", "Latn", all others in lower case, as is all that follows a part of one letter ("x-..."). */
static void set_case(char *part, size_t length, bool first, bool after_single)
{
	for (size_t i = 0; i < length; i++)
		part[i] = to_lower(part[i]);
	if (first || after_single)
		return;
	if (length == 4)
		part[0] = to_upper(part[0]);
	for (size_t i = 0; i < length && length == 2; i++)
		part[i] = to_upper(part[i]);
}

/* The length of a part of letters, or unless it is the first of letters and digits; else 0. */
static size_t part_length(const char *part, bool first)
{
	size_t length = 0;
	while (is_letter(part[length]) || (!first && part[length] >= '0' && part[length] <= '9'))
		length++;
	bool ends = part[length] == '-' || part[length] == '\0';
	return ends && length <= 8 && length >= (first ? 2 : 1) ? length : 0;
}

bool brb_language_normalise(const char *tag, char normal[BRB_LANGUAGE_BYTES])
{
	size_t length = strnlen(tag, BRB_LANGUAGE_BYTES), at = 0;
	bool after_single = false;
	if (length == BRB_LANGUAGE_BYTES)
		return false;
	memcpy(normal, tag, length + 1);
	for (;;) {
		size_t part = part_length(normal + at, at == 0);
		if (!part)
			return false;
		set_case(normal + at, part, at == 0, after_single);
		after_single = after_single || part == 1;
		at += part;
		if (!normal[at])
			return !after_single || normal[at - 2] != '-'; /* nothing follows the single letter */
		at++;
	}
}

/* "zh-Hant-x-me" to "zh-Hant": a part of one letter goes with its successor. False: there is no wider language. */
static bool widen(char *language)
{
	char *dash = strrchr(language, '-');
	if (!dash)
		return false;
	if (dash - language >= 2 && dash[-2] == '-')
		dash -= 2;
	*dash = '\0';
	return true;
}

const char *brb_language_choose(const brb_translations *texts, const char *original, const char *language)
{
	char wanted[BRB_LANGUAGE_BYTES];
	if (!brb_language_normalise(language, wanted))
		return NULL;
	do {
		for (size_t i = 0; i < texts->count; i++)
			if (strcmp(texts->texts[i].language, wanted) == 0)
				return texts->texts[i].text;
		if (original && strcmp(original, wanted) == 0)
			return NULL;
	} while (widen(wanted));
	return NULL;
}
