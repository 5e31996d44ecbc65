/*
 * store/sqlite/lists: awards, users, the feed, trophies and memory as they are committed.
 */
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/owners.h"
#include "store/sqlite/remembered.h"

/* ---- awards and changes ---- */

/* The columns of BRB_SELECT_AWARDS and BRB_SELECT_CHANGES. */
enum {
	USER = 1,
	BADGE,
	LEVEL,
	NAME,
	DESCRIPTION,
	REASON,
	EVENT,
	EVENT_ID,
	AT,
	STORED,
	CHANGE_SEQUENCE,
	CHANGE_KIND,
	CHANGE_AT,
	CHANGE_NOTE
};

static brabeion_status read_award(sqlite3_stmt *row, brabeion_award_info *award, brb_arena *arena,
				  brabeion_error *error)
{
	award->id = award->sequence = sqlite3_column_int64(row, 0);
	award->level = (uint32_t)sqlite3_column_int64(row, LEVEL);
	award->at_us = sqlite3_column_int64(row, AT);
	award->stored_us = sqlite3_column_int64(row, STORED);
	award->user = brb_column_copy(arena, row, USER);
	award->badge = brb_column_copy(arena, row, BADGE);
	award->name = brb_column_copy(arena, row, NAME);
	award->description = brb_column_copy(arena, row, DESCRIPTION);
	award->reason = brb_column_copy(arena, row, REASON);
	award->event = brb_column_copy(arena, row, EVENT);
	award->event_id = brb_column_copy(arena, row, EVENT_ID);
	bool whole = award->user && award->badge && award->name && award->description && award->reason &&
		     award->event && award->event_id;
	return whole ? BRABEION_OK : brb_status_no_memory(error);
}

/* A public list as it is filled, with the capacity of its array. */
typedef struct list_reading {
	void *list;
	size_t capacity;
} list_reading;

static brabeion_status read_award_row(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	list_reading *reading = context;
	brabeion_award_list *list = reading->list;
	brabeion_award_info *award = brb_list_add(&list->awards, &list->count, &reading->capacity, sizeof *award);
	return award ? read_award(row, award, list->memory, error) : brb_status_no_memory(error);
}

static brabeion_status read_change_row(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	list_reading *reading = context;
	brabeion_change_list *list = reading->list;
	brabeion_change *change = brb_list_add(&list->changes, &list->count, &reading->capacity, sizeof *change);
	if (!change)
		return brb_status_no_memory(error);
	change->sequence = sqlite3_column_int64(row, CHANGE_SEQUENCE);
	change->kind = (brabeion_change_kind)sqlite3_column_int(row, CHANGE_KIND);
	change->at_us = sqlite3_column_int64(row, CHANGE_AT);
	change->comment = brb_column_copy(list->memory, row, CHANGE_NOTE);
	brabeion_award_info *award = brb_arena_take(list->memory, sizeof *award);
	change->award = award;
	return change->comment && award ? read_award(row, award, list->memory, error) : brb_status_no_memory(error);
}

brabeion_status brb_sqlite_list_changes(brb_database *database, int64_t after, int64_t limit,
					brabeion_change_list *list, brabeion_error *error)
{
	return brb_database_each(database, BRB_STATEMENT_CHANGES, WITH(INT(after), INT(limit)), read_change_row,
				 &(list_reading){ .list = list }, error);
}

static brabeion_status awards(brb_store_db *db, brb_store_whose whose, const char *name, int64_t before, size_t limit,
			      brabeion_award_list *list, brabeion_error *error)
{
	brb_statement which =
		whose == BRB_STORE_OF_USER ? BRB_STATEMENT_AWARDS_OF_USER : BRB_STATEMENT_AWARDS_OF_BADGE;
	return brb_sqlite_read_each(db, which,
				    WITH(TEXT(name), INT(before ? before : INT64_MAX), INT(brb_sql_limit(limit))),
				    read_award_row, &(list_reading){ .list = list }, error);
}

static brabeion_status count_awards(brb_store_db *db, const char *user, int64_t *count, brabeion_error *error)
{
	return user ? brb_sqlite_read_number(db, BRB_STATEMENT_COUNT_OF_USER, WITH(TEXT(user)), count, error)
		    : brb_sqlite_read_number(db, BRB_STATEMENT_COUNTER, WITH(TEXT("awards")), count, error);
}

static brabeion_status changes(brb_store_db *db, int64_t after, size_t limit, brabeion_change_list *list,
			       brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_sqlite_list_changes(&db->reader, after, brb_sql_limit(limit), list, error);
	brb_sqlite_end_reading(db);
	return status;
}

static brabeion_status user_changes(brb_store_db *db, const char *user, int64_t before, size_t limit,
				    brabeion_change_list *list, brabeion_error *error)
{
	return brb_sqlite_read_each(db, BRB_STATEMENT_CHANGES_OF_USER,
				    WITH(TEXT(user), INT(before ? before : INT64_MAX), INT(brb_sql_limit(limit))),
				    read_change_row, &(list_reading){ .list = list }, error);
}

/* ---- users and holders ---- */

static brabeion_status read_user_row(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	list_reading *reading = context;
	brabeion_user_list *list = reading->list;
	brabeion_user *user = brb_list_add(&list->users, &list->count, &reading->capacity, sizeof *user);
	if (!user || !(user->user = brb_column_copy(list->memory, row, 0)))
		return brb_status_no_memory(error);
	user->awards = sqlite3_column_int64(row, 1);
	user->badges = sqlite3_column_int64(row, 2);
	user->latest_at_us = sqlite3_column_int64(row, 3);
	return BRABEION_OK;
}

/* The place of a user in the order of the list: number and awards; before all others when there is no such user. */
static brabeion_status read_place(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	int64_t *place = context;
	(void)error;
	place[0] = sqlite3_column_int64(row, 0);
	place[1] = sqlite3_column_int64(row, 1);
	return BRABEION_OK;
}

static brabeion_status users(brb_store_db *db, const char *after, size_t limit, brabeion_user_list *list,
			     brabeion_error *error)
{
	int64_t place[2] = { 0, INT64_MAX };
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	if (after)
		status = brb_database_each(&db->reader, BRB_STATEMENT_USER_PLACE, WITH(TEXT(after)), read_place,
					   place, error);
	if (status == BRABEION_OK)
		status = brb_database_each(&db->reader, BRB_STATEMENT_USERS,
					   WITH(INT(place[1]), INT(place[0]), INT(brb_sql_limit(limit))),
					   read_user_row, &(list_reading){ .list = list }, error);
	brb_sqlite_end_reading(db);
	return status;
}

typedef struct level_counts {
	int64_t *all;
	int64_t *at_level;
	uint32_t count;
} level_counts;

static brabeion_status read_level(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	const level_counts *levels = context;
	int64_t level = sqlite3_column_int64(row, 0), count = sqlite3_column_int64(row, 1);
	(void)error;
	if (!level)
		*levels->all = count;
	else if (level <= levels->count)
		levels->at_level[level - 1] = count;
	return BRABEION_OK;
}

static brabeion_status holders(brb_store_db *db, const char *slug, int64_t *out, int64_t *at_level,
			       uint32_t level_count, brabeion_error *error)
{
	*out = 0;
	return brb_sqlite_read_each(db, BRB_STATEMENT_HOLDERS, WITH(TEXT(slug)), read_level,
				    &(level_counts){ out, at_level, level_count }, error);
}

/* ---- trophies ---- */

typedef struct trophy_reading {
	brb_store_trophies *trophies;
	brb_arena *arena;
} trophy_reading;

static brabeion_status read_trophy(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	enum { SLUG, TROPHY_LEVEL, TROPHY_NAME, TROPHY_DESCRIPTION, TIMES, LATEST_AT, BADGES, AWARDS };
	const trophy_reading *reading = context;
	brb_store_trophies *trophies = reading->trophies;
	brb_store_trophy *trophy = &trophies->trophies[trophies->count++];
	trophy->slug = brb_column_copy(reading->arena, row, SLUG);
	trophy->level = (uint32_t)sqlite3_column_int64(row, TROPHY_LEVEL);
	trophy->name = brb_column_copy(reading->arena, row, TROPHY_NAME);
	trophy->description = brb_column_copy(reading->arena, row, TROPHY_DESCRIPTION);
	trophy->times = sqlite3_column_int64(row, TIMES);
	trophy->at_us = sqlite3_column_int64(row, LATEST_AT);
	trophies->badge_count = sqlite3_column_int64(row, BADGES);
	trophies->award_count = sqlite3_column_int64(row, AWARDS);
	return trophy->slug && trophy->name && trophy->description ? BRABEION_OK : brb_status_no_memory(error);
}

static brabeion_status trophies(brb_store_db *db, const char *user, size_t limit, brb_arena *arena,
				brb_store_trophies *out, brabeion_error *error)
{
	return brb_sqlite_read_each(db, BRB_STATEMENT_TROPHIES_OF_USER, WITH(TEXT(user), INT(limit)), read_trophy,
				    &(trophy_reading){ out, arena }, error);
}

/* ---- names ---- */

enum { NAMES_LOOKED_AT = 10000 };

typedef struct name_list {
	brb_arena arena;
	const char **names;
	size_t count, capacity;
} name_list;

static brabeion_status read_name(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	name_list *list = context;
	const char **name = brb_list_add(&list->names, &list->count, &list->capacity, sizeof *name);
	if (!name || !(*name = brb_column_copy(&list->arena, row, 0)))
		return brb_status_no_memory(error);
	return BRABEION_OK;
}

/* Among names that begin with the same letter, in either case, as far as there are not too many. */
static brabeion_status find_near(brb_store_db *db, const char *user, brb_arena *arena, const char **near,
				 brabeion_error *error)
{
	name_list list = { .names = NULL };
	brabeion_status status = brb_database_each(&db->reader, BRB_STATEMENT_USERS_LIKE,
						   WITH(TEXT(user), INT(NAMES_LOOKED_AT)), read_name, &list, error);
	const char *found = status == BRABEION_OK ? brb_text_nearest(user, list.names, list.count) : NULL;
	*near = found ? brb_arena_copy(arena, found) : "";
	if (status == BRABEION_OK && !*near)
		status = brb_status_no_memory(error);
	brb_memory_release(list.names);
	brb_arena_finish(&list.arena);
	return status;
}

static brabeion_status look_up(brb_store_db *db, const char *user, const char *slug, brb_arena *arena,
			       brb_store_found *found, brabeion_error *error)
{
	int64_t badge = 0;
	brb_user_row row = { 0, 0 };
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_owners_user(&db->reader, user, &row, NULL, NULL, error);
	if (status == BRABEION_OK)
		status = brb_database_number(&db->reader, BRB_STATEMENT_BADGE, WITH(TEXT(slug)), NULL, &badge, error);
	found->near_user = "";
	if (status == BRABEION_OK && !row.number)
		status = find_near(db, user, arena, &found->near_user, error);
	found->user = row.number != 0;
	found->badge = (uint32_t)badge;
	brb_sqlite_end_reading(db);
	return status;
}

static brabeion_status counter(brb_store_db *db, const char *name, int64_t *value, brabeion_error *error)
{
	return brb_sqlite_read_number(db, BRB_STATEMENT_COUNTER, WITH(TEXT(name)), value, error);
}

/* The badge's number when all of it is on record as it is, else 0. */
static brabeion_status find_badge(brb_store_db *db, brb_store_badge *badge, brabeion_error *error)
{
	int64_t number = 0, same = 1;
	brabeion_status status =
		brb_database_number(&db->reader, BRB_STATEMENT_BADGE, WITH(TEXT(badge->slug)), NULL, &number, error);
	for (uint32_t i = 0; i < badge->level_count && number && same && status == BRABEION_OK; i++)
		status = brb_database_number(&db->reader, BRB_STATEMENT_LEVEL,
					     WITH(INT(number), INT(i + 1), TEXT(badge->levels[i].name),
						  TEXT(badge->levels[i].description)),
					     NULL, &same, error);
	badge->number = same ? (uint32_t)number : 0;
	return status;
}

static brabeion_status read_memory_name(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_store_memory *memory = context;
	(void)error;
	memory->number = (uint32_t)sqlite3_column_int64(row, 0);
	memory->owner = (brb_owner_kind)sqlite3_column_int(row, 1);
	memory->kind = (brb_cell_kind)sqlite3_column_int(row, 2);
	memory->keys = (brb_key_kind)sqlite3_column_int(row, 3);
	memory->merge = (brb_merge_rule)sqlite3_column_int(row, 4);
	return BRABEION_OK;
}

static brabeion_status find_memory_name(brb_store_db *db, brb_store_memory *memory, brabeion_error *error)
{
	memory->number = 0;
	return brb_database_each(&db->reader, BRB_STATEMENT_MEMORY,
				 WITH(INT(memory->plugin), INT(memory->badge), TEXT(memory->name)), read_memory_name,
				 memory, error);
}

static brabeion_status memory_name(brb_store_db *db, brb_store_memory *memory, brb_arena *arena, const char **plugin,
				   brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = find_memory_name(db, memory, error);
	if (status == BRABEION_OK)
		status = brb_database_text(&db->reader, BRB_STATEMENT_PLUGIN_ID, WITH(INT(memory->plugin)), arena,
					   plugin, error);
	if (status == BRABEION_OK && !*plugin)
		*plugin = "";
	brb_sqlite_end_reading(db);
	return status;
}

static brabeion_status has_cells(brb_store_db *db, uint32_t memory, bool *has, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_remembered_any(&db->reader, &(brb_cell_choice){ .memory = memory }, has, error);
	brb_sqlite_end_reading(db);
	return status;
}

/* What another generation uses is not touched, unless it differs. */
static brabeion_status find_memory(brb_store_db *db, brb_store_memory *memory, brabeion_error *error)
{
	brb_store_memory found = { .name = memory->name, .plugin = memory->plugin, .badge = memory->badge };
	brabeion_status status = find_memory_name(db, &found, error);
	bool same = found.owner == memory->owner && found.kind == memory->kind && found.keys == memory->keys &&
		    found.merge == memory->merge;
	uint32_t number = same ? found.number : 0;
	if (status == BRABEION_OK && memory->number != number)
		memory->number = number;
	return status;
}

static brabeion_status registered_memories(brb_store_db *db, brb_store_memory *const *memories, size_t count,
					   brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = find_memory(db, memories[i], error);
	brb_sqlite_end_reading(db);
	return status;
}

static brabeion_status registered(brb_store_db *db, brb_store_badge *badges, size_t badge_count,
				  const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				  brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	for (size_t i = 0; i < badge_count && status == BRABEION_OK; i++)
		status = find_badge(db, &badges[i], error);
	for (size_t i = 0; i < plugin_count && status == BRABEION_OK; i++) {
		int64_t number = 0;
		status = brb_database_number(&db->reader, BRB_STATEMENT_PLUGIN, WITH(TEXT(plugin_ids[i])), NULL,
					     &number, error);
		plugin_numbers[i] = (uint32_t)number;
	}
	brb_sqlite_end_reading(db);
	return status;
}

const brb_driver_read brb_sqlite_read = {
	.registered = registered,
	.registered_memories = registered_memories,
	.memory_name = memory_name,
	.has_cells = has_cells,
	.counter = counter,
	.awards = awards,
	.count_awards = count_awards,
	.users = users,
	.changes = changes,
	.user_changes = user_changes,
	.look_up = look_up,
	.trophies = trophies,
	.memory = brb_sqlite_list_memory,
	.holders = holders,
};
