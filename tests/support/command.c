#include "support/command.h"

#include <stdarg.h>

#define BRB_COMMAND BRB_BUILD_DIR "/engine/cli/brabeion"

void enter(void)
{
	make_folder(folder);
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(mkdir("cache", 0700), 0);
	write_file("badges.yaml", BADGES_YAML);
	signal(SIGPIPE, SIG_IGN);
}

void leave(void)
{
	cr_assert_eq(chdir("/"), 0);
	remove_folder(folder);
}

char *read_all(int fd)
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

void read_line(int fd, char *line, size_t capacity)
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

/* Fills in argv: "brabeion", `first` and the rest, up to NULL. */
static void collect_words(const char *first, va_list rest, char *words[16])
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

/* Runs the command to its end with `input` as standard input and `out` as standard output. */
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

command_outcome run(const char *input, const char *word, ...)
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

command_outcome run_into(const char *path, const char *input, const char *word, ...)
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

void finish(command_outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
	*outcome = (command_outcome){ 0 };
}

command_process start(const char *word, ...)
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

void feed(const command_process *process, const char *text)
{
	cr_assert_eq(write(process->in, text, strlen(text)), (ssize_t)strlen(text));
}

command_outcome wait_for(command_process *process)
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

char *command_without_stored(char *text)
{
	static const char key[] = ",\"stored_at\":\"";
	for (char *at = text; (at = strstr(at, key));) {
		char *end = strchr(at + strlen(key), '"');
		cr_assert_not_null(end);
		memmove(at, end + 1, strlen(end + 1) + 1);
	}
	return text;
}
