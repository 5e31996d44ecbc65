/*
 * test_command_try: scenarios that pass, fail and cannot run, as text, TAP and JUnit.
 */
#include "support/command.h"

#include <dirent.h>

#define PATH BRB_BUILD_DIR "/plugins:" BRB_BUILD_DIR "/tests/plugins"

#define BADGES                       \
	"plugins:\n"                 \
	"  - file: points.so\n"      \
	"    badges:\n"              \
	"      - badge: points\n"    \
	"        temporary: true\n"  \
	"  - file: deadly.so\n"      \
	"  - file: answers.so\n"     \
	"  - file: memory_user.so\n" \
	"scenarios:\n" /* line 9 */

static command_outcome try_text(const char *format, const char *steps)
{
	char text[8192];
	snprintf(text, sizeof text, "%s%s", BADGES, steps);
	write_file("x.yaml", text);
	return run("", "try", "--plugin-path", PATH, "--format", format, "x.yaml", NULL);
}

static void expect_text(const char *steps, int exit_code, const char *out)
{
	command_outcome outcome = try_text("text", steps);
	expect_exit(outcome, exit_code);
	expect_out(outcome, out);
	finish(&outcome);
}

Test(command_try, what_is_as_expected_passes, .init = enter, .fini = leave)
{
	expect_text("  - name: up and down\n"
		    "    steps:\n"
		    "      - { event: points_awarded, points: 5001 }\n"
		    "      - earns: points\n"
		    "      - { event: points_awarded, points: 1, at: day 2 }\n"
		    "      - lapses: { badge: points, at: day 2 }\n",
		    0, "x.yaml\n  ok      up and down\n1 passed, 0 failed\n");
}

Test(command_try, a_failure_shows_what_was_expected_and_what_came, .init = enter, .fini = leave)
{
	expect_text(
		"  - name: too much\n"
		"    steps:\n"
		"      - { event: points_awarded, points: 7501 }\n"
		"      - { event: points_awarded, user: ben, points: 6000, at: +1d }\n"
		"      - earns:\n"
		"          - points 2\n"
		"          - points 3\n"
		"      - lapses: points\n",
		1,
		"x.yaml\n"
		"  FAILED  too much\n"
		"    x.yaml:15: after event 2 (points_awarded of ben, 2024-01-02T00:00:00.000Z): what is earned is "
		"not as expected\n"
		"        points 2 of ada\n"
		"      - points 3 of ada\n"
		"      + points 1 of ben, by event 2\n"
		"    x.yaml:17: after event 2 (points_awarded of ben, 2024-01-02T00:00:00.000Z): what lapses is not "
		"as expected\n"
		"      - points 1 of ada\n"
		"0 passed, 1 failed\n");
}

Test(command_try, what_nobody_has_asked_for_fails, .init = enter, .fini = leave)
{
	expect_text(
		"  - name: silent\n"
		"    steps:\n"
		"      - { event: points_awarded, points: 7501 }\n",
		1,
		"x.yaml\n"
		"  FAILED  silent\n"
		"    x.yaml:10: after event 1 (points_awarded of ada, 2024-01-01T00:00:00.000Z): no step says that "
		"this is earned\n"
		"      + points 2 of ada, by event 1\n"
		"0 passed, 1 failed\n");
}

Test(command_try, an_event_that_nobody_hears_fails, .init = enter, .fini = leave)
{
	expect_text(
		"  - name: misspelt\n"
		"    steps:\n"
		"      - { repeat: 9, steps: [{ event: points_awardd }] }\n",
		1,
		"x.yaml\n"
		"  FAILED  misspelt\n"
		"    x.yaml:12: event 1: no badge listens to \"points_awardd\" (did you mean \"points_awarded\"?)\n"
		"0 passed, 1 failed\n");
}

Test(command_try, memory_is_given_and_expected, .init = enter, .fini = leave)
{
	expect_text("  - name: remembered\n"
		    "    given:\n"
		    "      remembers:\n"
		    "        - { plugin: memory-user, tally: count, is: 1 }\n"
		    "        - { plugin: memory-user, note: text, of: x, is: red }\n"
		    "    steps:\n"
		    "      - { event: memory }\n"
		    "      - remembers: { plugin: memory-user, tally: count, is: 2 }\n"
		    "      - remembers: { plugin: memory-user, note: text, of: x, is: null }\n"
		    "      - remembers_only: { plugin: memory-user, tally: count, is: 3 }\n",
		    1,
		    "x.yaml\n"
		    "  FAILED  remembered\n"
		    "    x.yaml:18: after event 1 (memory of ada, 2024-01-01T00:00:00.000Z): what is remembered is "
		    "not as "
		    "expected\n"
		    "      - note text of \"x\" (memory-user) is not there\n"
		    "      + note text of \"x\" (memory-user) is \"red\"\n"
		    "    x.yaml:19: after event 1 (memory of ada, 2024-01-01T00:00:00.000Z): what is remembered is "
		    "not as "
		    "expected\n"
		    "      - tally count of \"ada\" (memory-user) is 3\n"
		    "      + tally count of \"ada\" (memory-user) is 2\n"
		    "      + note text of \"x\" (memory-user) is \"red\"\n"
		    "0 passed, 1 failed\n");
}

Test(command_try, failures_are_expected_by_badge_and_words, .init = enter, .fini = leave)
{
	command_outcome outcome = try_text("text", "  - name: failing\n"
						   "    badges: [told]\n"
						   "    steps:\n"
						   "      - { event: visit }\n"
						   "      - fails: { badge: told, why: nothing like it }\n");
	expect_exit(outcome, 1);
	cr_assert_not_null(strstr(outcome.out, "what fails is not as expected\n      - told: nothing like it\n"
					       "      + told: "),
			   "%s", outcome.out);
	finish(&outcome);
}

Test(command_try, a_failure_keeps_its_words_whatever_the_user_is_called, .init = enter, .fini = leave)
{
	expect_text("  - name: odd name\n"
		    "    badges: [told]\n"
		    "    steps:\n"
		    "      - { event: visit, user: 'a\": b' }\n"
		    "      - fails: { badge: told, why: nothing like it }\n",
		    1,
		    "x.yaml\n"
		    "  FAILED  odd name\n"
		    "    x.yaml:14: after event 1 (visit of a\": b, 2024-01-01T00:00:00.000Z): what fails is not as "
		    "expected\n"
		    "      - told: nothing like it\n"
		    "      + told: told you so, a\": b, by event 1\n"
		    "0 passed, 1 failed\n");
}

Test(command_try, progress_is_expected, .init = enter, .fini = leave)
{
	write_file("x.yaml", "plugins:\n"
			     "  - file: threshold.so\n"
			     "    badges:\n"
			     "      - { badge: threshold, slug: talker, events: [talk], levels: [a, b], settings: { "
			     "at: [2, 5] } }\n"
			     "      - { badge: threshold-each, slug: daily, events: [talk], settings: { at: [9] } }\n"
			     "scenarios:\n"
			     "  - name: how far\n"
			     "    steps:\n"
			     "      - { event: talk }\n"
			     "      - progress: { badge: talker, done: 1, goal: 2 }\n"
			     "      - progress: [{ badge: talker, level: 1, done: 1, goal: 2 },"
			     " { badge: talker, level: 2, done: 2, goal: 5 }]\n"
			     "      - repeat: 4\n"
			     "        steps: [{ event: talk }]\n"
			     "      - earns: [talker, talker 2]\n"
			     "        progress: { badge: talker, done: 5, goal: 5 }\n"
			     "      - progress: { badge: nobody, done: 5, goal: 5 }\n");
	command_outcome outcome = run("", "try", "--plugin-path", PATH, "x.yaml", NULL);
	expect_exit(outcome, 2);
	cr_assert_not_null(
		strstr(outcome.out,
		       "x.yaml:11: after event 1 (talk of ada, 2024-01-01T00:00:00.000Z): progress is not "
		       "as expected\n"
		       "        talker of ada, level 1: 1 of 2\n"
		       "      - talker of ada, level 2: 2 of 5\n"
		       "      + talker of ada, level 1: 1 of 2\n"
		       "    x.yaml:15: after event 5 (talk of ada, 2024-01-01T00:00:00.000Z): progress is not as "
		       "expected\n"
		       "      - talker of ada: 5 of 5\n"
		       "      + talker of ada: no level is left to be earned\n"
		       "    x.yaml:16: "),
		"%s", outcome.out);
	finish(&outcome);
}

/* ---- plugins that crash or hang ---- */

Test(command_try, a_crash_fails_its_scenario_alone, .init = enter, .fini = leave)
{
	expect_text(
		"  - name: crashes\n"
		"    steps:\n"
		"      - { event: points_awarded, points: 7501 }\n"
		"      - earns: []\n"
		"      - { event: venom, how: none }\n"
		"      - { event: venom, how: segv }\n"
		"  - name: exits\n"
		"    steps: [{ event: venom, how: exit, status: 3 }]\n"
		"  - name: exits as if all were well\n"
		"    steps: [{ event: venom, how: exit }]\n"
		"  - name: crashes by what is raised\n"
		"    steps: [{ event: bait, user: ben }, { wait: 1d }, { earns: { badge: bait, user: ben } }]\n"
		"    badges: [bait]\n"
		"  - name: goes on\n"
		"    steps: [{ event: points_awarded, points: 5001 }, { earns: points }]\n",
		1,
		"x.yaml\n"
		"  FAILED  crashes\n"
		"    x.yaml:13: after event 1 (points_awarded of ada, 2024-01-01T00:00:00.000Z): what is earned is "
		"not as expected\n"
		"      + points 2 of ada, by event 1\n"
		"    x.yaml:10: crashed with SIGSEGV in event 3 (line 15: venom of ada)\n"
		"  FAILED  exits\n"
		"    x.yaml:16: ended its process with exit status 3 in event 1 (line 17: venom of ada)\n"
		"  FAILED  exits as if all were well\n"
		"    x.yaml:18: ended its process with exit status 0 in event 1 (line 19: venom of ada)\n"
		"  FAILED  crashes by what is raised\n"
		"    x.yaml:20: crashed with SIGSEGV in event 1 (line 21: bait of ben)\n"
		"  ok      goes on\n"
		"1 passed, 4 failed\n");
}

static size_t count_folders(void)
{
	size_t count = 0;
	DIR *here = opendir(folder);
	cr_assert_not_null(here);
	for (struct dirent *entry; (entry = readdir(here));)
		count += strncmp(entry->d_name, "brabeion-try-", 13) == 0;
	closedir(here);
	return count;
}

Test(command_try, a_hang_ends_at_the_deadline_and_leaves_nothing_behind, .init = enter, .fini = leave)
{
	write_file("x.yaml", BADGES "  - name: hangs\n"
				    "    steps:\n"
				    "      - { event: venom, how: loop }\n");
	setenv("TMPDIR", folder, 1);
	command_outcome outcome = run("", "try", "--plugin-path", PATH, "--deadline", "10", "x.yaml", NULL);
	expect_exit(outcome, 1);
	expect_out(outcome,
		   "x.yaml\n"
		   "  FAILED  hangs\n"
		   "    x.yaml:10: had not ended after 10000 ms and was killed in event 1 (line 12: venom of ada)\n"
		   "0 passed, 1 failed\n");
	cr_assert_eq(count_folders(), 0);
	finish(&outcome);
}

/* ---- TAP and JUnit ---- */

static const char marked[] = "  - name: \"a # b \\\\ <c> & \\\"d\\\" \\x1b\"\n"
			     "    steps:\n"
			     "      - { event: points_awarded, user: \"<ben>\", points: 7501 }\n"
			     "      - earns: []\n"
			     "  - name: fine\n"
			     "    steps: [{ wait: 1d }]\n";

Test(command_try, tap_is_escaped, .init = enter, .fini = leave)
{
	command_outcome outcome = try_text("tap", marked);
	expect_exit(outcome, 1);
	expect_out(outcome,
		   "TAP version 13\n"
		   "1..2\n"
		   "not ok 1 - x.yaml: a \\# b \\\\ <c> & \"d\" \\x1b\n"
		   "  ---\n"
		   "  findings:\n"
		   "    - line: 13\n"
		   "      severity: fail\n"
		   "      message: |\n"
		   "        after event 1 (points_awarded of <ben>, 2024-01-01T00:00:00.000Z): what is earned is not "
		   "as expected\n"
		   "        + points 2 of <ben>, by event 1\n"
		   "  ...\n"
		   "ok 2 - x.yaml: fine\n");
	finish(&outcome);
}

Test(command_try, junit_is_escaped, .init = enter, .fini = leave)
{
	command_outcome outcome = try_text("junit", marked);
	expect_exit(outcome, 1);
	expect_out(outcome,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<testsuites name=\"brabeion try\" tests=\"2\" failures=\"1\" errors=\"0\">\n"
		   "  <testsuite name=\"x.yaml\" tests=\"2\" failures=\"1\" errors=\"0\">\n"
		   "    <testcase classname=\"x.yaml\" name=\"a # b \\ &#60;c&#62; &#38; &#34;d&#34; \\x1b\">\n"
		   "      <failure message=\"x.yaml:13: after event 1 (points_awarded of &#60;ben&#62;, "
		   "2024-01-01T00:00:00.000Z): what is earned is not as expected\">x.yaml:13: after event 1 "
		   "(points_awarded of &#60;ben&#62;, 2024-01-01T00:00:00.000Z): what is earned is not as expected\n"
		   "+ points 2 of &#60;ben&#62;, by event 1\n"
		   "</failure>\n"
		   "    </testcase>\n"
		   "    <testcase classname=\"x.yaml\" name=\"fine\"/>\n"
		   "  </testsuite>\n"
		   "</testsuites>\n");
	finish(&outcome);
}

/* ---- scenarios that cannot run ---- */

Test(command_try, a_file_with_faults_is_told_and_the_others_played, .init = enter, .fini = leave)
{
	write_file("bad.yaml", "plugins: []\nscenarios: [{ name: a, steps: [{ evnt: 1 }] }]\n");
	write_file("good.yaml", "plugins: [{ file: points.so }]\nscenarios: [{ name: a, steps: [{ wait: 1d }] }]\n");
	command_outcome outcome = run("", "try", "--plugin-path", PATH, "bad.yaml", "good.yaml", NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "bad.yaml\n"
			    "  FAILED  the file can be read\n"
			    "    bad.yaml:2:34: unknown key \"evnt\" (did you mean \"event\"?)\n"
			    "good.yaml\n"
			    "  ok      a\n"
			    "1 passed, 0 failed, 1 could not be played\n");
	finish(&outcome);
	outcome = run("", "try", "--plugin-path", PATH, "--format=tap", "bad.yaml", NULL);
	expect_out(outcome, "TAP version 13\n"
			    "1..1\n"
			    "not ok 1 - bad.yaml: the file can be read\n"
			    "  ---\n"
			    "  findings:\n"
			    "    - line: 0\n"
			    "      severity: fault\n"
			    "      message: |\n"
			    "        bad.yaml:2:34: unknown key \"evnt\" (did you mean \"event\"?)\n"
			    "  ...\n");
	finish(&outcome);
}

Test(command_try, what_is_wrong_with_the_badges_is_told_in_its_place, .init = enter, .fini = leave)
{
	write_file("x.yaml", "# why\nplugins:\n  - file: threshold.so\n    badges:\n      - badge: thresh\n"
			     "scenarios: [{ name: a, steps: [{ wait: 1d }] }]\n");
	command_outcome outcome = run("", "try", "--plugin-path", PATH, "x.yaml", NULL);
	expect_exit(outcome, 2);
	cr_assert_not_null(strstr(outcome.out, "    x.yaml:5:16: "), "%s", outcome.out);
	finish(&outcome);
	write_file("y.yaml", "config: badges.yaml\nscenarios: [{ name: a, steps: [{ wait: 1d }] }]\n");
	write_file("badges.yaml", "plugins:\n  - file: threshold.so\n    badges:\n      - badge: thresh\n");
	outcome = run("", "try", "--plugin-path", PATH, "y.yaml", NULL);
	expect_exit(outcome, 2);
	cr_assert_not_null(strstr(outcome.out, "    badges.yaml:4:16: "), "%s", outcome.out);
	finish(&outcome);
}

Test(command_try, what_is_given_must_be_possible, .init = enter, .fini = leave)
{
	expect_text("  - name: nobody's\n"
		    "    given: { remembers: { tally: t, is: 1 } }\n"
		    "    steps: [{ wait: 1d }]\n",
		    2,
		    "x.yaml\n"
		    "  FAILED  nobody's\n"
		    "    x.yaml:11: there are several plugins: say whose memory it is, with \"plugin\"\n"
		    "0 passed, 0 failed, 1 could not be played\n");
}

Test(command_try, usage, .init = enter, .fini = leave)
{
	command_outcome outcome = run("", "try", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion try: FILE is missing\nTry \"brabeion try --help\".\n");
	finish(&outcome);
	outcome = run("", "try", "--format=xml", "x.yaml", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion try: --format: expected text, tap or junit, not xml\n");
	finish(&outcome);
	outcome = run("", "try", "x.yaml", NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "x.yaml\n"
			    "  FAILED  the file can be read\n"
			    "    x.yaml: No such file or directory\n"
			    "0 passed, 0 failed, 1 could not be played\n");
	finish(&outcome);
}

/* ---- ending ---- */

Test(command_try, a_signal_ends_it_at_once_and_leaves_nothing_behind, .init = enter, .fini = leave)
{
	char line[256];
	write_file("x.yaml", BADGES "  - name: first\n    steps: [{ wait: 1d }]\n"
				    "  - name: hangs\n    steps: [{ event: venom, how: loop }]\n");
	setenv("TMPDIR", folder, 1);
	command_process process = start("try", "--plugin-path", PATH, "--deadline", "300", "x.yaml", NULL);
	read_line(process.out, line, sizeof line);
	read_line(process.out, line, sizeof line);
	cr_assert_str_eq(line, "  ok      first\n");
	cr_assert_eq(kill(process.pid, SIGTERM), 0);
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, -SIGTERM);
	expect_err(outcome, "brabeion try: interrupted; not all scenarios were played\n");
	cr_assert_eq(count_folders(), 0);
	finish(&outcome);
}
