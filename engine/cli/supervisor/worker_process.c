/*
 * cli/supervisor/worker_process: see worker_process.h. A second thread reads commands, since a job may take long.
 */
#include "cli/supervisor/worker_process.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CAREFUL_JOBS = 100 };

/* Drops what every worker would log alike while it opens or reloads. */
static void take_log(void *context, brabeion_log_level level, const char *message)
{
	const brb_cli_worker_process *worker = context;
	bool opens = !atomic_load(&worker->is_open);
	bool reloads =
		atomic_load(&worker->has_listener_self) && pthread_equal(pthread_self(), worker->listener_self);
	if ((opens && !worker->logs_opening) || (reloads && !worker->logs_reloads))
		return;
	brb_cli_report_log(worker->report, level, message);
}

/* ---- failing ----------------------------------------------------------------------------------------------------- */

/* The supervisor reports it, unless it has already. */
static int fail(brb_cli_worker_process *worker, brabeion_error *error)
{
	int exit_code = brb_cli_exit_code(error->status);
	brb_cli_shared_status_fail(worker->shared, worker->secret,
				   error->message ? error->message : brabeion_status_name(error->status));
	brabeion_error_finish(error);
	return exit_code;
}

static int fail_system(brb_cli_worker_process *worker, const char *what, int why)
{
	char message[200];
	snprintf(message, sizeof message, "brabeion worker: %s: %s", what, strerror(why));
	brb_cli_shared_status_fail(worker->shared, worker->secret, message);
	return BRB_CLI_USAGE;
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

static void reload(brb_cli_worker_process *worker)
{
	brabeion_receipt receipt = BRABEION_RECEIPT();
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brabeion_reload(worker->engine, &receipt, &error);
	if (worker->logs_reloads && status == BRABEION_OK)
		brb_cli_report_say(worker->report,
				   "reloaded %s: generation %" PRIu64 ", %u added, %u changed, %u removed, %u kept",
				   worker->options->config, receipt.generation, receipt.added, receipt.changed,
				   receipt.removed, receipt.kept);
	else if (worker->logs_reloads)
		brb_cli_report_say(worker->report, "not reloaded, the badges stay as they are: %s",
				   error.message ? error.message : brabeion_status_name(status));
	brabeion_error_finish(&error);
}

static void signal_event(int fd)
{
	ssize_t written = write(fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	(void)written; /* a full counter is readable as well */
}

/* The supervisor then reads the time limit and the other settings again. */
static void notice_reload(void *context, const brabeion_receipt *receipt, const brabeion_error *error)
{
	const brb_cli_worker_process *worker = context;
	(void)error;
	if (receipt)
		signal_event(worker->event_fd);
}

static void *listen_for_commands(void *context)
{
	brb_cli_worker_process *worker = context;
	worker->listener_self = pthread_self();
	atomic_store(&worker->has_listener_self, true);
	struct pollfd fds[] = { { .fd = worker->quit_fd, .events = POLLIN },
				{ .fd = worker->command_fd, .events = POLLIN } };
	for (;;) {
		char command = BRB_CLI_COMMAND_STOP;
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			return NULL;
		if (read(worker->command_fd, &command, 1) < 0)
			continue;
		if (command == BRB_CLI_COMMAND_STOP)
			break;
		if (command == BRB_CLI_COMMAND_RELOAD)
			reload(worker);
	}
	brabeion_work_stop(worker->engine);
	return NULL;
}

/* Returns 0 or an errno. */
static int start_listening(brb_cli_worker_process *worker)
{
	worker->quit_fd = eventfd(0, EFD_CLOEXEC);
	if (worker->quit_fd < 0)
		return errno;
	int why = pthread_create(&worker->listener, NULL, listen_for_commands, worker);
	worker->has_listener = why == 0;
	return why;
}

static void stop_listening(brb_cli_worker_process *worker)
{
	if (!worker->has_listener)
		return;
	signal_event(worker->quit_fd);
	pthread_join(worker->listener, NULL);
	worker->has_listener = false;
}

/* ---- working ----------------------------------------------------------------------------------------------------- */

static void warn_parked(brb_cli_worker_process *worker)
{
	const brb_cli_crash *crash = worker->crash;
	brabeion_job_page page = BRABEION_JOB_PAGE();
	if (crash->job == BRABEION_JOB_HELD)
		brb_cli_report_say(worker->report,
				   "warning: the one job that a worker held is parked (see \"brabeion jobs\"): %s",
				   crash->why);
	if (brabeion_job(worker->engine, crash->job, &page, NULL) != BRABEION_OK)
		return;
	if (page.found)
		brb_cli_report_say(worker->report,
				   "warning: job %" PRId64 " of badge \"%s\" for user \"%s\" is parked after %u "
				   "attempts: %s",
				   crash->job, page.job->badge, page.job->user, page.job->attempts, crash->why);
	brabeion_job_page_finish(&page);
}

/* Before a job is claimed: else the job of that crash could crash this process, too, and the first would not count. */
static brabeion_status record_crash(brb_cli_worker_process *worker, brabeion_error *error)
{
	const brb_cli_crash *crash = worker->crash;
	bool parked = false;
	if (!crash)
		return BRABEION_OK;
	error->status = brabeion_job_died(worker->engine, crash->job, crash->claim, crash->why, &parked, error);
	if (error->status != BRABEION_OK)
		return error->status;
	brb_cli_shared_status_set_crash_recorded(worker->shared, worker->secret);
	if (parked)
		warn_parked(worker);
	return BRABEION_OK;
}

static brabeion_status open_engine(brb_cli_worker_process *worker, brabeion_error *error)
{
	brabeion_engine *engine = NULL;
	brabeion_options options =
		BRABEION_OPTIONS(.config = worker->options->config, .database = worker->options->database,
				 .log = take_log, .log_context = worker, .no_workers = true);
	error->status = brabeion_open(&options, &engine, error);
	worker->engine = engine;
	atomic_store(&worker->is_open, engine != NULL);
	if (engine)
		error->status = brabeion_on_reload(engine, notice_reload, worker);
	return error->status;
}

/* Before anything is claimed, and for each job. */
static void note_job(void *context, int64_t job, int64_t claim)
{
	brb_cli_worker_process *worker = context;
	if (claim != worker->claim) {
		const brb_cli_claim_note note = { .claim = claim, .is_careful = worker->is_careful };
		ssize_t written = write(worker->claim_fd, &note, sizeof note);
		(void)written; /* the supervisor has died */
		worker->claim = claim;
	}
	brb_cli_shared_status_set_job(worker->shared, worker->secret, job, claim);
	if (worker->is_careful && !job && ++worker->careful_jobs == CAREFUL_JOBS)
		signal_event(worker->calm_fd);
}

static brabeion_status work(brb_cli_worker_process *worker, brabeion_error *error)
{
	brabeion_work_options options =
		BRABEION_WORK_OPTIONS(.batch = worker->is_careful ? 1 : 0, .until_idle = worker->options->until_idle,
				      .stop_fd = worker->calm_fd, .has_stop_fd = worker->is_careful,
				      .on_job = note_job, .context = worker);
	return error->status = brabeion_work(worker->engine, &options, error);
}

/* One job at a time after a death that could not be told of a job; if all goes well for a while, as usual. */
static brabeion_status judge(brb_cli_worker_process *worker, brabeion_error *error)
{
	brb_cli_shared_status_set_stage(worker->shared, worker->secret, BRB_CLI_STAGE_WORKING);
	signal_event(worker->event_fd);
	if (!worker->is_careful)
		return work(worker, error);
	worker->calm_fd = eventfd(0, EFD_CLOEXEC);
	if (worker->calm_fd < 0)
		return error->status = BRABEION_SYSTEM;
	brabeion_status status = work(worker, error);
	bool goes_on = worker->careful_jobs >= CAREFUL_JOBS;
	close(worker->calm_fd);
	worker->is_careful = false;
	return status == BRABEION_OK && goes_on ? work(worker, error) : status;
}

/* Before the engine is closed, where a plugin may crash, too. */
static int publish_end(brb_cli_worker_process *worker, int why, brabeion_error *error)
{
	if (why)
		return fail_system(worker, "cannot start a thread", why);
	if (error->status != BRABEION_OK)
		return fail(worker, error);
	brb_cli_shared_status_set_stage(worker->shared, worker->secret, BRB_CLI_STAGE_FINISHED);
	return BRB_CLI_FINE;
}

int brb_cli_worker_process_run(brb_cli_worker_process *worker)
{
	brabeion_error error = BRABEION_NO_ERROR;
	int why = 0;
	if (open_engine(worker, &error) == BRABEION_OK && record_crash(worker, &error) == BRABEION_OK &&
	    (why = start_listening(worker)) == 0)
		judge(worker, &error);
	stop_listening(worker);
	int exit_code = publish_end(worker, why, &error);
	brabeion_close(worker->engine);
	return exit_code;
}
