/*
 * store/sqlite/copy_sql: the statements for what is compared or copied between databases.
 */
#ifndef BRB_STORE_SQLITE_COPY_SQL_H
#define BRB_STORE_SQLITE_COPY_SQL_H

#define BRB_JOBS_OF_BADGE " FROM jobs WHERE badge = (SELECT id FROM badges WHERE slug = ?1) AND run = 0"

#define BRB_COPY_STATEMENTS(X)                                                                                       \
	X(SEEDS,                                                                                                     \
	  "SELECT u.name AS user_name, b.slug, a.level, a.reason, e.name AS event_name, a.event_id, a.at_us, a.note" \
	  " FROM awards AS a" BRB_JOIN_NAMES                                                                         \
	  " WHERE a.revoked = 0 AND (a.at_us < ?1 OR e.name = 'brabeion.granted') ORDER BY a.sequence")              \
	X(BADGE_HAS_JOBS,                                                                                            \
	  "SELECT EXISTS (SELECT 1 FROM jobs WHERE badge = (SELECT id FROM badges WHERE slug = ?1))")                \
	X(STATES_OF_USERS, "SELECT id, state FROM users WHERE id > ?1 AND length(state) > 0 ORDER BY id LIMIT ?2")   \
	X(STATES_OF_THINGS,                                                                                          \
	  "SELECT id, state FROM things WHERE id > ?1 AND plugin = (SELECT id FROM plugins WHERE name = ?3)"         \
	  " ORDER BY id LIMIT ?2")                                                                                   \
	X(MEMORIES_OF_OWNER, "SELECT id FROM memories WHERE plugin = (SELECT id FROM plugins WHERE name = ?1)"       \
			     " AND badge = CASE ?2 WHEN '' THEN 0 ELSE (SELECT id FROM badges WHERE slug = ?2) END") \
	X(CELLS_OF_MEMORY_REMOVE, "DELETE FROM cells WHERE owner = ?1 AND memory = ?2")                              \
	X(ATTEMPTS_OF_BADGE_REMOVE, "DELETE FROM job_attempts WHERE job IN (SELECT id" BRB_JOBS_OF_BADGE ")")        \
	X(JOBS_OF_BADGE_REMOVE, "DELETE" BRB_JOBS_OF_BADGE)                                                          \
	X(JOBS_OF_HISTORY,                                                                                           \
	  "SELECT u.name AS user_name, e.name AS event_name, j.event_id, j.at_us, j.due_us, j.state, j.clock FROM "  \
	  "jobs AS j" BRB_JOB_NAMES " WHERE j.badge = (SELECT id FROM badges WHERE slug = ?1)"                       \
	  " AND j.parked_us = 0 ORDER BY j.due_us, j.id")

#endif
