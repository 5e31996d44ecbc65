/*
 * cli/commands/run_commit: judges batches, one after the other, and prints their results.
 *
 * Guarantees: an award is printed only after its commit; a batch that was not stored prints nothing but its lines.
 */
#include "cli/commands/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/output/awards.h"
#include "cli/output/json.h"

enum { OUTPUT_HELD_MOST = 64 * 1024 * 1024 };

static void report_not_stored(brb_cli_run *run, const char *message)
{
	char *lines = brb_cli_ranges_text(&run->uncommitted);
	brb_cli_report_say(run->report, "%s", message);
	brb_cli_report_say(run->report,
			   "not stored: %s; run again on the same input: events with an id are judged only once",
			   lines ? lines : "the last batches");
	free(lines);
	run->stop = BRB_CLI_STOP_STORE;
}

static void print_award(brb_cli_run *run, const brabeion_award_info *award)
{
	if (run->options->format == BRB_CLI_FORMAT_TEXT)
		brb_cli_awards_line(&run->out, award, &run->terminal);
	else
		brb_cli_json_award_line(&run->out, award);
}

static void print_lapsed(brb_cli_run *run, const brabeion_change *lapsed)
{
	if (run->options->format == BRB_CLI_FORMAT_TEXT)
		brb_cli_awards_lapsed_line(&run->out, lapsed, &run->terminal);
	else
		brb_cli_json_change_line(&run->out, lapsed);
}

static void report_unstored_event(brb_cli_run *run, const brabeion_result *result, const brb_cli_origin *origin)
{
	brb_cli_report_say(run->report, "%s:%" PRIu64 ": %s", origin->file, origin->line,
			   result->message ? result->message : brabeion_status_name(result->status));
	if (result->status != BRABEION_INVALID) {
		run->stop = BRB_CLI_STOP_STORE;
		return;
	}
	run->bad_lines++;
	if (run->options->strict && run->stop == BRB_CLI_GOING)
		run->stop = BRB_CLI_STOP_STRICT;
}

static void print_earned(brb_cli_run *run, const brabeion_result *result)
{
	run->now.failed += result->failed;
	run->now.refused += result->refused;
	run->now.awards += result->award_count;
	uint32_t lapsed = 0;
	for (uint32_t i = 0; i < result->award_count; i++) {
		while (lapsed < result->lapsed_count && result->lapsed[lapsed].sequence < result->awards[i].sequence)
			print_lapsed(run, &result->lapsed[lapsed++]);
		print_award(run, &result->awards[i]);
	}
	while (lapsed < result->lapsed_count)
		print_lapsed(run, &result->lapsed[lapsed++]);
}

/* The library logs failures as warnings; that an event's data is wrong is told here, where its line is known. */
static void report_refusals(brb_cli_run *run, const brabeion_result *result, const brb_cli_origin *origin)
{
	for (uint32_t i = 0; i < result->failure_count; i++) {
		const brabeion_failure *refusal = brabeion_result_failure(result, i);
		if (refusal->refused)
			brb_cli_report_warn(run->report, "%s \"%s\" refused the event at %s:%" PRIu64 ": %s",
					    refusal->slug ? "badge" : "plugin",
					    refusal->slug ? refusal->slug : refusal->plugin, origin->file,
					    origin->line, refusal->message);
	}
}

static void print_result(brb_cli_run *run, const brabeion_result *result, const brb_cli_origin *origin)
{
	if (result->status != BRABEION_OK) {
		report_unstored_event(run, result, origin);
		return;
	}
	run->now.events++;
	run->now.duplicates += result->outcome == BRABEION_DUPLICATE;
	run->now.unhandled += result->outcome == BRABEION_UNHANDLED;
	print_earned(run, result);
	report_refusals(run, result, origin);
}

static void flush_awards(brb_cli_run *run)
{
	int error = brb_cli_out_flush(&run->out);
	if (error == 0 || run->stop == BRB_CLI_STOP_STORE)
		return;
	if (error == ECANCELED) {
		run->stop = BRB_CLI_STOP_SIGNAL;
		return;
	}
	run->stop = error == EPIPE ? BRB_CLI_STOP_READER_GONE : BRB_CLI_STOP_OUTPUT;
	if (error != EPIPE)
		brb_cli_report_say(run->report, "standard output: %s; the awards are stored: see \"brabeion show\"",
				   strerror(error));
}

/* Nothing since the last commit is stored: neither output nor counts of it stay. */
static void drop_uncommitted(brb_cli_run *run, const brb_cli_batch *batch, const brb_cli_judged *judged)
{
	const char *message = batch->count ? batch->results[0].message : NULL;
	if (judged->message[0])
		message = judged->message;
	report_not_stored(run, message ? message : brabeion_status_name(judged->status));
	brb_cli_out_drop(&run->out);
	run->now = run->stored;
	brb_cli_ranges_clear(&run->uncommitted);
}

static void print_committed(brb_cli_run *run)
{
	flush_awards(run);
	brb_cli_out_hold(&run->out);
	run->stored = run->now;
	run->committed_us = brb_clock_monotonic_us();
	brb_cli_ranges_clear(&run->uncommitted);
}

static void print_batch(brb_cli_run *run, brb_cli_batch *batch, const brb_cli_judged *judged)
{
	if (run->terminal.is_terminal)
		brb_cli_report_hide(run->report);
	brb_cli_ranges_add(&run->uncommitted, batch);
	for (size_t i = 0; i < batch->count; i++)
		if (judged->status == BRABEION_OK)
			print_result(run, &batch->results[i], &batch->origins[i]);
	if (judged->status != BRABEION_OK)
		drop_uncommitted(run, batch, judged);
	else if (judged->committed)
		print_committed(run);
	for (size_t i = 0; i < batch->count; i++)
		brabeion_result_finish(&batch->results[i]);
	brb_cli_batch_reset(batch);
	run->counts.awards = run->now.awards;
}

/* False: its results are a reason to stop. */
static bool print(brb_cli_run *run, brb_cli_batch *batch, const brb_cli_judged *judged)
{
	brb_cli_stop stop = run->stop;
	if (batch)
		print_batch(run, batch, judged);
	return run->stop == stop;
}

static void submit(brb_cli_run *run, bool commit)
{
	brb_cli_judged judged;
	brb_cli_batch *before = brb_cli_judging_thread_take(&run->thread, &judged);
	/* the thread need not wait for the output, unless that may end the run */
	bool print_first = judged.status != BRABEION_OK || run->options->strict;
	if (print_first && !print(run, before, &judged)) {
		brb_cli_batch_reset(run->batch);
		return;
	}
	if (run->batch->count > 0 || commit) {
		brb_cli_judging_thread_give(&run->thread, run->batch, commit);
		run->batch = run->batch == &run->batches[0] ? &run->batches[1] : &run->batches[0];
	}
	if (!print_first)
		print(run, before, &judged);
}

void brb_cli_run_submit(brb_cli_run *run)
{
	submit(run, run->options->batch > 0 || brb_cli_out_size(&run->out) > OUTPUT_HELD_MOST);
}

void brb_cli_run_commit(brb_cli_run *run)
{
	brb_cli_judged judged;
	submit(run, true);
	brb_cli_batch *last = brb_cli_judging_thread_take(&run->thread, &judged);
	print(run, last, &judged);
}

/* False: failed and reported. */
static bool check(brb_cli_run *run, brabeion_status status, brabeion_error *error)
{
	if (status == BRABEION_OK)
		return true;
	brb_cli_report_say(run->report, "%s", error->message ? error->message : brabeion_status_name(status));
	brb_cli_report_say(run->report, "all events are stored; to finish the history, run again on the same input");
	brabeion_error_finish(error);
	run->stop = BRB_CLI_STOP_STORE;
	return false;
}

static bool advance(brb_cli_run *run)
{
	brabeion_result result = BRABEION_RESULT();
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brabeion_advance(run->engine, run->options->until.us, &result, &error);
	if (run->terminal.is_terminal)
		brb_cli_report_hide(run->report);
	bool ok = check(run, status, &error);
	if (ok)
		print_earned(run, &result);
	brabeion_result_finish(&result);
	print_committed(run);
	return ok;
}

void brb_cli_run_end_history(brb_cli_run *run)
{
	brabeion_error error = BRABEION_NO_ERROR;
	if (run->options->until.is_given && !advance(run))
		return;
	check(run, brabeion_end_history(run->engine, &error), &error);
}
