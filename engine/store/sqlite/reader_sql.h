/*
 * store/sqlite/reader_sql: the statements for single values.
 */
#ifndef BRB_STORE_SQLITE_READER_SQL_H
#define BRB_STORE_SQLITE_READER_SQL_H

/* Of all rows of one award of a user: the held one, else the one revoked last. */
#define BRB_LATEST_FIRST " ORDER BY revoked > 0, revoked DESC LIMIT 1"

#define BRB_READER_MEMORY "(SELECT id FROM memories WHERE plugin = ?1 AND name = ?2)"

#define BRB_READER_STATEMENTS(X)                                                                           \
	X(READER_TALLY, "SELECT value FROM tallies WHERE memory = " BRB_READER_MEMORY " AND subject = ?3") \
	X(READER_NOTE, "SELECT text FROM notes WHERE memory = " BRB_READER_MEMORY " AND subject = ?3")     \
	X(READER_HELD, "SELECT COUNT(*), ifnull(MAX(level), 0) FROM awards"                                \
		       " WHERE badge = (SELECT id FROM badges WHERE slug = ?1)"                            \
		       " AND user = (SELECT id FROM users WHERE name = ?2) AND revoked = 0")               \
	X(READER_IS_HELD,                                                                                  \
	  "SELECT revoked > 0, lapsed FROM awards WHERE badge = ?1"                                        \
	  " AND user = (SELECT id FROM users WHERE name = ?2) AND level = ?3 AND reason = ?4" BRB_LATEST_FIRST)

#endif
