/*
 * store/sqlite/upkeep: a user forgotten, two users made one, a copy of the database. Rare, so it goes by SQL.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/internal.h"

/* What the statements below speak of: ?1 and ?2 are numbers of users, ?3 and ?4 their names. */
typedef struct upkeep_users {
	int64_t from, into;
	const char *from_name, *into_name;
} upkeep_users;

static brabeion_status prepare(brb_store *store, const char *sql, const upkeep_users *users, sqlite3_stmt **out,
			       brabeion_error *error)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->database.handle, sql, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return brb_database_fault(&store->database, code, error);
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
static brabeion_status run(brb_store *store, const char *sql, const upkeep_users *users, int64_t *changed,
			   brabeion_error *error)
{
	sqlite3_stmt *statement = NULL;
	brabeion_status status = prepare(store, sql, users, &statement, error);
	if (status == BRABEION_OK)
		status = brb_database_run(&store->database, statement, error);
	if (status == BRABEION_OK && changed)
		*changed = sqlite3_changes64(store->database.handle);
	sqlite3_finalize(statement);
	return status;
}

static brabeion_status run_all(brb_store *store, const char *const *sql, size_t count, const upkeep_users *users,
			       brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = run(store, sql[i], users, NULL, error);
	return status;
}

/* ---- the journal ---- */

/* The name on the tapes of others. Rows may be gone and be of another length then: what they take is counted anew. */
static brabeion_status rename_in_journal(brb_store *store, const upkeep_users *users, const char *into,
					 brabeion_error *error)
{
	static const char count[] = "UPDATE counters SET value = (SELECT ifnull(SUM(" BRB_JOURNAL_ROW_BYTES
				    "), 0) FROM journal) WHERE name = 'journal_bytes'";
	brabeion_status status = brb_journal_rename(store, users->from_name, into, error);
	if (status == BRABEION_OK)
		status = run(store, count, users, NULL, error);
	store->journal.is_known = false;
	return status;
}

/* ---- forgetting ---- */

/* Where a forgotten user's name was in what others' events came to. */
#define FORGOTTEN "(forgotten)"

static const char *const forget_the_rest[] = {
	"DELETE FROM seen WHERE user = ?1",
	"DELETE FROM journal WHERE user = ?1",
	"DELETE FROM job_attempts WHERE job IN (SELECT id FROM jobs WHERE user = ?1)",
	"DELETE FROM jobs WHERE user = ?1",
	"DELETE FROM tallies WHERE memory IN (SELECT id FROM memories) AND subject = ?3",
	"DELETE FROM notes WHERE memory IN (SELECT id FROM memories) AND subject = ?3",
	"DELETE FROM users WHERE id = ?1",
};

brabeion_status brb_store_forget_user(brb_store *store, const char *user, int64_t *awards, brabeion_error *error)
{
	upkeep_users users = { .from_name = user, .into_name = user };
	int64_t count = 0;
	brabeion_status status = brb_store_write_so_far(store, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, user, false, &users.from, error);
	if (status == BRABEION_OK)
		status = run(store, "DELETE FROM awards WHERE user = ?1", &users, &count, error);
	if (status == BRABEION_OK)
		status = run_all(store, forget_the_rest, sizeof forget_the_rest / sizeof forget_the_rest[0], &users,
				 error);
	if (status == BRABEION_OK)
		status = rename_in_journal(store, &users, FORGOTTEN, error);
	brb_value_cache_clear(&store->cells);
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

static brabeion_status check_sums(brb_store *store, const upkeep_users *users, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = NULL;
	brabeion_status status = prepare(store, too_much, users, &statement, error);
	if (status == BRABEION_OK)
		status = brb_database_step(&store->database, statement, &row, error);
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

brabeion_status brb_store_merge_users(brb_store *store, const char *from, const char *into, brabeion_error *error)
{
	upkeep_users users = { .from_name = from, .into_name = into };
	if (strcmp(from, into) == 0)
		return BRABEION_OK; /* what is held by both would go */
	brabeion_status status = brb_store_write_so_far(store, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, from, false, &users.from, error);
	if (status == BRABEION_OK)
		status = check_sums(store, &users, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, into, true, &users.into, error);
	if (status == BRABEION_OK)
		status = run_all(store, merge, sizeof merge / sizeof merge[0], &users, error);
	if (status == BRABEION_OK)
		status = rename_in_journal(store, &users, into, error);
	brb_value_cache_clear(&store->cells);
	return status;
}

/* ---- copying ---- */

/* The path as SQLite takes it for one: "file:copy.db" and ":memory:" have a meaning of their own (sqlite.org/uri.html). */
static const char *plain_path(brb_arena *arena, const char *path)
{
	return path[0] == '/' ? path : brb_arena_printf(arena, "./%s", path);
}

/* The file is ours from the first moment: two backups to one path do not meet. */
static brabeion_status reserve(const char *path, brabeion_error *error)
{
	int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return brb_status_set(error, BRABEION_STORE, "%s: %s", path, strerror(errno));
	close(file);
	return BRABEION_OK;
}

brabeion_status brb_store_backup(brb_store *store, const char *path, brabeion_error *error)
{
	brb_database reader = { .handle = NULL };
	brb_arena arena = { 0 };
	brabeion_status status = reserve(path, error);
	if (status != BRABEION_OK)
		return status;
	const char *plain = plain_path(&arena, path);
	if (!plain)
		status = brb_status_no_memory(error);
	else
		status = brb_database_open(&reader, &store->options, &store->database, error);
	sqlite3_stmt *statement = NULL;
	if (status == BRABEION_OK) {
		int code = sqlite3_prepare_v2(reader.handle, "VACUUM INTO ?1", -1, &statement, NULL);
		if (code != SQLITE_OK)
			status = brb_database_fault(&reader, code, error);
	}
	if (status == BRABEION_OK) {
		sqlite3_bind_text(statement, 1, plain, -1, SQLITE_STATIC);
		status = brb_database_run(&reader, statement, error);
	}
	sqlite3_finalize(statement);
	brb_database_close(&reader);
	brb_arena_finish(&arena);
	if (status != BRABEION_OK)
		unlink(path);
	return status;
}
