/*
 * store/sqlite/journal_sql: the statements for the events' journal.
 */
#ifndef BRB_STORE_SQLITE_JOURNAL_SQL_H
#define BRB_STORE_SQLITE_JOURNAL_SQL_H

/* What was given to somebody has the state of the event that gave it. */
#define BRB_JOURNAL_ROW                                                                                        \
	"SELECT j.sequence, j.cause, j.kind, j.arrived_us, j.at_us, u.name, e.name, j.event_id,"               \
	" iif(j.kind = 4, (SELECT c.state FROM journal AS c WHERE c.sequence = j.cause), j.state), j.verdicts" \
	" FROM journal AS j CROSS JOIN users AS u ON u.id = j.user CROSS JOIN events AS e ON e.id = j.event"

/* As BRB_JOURNAL_ROW_BYTES and brb_store_journal_add count it. */
#define BRB_JOURNAL_BYTES_OF_ROW \
	"80 + length(CAST(event_id AS BLOB)) + length(CAST(state AS BLOB)) + length(verdicts)"

#define BRB_JOURNAL_STATEMENTS(X)                                                                                   \
	X(JOURNAL_ADD, "INSERT INTO journal(sequence, cause, kind, arrived_us, at_us, user, event, event_id,"       \
		       " state, verdicts) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                         \
	X(JOURNAL_OLDEST, "SELECT sequence, arrived_us, event_id, state, verdicts FROM journal"                     \
			  " ORDER BY sequence LIMIT ?1")                                                            \
	X(JOURNAL_REMOVE, "DELETE FROM journal WHERE sequence <= ?1")                                               \
	X(JOURNAL_ENDS, "SELECT sequence, arrived_us FROM journal WHERE sequence IN"                                \
			" ((SELECT min(sequence) FROM journal), (SELECT max(sequence) FROM journal))"               \
			" ORDER BY sequence")                                                                       \
	X(JOURNAL_FORWARD, BRB_JOURNAL_ROW " WHERE j.sequence > ?1 AND j.sequence <= ?2 AND (?3 = 0 OR j.kind = 1)" \
					   " ORDER BY j.sequence LIMIT ?4")                                         \
	X(JOURNAL_OF_USER,                                                                                          \
	  BRB_JOURNAL_ROW " WHERE j.user = (SELECT id FROM users WHERE name = ?1) AND j.at_us >= ?2"                \
			  " ORDER BY j.sequence DESC")                                                              \
	X(JOURNAL_HEARD_OF_USER,                                                                                    \
	  "SELECT arrived_us FROM journal WHERE event = (SELECT id FROM events WHERE name = ?1)"                    \
	  " AND user = (SELECT id FROM users WHERE name = ?2) AND kind IN (1, 2)"                                   \
	  " ORDER BY sequence DESC LIMIT 1")                                                                        \
	X(JOURNAL_HEARD, "SELECT arrived_us FROM journal WHERE event = (SELECT id FROM events WHERE name = ?1)"     \
			 " AND kind IN (1, 2) ORDER BY sequence DESC LIMIT 1")                                      \
	X(USERS_LIKE,                                                                                               \
	  "SELECT name FROM users WHERE (name >= lower(substr(?1, 1, 1)) AND name < lower(substr(?1, 1, 1))"        \
	  " || char(1114111)) OR (name >= upper(substr(?1, 1, 1)) AND name < upper(substr(?1, 1, 1))"               \
	  " || char(1114111)) LIMIT ?2")                                                                            \
	X(JOURNAL_BYTES, "SELECT ifnull(SUM(" BRB_JOURNAL_BYTES_OF_ROW "), 0) FROM journal")                        \
	X(JOURNAL_NAMING, "SELECT sequence, verdicts FROM journal WHERE instr(verdicts, ?1) > 0")                   \
	X(JOURNAL_RENAME, "UPDATE journal SET verdicts = ?2 WHERE sequence = ?1")

#endif
