/*
 * cli/commands/backfill: `brabeion backfill`, past events judged by the badges of today.
 *
 * Feeds a history file or the journal to a backfill of the library; then prints the differences (--dry-run) or merges the
 * result. An interrupted backfill is kept, to be resumed.
 */
#include "cli/shell/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/input/history_file.h"
#include "cli/output/awards.h"
#include "cli/output/differences.h"
#include "cli/output/json.h"
#include "cli/support/signals.h"

typedef struct backfill_work {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *engine;
	brabeion_backfill *backfill;
	brb_cli_out out;
	brb_cli_terminal terminal; /* of stdout */
	uint64_t events, bad_lines;
	int wake;
} backfill_work;

static const char *file_of(const brb_cli_options *options)
{
	return options->argument_count > 0 ? options->arguments[0] : NULL;
}

/* ---- a history file ---- */

static bool commit(void *context, brb_cli_history_file *history)
{
	backfill_work *work = context;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_backfill_commit(work->backfill, &error) == BRABEION_OK)
		return true;
	brb_cli_fail(history->report, &error);
	return false;
}

static bool judge_batch(void *context, brb_cli_history_file *history)
{
	backfill_work *work = context;
	brb_cli_batch *batch = &history->batch;
	brabeion_status status = brabeion_backfill_judge(work->backfill, batch->events, batch->count,
							 &history->reached, batch->results);
	if (status != BRABEION_OK) {
		const char *message = batch->results[0].message;
		brb_cli_report_say(history->report, "%s", message ? message : brabeion_status_name(status));
		for (size_t i = 0; i < batch->count; i++)
			brabeion_result_finish(&batch->results[i]);
		return false;
	}
	for (size_t i = 0; i < batch->count; i++)
		history->counts.awards += batch->results[i].award_count;
	return true;
}

static brabeion_checkpoint checkpoint_of(const backfill_work *work)
{
	brabeion_checkpoint checkpoint = BRABEION_CHECKPOINT();
	brabeion_backfill_checkpoint(work->backfill, &checkpoint);
	return checkpoint;
}

static bool open_backfill(backfill_work *work, int *exit_code)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_backfill_options options =
		BRABEION_BACKFILL_OPTIONS(.badges = work->options->badges.names,
					  .badge_count = work->options->badges.count,
					  .from_journal = !file_of(work->options),
					  .replace_memory = work->options->replace_memory);
	error.status = brabeion_backfill_open(work->engine, &options, &work->backfill, &error);
	if (error.status == BRABEION_OK)
		return true;
	*exit_code = brb_cli_fail(work->report, &error);
	return false;
}

/* The file is not the one that was interrupted: drops what was judged of that. */
static bool start_over(backfill_work *work, int *exit_code)
{
	brb_cli_report_say(work->report, "%s is not the file that was interrupted: starting at its first line",
			   file_of(work->options));
	brabeion_backfill_close(work->backfill, false);
	work->backfill = NULL;
	return open_backfill(work, exit_code);
}

static brb_cli_history_file_end read_file(backfill_work *work)
{
	brb_cli_history_file history = { .report = work->report,
					 .file = file_of(work->options),
					 .batch_events = brb_cli_options_batch(work->options),
					 .strict = work->options->strict,
					 .wake = work->wake,
					 .passed = checkpoint_of(work),
					 .judge = judge_batch,
					 .commit = commit,
					 .commit_each = work->options->batch > 0,
					 .context = work };
	brb_cli_history_file_end end = brb_cli_history_file_read(&history);
	work->events += history.events;
	work->bad_lines += history.bad_lines;
	return end;
}

static int print_end(backfill_work *work, brb_cli_history_file_end end)
{
	int64_t number = checkpoint_of(work).number;
	if (end == BRB_CLI_HISTORY_FILE_STRICT)
		brb_cli_report_say(work->report, "stopped by --strict; nothing is stored");
	if (end == BRB_CLI_HISTORY_FILE_SIGNAL || end == BRB_CLI_HISTORY_FILE_FAILED)
		brb_cli_report_say(work->report,
				   "%s at line %" PRId64 ", nothing is stored; the same command resumes from there",
				   end == BRB_CLI_HISTORY_FILE_SIGNAL ? "interrupted" : "ended", number);
	return end == BRB_CLI_HISTORY_FILE_SIGNAL   ? 128 + brb_cli_signals_caught()
	       : end == BRB_CLI_HISTORY_FILE_FAILED ? BRB_CLI_STORE
						    : BRB_CLI_BAD_INPUT;
}

static int judge_file(backfill_work *work)
{
	int exit_code = BRB_CLI_FINE;
	int64_t number = checkpoint_of(work).number;
	if (number > 0)
		brb_cli_report_say(work->report, "resuming after line %" PRId64, number);
	brb_cli_history_file_end end = read_file(work);
	if (end == BRB_CLI_HISTORY_FILE_CHANGED && lseek(STDIN_FILENO, 0, SEEK_CUR) < 0 &&
	    strcmp(file_of(work->options), "-") == 0) {
		/* a pipe cannot be read again */
		brb_cli_report_say(work->report,
				   "<stdin> is not the input that was interrupted: nothing is judged; the "
				   "same command starts at its first line");
		brabeion_backfill_close(work->backfill, false);
		work->backfill = NULL;
		return BRB_CLI_BAD_INPUT;
	}
	if (end == BRB_CLI_HISTORY_FILE_CHANGED) {
		if (!start_over(work, &exit_code))
			return exit_code;
		lseek(STDIN_FILENO, 0, SEEK_SET);
		end = read_file(work);
	}
	return end == BRB_CLI_HISTORY_FILE_DONE ? BRB_CLI_FINE : print_end(work, end);
}

/* ---- the journal ---- */

static int judge_journal(backfill_work *work)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_journal_info info = BRABEION_JOURNAL_INFO();
	brb_cli_counts counts = { 0 };
	size_t judged = 0;
	error.status = brabeion_journal(work->engine, &info, &error);
	if (error.status == BRABEION_OK)
		counts.total_bytes = (uint64_t)(info.last - info.first + 1);
	while (error.status == BRABEION_OK && !brb_cli_signals_caught()) {
		error.status = brabeion_backfill_journal(work->backfill, brb_cli_options_batch(work->options),
							 &judged, &error);
		if (error.status == BRABEION_OK && work->options->batch)
			error.status = brabeion_backfill_commit(work->backfill, &error);
		if (error.status == BRABEION_OK && judged == 0)
			break;
		work->events += judged;
		counts.lines += judged;
		counts.bytes = (uint64_t)(checkpoint_of(work).number - info.first + 1);
		brb_cli_report_progress(work->report, &counts);
	}
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	if (!brb_cli_signals_caught())
		return BRB_CLI_FINE;
	brb_cli_report_say(work->report, "interrupted, nothing is stored; the same command resumes from there");
	return 128 + brb_cli_signals_caught();
}

/* ---- the end ---- */

/* Judges what falls due: after the journal up to now, after a file up to --until. */
static int advance(backfill_work *work)
{
	brabeion_error error = BRABEION_NO_ERROR;
	bool journal = !file_of(work->options);
	if (!journal && !work->options->until.is_given)
		return BRB_CLI_FINE;
	error.status = brabeion_backfill_advance(work->backfill,
						 journal ? brb_clock_now_us(NULL) : work->options->until.us, &error);
	return error.status == BRABEION_OK ? BRB_CLI_FINE : brb_cli_fail(work->report, &error);
}

static int print_differences(backfill_work *work)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_change_list changes = { 0 };
	error.status = brabeion_backfill_compare(work->backfill, &changes, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	brb_cli_differences_print(&work->out, &changes, work->options->json, work->report);
	return brb_cli_finish_output(&work->out, work->report);
}

static void print_award(void *context, const brabeion_award_info *award)
{
	backfill_work *work = context;
	if (work->options->json)
		brb_cli_json_award_line(&work->out, award);
	else
		brb_cli_awards_line(&work->out, award, &work->terminal);
}

static void print_lapsed(void *context, const brabeion_change *lapsed)
{
	backfill_work *work = context;
	if (work->options->json)
		brb_cli_json_change_line(&work->out, lapsed);
	else
		brb_cli_awards_lapsed_line(&work->out, lapsed, &work->terminal);
}

static int merge(backfill_work *work)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_backfill_outcome outcome = BRABEION_BACKFILL_OUTCOME();
	brb_cli_report_hide(work->report);
	brabeion_on_award(work->engine, print_award, work);
	brabeion_on_revoke(work->engine, print_lapsed, work);
	error.status = brabeion_backfill_hand_over(work->backfill, work->options->revoke, &outcome, &error);
	int written = brb_cli_finish_output(&work->out, work->report);
	if (error.status != BRABEION_OK) {
		int exit_code = brb_cli_fail(work->report, &error);
		brb_cli_report_say(work->report, "not all is stored; the same command stores the rest");
		return exit_code;
	}
	brb_cli_report_say(
		work->report,
		"%" PRIu64 " event%s judged: %" PRIu64 " award%s gained, %" PRIu64 " lost, %" PRIu64 " bad line%s",
		work->events, work->events == 1 ? "" : "s", outcome.awarded, outcome.awarded == 1 ? "" : "s",
		outcome.lapsed, work->bad_lines, work->bad_lines == 1 ? "" : "s");
	if (outcome.memories > 0)
		brb_cli_report_say(work->report, "%" PRIu64 " plugin%s the memory of the backfill", outcome.memories,
				   outcome.memories == 1 ? " keeps" : "s keep");
	return written;
}

/* *keep: there is something to resume. */
static int judge_history(backfill_work *work, bool *keep)
{
	int exit_code = file_of(work->options) ? judge_file(work) : judge_journal(work);
	*keep = work->backfill && checkpoint_of(work).number > 0;
	if (exit_code == BRB_CLI_FINE)
		exit_code = advance(work);
	if (exit_code == BRB_CLI_FINE)
		exit_code = work->options->dry_run ? print_differences(work) : merge(work);
	if (exit_code == BRB_CLI_FINE)
		*keep = false;
	return exit_code == BRB_CLI_FINE && work->bad_lines > 0 ? BRB_CLI_BAD_INPUT : exit_code;
}

/* ---- the command ---- */

static int run_backfill(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_STORE;
	bool keep = true;
	backfill_work work = { .options = options, .report = report, .wake = brb_cli_signals_open() };
	if (work.wake < 0) {
		brb_cli_report_say(report, "brabeion backfill: signals: %s", strerror(errno));
		return exit_code;
	}
	brb_cli_out_init(&work.out, STDOUT_FILENO);
	work.terminal = brb_cli_terminal_look(STDOUT_FILENO);
	work.engine =
		brb_cli_open(options, report,
			     options->dry_run || !file_of(options) ? BRB_CLI_OPEN_REJUDGE : BRB_CLI_OPEN, &exit_code);
	if (work.engine && open_backfill(&work, &exit_code))
		exit_code = judge_history(&work, &keep);
	brabeion_backfill_close(work.backfill, keep);
	brabeion_close(work.engine);
	return exit_code;
}

/* NULL: the options go together. */
static const char *fault_in(const brb_cli_options *options)
{
	if (options->until.is_given && !file_of(options))
		return "--until needs a FILE: the journal is judged up to now";
	if (options->replace_memory && file_of(options))
		return "--replace-memory needs the journal: a FILE may lack events";
	if (options->dry_run && (options->revoke || options->replace_memory))
		return "--dry-run does not go with --revoke or --replace-memory";
	return NULL;
}

int brb_cli_command_backfill(const brb_cli_options *options, brb_cli_report *report)
{
	const char *fault = fault_in(options);
	return fault ? brb_cli_fail_usage(report, "backfill", fault) : run_backfill(options, report);
}
