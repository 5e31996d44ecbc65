/*
 * bench_record CONFIG DATABASE EVENTS ROWS: runs the engine over a history and records the rows that it writes, by
 * triggers in the database, batch by batch.
 *
 * The engine's statistics thread writes to the same database (unhandled events, a second after the first one), so each
 * batch is taken from the log in one write transaction that waits for that thread.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include <brabeion/engine.h>

#include "bench.h"
#include "events.h"
#include "rows.h"

enum { BUSY_TIMEOUT_MS = 60000 };

static void must(int code, sqlite3 *database)
{
	if (code != SQLITE_OK)
		bench_fail("%s", sqlite3_errmsg(database));
}

static const char triggers[] =
	"CREATE TABLE log(n INTEGER PRIMARY KEY, kind, a, b, c, d, e, f, g, h, i);"
	"CREATE TRIGGER l1 AFTER INSERT ON users BEGIN INSERT INTO log(kind,a,b) VALUES(1, new.id, new.name); END;"
	"CREATE TRIGGER l2 AFTER INSERT ON events BEGIN INSERT INTO log(kind,a,b) VALUES(2, new.id, new.name); END;"
	"CREATE TRIGGER l3 AFTER INSERT ON memories BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(3, new.id, new.plugin, new.name); END;"
	"CREATE TRIGGER l4 AFTER INSERT ON seen BEGIN"
	" INSERT INTO log(kind,a,b,c,d) VALUES(4, new.id, new.event, new.user, new.arrived_s); END;"
	"CREATE TRIGGER l5 AFTER INSERT ON awards BEGIN INSERT INTO log(kind,a,b,c,d,e,f,g,h,i)"
	" VALUES(5, new.sequence, new.user, new.badge, new.level, new.reason, new.event, new.event_id, new.at_us,"
	" new.note); END;"
	"CREATE TRIGGER l6 AFTER INSERT ON tallies BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(6, new.memory, new.subject, new.value); END;"
	"CREATE TRIGGER l7 AFTER UPDATE ON tallies BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(6, new.memory, new.subject, new.value); END;"
	"CREATE TRIGGER l8 AFTER INSERT ON notes BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(7, new.memory, new.subject, new.text); END;"
	"CREATE TRIGGER l9 AFTER UPDATE ON notes BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(7, new.memory, new.subject, new.text); END;"
	"CREATE TRIGGER m1 AFTER INSERT ON counters BEGIN INSERT INTO log(kind,a,b) VALUES(8, new.name, new.value); "
	"END;"
	"CREATE TRIGGER m2 AFTER UPDATE ON counters BEGIN INSERT INTO log(kind,a,b) VALUES(8, new.name, new.value); "
	"END;"
	"CREATE TRIGGER m3 AFTER DELETE ON notes BEGIN INSERT INTO log(kind,a,b) VALUES(9, old.memory, old.subject); "
	"END;";

static void write_column(FILE *rows, sqlite3_stmt *statement, int column)
{
	if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
		int64_t value = sqlite3_column_int64(statement, column);
		fputc('i', rows);
		fwrite(&value, sizeof value, 1, rows);
		return;
	}
	uint32_t length = (uint32_t)sqlite3_column_bytes(statement, column);
	fputc('t', rows);
	fwrite(&length, sizeof length, 1, rows);
	fwrite(sqlite3_column_text(statement, column), length + 1, 1, rows);
}

static void write_batch(sqlite3 *database, FILE *rows)
{
	int code;
	sqlite3_stmt *statement = NULL;
	must(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), database);
	must(sqlite3_prepare_v2(database, "SELECT kind, a, b, c, d, e, f, g, h, i FROM log ORDER BY n", -1,
				&statement, NULL),
	     database);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		int columns = 0;
		while (columns < BENCH_COLUMNS_MOST && sqlite3_column_type(statement, columns + 1) != SQLITE_NULL)
			columns++;
		fputc(sqlite3_column_int(statement, 0), rows);
		fputc(columns, rows);
		for (int i = 1; i <= columns; i++)
			write_column(rows, statement, i);
	}
	must(code == SQLITE_DONE ? SQLITE_OK : code, database);
	sqlite3_finalize(statement);
	must(sqlite3_exec(database, "DELETE FROM log; COMMIT", NULL, NULL, NULL), database);
	fputc(BENCH_BATCH_END, rows);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		bench_fail("usage: bench_record CONFIG DATABASE EVENTS ROWS");
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = argv[1], .database = argv[2]);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		bench_fail("%s", error.message);
	sqlite3 *database = NULL;
	must(sqlite3_open(argv[2], &database), database);
	must(sqlite3_busy_timeout(database, BUSY_TIMEOUT_MS), database);
	must(sqlite3_exec(database, triggers, NULL, NULL, NULL), database);
	FILE *rows = fopen(argv[4], "wb");
	if (!rows)
		bench_fail("%s cannot be written", argv[4]);
	bench_events events;
	bench_events_open(&events, argv[3]);
	while (bench_events_next(&events)) {
		if (brabeion_possibly_award_batch(engine, events.batch.events, events.batch.count,
						  events.batch.results) != BRABEION_OK)
			bench_fail("%s", events.batch.results[0].message);
		for (size_t i = 0; i < events.batch.count; i++)
			brabeion_result_finish(&events.batch.results[i]);
		write_batch(database, rows);
	}
	bench_events_close(&events);
	sqlite3_close(database);
	brabeion_close(engine);
	if (ferror(rows) | fclose(rows))
		bench_fail("%s cannot be written", argv[4]);
	return 0;
}
