/*
 * store, intact files: a database that is truncated, overwritten or deleted under the store. No commit answers OK whose data
 * would be lost; checkpoints and a VACUUM of other processes are no such thing.
 */
#include <fcntl.h>

#include "support/store_fixture.h"

static brb_store *store;

static void keep_notes(const char *names, int count)
{
	for (int i = 0; i < count; i++) {
		char name[20];
		snprintf(name, sizeof name, "%s%d", names, i);
		begin(store);
		set_note(store, name, "a text that fills a page after some time, if it is stored often enough");
		commit(store);
	}
}

static void open_room(void)
{
	brb_store_options options = default_options();
	make_store_folder();
	options.busy_timeout_ms = 50;
	store = open_with(&options);
	register_badges(store);
	keep_notes("n", 50);
}

static void close_room(void)
{
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(store_intact, .init = open_room, .fini = close_room);

/* ---- what is done to the files ---- */

static void run_sql(const char *sql)
{
	sqlite3 *own = open_own();
	own_run(own, sql);
	sqlite3_close(own);
}

static void checkpoint(void)
{
	run_sql("PRAGMA wal_checkpoint(PASSIVE)");
}

static const char *beside(const char *ending)
{
	static char name[PATH_BYTES];
	snprintf(name, sizeof name, "%.400s%s", path, ending);
	return name;
}

static void copy_over(const char *from, const char *to)
{
	char command[3 * PATH_BYTES];
	snprintf(command, sizeof command, "cat '%s' > '%s'", from, to);
	cr_assert_eq(system(command), 0);
}

static void overwrite_start(const char *file)
{
	static const char nothing[100];
	int at = open(file, O_WRONLY | O_CLOEXEC);
	cr_assert_eq(pwrite(at, nothing, sizeof nothing, 0), (ssize_t)sizeof nothing);
	close(at);
}

/* ---- what is expected ---- */

static void expect_lost(const char *ending, const char *what)
{
	char words[3 * PATH_BYTES];
	snprintf(words, sizeof words,
		 "%s: %s%s was %s while in use, and what is stored now would be lost; nothing more is stored until "
		 "it is "
		 "mended or replaced by a backup, and the engine is opened anew",
		 path, path, ending, what);
	brabeion_error error = BRABEION_NO_ERROR;
	begin(store);
	set_note(store, "n1", "lost");
	expect_error(brb_store_commit(store, &error), BRABEION_STORE, &error, words);
}

static void expect_stored(const char *text)
{
	begin(store);
	set_note(store, "n1", text);
	commit(store);
	cr_expect_str_eq(kept_note("n1"), text);
}

Test(store_intact, truncated_to_nothing)
{
	checkpoint();
	expect_stored("what is cached, so that nothing need be read");
	cr_assert_eq(truncate(path, 0), 0);
	expect_lost("", "truncated");
}

Test(store_intact, truncated_by_a_page)
{
	struct stat about;
	checkpoint();
	expect_stored("before");
	cr_assert_eq(stat(path, &about), 0);
	cr_assert_eq(truncate(path, about.st_size - 4096), 0);
	expect_lost("", "truncated");
}

Test(store_intact, overwritten_by_something_else)
{
	checkpoint();
	overwrite_start(path);
	expect_lost("", "overwritten");
}

Test(store_intact, overwritten_by_an_older_state_of_itself)
{
	char older[PATH_BYTES];
	join(older, folder, "older.db");
	checkpoint();
	copy_over(path, older);
	for (int i = 0; i < 3; i++) { /* of which each changes the header */
		char sql[80];
		snprintf(sql, sizeof sql, "CREATE TABLE own%d(a); PRAGMA wal_checkpoint(PASSIVE)", i);
		run_sql(sql);
	}
	expect_stored("before");
	copy_over(older, path);
	expect_lost("", "overwritten");
}

/* As large as its header says, as after a VACUUM, and with the same count of changes. */
Test(store_intact, overwritten_by_a_smaller_backup_of_itself)
{
	char backup[PATH_BYTES];
	join(backup, folder, "backup.db");
	checkpoint();
	keep_notes("before", 1);
	checkpoint();
	copy_over(path, backup);
	keep_notes("a", 300);
	checkpoint();
	expect_stored("in a WAL that is begun anew");
	expect_stored("before");
	copy_over(backup, path);
	expect_lost("", "truncated");
}

Test(store_intact, overwritten_by_a_larger_database_while_all_is_in_the_wal)
{
	char larger[PATH_BYTES];
	join(larger, folder, "larger.db");
	expect_stored("before");
	brb_store_options options = default_options();
	options.path = larger;
	brb_store *other = open_with(&options);
	register_badges(other);
	brb_store_close(other);
	copy_over(larger, path);
	expect_lost("", "overwritten");
}

Test(store_intact, a_wal_that_is_truncated)
{
	expect_stored("what is cached, so that nothing need be read");
	cr_assert_eq(truncate(beside("-wal"), 0), 0);
	expect_lost("-wal", "truncated");
}

Test(store_intact, a_wal_that_is_overwritten)
{
	overwrite_start(beside("-wal"));
	expect_lost("-wal", "overwritten");
}

Test(store_intact, a_wal_that_is_deleted)
{
	cr_assert_eq(unlink(beside("-wal")), 0);
	expect_lost("-wal", "deleted");
}

Test(store_intact, an_index_that_is_deleted)
{
	cr_assert_eq(unlink(beside("-shm")), 0);
	expect_lost("-shm", "deleted");
}

Test(store_intact, an_index_that_is_replaced)
{
	char other[PATH_BYTES];
	snprintf(other, sizeof other, "%.400s-other", path);
	write_bytes(other, "", 0);
	cr_assert_eq(rename(other, beside("-shm")), 0);
	expect_lost("-shm", "replaced");
}

/* ---- what others may do ---- */

Test(store_intact, checkpoints_of_others_are_no_loss)
{
	expect_stored("one");
	checkpoint();
	expect_stored("two");
	run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
	expect_stored("three");
	run_sql("PRAGMA wal_checkpoint(RESTART)");
	expect_stored("four");
}

Test(store_intact, a_vacuum_that_shrinks_the_file_is_no_loss)
{
	run_sql("CREATE TABLE own(a); INSERT INTO own VALUES(zeroblob(1000000)); PRAGMA wal_checkpoint(TRUNCATE)");
	expect_stored("large");
	run_sql("DROP TABLE own; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
	expect_stored("small");
	expect_stored("and again");
}

/* A checkpoint of a part leaves out the header, which has changed since the reader began. */
Test(store_intact, a_checkpoint_that_a_reader_holds_back_is_no_loss)
{
	run_sql("CREATE TABLE own(a); INSERT INTO own VALUES(zeroblob(1000000)); PRAGMA wal_checkpoint(TRUNCATE)");
	expect_stored("large");
	run_sql("DELETE FROM own; VACUUM; PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO own VALUES(zeroblob(100000))");
	sqlite3 *reader = open_own();
	own_run(reader, "BEGIN; SELECT COUNT(*) FROM own");
	run_sql("CREATE TABLE more(a); PRAGMA wal_checkpoint(PASSIVE)");
	expect_stored("while the reader is there");
	expect_stored("still");
	own_run(reader, "COMMIT");
	sqlite3_close(reader);
	run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
	expect_stored("and when it has gone");
}
