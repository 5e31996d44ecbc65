/*
 * store, the file: created, opened again, refused and left unchanged if it is not a brabeion database; never written to
 * after it was moved, deleted or replaced while in use.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/reentrancy.h"
#include "support/store_fixture.h"

TestSuite(store_file, .init = make_store_folder, .fini = remove_store_folder);

/* ---- creating and opening again ---------------------------------------------------------------------------------- */

Test(store_file, a_new_database_is_created)
{
	brb_store *store = open_store();
	cr_expect_str_eq(brb_store_path(store), path);
	brb_store_close(store);
	cr_expect_str_eq(list_folder(folder), "badges.db ");
	cr_expect_eq(own_number("PRAGMA application_id"), 0x42524142);
	cr_expect_eq(own_number("PRAGMA user_version"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
				"AND name NOT LIKE 'sqlite_%'"),
		     20);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
				"AND name NOT LIKE 'sqlite_%' AND NOT strict"),
		     0);
	sqlite3 *own = open_own();
	sqlite3_stmt *statement = NULL;
	sqlite3_prepare_v2(own, "PRAGMA journal_mode", -1, &statement, NULL);
	sqlite3_step(statement);
	cr_expect_str_eq((const char *)sqlite3_column_text(statement, 0), "wal");
	sqlite3_finalize(statement);
	sqlite3_close(own);
}

Test(store_file, an_empty_file_becomes_a_database)
{
	write_bytes(path, "", 0);
	brb_store_close(open_store());
	cr_expect_eq(own_number("PRAGMA application_id"), 0x42524142);
}

static void copy_file(const char *from, const char *to, off_t most)
{
	char block[4096];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	cr_assert(in >= 0 && out >= 0);
	for (ssize_t got; most > 0 && (got = read(in, block, sizeof block)) > 0; most -= got)
		cr_assert_eq(write(out, block, (size_t)got), got);
	close(in);
	close(out);
}

static off_t size_of(const char *file)
{
	struct stat about;
	cr_assert_eq(stat(file, &about), 0);
	return about.st_size;
}

/*
 * A checkpoint interrupted before the file grew: the first page's count exceeds the file's pages, and the others are in
 * the -wal. SQLite repairs this when it opens the file; the check before that must not report damage.
 */
Test(store_file, a_checkpoint_that_was_cut_off_does_no_harm)
{
	char from[PATH_BYTES], to[PATH_BYTES], large[20000];
	brb_store *store = open_store();
	off_t made_bytes = size_of(path);
	register_badges(store);
	memset(large, 'x', sizeof large);
	large[sizeof large - 1] = '\0';
	begin(store);
	set_note(store, "large", large);
	cr_expect_eq(award(store, "ada", 1, 2, ""), 1);
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, "PRAGMA wal_checkpoint(PASSIVE)");
	join(to, folder, "torn.db");
	cr_assert_gt(size_of(path), made_bytes, "it has grown");
	copy_file(path, to, made_bytes);
	join(from, folder, "badges.db-wal");
	join(to, folder, "torn.db-wal");
	copy_file(from, to, 1 << 30);
	sqlite3_close(own);
	brb_store_close(store);
	join(path, folder, "torn.db");
	store = open_store();
	register_badges(store);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "1, 2");
	cr_expect_str_eq(note(store, "large"), large);
	commit(store);
	brb_store_close(store);
}

Test(store_file, opened_again_it_has_what_was_committed)
{
	brb_store *store = open_store();
	register_badges(store);
	begin(store);
	set_tally(store, "visits", 3);
	set_note(store, "last", "yesterday");
	cr_expect_eq(award(store, "ada", 1, 2, ""), 1);
	commit(store);
	brb_store_close(store);
	store = open_store();
	register_badges(store);
	begin(store);
	cr_expect_eq(tally(store, "visits"), 3);
	cr_expect_str_eq(note(store, "last"), "yesterday");
	cr_expect_str_eq(held(store, "ada", "first"), "1, 2");
	brb_store_rollback(store);
	brb_store_close(store);
}

Test(store_file, opening_what_is_up_to_date_writes_nothing)
{
	brb_store_close(open_store());
	size_t before_length, after_length;
	char *before = read_whole(path, &before_length);
	brb_store_close(open_store());
	char *after = read_whole(path, &after_length);
	cr_expect_eq(before_length, after_length);
	cr_expect_eq(memcmp(before, after, before_length), 0);
	free(before);
	free(after);
}

Test(store_file, a_path_may_hold_any_character)
{
	static const char *const names[] = { "a b.db", "100%.db",        "a%20b.db", "what?.db",
					     "a#b.db", "caf\xc3\xa9.db", "a'b.db",   "file:x?mode=memory" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		join(path, folder, names[i]);
		brb_store_close(open_store());
		cr_expect_eq(access(path, F_OK), 0, "%s", names[i]);
		brb_store_close(open_store());
	}
	cr_expect_str_eq(list_folder(folder),
			 "100%.db a b.db a#b.db a%20b.db a'b.db caf\xc3\xa9.db file:x?mode=memory what?.db ");
}

Test(store_file, a_path_without_a_folder_is_in_the_working_directory)
{
	cr_assert_eq(chdir(folder), 0);
	brb_store_options options = default_options();
	options.path = "here.db";
	brb_store_close(open_with(&options));
	cr_expect_str_eq(list_folder(folder), "here.db ");
	cr_assert_eq(chdir("/"), 0);
}

Test(store_file, synchronous_is_as_the_options_say)
{
	brb_store_options options = default_options();
	options.synchronous_full = true;
	brb_store *store = open_with(&options);
	begin(store);
	set_tally(store, "visits", 1);
	commit(store);
	brb_store_close(store);
	cr_expect_eq(kept_tally("visits"), 1);
}

/* Twelve open a file that does not exist yet: all succeed, one creates it. */
Test(store_file, many_processes_create_it_at_once)
{
	pid_t children[12];
	int gate[2];
	cr_assert_eq(pipe(gate), 0);
	for (int i = 0; i < 12; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			char byte;
			brb_store *store = NULL;
			brb_store_options options = default_options();
			options.busy_timeout_ms = 30000;
			brabeion_error error = BRABEION_NO_ERROR;
			close(gate[1]);
			ssize_t got = read(gate[0], &byte, 1);
			brabeion_status status = brb_store_open(&options, &store, &error);
			if (status != BRABEION_OK)
				fprintf(stderr, "%s\n", error.message);
			_exit(got == 0 && status == BRABEION_OK ? 0 : 1);
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < 12; i++) {
		int how;
		cr_assert_eq(waitpid(children[i], &how, 0), children[i]);
		cr_expect_eq(how, 0, "child %d", i);
	}
	cr_expect_eq(own_number("SELECT COUNT(*) FROM counters"), 2, "the parts of one hash key");
}

/* ---- what cannot be opened --------------------------------------------------------------------------------------- */

Test(store_file, a_missing_folder)
{
	join(path, folder, "nowhere/badges.db");
	expect_no_opening(BRABEION_STORE, ": No such file or directory");
	cr_expect_str_eq(list_folder(folder), "");
}

Test(store_file, a_folder_that_is_a_file)
{
	write_bytes(path, "x", 1);
	join(path, folder, "badges.db/badges.db");
	expect_no_opening(BRABEION_STORE, ": Not a directory");
}

Test(store_file, a_directory)
{
	cr_assert_eq(mkdir(path, 0700), 0);
	expect_no_opening(BRABEION_STORE, ": is a directory, not a database");
	cr_expect_str_eq(list_folder(path), "");
}

/* Root may write everything, so permission tests run as nobody. LeakSanitizer needs the process to stay dumpable. */
static void become_nobody(void)
{
	if (geteuid() == 0) {
		cr_assert_eq(chown(folder, 65534, 65534), 0);
		cr_assert(access(path, F_OK) != 0 || chown(path, 65534, 65534) == 0);
		cr_assert_eq(setegid(65534), 0);
		cr_assert_eq(seteuid(65534), 0);
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	}
}

static void become_oneself(void)
{
	if (getuid() == 0) {
		cr_assert_eq(seteuid(0), 0);
		cr_assert_eq(setegid(0), 0);
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	}
}

Test(store_file, a_read_only_file)
{
	brb_store_close(open_store());
	become_nobody();
	cr_assert_eq(chmod(path, 0444), 0);
	expect_no_opening(BRABEION_STORE, ": is read-only");
	become_oneself();
	cr_expect_str_eq(list_folder(folder), "badges.db ");
}

Test(store_file, an_unreadable_file)
{
	brb_store_close(open_store());
	become_nobody();
	cr_assert_eq(chmod(path, 0), 0);
	expect_no_opening(BRABEION_STORE, ": Permission denied");
	become_oneself();
}

Test(store_file, a_folder_that_may_not_be_written)
{
	become_nobody();
	cr_assert_eq(chmod(folder, 0555), 0);
	expect_no_opening(BRABEION_STORE, ": Permission denied");
	cr_assert_eq(chmod(folder, 0755), 0);
	become_oneself();
	cr_expect_str_eq(list_folder(folder), "");
}

Test(store_file, an_existing_database_in_a_folder_that_may_not_be_written)
{
	brb_store_close(open_store());
	become_nobody();
	cr_assert_eq(chmod(folder, 0555), 0);
	brb_store_options options = default_options();
	brb_store *store = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_store_open(&options, &store, &error), BRABEION_STORE);
	cr_expect_eq(strncmp(error.message ? error.message : "", path, strlen(path)), 0, "%s", error.message);
	brabeion_error_finish(&error);
	cr_assert_eq(chmod(folder, 0755), 0);
	become_oneself();
}

/* ---- other databases are left unchanged -------------------------------------------------------------------------- */

static char *bytes_before;
static size_t length_before;

static void remember_file(void)
{
	bytes_before = read_whole(path, &length_before);
}

static void expect_file_as_before(const char *listing)
{
	size_t length;
	char *bytes = read_whole(path, &length);
	cr_expect_eq(length, length_before);
	cr_expect(length == length_before && memcmp(bytes, bytes_before, length) == 0, "not a byte is another");
	cr_expect_str_eq(list_folder(folder), listing);
	free(bytes);
	free(bytes_before);
}

static void make_foreign(const char *sql)
{
	sqlite3 *own = open_own();
	own_run(own, sql);
	sqlite3_close(own);
	remember_file();
}

Test(store_file, a_short_text_is_not_a_database)
{
	write_bytes(path, "hello\n", 6);
	remember_file();
	expect_no_opening(BRABEION_STORE, ": is not a database; left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_long_text_is_not_a_database)
{
	char text[10000];
	memset(text, 'x', sizeof text);
	write_bytes(path, text, sizeof text);
	remember_file();
	expect_no_opening(BRABEION_STORE, ": is not a database; left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_database_of_another_program)
{
	make_foreign("PRAGMA application_id = 1234; PRAGMA user_version = 1; CREATE TABLE awards(a); "
		     "INSERT INTO awards VALUES(1)");
	expect_no_opening(BRABEION_STORE,
			  ": is a database of another program (its application_id is 1234); left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_database_of_another_program_without_an_application_id)
{
	make_foreign("CREATE TABLE theirs(a)");
	expect_no_opening(BRABEION_STORE,
			  ": is a database of another program (its application_id is 0); left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_database_of_another_program_with_a_version_and_no_tables)
{
	make_foreign("PRAGMA user_version = 7");
	expect_no_opening(BRABEION_STORE,
			  ": is a database of another program (its application_id is 0); left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_database_of_another_program_in_wal_mode)
{
	make_foreign("PRAGMA journal_mode = WAL; CREATE TABLE theirs(a)");
	expect_no_opening(BRABEION_STORE,
			  ": is a database of another program (its application_id is 0); left untouched");
	expect_file_as_before("badges.db ");
}

/* A killed program has left all its data in its -wal, which only that program may checkpoint. */
Test(store_file, a_database_of_another_program_that_is_all_in_its_wal)
{
	pid_t child = fork();
	if (child == 0) {
		sqlite3 *own = NULL;
		sqlite3_open(path, &own);
		sqlite3_exec(own, "PRAGMA journal_mode = WAL; CREATE TABLE theirs(a); INSERT INTO theirs VALUES(7)",
			     NULL, NULL, NULL);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	char wal[PATH_BYTES];
	join(wal, folder, "badges.db-wal");
	size_t wal_length, wal_length_after;
	char *wal_before = read_whole(wal, &wal_length);
	cr_assert_gt(wal_length, 0);
	remember_file();
	expect_no_opening(BRABEION_STORE,
			  ": is a database of another program (its application_id is 0); left untouched");
	char *wal_after = read_whole(wal, &wal_length_after);
	cr_expect(wal_length == wal_length_after && memcmp(wal_before, wal_after, wal_length) == 0);
	expect_file_as_before("badges.db badges.db-shm badges.db-wal ");
	cr_expect_eq(own_number("SELECT a FROM theirs"), 7);
	free(wal_before);
	free(wal_after);
}

Test(store_file, a_database_of_a_newer_version)
{
	make_foreign("PRAGMA application_id = 0x42524142; PRAGMA user_version = 7; CREATE TABLE awards(a)");
	expect_no_opening(BRABEION_STORE, ": was written by a newer brabeion (its version is 7, this one knows up to "
					  "1); left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_database_of_before_1_0)
{
	make_foreign("PRAGMA application_id = 0x42414447; PRAGMA user_version = 6; CREATE TABLE awards(a)");
	expect_no_opening(BRABEION_STORE,
			  ": was made before brabeion 1.0, which keeps its data in another form: give it "
			  "another path, and import the events anew; left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_database_of_no_version_that_ever_was)
{
	make_foreign("PRAGMA application_id = 0x42524142; PRAGMA user_version = 0; CREATE TABLE awards(a)");
	expect_no_opening(BRABEION_STORE, ": is damaged (its version is 0); left untouched");
	expect_file_as_before("badges.db ");
}

Test(store_file, a_database_cut_short)
{
	brb_store_close(open_store());
	cr_assert_eq(truncate(path, 5000), 0);
	brb_store_options options = default_options();
	brb_store *store = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_store_open(&options, &store, &error);
	if (status == BRABEION_OK) { /* missing parts show when they are read */
		const badge_level level = { "A", "a" };
		brb_store_badge badge = { .slug = "first", .levels = &level, .level_count = 1 };
		status = brb_store_register(store, &badge, 1, NULL, NULL, 0, &error);
	}
	cr_expect_eq(status, BRABEION_STORE);
	cr_expect_eq(strncmp(error.message, path, strlen(path)), 0, "%s", error.message);
	brabeion_error_finish(&error);
	brb_store_close(store);
}

/* ---- in use by others -------------------------------------------------------------------------------------------- */

Test(store_file, opening_what_is_up_to_date_does_not_wait_for_who_writes)
{
	brb_store_close(open_store());
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store *store = open_store();
	cr_expect_eq(brb_store_begin(store, &error), BRABEION_BUSY);
	own_run(own, "ROLLBACK");
	cr_expect_eq(brb_store_begin(store, &error), BRABEION_OK, "%s", error.message);
	brb_store_rollback(store);
	brabeion_error_finish(&error);
	sqlite3_close(own);
	brb_store_close(store);
}

Test(store_file, creating_while_another_writes_is_busy)
{
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	expect_no_opening(BRABEION_BUSY, ": another process has held the database for longer than 50 ms");
	own_run(own, "ROLLBACK");
	sqlite3_close(own);
	brb_store_close(open_store());
}

/* ---- moved, deleted, replaced while in use ----------------------------------------------------------------------- */

static const char moved[] = ": the database file was moved, deleted or replaced while in use; nothing more is stored "
			    "until it is back or the engine is opened anew";

static const char *with_path(const char *words)
{
	static char text[PATH_BYTES + 256];
	snprintf(text, sizeof text, "%s%s", path, words);
	return text;
}

/* A transaction fails at its commit; reading fails likewise. */
static void expect_moved(brb_store *store)
{
	brabeion_error error = BRABEION_NO_ERROR;
	int64_t count = 42;
	begin(store);
	set_tally(store, "visits", 9);
	expect_error(brb_store_commit(store, &error), BRABEION_STORE, &error, with_path(moved));
	expect_error(brb_store_count_awards(store, NULL, &count, &error), BRABEION_STORE, &error, with_path(moved));
	cr_expect_eq(count, 42);
}

static brb_store *open_and_use(void)
{
	int64_t count;
	brb_store *store = open_store();
	register_badges(store);
	begin(store);
	set_tally(store, "visits", 1);
	commit(store);
	WELL(brb_store_count_awards(store, NULL, &count, error));
	return store;
}

static void delete_database(void)
{
	static const char *const names[] = { "badges.db", "badges.db-wal", "badges.db-shm" };
	for (int i = 0; i < 3; i++) {
		char file[PATH_BYTES];
		join(file, folder, names[i]);
		unlink(file);
	}
}

Test(store_file, a_deleted_file_is_noticed_and_not_made_anew)
{
	brb_store *store = open_and_use();
	delete_database();
	expect_moved(store);
	expect_moved(store);
	cr_expect_str_eq(list_folder(folder), "");
	brb_store_close(store);
	cr_expect_str_eq(list_folder(folder), "");
}

Test(store_file, a_moved_file_works_again_when_it_is_back)
{
	char elsewhere[PATH_BYTES];
	join(elsewhere, folder, "elsewhere");
	brb_store *store = open_and_use();
	cr_assert_eq(rename(path, elsewhere), 0);
	expect_moved(store);
	cr_assert_eq(rename(elsewhere, path), 0);
	begin(store);
	cr_expect_eq(tally(store, "visits"), 1, "what failed was not stored");
	set_tally(store, "visits", 2);
	commit(store);
	brb_store_close(store);
	cr_expect_eq(kept_tally("visits"), 2);
}

Test(store_file, the_file_put_in_its_place_is_not_touched)
{
	brb_store *store = open_and_use();
	delete_database();
	make_foreign("CREATE TABLE theirs(a); INSERT INTO theirs VALUES(7)");
	expect_moved(store);
	brb_store_close(store);
	expect_file_as_before("badges.db ");
}

/* The lists have their own connection, opened at first use: the file must still be the same then. */
Test(store_file, a_first_list_does_not_read_what_was_put_in_the_files_place)
{
	brabeion_error error = BRABEION_NO_ERROR;
	int64_t count = 42;
	brb_store *store = open_store();
	delete_database();
	make_foreign("CREATE TABLE awards(a); INSERT INTO awards VALUES(7)");
	expect_error(brb_store_count_awards(store, NULL, &count, &error), BRABEION_STORE, &error, with_path(moved));
	cr_expect_eq(count, 42);
	expect_file_as_before("badges.db ");
	brb_store_close(store);
	remember_file();
	expect_file_as_before("badges.db ");
}

/* The other program is running: its -wal must not be checkpointed into our file, nor be truncated. */
Test(store_file, the_wal_of_the_file_in_its_place_is_not_ours_to_empty)
{
	for (int used = 0; used < 2; used++) {
		brb_store *store = used ? open_and_use() : open_store();
		delete_database();
		sqlite3 *own = open_own();
		own_run(own, "PRAGMA journal_mode = WAL; CREATE TABLE theirs(a); INSERT INTO theirs VALUES(7)");
		brb_store_close(store);
		cr_expect_eq(own_number("SELECT COUNT(*) FROM theirs WHERE a = 7"), 1, "used: %d", used);
		own_run(own, "INSERT INTO theirs VALUES(8)");
		sqlite3_close(own);
		cr_expect_eq(own_number("SELECT COUNT(*) FROM theirs"), 2, "used: %d", used);
		delete_database();
	}
}

Test(store_file, a_first_list_of_a_deleted_file_makes_none)
{
	brabeion_error error = BRABEION_NO_ERROR;
	int64_t count = 42;
	brb_store *store = open_store();
	delete_database();
	expect_error(brb_store_count_awards(store, NULL, &count, &error), BRABEION_STORE, &error, with_path(moved));
	brb_store_close(store);
	cr_expect_str_eq(list_folder(folder), "");
}

/* ---- permissions and the lock of the first open ------------------------------------------------------------------ */

static unsigned mode_of(const char *file)
{
	struct stat about;
	cr_assert_eq(stat(file, &about), 0, "%s", file);
	return about.st_mode & 07777;
}

static void expect_modes(mode_t asked, unsigned expected)
{
	char beside[PATH_BYTES], copy[PATH_BYTES];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_options options = default_options();
	options.mode = asked;
	mode_t before = umask(0);
	brb_store *store = open_with(&options);
	register_badges(store);
	join(beside, folder, "badges.db-wal");
	join(copy, folder, "copy.db");
	cr_assert_eq(brb_store_backup(store, copy, false, &error), BRABEION_OK, "%s", error.message);
	umask(before);
	cr_expect_eq(mode_of(path), expected, "%o", mode_of(path));
	cr_expect_eq(mode_of(beside), expected, "%o", mode_of(beside));
	cr_expect_eq(mode_of(copy), expected, "%o", mode_of(copy));
	brb_store_close(store);
}

Test(store_file, a_database_its_wal_and_its_backups_are_the_users_alone)
{
	expect_modes(0, 0600);
}

Test(store_file, a_mode_for_a_group_holds_whatever_the_umask)
{
	expect_modes(0640, 0640);
}

Test(store_file, one_that_is_there_keeps_its_mode)
{
	write_bytes(path, "", 0);
	cr_assert_eq(chmod(path, 0644), 0);
	brb_store_close(open_store());
	cr_expect_eq(mode_of(path), 0644);
}

Test(store_file, a_lock_of_the_folder_stops_nobody)
{
	int stranger = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_eq(flock(stranger, LOCK_EX), 0);
	brb_store_close(open_store());
	close(stranger);
	cr_expect_str_eq(list_folder(folder), "badges.db ");
}

Test(store_file, who_makes_a_database_is_waited_for_as_long_as_the_busy_timeout)
{
	char lock[PATH_BYTES], words[2 * PATH_BYTES];
	join(lock, folder, "badges.db-open");
	int other = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	cr_assert_eq(flock(other, LOCK_EX), 0);
	snprintf(words, sizeof words,
		 ": another process has held %s, by which it opens the database, for longer than 50 ms", lock);
	brb_store_options options = default_options();
	options.busy_timeout_ms = 50;
	brb_store *store = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	char whole[3 * PATH_BYTES];
	snprintf(whole, sizeof whole, "%s%s", path, words);
	brb_reentrancy_begin_call();
	expect_error(brb_store_open(&options, &store, &error), BRABEION_BUSY, &error, whole);
	close(other);
	brb_reentrancy_begin_call();
	brb_store_close(open_store());
	cr_expect_str_eq(list_folder(folder), "badges.db ");
}

Test(store_file, a_database_that_is_made_is_opened_whoever_holds_that_lock)
{
	char lock[PATH_BYTES];
	brb_store_close(open_store());
	join(lock, folder, "badges.db-open");
	int other = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	cr_assert_eq(flock(other, LOCK_EX), 0);
	brb_store_close(open_store());
	close(other);
}

Test(store_file, the_busy_timeout_is_that_of_the_whole_call)
{
	brb_store_options options = default_options();
	options.busy_timeout_ms = 50;
	brb_store *store = open_with(&options);
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	brabeion_error error = BRABEION_NO_ERROR;
	brb_reentrancy_begin_call();
	cr_expect_eq(brb_store_begin(store, &error), BRABEION_BUSY);
	int64_t waited_us = brb_reentrancy_here()->waited_us;
	cr_expect_geq(waited_us, 50000);
	cr_expect_eq(brb_store_begin(store, &error), BRABEION_BUSY);
	cr_expect_eq(brb_reentrancy_here()->waited_us, waited_us);
	own_run(own, "COMMIT");
	sqlite3_close(own);
	brb_reentrancy_begin_call();
	begin(store);
	brb_store_rollback(store);
	brabeion_error_finish(&error);
	brb_store_close(store);
}
