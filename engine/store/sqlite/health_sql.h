/*
 * store/sqlite/health_sql: the queries of health.c, each with the first schema version that has its tables. A test checks
 * that none of them scans a large table.
 *
 * The indexes are named, so that SQLite's statistics cannot select others. Counts stop at BRB_HEALTH_COUNTED_MOST.
 */
#ifndef BRB_STORE_SQLITE_HEALTH_SQL_H
#define BRB_STORE_SQLITE_HEALTH_SQL_H

#include "store/sqlite/levels_sql.h"

#define BRB_HEALTH_ENOUGH "1000000" /* BRB_HEALTH_COUNTED_MOST */

/* ?1, where a query has it, is the time now in microseconds. */
#define BRB_HEALTH_QUESTIONS(X)                                                                                     \
	X(PAGES, 1,                                                                                                 \
	  "SELECT (SELECT page_count FROM pragma_page_count), (SELECT freelist_count FROM"                          \
	  " pragma_freelist_count), (SELECT page_size FROM pragma_page_size)")                                      \
	X(SEEN, 1,                                                                                                  \
	  "SELECT COUNT(*), (SELECT min(ifnull(MIN(period), 0), ?1 / 1000000) FROM seen) AS period"                 \
	  " FROM (SELECT 1 FROM seen LIMIT " BRB_HEALTH_ENOUGH ")")                                                 \
	X(CLOCK, 1,                                                                                                 \
	  "SELECT ifnull((SELECT value FROM counters WHERE name = '" BRB_COUNTER_NEWEST "'), 0) AS since_us,"       \
	  " ifnull((SELECT MAX(period) FROM seen), 0) AS period, (SELECT COUNT(*) FROM (SELECT 1 FROM"              \
	  " jobs INDEXED BY jobs_ready WHERE run = 0 AND ready_us IS NOT NULL"                                      \
	  " AND ready_us > ?1 + 86400000000 AND claim <> 0 AND made_us <= ?1 + 86400000000"                         \
	  " LIMIT " BRB_HEALTH_ENOUGH ")) + (SELECT COUNT(*) FROM jobs WHERE id > (SELECT ifnull(MAX(id), 0)"       \
	  " FROM jobs) - 100000 AND run = 0 AND made_us > ?1 + 86400000000)")                                       \
	/* of the last hundred thousand */                                                                          \
	X(FUTURE, 1,                                                                                                \
	  "SELECT (SELECT COUNT(*) FROM awards WHERE sequence > (SELECT ifnull(MAX(sequence), 0)"                   \
	  " FROM awards) - 100000 AND at_us > ?1 + 86400000000), (SELECT COUNT(*) FROM journal"                     \
	  " WHERE sequence > (SELECT ifnull(MAX(sequence), 0) FROM journal) - 100000"                               \
	  " AND at_us > ?1 + 86400000000)")                                                                         \
	X(CHORES, 1,                                                                                                \
	  "SELECT ifnull((SELECT value FROM counters WHERE name = 'forgotten_us'), 0) AS since_us,"                 \
	  " (SELECT COUNT(*) FROM (SELECT 1 FROM chores LIMIT " BRB_HEALTH_ENOUGH "))")                             \
	X(BADGES, 1,                                                                                                \
	  "SELECT b.id, b.slug, b.known_s, EXISTS(SELECT 1 FROM awards AS a INDEXED BY awards_by_badge"             \
	  " WHERE a.badge = b.id), ifnull((SELECT name FROM levels AS l WHERE l.badge = b.id"                       \
	  " AND l.level = 1 ORDER BY l.since DESC LIMIT 1), '') FROM badges AS b ORDER BY b.id")                    \
	X(LEVELS, 1, BRB_LEVELS_HELD("", ""))                                                                       \
	X(QUARANTINED, 1,                                                                                           \
	  "SELECT b.slug, q.since_us, q.reason FROM quarantine AS q JOIN badges AS b ON b.id = q.badge"             \
	  " ORDER BY q.since_us, b.slug")                                                                           \
	X(JOBS_PARKED, 1,                                                                                           \
	  "SELECT COUNT(*), MIN(parked_us) AS oldest_us FROM (SELECT parked_us FROM jobs INDEXED BY"                \
	  " jobs_parked WHERE parked_us <> 0 ORDER BY parked_us LIMIT " BRB_HEALTH_ENOUGH ")")                      \
	X(JOBS_UNLOADED, 1,                                                                                         \
	  "SELECT COUNT(*) FROM (SELECT 1 FROM jobs INDEXED BY jobs_unloaded"                                       \
	  " WHERE parked_why = 'unloaded' LIMIT " BRB_HEALTH_ENOUGH ")")                                            \
	/* of the last thousand: what goes wrong now */                                                             \
	X(JOBS_ERROR, 1,                                                                                            \
	  "SELECT error, COUNT(*) AS times FROM (SELECT error FROM jobs INDEXED BY jobs_parked"                     \
	  " WHERE parked_us <> 0 ORDER BY parked_us DESC LIMIT 1000) WHERE error <> ''"                             \
	  " GROUP BY error ORDER BY times DESC, error LIMIT 1")                                                     \
	X(JOBS_READY, 1,                                                                                            \
	  "SELECT COUNT(*), MIN(ready_us) AS oldest_us FROM (SELECT ready_us FROM jobs INDEXED BY jobs_ready"       \
	  " WHERE run = 0 AND ready_us IS NOT NULL AND ready_us <= ?1 ORDER BY ready_us"                            \
	  " LIMIT " BRB_HEALTH_ENOUGH ")")                                                                          \
	X(JOBS_LEASED, 1,                                                                                           \
	  "SELECT COUNT(*) FROM jobs INDEXED BY jobs_claimed WHERE claim <> 0"                                      \
	  " AND ready_us IS NOT NULL AND ready_us > ?1")                                                            \
	X(JOBS_WAITING, 1,                                                                                          \
	  "SELECT COUNT(*) FROM (SELECT 1 FROM jobs INDEXED BY jobs_queue WHERE parked_us = 0"                      \
	  " LIMIT " BRB_HEALTH_ENOUGH ")")                                                                          \
	/* an index alone, in its order: some tenths of a second for ten million jobs */                            \
	X(JOBS_CROWD, 1,                                                                                            \
	  "SELECT ifnull(u.name, '') AS user_name, c.jobs FROM (SELECT user, COUNT(*) AS jobs FROM jobs INDEXED BY" \
	  " jobs_queue WHERE parked_us = 0 GROUP BY user HAVING COUNT(*) >= ?2) AS c"                               \
	  " CROSS JOIN users AS u ON u.id = c.user ORDER BY c.jobs DESC, u.name LIMIT 4")                           \
	X(UNHANDLED, 1,                                                                                             \
	  "SELECT name AS event_name, count, first_us, last_us FROM unhandled ORDER BY count DESC, name")           \
	X(FAILING, 1,                                                                                               \
	  "SELECT b.slug, f.count, f.first_us, f.last_us, f.event AS event_name, f.error,"                          \
	  " f.kind AS trouble FROM failures AS f JOIN badges AS b ON b.id = f.badge"                                \
	  " ORDER BY f.kind, f.last_us DESC, b.slug")

#endif
