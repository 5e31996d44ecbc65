/*
 * cli/supervisor/children: how worker processes are born, and what their deaths mean.
 */
#include "cli/supervisor/supervisor_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A job that ends its worker is tried again later: the others need not wait. All else may last. */
#define PAUSE_JOB_FIRST_US INT64_C(10000)
#define PAUSE_JOB_MOST_US INT64_C(1000000)
#define PAUSE_FIRST_US INT64_C(100000)
#define PAUSE_MOST_US INT64_C(10000000)

void brb_cli_supervisor_duration(int64_t duration_us, char *text, size_t capacity)
{
	if (duration_us % 1000000 == 0)
		snprintf(text, capacity, "%" PRId64 " s", duration_us / 1000000);
	else
		snprintf(text, capacity, "%" PRId64 " ms", duration_us / 1000);
}

/* ---- birth ------------------------------------------------------------------------------------------------------- */

/* The supervisor's signals come to its whole group from a terminal; it passes on what they mean. */
static void restore_signals(const brb_cli_supervisor *crew)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &crew->mask_before, NULL);
}

/* What belongs to the others is out of a plugin's reach. */
static void close_sibling_fds(const brb_cli_supervisor *crew, const brb_cli_child *self)
{
	for (size_t i = 0; i < crew->count; i++) {
		const brb_cli_child *member = &crew->members[i];
		if (member->orders >= 0)
			close(member->orders);
		if (member != self)
			brb_cli_shared_status_close(member->post);
	}
	close(crew->signals);
}

static int live(brb_cli_supervisor *crew, brb_cli_child *self, int orders, pid_t parent)
{
	bool is_first = self == crew->members;
	brb_cli_worker_process hand = {
		.options = crew->options,
		.report = crew->report,
		.post = self->post,
		.death = self->has_death ? &self->death : NULL,
		.orders = orders,
		.news = crew->news,
		.tells_opening = is_first && self->lives == 0,
		.tells_reloads = is_first,
	};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it has died before that */
		return BRB_CLI_USAGE;
	restore_signals(crew);
	close_sibling_fds(crew, self);
	return brb_cli_worker_process_work(&hand);
}

void brb_cli_supervisor_renew_settings(brb_cli_supervisor *crew)
{
	brabeion_options options = { .config = crew->options->config };
	brabeion_read_work_settings(&options, &crew->settings, NULL);
}

bool brb_cli_supervisor_spawn(brb_cli_supervisor *crew, brb_cli_child *member)
{
	int orders[2];
	pid_t parent = getpid();
	brb_cli_supervisor_renew_settings(crew); /* the file may have changed */
	if (pipe2(orders, O_CLOEXEC) != 0) {
		brb_cli_report_say(crew->report, "brabeion worker: no pipe can be made: %s", strerror(errno));
		return false;
	}
	brb_cli_shared_status_clear(member->post);
	pid_t pid = fork();
	if (pid == 0) {
		close(orders[1]);
		exit(live(crew, member, orders[0], parent));
	}
	close(orders[0]);
	if (pid < 0) {
		brb_cli_report_say(crew->report, "brabeion worker: no process can be made: %s", strerror(errno));
		close(orders[1]);
		return false;
	}
	member->pid = pid;
	member->orders = orders[1];
	member->outran = 0;
	member->lives++;
	return true;
}

/* ---- death ------------------------------------------------------------------------------------------------------- */

static void plan_next(brb_cli_child *member, int64_t first_us, int64_t most_us)
{
	unsigned doublings = member->setbacks < 16 ? member->setbacks : 16;
	int64_t pause_us = first_us << doublings < most_us ? first_us << doublings : most_us;
	member->start_us = brb_cli_progress_bar_now_us() + pause_us;
	member->setbacks++;
}

/* "was killed by SIGSEGV" */
static void describe_end(int status, char *text, size_t capacity)
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

/* Its job, if it is sure that it had one. */
static brb_cli_read_entry last_sight(brb_cli_child *member)
{
	brb_cli_read_entry sight = { 0 };
	if (!brb_cli_shared_status_look(member->post, &sight)) {
		sight.claim = atomic_load(&member->post->claim);
		sight.job = 0;
	}
	if (member->outran && member->outran != sight.job)
		sight.job = 0; /* it was done with that job after all */
	return sight;
}

static void write_why(const brb_cli_supervisor *crew, const brb_cli_child *member, const char *end,
		      brb_cli_crash *death)
{
	char limit[32];
	brb_cli_supervisor_duration(crew->settings.time_limit_us, limit, sizeof limit);
	if (member->outran && death->job)
		snprintf(death->why, sizeof death->why, "outran the time limit of %s", limit);
	else
		snprintf(death->why, sizeof death->why, "its worker %s", end);
}

static void take_death_at_work(brb_cli_supervisor *crew, brb_cli_child *member, pid_t pid, const char *end)
{
	brb_cli_read_entry sight = last_sight(member);
	bool has_worked = atomic_load(&member->post->ended) > 0;
	member->death = (brb_cli_crash){ .job = sight.job, .claim = sight.claim };
	member->has_death = true;
	write_why(crew, member, end, &member->death);
	if (has_worked)
		member->setbacks = 0;
	if (sight.job && member->outran)
		brb_cli_report_say(crew->report, "worker %d was killed: job %" PRId64 " %s", (int)pid, sight.job,
				   member->death.why);
	else if (sight.job)
		brb_cli_report_say(crew->report, "worker %d %s at job %" PRId64, (int)pid, end, sight.job);
	else
		brb_cli_report_say(crew->report, "worker %d %s", (int)pid, end);
	if (sight.job)
		plan_next(member, PAUSE_JOB_FIRST_US, PAUSE_JOB_MOST_US);
	else
		plan_next(member, PAUSE_FIRST_US, PAUSE_MOST_US);
}

/* What is the same each time is told once. */
static void tell_failure(brb_cli_supervisor *crew, const char *message)
{
	if (strcmp(crew->told, message) == 0)
		return;
	brb_cli_report_say(crew->report, "%s", message);
	if (crew->has_opened && !crew->options->until_idle)
		brb_cli_report_say(crew->report, "(trying again)");
	snprintf(crew->told, sizeof crew->told, "%s", message);
}

/* It could not begin, or not go on. */
static void take_failure(brb_cli_supervisor *crew, brb_cli_child *member, const char *message, int exit_code)
{
	tell_failure(crew, message);
	if (!crew->has_opened || crew->options->until_idle)
		brb_cli_supervisor_end(crew, exit_code);
	plan_next(member, PAUSE_FIRST_US, PAUSE_MOST_US);
}

static void take_death_at_opening(brb_cli_supervisor *crew, brb_cli_child *member, const char *end)
{
	char message[200];
	snprintf(message, sizeof message, "a worker %s before it could begin: while it loaded the plugins", end);
	take_failure(crew, member, message, BRB_CLI_USAGE);
}

static void take_message(brb_cli_supervisor *crew, brb_cli_child *member, int status)
{
	char message[BRB_CLI_SHARED_STATUS_MESSAGE_BYTES];
	memcpy(message, member->post->message, sizeof message);
	message[sizeof message - 1] = '\0';
	take_failure(crew, member, message, WIFEXITED(status) ? WEXITSTATUS(status) : BRB_CLI_STORE);
}

static void take_end(brb_cli_supervisor *crew, brb_cli_child *member, int status)
{
	char end[64];
	pid_t pid = member->pid;
	close(member->orders);
	member->orders = -1;
	member->pid = 0;
	if (atomic_load(&member->post->buried))
		member->has_death = false;
	if (member->is_given_up)
		return;
	describe_end(status, end, sizeof end);
	switch (atomic_load(&member->post->stage)) {
	case BRB_CLI_STAGE_FINISHED:
		if (status != 0)
			brb_cli_report_say(crew->report, "worker %d %s while it closed the plugins", (int)pid, end);
		member->is_done = crew->options->until_idle;
		member->start_us = 0;
		break;
	case BRB_CLI_STAGE_FAILED:
		take_message(crew, member, status);
		break;
	case BRB_CLI_STAGE_WORKING:
		take_death_at_work(crew, member, pid, end);
		break;
	default:
		take_death_at_opening(crew, member, end);
	}
}

/* One by one: there may be children that are not ours, left by whoever became this process. */
void brb_cli_supervisor_reap(brb_cli_supervisor *crew)
{
	for (size_t i = 0; i < crew->count; i++) {
		brb_cli_child *member = &crew->members[i];
		int status = 0;
		if (member->pid && waitpid(member->pid, &status, WNOHANG) == member->pid)
			take_end(crew, member, status);
	}
}
