/*
 * bench_loop DATABASE EVENTS ROWS: the baseline of `brabeion run`, a hand-written loop. It reads the same lines with
 * the same JSON reader and writes the same rows in the same batches, without an engine. The database has the engine's
 * schema, settings and badges.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "events.h"
#include "rows.h"

typedef struct writer {
	sqlite3 *database;
	sqlite3_stmt *statements[BENCH_KINDS];
	FILE *rows;
	char *text;
	size_t capacity;
} writer;

static void must(int code, sqlite3 *database)
{
	if (code != SQLITE_OK && code != SQLITE_DONE)
		bench_fail("%s", sqlite3_errmsg(database));
}

static void read_exactly(writer *self, void *into, size_t size)
{
	if (fread(into, 1, size, self->rows) != size)
		bench_fail("the rows end too early");
}

static void bind_column(writer *self, sqlite3_stmt *statement, int column)
{
	int type = getc_unlocked(self->rows);
	if (type == 'i') {
		int64_t value;
		read_exactly(self, &value, sizeof value);
		sqlite3_bind_int64(statement, column, value);
		return;
	}
	uint32_t length;
	read_exactly(self, &length, sizeof length);
	if (length + 1 > self->capacity)
		self->text = realloc(self->text, self->capacity = length + 1);
	read_exactly(self, self->text, length + 1);
	if (type == 'b')
		sqlite3_bind_blob(statement, column, self->text, (int)length, SQLITE_TRANSIENT);
	else
		sqlite3_bind_text(statement, column, self->text, (int)length, SQLITE_TRANSIENT);
}

static void write_batch(writer *self)
{
	int kind;
	must(sqlite3_exec(self->database, "BEGIN IMMEDIATE", NULL, NULL, NULL), self->database);
	while ((kind = getc_unlocked(self->rows)) != BENCH_BATCH_END) {
		if (kind < 0 || kind >= BENCH_KINDS)
			bench_fail("the rows end too early");
		sqlite3_stmt *statement = self->statements[kind];
		int columns = getc_unlocked(self->rows);
		for (int i = 1; i <= columns; i++)
			bind_column(self, statement, i);
		must(sqlite3_step(statement), self->database);
		sqlite3_reset(statement);
	}
	must(sqlite3_exec(self->database, "COMMIT", NULL, NULL, NULL), self->database);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		bench_fail("usage: bench_loop DATABASE EVENTS ROWS");
	writer self = { .rows = fopen(argv[3], "rb") };
	if (!self.rows)
		bench_fail("%s cannot be read", argv[3]);
	must(sqlite3_open_v2(argv[1], &self.database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL),
	     self.database);
	must(sqlite3_exec(self.database,
			  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;"
			  "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864",
			  NULL, NULL, NULL),
	     self.database);
	for (int i = 1; i < BENCH_KINDS; i++)
		must(sqlite3_prepare_v2(self.database, bench_statements[i], -1, &self.statements[i], NULL),
		     self.database);
	bench_events events;
	bench_events_open(&events, argv[2]);
	while (bench_events_next(&events))
		write_batch(&self);
	bench_events_close(&events);
	for (int i = 1; i < BENCH_KINDS; i++)
		sqlite3_finalize(self.statements[i]);
	sqlite3_close(self.database);
	free(self.text);
	fclose(self.rows);
	return 0;
}
