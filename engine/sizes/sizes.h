/*
 * sizes: converts public structs that begin with `struct_size` from and to hosts compiled with another version.
 *
 * Copies the smaller of both sizes, over zeroes, as for plugin descriptors. A struct grows only at the end, after any
 * padding, and keeps its row here: `last` is its last member in version 0.1.
 */
#ifndef BRB_SIZES_SIZES_H
#define BRB_SIZES_SIZES_H

#include <brabeion/engine.h>

#define BRB_SIZES(ROW)                                                \
	ROW(ALLOCATOR, brabeion_allocator, context)                   \
	ROW(OPTIONS, brabeion_options, no_workers)                    \
	ROW(RECEIPT, brabeion_receipt, publish_us)                    \
	ROW(EVENT, brabeion_event, has_at)                            \
	ROW(RESULT, brabeion_result, memory)                          \
	ROW(LIST_OPTIONS, brabeion_list_options, limit)               \
	ROW(LEVEL_WORDS, brabeion_level_words, memory)                \
	ROW(PICTURE, brabeion_picture, memory)                        \
	ROW(GRANT, brabeion_grant, has_at)                            \
	ROW(REVOCATION, brabeion_revocation, comment)                 \
	ROW(MEMORY_FILTER, brabeion_memory_filter, limit)             \
	ROW(MEMORY_CHANGE, brabeion_memory_change, existing_user)     \
	ROW(WORK_OPTIONS, brabeion_work_options, until_idle)          \
	ROW(WORK_SETTINGS, brabeion_work_settings, grace_us)          \
	ROW(JOB_FILTER, brabeion_job_filter, limit)                   \
	ROW(JOB_PAGE, brabeion_job_page, memory)                      \
	ROW(JOB_CHOICE, brabeion_job_choice, badge)                   \
	ROW(JOURNAL_FILTER, brabeion_journal_filter, limit)           \
	ROW(JOURNAL_INFO, brabeion_journal_info, until_us)            \
	ROW(QUESTION, brabeion_question, limit)                       \
	ROW(EXPLANATION, brabeion_explanation, memory)                \
	ROW(BACKFILL_OPTIONS, brabeion_backfill_options, badge_count) \
	ROW(CHECKPOINT, brabeion_checkpoint, mark)                    \
	ROW(BACKFILL_OUTCOME, brabeion_backfill_outcome, memories)    \
	ROW(USER_OPTIONS, brabeion_user_options, existing)            \
	ROW(USER_REPORT, brabeion_user_report, memory)                \
	ROW(BACKUP_OPTIONS, brabeion_backup_options, replace)         \
	ROW(STATS_REPORT, brabeion_stats_report, memory)              \
	ROW(EXAMINATION, brabeion_examination, memory)                \
	ROW(EXAMINE_OPTIONS, brabeion_examine_options, thorough)      \
	ROW(INSPECTION, brabeion_inspection, memory)

#define BRB_SIZE_ID(NAME, type, last) BRB_SIZE_##NAME,
typedef enum brb_size_id { BRB_SIZES(BRB_SIZE_ID) BRB_SIZE_IDS } brb_size_id;
#undef BRB_SIZE_ID

/* Checks the size of a host's struct (NULL is allowed). BRABEION_INVALID, with a message that names the macro. */
brabeion_status brb_size_check(brb_size_id id, const void *theirs, brabeion_error *error);

/* Checks and copies a struct that the host filled in; NULL gives zeroes. */
brabeion_status brb_size_take(brb_size_id id, const void *theirs, void *ours, brabeion_error *error);

/* Copies a result into the host's checked struct and keeps its struct_size; NULL does nothing. */
void brb_size_give(brb_size_id id, const void *ours, void *theirs);

/* Zeroes a struct except struct_size. A struct_size of 0 means one of the library's own. */
void brb_size_empty(brb_size_id id, void *theirs);

#endif
