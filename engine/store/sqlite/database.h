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

#include "store/sqlite/awards_sql.h"
#include "store/sqlite/checks/columns.h"
#include "store/sqlite/compare_sql.h"
#include "store/sqlite/copy_sql.h"
#include "store/sqlite/event_stats_sql.h"
#include "store/sqlite/jobs_sql.h"
#include "store/sqlite/journal_sql.h"
#include "store/sqlite/levels_sql.h"
#include "store/sqlite/neighbours.h"
#include "store/sqlite/opening/looking.h"
#include "store/sqlite/owners_sql.h"
#include "store/types.h"

#define BRB_STATEMENTS(X)                                                                                         \
	X(BEGIN, "BEGIN IMMEDIATE")                                                                               \
	X(COMMIT, "COMMIT")                                                                                       \
	X(ROLLBACK, "ROLLBACK")                                                                                   \
	X(BEGIN_READING, "BEGIN")                                                                                 \
	X(VERSION, "PRAGMA user_version")                                                                         \
	X(COUNTER, "SELECT value FROM counters WHERE name = ?1")                                                  \
	X(COUNTER_SET,                                                                                            \
	  "INSERT INTO counters(name, value) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")    \
	X(COUNTER_ADD,                                                                                            \
	  "INSERT INTO counters(name, value) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = value + ?2")        \
	X(EVENT, "SELECT id FROM events WHERE name = ?1")                                                         \
	X(EVENT_ADD, "INSERT INTO events(name) VALUES(?1)")                                                       \
	X(BADGE, "SELECT id FROM badges WHERE slug = ?1")                                                         \
	X(BADGE_ADD, "INSERT INTO badges(slug, known_s) VALUES(?1, ?2)")                                          \
	X(LEVEL, "SELECT name = ?3 AND description = ?4 FROM levels WHERE badge = ?1 AND level = ?2"              \
		 " ORDER BY since DESC LIMIT 1")                                                                  \
	X(LEVEL_NAME, "SELECT name FROM levels WHERE badge = ?1 AND level = ?2 ORDER BY since DESC LIMIT 1")      \
	X(LEVEL_ELSEWHERE, "SELECT EXISTS (SELECT 1 FROM levels WHERE badge = ?1 AND level <> ?2 AND name = ?3)") \
	X(LEVEL_RENAME, "UPDATE levels SET name = ?3, description = ?4 WHERE badge = ?1 AND level = ?2"           \
			" AND since = (SELECT MAX(since) FROM levels WHERE badge = ?1 AND level = ?2)")           \
	/* from the next award on, unless there is no other name that it could have been earned under */          \
	X(LEVEL_SET, "INSERT INTO levels(badge, level, since, name, description) VALUES(?1, ?2,"                  \
		     " ifnull((SELECT CASE WHEN name = ?3 THEN since"                                             \
		     " ELSE ifnull((SELECT MAX(sequence) FROM awards), 0) + 1 END"                                \
		     " FROM levels WHERE badge = ?1 AND level = ?2 ORDER BY since DESC LIMIT 1), 0), ?3, ?4)"     \
		     " ON CONFLICT DO UPDATE SET name = excluded.name, description = excluded.description")       \
	X(LEVELS_HELD, BRB_LEVELS_HELD(" WHERE badge = ?1", " AND b.id = ?1"))                                    \
	X(PLUGIN, "SELECT id FROM plugins WHERE name = ?1")                                                       \
	X(PLUGIN_ID, "SELECT name FROM plugins WHERE id = ?1")                                                    \
	X(PLUGIN_ADD, "INSERT INTO plugins(name) VALUES(?1)")                                                     \
	X(SEEN, "SELECT 1 FROM seen WHERE period = ?1 AND hash = ?2")                                             \
	X(SEEN_ADD, "INSERT INTO seen(period, hash) VALUES(?1, ?2)")                                              \
	X(SEEN_ADD_MANY, "INSERT OR FAIL INTO seen(period, hash) VALUES(?1, ?2)" BRB_MORE_ROWS(", (?1, ?)"))      \
	X(SEEN_LEAVE, "DELETE FROM seen WHERE period = ?1 AND hash = ?2")                                         \
	X(SEEN_PERIOD, "SELECT MIN(period) AS period FROM seen WHERE period > ?1")                                \
	X(SEEN_ALL, "SELECT hash FROM seen LIMIT ?1")                                                             \
	X(SEEN_AT, "SELECT hash FROM seen WHERE period = ?1 ORDER BY hash LIMIT 1 OFFSET ?2")                     \
	X(SEEN_REMOVE, "DELETE FROM seen WHERE period = ?1 AND hash < ?2")                                        \
	X(SEEN_REMOVE_PERIOD, "DELETE FROM seen WHERE period = ?1")                                               \
	X(QUARANTINE, "SELECT 1 FROM quarantine WHERE badge = ?1")                                                \
	X(QUARANTINE_ADD, "INSERT INTO quarantine(badge, since_us, reason) VALUES(?1, ?2, ?3)"                    \
			  " ON CONFLICT DO NOTHING")                                                              \
	X(QUARANTINE_REMOVE, "DELETE FROM quarantine WHERE badge = ?1")                                           \
	X(QUARANTINES, "SELECT q.badge, q.since_us, q.reason, b.slug FROM quarantine AS q"                        \
		       " JOIN badges AS b ON b.id = q.badge ORDER BY q.since_us")

typedef enum brb_statement {
#define BRB_STATEMENT_NAME(name, sql) BRB_STATEMENT_##name,
	BRB_STATEMENTS(BRB_STATEMENT_NAME) BRB_OWNER_STATEMENTS(BRB_STATEMENT_NAME)
		BRB_AWARD_STATEMENTS(BRB_STATEMENT_NAME) BRB_JOB_STATEMENTS(BRB_STATEMENT_NAME)
			BRB_JOURNAL_STATEMENTS(BRB_STATEMENT_NAME) BRB_EVENT_STATS_STATEMENTS(BRB_STATEMENT_NAME)
				BRB_COMPARE_STATEMENTS(BRB_STATEMENT_NAME) BRB_COPY_STATEMENTS(BRB_STATEMENT_NAME)
#undef BRB_STATEMENT_NAME
					BRB_STATEMENT_COUNT
} brb_statement;

typedef struct brb_database {
	sqlite3 *handle;
	sqlite3_stmt *statements[BRB_STATEMENT_COUNT]; /* prepared at their first use */
	brb_columns columns[BRB_STATEMENT_COUNT];      /* of those that are prepared */
	size_t last_bound;
	const brb_store_options *options;
	const char *path;    /* of the options */
	brb_looking looking; /* with options->read_only */
	dev_t device;        /* of the file, as it was opened */
	ino_t inode;
	int64_t busy_timeout_us;
	int64_t busy_since_us; /* the last time that it was tried */
	uint64_t jitter;
	brb_neighbours *neighbours; /* told when a transaction has to wait; NULL: nobody is */
} brb_database;

/*
 * Opens the file: creates or migrates it, or, with `first`, opens the same file again. `database` is ready for close
 * after a failure, too.
 */
brabeion_status brb_database_open(brb_database *database, const brb_store_options *options, const brb_database *first,
				  brabeion_error *error);
void brb_database_close(brb_database *database);

/*
 * Before reading: opens a further connection if it is not open, or anew if it has a file as it stood that has changed since;
 * then checks that the file is in place.
 */
brabeion_status brb_database_ready(brb_database *database, const brb_store_options *options,
				   const brb_database *first, brabeion_error *error);

/* ---- statements ---- */

/* What is bound to a parameter. */
typedef struct brb_sql_value {
	enum { BRB_SQL_INT, BRB_SQL_TEXT, BRB_SQL_TEXT_OF, BRB_SQL_BLOB } kind;
	int64_t number; /* of TEXT_OF and BLOB: the bytes */
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

/* BRABEION_OK with *row: there is one, and it has been checked (columns.h). Else the statement is reset. */
brabeion_status brb_database_step(brb_database *database, sqlite3_stmt *statement, bool *row, brabeion_error *error);

/* Runs a statement that gives no rows. */
brabeion_status brb_database_run(brb_database *database, brb_statement which, const brb_sql_value *values,
				 size_t count, brabeion_error *error);

/*
 * Rows to be inserted, BRB_ROWS_MANY with one statement, the rest one by one. `shared` columns at the beginning are the
 * same in all. Texts must stay until the rows are written.
 */
enum { BRB_ROW_COLUMNS_MOST = 10 };

typedef struct brb_rows {
	brb_database *database;
	brb_statement one, many;
	size_t shared;
	size_t columns, count; /* zero at first */
	brb_sql_value values[BRB_ROWS_MANY * BRB_ROW_COLUMNS_MOST];
} brb_rows;

static inline void brb_rows_begin(brb_rows *rows, brb_database *database, brb_statement one, brb_statement many,
				  size_t shared)
{
	rows->database = database;
	rows->one = one;
	rows->many = many;
	rows->shared = shared;
	rows->columns = rows->count = 0;
}

brabeion_status brb_rows_add(brb_rows *rows, const brb_sql_value *values, size_t count, brabeion_error *error);

/* Writes those that are left. */
brabeion_status brb_rows_end(brb_rows *rows, brabeion_error *error);

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

/* BRABEION_STORE: what the database holds contradicts itself, as the words say. */
brabeion_status brb_database_damaged(const brb_database *database, const char *words, brabeion_error *error);

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
brabeion_status brb_database_refuse_moved(const brb_database *database, brabeion_error *error);

/* A number that changes whenever this or another connection has committed. Inside a transaction it is up to date. */
uint32_t brb_database_data_version(brb_database *database);

#endif
