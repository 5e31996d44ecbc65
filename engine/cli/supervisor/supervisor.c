/*
 * cli/supervisor/supervisor: see crew.h. One loop: who is due is born; it waits for signals, news and the next time at which something is
 * due; it looks who has died, and whose time is up.
 */
#include "cli/supervisor/supervisor_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define NEVER_US INT64_MAX
#define WAIT_MOST_US (INT64_C(3600) * 1000000)

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- ending ------------------------------------------------------------------------------------------------------ */

static void send_order(brb_cli_supervisor *crew, char order)
{
	for (size_t i = 0; i < crew->count; i++) {
		if (!crew->members[i].pid)
			continue;
		ssize_t written = write(crew->members[i].orders, &order, 1); /* EPIPE: it is dead, and soon reaped */
		(void)written;
	}
}

void brb_cli_supervisor_end(brb_cli_supervisor *crew, int exit_code)
{
	if (crew->ends)
		return;
	crew->ends = true;
	crew->exit_code = exit_code;
	crew->kill_deadline_us = brb_cli_progress_bar_now_us() + crew->settings.grace_us;
	send_order(crew, BRB_CLI_ORDER_STOP);
}

static void kill_all(brb_cli_supervisor *crew)
{
	for (size_t i = 0; i < crew->count; i++) {
		brb_cli_child *member = &crew->members[i];
		member->is_given_up = member->pid != 0;
		if (member->pid)
			kill(member->pid, SIGKILL);
	}
}

static void tell_impatience(brb_cli_supervisor *crew, brb_cli_child *member)
{
	char grace[32];
	brb_cli_read_entry sight = { 0 };
	brb_cli_supervisor_duration(crew->settings.grace_us, grace, sizeof grace);
	if (brb_cli_shared_status_look(member->post, &sight) && sight.job)
		brb_cli_report_say(crew->report,
				   "worker %d was not done with job %" PRId64
				   " in the %s of grace, and is killed; the "
				   "job is judged again when its lease ends",
				   (int)member->pid, sight.job, grace);
	else
		brb_cli_report_say(crew->report, "worker %d did not end in the %s of grace, and is killed",
				   (int)member->pid, grace);
}

static void end_impatiently(brb_cli_supervisor *crew)
{
	for (size_t i = 0; i < crew->count; i++)
		if (crew->members[i].pid)
			tell_impatience(crew, &crew->members[i]);
	kill_all(crew);
	crew->kill_deadline_us = NEVER_US;
}

static bool has_anyone(const brb_cli_supervisor *crew)
{
	for (size_t i = 0; i < crew->count; i++)
		if (crew->members[i].pid)
			return true;
	return false;
}

static bool is_over(const brb_cli_supervisor *crew)
{
	bool all_done = true;
	for (size_t i = 0; i < crew->count; i++)
		all_done = all_done && crew->members[i].is_done;
	return all_done || (crew->ends && !has_anyone(crew));
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

/* The supervisor reads the file first: what is wrong with it is told once, and no worker need try. */
static void reload(brb_cli_supervisor *crew)
{
	brabeion_options options = { .config = crew->options->config };
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = brabeion_read_work_settings(&options, &crew->settings, &error);
	if (error.status == BRABEION_OK) {
		send_order(crew, BRB_CLI_ORDER_RELOAD);
		return;
	}
	brb_cli_report_say(crew->report, "not reloaded, the badges stay as they are: %s",
			   error.message ? error.message : brabeion_status_name(error.status));
	brabeion_error_finish(&error);
}

static void take_signal(brb_cli_supervisor *crew, int number)
{
	if (number == SIGHUP) {
		reload(crew);
	} else if (number == SIGINT || number == SIGTERM) {
		if (crew->signal) {
			crew->exit_code = 128 + number;
			kill_all(crew);
		} else {
			brb_cli_report_say(crew->report,
					   "ending with the jobs at hand; a second signal ends at once");
		}
		crew->signal = number;
		brb_cli_supervisor_end(crew, BRB_CLI_FINE);
	}
}

static void take_signals(brb_cli_supervisor *crew)
{
	struct signalfd_siginfo about;
	while (read(crew->signals, &about, sizeof about) == sizeof about)
		take_signal(crew, (int)about.ssi_signo);
}

static bool take_over_signals(brb_cli_supervisor *crew)
{
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would let nobody be waited for */
	sigprocmask(SIG_BLOCK, &wanted, &crew->mask_before);
	crew->signals = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
	return crew->signals >= 0;
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

/* The first goes ahead: what is wrong with badges.yaml or a plugin need not end all of them. */
static void start_due(brb_cli_supervisor *crew)
{
	int64_t now_us = brb_cli_progress_bar_now_us();
	size_t wanted = crew->has_opened ? crew->count : 1;
	for (size_t i = 0; i < wanted && !crew->ends; i++) {
		brb_cli_child *member = &crew->members[i];
		if (member->pid || member->is_done || member->start_us > now_us)
			continue;
		if (!brb_cli_supervisor_spawn(crew, member)) {
			member->start_us = now_us + 1000000;
			if (!crew->has_opened)
				brb_cli_supervisor_end(crew, BRB_CLI_USAGE);
		}
	}
}

static void look_whether_open(brb_cli_supervisor *crew)
{
	for (size_t i = 0; i < crew->count; i++) {
		int stage = crew->members[i].lives ? atomic_load(&crew->members[i].post->stage) : 0;
		if (stage == BRB_CLI_STAGE_WORKING || stage == BRB_CLI_STAGE_FINISHED)
			crew->has_opened = true;
	}
}

/* Kills who is at a job for too long. Answers when to look again. */
static int64_t keep_time(brb_cli_supervisor *crew)
{
	int64_t now_us = brb_cli_progress_bar_now_us();
	int64_t next_us = NEVER_US;
	for (size_t i = 0; i < crew->count; i++) {
		brb_cli_child *member = &crew->members[i];
		brb_cli_read_entry sight = { 0 };
		if (!member->pid || member->outran)
			continue;
		bool sees = brb_cli_shared_status_look(member->post, &sight) && sight.job;
		int64_t end_us = (sees ? sight.since_us : now_us) + crew->settings.time_limit_us;
		if (end_us <= now_us) {
			member->outran = sight.job;
			kill(member->pid, SIGKILL);
		} else {
			next_us = least(next_us, end_us);
		}
	}
	return next_us;
}

static int64_t next_birth_us(const brb_cli_supervisor *crew)
{
	int64_t next_us = NEVER_US;
	size_t wanted = crew->has_opened ? crew->count : 1;
	for (size_t i = 0; i < wanted && !crew->ends; i++)
		if (!crew->members[i].pid && !crew->members[i].is_done)
			next_us = least(next_us, crew->members[i].start_us);
	return next_us;
}

static void wait_for_something(brb_cli_supervisor *crew, int64_t until_us)
{
	struct pollfd fds[] = { { .fd = crew->signals, .events = POLLIN }, { .fd = crew->news, .events = POLLIN } };
	int64_t wait_us = until_us - brb_cli_progress_bar_now_us();
	wait_us = wait_us < 0 ? 0 : least(wait_us, WAIT_MOST_US);
	struct timespec time = { .tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000 };
	ppoll(fds, 2, &time, NULL);
	uint64_t news;
	if (read(crew->news, &news, sizeof news) > 0) { /* else there is none */
		look_whether_open(crew);
		brb_cli_supervisor_renew_settings(crew); /* a worker has opened, or has reloaded what it watches */
		crew->told[0] = '\0';                    /* what was wrong is so no more */
	}
}

static void supervise(brb_cli_supervisor *crew)
{
	while (!is_over(crew)) {
		start_due(crew);
		if (crew->ends && brb_cli_progress_bar_now_us() >= crew->kill_deadline_us)
			end_impatiently(crew);
		int64_t until_us = least(keep_time(crew), next_birth_us(crew));
		if (crew->ends)
			until_us = least(until_us, crew->kill_deadline_us);
		if (is_over(crew))
			break;
		wait_for_something(crew, until_us);
		take_signals(crew);
		look_whether_open(crew);
		brb_cli_supervisor_reap(crew);
	}
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int open_members(brb_cli_supervisor *crew)
{
	crew->count = crew->options->processes;
	crew->members = calloc(crew->count, sizeof *crew->members);
	for (size_t i = 0; i < crew->count && crew->members; i++) {
		crew->members[i].orders = -1;
		crew->members[i].post = brb_cli_shared_status_open();
		if (!crew->members[i].post)
			return BRB_CLI_STORE;
	}
	return crew->members ? BRB_CLI_FINE : BRB_CLI_STORE;
}

static void close_members(brb_cli_supervisor *crew)
{
	for (size_t i = 0; i < crew->count && crew->members; i++)
		brb_cli_shared_status_close(crew->members[i].post);
	free(crew->members);
}

static int open_and_supervise(brb_cli_supervisor *crew)
{
	if (open_members(crew) != BRB_CLI_FINE) {
		brb_cli_report_say(crew->report, "out of memory");
		return BRB_CLI_STORE;
	}
	crew->news = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (crew->news < 0 || !take_over_signals(crew)) {
		brb_cli_report_say(crew->report, "brabeion worker: signals: %s", strerror(errno));
		return BRB_CLI_USAGE;
	}
	supervise(crew);
	close(crew->signals);
	sigprocmask(SIG_SETMASK, &crew->mask_before, NULL);
	return crew->exit_code;
}

int brb_cli_supervisor_run(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_supervisor *crew = calloc(1, sizeof *crew);
	brabeion_options about = { .config = options->config };
	brabeion_error error = BRABEION_NO_ERROR;
	if (!crew) {
		brb_cli_report_say(report, "out of memory");
		return BRB_CLI_STORE;
	}
	*crew = (brb_cli_supervisor){ .options = options, .report = report, .news = -1 };
	error.status = brabeion_read_work_settings(&about, &crew->settings, &error);
	int exit_code = error.status == BRABEION_OK ? open_and_supervise(crew) : brb_cli_fail(report, &error);
	if (crew->news >= 0)
		close(crew->news);
	close_members(crew);
	free(crew);
	return exit_code;
}
