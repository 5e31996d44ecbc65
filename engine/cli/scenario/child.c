/*
 * cli/scenario/child: see child.h.
 *
 * The child writes each finding to a pipe as kind, line, text and NUL, and the letter E at the end. Without the E it has
 * crashed; shared memory says where it was then.
 */
#include "cli/scenario/child.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/output/progress_bar.h"

enum { PATH_BYTES = 4096, END = 'E', FINDINGS_BYTES_MOST = 16 * 1024 * 1024 };

typedef struct child {
	const brb_scenario_set *set;
	const brb_scenario *scenario;
	const brb_cli_scenario_limits *limits;
	char folder[PATH_BYTES];
	char database[PATH_BYTES + 16];
	char *where; /* shared */
	pid_t pid;
	int findings; /* this process's end of the pipe */
	char *text;   /* received so far */
	size_t length;
	bool outran;
	bool interrupted;
} child;

/* ---- findings ---- */

static bool add_finding(brb_cli_outcome *outcome, brb_cli_finding_kind kind, uint32_t line, const char *text)
{
	brb_cli_finding *grown = reallocarray(outcome->findings, outcome->count + 1, sizeof *grown);
	if (!grown)
		return false;
	outcome->findings = grown;
	grown[outcome->count++] = (brb_cli_finding){ kind, line, text };
	return true;
}

/* Adds a fault of the parent itself. */
static void fail(brb_cli_outcome *outcome, const char *what, int why)
{
	if (asprintf(&outcome->memory, "%s: %s", what, strerror(why)) < 0)
		outcome->memory = NULL;
	add_finding(outcome, BRB_CLI_FINDING_FAULT, 0, outcome->memory ? outcome->memory : "out of memory");
}

void brb_cli_outcome_finish(brb_cli_outcome *outcome)
{
	free(outcome->findings);
	free(outcome->memory);
	*outcome = (brb_cli_outcome){ 0 };
}

size_t brb_cli_finding_first_line(const char *text)
{
	return strcspn(text, "\n");
}

bool brb_cli_outcome_is_fault(const brb_cli_outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++)
		if (outcome->findings[i].kind == BRB_CLI_FINDING_FAULT)
			return true;
	return false;
}

/* ---- the folder ---- */

static bool make_folder(child *self, brb_cli_outcome *outcome)
{
	const char *temporary = getenv("TMPDIR");
	int length = snprintf(self->folder, sizeof self->folder, "%s/brabeion-try-XXXXXX",
			      temporary && *temporary ? temporary : "/tmp");
	bool fits = length > 0 && (size_t)length < sizeof self->folder;
	if (!fits || !mkdtemp(self->folder)) {
		fail(outcome, fits ? self->folder : "TMPDIR", fits ? errno : ENAMETOOLONG);
		self->folder[0] = '\0';
		return false;
	}
	snprintf(self->database, sizeof self->database, "%s/badges.db", self->folder);
	return true;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void)about, (void)kind, (void)walk;
	remove(path);
	return 0;
}

static void remove_folder(child *self)
{
	if (self->folder[0])
		nftw(self->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- in the child ---- */

static void write_all(int fd, const char *bytes, size_t size)
{
	if (!brb_file_write_all(fd, bytes, size))
		_exit(1); /* the reader has gone */
}

static void send_finding(void *context, brb_cli_finding_kind kind, uint32_t line, const char *text)
{
	const child *self = context;
	char head[32];
	int length = snprintf(head, sizeof head, "%c%" PRIu32 " ", (char)kind, line);
	write_all(self->findings, head, (size_t)length);
	write_all(self->findings, text, strlen(text) + 1);
}

/* A file with badges of its own finds plugins in its folder, too, before those of the environment. */
static bool set_plugin_path(const child *self)
{
	const char *path = self->set->config, *others = getenv("BRABEION_PLUGIN_PATH"), *slash = strrchr(path, '/');
	char *folders = NULL;
	if (!self->set->config_text)
		return true;
	if (asprintf(&folders, "%.*s:%s", slash ? (int)(slash + 1 - path) : 1, slash ? path : ".",
		     others ? others : "") < 0)
		return false;
	bool set = setenv("BRABEION_PLUGIN_PATH", folders, 1) == 0;
	free(folders);
	return set;
}

static void run_child(child *self, pid_t parent)
{
	brb_cli_scenario_task task = { .set = self->set,
				       .scenario = self->scenario,
				       .database = self->database,
				       .plugin_path = self->limits->plugin_path,
				       .where = self->where,
				       .find = send_finding,
				       .context = self };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* the parent died before prctl() */
		_exit(1);
	signal(SIGINT, SIG_IGN); /* a terminal sends it to both; the parent handles it */
	signal(SIGTERM, SIG_DFL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	if (set_plugin_path(self))
		brb_cli_scenario_run(&task);
	else
		send_finding(self, BRB_CLI_FINDING_FAULT, 0, "out of memory");
	write_all(self->findings, (const char[]){ END }, 1);
	fflush(NULL);
	_exit(0);
}

/* ---- in the parent ---- */

static bool start(child *self, brb_cli_outcome *outcome)
{
	int ends[2];
	pid_t parent = getpid();
	self->where = mmap(NULL, BRB_CLI_WHERE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (self->where == MAP_FAILED) {
		self->where = NULL;
		fail(outcome, "no memory to share", errno);
		return false;
	}
	if (pipe2(ends, O_CLOEXEC) != 0) {
		fail(outcome, "no pipe can be made", errno);
		return false;
	}
	self->pid = fork();
	if (self->pid == 0) {
		close(ends[0]);
		self->findings = ends[1];
		run_child(self, parent);
	}
	int why = errno;
	close(ends[1]);
	self->findings = ends[0];
	if (self->pid < 0)
		fail(outcome, "no process can be made", why);
	return self->pid > 0;
}

/* Reads what is there. Returns false at the end. */
static bool take_some(child *self)
{
	char piece[4096];
	ssize_t got = read(self->findings, piece, sizeof piece);
	if (got < 0)
		return errno == EINTR;
	if (got == 0 || self->length > FINDINGS_BYTES_MOST)
		return false;
	char *grown = realloc(self->text, self->length + (size_t)got + 1);
	if (!grown)
		return false;
	memcpy(grown + self->length, piece, (size_t)got);
	self->text = grown;
	self->length += (size_t)got;
	grown[self->length] = '\0';
	return true;
}

static bool has_ended(const child *self)
{
	return self->length > 0 && self->text[self->length - 1] == END &&
	       (self->length == 1 || self->text[self->length - 2] == '\0');
}

/* A process that a plugin has started may keep the pipe open: the E ends the wait, not end of file. */
static void listen_until(child *self, int64_t until_us)
{
	struct pollfd fds[] = { { .fd = self->findings, .events = POLLIN },
				{ .fd = self->limits->signals, .events = POLLIN } };
	while (!has_ended(self)) {
		int64_t left_us = until_us - brb_clock_monotonic_us();
		int ready = left_us > 0 ? poll(fds, 2, (int)(left_us / 1000 + 1)) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		self->interrupted = ready > 0 && fds[1].revents;
		self->outran = ready == 0;
		if (ready <= 0 || self->interrupted || !take_some(self))
			return;
	}
}

/* "crashed with SIGSEGV in event 3 (line 23: login of ada)" */
static void write_crash(const child *self, int status, FILE *out)
{
	char where[BRB_CLI_WHERE_BYTES];
	memcpy(where, self->where, sizeof where);
	where[sizeof where - 1] = '\0';
	const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;
	if (self->outran)
		fprintf(out, "had not ended after %" PRId64 " ms and was killed", self->limits->deadline_ms);
	else if (name)
		fprintf(out, "crashed with SIG%s", name);
	else if (WIFSIGNALED(status))
		fprintf(out, "crashed with signal %d", WTERMSIG(status));
	else
		fprintf(out, "ended its process with exit status %d", WEXITSTATUS(status));
	fprintf(out, " %s", where);
}

/* Adds the complete findings; their texts stay in outcome->memory. */
static void read_findings(const child *self, brb_cli_outcome *outcome)
{
	char *at = outcome->memory, *end = outcome->memory + self->length;
	while (at < end && *at != END) {
		char *number_end = at;
		brb_cli_finding_kind kind =
			*at == BRB_CLI_FINDING_FAULT ? BRB_CLI_FINDING_FAULT : BRB_CLI_FINDING_FAILED;
		uint32_t line = (uint32_t)strtoul(at + 1, &number_end, 10);
		size_t size = strlen(number_end);
		if (*number_end != ' ' || number_end + size >= end)
			return;
		add_finding(outcome, kind, line, number_end + 1);
		at = number_end + size + 1;
	}
}

/* The findings received, then the crash as one more. */
static void read_crashed(const child *self, int status, brb_cli_outcome *outcome)
{
	size_t size = 0;
	FILE *out = open_memstream(&outcome->memory, &size);
	if (out) {
		fwrite(self->text ? self->text : "", 1, self->length, out);
		fputc('\0', out); /* ends a finding that was cut short */
		write_crash(self, status, out);
	}
	if (!out || fclose(out) != 0) {
		add_finding(outcome, BRB_CLI_FINDING_FAULT, 0, "out of memory");
		return;
	}
	read_findings(self, outcome);
	add_finding(outcome, BRB_CLI_FINDING_FAILED, self->scenario->line, outcome->memory + self->length + 1);
}

/* Waits for the child; kills it first when it has not finished: a plugin may have closed its pipe. */
static void conclude(child *self, brb_cli_outcome *outcome)
{
	int status = 0;
	bool ended = has_ended(self);
	if (!ended)
		kill(self->pid, SIGKILL);
	while (waitpid(self->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	outcome->interrupted = self->interrupted;
	if (!ended) {
		read_crashed(self, status, outcome);
		return;
	}
	outcome->memory = self->text;
	self->text = NULL;
	read_findings(self, outcome);
}

void brb_cli_scenario_play(const brb_scenario_set *set, const brb_scenario *scenario,
			   const brb_cli_scenario_limits *limits, brb_cli_outcome *outcome)
{
	child self = { .set = set, .scenario = scenario, .limits = limits, .findings = -1 };
	*outcome = (brb_cli_outcome){ 0 };
	if (make_folder(&self, outcome) && start(&self, outcome)) {
		listen_until(&self, brb_clock_monotonic_us() + limits->deadline_ms * 1000);
		conclude(&self, outcome);
	}
	if (self.findings >= 0)
		close(self.findings);
	if (self.where)
		munmap(self.where, BRB_CLI_WHERE_BYTES);
	free(self.text);
	remove_folder(&self);
}
