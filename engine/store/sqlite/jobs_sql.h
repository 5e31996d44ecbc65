/*
 * store/sqlite/jobs_sql: the statements for jobs.
 *
 * The indexes are named, so that no statistics lead a claim past them. A queue is ?1 user, ?2 badge, ?3 run, which is the
 * id of a history.
 */
#ifndef BRB_STORE_SQLITE_JOBS_SQL_H
#define BRB_STORE_SQLITE_JOBS_SQL_H

#include "store/sqlite/owners_sql.h"

/* The numbers of what BRB_JOB_COLUMNS and BRB_JOB_SEAT give are those of the enums in store/sqlite/jobs_queue.h. */
#define BRB_JOB_SEAT "id, due_us, retry_us, claim, ready_us"
#define BRB_JOB_QUEUE " user = ?1 AND badge = ?2 AND run = ?3 AND parked_us = 0"
#define BRB_JOB_COLUMNS                                                                                        \
	"SELECT j.id, j.due_us, j.retry_us, j.claim, j.ready_us, j.user, j.badge, j.run, j.attempts, j.at_us," \
	" u.name AS user_name, e.name AS event_name, j.event_id, j.state, j.journal, j.clock FROM jobs AS j "
#define BRB_JOB_OPENS "iif(retry_us = 0, due_us, max(due_us, retry_us))" /* as brb_seat_opens_us has it */
#define BRB_JOB_NAMES \
	" CROSS JOIN users AS u ON u.id = j.user AND u.name IS NOT NULL CROSS JOIN events AS e ON e.id = j.event"

/* As brb_store_job_state has it; ?1 is the time now. */
#define BRB_JOB_STANDING                                                           \
	"CASE WHEN j.parked_us <> 0 THEN 4 WHEN j.run <> 0 THEN 3"                 \
	" WHEN j.claim <> 0 AND j.ready_us IS NOT NULL AND j.ready_us > ?1 THEN 2" \
	" WHEN max(j.due_us, j.retry_us) > ?1 THEN 3 ELSE 1 END"
#define BRB_JOB_INFO                                                                                              \
	"SELECT j.id, j.at_us, j.due_us, j.retry_us, j.run, " BRB_JOB_STANDING " AS standing, j.attempts,"        \
	" j.ready_us, j.parked_us, b.slug, u.name AS user_name, e.name AS event_name, j.event_id, j.parked_why, " \
	"j.error, "
#define BRB_JOB_INFO_FROM " FROM jobs AS j CROSS JOIN badges AS b ON b.id = j.badge" BRB_JOB_NAMES

#define BRB_PARKED_OF_USER "SELECT id FROM jobs WHERE user = ?1 AND parked_us <> 0 ORDER BY id LIMIT ?2"

#define BRB_JOB_STATEMENTS(X)                                                                                       \
	X(SLUG, "SELECT slug FROM badges WHERE id = ?1")                                                            \
	X(JOB_ADD, "INSERT INTO jobs(user, badge, run, event, event_id, at_us, due_us, ready_us, state, journal,"   \
		   " clock, made_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")                    \
	X(JOB_HEAD, "SELECT " BRB_JOB_SEAT " FROM jobs INDEXED BY jobs_queue WHERE" BRB_JOB_QUEUE                   \
		    " AND ready_us IS NOT NULL ORDER BY due_us, id LIMIT 1")                                        \
	X(JOB_FIRST, "SELECT " BRB_JOB_SEAT " FROM jobs INDEXED BY jobs_queue WHERE" BRB_JOB_QUEUE                  \
		     " ORDER BY due_us, id LIMIT 1")                                                                \
	X(JOB_READY, "UPDATE jobs SET ready_us = ?2 WHERE id = ?1")                                                 \
	X(JOB_CLAIM, "UPDATE jobs SET ready_us = ?2, claim = ?3 WHERE id = ?1")                                     \
	X(JOB_UNCLAIM, "UPDATE jobs SET claim = 0 WHERE id = ?1")                                                   \
	X(JOB_SEE, "SELECT " BRB_JOB_SEAT ", user, badge, run, attempts, parked_us FROM jobs WHERE id = ?1")        \
	X(JOB_IS_CLAIMED, "SELECT 1 FROM jobs WHERE id = ?1 AND claim = ?2 AND ready_us IS NOT NULL")               \
	X(JOB_GET, "SELECT " BRB_JOB_SEAT ", user, badge, run, attempts FROM jobs WHERE id = ?1 AND parked_us = 0") \
	X(JOB_END, "DELETE FROM jobs WHERE id = ?1 RETURNING " BRB_JOB_SEAT ", user, badge, run, attempts")         \
	X(JOB_FORGET_ATTEMPTS, "DELETE FROM job_attempts WHERE job = ?1")                                           \
	X(JOB_ADD_ATTEMPT, "INSERT INTO job_attempts(job, number, at_us, error) SELECT ?1,"                         \
			   " (SELECT ifnull(max(number), 0) + 1 FROM job_attempts WHERE job = ?1), ?2, ?3")         \
	X(JOB_FAIL, "UPDATE jobs SET attempts = attempts + 1, error = ?2, claim = 0, retry_us = ?3, ready_us = ?4"  \
		    " WHERE id = ?1")                                                                               \
	X(JOB_PARK, "UPDATE jobs SET parked_us = ?2, parked_why = ?3, claim = 0, ready_us = NULL WHERE id = ?1")    \
	X(JOB_UNPARK, "UPDATE jobs SET parked_us = 0, parked_why = '', retry_us = 0, attempts = 0, error = ''"      \
		      " WHERE id = ?1")                                                                             \
	X(JOB_TIMES, "SELECT at_us, made_us FROM jobs WHERE id = ?1")                                               \
	X(JOB_SET_TIMES, "UPDATE jobs SET at_us = ?2, due_us = ?3, made_us = ?4 WHERE id = ?1")                     \
	X(JOB_RETRY_NOW, "UPDATE jobs SET retry_us = 0, attempts = 0, error = '',"                                  \
			 " ready_us = iif(ready_us IS NULL, NULL, due_us) WHERE id = ?1")                           \
	X(JOBS_READY, BRB_JOB_COLUMNS "INDEXED BY jobs_ready" BRB_JOB_NAMES                                         \
				      " WHERE j.run = ?1 AND j.ready_us IS NOT NULL AND j.ready_us <= ?2"           \
				      " ORDER BY j.ready_us, j.id LIMIT ?3")                                        \
	X(JOBS_BEHIND, BRB_JOB_COLUMNS "INDEXED BY jobs_queue" BRB_JOB_NAMES                                        \
				       " WHERE j.user = ?1 AND j.badge = ?2 AND j.run = ?3 AND j.parked_us = 0"     \
				       " AND (j.due_us, j.id) > (?4, ?5) AND j.due_us <= ?6"                        \
				       " ORDER BY j.due_us, j.id LIMIT ?7")                                         \
	X(JOBS_NEXT_READY, "SELECT ready_us FROM jobs INDEXED BY jobs_ready"                                        \
			   " WHERE run = ?1 AND ready_us IS NOT NULL ORDER BY ready_us LIMIT 1")                    \
	X(JOBS_RENEW, "UPDATE jobs SET ready_us = ?2 WHERE claim = ?1 AND claim <> 0 AND ready_us IS NOT NULL")     \
	X(JOBS_OF_CLAIM, "SELECT " BRB_JOB_SEAT ", user, badge, run FROM jobs INDEXED BY jobs_claimed"              \
			 " WHERE claim = ?1 AND claim <> 0")                                                        \
	X(JOB_HELD, "SELECT min(id) FROM jobs INDEXED BY jobs_claimed WHERE claim = ?1 AND claim <> 0"              \
		    " HAVING count(*) = 1")                                                                         \
	X(JOBS_PARK_QUEUE, "UPDATE jobs SET parked_us = ?4, parked_why = 'unloaded', claim = 0, ready_us = NULL"    \
			   " WHERE id IN (SELECT id FROM jobs INDEXED BY jobs_queue WHERE" BRB_JOB_QUEUE            \
			   " ORDER BY due_us, id LIMIT ?5)")                                                        \
	X(JOBS_UNLOADED_BADGE, "SELECT badge FROM jobs INDEXED BY jobs_unloaded"                                    \
			       " WHERE parked_why = 'unloaded' AND run = ?1 AND badge > ?2 ORDER BY badge LIMIT 1") \
	X(JOBS_UNLOADED_USER, "SELECT user FROM jobs INDEXED BY jobs_unloaded"                                      \
			      " WHERE parked_why = 'unloaded' AND run = ?1 AND badge = ?2 ORDER BY user LIMIT 1")   \
	X(JOBS_RETURN, "UPDATE jobs SET parked_us = 0, parked_why = '', retry_us = 0 WHERE id IN"                   \
		       " (SELECT id FROM jobs INDEXED BY jobs_unloaded"                                             \
		       "  WHERE parked_why = 'unloaded' AND run = ?3 AND badge = ?2 AND user = ?1)")                \
	X(JOBS_READY_QUEUES, "SELECT user, badge, run FROM jobs INDEXED BY jobs_ready"                              \
			     " WHERE run = ?1 AND ready_us IS NOT NULL AND ready_us <= ?2"                          \
			     " ORDER BY ready_us, id LIMIT ?3")                                                     \
	X(HISTORY_NEW, "INSERT INTO counters(name, value) VALUES('runs', 1)"                                        \
		       " ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value AS run")                       \
	X(HISTORY_NEXT,                                                                                             \
	  "SELECT run FROM jobs INDEXED BY jobs_of_runs WHERE run <> 0 AND run > ?1 ORDER BY run LIMIT 1")          \
	X(JOBS_MOVE, "UPDATE jobs SET run = ?2, claim = 0, ready_us = iif(ready_us IS NULL, NULL, " BRB_JOB_OPENS   \
		     ") WHERE run = ?1 AND run <> 0")                                                               \
	/* of two heads in a queue one stays: that which is claimed, else the first */                              \
	X(JOBS_ONE_HEAD, "UPDATE jobs SET ready_us = NULL WHERE run = ?1 AND ready_us IS NOT NULL AND EXISTS"       \
			 " (SELECT 1 FROM jobs AS b INDEXED BY jobs_queue WHERE b.user = jobs.user"                 \
			 "  AND b.badge = jobs.badge AND b.run = jobs.run AND b.parked_us = 0 AND b.id <> jobs.id"  \
			 "  AND b.ready_us IS NOT NULL AND (b.claim <> 0 OR (jobs.claim = 0"                        \
			 "  AND (b.due_us, b.id) < (jobs.due_us, jobs.id))))")                                      \
	X(JOBS_CHOSEN, "SELECT id FROM jobs WHERE id BETWEEN ?1 AND ?2"                                             \
		       " AND (?3 IS NULL OR badge = (SELECT id FROM badges WHERE slug = ?3))"                       \
		       " AND (?4 = 0 OR parked_us <> 0) ORDER BY id")                                               \
	X(JOBS_COUNTED, "SELECT standing, COUNT(*), MIN(due_us) FROM"                                               \
			" (SELECT " BRB_JOB_STANDING " AS standing, due_us FROM jobs AS j) GROUP BY standing")      \
	X(JOBS_LISTED, BRB_JOB_INFO                                                                                 \
	  "NULL" BRB_JOB_INFO_FROM                                                                                  \
	  " WHERE j.id > ?2 AND (?3 IS NULL OR b.slug = ?3) AND (?4 IS NULL OR j.user = " BRB_USER_NAMED(           \
		  "?4") ")"                                                                                         \
			" AND (?5 = 0 OR standing = ?5) ORDER BY j.id LIMIT ?6")                                    \
	X(JOB_SHOWN, BRB_JOB_INFO "j.state" BRB_JOB_INFO_FROM " WHERE j.id = ?2")                                   \
	/* parked ones, some at a time */                                                                           \
	X(ATTEMPTS_OF_USER_REMOVE, "DELETE FROM job_attempts WHERE job IN (" BRB_PARKED_OF_USER ")")                \
	X(JOBS_OF_USER_REMOVE, "DELETE FROM jobs WHERE id IN (" BRB_PARKED_OF_USER ")")                             \
	X(JOBS_OF_USER, "SELECT COUNT(*) AS count FROM (SELECT 1 FROM jobs INDEXED BY jobs_queue WHERE user = ?1"   \
			" AND parked_us = 0 LIMIT ?2)")                                                             \
	/* no more than this, and mostly as many */                                                                 \
	X(JOBS_SPAN, "SELECT ifnull((SELECT max(id) FROM jobs) - (SELECT min(id) FROM jobs) + 1, 0) AS count")      \
	X(JOBS_ALL, "SELECT COUNT(*) AS count FROM (SELECT 1 FROM jobs LIMIT ?1)")                                  \
	X(JOB_ATTEMPTS, "SELECT number, at_us, error FROM job_attempts WHERE job = ?1 ORDER BY number")

#endif
