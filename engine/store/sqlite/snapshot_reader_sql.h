/*
 * store/sqlite/snapshot_reader_sql: the statements of store/snapshot_reader, for the list of statements in store/sqlite/database.h. Private to the store
 * room.
 */
#ifndef BRB_STORE_SQLITE_SNAPSHOT_READER_SQL_H
#define BRB_STORE_SQLITE_SNAPSHOT_READER_SQL_H

/* Of all that a user ever had of one award: what is held, else what became of the last. */
#define BRB_LATEST_FIRST " ORDER BY revoked > 0, revoked DESC LIMIT 1"

#define BRB_SNAPSHOT_READER_MEMORY "(SELECT id FROM memories WHERE plugin = ?1 AND name = ?2)"

#define BRB_SNAPSHOT_READER_STATEMENTS(X)                                                                         \
	X(PEEK_TALLY, "SELECT value FROM tallies WHERE memory = " BRB_SNAPSHOT_READER_MEMORY " AND subject = ?3") \
	X(PEEK_NOTE, "SELECT text FROM notes WHERE memory = " BRB_SNAPSHOT_READER_MEMORY " AND subject = ?3")     \
	X(PEEK_HELD, "SELECT COUNT(*), ifnull(MAX(level), 0) FROM awards"                                         \
		     " WHERE badge = (SELECT id FROM badges WHERE slug = ?1)"                                     \
		     " AND user = (SELECT id FROM users WHERE name = ?2) AND revoked = 0")                        \
	X(PEEK_IS_HELD,                                                                                           \
	  "SELECT revoked > 0, lapsed FROM awards WHERE badge = ?1"                                               \
	  " AND user = (SELECT id FROM users WHERE name = ?2) AND level = ?3 AND reason = ?4" BRB_LATEST_FIRST)

#endif
