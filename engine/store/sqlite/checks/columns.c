/*
 * store/sqlite/checks/columns: see columns.h.
 */
#include "store/sqlite/checks/columns.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/value.h"
#include "store/codec/packed_state.h"
#include "store/types.h"

/* Nullable: an outer join, an aggregate of nothing, or a column that may be NULL. */
struct brb_column_rule {
	const char *name;
	int kind; /* SQLITE_INTEGER, _TEXT, _BLOB; 0: any of them */
	bool nullable;
	int64_t least, most; /* of a number; of a text or blob the bytes */
};

/* Far from where adding to it would run over. */
#define NUMBER_MOST (INT64_MAX / 4)
#define TIME_MOST (INT64_MAX / 4)
#define SECONDS_MOST (INT64_MAX / 4 / 1000000)
enum { TEXT_MOST = 16 * 1024 * 1024, STATE_MOST = 256 * 1024 * 1024, LEVEL_MOST = 1000, MEMORY_MOST = 1000000 };

#define ID(name, most)                                 \
	{                                              \
		name, SQLITE_INTEGER, false, 1, (most) \
	}
#define NUMBER(name, least, most)                            \
	{                                                    \
		name, SQLITE_INTEGER, false, (least), (most) \
	}
#define TIME(name)                                                 \
	{                                                          \
		name, SQLITE_INTEGER, false, -TIME_MOST, TIME_MOST \
	}
#define TEXT(name, most)                            \
	{                                           \
		name, SQLITE_TEXT, false, 0, (most) \
	}

static const brb_column_rule rules[] = {
	/* numbers of rows */
	ID("id", NUMBER_MOST),
	ID("sequence", NUMBER_MOST),
	NUMBER("user", 0, NUMBER_MOST),
	NUMBER("badge", 0, UINT32_MAX),
	NUMBER("plugin", 0, UINT32_MAX),
	NUMBER("event", 0, NUMBER_MOST),
	ID("memory_id", MEMORY_MOST),
	NUMBER("memory", 0, MEMORY_MOST),
	NUMBER("merged_into", 0, NUMBER_MOST),
	NUMBER("into_user", 0, NUMBER_MOST),
	NUMBER("cause", 0, NUMBER_MOST),
	NUMBER("run", 0, NUMBER_MOST),
	NUMBER("claim", 0, INT64_MAX),
	NUMBER("journal", 0, NUMBER_MOST),
	NUMBER("number", 0, NUMBER_MOST),
	NUMBER("key_user", 0, NUMBER_MOST),
	NUMBER("before_user", 0, NUMBER_MOST),
	NUMBER("after_user", 0, NUMBER_MOST),

	/* counts and small numbers */
	NUMBER("awards", 0, NUMBER_MOST),
	NUMBER("badges", 0, NUMBER_MOST),
	NUMBER("count", 0, NUMBER_MOST),
	NUMBER("times", 0, NUMBER_MOST),
	NUMBER("attempts", 0, UINT32_MAX),
	NUMBER("level", 1, LEVEL_MOST),
	NUMBER("holders_level", 0, LEVEL_MOST),
	NUMBER("highest", 0, LEVEL_MOST),
	NUMBER("lapsed", 0, 1),
	NUMBER("owner_kind", BRB_OWNER_USER, BRB_OWNER_THING),
	NUMBER("cell_kind", BRB_CELL_NUMBER, BRB_CELL_USER),
	NUMBER("keys", BRB_KEY_TEXT, BRB_KEY_HASHED),
	NUMBER("merge", BRB_MERGE_SUM, BRB_MERGE_OWN),
	NUMBER("kind", 1, 4),
	NUMBER("standing", 1, 4),
	NUMBER("trouble", BRB_TROUBLE_FAILED, BRB_TROUBLE_PASSED),
	{ "clock", SQLITE_INTEGER, true, -24 * 60, 24 * 60 },
	{ "value", 0, false, 0, TEXT_MOST },

	/* times */
	NUMBER("at_us", INT64_MIN, INT64_MAX),  /* as the event says */
	NUMBER("due_us", INT64_MIN, INT64_MAX), /* as a plugin says */
	NUMBER("retry_us", INT64_MIN, INT64_MAX),
	TIME("made_us"),
	TIME("parked_us"),
	TIME("since_us"),
	TIME("first_us"),
	TIME("last_us"),
	TIME("latest_us"),
	TIME("arrived_us"),
	TIME("revoked_at_us"),
	TIME("stored_us"),
	NUMBER("known_s", -SECONDS_MOST, SECONDS_MOST),
	{ "oldest_us", SQLITE_INTEGER, true, -TIME_MOST, TIME_MOST },
	{ "ready_us", SQLITE_INTEGER, true, INT64_MIN, INT64_MAX },
	{ "period", SQLITE_INTEGER, true, -SECONDS_MOST, SECONDS_MOST },

	/* names and other texts */
	TEXT("slug", BRB_NAME_BYTES_MOST),
	{ "badge_slug", SQLITE_TEXT, true, 0, BRB_NAME_BYTES_MOST }, /* of no badge */
	TEXT("event_name", BRB_NAME_BYTES_MOST),
	TEXT("user_name", BRB_SUBJECT_BYTES_MOST),
	TEXT("reason", TEXT_MOST),
	TEXT("error", TEXT_MOST),
	TEXT("note", TEXT_MOST),
	TEXT("thing_name", BRB_SUBJECT_BYTES_MOST),
	TEXT("memory_name", BRB_NAME_BYTES_MOST),
	{ "plugin_name", SQLITE_TEXT, true, 0, BRB_NAME_BYTES_MOST }, /* of no plugin */
	TEXT("event_id", BRB_SUBJECT_BYTES_MOST),
	TEXT("parked_why", BRB_NAME_BYTES_MOST),

	/* bytes */
	{ "hash", SQLITE_BLOB, false, 16, 16 },
	{ "key", 0, false, 0, TEXT_MOST },
	{ "cell_key", SQLITE_BLOB, false, 0, BRB_PACKED_KEY_BYTES_MOST },
	{ "verdicts", SQLITE_BLOB, false, 0, STATE_MOST },
};

#undef ID
#undef NUMBER
#undef TIME
#undef TEXT

/* Where no name has a rule: by the kind that the column was declared with. */
static const brb_column_rule of_number = { "", SQLITE_INTEGER, true, INT64_MIN, INT64_MAX };
static const brb_column_rule of_text = { "", SQLITE_TEXT, true, 0, TEXT_MOST };
static const brb_column_rule of_bytes = { "", SQLITE_BLOB, true, 0, STATE_MOST };
static const brb_column_rule of_any = { "", 0, true, 0, STATE_MOST };

static const brb_column_rule *rule_of(sqlite3_stmt *statement, int column)
{
	const char *name = sqlite3_column_name(statement, column);
	const char *declared = sqlite3_column_decltype(statement, column);
	for (size_t i = 0; name && i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	if (!declared || strcmp(declared, "ANY") == 0)
		return &of_any;
	return strcmp(declared, "INTEGER") == 0 ? &of_number : strcmp(declared, "TEXT") == 0 ? &of_text : &of_bytes;
}

void brb_columns_of(sqlite3_stmt *statement, brb_columns *columns)
{
	int count = sqlite3_column_count(statement);
	columns->count = count < BRB_COLUMNS_MOST ? count : BRB_COLUMNS_MOST;
	for (int i = 0; i < columns->count; i++)
		columns->rules[i] = rule_of(statement, i);
}

/* ---- counters ---- */

/* Kept under these names; others hold anything. */
static const char *const bounded_counters[] = {
	"sequence",        "last_user",         "last_thing", "runs",         "journal_sequence", "journal_bytes",
	"journal_keep_us", "journal_max_bytes", "awards",     "forgotten_us", BRB_COUNTER_NEWEST, BRB_COUNTER_SUSPECT
};

static bool is_bounded(const char *name)
{
	for (size_t i = 0; i < sizeof bounded_counters / sizeof *bounded_counters; i++)
		if (strcmp(bounded_counters[i], name) == 0)
			return true;
	return false;
}

/* A time of the monotonic clock may be set before the machine's start: only times between two of them matter. */
brabeion_status brb_columns_check_counter(const char *path, const char *name, int64_t value, brabeion_error *error)
{
	bool is_time = strcmp(name, BRB_COUNTER_SUSPECT_MONOTONIC) == 0;
	if ((!is_time && !is_bounded(name)) || (value >= (is_time ? -TIME_MOST : 0) && value <= NUMBER_MOST))
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_STORE, BRB_DAMAGED "the counter \"%s\" is %lld", path, name,
			      (long long)value);
}

/* ---- faults ---- */

/* Not in every build of SQLite: SQLITE_ENABLE_COLUMN_METADATA. */
#pragma weak sqlite3_column_table_name
#pragma weak sqlite3_column_origin_name

/* The number of the row, where the statement reads it; -1: it does not. */
static int64_t row_number(sqlite3_stmt *row, int but)
{
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		const char *name = sqlite3_column_name(row, i);
		bool is_number = i != but && sqlite3_column_type(row, i) == SQLITE_INTEGER && name &&
				 (strcmp(name, "id") == 0 || strcmp(name, "sequence") == 0);
		if (is_number)
			return sqlite3_column_int64(row, i);
	}
	return -1;
}

static void describe_place(char *place, size_t size, sqlite3_stmt *row, int column)
{
	const char *table = sqlite3_column_table_name ? sqlite3_column_table_name(row, column) : NULL;
	const char *origin = sqlite3_column_origin_name ? sqlite3_column_origin_name(row, column) : NULL;
	const char *name = origin ? origin : sqlite3_column_name(row, column);
	int64_t number = row_number(row, column);
	int length = snprintf(place, size, "column \"%.60s\"", name ? name : "");
	if (table && length > 0)
		length += snprintf(place + length, size - (size_t)length, " of table \"%.60s\"", table);
	if (number >= 0 && length > 0)
		snprintf(place + length, size - (size_t)length, ", row %lld", (long long)number);
}

static brabeion_status refuse(sqlite3_stmt *row, int column, const brb_column_rule *rule, brabeion_error *error)
{
	static const char *const kinds[] = {
		"nothing that is known", "a number", "a number with decimals", "a text", "bytes", "NULL"
	};
	char place[300], what[100];
	int kind = sqlite3_column_type(row, column);
	const char *path = sqlite3_db_filename(sqlite3_db_handle(row), "main");
	if (sqlite3_errcode(sqlite3_db_handle(row)) == SQLITE_NOMEM) /* so that a text could not be read */
		return brb_status_no_memory(error);
	describe_place(place, sizeof place, row, column);
	if ((rule->kind && kind != rule->kind) || kind == SQLITE_NULL || kind == SQLITE_FLOAT)
		snprintf(what, sizeof what, "holds %s", kinds[kind]);
	else if (kind == SQLITE_INTEGER)
		snprintf(what, sizeof what, "holds %lld, which it cannot",
			 (long long)sqlite3_column_int64(row, column));
	else if (sqlite3_column_bytes(row, column) < rule->least || sqlite3_column_bytes(row, column) > rule->most)
		snprintf(what, sizeof what, "holds %d bytes, which it cannot", sqlite3_column_bytes(row, column));
	else
		snprintf(what, sizeof what, "holds text that is not UTF-8");
	return brb_status_set(error, BRABEION_STORE, BRB_DAMAGED "%s %s", path ? path : "", place, what);
}

/* ---- checking ---- */

static bool is_text(sqlite3_stmt *row, int column, int bytes)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	return text && brb_text_checked_length(text, (size_t)bytes) == (size_t)bytes;
}

static bool is_fine(const brb_column_rule *rule, sqlite3_stmt *row, int column)
{
	int kind = sqlite3_column_type(row, column);
	if (kind == SQLITE_NULL)
		return rule->nullable;
	if (kind == SQLITE_FLOAT || (rule->kind && kind != rule->kind))
		return false;
	if (kind == SQLITE_INTEGER) {
		int64_t number = sqlite3_column_int64(row, column);
		return !rule->kind || (number >= rule->least && number <= rule->most);
	}
	int bytes = sqlite3_column_bytes(row, column);
	return bytes >= rule->least && bytes <= rule->most && (kind == SQLITE_BLOB || is_text(row, column, bytes));
}

brabeion_status brb_columns_check(const brb_columns *columns, sqlite3_stmt *row, brabeion_error *error)
{
	for (int i = 0; i < columns->count; i++)
		if (!is_fine(columns->rules[i], row, i))
			return refuse(row, i, columns->rules[i], error);
	return BRABEION_OK;
}
