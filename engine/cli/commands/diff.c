/*
 * cli/commands/diff: `brabeion diff`, how awards differ between two configurations.
 *
 * Two engines judge one history, each in a bulk, with a database in a folder that is removed afterwards.
 */
#include "cli/shell/commands.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/input/history_file.h"
#include "cli/output/differences.h"
#include "cli/support/signals.h"

enum { FOLDER_BYTES = 4096 };

typedef struct diff_work {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *before;
	brabeion_engine *after;
	brabeion_bulk *bulks[2]; /* of the two */
	brabeion_result *other;  /* the first engine's results of a batch */
} diff_work;

/* ---- the folder ---- */

static bool make_folder(brb_cli_report *report, char folder[FOLDER_BYTES])
{
	const char *temporary = getenv("TMPDIR");
	int length = snprintf(folder, FOLDER_BYTES, "%s/brabeion-diff-XXXXXX",
			      temporary && *temporary ? temporary : "/tmp");
	if (length < FOLDER_BYTES - 64 && mkdtemp(folder))
		return true;
	brb_cli_report_say(report, "brabeion diff: %s: %s", folder,
			   length < FOLDER_BYTES - 64 ? strerror(errno) : "the name is too long");
	return false;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void)about;
	(void)kind;
	(void)walk;
	return remove(path);
}

/* ---- judging ---- */

static brabeion_engine *open_one(const diff_work *work, const char *config, const char *folder, const char *name,
				 int *exit_code)
{
	char database[FOLDER_BYTES + 16];
	brb_cli_options options = *work->options;
	snprintf(database, sizeof database, "%s/%s.db", folder, name);
	options.config = config;
	options.database = database;
	return brb_cli_open(&options, work->report, BRB_CLI_OPEN_HISTORY, exit_code);
}

static bool open_bulks(diff_work *work, int *exit_code)
{
	brabeion_engine *const engines[] = { work->before, work->after };
	for (size_t i = 0; i < 2; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		if (brabeion_bulk_open(engines[i], &work->bulks[i], &error) != BRABEION_OK) {
			*exit_code = brb_cli_fail(work->report, &error);
			return false;
		}
	}
	return true;
}

static bool commit(void *context, brb_cli_history_file *history)
{
	diff_work *work = context;
	for (size_t i = 0; i < 2; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		if (brabeion_bulk_commit(work->bulks[i], &error) != BRABEION_OK) {
			brb_cli_fail(history->report, &error);
			return false;
		}
	}
	return true;
}

static bool commit_if_due(diff_work *work, brabeion_bulk *bulk)
{
	brabeion_error error = BRABEION_NO_ERROR;
	if (!brabeion_bulk_is_due(bulk) || brabeion_bulk_commit(bulk, &error) == BRABEION_OK)
		return true;
	brb_cli_fail(work->report, &error);
	return false;
}

static bool judge_with(diff_work *work, brabeion_bulk *bulk, const brb_cli_batch *batch, brabeion_result *results)
{
	brabeion_status status = brabeion_bulk_judge(bulk, batch->events, batch->count, results);
	if (status != BRABEION_OK)
		brb_cli_report_say(work->report, "%s",
				   results[0].message ? results[0].message : brabeion_status_name(status));
	return status == BRABEION_OK && commit_if_due(work, bulk);
}

static bool judge_batch(void *context, brb_cli_history_file *history)
{
	diff_work *work = context;
	brb_cli_batch *batch = &history->batch;
	memset(work->other, 0, batch->count * sizeof *work->other);
	work->other[0] = (brabeion_result)BRABEION_RESULT();
	bool judged = judge_with(work, work->bulks[0], batch, work->other) &&
		      judge_with(work, work->bulks[1], batch, batch->results);
	for (size_t i = 0; i < batch->count; i++) {
		history->counts.awards += batch->results[i].award_count;
		brabeion_result_finish(&work->other[i]);
		if (!judged)
			brabeion_result_finish(&batch->results[i]);
	}
	return judged;
}

static bool advance(diff_work *work, int *exit_code)
{
	brabeion_engine *const engines[] = { work->before, work->after };
	for (size_t i = 0; work->options->until.is_given && i < 2; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		error.status = brabeion_advance(engines[i], work->options->until.us, NULL, &error);
		if (error.status != BRABEION_OK) {
			*exit_code = brb_cli_fail(work->report, &error);
			return false;
		}
	}
	return true;
}

static int print_differences(diff_work *work)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_change_list changes = { 0 };
	brb_cli_out out;
	error.status = brabeion_compare(work->before, work->after, &changes, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_differences_print(&out, &changes, work->options->json, work->report);
	return brb_cli_finish_output(&out, work->report);
}

static int judge_both(diff_work *work, int wake)
{
	int exit_code = BRB_CLI_STORE;
	brb_cli_history_file history = { .report = work->report,
					 .file = work->options->arguments[2],
					 .batch_events = brb_cli_options_batch(work->options),
					 .strict = work->options->strict,
					 .wake = wake,
					 .judge = judge_batch,
					 .commit = commit,
					 .commit_each = work->options->batch > 0,
					 .context = work };
	work->other = calloc(brb_cli_options_batch(work->options), sizeof *work->other);
	if (!work->other)
		return brb_cli_fail_memory(work->report);
	brb_cli_history_file_end end = brb_cli_history_file_read(&history);
	free(work->other);
	if (end == BRB_CLI_HISTORY_FILE_SIGNAL)
		return 128 + brb_cli_signals_caught();
	if (end != BRB_CLI_HISTORY_FILE_DONE)
		return end == BRB_CLI_HISTORY_FILE_FAILED ? BRB_CLI_STORE : BRB_CLI_BAD_INPUT;
	if (advance(work, &exit_code))
		exit_code = print_differences(work);
	return exit_code == BRB_CLI_FINE && history.bad_lines > 0 ? BRB_CLI_BAD_INPUT : exit_code;
}

/* ---- the command ---- */

static int run_diff(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_STORE;
	char folder[FOLDER_BYTES];
	diff_work work = { .options = options, .report = report };
	int wake = brb_cli_signals_open();
	if (wake < 0) {
		brb_cli_report_say(report, "brabeion diff: signals: %s", strerror(errno));
		return exit_code;
	}
	if (!make_folder(report, folder))
		return exit_code;
	work.before = open_one(&work, options->arguments[0], folder, "before", &exit_code);
	if (work.before)
		work.after = open_one(&work, options->arguments[1], folder, "after", &exit_code);
	if (work.after && open_bulks(&work, &exit_code))
		exit_code = judge_both(&work, wake);
	brabeion_bulk_close(work.bulks[0]);
	brabeion_bulk_close(work.bulks[1]);
	brabeion_close(work.before);
	brabeion_close(work.after);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return exit_code;
}

int brb_cli_command_diff(const brb_cli_options *options, brb_cli_report *report)
{
	static const char *const missing[] = { "OLD.yaml, NEW.yaml and HISTORY are missing",
					       "NEW.yaml and HISTORY are missing", "HISTORY is missing" };
	if (options->argument_count < 3)
		return brb_cli_fail_usage(report, "diff", missing[options->argument_count]);
	return run_diff(options, report);
}
