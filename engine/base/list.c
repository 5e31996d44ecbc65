/*
 * list: see list.h, and the finish functions of the public header.
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

static void free_memory(void *memory)
{
	if (memory)
		brb_arena_finish(memory);
	brb_memory_release(memory);
}

void brabeion_award_list_finish(brabeion_award_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->awards);
	free_memory(list->memory);
	*list = (brabeion_award_list){ 0 };
}

void brabeion_user_list_finish(brabeion_user_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->users);
	free_memory(list->memory);
	*list = (brabeion_user_list){ 0 };
}

void brabeion_badge_list_finish(brabeion_badge_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->badges);
	free_memory(list->memory);
	*list = (brabeion_badge_list){ 0 };
}

void brabeion_progress_list_finish(brabeion_progress_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->badges);
	free_memory(list->memory);
	*list = (brabeion_progress_list){ 0 };
}

void brabeion_change_list_finish(brabeion_change_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->changes);
	free_memory(list->memory);
	*list = (brabeion_change_list){ 0 };
}

void brabeion_memory_list_finish(brabeion_memory_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->items);
	free_memory(list->memory);
	*list = (brabeion_memory_list){ 0 };
}

void brabeion_job_list_finish(brabeion_job_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->jobs);
	free_memory(list->memory);
	*list = (brabeion_job_list){ 0 };
}

void brabeion_job_page_finish(brabeion_job_page *page)
{
	if (!page)
		return;
	brb_memory_release(page->attempts);
	free_memory(page->memory);
	*page = (brabeion_job_page){ 0 };
}

void brabeion_journal_list_finish(brabeion_journal_list *list)
{
	if (!list)
		return;
	brb_memory_release(list->entries);
	free_memory(list->memory);
	*list = (brabeion_journal_list){ 0 };
}

void brabeion_explanation_finish(brabeion_explanation *explanation)
{
	if (!explanation)
		return;
	free_memory(explanation->memory);
	*explanation = (brabeion_explanation){ 0 };
}

void brabeion_stats_finish(brabeion_stats_report *report)
{
	if (!report)
		return;
	brb_memory_release(report->badges);
	free_memory(report->memory);
	*report = (brabeion_stats_report){ 0 };
}

void brabeion_result_finish(brabeion_result *result)
{
	if (!result)
		return;
	free_memory(result->memory);
	*result = (brabeion_result){ 0 };
}

void brabeion_inspection_finish(brabeion_inspection *inspection)
{
	if (!inspection)
		return;
	free_memory(inspection->memory);
	*inspection = (brabeion_inspection){ 0 };
}
