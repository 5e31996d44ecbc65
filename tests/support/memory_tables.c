#include "support/memory_tables.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/hash/siphash.h"

enum { NUMBER = 1, TEXT = 2 };

static uint64_t take_number(const unsigned char **at)
{
	uint64_t number = 0;
	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte = *(*at)++;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return number;
	}
}

static void add_cell(sqlite3 *handle, const char *sql, uint64_t memory, const char *subject, int64_t number,
		     const char *text, size_t length)
{
	sqlite3_stmt *insert = NULL;
	sqlite3_prepare_v2(handle, sql, -1, &insert, NULL);
	sqlite3_bind_int64(insert, 1, (sqlite3_int64)memory);
	sqlite3_bind_text(insert, 2, subject, -1, SQLITE_STATIC);
	if (text)
		sqlite3_bind_text(insert, 3, text, (int)length, SQLITE_STATIC);
	else
		sqlite3_bind_int64(insert, 3, number);
	sqlite3_step(insert);
	sqlite3_finalize(insert);
}

/* Of one block; `memory` 1 is the store's own. */
static void add_cells(sqlite3 *handle, uint64_t memory, const char *owner, const unsigned char *at,
		      const unsigned char *end)
{
	while (at < end) {
		char subject[600];
		uint64_t head = take_number(&at), length = head >> 2;
		snprintf(subject, sizeof subject, "%s%s%.*s", owner, length ? "/" : "", (int)length,
			 (const char *)at);
		at += length;
		uint64_t value = take_number(&at);
		if (memory != 1 && (head & 3) == NUMBER)
			add_cell(handle, "INSERT INTO temp.tallies VALUES(?1, ?2, ?3)", memory, subject,
				 (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0)), NULL, 0);
		if ((head & 3) != TEXT)
			continue;
		add_cell(handle, "INSERT INTO temp.notes VALUES(?1, ?2, ?3)", memory, subject, 0, (const char *)at,
			 value);
		at += value;
	}
}

static void add_state(sqlite3 *handle, const char *owner, const unsigned char *at, size_t length)
{
	const unsigned char *end = at + length;
	while (length && at < end) {
		uint64_t memory = take_number(&at), head = take_number(&at);
		if (head & 1)
			continue; /* spilled */
		uint64_t bytes = take_number(&at);
		add_cells(handle, memory, owner, at, at + bytes);
		at += bytes;
	}
}

/* The first error ends it. */
static int add_states(sqlite3 *handle)
{
	sqlite3_stmt *owners = NULL;
	int code = sqlite3_prepare_v2(handle,
				      "SELECT name, state FROM users WHERE name IS NOT NULL"
				      " UNION ALL SELECT name, state FROM things",
				      -1, &owners, NULL);
	while (code == SQLITE_OK && (code = sqlite3_step(owners)) == SQLITE_ROW) {
		add_state(handle, (const char *)sqlite3_column_text(owners, 0), sqlite3_column_blob(owners, 1),
			  (size_t)sqlite3_column_bytes(owners, 1));
		code = SQLITE_OK;
	}
	sqlite3_finalize(owners);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int add_memory_tables(sqlite3 *handle)
{
	static const char tables[] = "PRAGMA temp_store = MEMORY;"
				     "CREATE TEMP TABLE tallies(memory, subject, value);"
				     "CREATE TEMP TABLE notes(memory, subject, text);";
	static const char spilled[] =
		"CREATE TEMP TABLE spilled AS SELECT memory, ifnull(u.name, t.name) || iif(length(key), '/', '') ||"
		" CAST(key AS TEXT) AS subject, value FROM cells LEFT JOIN users AS u ON u.id = owner"
		" LEFT JOIN things AS t ON t.id = -owner WHERE memory <> 1;"
		"INSERT INTO temp.tallies SELECT * FROM spilled WHERE typeof(value) = 'integer';"
		"INSERT INTO temp.notes SELECT * FROM spilled WHERE typeof(value) = 'text';";
	int code = sqlite3_exec(handle, tables, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = add_states(handle);
	return code == SQLITE_OK ? sqlite3_exec(handle, spilled, NULL, NULL, NULL) : code;
}

/* ---- ids of events that were judged ---- */

static void put_number(unsigned char at[8], uint64_t number)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (unsigned char)(number >> 8 * i);
}

static uint64_t counter(sqlite3 *handle, const char *name)
{
	sqlite3_stmt *statement = NULL;
	uint64_t value = 0;
	sqlite3_prepare_v2(handle, "SELECT value FROM counters WHERE name = ?1", -1, &statement, NULL);
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW)
		value = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static void hash_seen(sqlite3_context *context, int count, sqlite3_value **values)
{
	unsigned char key[BRB_SIPHASH_KEY_BYTES], bytes[600], hash[BRB_SIPHASH_BYTES];
	const char *id = (const char *)sqlite3_value_text(values[0]);
	size_t length = id && count == 3 ? strlen(id) + 1 : 0;
	if (!length || length > sizeof bytes - 16)
		return;
	memcpy(bytes, id, length);
	put_number(bytes + length, (uint64_t)sqlite3_value_int64(values[1]));
	put_number(bytes + length + 8, (uint64_t)sqlite3_value_int64(values[2]));
	put_number(key, counter(sqlite3_context_db_handle(context), "hash_key_0"));
	put_number(key + 8, counter(sqlite3_context_db_handle(context), "hash_key_1"));
	brb_siphash(key, bytes, length + 16, hash);
	sqlite3_result_blob(context, hash, sizeof hash, SQLITE_TRANSIENT);
}

int add_seen_hash(sqlite3 *handle)
{
	return sqlite3_create_function(handle, "seen_hash", 3, SQLITE_UTF8, NULL, hash_seen, NULL, NULL);
}
