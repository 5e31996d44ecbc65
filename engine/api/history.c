/*
 * api/history: the calls of an engine whose time is that of its events; judging/history keeps the time.
 *
 * Each open history locks its own byte of the file <database>-runs; the kernel drops the lock when the process ends,
 * however it ends. The next history takes over the jobs of those whose byte is not locked. The locks are open file
 * description locks (fcntl(2), F_OFD_SETLK): they belong to this engine, not to the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/batch.h"
#include "base/memory.h"
#include "judging/backend.h"
#include "judging/due.h"

/* ---- locks of histories ---- */

static brabeion_status open_runs(brabeion_engine *engine, brabeion_error *error)
{
	if (engine->runs_fd >= 0)
		return BRABEION_OK;
	char path[4096];
	int length = snprintf(path, sizeof path, "%s-runs", brb_store_path(engine->store));
	if (length < 0 || (size_t)length >= sizeof path)
		return brb_status_set(error, BRABEION_SYSTEM, "%s-runs: the path is too long",
				      brb_store_path(engine->store));
	engine->runs_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (engine->runs_fd < 0)
		return brb_status_set(error, BRABEION_SYSTEM, "%s: %s", path, strerror(errno));
	struct stat about;
	if (engine->mode != 0600 && fstat(engine->runs_fd, &about) == 0 && about.st_uid == geteuid())
		fchmod(engine->runs_fd, (mode_t)engine->mode);
	return BRABEION_OK;
}

static bool set_lock(const brabeion_engine *engine, int64_t run, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = run, .l_len = 1 };
	return fcntl(engine->runs_fd, F_OFD_SETLK, &lock) == 0;
}

static brabeion_status begin_run(void *context, int64_t run, brabeion_error *error)
{
	brabeion_engine *engine = context;
	brabeion_status status = open_runs(engine, error);
	if (status != BRABEION_OK || set_lock(engine, run, F_WRLCK))
		return status;
	return brb_status_set(error, BRABEION_SYSTEM, "%s-runs: the lock of run %lld: %s",
			      brb_store_path(engine->store), (long long)run, strerror(errno));
}

static void drop_run(void *context, int64_t run)
{
	set_lock(context, run, F_UNLCK);
}

/* ---- taking over ---- */

/* Moves the jobs of a history whose lock this engine has taken to this history. */
static brabeion_status take_over(brb_judge *judge, int64_t from)
{
	int64_t run = 0, jobs = 0;
	if (brb_judge_enter_store(judge) && brb_history_begin(judge, &run))
		judge->fault = brb_store_jobs_adopt(judge->store, from, run, &jobs, &judge->error);
	if (judge->fault == BRABEION_OK && jobs)
		brb_log_write(judge->shared->log, BRABEION_LOG_INFO,
			      "%lld job%s of a history that did not end %s taken over", (long long)jobs,
			      jobs == 1 ? "" : "s", jobs == 1 ? "is" : "are");
	return judge->fault;
}

typedef struct time_request {
	brb_request head; /* first */
	brabeion_engine *engine;
	brabeion_result *result;
	int64_t at_us;
	bool judged;
} time_request;

static void fail_time(brb_request *head, brabeion_status status, const char *message)
{
	time_request *request = (time_request *)(void *)head;
	if (request->judged)
		brb_history_restore(request->engine->history);
	if (request->result)
		brb_judge_abandon(request->result, request->judged, 1, status, message);
	brb_status_set(&request->head.error, status, "%s", message);
}

/* Holds the locks of dead histories until the move of their jobs is committed. */
static brabeion_status do_take_over(brb_request *head)
{
	time_request *request = (time_request *)(void *)head;
	brabeion_engine *engine = request->engine;
	brb_judge *judge = head->judge;
	int64_t *runs = NULL;
	size_t count = 0;
	request->judged = true;
	brb_history_keep(judge);
	judge->fault = brb_store_histories(engine->store, &runs, &count, &judge->error);
	if (judge->fault == BRABEION_OK && count)
		judge->fault = open_runs(engine, &judge->error);
	for (size_t i = 0; i < count && judge->fault == BRABEION_OK; i++)
		if (set_lock(engine, runs[i], F_WRLCK))
			take_over(judge, runs[i]);
	brb_memory_release(runs);
	if (engine->history->id)
		engine->history->next_us = INT64_MIN;
	return judge->fault;
}

static brabeion_status take_over_dead_runs(brabeion_engine *engine, brabeion_error *error)
{
	brb_judge judge;
	time_request request = { .head = { .work = do_take_over, .fail = fail_time }, .engine = engine };
	brb_engine_run(engine, &judge, &request.head);
	return brb_status_hand_over(error, &request.head.error);
}

/* ---- opening and closing ---- */

brabeion_status brb_engine_open_history(brabeion_engine *engine, uint32_t attempts_most, brabeion_error *error)
{
	engine->history = brb_memory_take_zeroed(1, sizeof *engine->history);
	if (!engine->history)
		return brb_status_no_memory(error);
	brb_history_init(engine->history, attempts_most);
	engine->history->begin = begin_run;
	engine->history->drop = drop_run;
	engine->history->context = engine;
	engine->judging.history = engine->history;
	return take_over_dead_runs(engine, error);
}

void brb_engine_close_history(brabeion_engine *engine)
{
	if (engine->history)
		brb_history_finish(engine->history);
	brb_memory_release(engine->history);
	if (engine->runs_fd >= 0)
		close(engine->runs_fd); /* releases the locks, too */
}

/* ---- the public calls ---- */

static brabeion_status check_history(const brabeion_engine *engine, const char *call, brabeion_error *error)
{
	brabeion_status status = brb_engine_enter_or_say(engine, error);
	if (status != BRABEION_OK)
		return status;
	if (!engine->history)
		return brb_status_set(error, BRABEION_INVALID,
				      "%s is for an engine that was opened with BRABEION_TIME_HISTORY", call);
	return BRABEION_OK;
}

static brabeion_status do_advance(brb_request *head)
{
	time_request *request = (time_request *)(void *)head;
	brb_judge *judge = head->judge;
	request->judged = true;
	*request->result = (brabeion_result){ .outcome = BRABEION_JUDGED };
	brb_history_keep(judge);
	brb_due_advance(judge, request->at_us, request->result);
	return judge->fault;
}

brabeion_status brabeion_advance(brabeion_engine *engine, int64_t at_us, brabeion_result *result,
				 brabeion_error *error)
{
	BRB_CALL;
	brabeion_result own = { .outcome = BRABEION_ABANDONED };
	brb_judge judge;
	time_request request = {
		.head = { .work = do_advance, .fail = fail_time }, .engine = engine, .result = &own, .at_us = at_us
	};
	own.status = check_history(engine, "brabeion_advance", &request.head.error);
	if (own.status != BRABEION_REENTRANT && own.status != BRABEION_FORKED &&
	    brb_size_check(BRB_SIZE_RESULT, result, &request.head.error) != BRABEION_OK) {
		result = NULL;
		own.status = request.head.error.status;
	}
	if (own.status == BRABEION_OK && brb_engine_run(engine, &judge, &request.head) == BRABEION_OK)
		brb_engine_announce(engine, &own, 1);
	brb_batch_give(&own, result);
	return brb_status_hand_over(error, &request.head.error);
}

static brabeion_status do_end(brb_request *head)
{
	time_request *request = (time_request *)(void *)head;
	brb_judge *judge = head->judge;
	brb_history *history = request->engine->history;
	int64_t jobs = 0;
	request->judged = true;
	brb_history_keep(judge);
	if (history->id && brb_judge_enter_store(judge))
		judge->fault = brb_store_jobs_pass_on(judge->store, history->id, &jobs, &judge->error);
	return judge->fault;
}

brabeion_status brabeion_end_history(brabeion_engine *engine, brabeion_error *error)
{
	BRB_CALL;
	brb_judge judge;
	time_request request = { .head = { .work = do_end, .fail = fail_time }, .engine = engine };
	if (check_history(engine, "brabeion_end_history", &request.head.error) == BRABEION_OK)
		brb_engine_run(engine, &judge, &request.head);
	return brb_status_hand_over(error, &request.head.error);
}
