/*
 * store/sqlite/operator: for operators: what is stored of a user and where servers have written the user's name; changes of
 * memory by hand, on record. Rare, so statements are prepared anew each time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "store/sqlite/internal.h"
#include "store/sqlite/owners.h"
#include "store/sqlite/remembered.h"

typedef struct reporting {
	brb_store_db *db;
	const char *user;
	int64_t user_number, into_number;
	const brb_store_merge_own *own;
	brabeion_user_report *report;
	size_t memory_capacity;
	int64_t until_us; /* by the monotonic clock */
	bool is_late;
} reporting;

/* ?1 and ?2 are numbers of users, ?3 the name. */
static brabeion_status each_row(reporting *self, const char *sql, brb_row_reader read, void *context,
				brabeion_error *error)
{
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(self->db->reader.handle, sql, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return brb_database_fault(&self->db->reader, code, error);
	sqlite3_bind_int64(statement, 1, self->user_number);
	sqlite3_bind_int64(statement, 2, self->into_number);
	sqlite3_bind_text(statement, 3, self->user, -1, SQLITE_STATIC);
	while ((status = brb_database_step(&self->db->reader, statement, &row, error)) == BRABEION_OK && row)
		if ((status = read(context, statement, error)) != BRABEION_OK)
			break;
	sqlite3_finalize(statement);
	return status;
}

/* ---- what is the user's ---- */

static brabeion_status take_number(void *number, sqlite3_stmt *row, brabeion_error *error)
{
	(void)error;
	*(int64_t *)number = sqlite3_column_int64(row, 0);
	return BRABEION_OK;
}

static brabeion_status count_own(reporting *self, brabeion_error *error)
{
	brabeion_user_report *report = self->report;
	const struct {
		const char *sql;
		int64_t *number;
	} counts[] = {
		{ "SELECT COUNT(*) FROM awards WHERE user = ?1", &report->awards },
		{ "SELECT COUNT(*) FROM awards AS a WHERE user = ?1 AND EXISTS (SELECT 1 FROM awards AS b"
		  " WHERE b.badge = a.badge AND b.user = ?2 AND b.level = a.level AND b.reason = a.reason)",
		  &report->awards_of_both },
		{ "SELECT (SELECT COUNT(*) FROM jobs WHERE user = ?1 AND parked_us = 0)"
		  " + (SELECT COUNT(*) FROM jobs WHERE user = ?1 AND parked_us <> 0)",
		  &report->jobs },
		{ "SELECT COUNT(*) FROM journal WHERE user = ?1", &report->journal_rows },
		{ "SELECT COUNT(*) FROM users WHERE merged_into = ?1 AND merged_into <> 0", &report->aliases },
	};
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0] && status == BRABEION_OK; i++)
		status = each_row(self, counts[i].sql, take_number, counts[i].number, error);
	return status;
}

/* ---- mentions ---- */

/* Of a letter or digit; bytes of other alphabets count as letters. */
static bool is_in_word(unsigned char byte)
{
	return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/* Whether the name occurs, not as a part of a longer word: "7" is not in "17". */
static bool holds_word(const char *text, size_t length, const char *name)
{
	size_t name_length = strlen(name);
	const char *end = text + length, *at = text;
	for (; (at = memmem(at, (size_t)(end - at), name, name_length)); at++) {
		const char *after = at + name_length;
		bool begins = at == text || !is_in_word((unsigned char)at[-1]) || !is_in_word((unsigned char)name[0]);
		bool ends = after == end || !is_in_word((unsigned char)*after) ||
			    !is_in_word((unsigned char)name[name_length - 1]);
		if (begins && ends)
			return true;
	}
	return false;
}

typedef struct mentions {
	const char *name;
	int64_t count;
} mentions;

static brabeion_status count_mention(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	mentions *found = context;
	const char *text = brb_column_text(row, 0);
	(void)error;
	found->count += holds_word(text, strlen(text), found->name);
	return BRABEION_OK;
}

static brabeion_status count_mentions(reporting *self, brabeion_error *error)
{
	brabeion_user_report *report = self->report;
	const struct {
		const char *sql;
		int64_t *number;
	} places[] = {
		{ "SELECT reason FROM awards WHERE user <> ?1 AND instr(reason, ?3)", &report->in_reasons },
		{ "SELECT note FROM (SELECT user, note FROM awards UNION ALL SELECT user, revoked_note FROM awards"
		  " UNION ALL SELECT user, note FROM memory_changes) WHERE user <> ?1 AND instr(note, ?3)",
		  &report->in_comments },
		{ "SELECT state FROM (SELECT user, state FROM journal UNION ALL SELECT user, state FROM jobs)"
		  " WHERE user <> ?1 AND instr(state, ?3)",
		  &report->in_states },
	};
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < sizeof places / sizeof places[0] && status == BRABEION_OK; i++) {
		mentions found = { .name = self->user };
		status = each_row(self, places[i].sql, count_mention, &found, error);
		*places[i].number = found.count;
	}
	return status;
}

/* ---- what plugins remember ---- */

static brabeion_user_memory *memory_of(reporting *self, const char *plugin)
{
	brabeion_user_report *report = self->report;
	for (size_t i = 0; i < report->memory_count; i++)
		if (strcmp(report->memories[i].plugin, plugin) == 0)
			return &report->memories[i];
	const char *copy = brb_arena_copy(report->memory, plugin);
	brabeion_user_memory *one =
		copy ? brb_list_add(&report->memories, &report->memory_count, &self->memory_capacity, sizeof *one)
		     : NULL;
	if (one)
		one->plugin = copy;
	return one;
}

static bool is_user_key(const reporting *self, const brb_cell_row *row)
{
	const unsigned char *bytes = row->key.bytes;
	uint64_t number = 0;
	for (size_t i = 0; i < row->key.length; i++)
		number = number << 8 | bytes[i];
	return row->memory->keys == BRB_KEY_USER && row->key.length && (int64_t)number == self->user_number;
}

/* Of somebody or something else. */
static brabeion_status count_others(reporting *self, const brb_cell_row *row, brabeion_error *error)
{
	bool refers = row->memory->kind == BRB_CELL_USER && row->value.number == self->user_number;
	int64_t references = refers + is_user_key(self, row);
	brabeion_user_memory *memory = references ? memory_of(self, row->plugin) : NULL;
	if (references && !memory)
		return brb_status_no_memory(error);
	if (memory)
		memory->references += references;
	if (row->memory->keys == BRB_KEY_TEXT && holds_word(row->key.bytes, row->key.length, self->user))
		self->report->in_keys++;
	if (row->memory->kind == BRB_CELL_TEXT && holds_word(row->value.text, row->value.text_length, self->user))
		self->report->in_texts++;
	return BRABEION_OK;
}

static brabeion_status count_own_cell(void *context, const brb_cell_row *row, bool *stop, brabeion_error *error)
{
	reporting *self = context;
	(void)stop;
	brabeion_user_memory *memory = memory_of(self, row->plugin);
	if (!memory)
		return brb_status_no_memory(error);
	memory->values++;
	memory->by_rule_only += self->into_number && row->memory->merge == BRB_MERGE_OWN &&
				!self->own->merges(self->own->context, row->memory);
	return BRABEION_OK;
}

static brabeion_status count_others_cell(void *context, const brb_cell_row *row, bool *stop, brabeion_error *error)
{
	reporting *self = context;
	(void)stop;
	return row->owner != self->user_number ? count_others(self, row, error) : BRABEION_OK;
}

static int compare_plugins(const void *a, const void *b)
{
	return strcmp(((const brabeion_user_memory *)a)->plugin, ((const brabeion_user_memory *)b)->plugin);
}

static brabeion_status count_own_memory(reporting *self, brabeion_error *error)
{
	const brb_cell_choice own = { .user = self->user };
	return brb_remembered_each(&self->db->reader, &own, count_own_cell, self, error);
}

/* ---- what is anybody's: all of it is read, which takes seconds where there are millions of users ---- */

enum { STEPS_BETWEEN_LOOKS = 1000 };

static int look_at_clock(void *context)
{
	reporting *self = context;
	self->is_late = brb_clock_monotonic_us() >= self->until_us;
	return self->is_late;
}

static brabeion_status count_elsewhere(reporting *self, brabeion_error *error)
{
	const brb_cell_choice all = { .user = NULL };
	if (self->until_us)
		sqlite3_progress_handler(self->db->reader.handle, STEPS_BETWEEN_LOOKS, look_at_clock, self);
	brabeion_status status = brb_remembered_each(&self->db->reader, &all, count_others_cell, self, error);
	if (status == BRABEION_OK)
		status = count_mentions(self, error);
	sqlite3_progress_handler(self->db->reader.handle, 0, NULL, NULL);
	if (status == BRABEION_OK || !self->is_late)
		return status;
	brabeion_error_finish(error);
	self->report->partial = true;
	return BRABEION_OK;
}

/* ---- the whole report ---- */

static brabeion_status find(reporting *self, const char *user, int64_t *number, brabeion_error *error)
{
	brb_user_row row = { .number = 0 };
	*number = 0;
	if (!user)
		return BRABEION_OK;
	brabeion_status status = brb_owners_user(&self->db->reader, user, &row, NULL, NULL, error);
	if (status == BRABEION_OK && row.number)
		*number = row.owner;
	return status;
}

brabeion_status brb_sqlite_report_user(brb_store_db *db, const char *user, const char *into,
				       const brb_store_merge_own *own, int64_t budget_us,
				       brabeion_user_report *report, brabeion_error *error)
{
	reporting self = { .db = db, .user = user, .own = own, .report = report };
	if (budget_us)
		self.until_us = brb_clock_monotonic_us() + budget_us;
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = find(&self, user, &self.user_number, error);
	if (status == BRABEION_OK)
		status = find(&self, into, &self.into_number, error);
	if (status == BRABEION_OK)
		status = count_own(&self, error);
	if (status == BRABEION_OK)
		status = count_own_memory(&self, error);
	if (status == BRABEION_OK)
		status = count_elsewhere(&self, error);
	if (report->memory_count)
		qsort(report->memories, report->memory_count, sizeof *report->memories, compare_plugins);
	brb_sqlite_end_reading(db);
	return status;
}

/* ---- users by name ---- */

brabeion_status brb_sqlite_find_user(brb_store_db *db, const char *name, brb_arena *arena, brb_found_user *found,
				     brabeion_error *error)
{
	brb_user_row row = { .number = 0 };
	char owner[BRB_SUBJECT_BYTES_MOST + 1] = "";
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_owners_user(&db->reader, name, &row, NULL, NULL, error);
	if (status == BRABEION_OK && row.number && row.owner != row.number)
		status = brb_owners_user_name(&db->reader, row.owner, owner, error);
	brb_sqlite_end_reading(db);
	if (status != BRABEION_OK)
		return status;
	found->found = row.number != 0;
	found->alias_of = brb_arena_copy(arena, owner);
	return found->alias_of ? BRABEION_OK : brb_status_no_memory(error);
}

/* ---- changes of memory ---- */

brabeion_status brb_sqlite_add_memory_change(brb_store_db *db, const brb_memory_change_row *row,
					     brabeion_error *error)
{
	bool more;
	sqlite3_stmt *statement = NULL;
	static const char sql[] =
		"INSERT INTO memory_changes(at_us, user, thing, plugin, badge, name, key, before, after,"
		" note, key_user, before_user, after_user) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
		" ?12, ?13)";
	int code = sqlite3_prepare_v2(db->writer.handle, sql, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return brb_database_fault(&db->writer, code, error);
	brb_database_bind_values(statement, WITH(INT(row->at_us), INT(row->user), TEXT(row->thing), INT(row->plugin),
						 TEXT(row->badge), TEXT(row->name), TEXT(row->key), TEXT(row->before),
						 TEXT(row->after), TEXT(row->note), INT(row->key_user),
						 INT(row->before_user), INT(row->after_user)));
	brabeion_status status = brb_database_step(&db->writer, statement, &more, error);
	sqlite3_finalize(statement);
	return status;
}

/* A text, or who stands in its place; "" of who was forgotten. */
#define OR_USER(column)                                                                                    \
	"iif(c." column "_user, (SELECT ifnull(o.name, '') FROM users AS k JOIN users AS o ON o.id = iif(" \
	"k.merged_into, k.merged_into, k.id) WHERE k.id = c." column "_user), c." column ")"

static const char changes_sql[] = "SELECT c.id, c.at_us, c.user, ifnull(u.name, c.thing) AS user_name, p.name AS "
				  "plugin_name, c.badge AS badge_slug, "
				  "c.name, " OR_USER("key") ", " OR_USER("before") ", " OR_USER(
					  "after") ", c.note"
						   " FROM memory_changes AS c JOIN plugins AS p ON p.id = c.plugin "
						   "LEFT JOIN users AS u ON u.id = c.user"
						   " WHERE (?1 IS NULL OR p.name = ?1) AND (?2 IS NULL OR c.badge = "
						   "?2) AND (?3 IS NULL OR c.name = ?3)"
						   " AND (?4 IS NULL OR c.user = " BRB_USER_NAMED(
							   "?4") ")"
								 " AND (?5 IS NULL OR (c.user = 0 AND c.thing = ?5)) "
								 "AND (?6 IS NULL OR c.key = ?6)"
								 " ORDER BY c.id DESC LIMIT ?7";

static brabeion_status take_change(brabeion_memory_record *record, size_t *capacity, sqlite3_stmt *row,
				   brabeion_error *error)
{
	enum { ID, AT, USER, OWNER, PLUGIN, BADGE, NAME, KEY, BEFORE, AFTER, NOTE };
	brabeion_memory_entry *entry = brb_list_add(&record->entries, &record->count, capacity, sizeof *entry);
	if (!entry)
		return brb_status_no_memory(error);
	entry->id = sqlite3_column_int64(row, ID);
	entry->at_us = sqlite3_column_int64(row, AT);
	entry->owner_kind = sqlite3_column_int64(row, USER) ? BRABEION_OWNER_USER : BRABEION_OWNER_THING;
	const struct {
		const char **text;
		int column;
	} texts[] = { { &entry->owner, OWNER }, { &entry->plugin, PLUGIN }, { &entry->badge, BADGE },
		      { &entry->name, NAME },   { &entry->key, KEY },       { &entry->before, BEFORE },
		      { &entry->after, AFTER }, { &entry->comment, NOTE } };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!(*texts[i].text = brb_column_copy(record->memory, row, texts[i].column)))
			return brb_status_no_memory(error);
	return BRABEION_OK;
}

static brabeion_status read_changes(brb_store_db *db, const brabeion_memory_filter *filter,
				    brabeion_memory_record *record, brabeion_error *error)
{
	bool row;
	size_t capacity = 0;
	brabeion_status status;
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db->reader.handle, changes_sql, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return brb_database_fault(&db->reader, code, error);
	brb_database_bind_values(statement, WITH(TEXT(filter->plugin), TEXT(filter->badge), TEXT(filter->name),
						 TEXT(filter->user), TEXT(filter->thing), TEXT(filter->key),
						 INT(brb_sql_limit(filter->limit))));
	while ((status = brb_database_step(&db->reader, statement, &row, error)) == BRABEION_OK && row)
		if ((status = take_change(record, &capacity, statement, error)) != BRABEION_OK)
			break;
	sqlite3_finalize(statement);
	return status;
}

brabeion_status brb_sqlite_memory_changes(brb_store_db *db, const brabeion_memory_filter *filter,
					  brabeion_memory_record *record, brabeion_error *error)
{
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = read_changes(db, filter, record, error);
	brb_sqlite_end_reading(db);
	return status;
}
