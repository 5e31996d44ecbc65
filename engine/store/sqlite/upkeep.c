/*
 * store/sqlite/upkeep: a user forgotten, two users made one, what a plugin left removed. Rare, so statements are prepared
 * anew each time.
 */
#include <string.h>

#include "store/sqlite/internal.h"

/* What the statements below are about: ?1 and ?2 are numbers of users, ?3 and ?4 their names. */
typedef struct upkeep_users {
	int64_t from, into;
	const char *from_name, *into_name;
} upkeep_users;

static brabeion_status prepare(brb_store_db *db, const char *sql, const upkeep_users *users, sqlite3_stmt **out,
			       brabeion_error *error)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db->writer.handle, sql, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return brb_database_fault(&db->writer, code, error);
	if (sqlite3_bind_parameter_count(statement) >= 1)
		sqlite3_bind_int64(statement, 1, users->from);
	if (sqlite3_bind_parameter_count(statement) >= 2)
		sqlite3_bind_int64(statement, 2, users->into);
	if (sqlite3_bind_parameter_count(statement) >= 3)
		sqlite3_bind_text(statement, 3, users->from_name, -1, SQLITE_STATIC);
	if (sqlite3_bind_parameter_count(statement) >= 4)
		sqlite3_bind_text(statement, 4, users->into_name, -1, SQLITE_STATIC);
	*out = statement;
	return BRABEION_OK;
}

/* Runs one statement; *changed (may be NULL) counts the rows. */
static brabeion_status run(brb_store_db *db, const char *sql, const upkeep_users *users, int64_t *changed,
			   brabeion_error *error)
{
	bool row;
	sqlite3_stmt *statement = NULL;
	brabeion_status status = prepare(db, sql, users, &statement, error);
	if (status == BRABEION_OK)
		status = brb_database_step(&db->writer, statement, &row, error);
	if (status == BRABEION_OK && changed)
		*changed = sqlite3_changes64(db->writer.handle);
	sqlite3_finalize(statement);
	return status;
}

static brabeion_status run_all(brb_store_db *db, const char *const *sql, size_t count, const upkeep_users *users,
			       brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = run(db, sql[i], users, NULL, error);
	return status;
}

/* ---- forgetting ---- */

static const char *const forget_the_rest[] = {
	"DELETE FROM seen WHERE user = ?1",
	"DELETE FROM journal WHERE user = ?1",
	"DELETE FROM job_attempts WHERE job IN (SELECT id FROM jobs WHERE user = ?1)",
	"DELETE FROM jobs WHERE user = ?1",
	"DELETE FROM tallies WHERE memory IN (SELECT id FROM memories) AND subject = ?3",
	"DELETE FROM notes WHERE memory IN (SELECT id FROM memories) AND subject = ?3",
	"DELETE FROM users WHERE id = ?1",
};

static brabeion_status forget_user(brb_store_db *db, int64_t user, const char *name, int64_t *awards,
				   brabeion_error *error)
{
	int64_t count = 0;
	upkeep_users users = { .from = user, .into = user, .from_name = name, .into_name = name };
	brabeion_status status = run(db, "DELETE FROM awards WHERE user = ?1", &users, &count, error);
	if (status == BRABEION_OK)
		status = run_all(db, forget_the_rest, sizeof forget_the_rest / sizeof forget_the_rest[0], &users,
				 error);
	if (status == BRABEION_OK)
		*awards = count;
	return status;
}

/* ---- merging ---- */

static const char *const merge[] = {
	/* held by both: the older one stays */
	"DELETE FROM awards WHERE sequence IN (SELECT MAX(a.sequence, b.sequence) FROM awards AS a JOIN awards AS b"
	" ON b.badge = a.badge AND b.level = a.level AND b.reason = a.reason AND b.revoked = 0 AND b.user = ?2"
	" WHERE a.user = ?1 AND a.revoked = 0)",
	"UPDATE awards SET user = ?2 WHERE user = ?1",
	"UPDATE OR IGNORE seen SET user = ?2 WHERE user = ?1",
	"DELETE FROM seen WHERE user = ?1",
	"UPDATE journal SET user = ?2 WHERE user = ?1",
	/* what is being judged for either does not count: in one queue one comes after the other */
	"UPDATE jobs SET user = ?2, claim = 0, ready_us = NULL WHERE user = ?1",
	"UPDATE jobs SET claim = 0, ready_us = iif(id = (SELECT first.id FROM jobs AS first"
	" WHERE first.user = jobs.user AND first.badge = jobs.badge AND first.run = jobs.run AND first.parked_us = 0"
	" ORDER BY first.due_us, first.id LIMIT 1), " BRB_JOB_OPENS ", NULL) WHERE user = ?2 AND parked_us = 0",
	"INSERT INTO tallies(memory, subject, value) SELECT memory, ?4, value FROM tallies"
	" WHERE memory IN (SELECT id FROM memories) AND subject = ?3"
	" ON CONFLICT DO UPDATE SET value = value + excluded.value",
	"DELETE FROM tallies WHERE memory IN (SELECT id FROM memories) AND subject = ?3",
	"UPDATE OR IGNORE notes SET subject = ?4 WHERE memory IN (SELECT id FROM memories) AND subject = ?3",
	"DELETE FROM notes WHERE memory IN (SELECT id FROM memories) AND subject = ?3",
	"DELETE FROM users WHERE id = ?1",
};

/* SQLite would add them up as reals, which a column of integers refuses, or not. */
static const char too_much[] = "SELECT m.name, p.name FROM memories AS m JOIN plugins AS p ON p.id = m.plugin"
			       " JOIN tallies AS a ON a.memory = m.id AND a.subject = ?3 JOIN tallies AS b ON "
			       "b.memory = m.id AND b.subject = ?4"
			       " WHERE iif(b.value > 0, a.value > 9223372036854775807 - b.value, a.value < "
			       "-9223372036854775807 - 1 - b.value)"
			       " ORDER BY m.id LIMIT 1";

static brabeion_status check_sums(brb_store_db *db, const upkeep_users *users, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = NULL;
	brabeion_status status = prepare(db, too_much, users, &statement, error);
	if (status == BRABEION_OK)
		status = brb_database_step(&db->writer, statement, &row, error);
	if (row)
		status = brb_status_set(
			error, BRABEION_INVALID,
			"the tallies \"%s\" (plugin \"%s\") of \"%s\" and \"%s\" add up to more than 64 "
			"bits hold",
			(const char *)sqlite3_column_text(statement, 0),
			(const char *)sqlite3_column_text(statement, 1), users->from_name, users->into_name);
	sqlite3_finalize(statement);
	return status;
}

static brabeion_status merge_users(brb_store_db *db, int64_t from, const char *from_name, int64_t into,
				   const char *into_name, brabeion_error *error)
{
	upkeep_users users = { from, into, from_name, into_name };
	brabeion_status status = check_sums(db, &users, error);
	return status == BRABEION_OK ? run_all(db, merge, sizeof merge / sizeof merge[0], &users, error) : status;
}

/* ---- plugins ---- */

static brabeion_status remove_both(brb_store_db *db, brb_statement first, brb_statement second, const char *name,
				   brabeion_error *error)
{
	brabeion_status status = brb_database_run(&db->writer, first, WITH(TEXT(name)), error);
	return status == BRABEION_OK ? brb_database_run(&db->writer, second, WITH(TEXT(name)), error) : status;
}

static brabeion_status remove_memory(brb_store_db *db, const char *plugin, brabeion_error *error)
{
	return remove_both(db, BRB_STATEMENT_TALLIES_REMOVE, BRB_STATEMENT_NOTES_REMOVE, plugin, error);
}

static brabeion_status remove_jobs(brb_store_db *db, const char *slug, brabeion_error *error)
{
	return remove_both(db, BRB_STATEMENT_ATTEMPTS_OF_BADGE_REMOVE, BRB_STATEMENT_JOBS_OF_BADGE_REMOVE, slug,
			   error);
}

const brb_driver_upkeep brb_sqlite_upkeep = {
	.forget_user = forget_user,
	.merge_users = merge_users,
	.remove_memory = remove_memory,
	.remove_jobs = remove_jobs,
};
