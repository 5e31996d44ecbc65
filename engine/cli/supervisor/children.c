/*
 * cli/supervisor/children: see children.h. A successor starts after a delay that doubles with each setback.
 */
#include "cli/supervisor/children.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* After a crash at a job: that job has a delay of its own, and the others need not wait. Any other cause may last. */
#define JOB_DELAY_FIRST_US INT64_C(10000)
#define JOB_DELAY_MAX_US INT64_C(1000000)
#define DELAY_FIRST_US INT64_C(100000)
#define DELAY_MAX_US INT64_C(10000000)

void brb_cli_children_duration(int64_t duration_us, char *text, size_t capacity)
{
	if (duration_us % 1000000 == 0)
		snprintf(text, capacity, "%" PRId64 " s", duration_us / 1000000);
	else
		snprintf(text, capacity, "%" PRId64 " ms", duration_us / 1000);
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

void brb_cli_children_command(brb_cli_supervisor *supervisor, char command)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		if (!supervisor->children[i].pid)
			continue;
		ssize_t written = write(supervisor->children[i].command_fd, &command, 1);
		(void)written; /* EPIPE: it is dead, and reaped soon */
	}
}

void brb_cli_children_end(brb_cli_supervisor *supervisor, int exit_code)
{
	if (supervisor->is_ending)
		return;
	supervisor->is_ending = true;
	supervisor->exit_code = exit_code;
	supervisor->kill_deadline_us = brb_clock_monotonic_us() + supervisor->settings.grace_us;
	brb_cli_children_command(supervisor, BRB_CLI_COMMAND_STOP);
}

void brb_cli_children_kill(brb_cli_supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		brb_cli_child *child = &supervisor->children[i];
		child->is_given_up = child->pid != 0;
		if (child->pid)
			kill(child->pid, SIGKILL);
	}
}

/* ---- spawn ------------------------------------------------------------------------------------------------------- */

/* A terminal signals the whole process group; the supervisor alone handles that and sends commands. */
static void restore_signals(const brb_cli_supervisor *supervisor)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &supervisor->mask_before, NULL);
}

/* Keeps the other workers' pipes and pages out of a plugin's reach. */
static void close_sibling_fds(const brb_cli_supervisor *supervisor, const brb_cli_child *self)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		const brb_cli_child *child = &supervisor->children[i];
		if (child->command_fd >= 0)
			close(child->command_fd);
		if (child->claim_fd >= 0)
			close(child->claim_fd);
		if (child != self)
			brb_cli_shared_status_close(child->shared);
	}
	close(supervisor->signal_fd);
}

static int run_child(brb_cli_supervisor *supervisor, brb_cli_child *self, int command_fd, int claim_fd, pid_t parent)
{
	bool is_first = self == supervisor->children;
	brb_cli_worker_process worker = {
		.options = supervisor->options,
		.report = supervisor->report,
		.shared = self->shared,
		.secret = self->secret,
		.is_careful = self->is_careful,
		.claim_fd = claim_fd,
		.crash = self->has_crash ? &self->crash : NULL,
		.command_fd = command_fd,
		.event_fd = supervisor->event_fd,
		.logs_opening = is_first && self->starts == 0,
		.logs_reloads = is_first,
	};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before prctl() */
		return BRB_CLI_USAGE;
	restore_signals(supervisor);
	close_sibling_fds(supervisor, self);
	return brb_cli_worker_process_run(&worker);
}

void brb_cli_children_update_settings(brb_cli_supervisor *supervisor)
{
	brabeion_options options = BRABEION_OPTIONS(.config = supervisor->options->config);
	brabeion_config_work_settings(&options, &supervisor->settings, NULL);
}

static void close_pipe(const int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

bool brb_cli_children_spawn(brb_cli_supervisor *supervisor, brb_cli_child *child)
{
	int commands[2] = { -1, -1 }, claims[2] = { -1, -1 };
	pid_t parent = getpid();
	brb_cli_children_update_settings(supervisor); /* the file may have changed */
	if (pipe2(commands, O_CLOEXEC) != 0 || pipe2(claims, O_CLOEXEC | O_NONBLOCK) != 0) {
		brb_cli_report_say(supervisor->report, "brabeion worker: cannot make a pipe: %s", strerror(errno));
		close_pipe(commands);
		return false;
	}
	if (getrandom(&child->secret, sizeof child->secret, 0) != sizeof child->secret)
		child->secret = (uint64_t)brb_clock_monotonic_us();
	brb_cli_shared_status_clear(child->shared, child->secret);
	pid_t pid = fork();
	if (pid == 0) {
		close(commands[1]);
		close(claims[0]);
		exit(run_child(supervisor, child, commands[0], claims[1], parent));
	}
	if (pid < 0) {
		brb_cli_report_say(supervisor->report, "brabeion worker: cannot fork: %s", strerror(errno));
		close_pipe(commands);
		close_pipe(claims);
		return false;
	}
	close(commands[0]);
	close(claims[1]);
	child->pid = pid;
	child->command_fd = commands[1];
	child->claim_fd = claims[0];
	child->overdue_job = 0;
	child->is_damaged = false;
	child->busy_looks = 0;
	child->starts++;
	return true;
}

/* ---- exits ------------------------------------------------------------------------------------------------------- */

static void plan_successor(brb_cli_child *child, int64_t first_us, int64_t max_us)
{
	unsigned doublings = child->setbacks < 16 ? child->setbacks : 16;
	int64_t delay_us = first_us << doublings < max_us ? first_us << doublings : max_us;
	child->start_us = brb_clock_monotonic_us() + delay_us;
	child->setbacks++;
}

/* "was killed by SIGSEGV" */
static void describe_exit(int status, char *text, size_t capacity)
{
	if (!WIFSIGNALED(status)) {
		snprintf(text, capacity, "exited with status %d", WEXITSTATUS(status));
		return;
	}
	const char *name = sigabbrev_np(WTERMSIG(status));
	if (name)
		snprintf(text, capacity, "was killed by SIG%s", name);
	else
		snprintf(text, capacity, "was killed by signal %d", WTERMSIG(status));
}

/* The last note of a process; one without a claim where it sent none. */
static brb_cli_claim_note read_claim(const brb_cli_child *child)
{
	brb_cli_claim_note note = { .claim = 0 }, next;
	while (read(child->claim_fd, &next, sizeof next) == (ssize_t)sizeof next)
		note = next;
	return note;
}

/* Sets the job and claim that it died with. False: the database has to say which job, or nobody can. */
static bool find_job(brb_cli_child *child, brb_cli_crash *crash)
{
	brb_cli_current_job last = { 0 };
	brb_cli_claim_note note = read_claim(child);
	bool is_known = brb_cli_shared_status_read_job(child->shared, child->secret, &last) == BRB_CLI_READING_FINE;
	if (child->overdue_job && child->overdue_job != last.job)
		last.job = 0; /* it finished that job before the signal came */
	crash->claim = note.claim;
	crash->job = last.job ? last.job : note.is_careful ? BRABEION_JOB_HELD : 0;
	child->is_careful = !is_known || child->is_damaged;
	return last.job != 0;
}

static void take_crash(brb_cli_supervisor *supervisor, brb_cli_child *child, int pid, const char *how)
{
	char limit[32];
	brb_cli_crash *crash = &child->crash;
	*crash = (brb_cli_crash){ .job = 0 };
	bool has_job = find_job(child, crash);
	child->has_crash = true;
	if (atomic_load(&child->shared->jobs_done) > 0)
		child->setbacks = 0;
	brb_cli_children_duration(supervisor->settings.time_limit_us, limit, sizeof limit);
	if (child->overdue_job && has_job)
		snprintf(crash->why, sizeof crash->why, "exceeded the time limit of %s", limit);
	else
		snprintf(crash->why, sizeof crash->why, "its worker %s", how);
	if (!has_job) {
		brb_cli_report_say(supervisor->report, "worker %d %s%s", pid, how,
				   child->is_careful
					   ? ", and a plugin has written over what it told: the next judges "
					     "one job at a time"
					   : "");
		plan_successor(child, DELAY_FIRST_US, DELAY_MAX_US);
		return;
	}
	if (child->overdue_job)
		brb_cli_report_say(supervisor->report, "worker %d was killed: job %" PRId64 " %s", pid, crash->job,
				   crash->why);
	else
		brb_cli_report_say(supervisor->report, "worker %d %s at job %" PRId64, pid, how, crash->job);
	plan_successor(child, JOB_DELAY_FIRST_US, JOB_DELAY_MAX_US);
}

/* Reports a failure unless it is the same as the last. */
static void report_failure(brb_cli_supervisor *supervisor, const char *message)
{
	if (strcmp(supervisor->last_failure, message) == 0)
		return;
	brb_cli_report_say(supervisor->report, "%s", message);
	if (supervisor->has_opened && !supervisor->options->until_idle)
		brb_cli_report_say(supervisor->report, "(trying again)");
	snprintf(supervisor->last_failure, sizeof supervisor->last_failure, "%s", message);
}

static void take_failure(brb_cli_supervisor *supervisor, brb_cli_child *child, const char *message, int exit_code)
{
	report_failure(supervisor, message);
	if (!supervisor->has_opened || supervisor->options->until_idle)
		brb_cli_children_end(supervisor, exit_code);
	plan_successor(child, DELAY_FIRST_US, DELAY_MAX_US);
}

static void take_crash_at_opening(brb_cli_supervisor *supervisor, brb_cli_child *child, const char *how)
{
	char message[200];
	snprintf(message, sizeof message, "a worker %s while it loaded the plugins", how);
	take_failure(supervisor, child, message, BRB_CLI_USAGE);
}

static void take_reported_failure(brb_cli_supervisor *supervisor, brb_cli_child *child, int status)
{
	char message[BRB_CLI_SHARED_STATUS_MESSAGE_BYTES];
	memcpy(message, child->shared->message, sizeof message);
	message[sizeof message - 1] = '\0';
	take_failure(supervisor, child, message, WIFEXITED(status) ? WEXITSTATUS(status) : BRB_CLI_STORE);
}

static void take_end(brb_cli_supervisor *supervisor, brb_cli_child *child, int pid, int status, brb_cli_stage stage)
{
	char how[64];
	describe_exit(status, how, sizeof how);
	switch (stage) {
	case BRB_CLI_STAGE_FINISHED:
		if (status != 0)
			brb_cli_report_say(supervisor->report, "worker %d %s while it closed the plugins", pid, how);
		child->is_done = supervisor->options->until_idle;
		child->start_us = 0;
		break;
	case BRB_CLI_STAGE_FAILED:
		take_reported_failure(supervisor, child, status);
		break;
	case BRB_CLI_STAGE_WORKING:
	case BRB_CLI_STAGE_DAMAGED:
		take_crash(supervisor, child, pid, how);
		break;
	default:
		take_crash_at_opening(supervisor, child, how);
	}
}

static void take_exit(brb_cli_supervisor *supervisor, brb_cli_child *child, int status)
{
	int pid = (int)child->pid;
	brb_cli_stage stage = brb_cli_shared_status_stage(child->shared, child->secret);
	close(child->command_fd);
	child->command_fd = -1;
	child->pid = 0;
	if (stage != BRB_CLI_STAGE_DAMAGED && atomic_load(&child->shared->crash_recorded))
		child->has_crash = false;
	if (!child->is_given_up)
		take_end(supervisor, child, pid, status, stage);
	close(child->claim_fd);
	child->claim_fd = -1;
}

/* Waits for each pid by itself: the process may have inherited children from the program that called exec(). */
void brb_cli_children_reap(brb_cli_supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		brb_cli_child *child = &supervisor->children[i];
		int status = 0;
		if (child->pid && waitpid(child->pid, &status, WNOHANG) == child->pid)
			take_exit(supervisor, child, status);
	}
}
