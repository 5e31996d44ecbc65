/*
 * base/public: what base/ defines of the public header, besides base/time.c. Apart from the rest because the command
 * links base/ itself, and has the public functions of the shared library.
 */
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "sizes/sizes.h"

void brabeion_error_finish(brabeion_error *error)
{
	if (error)
		brb_status_clear(error);
}

const char *brabeion_status_name(brabeion_status status)
{
	static const char *const names[] = { "ok",     "invalid",       "configuration", "store",
					     "busy",   "out of memory", "reentrant",     "forked",
					     "system", "full",          "absent",        "read-only" };
	size_t index = (size_t)status;
	return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}

/* Frees an array and an arena, either may be NULL, and zeroes the public struct that holds them. */
static void finish(void *holder, size_t size_bytes, void *array, brb_arena *arena)
{
	brb_memory_release(array);
	if (arena)
		brb_arena_finish(arena);
	brb_memory_release(arena);
	memset(holder, 0, size_bytes);
}

/* The same of a struct that begins with struct_size. */
static void finish_sized(brb_size_id id, void *holder, void *array, brb_arena *arena)
{
	finish(holder, 0, array, arena);
	brb_size_empty(id, holder);
}

void brabeion_award_list_finish(brabeion_award_list *list)
{
	if (list)
		finish(list, sizeof *list, list->awards, list->memory);
}

void brabeion_user_list_finish(brabeion_user_list *list)
{
	if (list)
		finish(list, sizeof *list, list->users, list->memory);
}

void brabeion_badge_list_finish(brabeion_badge_list *list)
{
	if (list)
		finish(list, sizeof *list, list->badges, list->memory);
}

void brabeion_progress_list_finish(brabeion_progress_list *list)
{
	if (list)
		finish(list, sizeof *list, list->badges, list->memory);
}

void brabeion_change_list_finish(brabeion_change_list *list)
{
	if (list)
		finish(list, sizeof *list, list->changes, list->memory);
}

void brabeion_memory_list_finish(brabeion_memory_list *list)
{
	if (list)
		finish(list, sizeof *list, list->items, list->memory);
}

void brabeion_memory_record_finish(brabeion_memory_record *record)
{
	if (record)
		finish(record, sizeof *record, record->entries, record->memory);
}

void brabeion_job_list_finish(brabeion_job_list *list)
{
	if (list)
		finish(list, sizeof *list, list->jobs, list->memory);
}

void brabeion_job_page_finish(brabeion_job_page *page)
{
	if (page)
		finish_sized(BRB_SIZE_JOB_PAGE, page, page->attempts, page->memory);
}

void brabeion_journal_list_finish(brabeion_journal_list *list)
{
	if (list)
		finish(list, sizeof *list, list->entries, list->memory);
}

void brabeion_explanation_finish(brabeion_explanation *explanation)
{
	if (explanation)
		finish_sized(BRB_SIZE_EXPLANATION, explanation, NULL, explanation->memory);
}

void brabeion_stats_finish(brabeion_stats_report *report)
{
	if (report)
		finish_sized(BRB_SIZE_STATS_REPORT, report, report->badges, report->memory);
}

void brabeion_user_report_finish(brabeion_user_report *report)
{
	if (report)
		finish_sized(BRB_SIZE_USER_REPORT, report, report->memories, report->memory);
}

void brabeion_result_finish(brabeion_result *result)
{
	if (result)
		finish_sized(BRB_SIZE_RESULT, result, NULL, result->memory);
}

void brabeion_inspection_finish(brabeion_inspection *inspection)
{
	if (inspection)
		finish_sized(BRB_SIZE_INSPECTION, inspection, NULL, inspection->memory);
}
