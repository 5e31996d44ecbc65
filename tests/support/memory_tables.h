/*
 * memory_tables: for a test's SQL, what a database has as bytes. Decodes by itself, as the formats are documented
 * (engine/store/codec/packed_state.h, engine/store/seen.c). Returned are SQLite's codes.
 */
#ifndef BRB_TESTS_MEMORY_TABLES_H
#define BRB_TESTS_MEMORY_TABLES_H

#include <sqlite3.h>

/*
 * What plugins remember, as the tables temp.tallies(memory, subject, value) and temp.notes(memory, subject, text), of the
 * moment of the call. `subject` is the owner's name, and "/" and the key where there is one.
 */
int add_memory_tables(sqlite3 *handle);

/* The function seen_hash(id, event, user): the hash under which an event is in the table `seen`. */
int add_seen_hash(sqlite3 *handle);

#endif
