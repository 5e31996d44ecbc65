/*
 * cli/input/history_file: see past.h.
 */
#include "cli/input/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/support/signals.h"

enum { LINES_PER_LOOK = 1024 }; /* between two looks at the clock */

const char *brb_cli_history_file_name(const brb_cli_history_file *past)
{
	return strcmp(past->file, "-") == 0 ? "<stdin>" : past->file;
}

static void stop(brb_cli_history_file *past, brb_cli_history_file_end why)
{
	if (past->end == BRB_CLI_HISTORY_FILE_GOING)
		past->end = why;
}

static void bad_line(brb_cli_history_file *past, uint64_t number, const char *why)
{
	past->bad_lines++;
	brb_cli_report_say(past->report, "%s:%" PRIu64 ": %s", brb_cli_history_file_name(past), number, why);
	if (past->strict)
		stop(past, BRB_CLI_HISTORY_FILE_STRICT);
}

static void out_of_memory(brb_cli_history_file *past)
{
	brb_cli_report_say(past->report, "%s:%" PRIu64 ": out of memory", brb_cli_history_file_name(past),
			   past->lines.number);
	stop(past, BRB_CLI_HISTORY_FILE_FAILED);
}

static void unreadable(brb_cli_history_file *past, int error)
{
	brb_cli_report_say(past->report, "%s: %s", brb_cli_history_file_name(past), strerror(error));
	stop(past, BRB_CLI_HISTORY_FILE_UNREADABLE);
}

/* ---- judging ---- */

/* Events that are wrong in themselves are told with their lines. */
static void tell_refused(brb_cli_history_file *past)
{
	for (size_t i = 0; i < past->batch.count; i++) {
		brabeion_result *result = &past->batch.results[i];
		if (result->status == BRABEION_INVALID)
			bad_line(past, past->batch.origins[i].line,
				 result->message ? result->message : brabeion_status_name(result->status));
		else
			past->events++;
		brabeion_result_finish(result);
	}
}

static void judge(brb_cli_history_file *past)
{
	if (past->batch.count == 0)
		return;
	memset(past->batch.results, 0, past->batch.count * sizeof *past->batch.results);
	if (past->judge(past->context, past))
		tell_refused(past);
	else
		stop(past, BRB_CLI_HISTORY_FILE_FAILED);
	brb_cli_batch_reset(&past->batch);
}

/* ---- one line ---- */

/* Fowler, Noll and Vo's hash, variant 1a; a line's end counts as one byte. */
static uint64_t mark_of(uint64_t mark, const brb_cli_line *line)
{
	const uint64_t prime = UINT64_C(0x100000001b3);
	for (size_t i = 0; i < line->size; i++)
		mark = (mark ^ (unsigned char)line->text[i]) * prime;
	return (mark ^ '\n') * prime;
}

static void take_event(brb_cli_history_file *past, const brb_cli_line *line)
{
	brabeion_event event;
	char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES];
	switch (brb_cli_event_json_read(past->wire, line->text, line->size, &past->batch.arena, &event, message)) {
	case BRB_CLI_EVENT_JSON_EVENT:
		if (event.has_at)
			brb_cli_batch_add(&past->batch, &event, past->file, past->lines.number);
		else
			bad_line(past, past->lines.number,
				 "\"at\" is missing: when it happened must be known of the past");
		break;
	case BRB_CLI_EVENT_JSON_BAD:
		bad_line(past, past->lines.number, message);
		break;
	case BRB_CLI_EVENT_JSON_MEMORY:
		out_of_memory(past);
		break;
	}
}

/* NULL for a line that is too long. */
static void take_line(brb_cli_history_file *past, const brb_cli_line *line)
{
	static const brb_cli_line too_long = { "", 0 };
	bool passed = past->lines.number <= (uint64_t)past->passed.number;
	past->standing.lines++;
	past->place.number = (int64_t)past->lines.number;
	past->place.mark = mark_of(past->place.mark, line ? line : &too_long);
	if (passed && past->place.number == past->passed.number && past->place.mark != past->passed.mark)
		stop(past, BRB_CLI_HISTORY_FILE_CHANGED);
	if (passed || (line && brb_cli_line_is_blank(line)))
		return;
	if (line)
		take_event(past, line);
	else
		bad_line(past, past->lines.number, "line longer than 1 MiB");
	if (brb_cli_batch_is_full(&past->batch))
		judge(past);
}

/* ---- the whole ---- */

static void look_up(brb_cli_history_file *past)
{
	past->standing.bytes = past->lines.bytes;
	brb_cli_report_progress(past->report, &past->standing);
}

/* One step. False: the input is at its end. */
static bool take_step(brb_cli_history_file *past)
{
	brb_cli_line line = { 0 };
	switch (brb_cli_lines_next(&past->lines, &line)) {
	case BRB_CLI_LINES_LINE:
		take_line(past, &line);
		break;
	case BRB_CLI_LINES_LONG:
		take_line(past, NULL);
		break;
	case BRB_CLI_LINES_IDLE:
		judge(past);
		look_up(past);
		break;
	case BRB_CLI_LINES_WOKEN:
		break;
	case BRB_CLI_LINES_END:
		return false;
	case BRB_CLI_LINES_FAILED:
		unreadable(past, past->lines.error);
		return false;
	case BRB_CLI_LINES_MEMORY:
		out_of_memory(past);
		return false;
	}
	if (past->standing.lines % LINES_PER_LOOK == 0)
		look_up(past);
	return true;
}

/* 0 when it is no regular file: then nobody knows how much is left. */
static uint64_t measure(int input)
{
	struct stat about;
	return fstat(input, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 ? (uint64_t)about.st_size : 0;
}

static void read_input(brb_cli_history_file *past, int input)
{
	brb_cli_lines_begin(&past->lines, input);
	past->standing.total_bytes = measure(input);
	do {
		if (brb_cli_signals_caught())
			stop(past, BRB_CLI_HISTORY_FILE_SIGNAL);
	} while (past->end == BRB_CLI_HISTORY_FILE_GOING && take_step(past));
	if (past->end == BRB_CLI_HISTORY_FILE_GOING && past->place.number < past->passed.number)
		stop(past, BRB_CLI_HISTORY_FILE_CHANGED);
	if (past->end == BRB_CLI_HISTORY_FILE_GOING || past->end == BRB_CLI_HISTORY_FILE_SIGNAL)
		judge(past);
	stop(past, BRB_CLI_HISTORY_FILE_DONE);
}

brb_cli_history_file_end brb_cli_history_file_read(brb_cli_history_file *past)
{
	bool is_stdin = strcmp(past->file, "-") == 0;
	past->end = BRB_CLI_HISTORY_FILE_GOING;
	past->place = (brabeion_checkpoint){ .mark = UINT64_C(0xcbf29ce484222325) };
	brb_cli_lines_init(&past->lines, BRB_CLI_EVENT_JSON_LINE_BYTES, BRB_CLI_EVENT_JSON_PADDING, past->wake);
	past->wire = brb_cli_event_json_open();
	int input = is_stdin ? STDIN_FILENO : open(past->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (input < 0)
		unreadable(past, errno);
	else if (!brb_cli_batch_init(&past->batch, past->batch_events) || !past->wire)
		out_of_memory(past);
	else
		read_input(past, input);
	if (input >= 0 && !is_stdin)
		close(input);
	brb_cli_batch_finish(&past->batch);
	brb_cli_event_json_close(past->wire);
	brb_cli_lines_finish(&past->lines);
	return past->end;
}
