/*
 * store/sqlite/database: one SQLite connection with its prepared statements. Private to the store room.
 *
 * Guarantees: the file is ours and of a version we know before anything is written; it is created and migrated under
 * a lock of its folder; a busy database is waited for in short, uneven steps.
 */
#ifndef BRB_STORE_SQLITE_DATABASE_H
#define BRB_STORE_SQLITE_DATABASE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store/sqlite/compare_sql.h"
#include "store/sqlite/copy_sql.h"
#include "store/sqlite/event_stats_sql.h"
#include "store/sqlite/jobs_sql.h"
#include "store/sqlite/journal_sql.h"
#include "store/sqlite/reader_sql.h"
#include "store/types.h"

#define BRB_STATEMENTS(X)                                                                                          \
	X(BEGIN, "BEGIN IMMEDIATE")                                                                                \
	X(COMMIT, "COMMIT")                                                                                        \
	X(ROLLBACK, "ROLLBACK")                                                                                    \
	X(BEGIN_READING, "BEGIN")                                                                                  \
	X(COUNTER, "SELECT value FROM counters WHERE name = ?1")                                                   \
	X(COUNTER_SET,                                                                                             \
	  "INSERT INTO counters(name, value) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")     \
	X(USER, "SELECT id FROM users WHERE name = ?1")                                                            \
	X(USER_ADD, "INSERT INTO users(name) VALUES(?1)")                                                          \
	X(EVENT, "SELECT id FROM events WHERE name = ?1")                                                          \
	X(EVENT_ADD, "INSERT INTO events(name) VALUES(?1)")                                                        \
	X(BADGE, "SELECT id FROM badges WHERE slug = ?1")                                                          \
	X(BADGE_ADD, "INSERT INTO badges(slug, known_s) VALUES(?1, ?2)")                                           \
	X(LEVEL, "SELECT 1 FROM levels WHERE badge = ?1 AND level = ?2 AND name = ?3 AND description = ?4")        \
	X(LEVEL_SET, "INSERT INTO levels(badge, level, name, description) VALUES(?1, ?2, ?3, ?4)"                  \
		     " ON CONFLICT DO UPDATE SET name = excluded.name, description = excluded.description")        \
	X(PLUGIN, "SELECT id FROM plugins WHERE name = ?1")                                                        \
	X(PLUGIN_ADD, "INSERT INTO plugins(name) VALUES(?1)")                                                      \
	X(MEMORY, "SELECT id FROM memories WHERE plugin = ?2 AND name = ?1")                                       \
	X(MEMORY_ADD, "INSERT INTO memories(name, plugin) VALUES(?1, ?2)")                                         \
	X(TALLY, "SELECT value FROM tallies WHERE memory = ?1 AND subject = ?2")                                   \
	X(TALLY_SET, "INSERT INTO tallies(memory, subject, value) VALUES(?1, ?2, ?3)"                              \
		     " ON CONFLICT DO UPDATE SET value = excluded.value")                                          \
	X(NOTE, "SELECT text FROM notes WHERE memory = ?1 AND subject = ?2")                                       \
	X(NOTE_SET, "INSERT INTO notes(memory, subject, text) VALUES(?1, ?2, ?3)"                                  \
		    " ON CONFLICT DO UPDATE SET text = excluded.text")                                             \
	X(NOTE_REMOVE, "DELETE FROM notes WHERE memory = ?1 AND subject = ?2")                                     \
	X(SEE, "INSERT INTO seen(id, event, user, arrived_s) VALUES(?1, ?2, ?3, ?4)"                               \
	       " ON CONFLICT DO UPDATE SET arrived_s = excluded.arrived_s WHERE arrived_s < ?5")                   \
	X(SEEN_AFTER, "SELECT id, event, user, arrived_s FROM seen WHERE (id, event, user) > (?1, ?2, ?3)"         \
		      " ORDER BY id, event, user LIMIT ?4")                                                        \
	X(SEEN_REMOVE, "DELETE FROM seen WHERE id = ?1 AND event = ?2 AND user = ?3")                              \
	X(HELD, "SELECT level, reason = '', revoked > 0, lapsed FROM awards WHERE badge = ?1 AND user = ?2")       \
	X(HELD_FOR, "SELECT revoked > 0, lapsed FROM awards WHERE badge = ?1 AND user = ?2 AND level = ?3 AND "    \
		    "reason = ?4" BRB_LATEST_FIRST)                                                                \
	X(AWARD_ADD, "INSERT INTO awards(sequence, user, badge, level, reason, event, event_id, at_us, note)"      \
		     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")                                                \
	X(AWARDS_OF_USER, BRB_SELECT_AWARDS "a.user = (SELECT id FROM users WHERE name = ?1)" BRB_NEWEST_FIRST)    \
	X(AWARDS_OF_BADGE, BRB_SELECT_AWARDS "a.badge = (SELECT id FROM badges WHERE slug = ?1)" BRB_NEWEST_FIRST) \
	X(REVOCABLE, "SELECT sequence FROM awards WHERE badge = ?1 AND user = ?2 AND revoked = 0"                  \
		     " AND (?3 = 0 OR level = ?3) AND (?4 IS NULL OR reason = ?4) AND level > ?5"                  \
		     " ORDER BY sequence")                                                                         \
	X(REVOKE, "UPDATE awards SET revoked = ?2, revoked_at_us = ?3, revoked_note = ?4, lapsed = ?5"             \
		  " WHERE sequence = ?1")                                                                          \
	X(CHANGES, BRB_SELECT_CHANGES                                                                              \
	  " (SELECT sequence, 1 AS kind, at_us, note, sequence AS award FROM awards WHERE sequence > ?1"           \
	  "  UNION ALL SELECT revoked, 2 + lapsed, revoked_at_us, revoked_note, sequence FROM awards"              \
	  "  WHERE revoked > 0 AND revoked > ?1) AS c JOIN awards AS a ON a.sequence = c.award" BRB_JOIN_NAMES     \
	  " ORDER BY c.sequence LIMIT ?2")                                                                         \
	X(CHANGES_OF_USER, BRB_SELECT_CHANGES                                                                      \
	  " (SELECT sequence, 1 AS kind, at_us, note, sequence AS award FROM awards"                               \
	  "  WHERE user = (SELECT id FROM users WHERE name = ?1) AND sequence < ?2"                                \
	  "  UNION ALL SELECT revoked, 2 + lapsed, revoked_at_us, revoked_note, sequence FROM awards"              \
	  "  WHERE user = (SELECT id FROM users WHERE name = ?1) AND revoked > 0 AND revoked < ?2"                 \
	  "  ORDER BY 1 DESC LIMIT ?3) AS c JOIN awards AS a ON a.sequence = c.award" BRB_JOIN_NAMES               \
	  " ORDER BY c.sequence DESC")                                                                             \
	X(COUNT_ALL, "SELECT COUNT(*) FROM awards WHERE revoked = 0")                                              \
	X(COUNT_OF_USER,                                                                                           \
	  "SELECT COUNT(*) FROM awards WHERE user = (SELECT id FROM users WHERE name = ?1) AND revoked = 0")       \
	X(TROPHIES_OF_USER,                                                                                        \
	  "SELECT b.slug, t.level, l.name, l.description, t.times, t.at_us, t.badges, t.awards FROM"               \
	  " (SELECT badge, MAX(level) AS level, SUM(reason <> '') AS times, MAX(at_us) AS at_us,"                  \
	  "  MAX(sequence) AS latest, COUNT(*) OVER () AS badges, SUM(COUNT(*)) OVER () AS awards"                 \
	  "  FROM awards WHERE user = (SELECT id FROM users WHERE name = ?1) AND revoked = 0"                      \
	  "  GROUP BY badge ORDER BY latest DESC LIMIT ?2) AS t JOIN badges AS b ON b.id = t.badge"                \
	  " LEFT JOIN levels AS l ON l.badge = t.badge AND l.level = t.level ORDER BY t.latest DESC")              \
	X(USERS, "SELECT u.name, t.held, t.badges, t.latest FROM"                                                  \
		 " (SELECT user, COUNT(*) AS held, COUNT(DISTINCT badge) AS badges, MAX(at_us) AS latest"          \
		 "  FROM awards WHERE revoked = 0 GROUP BY user) AS t JOIN users AS u ON u.id = t.user"            \
		 " ORDER BY t.held DESC, u.name LIMIT ?1")                                                         \
	X(QUARANTINE, "SELECT 1 FROM quarantine WHERE badge = ?1")                                                 \
	X(QUARANTINE_ADD, "INSERT INTO quarantine(badge, since_us, reason) VALUES(?1, ?2, ?3)"                     \
			  " ON CONFLICT DO NOTHING")                                                               \
	X(QUARANTINE_REMOVE, "DELETE FROM quarantine WHERE badge = ?1")                                            \
	X(QUARANTINES, "SELECT q.badge, q.since_us, q.reason, b.slug FROM quarantine AS q"                         \
		       " JOIN badges AS b ON b.id = q.badge ORDER BY q.since_us")                                  \
	X(HOLDERS, "SELECT COUNT(DISTINCT user) FROM awards"                                                       \
		   " WHERE badge = (SELECT id FROM badges WHERE slug = ?1) AND revoked = 0")                       \
	X(HOLDERS_AT_LEVEL, "SELECT level, COUNT(DISTINCT user) FROM awards"                                       \
			    " WHERE badge = (SELECT id FROM badges WHERE slug = ?1) AND revoked = 0 GROUP BY level")

#define BRB_SELECT_AWARDS                                                                                          \
	"SELECT a.sequence, u.name, b.slug, a.level, l.name, l.description, a.reason, e.name, a.event_id, a.at_us" \
	" FROM awards AS a" BRB_JOIN_NAMES " WHERE "

#define BRB_JOIN_NAMES                                                                                            \
	" JOIN users AS u ON u.id = a.user JOIN badges AS b ON b.id = a.badge JOIN events AS e ON e.id = a.event" \
	" LEFT JOIN levels AS l ON l.badge = a.badge AND l.level = a.level"

#define BRB_SELECT_CHANGES                                                                                 \
	"SELECT a.sequence, u.name, b.slug, a.level, l.name, l.description, a.reason, e.name, a.event_id," \
	" a.at_us, c.sequence, c.kind, c.at_us, c.note FROM"

#define BRB_NEWEST_FIRST " AND a.revoked = 0 AND a.sequence < ?2 ORDER BY a.sequence DESC LIMIT ?3"

typedef enum brb_statement {
#define BRB_STATEMENT_NAME(name, sql) BRB_STATEMENT_##name,
	BRB_STATEMENTS(BRB_STATEMENT_NAME) BRB_JOB_STATEMENTS(BRB_STATEMENT_NAME)
		BRB_JOURNAL_STATEMENTS(BRB_STATEMENT_NAME) BRB_READER_STATEMENTS(BRB_STATEMENT_NAME)
			BRB_EVENT_STATS_STATEMENTS(BRB_STATEMENT_NAME) BRB_COMPARE_STATEMENTS(BRB_STATEMENT_NAME)
				BRB_COPY_STATEMENTS(BRB_STATEMENT_NAME)
#undef BRB_STATEMENT_NAME
					BRB_STATEMENT_COUNT
} brb_statement;

typedef struct brb_database {
	sqlite3 *handle;
	sqlite3_stmt *statements[BRB_STATEMENT_COUNT]; /* prepared at their first use */
	const char *path;                              /* of the options */
	dev_t device;                                  /* of the file, as it was opened */
	ino_t inode;
	int64_t busy_timeout_us;
	int64_t busy_since_us;
	uint64_t jitter;
} brb_database;

/*
 * Opens the file: creates or migrates it, or, with `first`, opens the same file again. `database` is ready for close
 * after a failure, too.
 */
brabeion_status brb_database_open(brb_database *database, const brb_store_options *options, const brb_database *first,
				  brabeion_error *error);
void brb_database_close(brb_database *database);

/* ---- statements ---- */

/* What is bound to a parameter. */
typedef struct brb_sql_value {
	enum { BRB_SQL_INT, BRB_SQL_TEXT, BRB_SQL_BLOB } kind;
	int64_t number; /* of BLOB: its bytes */
	const char *text;
} brb_sql_value;

#define INT(value) ((brb_sql_value){ .kind = BRB_SQL_INT, .number = (int64_t)(value) })
#define TEXT(value) ((brb_sql_value){ .kind = BRB_SQL_TEXT, .text = (value) }) /* NULL binds NULL */
#define BLOB(bytes, length) ((brb_sql_value){ .kind = BRB_SQL_BLOB, .number = (int64_t)(length), .text = (bytes) })

/* Two arguments: the values of ?1, ?2, ... and their number. */
#define WITH(...) \
	(const brb_sql_value[]){ __VA_ARGS__ }, sizeof((const brb_sql_value[]){ __VA_ARGS__ }) / sizeof(brb_sql_value)
#define WITH_NOTHING NULL, 0

/* Of SQL's LIMIT: no limit is 0 here. */
static inline int64_t brb_sql_limit(size_t limit)
{
	return limit && limit < INT64_MAX ? (int64_t)limit : -1;
}

/* Takes one row. */
typedef brabeion_status (*brb_row_reader)(void *context, sqlite3_stmt *row, brabeion_error *error);

/* The prepared statement with its values bound, to be stepped and reset; NULL with `error` filled. */
sqlite3_stmt *brb_database_bind(brb_database *database, brb_statement which, const brb_sql_value *values,
				size_t count, brabeion_error *error);
void brb_database_bind_values(sqlite3_stmt *statement, const brb_sql_value *values, size_t count);

/* BRABEION_OK with *row: there is one. The statement is reset when there is none. */
brabeion_status brb_database_step(brb_database *database, sqlite3_stmt *statement, bool *row, brabeion_error *error);

/* Runs a statement that gives no rows. */
brabeion_status brb_database_run(brb_database *database, brb_statement which, const brb_sql_value *values,
				 size_t count, brabeion_error *error);

/* The first column of the first row; 0, and *found (may be NULL) false, when there is no row. */
brabeion_status brb_database_number(brb_database *database, brb_statement which, const brb_sql_value *values,
				    size_t count, bool *found, int64_t *number, brabeion_error *error);

/* The first column of the first row, in the arena; *text is NULL when there is no row. */
brabeion_status brb_database_text(brb_database *database, brb_statement which, const brb_sql_value *values,
				  size_t count, brb_arena *arena, const char **text, brabeion_error *error);

/* Gives each row to `read`, until one is refused. */
brabeion_status brb_database_each(brb_database *database, brb_statement which, const brb_sql_value *values,
				  size_t count, brb_row_reader read, void *context, brabeion_error *error);

/* All rows' first columns; *numbers is the caller's to brb_memory_release(). */
brabeion_status brb_database_numbers(brb_database *database, brb_statement which, const brb_sql_value *values,
				     size_t count, int64_t **numbers, size_t *number_count, brabeion_error *error);

/* A column's text, "" for NULL, valid until the next step. */
static inline const char *brb_column_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	return text ? text : "";
}

/* A column's text in the arena, "" for NULL; NULL when memory is short. */
const char *brb_column_copy(brb_arena *arena, sqlite3_stmt *row, int column);

/* ---- the connection ---- */

/* Leaves a transaction, if one is open. Cannot fail. */
void brb_database_roll_back(brb_database *database);

/* The status and message of a code of SQLite's. */
brabeion_status brb_database_fault(brb_database *database, int code, brabeion_error *error);

/* BRABEION_STORE when the file that is open is no longer the one at its path. */
brabeion_status brb_database_check_in_place(brb_database *database, brabeion_error *error);

/* A number that changes whenever this or another connection has committed. Inside a transaction it is up to date. */
uint32_t brb_database_data_version(brb_database *database);

#endif
