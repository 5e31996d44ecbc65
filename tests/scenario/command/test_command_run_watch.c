/*
 * test_command_run_watch: badges.yaml is edited while `brabeion run` follows a pipe.
 *
 * The tests wait for lines on standard error; they do not sleep.
 */
#include "support/command.h"

TestSuite(command_run_watch, .init = enter, .fini = leave, .timeout = 120);

#define VISITED "  - file: good_many.so\n"
#define VISIT(user) "{\"event\":\"visit\",\"user\":\"" user "\",\"at\":\"1970-01-01T00:00:00Z\"}\n"
#define FIRST_VISIT(user) "1970-01-01 00:00  " user "  earned  Welcome (first-visit 1)\n"
#define POINTS(user) \
	"{\"event\":\"points_awarded\",\"user\":\"" user "\",\"points\":5001,\"at\":\"1970-01-01T00:00:00Z\"}\n"
#define BRONZE(user) "1970-01-01 00:00  " user "  earned  Bronze (points 1)\n"

#define SOME                                                                                  \
	"database: badges.db\n"                                                               \
	"plugin_path: [\"" BRB_BUILD_DIR "/plugins\", \"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"cache_dir: cache\n"                                                                  \
	"plugins:\n"                                                                          \
	"  - file: points.so\n"

static void expect_line(int fd, const char *wanted)
{
	char line[1024];
	read_line(fd, line, sizeof line);
	cr_assert_str_eq(line, wanted, "got: %s", line);
}

/* Feeds an event, whose award is the next line of standard output. */
static void expect_award(const command_process *process, int pipe, const char *event, const char *award)
{
	cr_assert_eq(write(pipe, event, strlen(event)), (ssize_t)strlen(event));
	expect_line(process->out, award);
}

/* Replaces badges.yaml by rename, as careful editors do. */
static void edit(const char *text)
{
	write_file("badges.yaml.new", text);
	cr_assert_eq(rename("badges.yaml.new", "badges.yaml"), 0);
}

/* Starts a run that follows a named pipe; *pipe becomes the writing end. */
static command_process follow(const char *option, int *pipe)
{
	cr_assert_eq(mkfifo("events", 0600), 0);
	command_process process = start("run", "--format", "text", "events", option, NULL);
	*pipe = open("events", O_WRONLY | O_CLOEXEC);
	cr_assert_geq(*pipe, 0);
	expect_award(&process, *pipe, POINTS("ada"), BRONZE("ada"));
	return process;
}

static void end(command_process *process, int pipe, const char *summary)
{
	close(pipe);
	command_outcome outcome = wait_for(process);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	expect_err(outcome, summary);
	expect_no_err(outcome, "reloaded");
	finish(&outcome);
}

Test(command_run_watch, takes_up_a_new_badge_and_keeps_it_when_the_file_is_broken)
{
	int pipe;
	write_file("badges.yaml", SOME "watch: on\n");
	command_process process = follow(NULL, &pipe);
	edit(SOME VISITED "watch: on\n");
	expect_line(process.err, "reloaded badges.yaml: generation 2, 2 added, 0 changed, 0 removed, 1 kept\n");
	expect_award(&process, pipe, VISIT("ada"), FIRST_VISIT("ada"));
	edit(SOME VISITED "  - flie: threshold.so\nwatch: on\n");
	expect_line(process.err, "error: badges.yaml:7:5: unknown key \"flie\" (did you mean \"file\"?)\n");
	expect_line(process.err, "error: badges.yaml is not reloaded: generation 2 stays in use\n");
	expect_award(&process, pipe, VISIT("bob"), FIRST_VISIT("bob"));
	edit(SOME "watch: on\n");
	expect_line(process.err, "reloaded badges.yaml: generation 3, 0 added, 0 changed, 2 removed, 1 kept\n");
	expect_award(&process, pipe, VISIT("eve") POINTS("eve"), BRONZE("eve"));
	end(&process, pipe, "5 events in ");
}

Test(command_run_watch, takes_up_what_is_written_in_place)
{
	int pipe;
	write_file("badges.yaml", SOME "watch: on\n");
	command_process process = follow(NULL, &pipe);
	write_file("badges.yaml", SOME VISITED "watch: on\n");
	char line[1024];
	do /* a slow writer leaves the file empty for a moment */
		read_line(process.err, line, sizeof line);
	while (strstr(line, "the file is empty"));
	cr_assert_str_eq(line, "reloaded badges.yaml: generation 2, 2 added, 0 changed, 0 removed, 1 kept\n");
	expect_award(&process, pipe, VISIT("ada"), FIRST_VISIT("ada"));
	end(&process, pipe, "2 events in ");
}

Test(command_run_watch, tells_every_fault_however_many_there_have_been)
{
	int pipe;
	char text[1024], line[1024];
	write_file("badges.yaml", SOME "watch: on\n");
	command_process process = follow(NULL, &pipe);
	for (int i = 0; i < 25; i++) {
		snprintf(text, sizeof text, SOME "watch: on\nfault%d: 1\n", i);
		edit(text);
		read_line(process.err, line, sizeof line);
		snprintf(text, sizeof text, "error: badges.yaml:7:1: unknown key \"fault%d\" ", i);
		cr_assert_eq(strncmp(line, text, strlen(text)), 0, "got: %s", line);
		expect_line(process.err, "error: badges.yaml is not reloaded: generation 1 stays in use\n");
	}
	end(&process, pipe, "1 event in ");
}

Test(command_run_watch, watches_when_it_is_told_to)
{
	int pipe;
	write_file("badges.yaml", SOME);
	command_process process = follow("--watch", &pipe);
	edit(SOME VISITED);
	expect_line(process.err, "reloaded badges.yaml: generation 2, 2 added, 0 changed, 0 removed, 1 kept\n");
	expect_award(&process, pipe, VISIT("ada"), FIRST_VISIT("ada"));
	end(&process, pipe, "2 events in ");
}

/* Two runs on one file: after two reports of the watching one, the other had time to report, too. */
static void expect_deaf(const char *option)
{
	int pipe;
	command_process deaf = follow(option, &pipe);
	command_process other = start("run", "--format", "text", "--watch", "--database", "other.db", NULL);
	expect_award(&other, other.in, POINTS("ada"), BRONZE("ada")); /* it is open and watches */
	edit(SOME VISITED "watch: on\n");
	expect_line(other.err, "reloaded badges.yaml: generation 2, 2 added, 0 changed, 0 removed, 1 kept\n");
	edit(SOME "watch: on\n");
	expect_line(other.err, "reloaded badges.yaml: generation 3, 0 added, 0 changed, 2 removed, 1 kept\n");
	command_outcome outcome = wait_for(&other);
	finish(&outcome);
	end(&deaf, pipe, "1 event in ");
}

Test(command_run_watch, does_not_watch_unless_it_is_told_to)
{
	write_file("badges.yaml", SOME);
	expect_deaf(NULL);
}

Test(command_run_watch, does_not_watch_when_it_is_told_not_to)
{
	write_file("badges.yaml", SOME "watch: on\n");
	expect_deaf("--watch=off");
}

Test(command_run_watch, reloads_on_sighup)
{
	int pipe;
	write_file("badges.yaml", SOME);
	command_process process = follow(NULL, &pipe);
	edit(SOME VISITED);
	cr_assert_eq(kill(process.pid, SIGHUP), 0);
	expect_line(process.err, "reloaded badges.yaml: generation 2, 2 added, 0 changed, 0 removed, 1 kept\n");
	expect_award(&process, pipe, VISIT("ada"), FIRST_VISIT("ada"));
	edit("plugins: 5\n");
	cr_assert_eq(kill(process.pid, SIGHUP), 0);
	expect_line(process.err, "error: badges.yaml:1:10: \"plugins\" must be a list of plugins, not an integer\n");
	expect_line(process.err, "error: badges.yaml is not reloaded: generation 2 stays in use\n");
	expect_award(&process, pipe, VISIT("bob"), FIRST_VISIT("bob"));
	cr_assert_eq(kill(process.pid, SIGTERM), 0);
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 143);
	close(pipe);
	finish(&outcome);
}

Test(command_run_watch, refuses_a_word_that_is_neither_on_nor_off)
{
	command_outcome outcome = run("", "run", "--watch=maybe", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion run: --watch: expected on or off, not maybe\n");
	finish(&outcome);
	outcome = run("", "show", "--watch", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "brabeion show: unknown option --watch");
	finish(&outcome);
}
