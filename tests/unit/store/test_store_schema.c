/*
 * store, schema: an older database is migrated in slices; a process that is killed in the middle loses one slice, and the
 * next one goes on. By a schema that is made up for this: version 2 gives each row of a table a second column. With BRB_LONG
 * set, the table has ten million rows where processes are killed at any moment.
 */
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "store/sqlite/schema/schema.h"
#include "support/store_fixture.h"

enum { ROWS = 20000, ROWS_IN_SLICE = 500 };

static int64_t rows = ROWS, rows_in_slice = ROWS_IN_SLICE;

TestSuite(store_schema, .init = make_store_folder, .fini = remove_store_folder);

static brabeion_status number_of(sqlite3 *handle, const char *sql, int64_t *number)
{
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return BRABEION_OK;
}

/* Doubles the numbers of some rows. How far it is: the counter. */
static brabeion_status double_some(sqlite3 *handle, brb_schema_progress *progress, bool *done, brabeion_error *error)
{
	char sql[300];
	int64_t from = 0;
	(void)error;
	number_of(handle, "SELECT ifnull((SELECT value FROM counters WHERE name = 'at'), 0)", &from);
	snprintf(sql, sizeof sql,
		 "UPDATE things SET twice = 2 * id WHERE id > %lld AND id <= %lld;"
		 "INSERT INTO counters VALUES('at', %lld) ON CONFLICT DO UPDATE SET value = excluded.value",
		 (long long)from, (long long)(from + rows_in_slice), (long long)(from + rows_in_slice));
	cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	progress->done = from + rows_in_slice;
	progress->total = rows;
	*done = progress->done >= rows;
	return BRABEION_OK;
}

static const brb_schema_step steps[] = {
	{ .sql = "CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;"
		 "CREATE TABLE things(id INTEGER PRIMARY KEY) STRICT" },
	{ .sql = "ALTER TABLE things ADD COLUMN twice INTEGER",
	  .slice = double_some,
	  .last_sql = "DELETE FROM counters WHERE name = 'at'" },
};
static const brb_schema one_back = { steps, 1 }, today = { steps, 2 };

static brabeion_status bring(const brb_schema *schema, const brb_store_options *options, brabeion_error *error)
{
	sqlite3 *handle = open_own();
	sqlite3_exec(handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	brabeion_status status = brb_schema_bring_up_to_date(handle, path, schema, options, error);
	sqlite3_close(handle);
	return status;
}

static void make_one_back(void)
{
	char sql[200];
	WELL(bring(&one_back, NULL, error));
	sqlite3 *own = open_own();
	snprintf(sql, sizeof sql,
		 "INSERT INTO things(id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
		 " WHERE i < %lld) SELECT i FROM n",
		 (long long)rows);
	own_run(own, sql);
	sqlite3_close(own);
}

static void expect_migrated(void)
{
	cr_expect_eq(own_number("PRAGMA user_version"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM things WHERE twice = 2 * id"), rows);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM counters"), 0);
}

static int64_t told_count, told_last;

static void be_told(void *context, int64_t done, int64_t total)
{
	(void)context;
	cr_assert_eq(total, told_count ? ROWS : 0);
	told_count++;
	told_last = done;
}

static void kill_in_the_middle(void *context, int64_t done, int64_t total)
{
	(void)total;
	if (done >= *(const int64_t *)context)
		raise(SIGKILL);
}

Test(store_schema, a_new_database_has_all_steps_at_once)
{
	WELL(bring(&today, NULL, error));
	cr_expect_eq(own_number("PRAGMA user_version"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM pragma_table_info('things')"), 2);
}

Test(store_schema, an_older_one_is_migrated_in_slices_with_progress)
{
	brb_store_options options = { .migrating = be_told };
	make_one_back();
	WELL(bring(&today, &options, error));
	expect_migrated();
	cr_expect_eq(told_count, ROWS / ROWS_IN_SLICE, "the beginning, and each slice but the last");
	cr_expect_eq(told_last, ROWS - ROWS_IN_SLICE);
	WELL(bring(&today, &options, error));
	cr_expect_eq(told_count, ROWS / ROWS_IN_SLICE, "there is nothing more to do");
}

Test(store_schema, killed_in_the_middle_it_goes_on_where_it_was)
{
	make_one_back();
	for (int64_t at = ROWS_IN_SLICE; at < ROWS; at += 5 * ROWS_IN_SLICE) {
		brb_store_options options = { .migrating = kill_in_the_middle, .migrating_context = &at };
		int how = 0;
		pid_t child = fork();
		if (child == 0) {
			brabeion_error ignored = BRABEION_NO_ERROR;
			bring(&today, &options, &ignored);
			_exit(0);
		}
		cr_assert_eq(waitpid(child, &how, 0), child);
		cr_assert(WIFSIGNALED(how), "at %lld", (long long)at);
		cr_assert_eq(own_number("PRAGMA user_version"), -2);
		cr_assert_eq(own_number("SELECT COUNT(*) FROM things WHERE twice = 2 * id"), at);
	}
	WELL(bring(&today, NULL, error));
	expect_migrated();
}

/* ---- killed at any moment ---- */

/* Shared with the processes that migrate. */
typedef struct told {
	_Atomic int64_t done, steps;
} told;

static void tell(void *context, int64_t done, int64_t total)
{
	told *shared = context;
	cr_assert(total == rows || done == 0);
	atomic_store(&shared->done, done);
	atomic_fetch_add(&shared->steps, 1);
}

static pid_t start_migrating(told *shared)
{
	pid_t child = fork();
	if (child == 0) {
		brabeion_error ignored = BRABEION_NO_ERROR;
		brb_store_options options = { .migrating = tell, .migrating_context = shared };
		_exit(bring(&today, &options, &ignored) == BRABEION_OK ? 0 : 1);
	}
	cr_assert_gt(child, 0);
	return child;
}

/* Kills it at some moment within so long of its first step. False: it has come to its end before, well. */
static bool kill_within(pid_t child, told *shared, unsigned *seed, long within_us)
{
	int how = 0;
	while (!atomic_load(&shared->steps) && waitpid(child, &how, WNOHANG) == 0)
		nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
	*seed = *seed * 1103515245u + 12345u;
	long after_us = (long)(*seed >> 8) % within_us;
	nanosleep(&(struct timespec){ .tv_sec = after_us / 1000000, .tv_nsec = after_us % 1000000 * 1000 }, NULL);
	kill(child, SIGKILL);
	waitpid(child, &how, 0);
	cr_assert(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
	return WIFSIGNALED(how);
}

/* Where the database is: the rows that are done. */
static int64_t rows_done(void)
{
	int64_t version = own_number("PRAGMA user_version");
	if (version == 2)
		return rows;
	return version == 1 ? 0 : own_number("SELECT ifnull((SELECT value FROM counters WHERE name = 'at'), 0)");
}

Test(store_schema, killed_at_any_moment_it_comes_to_the_end, .timeout = 3600)
{
	bool is_long = getenv("BRB_LONG") != NULL;
	unsigned seed = 7, kills = 0, most = is_long ? 60 : 15;
	int64_t before = 0;
	rows = is_long ? 10000000 : ROWS;
	rows_in_slice = is_long ? 50000 : ROWS_IN_SLICE;
	told *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(shared, MAP_FAILED);
	make_one_back();
	while (kills < most && kill_within(start_migrating(shared), shared, &seed, is_long ? 1500000 : 4000)) {
		int64_t done = rows_done();
		cr_assert_geq(done, before, "what was committed stays");
		cr_assert(atomic_load(&shared->done) <= done, "nothing was told that is not committed");
		cr_assert_eq(done % rows_in_slice, 0);
		atomic_store(&shared->steps, 0);
		before = done;
		kills++;
	}
	int how = 1;
	waitpid(start_migrating(shared), &how, 0);
	cr_assert_eq(how, 0);
	expect_migrated();
	fprintf(stderr, "%lld rows, killed %u times\n", (long long)rows, kills);
	munmap(shared, sizeof *shared);
}

Test(store_schema, an_older_program_leaves_one_alone_that_is_being_migrated)
{
	brabeion_error error = BRABEION_NO_ERROR;
	make_one_back();
	sqlite3 *own = open_own();
	own_run(own, "PRAGMA user_version = -2");
	sqlite3_close(own);
	expect_error(bring(&one_back, NULL, &error), BRABEION_STORE, &error,
		     "was written by a newer brabeion (its version is 2, this one knows up to 1); left untouched");
}

/* A store that has it open while a newer program migrates it writes no more. */
Test(store_schema, migrated_while_in_use_it_is_written_no_more)
{
	brb_store *store = open_store();
	brabeion_error error = BRABEION_NO_ERROR;
	char words[2 * PATH_BYTES];
	begin(store);
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, "PRAGMA user_version = -2");
	sqlite3_close(own);
	snprintf(
		words, sizeof words,
		"%s: was migrated by a newer brabeion while it was in use; nothing more is stored until this program "
		"is newer, too",
		path);
	expect_error(brb_store_begin(store, &error), BRABEION_STORE, &error, words);
	brb_store_close(store);
}
