/*
 * cli/support/nearest: see nearest.h.
 */
#include "cli/support/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST_WORD = BRB_CLI_NEAREST_BYTES_MOST };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be changed, added, dropped or swapped with their neighbour (Damerau 1964, restricted). */
static size_t distance(const char *a, const char *b)
{
	size_t rows[LONGEST_WORD + 1][LONGEST_WORD + 1];
	size_t a_size = strlen(a);
	size_t b_size = strlen(b);
	if (a_size > LONGEST_WORD || b_size > LONGEST_WORD)
		return SIZE_MAX;
	for (size_t i = 0; i <= a_size; i++) {
		for (size_t j = 0; j <= b_size; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = i + j;
				continue;
			}
			rows[i][j] = least(rows[i - 1][j] + 1, rows[i][j - 1] + 1);
			rows[i][j] = least(rows[i][j], rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_size][b_size];
}

const char *brb_cli_nearest(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	size_t bound = strlen(word) <= 4 ? 2 : 3; /* one less counts as near */
	for (; *names; names++) {
		size_t this_distance = distance(word, *names);
		if (this_distance < bound) {
			nearest = *names;
			bound = this_distance;
		}
	}
	return nearest;
}
