/*
 * test_command_run: `brabeion run`.
 */
#include "support/command.h"

#include <sqlite3.h>

TestSuite(command_run, .init = enter, .fini = leave);

/* Criterion does not call the suite's .fini for a skipped test. */
static void skip_as_root(const char *why)
{
	if (geteuid() != 0)
		return;
	leave();
	cr_skip_test("%s", why);
}

/* ---- awards ---- */

Test(command_run, writes_an_award_as_one_line_in_a_fixed_order)
{
	command_outcome outcome = run(EVENT("ada", "e1"), "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, AWARD("ada", "e1"));
	expect_err(outcome, "1 event in ");
	expect_err(outcome, ": 1 award, 0 duplicates, 0 bad lines\n");
	finish(&outcome);
}

Test(command_run, writes_awards_for_people)
{
	command_outcome outcome = run(EVENT("ada", "e1"), "run", "--format", "text", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "2014-01-21 20:26  ada  earned  Bronze (points 1)\n");
	finish(&outcome);
}

Test(command_run, judges_in_order_over_files_and_standard_input)
{
	write_file("a.jsonl", "{\"event\":\"comment\",\"user\":\"ada\",\"id\":1,\"at\":\"1970-01-01T00:00:01Z\"}");
	write_file("b.jsonl", EVENT("bob", "e2") EVENT("ada", "e3"));
	command_outcome outcome =
		run(EVENT("eve",
			  "e1") "{\"event\":\"comment\",\"user\":\"ada\",\"id\":2,\"at\":\"1970-01-01T00:00:01Z\"}\n",
		    "run", "a.jsonl", "-", "b.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, AWARD("eve", "e1") "{\"user\":\"ada\",\"badge\":\"commentator\",\"level\":1,"
					       "\"name\":\"Commentator\",\"reason\":\"\","
					       "\"at\":\"1970-01-01T00:00:01.000Z\",\"event\":\"comment\","
					       "\"event_id\":\"2\"}\n" AWARD("bob", "e2") AWARD("ada", "e3"));
	expect_err(outcome, "5 events in ");
	finish(&outcome);
}

Test(command_run, gives_nothing_twice)
{
	command_outcome first = run(EVENT("ada", "e1") EVENT("ada", "e2"), "run", NULL);
	expect_out(first, AWARD("ada", "e1"));
	command_outcome second = run(EVENT("ada", "e1") EVENT("ada", "e2"), "run", NULL);
	expect_exit(second, 0);
	expect_out(second, "");
	expect_err(second, "2 events in ");
	expect_err(second, ": 0 awards, 2 duplicates, 0 bad lines\n");
	finish(&first);
	finish(&second);
}

Test(command_run, gives_the_same_in_batches_of_one)
{
	command_outcome outcome =
		run(EVENT("ada", "e1") EVENT("bob", "e2") EVENT("ada", "e1"), "run", "--batch", "1", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, AWARD("ada", "e1") AWARD("bob", "e2"));
	expect_err(outcome, ": 2 awards, 1 duplicate, 0 bad lines\n");
	finish(&outcome);
}

Test(command_run, passes_over_events_that_nobody_listens_to)
{
	command_outcome outcome = run("{\"event\":\"unheard\",\"user\":\"ada\"}\n", "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	expect_err(outcome, ", 1 event that no badge listens to\n");
	finish(&outcome);
}

Test(command_run, stores_where_it_is_told)
{
	command_outcome outcome = run(EVENT("ada", "e1"), "run", "--database", "other.db", NULL);
	expect_exit(outcome, 0);
	cr_expect_eq(access("other.db", F_OK), 0);
	cr_expect_neq(access("badges.db", F_OK), 0);
	finish(&outcome);
}

/* ---- bad input ---- */

Test(command_run, reports_bad_lines_and_judges_the_others)
{
	write_file("bad.jsonl",
		   "nonsense\n" EVENT("ada", "e1") "\n{\"event\":\"comment\"}\n"
						   "{\"event\":\"comment\",\"user\":\"\xFF\"}\n" EVENT("bob", "e2"));
	command_outcome outcome = run("", "run", "bad.jsonl", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome, AWARD("ada", "e1") AWARD("bob", "e2"));
	expect_err(outcome, "bad.jsonl:1: expected a JSON object at byte 1");
	expect_err(outcome, "bad.jsonl:4: no \"user\"\n");
	expect_err(outcome, "bad.jsonl:5: not valid UTF-8 at byte 28\n");
	expect_err(outcome, ": 2 awards, 0 duplicates, 3 bad lines\n");
	finish(&outcome);
}

Test(command_run, stops_at_the_first_bad_line_if_strict)
{
	command_outcome outcome =
		run(EVENT("ada", "e1") "nonsense\n" EVENT("bob", "e2") "nonsense\n", "run", "--strict", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome, AWARD("ada", "e1"));
	expect_err(outcome, "<stdin>:2: expected a JSON object at byte 1");
	expect_no_err(outcome, "<stdin>:4");
	finish(&outcome);
}

Test(command_run, is_fine_with_empty_input)
{
	write_file("empty.jsonl", "");
	write_file("blank.jsonl", "\n  \r\n\t\n");
	command_outcome outcome = run("", "run", "empty.jsonl", "-", "blank.jsonl", "/dev/null", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	expect_err(outcome, "0 events in ");
	finish(&outcome);
}

Test(command_run, takes_a_byte_order_mark_and_crlf_and_a_last_line_without_end)
{
	command_outcome outcome =
		run("\xEF\xBB\xBF{\"event\":\"points_awarded\",\"user\":1,\"points\":5001,\"at\":\"1970-01-01T00:00:"
		    "00Z\"}\r\n\r\n"
		    "{\"event\":\"points_awarded\",\"user\":2,\"points\":5001,\"at\":\"1970-01-01T00:00:00Z\"}",
		    "run", "--format", "text", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "1970-01-01 00:00  1  earned  Bronze (points 1)\n"
			    "1970-01-01 00:00  2  earned  Bronze (points 1)\n");
	finish(&outcome);
}

Test(command_run, lets_the_last_of_a_repeated_key_count)
{
	command_outcome outcome = run("{\"event\":\"points_awarded\",\"user\":\"bob\",\"user\":\"ada\",\"points\":0,"
				      "\"points\":5001,\"at\":\"1970-01-01T00:00:00Z\"}\n",
				      "run", "--format", "text", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "1970-01-01 00:00  ada  earned  Bronze (points 1)\n");
	finish(&outcome);
}

Test(command_run, goes_on_after_files_that_cannot_be_read)
{
	write_file("good.jsonl", EVENT("ada", "e1"));
	command_outcome outcome = run("", "run", "missing.jsonl", ".", "good.jsonl", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome, AWARD("ada", "e1"));
	expect_err(outcome, "missing.jsonl: No such file or directory\n");
	expect_err(outcome, ".: Is a directory\n");
	expect_err(outcome, ", 2 files not read\n");
	finish(&outcome);
}

Test(command_run, stops_at_a_missing_file_if_strict)
{
	write_file("good.jsonl", EVENT("ada", "e1"));
	command_outcome outcome = run("", "run", "--strict", "missing.jsonl", "good.jsonl", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome, "");
	finish(&outcome);
}

Test(command_run, reports_a_file_that_it_may_not_read)
{
	skip_as_root("root may read everything");
	write_file("secret.jsonl", EVENT("ada", "e1"));
	cr_assert_eq(chmod("secret.jsonl", 0), 0);
	command_outcome outcome = run("", "run", "secret.jsonl", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "secret.jsonl: Permission denied\n");
	finish(&outcome);
}

/* A child writes a line of a gigabyte and a good one; the command must not keep the skipped line in memory. */
Test(command_run, passes_over_a_line_of_a_gigabyte_in_little_memory, .timeout = 120)
{
	static char block[1024 * 1024];
	memset(block, 'x', sizeof block);
	command_process process = start("run", NULL);
	for (int i = 0; i < 1024; i++)
		cr_assert_eq(write(process.in, block, sizeof block), (ssize_t)sizeof block);
	feed(&process, "\n" EVENT("ada", "e1"));
	close(process.in);
	char *out = read_all(process.out);
	char *err = read_all(process.err);
	int status = 0;
	struct rusage usage;
	cr_assert_eq(wait4(process.pid, &status, 0, &usage), process.pid);
	cr_expect_eq(WEXITSTATUS(status), 1);
	cr_expect_str_eq(out, AWARD("ada", "e1"));
	cr_expect_not_null(strstr(err, "<stdin>:1: line longer than 1 MiB\n"), "%s", err);
#ifndef __SANITIZE_ADDRESS__
	cr_expect_leq(usage.ru_maxrss, 64 * 1024, "%ld KiB", usage.ru_maxrss);
#endif
	free(out);
	free(err);
}

/* ---- badges that fail ---- */

Test(command_run, warns_of_badges_that_fail_and_goes_on)
{
	command_outcome outcome = run("{\"event\":\"visit\",\"user\":\"ada\",\"at\":\"1970-01-01T00:00:00Z\"}\n",
				      "run", "--format", "text", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "1970-01-01 00:00  ada  earned  One (well 1)\n");
	expect_err(outcome, "warning: badge \"told\" failed on event \"visit\" of user \"ada\": told you so, ada\n");
	expect_err(outcome, ", 3 badge failures\n");
	finish(&outcome);
}

Test(command_run, shows_twenty_warnings_of_a_kind_and_counts_the_rest)
{
	char input[25 * 64] = "";
	for (int i = 0; i < 25; i++)
		sprintf(input + strlen(input), "{\"event\":\"visit\",\"user\":\"u%d\"}\n", i);
	command_outcome outcome = run(input, "run", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "user \"u19\": told you so");
	expect_no_err(outcome, "user \"u20\": told you so");
	expect_err(outcome, ", 75 badge failures, 15 warnings not shown\n");
	finish(&outcome);
}

Test(command_run, tells_the_line_and_the_field_of_an_event_that_a_badge_refuses)
{
	char input[25 * 80] = "";
	for (int i = 0; i < 25; i++)
		strcat(input, "{\"event\":\"points_awarded\",\"user\":\"ada\",\"points\":9.99}\n");
	command_outcome outcome = run(input, "run", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome,
		   "warning: badge \"points\" refused the event at <stdin>:3: field \"points\" must be a whole "
		   "number, not 9.99\n");
	expect_err(outcome, "<stdin>:20: field");
	expect_no_err(outcome, "<stdin>:21: field");
	expect_err(outcome, ", 25 refusals by badges, 5 warnings not shown\n");
	finish(&outcome);
}

/* ---- pipes and signals ---- */

Test(command_run, commits_at_once_when_a_pipe_is_idle, .timeout = 60)
{
	char line[512];
	command_process process = start("run", NULL);
	feed(&process, EVENT("ada", "e1") "{\"event\":");
	read_line(process.out, line, sizeof line);
	cr_expect_str_eq(line, AWARD("ada", "e1"));
	feed(&process, "\"points_awarded\",\"user\":\"bob\",\"points\":5001,\"id\":\"e2\","
		       "\"at\":\"2014-01-21T20:26:05.383Z\"}\n");
	read_line(process.out, line, sizeof line);
	cr_expect_str_eq(line, AWARD("bob", "e2"));
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 0);
	expect_err(outcome, "2 events in ");
	finish(&outcome);
}

static void expect_end_by_signal(int number, int exit_code)
{
	char line[512];
	command_process process = start("run", NULL);
	feed(&process, EVENT("ada", "e1") EVENT("ada", "e2"));
	read_line(process.out, line, sizeof line);
	cr_assert_eq(kill(process.pid, number), 0);
	int kept_open = dup(process.in);
	command_outcome first = wait_for(&process);
	close(kept_open);
	expect_exit(first, exit_code);
	expect_out(first, "");
	expect_err(first, "interrupted at <stdin>:2; everything up to there is stored.");
	expect_err(first, ": 1 award, 0 duplicates, 0 bad lines\n");
	command_outcome second = run(EVENT("ada", "e1") EVENT("ada", "e2") EVENT("bob", "e3"), "run", NULL);
	expect_exit(second, 0);
	expect_out(second, AWARD("bob", "e3"));
	finish(&first);
	finish(&second);
}

Test(command_run, ends_cleanly_on_sigint, .timeout = 60)
{
	expect_end_by_signal(SIGINT, 130);
}

Test(command_run, ends_cleanly_on_sigterm, .timeout = 60)
{
	expect_end_by_signal(SIGTERM, 143);
}

Test(command_run, hears_a_signal_while_a_named_pipe_has_no_writer, .timeout = 60)
{
	cr_assert_eq(mkfifo("fifo", 0600), 0);
	write_file("before.jsonl", EVENT("ada", "e1") "nonsense\n");
	command_process process = start("run", "before.jsonl", "fifo", NULL);
	char line[512];
	read_line(process.out, line, sizeof line);
	cr_assert_str_eq(line, AWARD("ada", "e1"));
	cr_assert_eq(kill(process.pid, SIGTERM), 0);
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 143);
	expect_err(outcome, "interrupted before the first line of fifo\n");
	finish(&outcome);
}

/* More awards than a pipe takes, in events.jsonl. */
static void write_many(void)
{
	FILE *file = fopen("events.jsonl", "w");
	cr_assert_not_null(file);
	for (int i = 0; i < 3000; i++)
		fprintf(file, "{\"event\":\"points_awarded\",\"user\":%d,\"id\":%d,\"points\":5001}\n", i, i);
	cr_assert_eq(fclose(file), 0);
}

/* Reads a line of its output and no more, sends SIGTERM, and waits for the end. */
static void expect_end_unread(command_process process)
{
	char line[512];
	int status = 0;
	read_line(process.out, line, sizeof line);
	cr_assert_eq(kill(process.pid, SIGTERM), 0);
	cr_assert_eq(waitpid(process.pid, &status, 0), process.pid);
	cr_expect(WIFEXITED(status));
	cr_expect_eq(WEXITSTATUS(status), 143);
}

Test(command_run, ends_at_the_first_signal_though_nobody_reads, .timeout = 60)
{
	write_many();
	command_process process = start("run", "events.jsonl", NULL);
	expect_end_unread(process);
	char *err = read_all(process.err);
	cr_expect_not_null(strstr(err, "standard output: nobody reads it; the awards are stored: see \"brabeion "
				       "awards\"\n"),
			   "%s", err);
	free(err);
	command_outcome outcome = run("", "run", "events.jsonl", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	outcome = run("", "awards", "--follow", "--limit", "3000", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	expect_end_unread(start("awards", "--follow", NULL));
}

Test(command_run, loses_and_doubles_nothing_when_it_is_killed, .timeout = 120)
{
	enum { USERS = 3000 };
	char line[512];
	char *input = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&input, &size);
	for (int i = 0; i < USERS; i++)
		fprintf(stream, "{\"event\":\"points_awarded\",\"user\":%d,\"id\":%d,\"points\":5001}\n", i, i);
	cr_assert_eq(fclose(stream), 0);
	write_file("events.jsonl", input);
	command_process process = start("run", "--batch", "7", "events.jsonl", NULL);
	for (int i = 0; i < 100; i++)
		read_line(process.out, line, sizeof line);
	cr_assert_eq(kill(process.pid, SIGKILL), 0);
	command_outcome killed = wait_for(&process);
	expect_exit(killed, -SIGKILL);
	command_outcome again = run("", "run", "events.jsonl", NULL);
	expect_exit(again, 0);
	command_outcome shown = run("", "show", "--json", "--limit", "1", NULL);
	cr_expect_eq(strncmp(shown.out, "{\"count\":3000,\"users\":", 22), 0, "%.100s", shown.out);
	finish(&killed);
	finish(&again);
	finish(&shown);
	free(input);
}

Test(command_run, ends_quietly_when_nobody_reads, .timeout = 60)
{
	command_process process = start("run", NULL);
	close(process.out);
	process.out = dup(process.err);
	feed(&process, EVENT("ada", "e1"));
	int kept_open = dup(process.in);
	command_outcome outcome = wait_for(&process);
	close(kept_open);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	outcome.err[0] = '\0';
	finish(&outcome);
	outcome = run("", "show", "ada", NULL);
	cr_expect_eq(strncmp(outcome.out, "ada holds 1 award\n", 18), 0, "%s", outcome.out);
	finish(&outcome);
}

Test(command_run, says_so_when_its_output_cannot_be_written)
{
	command_outcome outcome = run_into("/dev/full", EVENT("ada", "e1"), "run", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "standard output: No space left on device;");
	finish(&outcome);
	outcome = run_into("", EVENT("bob", "e2"), "run", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "standard output: Bad file descriptor;");
	finish(&outcome);
}

/* ---- progress ---- */

Test(command_run, draws_progress_only_where_it_is_wanted)
{
	char *input = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&input, &size);
	for (int i = 0; i < 300000; i++)
		fputs("{\"event\":\"points_awarded\",\"user\":\"ada\",\"points\":1}\n", stream);
	cr_assert_eq(fclose(stream), 0);
	write_file("many.jsonl", input);
	free(input);
	command_outcome outcome = run("", "run", "many.jsonl", "many.jsonl", "many.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_no_err(outcome, "\x1b");
	expect_err(outcome, "900,000 events in ");
	finish(&outcome);
	outcome = run("", "run", "--progress", "always", "many.jsonl", "many.jsonl", "many.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "\r\x1b[K");
	expect_err(outcome, "% ");
	finish(&outcome);
}

/* ---- configuration and store ---- */

Test(command_run, refuses_a_wrong_configuration_with_all_its_faults)
{
	write_file("badges.yaml", "database: badges.db\nplugns: []\nsynchronous: perhaps\n");
	command_outcome outcome = run(EVENT("ada", "e1"), "run", NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "");
	expect_err(outcome, "badges.yaml:2:1: ");
	expect_err(outcome, "\nbadges.yaml:3:");
	expect_no_err(outcome, " events in ");
	finish(&outcome);
	outcome = run("", "run", "--config", "nowhere/badges.yaml", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "nowhere/badges.yaml");
	finish(&outcome);
}

Test(command_run, refuses_a_database_that_is_none_and_leaves_it_alone)
{
	write_file("badges.db", "This file was here before, and is about something else than badges.\n");
	command_outcome outcome = run(EVENT("ada", "e1"), "run", NULL);
	expect_exit(outcome, 3);
	expect_out(outcome, "");
	expect_err(outcome, "badges.db");
	finish(&outcome);
	char text[128] = "";
	FILE *file = fopen("badges.db", "r");
	cr_assert_not_null(file);
	cr_assert_not_null(fgets(text, sizeof text, file));
	fclose(file);
	cr_expect_str_eq(text, "This file was here before, and is about something else than badges.\n");
}

Test(command_run, names_the_lines_that_were_not_stored, .timeout = 60)
{
	char line[512];
	sqlite3 *holder = NULL;
	command_process process = start("run", NULL);
	feed(&process, EVENT("ada", "e1"));
	read_line(process.out, line, sizeof line);
	cr_assert_str_eq(line, AWARD("ada", "e1"));
	cr_assert_eq(sqlite3_open("badges.db", &holder), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	feed(&process, "\n" EVENT("bob", "e2") EVENT("eve", "e3"));
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 3);
	expect_out(outcome, "");
	expect_err(outcome, "badges.db: ");
	expect_err(outcome, "\nnot stored: <stdin>:3..4; run again on the same input");
	expect_err(outcome, "\n1 event in ");
	finish(&outcome);
	cr_assert_eq(sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(holder);
	outcome = run(EVENT("ada", "e1") EVENT("bob", "e2") EVENT("eve", "e3"), "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, AWARD("bob", "e2") AWARD("eve", "e3"));
	finish(&outcome);
}

Test(command_run, says_when_another_holds_the_database, .timeout = 60)
{
	sqlite3 *holder = NULL;
	command_outcome outcome = run(EVENT("ada", "e1"), "run", NULL);
	finish(&outcome);
	cr_assert_eq(sqlite3_open("badges.db", &holder), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(holder, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	outcome = run(EVENT("bob", "e2"), "run", NULL);
	expect_exit(outcome, 3);
	expect_out(outcome, "");
	expect_err(outcome, "badges.db");
	finish(&outcome);
	sqlite3_close(holder);
}

Test(command_run, refuses_a_database_that_may_not_be_written)
{
	skip_as_root("root may write everything");
	command_outcome outcome = run(EVENT("ada", "e1"), "run", NULL);
	finish(&outcome);
	cr_assert_eq(chmod("badges.db", 0400) | chmod(".", 0500), 0);
	outcome = run(EVENT("bob", "e2"), "run", NULL);
	cr_assert_eq(chmod(".", 0700), 0);
	expect_exit(outcome, 3);
	expect_out(outcome, "");
	expect_err(outcome, "badges.db");
	finish(&outcome);
}
