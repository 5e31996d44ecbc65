/*
 * brabeion-probe: tries plugins for libbrabeion, which starts it (probe/client). Not for people.
 *
 * Reads a request from its standard input and forks a child in which the plugins run (probe/program/trial). When a plugin
 * crashes, calls exit() or exceeds its time, the child ends; this process, which runs no code of plugins, reports it on
 * its standard output and goes on with the next plugin in another child.
 *
 * Guarantees: no process that it started survives it; it ends when its report is no longer read.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "probe/program/limits.h"
#include "probe/program/trial.h"

enum { USAGE = 2, WAKE_MS = 500, OURS_MS = 60000, ROUNDS_MOST = 100 };

typedef struct parent_process {
	brb_probe_request request;
	brb_trial_notes *notes; /* shared with the child */
	int report;             /* where records go */
	int children;           /* readable when a child has ended */
	bool over;              /* the last record is sent, or nobody reads them */
} parent_process;

/* ---- reporting ---- */

static void report(parent_process *self, brb_probe_record record)
{
	record.magic = BRB_PROBE_MAGIC;
	ssize_t written = write(self->report, &record, sizeof record);
	self->over = self->over || written != (ssize_t)sizeof record;
}

/* Sends the last record: no more plugins are tried. */
static void give_up(parent_process *self, const char *words)
{
	brb_probe_record record = { .kind = BRB_PROBE_TROUBLE };
	snprintf(record.text, sizeof record.text, "%s", words);
	report(self, record);
	self->over = true;
}

/* ---- the child ---- */

/* Signals, descriptors and limits as the author of a plugin expects them. */
static void settle_child(const parent_process *self, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before PR_SET_PDEATHSIG */
		_exit(EXIT_FAILURE);
	close(self->report);
	close(self->children);
	/* Crash handlers of this program, a sanitizer's say, must not see a plugin's crash. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	brb_limits_set_for_trial();
	brb_trial_notes_close(self->notes);
}

static void run_child(const parent_process *self, pid_t parent, size_t from)
{
	settle_child(self, parent);
	bool over = brb_trial_run(&self->request, from, self->notes);
	brb_trial_notes_open(self->notes);
	atomic_store(&self->notes->over, over);
	_exit(EXIT_SUCCESS);
}

/* Until the time limit of the current step. Between steps the time is ours, and the limit is larger. */
static int64_t left_ms(const parent_process *self)
{
	int64_t now_us = brb_clock_monotonic_us();
	bool ours = atomic_load(&self->notes->step) == BRB_PROBE_NOTHING;
	int64_t most_ms = ours && self->request.step_ms < OURS_MS ? OURS_MS : self->request.step_ms;
	int64_t began_us = atomic_load(&self->notes->began_us);
	if (began_us > now_us) /* the plugin can write there */
		began_us = now_us;
	return most_ms - (now_us - began_us) / 1000;
}

/* True when it has ended. It stays a zombie, so its number is not reused. */
static bool has_ended(pid_t child)
{
	siginfo_t info = { .si_pid = 0 };
	return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

/* Sleeps until the child may have ended, the pipe is closed, or WAKE_MS have passed. */
static void wait_a_little(parent_process *self, int64_t most_ms)
{
	struct signalfd_siginfo ignored;
	struct pollfd watched[] = { { .fd = self->children, .events = POLLIN }, { .fd = self->report } };
	poll(watched, 2, most_ms < WAKE_MS ? (int)most_ms : WAKE_MS);
	if (watched[0].revents && read(self->children, &ignored, sizeof ignored) < 0 && errno != EAGAIN)
		self->over = true;
	if (watched[1].revents)
		self->over = true;
	else
		report(self, (brb_probe_record){ .kind = BRB_PROBE_ALIVE });
}

/*
 * Orphans of the child have become our children (PR_SET_CHILD_SUBREAPER, prctl(2)). The number of rounds bounds a fight
 * with processes that fork faster than they are killed.
 */
static void end_left_behind(void)
{
	char list[4096], *at, *behind;
	for (int rounds = 0; rounds < ROUNDS_MOST; rounds++) {
		int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
		ssize_t got = file < 0 ? -1 : read(file, list, sizeof list - 1);
		if (file >= 0)
			close(file);
		if (got <= 0)
			return;
		list[got] = '\0';
		/* a number without a space behind it is cut short */
		for (at = list; strtol(at, &behind, 10) > 0 && *behind == ' '; at = behind) {
			pid_t process = (pid_t)strtol(at, NULL, 10);
			kill(process, SIGKILL);
			while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
				;
		}
	}
}

/* Waits for the child's end, or kills it. Returns its status of waitpid; `hung`: it was killed at its time limit. */
static int watch_child(parent_process *self, pid_t child, bool *hung)
{
	int status = 0;
	while (!has_ended(child)) {
		int64_t left = left_ms(self);
		if (left <= 0 || self->over) {
			*hung = true;
			break;
		}
		wait_a_little(self, left);
	}
	kill(-child, SIGKILL); /* and whatever it has forked */
	kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	end_left_behind();
	return status;
}

static void report_fault(parent_process *self, int status, bool hung)
{
	brb_probe_record record = { .kind = BRB_PROBE_HUNG,
				    .subject = atomic_load(&self->notes->subject),
				    .step = atomic_load(&self->notes->step) };
	const char *text = self->notes->slug;
	if (!hung && atomic_load(&self->notes->closed)) {
		record.kind = BRB_PROBE_CLOSED;
	} else if (!hung && self->notes->undeclared[0]) {
		record.kind = BRB_PROBE_UNDECLARED;
		text = self->notes->undeclared;
	} else if (!hung && WIFEXITED(status)) {
		record.kind = BRB_PROBE_EXITED;
		record.number = WEXITSTATUS(status);
	} else if (!hung) {
		record.kind = BRB_PROBE_CRASHED;
		record.number = WTERMSIG(status);
	}
	memcpy(record.text, text, sizeof record.text);
	record.text[sizeof record.text - 1] = '\0';
	report(self, record);
}

/* Returns the index behind the plugin that ended the child. */
static size_t report_end(parent_process *self, size_t from, int status, bool hung)
{
	brb_trial_notes *notes = self->notes;
	size_t subject = atomic_load(&notes->subject);
	notes->trouble[sizeof notes->trouble - 1] = '\0';
	if (notes->trouble[0])
		give_up(self, notes->trouble);
	else if (subject < from || subject >= self->request.count)
		give_up(self, "was overwritten by a plugin");
	else if (hung && atomic_load(&notes->step) == BRB_PROBE_NOTHING)
		give_up(self, "takes too long to begin: is the machine overloaded?");
	else
		report_fault(self, status, hung);
	return subject + 1;
}

/* Tries plugins from that index on in one child. Returns the index of the next to be tried. */
static size_t try_from(parent_process *self, size_t from)
{
	bool hung = false;
	pid_t parent = getpid();
	memset(self->notes, 0, sizeof *self->notes);
	atomic_store(&self->notes->subject, (uint32_t)from);
	atomic_store(&self->notes->began_us, brb_clock_monotonic_us());
	pid_t child = fork();
	if (child == 0)
		run_child(self, parent, from);
	if (child < 0) {
		give_up(self, "could not start a process to try them in");
		return self->request.count;
	}
	setpgid(child, child);
	int status = watch_child(self, child, &hung);
	if (!hung && WIFEXITED(status) && atomic_load(&self->notes->over) == 1)
		return self->request.count;
	return report_end(self, from, status, hung);
}

/* ---- the whole ---- */

/* All of the standard input. */
static bool read_input(brb_builder *bytes)
{
	char block[16 * 1024];
	for (;;) {
		ssize_t got = read(STDIN_FILENO, block, sizeof block);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 && bytes->text && !bytes->failed;
		brb_builder_add_length(bytes, block, (size_t)got);
	}
}

/* Moves the report off the standard streams, which become /dev/null. */
static bool settle_files(parent_process *self)
{
	self->report = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (self->report < 0 || nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 || dup2(nowhere, STDOUT_FILENO) < 0 ||
	    dup2(nowhere, STDERR_FILENO) < 0)
		return false;
	if (nowhere > STDERR_FILENO)
		close(nowhere);
	return true;
}

static bool settle(parent_process *self)
{
	sigset_t watched;
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	brb_limits_set_for_all();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	self->children = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	self->notes = mmap(NULL, sizeof *self->notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return settle_files(self) && self->children >= 0 && self->notes != MAP_FAILED;
}

int main(void)
{
	parent_process self = { .report = -1 };
	brb_builder bytes = { 0 };
	brb_arena arena = { 0 };
	if (isatty(STDIN_FILENO) || !read_input(&bytes) ||
	    !brb_probe_read_request(bytes.text, bytes.length, &arena, &self.request)) {
		fputs("brabeion-probe: libbrabeion starts this program, to try plugins in it; see badges.yaml(5)\n",
		      stderr);
		return USAGE;
	}
	if (!settle(&self))
		return EXIT_FAILURE;
	for (size_t i = 0; i < self.request.count && !self.over;)
		i = try_from(&self, i);
	if (!self.over)
		report(&self, (brb_probe_record){ .kind = BRB_PROBE_DONE });
	brb_arena_finish(&arena);
	brb_builder_finish(&bytes);
	return EXIT_SUCCESS;
}
