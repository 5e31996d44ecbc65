/*
 * command.h: runs the real `brabeion` for scenario tests, in a folder of its own.
 *
 * The folder holds a badges.yaml with points, commentator (two comments) and the badges that fail; its database is
 * badges.db. Everything is static, since each test program is one file.
 */
#ifndef BRB_TESTS_COMMAND_H
#define BRB_TESTS_COMMAND_H

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

#ifndef BRB_COMMAND
#define BRB_COMMAND BRB_BUILD_DIR "/engine/cli/brabeion"
#endif

#define BADGES_YAML                                                                           \
	"database: badges.db\n"                                                               \
	"plugin_path: [\"" BRB_BUILD_DIR "/plugins\", \"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"busy_timeout: 50ms\n"                                                                \
	"cache_dir: cache\n"                                                                  \
	"plugins:\n"                                                                          \
	"  - file: points.so\n"                                                               \
	"  - file: threshold.so\n"                                                            \
	"    badges:\n"                                                                       \
	"      - badge: threshold\n"                                                          \
	"        slug: commentator\n"                                                         \
	"        events: [comment]\n"                                                         \
	"        levels:\n"                                                                   \
	"          - { name: Commentator, description: Left two comments }\n"                 \
	"        settings: { count: events, at: [2] }\n"                                      \
	"  - file: answers.so\n"

/* An event line that earns the points badge's first level, and the award line it gives. */
#define EVENT(user, id)                                                    \
	"{\"event\":\"points_awarded\",\"user\":\"" user "\",\"id\":\"" id \
	"\",\"at\":\"2014-01-21T20:26:05.383Z\",\"points\":5001}\n"
#define AWARD(user, id)                                                                                \
	"{\"user\":\"" user "\",\"badge\":\"points\",\"level\":1,\"name\":\"Bronze\",\"reason\":\"\"," \
	"\"at\":\"2014-01-21T20:26:05.383Z\",\"event\":\"points_awarded\",\"event_id\":\"" id "\"}\n"

/* What a run of the command came to. */
typedef struct command_outcome {
	int exit_code;
	char *out;
	char *err;
} command_outcome;

/* One that is under way. */
typedef struct command_process {
	pid_t pid;
	int in; /* its standard input; -1: closed */
	int out;
	int err;
} command_process;

static char folder[256];

static UNUSED void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file, "%s: %s", path, strerror(errno));
	cr_assert_geq(fputs(text, file), 0);
	cr_assert_eq(fclose(file), 0);
}

static UNUSED void enter(void)
{
	const char *place = getenv("TMPDIR");
	cr_assert_lt(snprintf(folder, sizeof folder, "%s/brabeion-command-XXXXXX", place ? place : "/tmp"),
		     (int)sizeof folder);
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(mkdir("cache", 0700), 0);
	write_file("badges.yaml", BADGES_YAML);
	signal(SIGPIPE, SIG_IGN);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void)about;
	(void)kind;
	(void)walk;
	return remove(path);
}

static UNUSED void leave(void)
{
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Reads to the end. Yours: free(). */
static char *read_all(int fd)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	cr_assert_not_null(stream);
	char piece[4096];
	ssize_t got;
	while ((got = read(fd, piece, sizeof piece)) > 0)
		fwrite(piece, 1, (size_t)got, stream);
	cr_assert_eq(fclose(stream), 0);
	return text;
}

/* Reads one line, with its end. */
static UNUSED void read_line(int fd, char *line, size_t capacity)
{
	size_t used = 0;
	while (used + 1 < capacity && read(fd, line + used, 1) == 1)
		if (line[used++] == '\n')
			break;
	line[used] = '\0';
}

static void become_command(int in, int out, int err, char *const *words)
{
	signal(SIGPIPE, SIG_DFL);
	if ((in >= 0 ? dup2(in, 0) : close(0)) < 0 || (out >= 0 ? dup2(out, 1) : close(1)) < 0 || dup2(err, 2) < 0)
		_exit(120);
	closefrom(3);
	execv(BRB_COMMAND, words);
	_exit(121);
}

/* Collects words that end with NULL, the first of them `first`, behind the command's own name. */
static UNUSED void collect_words(const char *first, va_list rest, char *words[16])
{
	size_t count = 0;
	words[count++] = (char *)"brabeion";
	for (const char *word = first; word && count < 15; word = va_arg(rest, char *))
		words[count++] = (char *)word;
	words[count] = NULL;
}

static int open_scratch(void)
{
	char path[] = "/tmp/brabeion-scratch-XXXXXX";
	int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	unlink(path);
	return fd;
}

static int exit_code_of(pid_t pid)
{
	int status = 0;
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static char *read_back(int fd)
{
	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	char *text = read_all(fd);
	close(fd);
	return text;
}

/* Runs `brabeion words...` to its end with `input` as standard input and `out` as standard output. */
static command_outcome run_words(const char *input, int out, char *const *words)
{
	int in = open_scratch();
	int err = open_scratch();
	cr_assert_eq(write(in, input, strlen(input)), (ssize_t)strlen(input));
	cr_assert_eq(lseek(in, 0, SEEK_SET), 0);
	pid_t pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0)
		become_command(in, out, err, words);
	close(in);
	command_outcome outcome = { .exit_code = exit_code_of(pid) };
	outcome.err = read_back(err);
	return outcome;
}

/* Runs `brabeion ...` with the words that follow, the last of them NULL. The outcome is yours: finish(). */
static UNUSED command_outcome run(const char *input, const char *word, ...)
{
	char *words[16];
	va_list list;
	va_start(list, word);
	collect_words(word, list, words);
	va_end(list);
	int out = open_scratch();
	command_outcome outcome = run_words(input, out, words);
	outcome.out = read_back(out);
	return outcome;
}

/* Likewise, with a file as standard output; "" closes it. */
static UNUSED command_outcome run_into(const char *path, const char *input, const char *word, ...)
{
	char *words[16];
	va_list list;
	va_start(list, word);
	collect_words(word, list, words);
	va_end(list);
	int out = *path ? open(path, O_WRONLY) : -1;
	command_outcome outcome = run_words(input, out, words);
	if (out >= 0)
		close(out);
	return outcome;
}

static UNUSED void finish(command_outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
	*outcome = (command_outcome){ 0 };
}

/* Starts `brabeion ...` with pipes to it. */
static UNUSED command_process start(const char *word, ...)
{
	char *words[16];
	va_list list;
	int in[2], out[2], err[2];
	va_start(list, word);
	collect_words(word, list, words);
	va_end(list);
	cr_assert_eq(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), 0);
	pid_t pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0)
		become_command(in[0], out[1], err[1], words);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	return (command_process){ .pid = pid, .in = in[1], .out = out[0], .err = err[0] };
}

static UNUSED void feed(const command_process *process, const char *text)
{
	cr_assert_eq(write(process->in, text, strlen(text)), (ssize_t)strlen(text));
}

/* Closes its input and waits for its end. */
static UNUSED command_outcome wait_for(command_process *process)
{
	command_outcome outcome = { 0 };
	if (process->in >= 0)
		close(process->in);
	outcome.out = read_all(process->out);
	outcome.err = read_all(process->err);
	outcome.exit_code = exit_code_of(process->pid);
	close(process->out);
	close(process->err);
	return outcome;
}

#define expect_exit(outcome, code)                                                                        \
	cr_assert_eq((outcome).exit_code, code, "exit code %d, standard error:\n%s", (outcome).exit_code, \
		     (outcome).err)
#define expect_out(outcome, text) cr_assert_str_eq((outcome).out, text, "standard output:\n%s", (outcome).out)
#define expect_err(outcome, part) \
	cr_assert_not_null(strstr((outcome).err, part), "no \"%s\" in standard error:\n%s", part, (outcome).err)
#define expect_no_err(outcome, part) \
	cr_assert_null(strstr((outcome).err, part), "\"%s\" in standard error:\n%s", part, (outcome).err)

#endif
