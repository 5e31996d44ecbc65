/*
 * cli/input/history_file: see history_file.h.
 */
#include "cli/input/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/support/signals.h"

enum { LINES_PER_PROGRESS = 1024 };

static const char *name_of(const brb_cli_history_file *history)
{
	return strcmp(history->file, "-") == 0 ? "<stdin>" : history->file;
}

static void stop(brb_cli_history_file *history, brb_cli_history_file_end why)
{
	if (history->end == BRB_CLI_HISTORY_FILE_GOING)
		history->end = why;
}

static void bad_line(brb_cli_history_file *history, uint64_t number, const char *why)
{
	history->bad_lines++;
	brb_cli_report_say(history->report, "%s:%" PRIu64 ": %s", name_of(history), number, why);
	if (history->strict)
		stop(history, BRB_CLI_HISTORY_FILE_STRICT);
}

static void out_of_memory(brb_cli_history_file *history)
{
	brb_cli_report_say(history->report, "%s:%" PRIu64 ": out of memory", name_of(history), history->lines.number);
	stop(history, BRB_CLI_HISTORY_FILE_FAILED);
}

static void unreadable(brb_cli_history_file *history, int error)
{
	brb_cli_report_say(history->report, "%s: %s", name_of(history), strerror(error));
	stop(history, BRB_CLI_HISTORY_FILE_UNREADABLE);
}

/* ---- judging ---- */

/* Reports invalid events with their lines. */
static void report_refused(brb_cli_history_file *history)
{
	for (size_t i = 0; i < history->batch.count; i++) {
		brabeion_result *result = &history->batch.results[i];
		if (result->status == BRABEION_INVALID)
			bad_line(history, history->batch.origins[i].line,
				 result->message ? result->message : brabeion_status_name(result->status));
		else
			history->events++;
		brabeion_result_finish(result);
	}
}

static void commit(brb_cli_history_file *history)
{
	if (history->commit && !history->commit(history->context, history))
		stop(history, BRB_CLI_HISTORY_FILE_FAILED);
}

static void judge(brb_cli_history_file *history)
{
	if (history->batch.count == 0)
		return;
	memset(history->batch.results, 0, history->batch.count * sizeof *history->batch.results);
	history->batch.results[0] = (brabeion_result)BRABEION_RESULT();
	bool judged = history->judge(history->context, history);
	if (judged)
		report_refused(history);
	else
		stop(history, BRB_CLI_HISTORY_FILE_FAILED);
	brb_cli_batch_reset(&history->batch);
	if (judged && history->commit_each)
		commit(history);
}

/* No more events come for now. */
static void judge_and_commit(brb_cli_history_file *history)
{
	judge(history);
	commit(history);
}

/* ---- one line ---- */

/* FNV-1a; the end of a line counts as one byte. */
static uint64_t hash_line(uint64_t mark, const brb_cli_line *line)
{
	const uint64_t prime = UINT64_C(0x100000001b3);
	for (size_t i = 0; i < line->size; i++)
		mark = (mark ^ (unsigned char)line->text[i]) * prime;
	return (mark ^ '\n') * prime;
}

static void take_event(brb_cli_history_file *history, const brb_cli_line *line)
{
	brabeion_event event;
	char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES];
	switch (brb_cli_event_json_read(history->reader, line->text, line->size, &history->batch.arena, &event,
					message)) {
	case BRB_CLI_EVENT_JSON_EVENT:
		if (event.has_at)
			brb_cli_batch_add(&history->batch, &event, history->file, history->lines.number);
		else
			bad_line(history, history->lines.number,
				 "\"at\" is missing: an event of a history needs its time");
		break;
	case BRB_CLI_EVENT_JSON_BAD:
		bad_line(history, history->lines.number, message);
		break;
	case BRB_CLI_EVENT_JSON_MEMORY:
		out_of_memory(history);
		break;
	}
}

/* NULL for a line that is too long. */
static void take_line(brb_cli_history_file *history, const brb_cli_line *line)
{
	static const brb_cli_line too_long = { "", 0 };
	bool passed = history->lines.number <= (uint64_t)history->passed.number;
	history->counts.lines++;
	history->reached.number = (int64_t)history->lines.number;
	history->reached.mark = hash_line(history->reached.mark, line ? line : &too_long);
	if (passed && history->reached.number == history->passed.number &&
	    history->reached.mark != history->passed.mark)
		stop(history, BRB_CLI_HISTORY_FILE_CHANGED);
	if (passed || (line && brb_cli_line_is_blank(line)))
		return;
	if (line)
		take_event(history, line);
	else
		bad_line(history, history->lines.number, "line longer than 1 MiB");
	if (brb_cli_batch_is_full(&history->batch))
		judge(history);
}

/* ---- the whole ---- */

static void show_progress(brb_cli_history_file *history)
{
	history->counts.bytes = history->lines.bytes;
	brb_cli_report_progress(history->report, &history->counts);
}

/* False at the end of the input. */
static bool take_step(brb_cli_history_file *history)
{
	brb_cli_line line = { 0 };
	switch (brb_cli_lines_next(&history->lines, &line)) {
	case BRB_CLI_LINES_LINE:
		take_line(history, &line);
		break;
	case BRB_CLI_LINES_LONG:
		take_line(history, NULL);
		break;
	case BRB_CLI_LINES_IDLE:
		judge_and_commit(history);
		show_progress(history);
		break;
	case BRB_CLI_LINES_WOKEN:
		break;
	case BRB_CLI_LINES_END:
		return false;
	case BRB_CLI_LINES_FAILED:
		unreadable(history, history->lines.error);
		return false;
	case BRB_CLI_LINES_MEMORY:
		out_of_memory(history);
		return false;
	}
	if (history->counts.lines % LINES_PER_PROGRESS == 0)
		show_progress(history);
	return true;
}

/* 0 when it is no regular file. */
static uint64_t measure(int input)
{
	struct stat about;
	return fstat(input, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 ? (uint64_t)about.st_size : 0;
}

static void read_input(brb_cli_history_file *history, int input)
{
	brb_cli_lines_begin(&history->lines, input);
	history->counts.total_bytes = measure(input);
	do {
		if (brb_cli_signals_caught())
			stop(history, BRB_CLI_HISTORY_FILE_SIGNAL);
	} while (history->end == BRB_CLI_HISTORY_FILE_GOING && take_step(history));
	if (history->end == BRB_CLI_HISTORY_FILE_GOING && history->reached.number < history->passed.number)
		stop(history, BRB_CLI_HISTORY_FILE_CHANGED);
	if (history->end == BRB_CLI_HISTORY_FILE_GOING || history->end == BRB_CLI_HISTORY_FILE_SIGNAL)
		judge_and_commit(history);
	stop(history, BRB_CLI_HISTORY_FILE_DONE);
}

brb_cli_history_file_end brb_cli_history_file_read(brb_cli_history_file *history)
{
	bool is_stdin = strcmp(history->file, "-") == 0;
	history->end = BRB_CLI_HISTORY_FILE_GOING;
	history->reached = (brabeion_checkpoint)BRABEION_CHECKPOINT(.mark = UINT64_C(0xcbf29ce484222325));
	brb_cli_lines_init(&history->lines, BRB_CLI_EVENT_JSON_LINE_BYTES, BRB_CLI_EVENT_JSON_PADDING, history->wake);
	history->reader = brb_cli_event_json_open();
	int input = is_stdin ? STDIN_FILENO : open(history->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (input < 0)
		unreadable(history, errno);
	else if (!brb_cli_batch_init(&history->batch, history->batch_events) || !history->reader)
		out_of_memory(history);
	else
		read_input(history, input);
	if (input >= 0 && !is_stdin)
		close(input);
	brb_cli_batch_finish(&history->batch);
	brb_cli_event_json_close(history->reader);
	brb_cli_lines_finish(&history->lines);
	return history->end;
}
