/*
 * store/sqlite/event_stats_sql: the statements for statistics of events and failures.
 */
#ifndef BRB_STORE_SQLITE_EVENT_STATS_SQL_H
#define BRB_STORE_SQLITE_EVENT_STATS_SQL_H

#define BRB_EVENT_STATS_STATEMENTS(X)                                                                               \
	X(UNHANDLED_MORE, "UPDATE unheard SET count = count + ?2, last_us = max(last_us, ?3) WHERE name = ?1")      \
	X(UNHANDLED_COUNT, "SELECT COUNT(*) FROM unheard WHERE name <> ''")                                         \
	X(UNHANDLED_ADD, "INSERT INTO unheard(name, count, first_us, last_us) VALUES(?1, ?2, ?4, ?3)")              \
	X(UNHANDLED_NEXT, "SELECT name FROM unheard WHERE name > ?1 ORDER BY name LIMIT 1")                         \
	X(UNHANDLED_REMOVE, "DELETE FROM unheard WHERE name = ?1")                                                  \
	X(UNHANDLED_FORGET, "DELETE FROM unheard WHERE last_us < ?1")                                               \
	X(FAILURE_MORE, "INSERT INTO failures(badge, count, first_us, last_us, event, error)"                       \
			" VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET count = count + excluded.count," \
			" last_us = excluded.last_us, event = excluded.event, error = excluded.error")              \
	X(FAILURE_FORGET, "DELETE FROM failures WHERE last_us < ?1")

#endif
