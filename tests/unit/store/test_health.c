/*
 * store/health: the figures read from a database; reading changes nothing in it, and no query scans a large table.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "support/store_fixture.h"

#include "store/health.h"
#include "store/jobs.h"
#include "store/sqlite/health_sql.h"

TestSuite(health, .init = make_store_folder, .fini = remove_store_folder);

static brb_health health;

static void read_health(int64_t now_us)
{
	brb_health_options options = { .path = path, .now_us = now_us, .crowd = 3 };
	WELL(brb_health_read(&options, &health, error));
}

/* A database with awards, seen ids, event statistics and jobs; closed. */
static void make_database(void)
{
	brb_store *store = open_store();
	register_badges(store);
	begin(store);
	award(store, "ada", 1, 1, "");
	commit(store);
	brb_store_close(store);
	sqlite3 *own = open_own();
	own_run(own, "INSERT INTO quarantine VALUES(2, 42, 'it failed');"
		     "INSERT INTO unhandled VALUES('login', 12, 1, 2), ('logout', 13, 3, 4), ('', 1, 5, 6);"
		     "INSERT INTO failures VALUES(1, 7, 8, 9, 'visit', 'why', 0);"
		     "INSERT INTO seen VALUES(-5, x'01'), (78, x'02');"
		     "UPDATE badges SET known_s = id * 100");
	own_run(own,
		"INSERT INTO users(id, name) VALUES(10, 'bob'), (11, 'cyn');"
		"INSERT INTO jobs(id, user, badge, run, event, event_id, at_us, due_us, ready_us, claim, parked_us,"
		" parked_why, error, state) VALUES"
		" (1, 10, 1, 0, 1, '', 0, 500, 500, 0, 0, '', '', '{}'),"   /* ready */
		" (2, 10, 1, 0, 1, '', 0, 600, NULL, 0, 0, '', '', '{}'),"  /* queued behind it */
		" (3, 10, 2, 0, 1, '', 0, 700, 700, 0, 0, '', '', '{}'),"   /* ready */
		" (4, 11, 1, 0, 1, '', 0, 100, 5000, 99, 0, '', '', '{}')," /* a worker has it */
		" (5, 11, 2, 0, 1, '', 0, 9000, 9000, 0, 0, '', '', '{}')," /* due later */
		" (6, 11, 1, 0, 1, '', 0, 1, NULL, 0, 300, 'failed', 'no', '{}'),"
		" (7, 11, 1, 0, 1, '', 0, 1, NULL, 0, 200, 'failed', 'never', '{}'),"
		" (8, 11, 1, 0, 1, '', 0, 1, NULL, 0, 400, 'failed', 'never', '{}'),"
		" (9, 11, 2, 0, 1, '', 0, 1, NULL, 0, 250, 'unloaded', '', '{}')");
	sqlite3_close(own);
}

Test(health, reads_what_is_there)
{
	make_database();
	read_health(1000);
	cr_expect_null(health.fault);
	cr_expect_eq(health.version, 1);
	cr_expect_eq(health.knows, 1);
	cr_expect_eq(health.badge_count, 2);
	cr_expect_str_eq(health.badges[0].slug, "first");
	cr_expect_str_eq(health.badges[0].name, "Bronze");
	cr_expect_eq(health.badges[0].known_us, 100000000);
	cr_expect(health.badges[0].has_awards);
	cr_expect_str_eq(health.badges[1].slug, "second");
	cr_expect_not(health.badges[1].has_awards);
	cr_assert_eq(health.quarantined_count, 1);
	cr_expect_str_eq(health.quarantined[0].slug, "second");
	cr_expect_str_eq(health.quarantined[0].reason, "it failed");
	cr_expect_eq(health.quarantined[0].since_us, 42);
	cr_assert_eq(health.failing_count, 1);
	cr_expect_str_eq(health.failing[0].slug, "first");
	cr_expect_eq(health.failing[0].count, 7);
	cr_expect_str_eq(health.failing[0].error, "why");
	cr_assert_eq(health.unhandled_count, 3);
	cr_expect_str_eq(health.unhandled[0].name, "logout");
	cr_expect_str_eq(health.unhandled[2].name, "");
	cr_expect_eq(health.seen, 2);
	cr_expect_eq(health.seen_since_us, -5000000);
	cr_expect_eq(health.page_bytes, 4096);
	cr_expect_eq(health.pages * 4096, health.file.bytes);
	brb_health_finish(&health);
}

Test(health, counts_jobs)
{
	make_database();
	read_health(1000);
	cr_expect_eq(health.jobs.ready, 2);
	cr_expect_eq(health.jobs.ready_since_us, 500);
	cr_expect_eq(health.jobs.leased, 1);
	cr_expect_eq(health.jobs.waiting, 5);
	cr_expect_eq(health.jobs.parked, 4);
	cr_expect_eq(health.jobs.parked_since_us, 200);
	cr_expect_eq(health.jobs.unloaded, 1);
	cr_expect_str_eq(health.jobs.error, "never");
	cr_expect_eq(health.jobs.error_times, 2);
	cr_assert_eq(health.jobs.crowd_count, 1);
	cr_expect_str_eq(health.jobs.crowd[0].user, "bob");
	cr_expect_eq(health.jobs.crowd[0].jobs, 3);
	brb_health_finish(&health);
	read_health(6000); /* the lease has ended */
	cr_expect_eq(health.jobs.ready, 3);
	cr_expect_eq(health.jobs.leased, 0);
	brb_health_finish(&health);
}

/* Each, and not only the first of each queue; of a lease its end. */
Test(health, counts_jobs_that_a_clock_ahead_has_stored)
{
	make_database();
	sqlite3 *own = open_own();
	own_run(own, "UPDATE jobs SET made_us = 86400001001 WHERE id IN (1, 2, 6, 9);"
		     "UPDATE jobs SET made_us = 86400001000 WHERE id IN (3, 7);"
		     "UPDATE jobs SET ready_us = 86400001001 WHERE id = 4");
	sqlite3_close(own);
	read_health(1000);
	cr_expect_eq(health.jobs_ahead, 5);
	brb_health_finish(&health);
}

/* ---- read-only ---- */

static char *contents(size_t *size)
{
	struct stat about;
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file);
	cr_assert_eq(fstat(fileno(file), &about), 0);
	*size = (size_t)about.st_size;
	char *bytes = malloc(*size);
	cr_assert_eq(fread(bytes, 1, *size, file), *size);
	fclose(file);
	return bytes;
}

static void expect_unchanged(const char *beside)
{
	size_t before_size, after_size;
	char *before = contents(&before_size);
	read_health(1000);
	brb_health_finish(&health);
	char *after = contents(&after_size);
	cr_expect_eq(before_size, after_size);
	cr_expect_eq(memcmp(before, after, before_size), 0);
	cr_expect_str_eq(list_folder(folder), beside);
	free(before);
	free(after);
}

Test(health, a_database_at_rest_stays_as_it_is)
{
	make_database();
	expect_unchanged("badges.db ");
}

Test(health, a_wal_that_was_left_stays_for_who_writes_next)
{
	char other[PATH_BYTES], command[5 * PATH_BYTES];
	make_database();
	sqlite3 *own = open_own();
	own_run(own, "INSERT INTO users(id, name) VALUES(20, 'dan')");
	join(other, folder, "left.db");
	snprintf(command, sizeof command, "cp %s %s && cp %s-wal %s-wal", path, other, path, other);
	cr_assert_eq(system(command), 0);
	sqlite3_close(own);
	cr_assert_eq(remove(path), 0);
	strcpy(path, other);
	expect_unchanged("left.db left.db-shm left.db-wal ");
	read_health(1000);
	cr_expect_gt(health.file.wal_bytes, 0);
	cr_expect_eq(health.wal_pages, health.wal_behind);
	cr_expect_gt(health.wal_behind, 0);
	brb_health_finish(&health);
}

/* So does one whose migration was interrupted. */
Test(health, a_database_that_is_being_migrated_is_left_alone)
{
	make_database();
	sqlite3 *own = open_own();
	own_run(own, "PRAGMA user_version = -1");
	sqlite3_close(own);
	expect_unchanged("badges.db ");
	read_health(1000);
	cr_expect_str_eq(health.fault,
			 "is being migrated, or was when the process that did it ended: open it to go on");
	cr_expect_eq(health.version, -1);
	brb_health_finish(&health);
}

/* ---- unreadable files ---- */

static void expect_fault(const char *fault)
{
	read_health(1000);
	cr_assert_not_null(health.fault);
	cr_expect_str_eq(health.fault, fault);
	brb_health_finish(&health);
}

Test(health, no_database)
{
	char expected[PATH_BYTES + 64];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_health_options options = { .path = path };
	snprintf(expected, sizeof expected, "%s: No such file or directory", path);
	expect_error(brb_health_read(&options, &health, &error), BRABEION_ABSENT, &error, expected);
	cr_expect_str_eq(list_folder(folder), "");
}

Test(health, a_newer_database)
{
	make_database();
	sqlite3 *own = open_own();
	own_run(own, "PRAGMA user_version = 2");
	sqlite3_close(own);
	expect_fault("was written by a newer brabeion (its version is 2, this one knows up to 1); left untouched");
}

Test(health, no_database_at_all)
{
	static const char text[] =
		"This is a letter, and a long one at that: more than a hundred bytes, so that it might well "
		"be taken for a header.";
	write_bytes(path, text, sizeof text);
	expect_fault("is not a database; left untouched");
	cr_expect_str_eq(list_folder(folder), "badges.db ");
}

Test(health, an_empty_file)
{
	write_bytes(path, "", 0);
	expect_fault("is empty");
}

Test(health, damage_is_found_by_a_thorough_look_alone)
{
	make_database();
	sqlite3 *own = open_own();
	own_run(own, "PRAGMA ignore_check_constraints = ON; UPDATE awards SET level = -1");
	sqlite3_close(own);
	read_health(1000);
	cr_expect_null(health.fault);
	cr_expect_null(health.damage);
	brb_health_finish(&health);
	brb_health_options options = { .path = path, .now_us = 1000, .crowd = 3, .thorough = true };
	WELL(brb_health_read(&options, &health, error));
	cr_assert_not_null(health.damage);
	cr_expect_str_eq(health.damage, "CHECK constraint failed in awards");
	brb_health_finish(&health);
}

/* ---- a database in use ---- */

Test(health, somebody_who_writes_is_neither_held_up_nor_waited_for)
{
	make_database();
	brb_store *store = open_store();
	begin(store);
	set_tally(store, "visits", 5);
	read_health(1000);
	cr_expect_null(health.fault);
	cr_expect_eq(health.file.user_count, 0, "this process is not counted");
	brb_health_finish(&health);
	commit(store);
	begin(store);
	cr_expect_eq(tally(store, "visits"), 5);
	brb_store_rollback(store);
	brb_store_close(store);
}

Test(health, a_reader_that_holds_the_wal_shows)
{
	make_database();
	sqlite3 *reader = open_own();
	own_run(reader, "BEGIN; SELECT COUNT(*) FROM users");
	sqlite3 *writer = open_own();
	own_run(writer, "INSERT INTO users(id, name) VALUES(20, 'dan')");
	own_run(writer, "PRAGMA wal_checkpoint(PASSIVE)");
	read_health(1000);
	cr_expect_gt(health.wal_behind, 0);
	brb_health_finish(&health);
	own_run(reader, "COMMIT");
	own_run(writer, "PRAGMA wal_checkpoint(PASSIVE)");
	read_health(1000);
	cr_expect_eq(health.wal_behind, 0);
	cr_expect_gt(health.wal_pages, 0);
	brb_health_finish(&health);
	sqlite3_close(reader);
	sqlite3_close(writer);
}

/* True if /proc/locks uses the device number of stat(); otherwise no other process can be detected. */
static bool locks_are_shown(pid_t pid)
{
	char line[256], wanted[64];
	struct stat about;
	bool shown = false;
	FILE *locks = fopen("/proc/locks", "r");
	cr_assert_eq(stat(path, &about), 0);
	snprintf(wanted, sizeof wanted, " %d %02x:%02x:%lu ", (int)pid, major(about.st_dev), minor(about.st_dev),
		 (unsigned long)about.st_ino);
	while (locks && fgets(line, sizeof line, locks))
		shown |= strstr(line, wanted) != NULL;
	if (locks)
		fclose(locks);
	return shown;
}

Test(health, another_process_that_has_it_open_is_seen)
{
	int ready[2], over[2];
	char byte = 0;
	make_database();
	cr_assert(pipe(ready) == 0 && pipe(over) == 0);
	pid_t child = fork();
	if (child == 0) {
		sqlite3 *own = open_own();
		own_run(own, "SELECT COUNT(*) FROM users");
		close(over[1]);
		_exit(write(ready[1], &byte, 1) != 1 || read(over[0], &byte, 1) != 0);
	}
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	size_t seen = locks_are_shown(child);
	read_health(1000);
	cr_expect_eq(health.file.user_count, seen);
	cr_expect_eq(health.file.user, seen ? child : 0);
	brb_health_finish(&health);
	close(over[1]);
	cr_assert_eq(waitpid(child, NULL, 0), child);
}

/* ---- query plans ---- */

static const char *const questions[] = {
#define SQL_OF(name, version, sql) sql,
	BRB_HEALTH_QUESTIONS(SQL_OF)
#undef SQL_OF
};

/* Tables that stay small, indexes for the purpose, and `seen`, of which only the first rows are counted. */
static bool may_be_walked(const char *step)
{
	static const char *const fine[] = { "SCAN b",
					    "SCAN l",
					    "SCAN q",
					    "SCAN f",
					    "SCAN unhandled",
					    "SCAN seen",
					    "SCAN c",
					    "SCAN CONSTANT ROW",
					    "SCAN (subquery-",
					    "SCAN jobs USING COVERING INDEX jobs_parked",
					    "SCAN jobs USING COVERING INDEX jobs_queue",
					    "SCAN jobs USING COVERING INDEX jobs_unloaded",
					    "SCAN jobs USING INDEX jobs_parked",
					    "SCAN jobs USING INDEX jobs_queue",
					    "SCAN jobs USING INDEX jobs_unloaded",
					    "SCAN jobs USING INDEX jobs_claimed",
					    "SCAN pragma_" };
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		if (strncmp(step, fine[i], strlen(fine[i])) == 0)
			return true;
	return strncmp(step, "SCAN", 4) != 0;
}

/* "first" 1 was Bronze for the award that there is, and is Iron since. */
Test(health, reads_the_names_under_which_levels_are_held)
{
	make_database();
	sqlite3 *own = open_own();
	own_run(own, "INSERT INTO levels(badge, level, since, name, description) VALUES(1, 1, 1000, 'Iron', '')");
	sqlite3_close(own);
	read_health(1000);
	cr_assert_eq(health.level_count, 1);
	cr_expect_str_eq(health.levels[0].slug, "first");
	cr_expect_eq(health.levels[0].level, 1);
	cr_expect_str_eq(health.levels[0].name, "Bronze");
	brb_health_finish(&health);
	cr_expect_eq(health.level_count, 0);
}

Test(health, no_question_walks_through_a_large_table)
{
	make_database();
	sqlite3 *own = open_own();
	int steps = 0;
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		char sql[2048];
		sqlite3_stmt *statement = NULL;
		snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", questions[i]);
		cr_assert_eq(sqlite3_prepare_v2(own, sql, -1, &statement, NULL), SQLITE_OK, "%s",
			     sqlite3_errmsg(own));
		while (sqlite3_step(statement) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(statement, 3);
			cr_expect(may_be_walked(step), "%s\n%s", step, questions[i]);
			steps++;
		}
		sqlite3_finalize(statement);
	}
	cr_expect_geq(steps, (int)(sizeof questions / sizeof *questions));
	sqlite3_close(own);
}
