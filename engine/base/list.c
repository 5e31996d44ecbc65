/*
 * base/list: see list.h.
 */
#include "base/list.h"

#include <string.h>

#include "base/memory.h"

void *brb_list_add(void *items, size_t *count, size_t *capacity, size_t item_bytes)
{
	void *array;
	memcpy(&array, items, sizeof array); /* a pointer of any type */
	if (*count == *capacity) {
		size_t more = *capacity ? *capacity * 2 : 16;
		void *larger = brb_memory_resize(array, more, item_bytes);
		if (!larger)
			return NULL;
		array = larger;
		memcpy(items, &array, sizeof array);
		*capacity = more;
	}
	void *item = (char *)array + (*count)++ * item_bytes;
	return memset(item, 0, item_bytes);
}

brb_arena *brb_list_memory(void)
{
	return brb_memory_take_zeroed(1, sizeof(brb_arena));
}

brabeion_award_info *brb_list_copy_award(brb_arena *memory, const brabeion_award_info *award)
{
	brabeion_award_info *copy = brb_arena_take(memory, sizeof *copy);
	if (!copy)
		return NULL;
	*copy = *award;
	const char **texts[] = { &copy->user,   &copy->badge, &copy->name,    &copy->description,
				 &copy->reason, &copy->event, &copy->event_id };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!(*texts[i] = brb_arena_copy(memory, *texts[i])))
			return NULL;
	return copy;
}
