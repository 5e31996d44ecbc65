/*
 * probe/client: see client.h. The program's standard input is a file in memory with the request, so that writing it does
 * not block; its standard output is a pipe with the report.
 */
#include "probe/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define LEAVE_MS 1000 /* for the program to end after its last record */

/* The running program; descriptors are -1 where there is none. */
typedef struct probe_helper {
	const char *program;
	pid_t process; /* 0: the host has reaped it */
	int process_fd;
	int report; /* the pipe, to read from */
} probe_helper;

const char *brb_probe_program(void)
{
	/* secure_getenv: a set-user-id program must not run what its caller names */
	const char *named = secure_getenv("BRABEION_PROBE");
	return named && *named ? named : BRABEION_PROBE_PROGRAM;
}

bool brb_probe_is_there(const char *program)
{
	return access(program, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static brabeion_status fail(const probe_helper *helper, brabeion_error *error, const char *why)
{
	return brb_status_set(error, BRABEION_SYSTEM,
			      "new plugins cannot be tried: %s %s (\"probe: off\" in badges.yaml loads them untried)",
			      helper->program, why);
}

static brabeion_status fail_missing(const char *program, brabeion_error *error)
{
	return brb_status_set(
		error, BRABEION_SYSTEM,
		"new plugins cannot be tried: there is no %s: install it, it is a part of brabeion as the "
		"library is, or name it in the environment variable BRABEION_PROBE (\"probe: off\" in "
		"badges.yaml loads them untried)",
		program);
}

static brabeion_status fail_errno(const probe_helper *helper, brabeion_error *error, const char *what, int why)
{
	char words[256];
	snprintf(words, sizeof words, "%s: %s", what, strerror(why));
	return fail(helper, error, words);
}

/* ---- starting ---- */

/* Moves a descriptor off the numbers of the standard streams, which the host may have closed. -1 with errno. */
static int lift(int file)
{
	if (file < 0 || file > STDERR_FILENO)
		return file;
	int lifted = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int why = errno;
	close(file);
	errno = why;
	return lifted;
}

/* A file in memory, to be read from its beginning; -1 with errno. */
static int make_input(const brb_builder *bytes)
{
	int input = lift(memfd_create("brabeion-probe", MFD_CLOEXEC));
	if (input >= 0 && brb_file_write_all(input, bytes->text, bytes->length) && lseek(input, 0, SEEK_SET) == 0)
		return input;
	int why = errno;
	if (input >= 0)
		close(input);
	errno = why;
	return -1;
}

/* 0 or an errno, like the functions below. */
static int spawn(probe_helper *helper, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes)
{
	char *const words[] = { (char *)(uintptr_t) "brabeion-probe", NULL };
	return posix_spawn(&helper->process, helper->program, actions, attributes, words, environ);
}

/* The descriptors of the request are none of the standard streams, so that no action undoes another. */
static int set_files(posix_spawn_file_actions_t *actions, int input, int output, int copies)
{
	int why = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
	if (!why)
		why = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
	if (!why)
		why = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (!why)
		why = posix_spawn_file_actions_adddup2(actions, copies, BRB_PROBE_COPIES);
	if (!why)
		why = posix_spawn_file_actions_addclosefrom_np(actions, BRB_PROBE_COPIES + 1);
	return why;
}

/* As in a fresh process: no signal is blocked, each has its default action. */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	int why = posix_spawnattr_setsigmask(attributes, &none);
	if (!why)
		why = posix_spawnattr_setsigdefault(attributes, &all);
	if (!why)
		why = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return why;
}

static int start_with(probe_helper *helper, int input, int output, int copies)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int why = posix_spawn_file_actions_init(&actions);
	if (why)
		return why;
	why = posix_spawnattr_init(&attributes);
	if (!why) {
		why = set_files(&actions, input, output, copies);
		if (!why)
			why = set_signals(&attributes);
		if (!why)
			why = spawn(helper, &actions, &attributes);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return why;
}

/*
 * Opens a pidfd, which does not change its meaning when the number is reused. Without one (before Linux 5.4) the number
 * has to do, unless the host has reaped the process already.
 */
static void open_process(probe_helper *helper)
{
	siginfo_t info;
	helper->process_fd = pidfd_open(helper->process, 0);
	if (helper->process_fd < 0 && errno == ESRCH)
		helper->process = 0;
	if (helper->process_fd < 0 ||
	    waitid(P_PIDFD, (id_t)helper->process_fd, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		return;
	if (errno == ECHILD)
		helper->process = 0;
	close(helper->process_fd);
	helper->process_fd = -1;
}

static brabeion_status start(probe_helper *helper, const brb_builder *bytes, int copies, brabeion_error *error)
{
	int ends[2] = { -1, -1 };
	brabeion_status status = BRABEION_OK;
	int input = make_input(bytes);
	if (input < 0)
		return fail_errno(helper, error, "could not be given its input", errno);
	if (pipe2(ends, O_CLOEXEC) != 0 || (ends[0] = lift(ends[0])) < 0 || (ends[1] = lift(ends[1])) < 0)
		status = fail_errno(helper, error, "could not be given a pipe", errno);
	int why = status == BRABEION_OK ? start_with(helper, input, ends[1], copies) : 0;
	if (why)
		status = fail_errno(helper, error, "could not be started", why);
	close(input);
	if (ends[1] >= 0)
		close(ends[1]);
	if (status == BRABEION_OK) {
		helper->report = ends[0];
		open_process(helper);
	} else if (ends[0] >= 0) {
		close(ends[0]);
	}
	return status;
}

/* ---- reading the report ---- */

/* True when there is something to read before the deadline. */
static bool wait_readable(int file, int64_t deadline_us)
{
	struct pollfd watched = { .fd = file, .events = POLLIN };
	for (;;) {
		int64_t left_us = deadline_us - brb_clock_monotonic_us();
		int ready = poll(&watched, 1, left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
		if (ready > 0)
			return true;
		if (left_us <= 0 || (ready < 0 && errno != EINTR))
			return false;
	}
}

/* Reads the next record. NULL, or why there is none. */
static const char *read_record(const probe_helper *helper, brb_probe_record *record)
{
	int64_t deadline_us = brb_clock_monotonic_us() + BRB_PROBE_SILENCE_MS * INT64_C(1000);
	size_t got = 0;
	while (got < sizeof *record) {
		if (!wait_readable(helper->report, deadline_us))
			return "sends nothing";
		ssize_t part = read(helper->report, (char *)record + got, sizeof *record - got);
		if (part < 0 && errno == EINTR)
			continue;
		if (part <= 0)
			return "ended without a report";
		got += (size_t)part;
	}
	return NULL;
}

/* True when there is more to come. */
static bool take_record(const probe_helper *helper, const brb_probe_request *request, brb_probe_fault *faults,
			brb_probe_record *record, brabeion_error *error)
{
	const char *why = read_record(helper, record);
	if (!why && !brb_probe_check_record(record, request->count))
		why = "sends records that this library does not know: is it of another version?";
	if (why) {
		fail(helper, error, why);
		return false;
	}
	switch ((brb_probe_kind)record->kind) {
	case BRB_PROBE_CRASHED:
	case BRB_PROBE_EXITED:
	case BRB_PROBE_HUNG:
	case BRB_PROBE_CLOSED:
	case BRB_PROBE_UNDECLARED:
		brb_probe_describe(record, request->step_ms, faults[record->subject], sizeof *faults);
		return true;
	case BRB_PROBE_TROUBLE:
		fail(helper, error, record->text);
		return false;
	case BRB_PROBE_DONE:
		return false;
	default:
		return true;
	}
}

/* ---- ending ---- */

/* Without a pidfd. */
static void reap_by_number(pid_t process)
{
	int64_t deadline_us = brb_clock_monotonic_us() + LEAVE_MS * INT64_C(1000);
	while (waitpid(process, NULL, WNOHANG) == 0 && brb_clock_monotonic_us() < deadline_us)
		poll(NULL, 0, 2);
}

/*
 * The program ends by itself once it has reported, or once the pipe is closed. One that does not is no brabeion-probe,
 * and is killed, but never by its number alone. The host may have reaped it: ECHILD is fine.
 */
static void end(probe_helper *helper)
{
	siginfo_t info;
	close(helper->report);
	if (helper->process_fd < 0) {
		if (helper->process)
			reap_by_number(helper->process);
		return;
	}
	if (!wait_readable(helper->process_fd, brb_clock_monotonic_us() + LEAVE_MS * INT64_C(1000)))
		pidfd_send_signal(helper->process_fd, SIGKILL, NULL, 0);
	while (waitid(P_PIDFD, (id_t)helper->process_fd, &info, WEXITED) != 0 && errno == EINTR)
		;
	close(helper->process_fd);
}

brabeion_status brb_probe_run(const char *program, const brb_probe_request *request, brb_probe_fault *faults,
			      brabeion_error *error)
{
	probe_helper helper = { .program = program, .process_fd = -1, .report = -1 };
	brb_probe_record record;
	brb_builder bytes = { 0 };
	brabeion_error fault = BRABEION_NO_ERROR;
	if (!brb_probe_is_there(program))
		return fail_missing(program, error);
	if (brb_probe_write_request(request, &bytes))
		start(&helper, &bytes, request->copies, &fault);
	else
		brb_status_no_memory(&fault);
	brb_builder_finish(&bytes);
	if (fault.status == BRABEION_OK) {
		while (take_record(&helper, request, faults, &record, &fault))
			;
		end(&helper);
	}
	return fault.status == BRABEION_OK ? BRABEION_OK : brb_status_hand_over(error, &fault);
}
