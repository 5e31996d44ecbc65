/*
 * store/sqlite/journal_sql: the statements for the events' journal.
 */
#ifndef BRB_STORE_SQLITE_JOURNAL_SQL_H
#define BRB_STORE_SQLITE_JOURNAL_SQL_H

#include "store/sqlite/owners_sql.h"

/* The numbers of the user with a name, also those merged into it: their rows are moved later. */
#define BRB_NUMBERS_OF(parameter)                                                                          \
	"(SELECT id FROM users WHERE id = " BRB_USER_NAMED(parameter) " OR merged_into = " BRB_USER_NAMED( \
		parameter) " AND merged_into <> 0)"

/* What was given to somebody has the state of the event that gave it. */
#define BRB_JOURNAL_ROW                                                                                          \
	"SELECT j.sequence, j.cause, j.kind, j.arrived_us, j.at_us, u.name AS user_name, e.name AS event_name, " \
	"j.event_id,"                                                                                            \
	" iif(j.kind = 4, (SELECT c.state FROM journal AS c WHERE c.sequence = j.cause), j.state), j.verdicts,"  \
	" j.clock FROM journal AS j CROSS JOIN users AS n ON n.id = j.user CROSS JOIN users AS u"                \
	" ON u.id = iif(n.merged_into, n.merged_into, n.id) AND u.name IS NOT NULL CROSS JOIN "                  \
	"events AS e ON e.id = j.event"

/* As BRB_JOURNAL_ROW_BYTES and brb_store_journal_add count it. */
#define BRB_JOURNAL_BYTES_OF_ROW \
	"80 + length(CAST(event_id AS BLOB)) + length(CAST(state AS BLOB)) + length(verdicts)"

#define BRB_JOURNAL_STATEMENTS(X)                                                                                   \
	X(JOURNAL_ADD, "INSERT INTO journal(sequence, cause, kind, arrived_us, at_us, user, event, event_id,"       \
		       " state, verdicts, clock) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")             \
	X(JOURNAL_OLDEST, "SELECT sequence, arrived_us, event_id, state, verdicts FROM journal"                     \
			  " ORDER BY sequence LIMIT ?1")                                                            \
	X(JOURNAL_REMOVE, "DELETE FROM journal WHERE sequence <= ?1")                                               \
	X(JOURNAL_ENDS, "SELECT sequence, arrived_us FROM journal WHERE sequence IN"                                \
			" ((SELECT min(sequence) FROM journal), (SELECT max(sequence) FROM journal))"               \
			" ORDER BY sequence")                                                                       \
	X(JOURNAL_FORWARD, BRB_JOURNAL_ROW " WHERE j.sequence > ?1 AND j.sequence <= ?2 AND (?3 = 0 OR j.kind = 1)" \
					   " ORDER BY j.sequence LIMIT ?4")                                         \
	X(JOURNAL_OF_USER, BRB_JOURNAL_ROW " WHERE j.user IN " BRB_NUMBERS_OF("?1") " AND j.at_us >= ?2"            \
										    " ORDER BY j.sequence DESC")    \
	X(JOURNAL_HEARD_OF_USER,                                                                                    \
	  "SELECT arrived_us FROM journal WHERE event = (SELECT id FROM events WHERE name = ?1)"                    \
	  " AND user IN " BRB_NUMBERS_OF("?2") " AND kind IN (1, 2)"                                                \
					       " ORDER BY sequence DESC LIMIT 1")                                   \
	X(JOURNAL_HEARD, "SELECT arrived_us FROM journal WHERE event = (SELECT id FROM events WHERE name = ?1)"     \
			 " AND kind IN (1, 2) ORDER BY sequence DESC LIMIT 1")                                      \
	X(USERS_LIKE, "SELECT name AS user_name FROM users WHERE (name >= lower(substr(?1, 1, 1)) AND name < "      \
		      "lower(substr(?1, 1, 1))"                                                                     \
		      " || char(1114111)) OR (name >= upper(substr(?1, 1, 1)) AND name < upper(substr(?1, 1, 1))"   \
		      " || char(1114111)) LIMIT ?2")                                                                \
	/* of a user who was forgotten or merged, some at a time */                                                 \
	X(JOURNAL_ROWS_OF, "SELECT sequence, " BRB_JOURNAL_BYTES_OF_ROW " FROM journal WHERE user = ?1"             \
			   " ORDER BY sequence LIMIT ?2")                                                           \
	X(JOURNAL_REMOVE_ROWS, "DELETE FROM journal WHERE user = ?1 AND sequence <= ?2")                            \
	X(JOURNAL_MOVE, "UPDATE journal SET user = ?2 WHERE sequence IN"                                            \
			" (SELECT sequence FROM journal WHERE user = ?1 LIMIT ?3)")

#endif
