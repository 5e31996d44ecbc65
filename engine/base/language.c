/*
 * language: see language.h.
 */
#include "base/language.h"

#include <string.h>

/* By hand, as elsewhere: the C library's would ask the locale. */
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

/* "AT", "Latn", all others lower; behind a part of one letter ("x-...") all are lower. */
static void set_case(char *part, size_t length, bool first, bool behind_single)
{
	for (size_t i = 0; i < length; i++)
		part[i] = to_lower(part[i]);
	if (first || behind_single)
		return;
	if (length == 4)
		part[0] = to_upper(part[0]);
	for (size_t i = 0; i < length && length == 2; i++)
		part[i] = to_upper(part[i]);
}

/* The part's length when it is of letters, or of letters and digits unless it is the first; else 0. */
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
	bool behind_single = false;
	if (length == BRB_LANGUAGE_BYTES)
		return false;
	memcpy(normal, tag, length + 1);
	for (;;) {
		size_t part = part_length(normal + at, at == 0);
		if (!part)
			return false;
		set_case(normal + at, part, at == 0, behind_single);
		behind_single = behind_single || part == 1;
		at += part;
		if (!normal[at])
			return !behind_single || normal[at - 2] != '-'; /* nothing behind the single letter */
		at++;
	}
}

/* "zh-Hant-x-me" to "zh-Hant": what a part of one letter begins goes with it. False: there is no wider one. */
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

const char *brb_language_choose(const brb_translations *texts, const char *usual, const char *language)
{
	char wanted[BRB_LANGUAGE_BYTES];
	if (!brb_language_normalise(language, wanted))
		return NULL;
	do {
		for (size_t i = 0; i < texts->count; i++)
			if (strcmp(texts->texts[i].language, wanted) == 0)
				return texts->texts[i].text;
		if (usual && strcmp(usual, wanted) == 0)
			return NULL;
	} while (widen(wanted));
	return NULL;
}
