/*
 * generation_numbers: badges by their numbers in the store: jobs name them so. Part of the room loading/generation.
 */
#include <stdlib.h>

#include "loading/generation.h"

static int by_number(const void *left, const void *right)
{
	uint32_t a = (*(brb_badge *const *)left)->number, b = (*(brb_badge *const *)right)->number;
	return (a > b) - (a < b);
}

brabeion_status brb_generation_sort_numbers(brb_generation *generation, brabeion_error *error)
{
	size_t count = generation->badge_count;
	brb_badge **numbered = brb_arena_take(&generation->arena, (count + 1) * sizeof *numbered);
	uint32_t *numbers = brb_arena_take(&generation->arena, (count + 1) * sizeof *numbers);
	if (!numbered || !numbers)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < count; i++)
		numbered[i] = generation->badges[i];
	if (count)
		qsort(numbered, count, sizeof(brb_badge *), by_number);
	for (size_t i = 0; i < count; i++)
		numbers[i] = numbered[i]->number;
	generation->numbered = numbered;
	generation->numbers = numbers;
	return BRABEION_OK;
}

const brb_badge *brb_generation_badge(const brb_generation *generation, uint32_t number)
{
	size_t from = 0, to = generation->badge_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (generation->numbers[middle] == number)
			return generation->numbered[middle];
		if (generation->numbers[middle] < number)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}
