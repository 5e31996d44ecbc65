/*
 * test_command_users: `brabeion forget`, `merge` and `rename`: what they print, their exit codes, and that they keep exact
 * when they are killed.
 */
#include <sqlite3.h>
#include <time.h>

#include "support/command.h"

TestSuite(command_users, .init = enter, .fini = leave, .timeout = 120);

#define COMMENT(user, id) \
	"{\"event\":\"comment\",\"user\":\"" user "\",\"id\":\"" id "\",\"at\":\"2014-01-21T20:26:05Z\"}\n"

static void earn(const char *lines)
{
	command_outcome outcome = run(lines, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

/* Runs a subcommand with up to five words; "" for standard error means that it is empty. */
static void expect_run(int exit_code, const char *out, const char *err, const char *const *words)
{
	command_outcome outcome = run("", words[0], words[1], words[2], words[3], words[4], words[5], NULL);
	expect_exit(outcome, exit_code);
	cr_expect_str_eq(outcome.out, out, "standard output:\n%s", outcome.out);
	cr_expect_str_eq(outcome.err, err, "standard error:\n%s", outcome.err);
	finish(&outcome);
}

#define EXPECT(code, out, err, ...) expect_run(code, out, err, (const char *const[6]){ __VA_ARGS__ })

/* What a user holds, as the table prints it. */
static void expect_shown(const char *user, const char *part)
{
	command_outcome outcome = run("", "show", "--json", user, NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, part), "no %s in:\n%s", part, outcome.out);
	finish(&outcome);
}

/* ---- forget ---- */

Test(command_users, forget_tells_what_is_gone)
{
	earn(EVENT("ada", "e1") COMMENT("ada", "c1") EVENT("bob", "e2"));
	EXPECT(0, "ada would be forgotten\n  1 award\n  threshold: 2 values\nNothing is changed.\n", "", "forget",
	       "--dry-run", "ada");
	expect_shown("ada", "\"count\":1");
	EXPECT(0, "ada is forgotten\n  1 award\n  threshold: 2 values\n", "", "forget", "ada");
	expect_shown("ada", "\"count\":0");
	expect_shown("bob", "\"count\":1");
	EXPECT(1, "", "there is no user \"ada\"\n", "forget", "ada");
	EXPECT(1, "", "there is no user \"bib\" (did you mean \"bob\"?)\n", "forget", "bib");
}

Test(command_users, forget_writes_json_for_programs)
{
	earn(EVENT("ada", "e1"));
	EXPECT(0,
	       "{\"user\":\"ada\",\"found\":true,\"done_before\":false,\"dry_run\":false,\"pending\":\"\",\"awards\":"
	       "1,"
	       "\"awards_of_both\":0,\"jobs\":0,\"journal_rows\":0,\"aliases\":0,\"memory\":[],\"mentions\":{"
	       "\"reasons\":0,\"comments\":0,\"keys\":0,\"texts\":0,\"states\":0},\"partial\":false}\n",
	       "", "forget", "--json", "ada");
	command_outcome outcome = run("", "forget", "--json", "ada", NULL);
	expect_exit(outcome, 1);
	cr_expect_not_null(strstr(outcome.out, "\"found\":false"), "%s", outcome.out);
	finish(&outcome);
}

Test(command_users, forget_tells_where_the_server_has_written_the_name)
{
	earn(EVENT("ada", "e1"));
	command_outcome outcome = run("", "award", "bob", "points", "--note", "as ada did", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	EXPECT(0,
	       "ada is forgotten\n  1 award\n"
	       "The name stays where the server has written it itself: 1 comment\n",
	       "", "forget", "ada");
}

Test(command_users, a_reader_makes_forgetting_pending)
{
	sqlite3 *reader = NULL;
	earn(EVENT("ada", "e1"));
	cr_assert_eq(sqlite3_open("badges.db", &reader), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
	command_outcome outcome = run("", "forget", "ada", NULL);
	expect_exit(outcome, 4);
	expect_err(outcome, "pending: the WAL still holds the name");
	cr_expect_not_null(strstr(outcome.out, "ada is forgotten\n"), "%s", outcome.out);
	finish(&outcome);
	sqlite3_close(reader);
	expect_shown("ada", "\"count\":0");
}

/* ---- merge ---- */

Test(command_users, merge_tells_what_is_moved)
{
	earn(EVENT("ada.l", "e1") COMMENT("ada.l", "c1") EVENT("ada", "e2") COMMENT("ada", "c2"));
	EXPECT(0,
	       "ada.l would be merged into ada\n  1 award, of which ada has 1, too\n"
	       "  threshold: 2 values\nNothing is changed.\n",
	       "", "merge", "--dry-run", "ada.l", "ada");
	EXPECT(0,
	       "ada.l is merged into ada\n  1 award, of which ada has 1, too\n  threshold: 2 "
	       "values\n",
	       "", "merge", "ada.l", "ada");
	expect_shown("ada", "\"count\":1");
	command_outcome outcome = run(COMMENT("ada", "c3"), "run", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "\"badge\":\"commentator\""), "%s", outcome.out);
	finish(&outcome);
}

Test(command_users, merge_says_what_is_wrong)
{
	earn(EVENT("ada", "e1") EVENT("bob", "e2"));
	EXPECT(2, "", "there is no user \"bobb\" to merge into (did you mean \"bob\"?)\n", "merge", "ada", "bobb");
	EXPECT(1, "", "there is no user \"adda\" (did you mean \"ada\"?)\n", "merge", "adda", "bob");
	EXPECT(2, "", "the two users are the same: \"ada\"\n", "merge", "ada", "ada");
	EXPECT(2, "", "brabeion merge: INTO is missing\nTry \"brabeion merge --help\".\n", "merge", "ada");
	EXPECT(2, "", "brabeion merge: FROM and INTO are missing\nTry \"brabeion merge --help\".\n", "merge");
	EXPECT(2, "", "brabeion merge: one word too many: cyd\nTry \"brabeion merge --help\".\n", "merge", "ada",
	       "bob", "cyd");
	expect_shown("ada", "\"count\":1");
	expect_shown("bob", "\"count\":1");
}

/* ---- rename ---- */

Test(command_users, rename_gives_another_name)
{
	earn(EVENT("ada", "e1") EVENT("bob", "e2"));
	EXPECT(0, "ada would be renamed to eve\nNothing is changed.\n", "", "rename", "--dry-run", "ada", "eve");
	EXPECT(0, "ada is renamed to eve\n", "", "rename", "ada", "eve");
	expect_shown("eve", "\"count\":1");
	expect_shown("ada", "\"count\":0");
	EXPECT(2, "", "there is a user \"bob\" already: merge the two if they are one\n", "rename", "eve", "bob");
	EXPECT(1, "", "there is no user \"ada\"\n", "rename", "ada", "ida");
	EXPECT(2, "", "brabeion rename: TO is missing\nTry \"brabeion rename --help\".\n", "rename", "ada");
}

/* ---- all ---- */

Test(command_users, none_makes_a_database)
{
	static const char *const words[][4] = { { "forget", "ada" }, { "merge", "a", "b" }, { "rename", "a", "b" } };
	for (size_t i = 0; i < 3; i++) {
		command_outcome outcome = run("", words[i][0], words[i][1], words[i][2], NULL);
		expect_exit(outcome, 3);
		expect_err(outcome, "(\"brabeion run\" creates a database)");
		finish(&outcome);
	}
	cr_expect_neq(access("badges.db", F_OK), 0);
}

/* A busy_timeout that is not reached on a busy machine. */
static void be_patient(void)
{
	char text[] = BADGES_YAML;
	char *timeout = strstr(text, "50ms");
	cr_assert_not_null(timeout);
	memcpy(timeout, "60s ", 4);
	write_file("badges.yaml", text);
}

Test(command_users, two_at_once_wait_for_each_other)
{
	be_patient();
	earn(EVENT("ada", "e1") EVENT("bob", "e2") EVENT("cyd", "e3"));
	command_process first = start("forget", "--json", "ada", NULL);
	command_process second = start("merge", "--json", "bob", "cyd", NULL);
	command_process third = start("rename", "--json", "cyd", "cy", NULL);
	command_outcome outcome = wait_for(&first);
	cr_expect(outcome.exit_code == 0 || outcome.exit_code == 4, "%d: %s", outcome.exit_code, outcome.err);
	finish(&outcome);
	outcome = wait_for(&second);
	cr_expect(outcome.exit_code == 0 || outcome.exit_code == 2, "%d: %s", outcome.exit_code, outcome.err);
	finish(&outcome);
	outcome = wait_for(&third);
	expect_exit(outcome, 0);
	finish(&outcome);
	expect_shown("ada", "\"count\":0");
}

/* ---- killed ---- */

enum { ROUNDS = BRB_SANITIZED ? 8 : 25 }; /* of six commands, which are slow under sanitizers */

static int64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* How long a command takes that is not killed. */
static int64_t measure(const char *command, const char *first, const char *second)
{
	int64_t began_us = now_us();
	command_outcome outcome = run("", command, first, second, NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	return now_us() - began_us;
}

static void kill_after(command_process *process, int64_t delay_us)
{
	nanosleep(&(struct timespec){ .tv_sec = delay_us / 1000000, .tv_nsec = delay_us % 1000000 * 1000 }, NULL);
	kill(process->pid, SIGKILL);
	command_outcome outcome = wait_for(process);
	finish(&outcome);
}

/* The number after "count": in what is shown of the user. */
static int count_of(const char *user)
{
	command_outcome outcome = run("", "show", "--json", user, NULL);
	expect_exit(outcome, 0);
	const char *count = strstr(outcome.out, "\"count\":");
	cr_assert_not_null(count);
	int number = atoi(count + strlen("\"count\":"));
	finish(&outcome);
	return number;
}

/* Each user has two awards, which go at once or not at all. */
Test(command_users, a_killed_forget_has_forgotten_all_awards_or_none)
{
	earn(EVENT("ada", "e1"));
	int64_t whole_us = measure("forget", "ada", NULL);
	for (int i = 0; i < ROUNDS; i++) {
		earn(EVENT("ada", "e1") COMMENT("ada", "c1") COMMENT("ada", "c2"));
		command_process process = start("forget", "ada", NULL);
		kill_after(&process, whole_us * (i + 1) / ROUNDS);
		int count = count_of("ada");
		cr_assert(count == 0 || count == 2, "round %d: %d awards", i, count);
		if (count == 0) /* nothing of before counts: two comments are needed again */
			earn(EVENT("ada", "e1") COMMENT("ada", "c1"));
		cr_assert_eq(count_of("ada"), count ? 2 : 1, "round %d", i);
		command_outcome outcome = run("", "forget", "ada", NULL);
		expect_exit(outcome, 0);
		finish(&outcome);
	}
}

Test(command_users, a_killed_merge_has_merged_all_or_nothing)
{
	earn(EVENT("eva", "e1") EVENT("flo", "e2"));
	int64_t whole_us = measure("merge", "eva", "flo");
	for (int i = 0; i < ROUNDS; i++) {
		earn(EVENT("ada", "e1") COMMENT("ada", "c1") COMMENT("bob", "c2"));
		command_process process = start("merge", "ada", "bob", NULL);
		kill_after(&process, whole_us * (i + 1) / ROUNDS);
		int into = count_of("bob");
		cr_assert(into == 0 || into == 1, "round %d: %d awards", i, into);
		if (into == 0) {
			command_outcome outcome = run("", "merge", "ada", "bob", NULL);
			expect_exit(outcome, 0);
			finish(&outcome);
		}
		earn(COMMENT("bob", "c3")); /* the second or third of one user */
		cr_assert_eq(count_of("bob"), 2, "round %d", i);
		command_outcome outcome = run("", "forget", "bob", NULL);
		expect_exit(outcome, 0);
		finish(&outcome);
	}
}

enum { EVENTS = 30000 };

static int64_t number_of(const char *sql)
{
	sqlite3 *handle = NULL;
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(sqlite3_open("badges.db", &handle), SQLITE_OK);
	sqlite3_busy_timeout(handle, 10000);
	cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return number;
}

/* A journal of so many events of ada's that to sweep it takes a while. */
static void comment_often(void)
{
	char *lines = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&lines, &size);
	write_file("badges.yaml", "journal: keep 30d\n" BADGES_YAML);
	for (int i = 0; i < EVENTS; i++)
		fprintf(stream,
			"{\"event\":\"comment\",\"user\":\"ada\",\"id\":\"i%d\",\"at\":\"2014-01-21T20:26:05Z\"}\n",
			i);
	fclose(stream);
	earn(lines);
	free(lines);
}

static void kill_in_the_sweep(void)
{
	int status;
	command_process process = start("forget", "ada", NULL);
	while (number_of("SELECT COUNT(*) FROM chores") == 0 && waitpid(process.pid, &status, WNOHANG) == 0)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	cr_assert_eq(kill(process.pid, SIGKILL), 0, "it must not have ended");
	command_outcome outcome = wait_for(&process);
	finish(&outcome);
}

Test(command_users, a_killed_sweep_is_gone_on_with_by_the_next_command)
{
	comment_often();
	cr_assert_eq(count_of("ada"), 1);
	kill_in_the_sweep();
	cr_assert_eq(number_of("SELECT COUNT(*) FROM chores"), 1, "it was killed before its end");
	cr_assert_eq(count_of("ada"), 0, "the name is cut");
	command_outcome outcome = run("", "doctor", "--json", NULL);
	cr_expect_not_null(strstr(outcome.out, "\"kind\":\"users-unswept\""), "%s", outcome.out);
	finish(&outcome);
	earn(COMMENT("ada", "i1") COMMENT("bob", "c1"));
	cr_assert_eq(count_of("ada"), 0, "one comment is not enough for somebody new");
	EXPECT(0, "bob is forgotten\n  1 row of the journal\n  threshold: 2 values\n", "", "forget", "bob");
	cr_assert_eq(number_of("SELECT COUNT(*) FROM chores"), 0);
	cr_assert_eq(number_of("SELECT COUNT(*) FROM journal"), 1, "of who came as ada since");
	cr_assert_eq(number_of("SELECT COUNT(*) FROM users"), 1);
}
