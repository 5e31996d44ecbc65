/*
 * bench_record CONFIG DATABASE EVENTS ROWS: runs the engine over a history and records the rows that it writes, by
 * temporary triggers in its connections, batch by batch.
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

/* Then the index of users by awards is written, too. */
#define COUNTS_CHANGE "(new.awards <> old.awards OR new.badges <> old.badges OR new.latest_us <> old.latest_us)"

/* Kinds are those of rows.h. Names of memory are in the database before. */
static const char triggers[] =
	"CREATE TEMP TRIGGER l1 AFTER INSERT ON users BEGIN"
	" INSERT INTO log(kind,a,b,c,d,e,f) VALUES(1, new.id, new.name, new.awards, new.badges, new.latest_us, "
	"new.state); END;"
	"CREATE TEMP TRIGGER l2 AFTER INSERT ON events BEGIN"
	" INSERT INTO log(kind,a,b) VALUES(2, new.id, new.name); END;"
	"CREATE TEMP TRIGGER l3 AFTER UPDATE ON users WHEN NOT " COUNTS_CHANGE " BEGIN"
	" INSERT INTO log(kind,a,b) VALUES(3, new.id, new.state); END;"
	"CREATE TEMP TRIGGER l4 AFTER UPDATE ON users WHEN " COUNTS_CHANGE " BEGIN"
	" INSERT INTO log(kind,a,b,c,d,e) VALUES(4, new.id, new.state, new.awards, new.badges, new.latest_us); END;"
	"CREATE TEMP TRIGGER l5 AFTER INSERT ON seen BEGIN"
	" INSERT INTO log(kind,a,b) VALUES(5, new.period, new.hash); END;"
	"CREATE TEMP TRIGGER l6 AFTER INSERT ON awards BEGIN"
	" INSERT INTO log(kind,a,b,c,d,e,f,g,h,i,j) VALUES(6, new.sequence, new.user, new.badge, new.level, "
	"new.reason, new.event, new.event_id, new.at_us, new.note, new.stored_us); END;"
	"CREATE TEMP TRIGGER l7a AFTER INSERT ON things BEGIN"
	" INSERT INTO log(kind,a,b,c,d) VALUES(7, new.id, new.plugin, new.name, new.state); END;"
	"CREATE TEMP TRIGGER l7b AFTER UPDATE ON things BEGIN"
	" INSERT INTO log(kind,a,b,c,d) VALUES(7, new.id, new.plugin, new.name, new.state); END;"
	"CREATE TEMP TRIGGER l8 AFTER DELETE ON things BEGIN"
	" INSERT INTO log(kind,a) VALUES(8, old.id); END;"
	"CREATE TEMP TRIGGER l9a AFTER INSERT ON cells BEGIN"
	" INSERT INTO log(kind,a,b,c,d) VALUES(9, new.owner, new.memory, new.key, new.value); END;"
	"CREATE TEMP TRIGGER l9b AFTER UPDATE ON cells BEGIN"
	" INSERT INTO log(kind,a,b,c,d) VALUES(9, new.owner, new.memory, new.key, new.value); END;"
	"CREATE TEMP TRIGGER m1 AFTER DELETE ON cells BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(10, old.owner, old.memory, old.key); END;"
	"CREATE TEMP TRIGGER m2a AFTER INSERT ON holders BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(11, new.badge, new.level, new.count); END;"
	"CREATE TEMP TRIGGER m2b AFTER UPDATE ON holders BEGIN"
	" INSERT INTO log(kind,a,b,c) VALUES(11, new.badge, new.level, new.count); END;"
	"CREATE TEMP TRIGGER m3a AFTER INSERT ON counters BEGIN"
	" INSERT INTO log(kind,a,b) VALUES(12, new.name, new.value); END;"
	"CREATE TEMP TRIGGER m3b AFTER UPDATE ON counters BEGIN"
	" INSERT INTO log(kind,a,b) VALUES(12, new.name, new.value); END;";

/* The engine's connections fire no triggers but temporary ones, which each is given as it is opened. */
static int give_triggers(sqlite3 *database, char **fault, const void *functions)
{
	(void)fault;
	(void)functions;
	sqlite3_exec(database, triggers, NULL, NULL, NULL);
	sqlite3_exec(database, "SELECT 1", NULL, NULL, NULL); /* else a failure is that of the open */
	return SQLITE_OK;
}

static void write_column(FILE *rows, sqlite3_stmt *statement, int column)
{
	if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
		int64_t value = sqlite3_column_int64(statement, column);
		fputc('i', rows);
		fwrite(&value, sizeof value, 1, rows);
		return;
	}
	uint32_t length = (uint32_t)sqlite3_column_bytes(statement, column);
	fputc(sqlite3_column_type(statement, column) == SQLITE_BLOB ? 'b' : 't', rows);
	fwrite(&length, sizeof length, 1, rows);
	if (length)
		fwrite(sqlite3_column_blob(statement, column), length, 1, rows);
	fputc('\0', rows);
}

static void write_batch(sqlite3 *database, FILE *rows)
{
	int code;
	sqlite3_stmt *statement = NULL;
	must(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), database);
	must(sqlite3_prepare_v2(database, "SELECT kind, a, b, c, d, e, f, g, h, i, j FROM log ORDER BY n", -1,
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
	must(sqlite3_exec(database, "CREATE TABLE log(n INTEGER PRIMARY KEY, kind, a, b, c, d, e, f, g, h, i, j)",
			  NULL, NULL, NULL),
	     database);
	brabeion_close(engine); /* it has made the tables */
	sqlite3_auto_extension((void (*)(void))give_triggers);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		bench_fail("%s", error.message);
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
