/*
 * test_command_awards: `brabeion awards`, the feed of awards and revocations, as text and as JSON.
 */
#include "support/command.h"

#include <time.h>

#include <brabeion/engine.h>

TestSuite(command_awards, .init = enter, .fini = leave);

/* ---- decisions through the engine ---- */

static int64_t say_then(void *context)
{
	(void)context;
	return INT64_C(1390420000000000); /* 2014-01-22T19:46:40Z */
}

static brabeion_engine *open_engine(void)
{
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.clock = say_then);
	cr_assert_eq(brabeion_open(&options, &engine, &error), BRABEION_OK, "%s", error.message);
	return engine;
}

static void grant(const char *user, const char *badge, const char *note)
{
	brabeion_engine *engine = open_engine();
	brabeion_grant wanted = BRABEION_GRANT(.user = user, .badge = badge, .comment = note);
	cr_assert_eq(brabeion_award(engine, &wanted, NULL), BRABEION_OK);
	brabeion_close(engine);
}

static void take_back(const char *user, const char *badge, const char *note)
{
	brabeion_engine *engine = open_engine();
	brabeion_revocation wanted = BRABEION_REVOCATION(.user = user, .badge = badge, .comment = note);
	cr_assert_eq(brabeion_revoke(engine, &wanted, NULL, NULL), BRABEION_OK);
	brabeion_close(engine);
}

static void earn(const char *lines)
{
	command_outcome outcome = run(lines, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

/* ---- output ---- */

/* The output of AWARD without its end, so that more keys can follow. */
#define EARNED(user, id)                                                                               \
	"{\"user\":\"" user "\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\"," \
	"\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"" id "\""
#define GRANTED(user)                                                                                  \
	"{\"user\":\"" user "\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\"," \
	"\"at\":\"2014-01-22T19:46:40.000Z\",\"event\":\"brabeion.granted\",\"event_id\":\"\""
#define REVOKED_AT ",\"revoked\":true,\"revoked_at\":\"2014-01-22T19:46:40.000Z\""

Test(command_awards, tells_each_award_and_revocation_as_json)
{
	earn(EVENT("ada", "e1") EVENT("bob", "e2"));
	take_back("ada", "points", "cheated");
	grant("eve", "points", "well done");
	take_back("bob", "points", NULL);
	command_outcome outcome = run("", "awards", "--json", NULL);
	expect_exit(outcome, 0);
	expect_out(
		outcome,
		EARNED("ada", "e1") ",\"sequence\":1}\n" EARNED("bob", "e2") ",\"sequence\":2}\n" EARNED(
			"ada",
			"e1") ",\"sequence\":3" REVOKED_AT
			      ",\"award_sequence\":1,\"note\":\"cheated\"}\n" GRANTED(
				      "eve") ",\"sequence\":4,\"note\":\"well done\"}\n" EARNED("bob",
												"e2") ",\"sequence\":"
												      "5" REVOKED_AT
												      ",\"award_"
												      "sequence\":2}"
												      "\n");
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
}

/* Earned in 2014, stored since the test began. */
Test(command_awards, tells_when_an_award_was_stored)
{
	static const char before[] = EARNED("ada", "e1") ",\"sequence\":1,\"stored_at\":\"";
	char began[BRABEION_TIME_BYTES], stored[BRABEION_TIME_BYTES];
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	cr_assert_eq(brabeion_time_format((int64_t)now.tv_sec * 1000000, began), BRABEION_OK);
	earn(EVENT("ada", "e1"));
	command_outcome outcome = run("", "awards", "--json", NULL);
	cr_assert_eq(strncmp(outcome.out, before, strlen(before)), 0, "%s", outcome.out);
	snprintf(stored, sizeof stored, "%.19s", outcome.out + strlen(before));
	cr_expect_geq(strncmp(stored, began, 19), 0, "%s before %s", stored, began);
	finish(&outcome);
	outcome = run("", "show", "ada", "--json", NULL);
	cr_expect_not_null(strstr(outcome.out, "\"event_id\":\"e1\",\"stored_at\":\""), "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, stored), "%s", outcome.out);
	finish(&outcome);
}

Test(command_awards, tells_lines_for_people)
{
	earn(EVENT("ada", "e1"));
	grant("bob\x1b[2J", "points", "for\nyears");
	take_back("ada", "points", "cheated");
	command_outcome outcome = run("", "awards", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "     1  2014-01-21 20:26  ada  earned  Bronze (points 1)\n"
			    "     2  2014-01-22 19:46  bob\\x1b[2J  granted  Bronze (points 1): for\\x0ayears\n"
			    "     3  2014-01-22 19:46  ada  lost  Bronze (points 1): cheated\n");
	finish(&outcome);
}

Test(command_awards, of_an_empty_database_are_none)
{
	command_outcome outcome = run("", "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	outcome = run("", "awards", "--json", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
}

Test(command_awards, since_goes_on_after_a_sequence)
{
	earn(EVENT("ada", "e1") EVENT("bob", "e2") EVENT("eve", "e3"));
	command_outcome outcome = run("", "awards", "--json", "--since", "1", "--limit", "1", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, EARNED("bob", "e2") ",\"sequence\":2}\n");
	finish(&outcome);
	outcome = run("", "awards", "--json", "--since=2", NULL);
	expect_out(outcome, EARNED("eve", "e3") ",\"sequence\":3}\n");
	finish(&outcome);
	outcome = run("", "awards", "--since", "3", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	finish(&outcome);
	outcome = run("", "awards", "--since", "9223372036854775807", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	finish(&outcome);
}

/* More than a page: none is missed or repeated. */
Test(command_awards, tells_thousands)
{
	enum { USERS = 2500 };
	FILE *events = fopen("many.jsonl", "w");
	cr_assert_not_null(events);
	for (int i = 1; i <= USERS; i++)
		fprintf(events, "{\"event\":\"points_awarded\",\"user\":%d,\"points\":5001}\n", i);
	cr_assert_eq(fclose(events), 0);
	command_outcome outcome = run("", "run", "many.jsonl", NULL);
	finish(&outcome);
	outcome = run("", "awards", "--json", NULL);
	const char *at = outcome.out;
	char expected[64];
	for (int i = 1; i <= USERS; i++) {
		snprintf(expected, sizeof expected, "{\"user\":\"%d\",\"badge\"", i);
		cr_assert_eq(strncmp(at, expected, strlen(expected)), 0, "award %d: %.80s", i, at);
		snprintf(expected, sizeof expected, ",\"sequence\":%d,\"stored_at\"", i);
		const char *sequence = strstr(at, expected), *end = strchr(at, '\n');
		cr_assert(sequence && sequence < end, "award %d: %.200s", i, at);
		at = end + 1;
	}
	cr_expect_str_eq(at, "");
	finish(&outcome);
	outcome = run("", "awards", "--limit", "1001", NULL);
	at = outcome.out;
	size_t lines = 0;
	while ((at = strchr(at, '\n'))) {
		lines++;
		at++;
	}
	cr_expect_eq(lines, 1001);
	finish(&outcome);
}

/* ---- following ---- */

static void expect_line(const command_process *process, const char *expected)
{
	char line[1024];
	read_line(process->out, line, sizeof line);
	cr_assert_str_eq(command_without_stored(line), expected);
}

static void follow_until(int signal_number, int exit_code)
{
	earn(EVENT("ada", "e1"));
	command_process process = start("awards", "--follow", "--json", NULL);
	expect_line(&process, EARNED("ada", "e1") ",\"sequence\":1}\n");
	earn(EVENT("bob", "e2"));
	expect_line(&process, EARNED("bob", "e2") ",\"sequence\":2}\n");
	take_back("bob", "points", NULL);
	expect_line(&process, EARNED("bob", "e2") ",\"sequence\":3" REVOKED_AT ",\"award_sequence\":2}\n");
	cr_assert_eq(kill(process.pid, signal_number), 0);
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, exit_code);
	expect_out(outcome, "");
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
}

Test(command_awards, follows_until_sigint)
{
	follow_until(SIGINT, 130);
}

Test(command_awards, follows_until_sigterm)
{
	follow_until(SIGTERM, 143);
}

/* The copies of plugins are removed: it exited, and was not killed. */
Test(command_awards, leaves_nothing_behind)
{
	earn(EVENT("ada", "e1"));
	command_process process = start("awards", "--follow", NULL);
	expect_line(&process, "     1  2014-01-21 20:26  ada  earned  Bronze (points 1)\n");
	cr_assert_eq(kill(process.pid, SIGTERM), 0);
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 143);
	cr_expect_eq(rmdir("cache"), 0, "cache: %s", strerror(errno));
	finish(&outcome);
}

Test(command_awards, waits_for_what_comes_and_ends_at_its_limit)
{
	earn(EVENT("ada", "e1"));
	command_process process = start("awards", "--follow", "--json", "--since", "1", "--limit", "2", NULL);
	earn(EVENT("bob", "e2"));
	expect_line(&process, EARNED("bob", "e2") ",\"sequence\":2}\n");
	earn(EVENT("eve", "e3") EVENT("dan", "e4"));
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 0);
	expect_out(outcome, EARNED("eve", "e3") ",\"sequence\":3}\n");
	finish(&outcome);
}

Test(command_awards, ends_when_its_reader_goes_although_nothing_comes)
{
	earn(EVENT("ada", "e1"));
	command_process process = start("awards", "--follow", "--json", NULL);
	expect_line(&process, EARNED("ada", "e1") ",\"sequence\":1}\n");
	close(process.out);
	process.out = open("/dev/null", O_RDONLY);
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 0);
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
}

/* ---- errors ---- */

Test(command_awards, tells_that_it_cannot_write)
{
	earn(EVENT("ada", "e1"));
	command_outcome outcome = run_into("/dev/full", "", "awards", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "standard output: No space left on device\n");
	finish(&outcome);
	outcome = run_into("/dev/full", "", "awards", "--follow", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "standard output: No space left on device\n");
	finish(&outcome);
}

Test(command_awards, makes_no_database_that_it_was_asked_for)
{
	command_outcome outcome = run("", "awards", "--database", "none.db", NULL);
	expect_exit(outcome, 3);
	expect_err(outcome, "none.db: No such file or directory");
	cr_expect_neq(access("none.db", F_OK), 0);
	finish(&outcome);
}

Test(command_awards, refuses_what_is_no_sequence)
{
	static const char *const wrong[] = { "-1", "one", "", "1.5", "9223372036854775808" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char word[64], message[128];
		snprintf(word, sizeof word, "--since=%s", wrong[i]);
		snprintf(message, sizeof message,
			 "brabeion awards: --since: %s is not a whole number from 0 to 9223372036854775807\n",
			 wrong[i]);
		command_outcome outcome = run("", "awards", word, NULL);
		expect_exit(outcome, 2);
		expect_err(outcome, message);
		finish(&outcome);
	}
}

Test(command_awards, refuses_words_that_it_does_not_know)
{
	command_outcome outcome = run("", "awards", "--folow", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion awards: unknown option --folow (did you mean --follow?)\n");
	finish(&outcome);
	outcome = run("", "awards", "ada", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion awards: one word too many: ada\n");
	finish(&outcome);
	outcome = run("", "awardss", NULL);
	expect_err(outcome, "(did you mean \"awards\"?)");
	finish(&outcome);
}

Test(command_awards, says_how_it_is_used)
{
	command_outcome outcome = run("", "help", "awards", NULL);
	expect_exit(outcome, 0);
	cr_expect_eq(strncmp(outcome.out, "Usage: brabeion awards [OPTION]...\n", 35), 0);
	finish(&outcome);
}
