/*
 * cli/supervisor/supervisor: see supervisor.h. One loop: start workers whose restart delay is over, wait for signals, events
 * and the next deadline, reap workers that exited, kill those past their time limit.
 */
#include "cli/supervisor/supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/supervisor/children.h"

enum { BUSY_LOOKS_MOST = 3 };

#define NEVER_US INT64_MAX
#define BUSY_LOOK_US INT64_C(100000)
#define WAIT_MAX_US (INT64_C(3600) * 1000000)

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- ending ------------------------------------------------------------------------------------------------------ */

static void report_kill(brb_cli_supervisor *supervisor, brb_cli_child *child)
{
	char grace[32];
	brb_cli_current_job current = { 0 };
	brb_cli_children_duration(supervisor->settings.grace_us, grace, sizeof grace);
	if (brb_cli_shared_status_read_job(child->shared, child->secret, &current) == BRB_CLI_READING_FINE &&
	    current.job)
		brb_cli_report_say(supervisor->report,
				   "worker %d did not finish job %" PRId64 " in the %s of grace and is killed; the "
				   "job is judged again when its lease ends",
				   (int)child->pid, current.job, grace);
	else
		brb_cli_report_say(supervisor->report, "worker %d did not end in the %s of grace and is killed",
				   (int)child->pid, grace);
}

static void kill_at_deadline(brb_cli_supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->count; i++)
		if (supervisor->children[i].pid)
			report_kill(supervisor, &supervisor->children[i]);
	brb_cli_children_kill(supervisor);
	supervisor->kill_deadline_us = NEVER_US;
}

static bool is_over(const brb_cli_supervisor *supervisor)
{
	bool all_done = true;
	bool any_running = false;
	for (size_t i = 0; i < supervisor->count; i++) {
		all_done = all_done && supervisor->children[i].is_done;
		any_running = any_running || supervisor->children[i].pid;
	}
	return all_done || (supervisor->is_ending && !any_running);
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

/* Reads the file before the workers do, so that its faults are reported once. */
static void reload(brb_cli_supervisor *supervisor)
{
	brabeion_options options = BRABEION_OPTIONS(.config = supervisor->options->config);
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = brabeion_config_work_settings(&options, &supervisor->settings, &error);
	if (error.status == BRABEION_OK) {
		brb_cli_children_command(supervisor, BRB_CLI_COMMAND_RELOAD);
		return;
	}
	brb_cli_report_say(supervisor->report, "not reloaded, the badges stay as they are: %s",
			   error.message ? error.message : brabeion_status_name(error.status));
	brabeion_error_finish(&error);
}

static void take_signal(brb_cli_supervisor *supervisor, int number)
{
	if (number == SIGHUP) {
		reload(supervisor);
	} else if (number == SIGINT || number == SIGTERM) {
		if (supervisor->signal) {
			supervisor->exit_code = 128 + number;
			brb_cli_children_kill(supervisor);
		} else {
			brb_cli_report_say(supervisor->report,
					   "ending after the current jobs; a second signal ends at once");
		}
		supervisor->signal = number;
		brb_cli_children_end(supervisor, BRB_CLI_FINE);
	}
}

static void take_signals(brb_cli_supervisor *supervisor)
{
	struct signalfd_siginfo info;
	while (read(supervisor->signal_fd, &info, sizeof info) == sizeof info)
		take_signal(supervisor, (int)info.ssi_signo);
}

static bool block_signals(brb_cli_supervisor *supervisor)
{
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would keep waitpid() from seeing exits */
	sigprocmask(SIG_BLOCK, &wanted, &supervisor->mask_before);
	supervisor->signal_fd = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	return supervisor->signal_fd >= 0;
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

/* The first worker starts alone: a fault in badges.yaml or a plugin need not end all of them. */
static size_t wanted_count(const brb_cli_supervisor *supervisor)
{
	return supervisor->is_ending ? 0 : supervisor->has_opened ? supervisor->count : 1;
}

static void start_due(brb_cli_supervisor *supervisor)
{
	int64_t now_us = brb_clock_monotonic_us();
	for (size_t i = 0; i < wanted_count(supervisor); i++) {
		brb_cli_child *child = &supervisor->children[i];
		if (child->pid || child->is_done || child->start_us > now_us)
			continue;
		if (!brb_cli_children_spawn(supervisor, child)) {
			child->start_us = now_us + 1000000;
			if (!supervisor->has_opened)
				brb_cli_children_end(supervisor, BRB_CLI_USAGE);
		}
	}
}

static void check_opened(brb_cli_supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->count; i++) {
		const brb_cli_child *child = &supervisor->children[i];
		brb_cli_stage stage = child->starts ? brb_cli_shared_status_stage(child->shared, child->secret)
						    : BRB_CLI_STAGE_OPENING;
		if (stage == BRB_CLI_STAGE_WORKING || stage == BRB_CLI_STAGE_FINISHED)
			supervisor->has_opened = true;
	}
}

/* Whether a plugin has written over the status. A worker writes it in no time; a process that is stopped meanwhile is rare. */
static bool is_damaged(brb_cli_child *child, brb_cli_reading reading)
{
	child->busy_looks = reading == BRB_CLI_READING_BUSY ? child->busy_looks + 1 : 0;
	return reading == BRB_CLI_READING_DAMAGED || child->busy_looks >= BUSY_LOOKS_MOST;
}

/* Kills a worker whose job exceeds the time limit, or whose status is damaged. Returns when to look again. */
static int64_t enforce_on(brb_cli_supervisor *supervisor, brb_cli_child *child, int64_t now_us)
{
	brb_cli_current_job current = { 0 };
	brb_cli_reading reading = brb_cli_shared_status_read_job(child->shared, child->secret, &current);
	int64_t end_us = (current.job ? current.since_us : now_us) + supervisor->settings.time_limit_us;
	child->is_damaged = is_damaged(child, reading);
	if (child->is_damaged || end_us <= now_us) {
		child->overdue_job = current.job;
		kill(child->pid, SIGKILL);
		return NEVER_US;
	}
	return reading == BRB_CLI_READING_BUSY ? least(end_us, now_us + BUSY_LOOK_US) : end_us;
}

/* Returns when to check again. */
static int64_t enforce_time_limit(brb_cli_supervisor *supervisor)
{
	int64_t now_us = brb_clock_monotonic_us();
	int64_t next_us = NEVER_US;
	for (size_t i = 0; i < supervisor->count; i++) {
		brb_cli_child *child = &supervisor->children[i];
		if (child->pid && !child->overdue_job && !child->is_damaged)
			next_us = least(next_us, enforce_on(supervisor, child, now_us));
	}
	return next_us;
}

static int64_t next_start_us(const brb_cli_supervisor *supervisor)
{
	int64_t next_us = NEVER_US;
	for (size_t i = 0; i < wanted_count(supervisor); i++)
		if (!supervisor->children[i].pid && !supervisor->children[i].is_done)
			next_us = least(next_us, supervisor->children[i].start_us);
	return next_us;
}

static void wait_until(brb_cli_supervisor *supervisor, int64_t until_us)
{
	struct pollfd fds[] = { { .fd = supervisor->signal_fd, .events = POLLIN },
				{ .fd = supervisor->event_fd, .events = POLLIN } };
	int64_t wait_us = until_us - brb_clock_monotonic_us();
	wait_us = wait_us < 0 ? 0 : least(wait_us, WAIT_MAX_US);
	struct timespec time = { .tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000 };
	ppoll(fds, 2, &time, NULL);
	uint64_t events;
	if (read(supervisor->event_fd, &events, sizeof events) > 0) { /* a worker has opened or reloaded */
		check_opened(supervisor);
		brb_cli_children_update_settings(supervisor);
		supervisor->last_failure[0] = '\0';
	}
}

static void supervise(brb_cli_supervisor *supervisor)
{
	while (!is_over(supervisor)) {
		start_due(supervisor);
		if (supervisor->is_ending && brb_clock_monotonic_us() >= supervisor->kill_deadline_us)
			kill_at_deadline(supervisor);
		int64_t until_us = least(enforce_time_limit(supervisor), next_start_us(supervisor));
		if (supervisor->is_ending)
			until_us = least(until_us, supervisor->kill_deadline_us);
		if (is_over(supervisor))
			break;
		wait_until(supervisor, until_us);
		take_signals(supervisor);
		check_opened(supervisor);
		brb_cli_children_reap(supervisor);
	}
}

/* ---- open and close ---------------------------------------------------------------------------------------------- */

static bool open_children(brb_cli_supervisor *supervisor)
{
	supervisor->count = supervisor->options->processes;
	supervisor->children = calloc(supervisor->count, sizeof *supervisor->children);
	for (size_t i = 0; i < supervisor->count && supervisor->children; i++) {
		supervisor->children[i].command_fd = supervisor->children[i].claim_fd = -1;
		supervisor->children[i].shared = brb_cli_shared_status_open();
		if (!supervisor->children[i].shared)
			return false;
	}
	return supervisor->children != NULL;
}

static void close_children(brb_cli_supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->count && supervisor->children; i++)
		brb_cli_shared_status_close(supervisor->children[i].shared);
	free(supervisor->children);
}

static int open_and_supervise(brb_cli_supervisor *supervisor)
{
	if (!open_children(supervisor))
		return brb_cli_fail_memory(supervisor->report);
	supervisor->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (supervisor->event_fd < 0 || !block_signals(supervisor)) {
		brb_cli_report_say(supervisor->report, "brabeion worker: signals: %s", strerror(errno));
		return BRB_CLI_USAGE;
	}
	supervise(supervisor);
	close(supervisor->signal_fd);
	sigprocmask(SIG_SETMASK, &supervisor->mask_before, NULL);
	return supervisor->exit_code;
}

int brb_cli_supervisor_run(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_supervisor *supervisor = calloc(1, sizeof *supervisor);
	brabeion_options wanted = BRABEION_OPTIONS(.config = options->config);
	brabeion_error error = BRABEION_NO_ERROR;
	if (!supervisor)
		return brb_cli_fail_memory(report);
	*supervisor = (brb_cli_supervisor){
		.options = options, .report = report, .event_fd = -1, .settings = BRABEION_WORK_SETTINGS()
	};
	error.status = brabeion_config_work_settings(&wanted, &supervisor->settings, &error);
	int exit_code = error.status == BRABEION_OK ? open_and_supervise(supervisor) : brb_cli_fail(report, &error);
	if (supervisor->event_fd >= 0)
		close(supervisor->event_fd);
	close_children(supervisor);
	free(supervisor);
	return exit_code;
}
