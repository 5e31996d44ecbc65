/*
 * store/sqlite/upkeep: users forgotten, merged and renamed: what one commit does, and the chores that are left for later
 * ones. Statements are rare, so most are prepared anew each time.
 */
#include <string.h>
#include <time.h>

#include "store/sqlite/internal.h"
#include "store/sqlite/jobs/jobs_queue.h"

/* Runs one statement, whose ?1 and ?2 are numbers of users; *changed (may be NULL) counts the rows. */
static brabeion_status run(brb_store_db *db, const char *sql, int64_t first, int64_t second, int64_t *changed,
			   brabeion_error *error)
{
	bool row;
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db->writer.handle, sql, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return brb_database_fault(&db->writer, code, error);
	int64_t before = sqlite3_total_changes64(db->writer.handle);
	sqlite3_bind_int64(statement, 1, first);
	if (sqlite3_bind_parameter_count(statement) >= 2)
		sqlite3_bind_int64(statement, 2, second);
	brabeion_status status = brb_database_step(&db->writer, statement, &row, error);
	sqlite3_finalize(statement);
	if (status == BRABEION_OK && changed)
		*changed = sqlite3_total_changes64(db->writer.handle) - before;
	return status;
}

static brabeion_status run_all(brb_store_db *db, const char *const *sql, size_t count, int64_t first, int64_t second,
			       brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = run(db, sql[i], first, second, NULL, error);
	return status;
}

#define RUN_ALL(db, sql, first, second, error) run_all(db, sql, sizeof sql / sizeof sql[0], first, second, error)

/* What the user ?1 holds is no longer counted, or is again. */
#define UNCOUNT_LEVELS                                                               \
	"UPDATE holders SET count = count - 1 WHERE level > 0 AND (badge, level) IN" \
	" (SELECT badge, level FROM awards WHERE user = ?1 AND revoked = 0)"
#define UNCOUNT_BADGES                                                      \
	"UPDATE holders SET count = count - 1 WHERE level = 0 AND badge IN" \
	" (SELECT badge FROM awards WHERE user = ?1 AND revoked = 0)"
#define COUNT_LEVELS                                                                           \
	"INSERT INTO holders(badge, level, count) SELECT DISTINCT badge, level, 1 FROM awards" \
	" WHERE user = ?1 AND revoked = 0 ON CONFLICT DO UPDATE SET count = count + 1"
#define COUNT_BADGES                                                                       \
	"INSERT INTO holders(badge, level, count) SELECT DISTINCT badge, 0, 1 FROM awards" \
	" WHERE user = ?1 AND revoked = 0 ON CONFLICT DO UPDATE SET count = count + 1"
#define UNCOUNT_ALL \
	"UPDATE counters SET value = value - (SELECT awards FROM users WHERE id = ?1) WHERE name = 'awards'"
#define COUNT_ALL "UPDATE counters SET value = value + (SELECT awards FROM users WHERE id = ?1) WHERE name = 'awards'"

/* ---- forgetting ---- */

static const char *const cut[] = {
	UNCOUNT_LEVELS,
	UNCOUNT_BADGES,
	UNCOUNT_ALL,
	"DELETE FROM job_attempts WHERE job IN (SELECT id FROM jobs WHERE user = ?1 AND parked_us = 0)",
	"DELETE FROM jobs WHERE user = ?1 AND parked_us = 0",
	"DELETE FROM memory_changes WHERE user = ?1 AND user > 0",
	"DELETE FROM users WHERE merged_into = ?1 AND merged_into <> 0",
	"UPDATE users SET name = NULL, awards = 0, badges = 0, latest_us = 0, version = 0, state = x'' WHERE id = ?1",
	"INSERT INTO chores(user, into_user) VALUES(?1, 0)",
};

static brabeion_status forget_begin(brb_store_db *db, int64_t user, int64_t *awards, brabeion_error *error)
{
	int64_t count = 0;
	brabeion_status status =
		brb_database_number(&db->writer, BRB_STATEMENT_AWARDS_ALL_OF, WITH(INT(user)), NULL, &count, error);
	if (status == BRABEION_OK)
		status = RUN_ALL(db, cut, user, 0, error);
	if (status == BRABEION_OK)
		*awards = count;
	db->has_news = true;
	return status;
}

/* ---- merging ---- */

/* Whether `other` has the award a held, and whether a person has revoked it and it is not held. */
#define SAME_OF(user)                                    \
	"SELECT 1 FROM awards AS b WHERE b.user = " user \
	" AND b.badge = a.badge AND b.level = a.level AND b.reason = a.reason"
#define REVOKED_OF(user)                                                                           \
	"(EXISTS (" SAME_OF(user) " AND b.revoked > 0 AND b.lapsed = 0) AND NOT EXISTS (" SAME_OF( \
		user) " AND b.revoked = 0))"

static const char *const move_awards[] = {
	UNCOUNT_ALL,
	UNCOUNT_LEVELS,
	UNCOUNT_BADGES,
	/* a person's revocation wins over what the other holds */
	"DELETE FROM awards WHERE sequence IN (SELECT a.sequence FROM awards AS a WHERE a.user = ?1 AND a.revoked = 0"
	" AND " REVOKED_OF("?2") ")",
	"DELETE FROM awards WHERE sequence IN (SELECT a.sequence FROM awards AS a WHERE a.user = ?2 AND a.revoked = 0"
	" AND " REVOKED_OF("?1") ")",
	/* held by both: the earlier one stays */
	"DELETE FROM awards WHERE sequence IN (SELECT iif((a.at_us, a.sequence) < (b.at_us, b.sequence), b.sequence,"
	" a.sequence) FROM awards AS a JOIN awards AS b ON b.user = ?2 AND b.badge = a.badge AND b.level = a.level"
	" AND b.reason = a.reason AND b.revoked = 0 WHERE a.user = ?1 AND a.revoked = 0)",
	"UPDATE awards SET user = ?2 WHERE user = ?1",
};

static const char *const count_anew[] = {
	"UPDATE users SET (awards, badges, latest_us) = (SELECT COUNT(*), COUNT(DISTINCT badge), ifnull(MAX(at_us), "
	"0)"
	" FROM awards WHERE user = ?1 AND revoked = 0) WHERE id = ?1",
	COUNT_ALL,
	COUNT_LEVELS,
	COUNT_BADGES,
};

static const char *const uncount[] = { UNCOUNT_ALL, UNCOUNT_LEVELS, UNCOUNT_BADGES };

static const char *const move_the_rest[] = {
	/* what is being judged for either does not count: in one queue one comes after the other */
	"UPDATE jobs SET user = ?2, claim = 0, ready_us = NULL WHERE user = ?1 AND parked_us = 0",
	"UPDATE jobs SET user = ?2 WHERE user = ?1 AND parked_us <> 0",
	"UPDATE jobs SET claim = 0, ready_us = iif(id = (SELECT first.id FROM jobs AS first"
	" WHERE first.user = jobs.user AND first.badge = jobs.badge AND first.run = jobs.run AND first.parked_us = 0"
	" ORDER BY first.due_us, first.id LIMIT 1), " BRB_JOB_OPENS ", NULL) WHERE user = ?2 AND ?1 <> 0"
	" AND parked_us = 0",
	"DELETE FROM cells WHERE owner = ?1",
	"UPDATE memory_changes SET user = ?2 WHERE user = ?1 AND user > 0",
	"UPDATE users SET merged_into = ?2 WHERE merged_into = ?1 AND merged_into <> 0",
	"UPDATE users SET merged_into = ?2, awards = 0, badges = 0, latest_us = 0, state = x'' WHERE id = ?1",
	"INSERT INTO counters(name, value) VALUES('" BRB_COUNTER_MERGES
	"', 1) ON CONFLICT DO UPDATE SET value = value + 1",
	"INSERT INTO chores(user, into_user) VALUES(?1, ?2)",
};

/* What both hold is counted once in the end. */
static brabeion_status merge_finish(brb_store_db *db, int64_t from, int64_t into, brabeion_error *error)
{
	brabeion_status status = RUN_ALL(db, uncount, into, 0, error);
	if (status == BRABEION_OK)
		status = RUN_ALL(db, move_awards, from, into, error);
	if (status == BRABEION_OK)
		status = RUN_ALL(db, count_anew, into, 0, error);
	if (status == BRABEION_OK)
		status = RUN_ALL(db, move_the_rest, from, into, error);
	db->has_news = true;
	brb_queue_is_ready(db, &(brb_queue){ .user = into });
	return status;
}

/* ---- renaming ---- */

static brabeion_status rename_user(brb_store_db *db, const char *from, const char *to, brabeion_error *error)
{
	return brb_database_run(&db->writer, BRB_STATEMENT_USER_RENAME, WITH(TEXT(from), TEXT(to)), error);
}

/* ---- times that lie ahead ---- */

#define AHEAD "?1 + 86400000000" /* BRB_STORE_AHEAD_US */

/* ?1: now; ?2: the period of ids that is under way. For an operator: whole tables are read. */
static const char *const mends[] = {
	"UPDATE OR REPLACE seen SET period = ?2 WHERE period > ?2 AND ?1",
	"UPDATE journal SET arrived_us = ?1 WHERE arrived_us > " AHEAD,
	"UPDATE jobs SET parked_us = ?1 WHERE parked_us > " AHEAD,
	"UPDATE quarantine SET since_us = ?1 WHERE since_us > " AHEAD,
	"UPDATE badges SET known_s = ?1 / 1000000 WHERE known_s > (" AHEAD ") / 1000000",
	"UPDATE unhandled SET first_us = min(first_us, ?1), last_us = ?1 WHERE last_us > " AHEAD,
	"UPDATE failures SET first_us = min(first_us, ?1), last_us = ?1 WHERE last_us > " AHEAD,
};

static brabeion_status mend_times(brb_store_db *db, int64_t now_us, int64_t seen_period, int64_t *mended,
				  brabeion_error *error)
{
	int64_t all = 0, rows = 0;
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < sizeof mends / sizeof mends[0] && status == BRABEION_OK; i++, all += rows)
		status = run(db, mends[i], now_us, seen_period, &rows, error);
	if (status == BRABEION_OK)
		*mended = all;
	return status;
}

/* ---- chores ---- */

enum { ROWS_AT_A_TIME = 200 };

/* The first chore; user 0: there is none. */
typedef struct chore {
	int64_t id, user, into;
} chore;

static brabeion_status read_chore(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	chore *first = context;
	(void)error;
	*first = (chore){ sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2) };
	return BRABEION_OK;
}

static brabeion_status read_journal_row(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	int64_t *sums = context;
	(void)error;
	sums[0] = sqlite3_column_int64(row, 0); /* the last sequence */
	sums[1] += sqlite3_column_int64(row, 1);
	sums[2]++;
	return BRABEION_OK;
}

/* Removes rows of the journal, and what they were counted for. */
static brabeion_status sweep_journal(brb_store_db *db, int64_t user, int64_t *rows, brabeion_error *error)
{
	int64_t sums[3] = { 0, 0, 0 };
	brabeion_status status =
		brb_database_each(&db->writer, BRB_STATEMENT_JOURNAL_ROWS_OF, WITH(INT(user), INT(ROWS_AT_A_TIME)),
				  read_journal_row, sums, error);
	*rows = sums[2];
	if (status == BRABEION_OK && sums[2])
		status = brb_database_run(&db->writer, BRB_STATEMENT_JOURNAL_REMOVE_ROWS,
					  WITH(INT(user), INT(sums[0])), error);
	return status == BRABEION_OK && sums[1] ? brb_database_run(&db->writer, BRB_STATEMENT_COUNTER_ADD,
								   WITH(TEXT("journal_bytes"), INT(-sums[1])), error)
						: status;
}

static brabeion_status sweep_rows(brb_store_db *db, brb_statement which, int64_t user, int64_t *rows,
				  brabeion_error *error)
{
	brabeion_status status = brb_database_run(&db->writer, which, WITH(INT(user), INT(ROWS_AT_A_TIME)), error);
	*rows = status == BRABEION_OK ? sqlite3_changes64(db->writer.handle) : 0;
	return status;
}

static brabeion_status sweep_parked_jobs(brb_store_db *db, int64_t user, int64_t *rows, brabeion_error *error)
{
	brabeion_status status = sweep_rows(db, BRB_STATEMENT_ATTEMPTS_OF_USER_REMOVE, user, rows, error);
	return status == BRABEION_OK ? sweep_rows(db, BRB_STATEMENT_JOBS_OF_USER_REMOVE, user, rows, error) : status;
}

/* A little of it; *rows 0: there is nothing left to do. */
static brabeion_status do_a_bit(brb_store_db *db, const chore *one, int64_t *rows, brabeion_error *error)
{
	if (one->into) {
		brabeion_status status =
			brb_database_run(&db->writer, BRB_STATEMENT_JOURNAL_MOVE,
					 WITH(INT(one->user), INT(one->into), INT(ROWS_AT_A_TIME)), error);
		*rows = status == BRABEION_OK ? sqlite3_changes64(db->writer.handle) : 0;
		return status;
	}
	brabeion_status status = sweep_rows(db, BRB_STATEMENT_CELLS_OF_USER_REMOVE, one->user, rows, error);
	if (status == BRABEION_OK && !*rows)
		status = sweep_rows(db, BRB_STATEMENT_AWARDS_OF_USER_REMOVE, one->user, rows, error);
	if (status == BRABEION_OK && !*rows)
		status = sweep_journal(db, one->user, rows, error);
	return status == BRABEION_OK && !*rows ? sweep_parked_jobs(db, one->user, rows, error) : status;
}

static brabeion_status finish_chore(brb_store_db *db, const chore *one, brabeion_error *error)
{
	brabeion_status status =
		one->into ? BRABEION_OK
			  : brb_database_run(&db->writer, BRB_STATEMENT_USER_REMOVE, WITH(INT(one->user)), error);
	return status == BRABEION_OK
		       ? brb_database_run(&db->writer, BRB_STATEMENT_CHORE_REMOVE, WITH(INT(one->id)), error)
		       : status;
}

static brabeion_status sweep_chores(brb_store_db *db, int64_t budget_us, bool *done, brabeion_error *error)
{
	int64_t until_us = brb_clock_monotonic_us() + budget_us;
	do {
		int64_t rows = 0;
		chore first = { 0, 0, 0 };
		brabeion_status status = brb_database_each(&db->writer, BRB_STATEMENT_CHORE_FIRST, WITH_NOTHING,
							   read_chore, &first, error);
		*done = !first.id;
		if (status != BRABEION_OK || *done)
			return status;
		status = do_a_bit(db, &first, &rows, error);
		if (status == BRABEION_OK && !rows)
			status = finish_chore(db, &first, error);
		if (status != BRABEION_OK)
			return status;
	} while (brb_clock_monotonic_us() < until_us);
	return BRABEION_OK;
}

static brabeion_status committed_counter(brb_store_db *db, const char *name, int64_t *value, brabeion_error *error)
{
	return brb_sqlite_read_number(db, BRB_STATEMENT_COUNTER, WITH(TEXT(name)), value, error);
}

static brabeion_status has_chores(brb_store_db *db, bool *has, brabeion_error *error)
{
	int64_t id = 0;
	brabeion_status status = brb_sqlite_read_number(db, BRB_STATEMENT_CHORE_FIRST, WITH_NOTHING, &id, error);
	if (status == BRABEION_OK)
		*has = id != 0;
	return status;
}

/* ---- the WAL ---- */

enum { ATTEMPTS = 40, ATTEMPT_MS = 10, PAUSE_MS = 40 };

/*
 * A truncating checkpoint holds the lock of writers while it waits for readers (sqlite.org/c3ref/wal_checkpoint_v2.html), so
 * that each attempt waits for some milliseconds only, and others write in between.
 */
static brabeion_status empty_wal(brb_database *database, bool *complete, brabeion_error *error)
{
	int code = SQLITE_BUSY, pages = 0;
	sqlite3_busy_timeout(database->handle, ATTEMPT_MS);
	for (int i = 0; i < ATTEMPTS && (code & 0xff) == SQLITE_BUSY; i++) {
		if (i)
			nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000000L }, NULL);
		code = sqlite3_wal_checkpoint_v2(database->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, &pages, NULL);
	}
	if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
		return brb_database_fault(database, code, error);
	*complete = code == SQLITE_OK && pages <= 0;
	return BRABEION_OK;
}

static brabeion_status checkpoint(brb_store_db *db, bool *complete, brabeion_error *error)
{
	brb_database database = { .handle = NULL };
	brabeion_status status = brb_database_open(&database, db->options, &db->writer, error);
	if (status == BRABEION_OK)
		status = empty_wal(&database, complete, error);
	brb_database_close(&database);
	return status;
}

const brb_driver_upkeep brb_sqlite_upkeep = {
	.forget_begin = forget_begin,
	.merge_finish = merge_finish,
	.rename_user = rename_user,
	.sweep_chores = sweep_chores,
	.mend_times = mend_times,
	.committed_counter = committed_counter,
	.has_chores = has_chores,
	.checkpoint = checkpoint,
	.find_user = brb_sqlite_find_user,
	.report_user = brb_sqlite_report_user,
	.add_memory_change = brb_sqlite_add_memory_change,
	.memory_changes = brb_sqlite_memory_changes,
	.remove_memory = brb_sqlite_remove_memory,
	.remove_jobs = brb_sqlite_remove_jobs,
};
