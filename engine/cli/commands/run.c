/*
 * cli/commands/run: `brabeion run`, judges events from files and pipes.
 *
 * Lines are parsed into batches of events. A full batch is judged on a second thread while the next is read. All is committed
 * when the input is idle and at the end, whatever ends the run.
 */
#include "cli/commands/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/support/signals.h"

enum { LINES_PER_PROGRESS = 1024, COMMIT_EVERY_US = 1000000 };

/* ---- bad input ---- */

static void bad_line(brb_cli_run *run, const char *why)
{
	run->bad_lines++;
	brb_cli_report_say(run->report, "%s:%" PRIu64 ": %s", run->file, run->lines.number, why);
	if (run->options->strict)
		run->stop = BRB_CLI_STOP_STRICT;
}

static void bad_file(brb_cli_run *run, int error)
{
	run->bad_files++;
	brb_cli_report_say(run->report, "%s: %s", run->file, strerror(error));
	if (run->options->strict)
		run->stop = BRB_CLI_STOP_STRICT;
}

static void out_of_memory(brb_cli_run *run)
{
	brb_cli_report_say(run->report, "%s:%" PRIu64 ": out of memory", run->file, run->lines.number);
	run->stop = BRB_CLI_STOP_STORE;
}

/* ---- one input ---- */

static void take_line(brb_cli_run *run, const brb_cli_line *line)
{
	brabeion_event event;
	char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES];
	if (brb_cli_line_is_blank(line))
		return;
	switch (brb_cli_event_json_read(run->parser, line->text, line->size, &run->batch->arena, &event, message)) {
	case BRB_CLI_EVENT_JSON_EVENT:
		brb_cli_batch_add(run->batch, &event, run->file, run->lines.number);
		break;
	case BRB_CLI_EVENT_JSON_BAD:
		bad_line(run, message);
		break;
	case BRB_CLI_EVENT_JSON_MEMORY:
		out_of_memory(run);
		break;
	}
	if (brb_cli_batch_is_full(run->batch))
		brb_cli_run_submit(run);
}

static void update_progress(brb_cli_run *run)
{
	run->counts.bytes = run->lines.bytes;
	brb_cli_report_progress(run->report, &run->counts);
}

/* An input that comes slowly, but without a pause, is committed all the same. */
static bool is_late(const brb_cli_run *run)
{
	return run->lines.may_wait && brb_clock_monotonic_us() - run->committed_us > COMMIT_EVERY_US;
}

/* False: the input is at its end. */
static bool take_step(brb_cli_run *run)
{
	brb_cli_line line = { 0 };
	switch (brb_cli_lines_next(&run->lines, &line)) {
	case BRB_CLI_LINES_LINE:
		run->counts.lines++;
		take_line(run, &line);
		if (is_late(run))
			brb_cli_run_commit(run);
		break;
	case BRB_CLI_LINES_LONG:
		run->counts.lines++;
		bad_line(run, "line longer than 1 MiB");
		break;
	case BRB_CLI_LINES_IDLE:
		brb_cli_run_commit(run);
		update_progress(run);
		break;
	case BRB_CLI_LINES_WOKEN:
		break;
	case BRB_CLI_LINES_END:
		return false;
	case BRB_CLI_LINES_FAILED:
		bad_file(run, run->lines.error);
		return false;
	case BRB_CLI_LINES_MEMORY:
		out_of_memory(run);
		return false;
	}
	if (run->counts.lines % LINES_PER_PROGRESS == 0)
		update_progress(run);
	return true;
}

/* Does not wait for a named pipe's writer: lines.c waits, and wakes for signals. */
static int open_input(const char *name)
{
	return strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static void read_input(brb_cli_run *run, const char *name)
{
	run->file = strcmp(name, "-") == 0 ? "<stdin>" : name;
	run->lines.number = 0;
	int input = open_input(name);
	if (input < 0) {
		bad_file(run, errno);
		return;
	}
	brb_cli_lines_begin(&run->lines, input);
	do {
		if (brb_cli_signals_hung_up()) {
			brb_cli_run_commit(run);                  /* a reload needs the transaction */
			brabeion_reload(run->engine, NULL, NULL); /* print_reload() or the log has the outcome */
		}
		if (brb_cli_signals_caught() && run->stop == BRB_CLI_GOING)
			run->stop = BRB_CLI_STOP_SIGNAL;
	} while (run->stop == BRB_CLI_GOING && take_step(run));
	if (input != STDIN_FILENO)
		close(input);
}

/* ---- all inputs ---- */

/* 0: an input is not a regular file, so the total is unknown. */
static uint64_t total_bytes(const char *const *names, size_t count)
{
	uint64_t total = 0;
	for (size_t i = 0; i < count; i++) {
		struct stat about;
		bool is_stdin = strcmp(names[i], "-") == 0;
		if ((is_stdin ? fstat(STDIN_FILENO, &about) : stat(names[i], &about)) != 0)
			continue;
		if (!S_ISREG(about.st_mode))
			return 0;
		off_t at = is_stdin ? lseek(STDIN_FILENO, 0, SEEK_CUR) : 0;
		if (at >= 0 && about.st_size > at)
			total += (uint64_t)(about.st_size - at);
	}
	return total;
}

static void read_inputs(brb_cli_run *run)
{
	static const char *const standard_input[] = { "-" };
	const char *const *names = (const char *const *)run->options->arguments;
	size_t count = run->options->argument_count;
	if (count == 0) {
		names = standard_input;
		count = 1;
		if (isatty(STDIN_FILENO))
			brb_cli_report_say(run->report, "reading events from the terminal, one JSON object a line; "
							"Ctrl-D ends");
	}
	run->counts.total_bytes = total_bytes(names, count);
	for (size_t i = 0; i < count && run->stop == BRB_CLI_GOING; i++)
		read_input(run, names[i]);
	if (run->stop == BRB_CLI_STOP_READER_GONE || run->stop == BRB_CLI_STOP_OUTPUT ||
	    run->stop == BRB_CLI_STOP_STORE)
		brb_cli_batch_reset(run->batch);
	brb_cli_run_commit(run);
	/* a history that was interrupted continues with the next run */
	if (run->stop == BRB_CLI_GOING && run->bad_files == 0 && run->options->clock == BRB_CLI_CLOCK_EVENTS)
		brb_cli_run_end_history(run);
}

/* ---- the end ---- */

static void add_count(brb_cli_out *out, uint64_t count, const char *one, const char *many)
{
	brb_cli_out_text(out, ", ");
	brb_cli_out_count(out, count, one, many);
}

/* "23,481 events in 0.42 s: 4,445 awards, 0 duplicates, 0 bad lines", and more where not 0 */
static void print_summary(brb_cli_run *run)
{
	brb_cli_out *out = &run->report->out;
	int64_t elapsed_us = brb_clock_monotonic_us() - run->report->progress.started_us;
	brb_cli_report_hide(run->report);
	brb_cli_out_count(out, run->now.events, "event", "events");
	brb_cli_out_format(out, " in %.2f s: ", (double)elapsed_us / 1e6);
	brb_cli_out_count(out, run->now.awards, "award", "awards");
	add_count(out, run->now.duplicates, "duplicate", "duplicates");
	add_count(out, run->bad_lines, "bad line", "bad lines");
	if (run->bad_files > 0)
		add_count(out, run->bad_files, "file not read", "files not read");
	if (run->now.unhandled > 0)
		add_count(out, run->now.unhandled, "event that no badge listens to",
			  "events that no badge listens to");
	if (run->now.failed > 0)
		add_count(out, run->now.failed, "badge failure", "badge failures");
	if (run->now.refused > 0)
		add_count(out, run->now.refused, "refusal by a badge", "refusals by badges");
	if (run->report->unshown > 0)
		add_count(out, run->report->unshown, "warning not shown", "warnings not shown");
	brb_cli_out_text(out, "\n");
	brb_cli_out_flush(out);
}

static void report_interruption(brb_cli_run *run)
{
	if (run->lines.number > 0)
		brb_cli_report_say(run->report,
				   "interrupted at %s:%" PRIu64
				   "; everything up to there is stored. To continue, run again on the same "
				   "input: events with an id are judged only once",
				   run->file, run->lines.number);
	else
		brb_cli_report_say(run->report, "interrupted before the first line of %s", run->file);
}

static int finish(brb_cli_run *run)
{
	if (run->stop == BRB_CLI_STOP_SIGNAL)
		report_interruption(run);
	if (run->out.error == ECANCELED)
		brb_cli_report_say(run->report,
				   "standard output: nobody reads it; the awards are stored: see \"brabeion "
				   "awards\"");
	if (run->stop == BRB_CLI_STOP_STRICT)
		brb_cli_report_say(run->report, "stopped by --strict; all before it is stored");
	if (run->stop != BRB_CLI_STOP_READER_GONE)
		print_summary(run);
	if (run->stop == BRB_CLI_STOP_STORE)
		return BRB_CLI_STORE;
	if (run->stop == BRB_CLI_STOP_SIGNAL)
		return 128 + brb_cli_signals_caught();
	if (run->bad_lines > 0 || run->bad_files > 0 || run->stop == BRB_CLI_STOP_OUTPUT)
		return BRB_CLI_BAD_INPUT;
	return BRB_CLI_FINE;
}

/* ---- reloading ---- */

/* The library logs a failed reload. */
static void print_reload(void *context, const brabeion_receipt *receipt, const brabeion_error *error)
{
	const brb_cli_run *run = context;
	(void)error;
	if (receipt)
		brb_cli_report_say(run->report,
				   "reloaded %s: generation %" PRIu64 ", %u added, %u changed, %u removed, %u kept",
				   run->options->config, receipt->generation, receipt->added, receipt->changed,
				   receipt->removed, receipt->kept);
}

/* False: --watch failed; reported. */
static bool listen_for_reloads(brb_cli_run *run, int *exit_code)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_on_reload(run->engine, print_reload, run);
	if (run->options->watch != BRB_CLI_ALWAYS || brabeion_watch(run->engine, true, &error) == BRABEION_OK)
		return true;
	*exit_code = brb_cli_fail(run->report, &error);
	return false;
}

/* ---- the command ---- */

static int run_engine(brb_cli_run *run, int wake)
{
	int exit_code = BRB_CLI_STORE;
	brb_cli_lines_init(&run->lines, BRB_CLI_EVENT_JSON_LINE_BYTES, BRB_CLI_EVENT_JSON_PADDING, wake);
	brb_cli_out_init(&run->out, STDOUT_FILENO);
	brb_cli_out_hold(&run->out);
	run->committed_us = brb_clock_monotonic_us();
	size_t batch = brb_cli_options_batch(run->options);
	run->terminal = brb_cli_terminal_look(STDOUT_FILENO);
	run->parser = brb_cli_event_json_open();
	run->batch = &run->batches[0];
	if (!brb_cli_batch_init(&run->batches[0], batch) || !brb_cli_batch_init(&run->batches[1], batch) ||
	    !run->parser) {
		brb_cli_report_say(run->report, "out of memory");
		goto end;
	}
	brb_cli_judging_thread_open(&run->thread, run->engine);
	read_inputs(run);
	brb_cli_judging_thread_close(&run->thread);
	exit_code = finish(run);
end:
	brb_cli_batch_finish(&run->batches[0]);
	brb_cli_batch_finish(&run->batches[1]);
	brb_cli_event_json_close(run->parser);
	brb_cli_lines_finish(&run->lines);
	brb_cli_ranges_clear(&run->uncommitted);
	brb_cli_out_drop(&run->out);
	return exit_code;
}

int brb_cli_command_run(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_FINE;
	bool in_event_time = options->clock == BRB_CLI_CLOCK_EVENTS;
	if (!in_event_time && options->until.is_given)
		return brb_cli_fail_usage(report, "run", "--until does not go with --clock wall");
	int wake = brb_cli_signals_open();
	if (wake < 0 || !brb_cli_signals_take_hangup()) {
		brb_cli_report_say(report, "brabeion run: signals: %s", strerror(errno));
		return BRB_CLI_STORE;
	}
	brb_cli_run run = { .options = options, .report = report };
	run.engine = brb_cli_open(options, report, in_event_time ? BRB_CLI_OPEN_HISTORY : BRB_CLI_OPEN, &exit_code);
	if (run.engine && listen_for_reloads(&run, &exit_code))
		exit_code = run_engine(&run, wake);
	brabeion_close(run.engine);
	return exit_code;
}
