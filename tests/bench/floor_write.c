/*
 * floor_write: writes users, seen ids and awards into a new database, in the shape that the engine's rows have to have:
 * one packed state for each user, seen ids as hashes, awards by sequence and by what makes them unique. Each table is
 * written once, in the order of its key, in one transaction without a journal. Users are numbered in the order of their
 * names.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "floor.h"

enum { STATE_BYTES = 64 * 1024, NAME_PREFIX = 16, BUCKET_BITS = 18, STATEMENT_ROWS = 100, SQL_BYTES = 8192 };

static const char schema[] =
	"PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE;"
	"PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;"
	"CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, awards INTEGER NOT NULL,"
	" state BLOB NOT NULL) STRICT;"
	"CREATE TABLE seen(period INTEGER NOT NULL, hash BLOB NOT NULL,"
	" PRIMARY KEY(period, hash)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE awards(sequence INTEGER PRIMARY KEY, user INTEGER NOT NULL, badge INTEGER NOT NULL,"
	" level INTEGER NOT NULL, reason TEXT NOT NULL, event INTEGER NOT NULL, event_id TEXT NOT NULL,"
	" at_us INTEGER NOT NULL, stored_us INTEGER NOT NULL, note TEXT NOT NULL, revoked INTEGER NOT NULL) STRICT;"
	"CREATE TABLE award_keys(user INTEGER NOT NULL, badge INTEGER NOT NULL, level INTEGER NOT NULL,"
	" reason TEXT NOT NULL, revoked INTEGER NOT NULL, sequence INTEGER NOT NULL,"
	" PRIMARY KEY(user, badge, level, reason, revoked)) STRICT, WITHOUT ROWID;"
	"BEGIN IMMEDIATE";

typedef struct table {
	const char *insert, *row;
	int columns; /* parameters of a row */
} table;

static const table users_table = { "INSERT INTO users(id, name, awards, state) VALUES", "(?, ?, ?, ?)", 4 };
static const table awards_table = { "INSERT INTO awards(sequence, user, badge, level, reason, event, event_id, "
				    "at_us, stored_us, note, revoked) VALUES",
				    "(?, ?, ?, ?, '', ?, ?, ?, 1, '', 0)", 7 };
static const table award_keys_table = {
	"INSERT INTO award_keys(user, badge, level, reason, revoked, sequence) VALUES", "(?, ?, ?, '', 0, ?)", 4
};
static const table seen_table = { "INSERT INTO seen(period, hash) VALUES", "(20000, ?)", 1 };

/* ---- SQLite ------------------------------------------------------------------------------------------------------ */

static void must(int code, sqlite3 *database)
{
	if (code != SQLITE_OK && code != SQLITE_DONE)
		bench_fail("%s", sqlite3_errmsg(database));
}

static void run(sqlite3 *database, const char *sql)
{
	must(sqlite3_exec(database, sql, NULL, NULL, NULL), database);
}

/* A statement for as many rows of the table. */
static sqlite3_stmt *prepare(sqlite3 *database, const table *into, size_t count)
{
	char sql[SQL_BYTES];
	size_t size = (size_t)snprintf(sql, sizeof sql, "%s", into->insert);
	for (size_t i = 0; i < count; i++)
		size += (size_t)snprintf(sql + size, sizeof sql - size, "%s%s", i == 0 ? " " : ", ", into->row);
	sqlite3_stmt *statement = NULL;
	must(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), database);
	return statement;
}

/*
 * Inserts rows, many with one statement: SQLite then stays at the end of the tree, and appends without searching. The
 * first statement has what is left over by the others.
 */
typedef struct writer {
	sqlite3 *database;
	const table *into;
	sqlite3_stmt *statement;
	size_t left, rows; /* of all; of this statement */
	int bound;         /* parameters */
} writer;

static void writer_open(writer *self, sqlite3 *database, const table *into, size_t count)
{
	*self = (writer){ .database = database, .into = into, .left = count };
	self->rows = count % STATEMENT_ROWS != 0 ? count % STATEMENT_ROWS : STATEMENT_ROWS;
	self->statement = prepare(database, into, self->rows);
}

static void put_number(writer *self, int64_t number)
{
	sqlite3_bind_int64(self->statement, ++self->bound, number);
}

/* The text must stay until writer_close. */
static void put_text(writer *self, const char *text)
{
	sqlite3_bind_text(self->statement, ++self->bound, text, -1, SQLITE_STATIC);
}

static void put_bytes(writer *self, const void *bytes, size_t size, sqlite3_destructor_type lifetime)
{
	sqlite3_bind_blob(self->statement, ++self->bound, bytes, (int)size, lifetime);
}

static void end_row(writer *self)
{
	if ((size_t)self->bound < self->rows * (size_t)self->into->columns)
		return;
	must(sqlite3_step(self->statement), self->database);
	sqlite3_reset(self->statement);
	self->bound = 0;
	self->left -= self->rows;
	if (self->left > 0 && self->rows != STATEMENT_ROWS) {
		sqlite3_finalize(self->statement);
		self->rows = STATEMENT_ROWS;
		self->statement = prepare(self->database, self->into, self->rows);
	}
}

static void writer_close(writer *self)
{
	if (self->left != 0)
		bench_fail("%zu rows are missing: %s", self->left, self->into->insert);
	sqlite3_finalize(self->statement);
}

/* ---- orders ------------------------------------------------------------------------------------------------------ */

/* A user by the first bytes of the name, so that sorting seldom looks at the name itself. */
typedef struct name_key {
	floor_hash prefix; /* big-endian numbers: they compare as the bytes do */
	floor_user *user;
} name_key;

static int by_hash(const void *a, const void *b)
{
	const floor_hash *left = a, *right = b;
	if (left->high != right->high)
		return left->high < right->high ? -1 : 1;
	return (left->low > right->low) - (left->low < right->low);
}

static int by_name(const void *a, const void *b)
{
	const name_key *left = a, *right = b;
	int order = by_hash(&left->prefix, &right->prefix);
	return order != 0 ? order : strcmp(left->user->name, right->user->name);
}

static floor_hash prefix_of(const char *name)
{
	uint64_t words[2] = { 0 };
	memcpy(words, name, strnlen(name, NAME_PREFIX));
	return (floor_hash){ be64toh(words[0]), be64toh(words[1]) };
}

/* The hashes of the set in order, in the caller's memory. They are spread evenly: buckets of few, then insertion. */
static floor_hash *order_hashes(const floor_set *set)
{
	floor_hash *sorted = reallocarray(NULL, set->count + 1, sizeof *sorted);
	size_t *ends = calloc(1 << BUCKET_BITS, sizeof *ends), before = 0;
	if (!sorted || !ends)
		bench_fail("out of memory");
	for (size_t i = 0; i < set->count; i++)
		ends[set->hashes[i].high >> (64 - BUCKET_BITS)]++;
	for (size_t i = 0; i < 1 << BUCKET_BITS; i++) {
		size_t size = ends[i];
		ends[i] = before;
		before += size;
	}
	for (size_t i = 0; i < set->count; i++)
		sorted[ends[set->hashes[i].high >> (64 - BUCKET_BITS)]++] = set->hashes[i];
	for (size_t i = 1; i < set->count; i++) {
		floor_hash hash = sorted[i];
		size_t at = i;
		for (; at > 0 && by_hash(&sorted[at - 1], &hash) > 0; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = hash;
	}
	free(ends);
	return sorted;
}

/* The users by name, numbered from 1. */
static name_key *order_users(bench_floor *self)
{
	size_t count = self->user_set.count;
	name_key *keys = reallocarray(NULL, count + 1, sizeof *keys);
	if (!keys)
		bench_fail("out of memory");
	for (size_t i = 0; i < count; i++)
		keys[i] = (name_key){ prefix_of(self->users[i].name), &self->users[i] };
	qsort(keys, count, sizeof *keys, by_name);
	for (size_t i = 0; i < count; i++)
		keys[i].user->id = (int64_t)i + 1;
	return keys;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static size_t pack_number(uint8_t *to, uint64_t number)
{
	size_t size = 0;
	for (; number >= 0x80; number >>= 7)
		to[size++] = (uint8_t)(number | 0x80);
	to[size++] = (uint8_t)number;
	return size;
}

static size_t pack_bytes(uint8_t *to, const floor_bytes *bytes)
{
	size_t size = pack_number(to, bytes->size);
	if (size + bytes->size + 8 * NAME_PREFIX > STATE_BYTES / 2)
		bench_fail("a state is larger than a user of the history can have");
	if (bytes->size > 0)
		memcpy(to + size, bytes->bytes, bytes->size);
	return size + bytes->size;
}

static size_t pack_state(uint8_t to[STATE_BYTES], const floor_user *user)
{
	size_t size = pack_number(to, (uint64_t)user->posts);
	size += pack_number(to + size, (uint64_t)user->given);
	size += pack_bytes(to + size, &user->pages);
	size += pack_number(to + size, (uint64_t)user->last_day);
	size += pack_number(to + size, user->days_in_a_row);
	return size + pack_bytes(to + size, &user->days);
}

static int awards_of(const floor_user *user)
{
	int count = 0;
	for (int badge = 0; badge < FLOOR_BADGES; badge++)
		for (int level = 0; level < FLOOR_LEVELS; level++)
			count += user->held[badge][level] != 0;
	return count;
}

static void write_users(sqlite3 *database, const name_key *keys, size_t count)
{
	static uint8_t state[STATE_BYTES];
	writer rows;
	writer_open(&rows, database, &users_table, count);
	for (size_t i = 0; i < count; i++) {
		const floor_user *user = keys[i].user;
		put_number(&rows, user->id);
		put_text(&rows, user->name);
		put_number(&rows, awards_of(user));
		put_bytes(&rows, state, pack_state(state, user), SQLITE_TRANSIENT);
		end_row(&rows);
	}
	writer_close(&rows);
}

static void write_awards(sqlite3 *database, const bench_floor *self)
{
	writer rows;
	writer_open(&rows, database, &awards_table, self->award_count);
	for (size_t i = 0; i < self->award_count; i++) {
		const floor_award *award = &self->awards[i];
		put_number(&rows, (int64_t)i + 1);
		put_number(&rows, self->users[award->user].id);
		put_number(&rows, award->badge + 1);
		put_number(&rows, award->level + 1);
		put_number(&rows, award->badge + 1); /* each badge has an event of its own */
		put_text(&rows, award->event_id);
		put_number(&rows, award->at_us);
		end_row(&rows);
	}
	writer_close(&rows);
}

static void write_award_keys(sqlite3 *database, const name_key *keys, size_t count, size_t award_count)
{
	writer rows;
	writer_open(&rows, database, &award_keys_table, award_count);
	for (size_t i = 0; i < count * FLOOR_BADGES * FLOOR_LEVELS; i++) {
		const floor_user *user = keys[i / (FLOOR_BADGES * FLOOR_LEVELS)].user;
		int badge = (int)(i / FLOOR_LEVELS % FLOOR_BADGES), level = (int)(i % FLOOR_LEVELS);
		if (user->held[badge][level] == 0)
			continue;
		put_number(&rows, user->id);
		put_number(&rows, badge + 1);
		put_number(&rows, level + 1);
		put_number(&rows, user->held[badge][level]);
		end_row(&rows);
	}
	writer_close(&rows);
}

/* All of one period: that in which the history was read. */
static void write_seen(sqlite3 *database, const floor_set *seen)
{
	writer rows;
	floor_hash *hashes = order_hashes(seen);
	writer_open(&rows, database, &seen_table, seen->count);
	for (size_t i = 0; i < seen->count; i++) {
		hashes[i] = (floor_hash){ htobe64(hashes[i].high), htobe64(hashes[i].low) };
		put_bytes(&rows, &hashes[i], sizeof hashes[i], SQLITE_STATIC);
		end_row(&rows);
	}
	writer_close(&rows);
	free(hashes);
}

void floor_write(bench_floor *self, const char *path)
{
	sqlite3 *database = NULL;
	must(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL),
	     database);
	run(database, schema);
	name_key *keys = order_users(self);
	write_users(database, keys, self->user_set.count);
	write_awards(database, self);
	write_award_keys(database, keys, self->user_set.count, self->award_count);
	write_seen(database, &self->seen);
	run(database, "COMMIT");
	must(sqlite3_close(database), database);
	free(keys);
}
