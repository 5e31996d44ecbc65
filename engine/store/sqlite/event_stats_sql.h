/*
 * store/sqlite/event_stats_sql: the statements for statistics of events and failures.
 */
#ifndef BRB_STORE_SQLITE_EVENT_STATS_SQL_H
#define BRB_STORE_SQLITE_EVENT_STATS_SQL_H

#define BRB_EVENT_STATS_STATEMENTS(X)                                                                            \
	X(UNHANDLED_MORE, "UPDATE unhandled SET count = count + ?2, last_us = max(last_us, ?3) WHERE name = ?1") \
	X(UNHANDLED_COUNT, "SELECT COUNT(*) FROM unhandled WHERE name <> ''")                                    \
	X(UNHANDLED_ADD, "INSERT INTO unhandled(name, count, first_us, last_us) VALUES(?1, ?2, ?4, ?3)")         \
	X(UNHANDLED_NEXT, "SELECT name AS event_name FROM unhandled WHERE name > ?1 ORDER BY name LIMIT 1")      \
	X(UNHANDLED_REMOVE, "DELETE FROM unhandled WHERE name = ?1")                                             \
	X(UNHANDLED_FORGET, "DELETE FROM unhandled WHERE last_us < ?1")                                          \
	X(FAILURE_MORE,                                                                                          \
	  "INSERT INTO failures(badge, count, first_us, last_us, event, error, kind)"                            \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET count = count + excluded.count,"        \
	  " last_us = excluded.last_us, event = excluded.event, error = excluded.error")                         \
	X(FAILURE_FORGET, "DELETE FROM failures WHERE last_us < ?1 AND kind <> 2")                               \
	X(PASSED, "SELECT badge, count, first_us, last_us FROM failures WHERE kind = 2")                         \
	X(PASSED_REMOVE, "DELETE FROM failures WHERE kind = 2 AND first_us >= ?2"                                \
			 " AND badge = (SELECT id FROM badges WHERE slug = ?1)")

#endif
