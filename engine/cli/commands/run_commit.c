/*
 * cli/commands/run_commit: batches go through the engine, one behind the other.
 *
 * Keeps true: an award is written to stdout only after its commit; of a batch that was not stored nothing is written,
 * and its lines are named.
 */
#include "cli/commands/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/awards.h"
#include "cli/output/json.h"

static void tell_not_stored(brb_cli_run *run, const brb_cli_batch *batch, brabeion_status status)
{
	const char *message = batch->results[0].message;
	char *lines = brb_cli_batch_lines(batch);
	brb_cli_report_say(run->report, "%s", message ? message : brabeion_status_name(status));
	brb_cli_report_say(run->report,
			   "not stored: %s; run again on the same input: events with an id are judged only once",
			   lines ? lines : "the last batch");
	free(lines);
	run->stop = BRB_CLI_STOP_STORE;
}

static void tell_award(brb_cli_run *run, const brabeion_award_info *award)
{
	if (run->options->format == BRB_CLI_FORMAT_TEXT)
		brb_cli_awards_line(&run->out, award, &run->terminal);
	else
		brb_cli_json_award_line(&run->out, award);
}

static void tell_lapsed(brb_cli_run *run, const brabeion_change *lapsed)
{
	if (run->options->format == BRB_CLI_FORMAT_TEXT)
		brb_cli_awards_lapsed_line(&run->out, lapsed, &run->terminal);
	else
		brb_cli_json_change_line(&run->out, lapsed);
}

static void tell_unstored_event(brb_cli_run *run, const brabeion_result *result, const brb_cli_origin *origin)
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

static void tell_earned(brb_cli_run *run, const brabeion_result *result)
{
	run->failed += result->failed;
	run->awards += result->award_count;
	uint32_t lapsed = 0;
	for (uint32_t i = 0; i < result->award_count; i++) {
		while (lapsed < result->lapsed_count && result->lapsed[lapsed].sequence < result->awards[i].sequence)
			tell_lapsed(run, &result->lapsed[lapsed++]);
		tell_award(run, &result->awards[i]);
	}
	while (lapsed < result->lapsed_count)
		tell_lapsed(run, &result->lapsed[lapsed++]);
}

static void tell_result(brb_cli_run *run, const brabeion_result *result, const brb_cli_origin *origin)
{
	if (result->status != BRABEION_OK) {
		tell_unstored_event(run, result, origin);
		return;
	}
	run->events++;
	run->duplicates += result->outcome == BRABEION_DUPLICATE;
	run->unheard += result->outcome == BRABEION_UNHEARD;
	tell_earned(run, result);
}

static void flush_awards(brb_cli_run *run)
{
	int error = brb_cli_out_flush(&run->out);
	if (error == 0 || run->stop == BRB_CLI_STOP_STORE)
		return;
	run->stop = error == EPIPE ? BRB_CLI_STOP_READER_GONE : BRB_CLI_STOP_OUTPUT;
	if (error != EPIPE)
		brb_cli_report_say(run->report,
				   "standard output: %s; the awards are stored: \"brabeion show\" tells them",
				   strerror(error));
}

static void tell_batch(brb_cli_run *run, brb_cli_batch *batch, brabeion_status status)
{
	if (run->terminal.is_terminal)
		brb_cli_report_hide(run->report);
	if (status != BRABEION_OK)
		tell_not_stored(run, batch, status);
	for (size_t i = 0; i < batch->count; i++) {
		if (status == BRABEION_OK)
			tell_result(run, &batch->results[i], &batch->origins[i]);
		brabeion_result_finish(&batch->results[i]);
	}
	flush_awards(run);
	brb_cli_batch_reset(batch);
	run->standing.awards = run->awards;
}

/* False: what became of the batch is a reason to stop. */
static bool tell(brb_cli_run *run, brb_cli_batch *batch, brabeion_status status)
{
	brb_cli_stop stop = run->stop;
	if (batch)
		tell_batch(run, batch, status);
	return run->stop == stop;
}

void brb_cli_run_pass_on(brb_cli_run *run)
{
	brabeion_status status;
	brb_cli_batch *judged = brb_cli_judging_thread_take(&run->worker, &status);
	/* the worker should not wait for the telling, unless that may be a reason not to go on */
	bool tell_first = status != BRABEION_OK || run->options->strict;
	if (tell_first && !tell(run, judged, status)) {
		brb_cli_batch_reset(run->batch);
		return;
	}
	if (run->batch->count > 0) {
		brb_cli_judging_thread_give(&run->worker, run->batch);
		run->batch = run->batch == &run->batches[0] ? &run->batches[1] : &run->batches[0];
	}
	if (!tell_first)
		tell(run, judged, status);
}

void brb_cli_run_commit(brb_cli_run *run)
{
	brabeion_status status;
	brb_cli_run_pass_on(run);
	brb_cli_batch *judged = brb_cli_judging_thread_take(&run->worker, &status);
	tell(run, judged, status);
}

/* False: it went wrong, and that has been told. */
static bool went_well(brb_cli_run *run, brabeion_status status, brabeion_error *error)
{
	if (status == BRABEION_OK)
		return true;
	brb_cli_report_say(run->report, "%s", error->message ? error->message : brabeion_status_name(status));
	brb_cli_report_say(run->report,
			   "all events are stored; run again on the same input to bring the history to its end");
	brabeion_error_finish(error);
	run->stop = BRB_CLI_STOP_STORE;
	return false;
}

static bool go_on_until(brb_cli_run *run)
{
	brabeion_result result;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brabeion_advance(run->engine, run->options->until.us, &result, &error);
	if (run->terminal.is_terminal)
		brb_cli_report_hide(run->report);
	bool well = went_well(run, status, &error);
	if (well)
		tell_earned(run, &result);
	brabeion_result_finish(&result);
	flush_awards(run);
	return well;
}

void brb_cli_run_end_history(brb_cli_run *run)
{
	brabeion_error error = BRABEION_NO_ERROR;
	if (run->options->until.is_given && !go_on_until(run))
		return;
	went_well(run, brabeion_end_history(run->engine, &error), &error);
}
