/*
 * engine: what somebody is likely to have meant by the name of an event, more broadly than by its letters: names of events
 * are made of words, and who sends them and who listens often agree on one word and not on the rest.
 */
#include <ctype.h>
#include <string.h>

#include "engine_findings.h"

/* A name as words in small letters: "CommentPosted", "comment.posted" and "comment-posted" are " comment posted ". */
typedef struct words {
	char text[2 * BRB_NAME_BYTES_MOST + 3];
	size_t length;
} words;

static bool is_letter(char byte)
{
	return isalnum((unsigned char)byte) || (byte & 0x80);
}

static void split(const char *name, words *out)
{
	out->length = 0;
	out->text[out->length++] = ' ';
	for (size_t i = 0; name[i] && i < BRB_NAME_BYTES_MOST; i++) {
		bool begins = isupper((unsigned char)name[i]) && i && islower((unsigned char)name[i - 1]);
		bool is_between = out->text[out->length - 1] == ' ';
		if ((begins || !is_letter(name[i])) && !is_between)
			out->text[out->length++] = ' ';
		if (is_letter(name[i]))
			out->text[out->length++] = (char)tolower((unsigned char)name[i]);
	}
	if (out->text[out->length - 1] != ' ')
		out->text[out->length++] = ' ';
	out->text[out->length] = '\0';
}

static bool are_same_letters(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, " ");
		b += strspn(b, " ");
		if (*a != *b || !*a)
			return *a == *b;
	}
}

/* All words of one, in their order and next to each other, are in the other. */
static bool is_within(const words *a, const words *b)
{
	return a->length > 3 && b->length > 3 && (strstr(a->text, b->text) || strstr(b->text, a->text));
}

/* The one that shares most, the first of several. */
static const char *find_within(const words *wanted, const char *const *names, size_t count)
{
	const char *best = NULL;
	size_t best_length = 0;
	for (size_t i = 0; i < count; i++) {
		words candidate;
		split(names[i], &candidate);
		size_t shared = candidate.length < wanted->length ? candidate.length : wanted->length;
		if (shared > best_length && is_within(wanted, &candidate)) {
			best = names[i];
			best_length = shared;
		}
	}
	return best;
}

const char *brb_near_name(const char *name, const char *const *names, size_t count)
{
	words wanted, candidate;
	split(name, &wanted);
	for (size_t i = 0; i < count; i++) {
		split(names[i], &candidate);
		if (are_same_letters(wanted.text, candidate.text))
			return names[i];
	}
	const char *nearest = brb_text_nearest(name, names, count);
	return nearest ? nearest : find_within(&wanted, names, count);
}
