/*
 * test_command_doctor: `brabeion doctor` beside runs and servers: findings, exit codes, and that it changes nothing.
 */
#include "support/command.h"

#include <time.h>

TestSuite(command_doctor, .init = enter, .fini = leave, .timeout = 120);

#define COMMENT(user) "{\"event\":\"comment\",\"user\":\"" user "\"}\n"
#define POSTED(user) "{\"event\":\"comment_posted\",\"user\":\"" user "\"}\n"
#define LOGIN(user) "{\"event\":\"login\",\"user\":\"" user "\"}\n"

/* Replaces the command's times, in the form 2014-01-21 20:26:05, by "(time)". */
static const char *timeless(const char *text)
{
	static char plain[16384];
	static const char shape[] = "dddd-dd-dd dd:dd:dd";
	size_t used = 0;
	while (*text && used + 8 < sizeof plain) {
		size_t fits = 0;
		while (shape[fits] &&
		       (shape[fits] == 'd' ? text[fits] >= '0' && text[fits] <= '9' : text[fits] == shape[fits]))
			fits++;
		if (shape[fits]) {
			plain[used++] = *text++;
			continue;
		}
		memcpy(plain + used, "(time)", 6);
		used += 6;
		text += fits;
	}
	plain[used] = '\0';
	return plain;
}

static void expect_doctor(int exit_code, const char *out)
{
	command_outcome outcome = run("", "doctor", NULL);
	expect_exit(outcome, exit_code);
	cr_expect_str_eq(timeless(outcome.out), out);
	cr_expect_str_eq(outcome.err, "");
	finish(&outcome);
}

static void judge(const char *lines)
{
	command_outcome outcome = run(lines, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

Test(command_doctor, a_healthy_database_gives_nothing_to_complain_of)
{
	judge(COMMENT("ada") EVENT("ada", "e1"));
	expect_doctor(0, "badges.db: no problems found\n");
}

Test(command_doctor, no_database)
{
	command_outcome outcome = run("", "doctor", NULL);
	expect_exit(outcome, 3);
	cr_expect_str_eq(outcome.out, "");
	cr_expect_str_eq(outcome.err, "badges.db: No such file or directory (\"brabeion run\" creates a database)\n");
	cr_expect_neq(access("badges.db", F_OK), 0);
	finish(&outcome);
}

Test(command_doctor, a_word_too_many)
{
	command_outcome outcome = run("", "doctor", "badges", NULL);
	expect_exit(outcome, 2);
	cr_expect_str_eq(outcome.err,
			 "brabeion doctor: one word too many: badges\nTry \"brabeion doctor --help\".\n");
	finish(&outcome);
}

#define TWO_NAMES                                                                                                    \
	"warning  event \"comment_posted\" came 3 times since (time), last at (time), and no badge listens to it: "  \
	"was "                                                                                                       \
	"\"comment\" meant?\n"                                                                                       \
	"         Have it sent as \"comment\", or name \"comment_posted\" among the events of the badge that is to " \
	"judge it\n"                                                                                                 \
	"note     event \"login\" came once, at (time), and no badge listens to it\n"                                \
	"         That is fine unless a badge was meant to\n"                                                        \
	"0 alarms, 1 warning, 1 note\n"

Test(command_doctor, events_that_nobody_listens_to_of_several_runs)
{
	judge(POSTED("ada") LOGIN("ada") COMMENT("ada"));
	judge(POSTED("ada") POSTED("bob"));
	expect_doctor(1, TWO_NAMES);
}

Test(command_doctor, notes_alone_are_no_fault)
{
	judge(LOGIN("ada"));
	expect_doctor(0, "note     event \"login\" came once, at (time), and no badge listens to it\n"
			 "         That is fine unless a badge was meant to\n"
			 "0 alarms, 0 warnings, 1 note\n");
}

Test(command_doctor, a_name_that_a_badge_has_begun_to_listen_to)
{
	judge("{\"event\":\"commented\",\"user\":\"ada\"}\n");
	write_file("badges.yaml", "database: badges.db\n"
				  "plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n"
				  "cache_dir: cache\n"
				  "plugins:\n"
				  "  - file: threshold.so\n"
				  "    badges:\n"
				  "      - badge: threshold\n"
				  "        slug: commentator\n"
				  "        events: [commented]\n"
				  "        levels: [{ name: Commentator }]\n"
				  "        settings: { count: events, at: [2] }\n");
	expect_doctor(0, "badges.db: no problems found\n");
}

/* Repeats the command until it prints this, within a limit. */
static void await_doctor(const char *out)
{
	bool same = false;
	for (int i = 0; i < 600 && !same; i++) {
		command_outcome outcome = run("", "doctor", NULL);
		same = strcmp(timeless(outcome.out), out) == 0;
		finish(&outcome);
		nanosleep(&(struct timespec){ 0, same ? 0 : 100000000 }, NULL);
	}
	cr_expect(same, "never printed:\n%s", out);
}

Test(command_doctor, a_server_tells_while_it_is_at_work)
{
	command_process server = start("run", NULL);
	feed(&server, POSTED("ada") POSTED("ada") POSTED("ada") LOGIN("ada"));
	await_doctor(TWO_NAMES);
	command_outcome outcome = wait_for(&server);
	expect_exit(outcome, 0);
	finish(&outcome);
	expect_doctor(1, TWO_NAMES);
}

Test(command_doctor, a_server_that_is_killed_has_told_by_then)
{
	command_process server = start("run", NULL);
	feed(&server, POSTED("ada") POSTED("ada") POSTED("ada") LOGIN("ada"));
	await_doctor(TWO_NAMES);
	cr_assert_eq(kill(server.pid, SIGKILL), 0);
	command_outcome outcome = wait_for(&server);
	finish(&outcome);
	expect_doctor(1, TWO_NAMES);
}

#define TROUBLED                                               \
	"database: badges.db\n"                                \
	"plugin_path: [\"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"cache_dir: cache\n"                                   \
	"quarantine: { failures: 2 }\n"                        \
	"plugins: [{ file: troubled.so, badges: [{ badge: troubled }] }]\n"

#define WORK(user) "{\"event\":\"work\",\"user\":\"" user "\",\"fail\":true}\n"

Test(command_doctor, a_badge_that_fails_and_is_quarantined)
{
	write_file("badges.yaml", TROUBLED);
	judge(WORK("a") WORK("b") WORK("c"));
	expect_doctor(
		1,
		"alarm    badge \"troubled\" is quarantined since (time): it failed for 2 users in a row, at last on "
		"event "
		"\"work\": in trouble\n"
		"         Events are judged without it. Mend it, then reload, or: brabeion release troubled. What "
		"it is passed over is counted, and judged by: brabeion backfill --badge troubled FILE (there is no "
		"journal)\n"
		"warning  badge \"troubled\" failed 2 times since (time), the last time at (time) on event "
		"\"work\": in trouble\n"
		"         What it would have earned then is lost; the log has each case. Mend the badge or its "
		"settings\n"
		"warning  badge \"troubled\" was passed over in 1 event while it was quarantined, from (time) to "
		"(time)\n"
		"         Once it does well again: brabeion backfill --badge troubled FILE (there is no journal)\n"
		"1 alarm, 2 warnings, 0 notes\n");
}

#define MENDED "         A running server keeps its badges; none can reload or start until this is mended\n"

Test(command_doctor, all_faults_of_badges_yaml_are_told_beside_the_rest)
{
	judge(LOGIN("ada"));
	cr_assert_eq(chmod("badges.db", 0666), 0);
	write_file("badges.yaml", "database: badges.db\nretention: soon\nplugins: [{ file: nowhere.so }]\n");
	command_outcome outcome = run("", "doctor", NULL);
	expect_exit(outcome, 1);
	static const char beginning[] =
		"alarm    badges.yaml:2:12: \"retention\" must be a duration such as 30d, or forever, "
		"not \"soon\" (units: ms, s, m, h, d, w)\n" MENDED
		"alarm    badges.yaml:3:19: plugin \"nowhere.so\": no such file in ";
	static const char rest[] =
		"\n" MENDED "alarm    badges.db can be changed by anybody (mode 0666)\n"
		"         Anyone who can write it can award and revoke badges: chmod o-w badges.db\n"
		"3 alarms, 0 warnings, 0 notes\n";
	size_t length = strlen(outcome.out);
	cr_expect_eq(strncmp(outcome.out, beginning, strlen(beginning)), 0, "%s", outcome.out);
	cr_assert_gt(length, strlen(rest));
	cr_expect_str_eq(outcome.out + length - strlen(rest), rest);
	finish(&outcome);
}

Test(command_doctor, a_badges_yaml_that_cannot_be_read)
{
	write_file("badges.yaml", "plugins: [\n");
	command_outcome outcome = run("", "doctor", NULL);
	expect_exit(outcome, 1);
	cr_expect_eq(strncmp(outcome.out, "alarm    badges.yaml:", 21), 0, "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, "\n1 alarm, 0 warnings, 0 notes\n"));
	finish(&outcome);
}

Test(command_doctor, what_is_no_database)
{
	write_file("badges.db",
		   "This is a letter, and a long one at that: more than a hundred bytes, so that it might well be "
		   "taken for a header.");
	expect_doctor(
		1, "alarm    badges.db: is not a database; left untouched\n"
		   "         Nothing more is known of it, and this program writes nothing to it. Keep a copy before "
		   "you try to mend it, or put a backup in its place\n"
		   "1 alarm, 0 warnings, 0 notes\n");
}

Test(command_doctor, json)
{
	judge(LOGIN("ada"));
	command_outcome outcome = run("", "doctor", "--json", "--thorough", NULL);
	expect_exit(outcome, 0);
	cr_expect_eq(strncmp(outcome.out,
			     "{\"config\":\"badges.yaml\",\"database\":\"badges.db\",\"database_bytes\":", 63),
		     0, "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, ",\"wal_bytes\":0,"));
	cr_expect_not_null(strstr(outcome.out,
				  ",\"alarms\":0,\"warnings\":0,\"notes\":1,\"findings\":[\n"
				  "{\"kind\":\"event-unhandled\",\"severity\":\"note\",\"subject\":\"login\","
				  "\"count\":1,\"since\":\""));
	cr_expect_not_null(strstr(outcome.out, "\",\"advice\":\"That is fine unless a badge was meant to\"}]}\n"));
	finish(&outcome);
}

Test(command_doctor, json_of_a_healthy_database)
{
	judge(COMMENT("ada"));
	command_outcome outcome = run("", "doctor", "--json", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, ",\"alarms\":0,\"warnings\":0,\"notes\":0,\"findings\":[]}\n"), "%s",
			   outcome.out);
	finish(&outcome);
}

Test(command_doctor, nothing_is_changed)
{
	struct stat before, after;
	judge(LOGIN("ada") EVENT("ada", "e1"));
	cr_assert_eq(stat("badges.db", &before), 0);
	command_outcome outcome = run("", "doctor", "--thorough", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	cr_assert_eq(stat("badges.db", &after), 0);
	cr_expect_eq(before.st_size, after.st_size);
	cr_expect_eq(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	cr_expect_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	cr_expect_neq(access("badges.db-wal", F_OK), 0);
	cr_expect_neq(access("badges.db-shm", F_OK), 0);
}
