/*
 * rows: the file format of the rows that a run of the engine wrote, batch by batch. bench_record writes it; bench_loop
 * reads it and writes the same rows into another database.
 *
 * A row is its kind, the number of its columns, then each: 'i' and eight bytes, or 't' (a text) or 'b' (a blob), four bytes
 * of length, the bytes and a NUL. A batch ends with kind BENCH_BATCH_END. Numbers are in native byte order.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

enum { BENCH_BATCH_END = 0, BENCH_KINDS = 13, BENCH_COLUMNS_MOST = 10 };

/* The statements of bench_loop; kind 1 is the first. The triggers of bench_record use the same numbers. */
static const char *const bench_statements[BENCH_KINDS] = {
	"",
	"INSERT INTO users(id, name, awards, badges, latest_us, state) VALUES(?, ?, ?, ?, ?, ?)",
	"INSERT INTO events(id, name) VALUES(?, ?)",
	"UPDATE users SET version = version + 1, state = ?2 WHERE id = ?1",
	"UPDATE users SET version = version + 1, state = ?2, awards = ?3, badges = ?4, latest_us = ?5 WHERE id = ?1",
	"INSERT INTO seen(period, hash) VALUES(?, ?)",
	"INSERT INTO awards(sequence, user, badge, level, reason, event, event_id, at_us, note, stored_us)"
	" VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	"INSERT INTO things(id, plugin, name, state) VALUES(?, ?, ?, ?)"
	" ON CONFLICT(id) DO UPDATE SET version = version + 1, state = excluded.state",
	"DELETE FROM things WHERE id = ?",
	"INSERT INTO cells(owner, memory, key, value) VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = "
	"excluded.value",
	"DELETE FROM cells WHERE owner = ? AND memory = ? AND key = ?",
	"INSERT INTO holders(badge, level, count) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count",
	"INSERT INTO counters(name, value) VALUES(?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
};

#endif
