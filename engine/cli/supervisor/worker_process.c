/*
 * cli/supervisor/worker_process: see hand.h. Orders are heard on a thread, since the other one may be in a job for long.
 */
#include "cli/supervisor/worker_process.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Each process would warn of the same while it opens or reloads. */
static void take_log(void *context, brabeion_log_level level, const char *message)
{
	const brb_cli_worker_process *hand = context;
	bool opens = !atomic_load(&hand->is_open);
	bool reloads = atomic_load(&hand->knows_self) && pthread_equal(pthread_self(), hand->self);
	if ((opens && !hand->tells_opening) || (reloads && !hand->tells_reloads))
		return;
	brb_cli_report_log(hand->report, level, message);
}

/* ---- failing ----------------------------------------------------------------------------------------------------- */

/* Leaves the telling to the supervisor, which knows what has been told. */
static int fail(brb_cli_worker_process *hand, brabeion_error *error)
{
	int exit_code = brb_cli_exit_code(error->status);
	brb_cli_shared_status_fail(hand->post, error->message ? error->message : brabeion_status_name(error->status));
	brabeion_error_finish(error);
	return exit_code;
}

static int fail_system(brb_cli_worker_process *hand, const char *what, int why)
{
	char message[200];
	snprintf(message, sizeof message, "brabeion worker: %s: %s", what, strerror(why));
	brb_cli_shared_status_fail(hand->post, message);
	return BRB_CLI_USAGE;
}

/* ---- orders ------------------------------------------------------------------------------------------------------ */

static void reload(brb_cli_worker_process *hand)
{
	brabeion_receipt receipt;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brabeion_reload(hand->engine, &receipt, &error);
	if (hand->tells_reloads && status == BRABEION_OK)
		brb_cli_report_say(hand->report,
				   "reloaded %s: generation %" PRIu64 ", %u added, %u changed, %u removed, %u kept",
				   hand->options->config, receipt.generation, receipt.added, receipt.changed,
				   receipt.removed, receipt.kept);
	else if (hand->tells_reloads)
		brb_cli_report_say(hand->report, "not reloaded, the badges stay as they are: %s",
				   error.message ? error.message : brabeion_status_name(status));
	brabeion_error_finish(&error);
}

static void signal_event(int fd)
{
	ssize_t written = write(fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	(void)written; /* a full counter is readable as well */
}

/* Whatever it was that made the engine reload: the time limit and the rest are the supervisor's to renew. */
static void notice_reload(void *context, const brabeion_receipt *receipt, const brabeion_error *error)
{
	const brb_cli_worker_process *hand = context;
	(void)error;
	if (receipt)
		signal_event(hand->news);
}

static void *listen_for_orders(void *context)
{
	brb_cli_worker_process *hand = context;
	hand->self = pthread_self();
	atomic_store(&hand->knows_self, true);
	struct pollfd fds[] = { { .fd = hand->quit, .events = POLLIN }, { .fd = hand->orders, .events = POLLIN } };
	for (;;) {
		char order = BRB_CLI_ORDER_STOP;
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			return NULL;
		if (read(hand->orders, &order, 1) < 0)
			continue;
		if (order == BRB_CLI_ORDER_STOP)
			break;
		if (order == BRB_CLI_ORDER_RELOAD)
			reload(hand);
	}
	brabeion_work_stop(hand->engine);
	return NULL;
}

/* Answers errno, 0 when it went well. */
static int start_listening(brb_cli_worker_process *hand)
{
	hand->quit = eventfd(0, EFD_CLOEXEC);
	if (hand->quit < 0)
		return errno;
	int why = pthread_create(&hand->listener, NULL, listen_for_orders, hand);
	hand->listens = why == 0;
	return why;
}

static void stop_listening(brb_cli_worker_process *hand)
{
	if (!hand->listens)
		return;
	signal_event(hand->quit);
	pthread_join(hand->listener, NULL);
	hand->listens = false;
}

/* ---- its work ---------------------------------------------------------------------------------------------------- */

static void tell_parked(brb_cli_worker_process *hand)
{
	const brb_cli_crash *death = hand->death;
	brabeion_job_page page;
	if (brabeion_job(hand->engine, death->job, &page, NULL) != BRABEION_OK)
		return;
	if (page.found)
		brb_cli_report_say(hand->report,
				   "warning: job %" PRId64 " of badge \"%s\" for user \"%s\" is parked after %u "
				   "attempts: %s",
				   death->job, page.job.badge, page.job.user, page.job.attempts, death->why);
	brabeion_job_page_finish(&page);
}

/* Before anything is claimed: else the job that killed the one before might kill this one, uncounted. */
static brabeion_status bury(brb_cli_worker_process *hand, brabeion_error *error)
{
	const brb_cli_crash *death = hand->death;
	bool parked = false;
	if (!death)
		return BRABEION_OK;
	error->status = brabeion_job_died(hand->engine, death->job, death->claim, death->why, &parked, error);
	if (error->status != BRABEION_OK)
		return error->status;
	atomic_store(&hand->post->buried, true);
	if (parked)
		tell_parked(hand);
	return BRABEION_OK;
}

static brabeion_status open_engine(brb_cli_worker_process *hand, brabeion_error *error)
{
	brabeion_engine *engine = NULL;
	brabeion_options options = {
		.config = hand->options->config,
		.database = hand->options->database,
		.log = take_log,
		.log_context = hand,
		.no_workers = true,
	};
	error->status = brabeion_open(&options, &engine, error);
	hand->engine = engine;
	atomic_store(&hand->is_open, engine != NULL);
	if (engine)
		error->status = brabeion_on_reload(engine, notice_reload, hand);
	return error->status;
}

static brabeion_status judge(brb_cli_worker_process *hand, brabeion_error *error)
{
	brabeion_work_options options = {
		.until_idle = hand->options->until_idle,
		.on_job = brb_cli_shared_status_note,
		.context = hand->post,
	};
	atomic_store(&hand->post->stage, BRB_CLI_STAGE_WORKING);
	signal_event(hand->news);
	return error->status = brabeion_work(hand->engine, &options, error);
}

/* Tells how it ended. Before the engine is closed: a plugin may take the process down there, too. */
static int take_stock(brb_cli_worker_process *hand, int why, brabeion_error *error)
{
	if (why)
		return fail_system(hand, "no thread can be made", why);
	if (error->status != BRABEION_OK)
		return fail(hand, error);
	atomic_store(&hand->post->stage, BRB_CLI_STAGE_FINISHED);
	return BRB_CLI_FINE;
}

int brb_cli_worker_process_work(brb_cli_worker_process *hand)
{
	brabeion_error error = BRABEION_NO_ERROR;
	int why = 0;
	if (open_engine(hand, &error) == BRABEION_OK && bury(hand, &error) == BRABEION_OK &&
	    (why = start_listening(hand)) == 0)
		judge(hand, &error);
	stop_listening(hand);
	int exit_code = take_stock(hand, why, &error);
	brabeion_close(hand->engine);
	return exit_code;
}
