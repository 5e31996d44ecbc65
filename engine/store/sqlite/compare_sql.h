/*
 * store/sqlite/compare_sql: the statements for comparing awards.
 */
#ifndef BRB_STORE_SQLITE_COMPARE_SQL_H
#define BRB_STORE_SQLITE_COMPARE_SQL_H

/* An award with a fresh number as its reason, as brb_store_award_add writes it. */
#define BRB_IS_NUMBERED(award) "(" award ".event_id = '' AND " award ".reason = '#' || " award ".sequence)"

#define BRB_COMPARE_ONE                                            \
	" WHERE n.badge = (SELECT id FROM badges WHERE slug = ?1)" \
	" AND n.user = " BRB_USER_NAMED("?2") " AND n.level = ?3"

/* COMPARE_ROWS gives the columns of a list of awards, then the award's rank among the numbered ones of its event. */
#define BRB_COMPARE_STATEMENTS(X)                                                                               \
	X(COMPARE_ROWS,                                                                                         \
	  "SELECT a.sequence, u.name AS user_name, b.slug, a.level, l.name, l.description, a.reason,"           \
	  " e.name AS event_name, a.event_id, "                                                                 \
	  "a.at_us,"                                                                                            \
	  " iif(" BRB_IS_NUMBERED(                                                                              \
		  "a") ", (SELECT COUNT(*) FROM awards AS n WHERE n.badge = a.badge"                            \
		       " AND n.user = a.user AND n.level = a.level AND n.event = a.event AND n.at_us = a.at_us" \
		       " AND n.sequence <= a.sequence AND n.revoked = 0 AND " BRB_IS_NUMBERED(                  \
			       "n") "), 0)"                                                                     \
				    " FROM awards AS a" BRB_JOIN_NAMES                                          \
				    " WHERE a.revoked = 0 AND a.sequence > ?1 ORDER BY a.sequence")             \
	X(COMPARE_STATE,                                                                                        \
	  "SELECT n.revoked > 0, n.lapsed, n.revoked_at_us, n.revoked_note FROM awards AS n" BRB_COMPARE_ONE    \
	  " AND n.reason = ?4 ORDER BY n.revoked > 0, n.revoked DESC LIMIT 1")                                  \
	X(COMPARE_COUNT,                                                                                        \
	  "SELECT COUNT(*) FROM awards AS n" BRB_COMPARE_ONE                                                    \
	  " AND n.event = (SELECT id FROM events WHERE name = ?4) AND n.at_us = ?5 AND (?6 OR n.revoked = 0)"   \
	  " AND " BRB_IS_NUMBERED("n"))

#endif
