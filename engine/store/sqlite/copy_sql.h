/*
 * store/sqlite/copy_sql: the statements for what is compared or copied between databases.
 */
#ifndef BRB_STORE_SQLITE_COPY_SQL_H
#define BRB_STORE_SQLITE_COPY_SQL_H

#define BRB_MEMORIES_OF_PLUGIN "(SELECT id FROM memories WHERE plugin = (SELECT id FROM plugins WHERE name = ?1))"
#define BRB_JOBS_OF_BADGE " FROM jobs WHERE badge = (SELECT id FROM badges WHERE slug = ?1) AND run = 0"

#define BRB_COPY_STATEMENTS(X)                                                                                 \
	X(SEEDS, "SELECT u.name, b.slug, a.level, a.reason, e.name, a.event_id, a.at_us, a.note"               \
		 " FROM awards AS a" BRB_JOIN_NAMES                                                            \
		 " WHERE a.revoked = 0 AND (a.at_us < ?1 OR e.name = 'brabeion.granted') ORDER BY a.sequence") \
	X(PLUGIN_HAS_MEMORY,                                                                                   \
	  "SELECT EXISTS (SELECT 1 FROM tallies WHERE memory IN " BRB_MEMORIES_OF_PLUGIN                       \
	  " AND value <> 0) OR EXISTS (SELECT 1 FROM notes WHERE memory IN " BRB_MEMORIES_OF_PLUGIN ")")       \
	X(BADGE_HAS_JOBS,                                                                                      \
	  "SELECT EXISTS (SELECT 1 FROM jobs WHERE badge = (SELECT id FROM badges WHERE slug = ?1))")          \
	X(TALLIES_OF_PLUGIN, "SELECT m.name, t.subject, t.value FROM memories AS m"                            \
			     " JOIN tallies AS t ON t.memory = m.id WHERE m.id IN " BRB_MEMORIES_OF_PLUGIN)    \
	X(NOTES_OF_PLUGIN, "SELECT m.name, t.subject, t.text FROM memories AS m"                               \
			   " JOIN notes AS t ON t.memory = m.id WHERE m.id IN " BRB_MEMORIES_OF_PLUGIN)        \
	X(TALLIES_REMOVE, "DELETE FROM tallies WHERE memory IN " BRB_MEMORIES_OF_PLUGIN)                       \
	X(NOTES_REMOVE, "DELETE FROM notes WHERE memory IN " BRB_MEMORIES_OF_PLUGIN)                           \
	X(ATTEMPTS_OF_BADGE_REMOVE, "DELETE FROM job_attempts WHERE job IN (SELECT id" BRB_JOBS_OF_BADGE ")")  \
	X(JOBS_OF_BADGE_REMOVE, "DELETE" BRB_JOBS_OF_BADGE)                                                    \
	X(JOBS_OF_HISTORY,                                                                                     \
	  "SELECT u.name, e.name, j.event_id, j.at_us, j.due_us, j.state FROM jobs AS j" BRB_JOB_NAMES         \
	  " WHERE j.badge = (SELECT id FROM badges WHERE slug = ?1)"                                           \
	  " AND j.parked_us = 0 ORDER BY j.due_us, j.id")

#endif
