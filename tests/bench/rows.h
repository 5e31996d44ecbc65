/*
 * rows: the file format of the rows that a run of the engine wrote, batch by batch. bench_record writes it; bench_loop
 * reads it and writes the same rows into another database.
 *
 * A row is its kind, the number of its columns, then each: 'i' and eight bytes, or 't', four bytes of length, the text
 * and a NUL. A batch ends with kind BENCH_BATCH_END. Numbers are in native byte order.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

enum { BENCH_BATCH_END = 0, BENCH_KINDS = 10, BENCH_COLUMNS_MOST = 9 };

/* The statements of bench_loop; kind 1 is the first. The triggers of bench_record use the same numbers. */
static const char *const bench_statements[BENCH_KINDS] = {
	"",
	"INSERT INTO users(id, name) VALUES(?, ?)",
	"INSERT INTO events(id, name) VALUES(?, ?)",
	"INSERT INTO memories(id, plugin, name) VALUES(?, ?, ?)",
	"INSERT INTO seen(id, event, user, arrived_s) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING",
	"INSERT INTO awards(sequence, user, badge, level, reason, event, event_id, at_us, note)"
	" VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
	"INSERT INTO tallies(memory, subject, value) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET value = "
	"excluded.value",
	"INSERT INTO notes(memory, subject, text) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text",
	"INSERT INTO counters(name, value) VALUES(?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
	"DELETE FROM notes WHERE memory = ? AND subject = ?",
};

#endif
