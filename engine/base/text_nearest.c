/*
 * base/text_nearest: which of several names was likely meant: by letters, for a misspelt one; by words, for names of
 * events, of which sender and listener often share one word and not the rest.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { LONGEST_NAME = 100 };

/* ---- by letters ---- */

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, replacements, swaps of neighbours (Boytsov 2011, section 2.2). */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][LONGEST_NAME + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_length; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t cost = a[i - 1] != b[j - 1];
			row[j] = least_of(least_of(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least_of(row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;
		before = last;
		last = row;
		row = oldest;
	}
	return last[b_length];
}

const char *brb_text_nearest(const char *misspelt, const char *const *names, size_t count)
{
	size_t length = strnlen(misspelt, LONGEST_NAME + 1);
	if (length > LONGEST_NAME)
		return NULL;
	size_t best = length / 3 > 1 ? length / 3 : 1;
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t name_length = strnlen(names[i], LONGEST_NAME + 1);
		if (name_length > LONGEST_NAME)
			continue;
		size_t found = distance(misspelt, length, names[i], name_length);
		if (found < best || (found == best && !nearest)) {
			best = found;
			nearest = names[i];
		}
	}
	return nearest;
}

/* ---- by words ---- */

/* A name as words in lower case: "CommentPosted", "comment.posted" and "comment-posted" are " comment posted ". */
typedef struct words {
	char text[2 * LONGEST_NAME + 3];
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
	for (size_t i = 0; name[i] && i < LONGEST_NAME; i++) {
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

/* Whether all words of one are in the other, in order and adjacent. */
static bool is_within(const words *a, const words *b)
{
	return a->length > 3 && b->length > 3 && (strstr(a->text, b->text) || strstr(b->text, a->text));
}

/* The name that shares most, the first of equals. */
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

const char *brb_text_nearest_name(const char *name, const char *const *names, size_t count)
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

bool brb_text_is_slip(const char *a, const char *b)
{
	words ours, theirs;
	split(a, &ours);
	split(b, &theirs);
	if (are_same_letters(ours.text, theirs.text))
		return true;
	size_t left = strlen(a), right = strlen(b);
	while (left && right && *a == *b)
		a++, b++, left--, right--;
	while (left && right && a[left - 1] == b[right - 1])
		left--, right--;
	return (left <= 1 && right <= 1) || (left == 2 && right == 2 && a[0] == b[1] && a[1] == b[0]);
}
