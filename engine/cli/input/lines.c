/*
 * cli/input/lines: reads large pieces and returns the lines in them in place.
 *
 * The buffer holds one line of the largest size and one piece more; its pages are touched only when lines are that long.
 */
#include "cli/input/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 * 1024 };

void brb_cli_lines_init(brb_cli_lines *lines, size_t limit, size_t padding, int wake)
{
	*lines = (brb_cli_lines){ .limit = limit, .padding = padding, .wake = wake, .input = -1, .ended = true };
}

void brb_cli_lines_finish(brb_cli_lines *lines)
{
	free(lines->buffer);
	*lines = (brb_cli_lines){ .wake = -1, .input = -1, .ended = true };
}

void brb_cli_lines_begin(brb_cli_lines *lines, int input)
{
	struct stat about;
	lines->input = input;
	lines->may_wait = fstat(input, &about) != 0 ||
			  !(S_ISREG(about.st_mode) || S_ISBLK(about.st_mode) || S_ISDIR(about.st_mode));
	lines->idle_reported = false;
	lines->begun = false;
	lines->skipping = false;
	lines->ended = false;
	lines->error = 0;
	lines->start = lines->scanned = lines->end = 0;
	lines->number = 0;
}

/* Makes room for one piece behind what is left of the last one. */
static bool make_room(brb_cli_lines *lines)
{
	if (!lines->buffer) {
		size_t capacity = lines->limit + 2 + PIECE_BYTES;
		lines->buffer = malloc(capacity + lines->padding);
		if (!lines->buffer)
			return false;
		lines->capacity = capacity;
	}
	if (lines->start > 0) {
		memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
		lines->scanned -= lines->start;
		lines->end -= lines->start;
		lines->start = 0;
	}
	return true;
}

/* LINE: a read will not block. */
static brb_cli_lines_outcome wait_for_input(brb_cli_lines *lines)
{
	struct pollfd polls[2] = { { .fd = lines->input, .events = POLLIN },
				   { .fd = lines->wake, .events = POLLIN } };
	for (;;) {
		int ready = poll(polls, 2, lines->idle_reported ? -1 : 0);
		if (ready < 0 && errno != EINTR && errno != EAGAIN) {
			lines->error = errno;
			return BRB_CLI_LINES_FAILED;
		}
		if (ready > 0 && polls[1].revents)
			return BRB_CLI_LINES_WOKEN;
		if (ready > 0) {
			lines->idle_reported = false;
			return BRB_CLI_LINES_LINE;
		}
		if (ready == 0) {
			lines->idle_reported = true;
			return BRB_CLI_LINES_IDLE;
		}
	}
}

/* Its three bytes may come one by one: no line is returned while they may still become one. */
static void skip_byte_order_mark(brb_cli_lines *lines)
{
	size_t size = lines->end < 3 ? lines->end : 3;
	if (lines->begun)
		return;
	bool same = memcmp(lines->buffer, "\xEF\xBB\xBF", size) == 0;
	lines->begun = !same || size == 3;
	if (same && size == 3)
		lines->start = lines->scanned = 3;
}

/* LINE: more was read, or the input has ended. */
static brb_cli_lines_outcome read_piece(brb_cli_lines *lines)
{
	if (!make_room(lines))
		return BRB_CLI_LINES_MEMORY;
	for (;;) {
		if (lines->may_wait) {
			brb_cli_lines_outcome outcome = wait_for_input(lines);
			if (outcome != BRB_CLI_LINES_LINE)
				return outcome;
		}
		size_t room = lines->capacity - lines->end;
		ssize_t got = read(lines->input, lines->buffer + lines->end, room < PIECE_BYTES ? room : PIECE_BYTES);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0) {
			lines->error = errno;
			return BRB_CLI_LINES_FAILED;
		}
		if (got == 0)
			lines->ended = true;
		lines->end += (size_t)got;
		lines->bytes += (uint64_t)got;
		return BRB_CLI_LINES_LINE;
	}
}

/* Returns the line that ends before `end`; the next begins at `next`. */
static brb_cli_lines_outcome return_line(brb_cli_lines *lines, size_t end, size_t next, brb_cli_line *line)
{
	bool skipped = lines->skipping;
	size_t size = end - lines->start;
	if (size > 0 && lines->buffer[end - 1] == '\r')
		size--;
	line->text = lines->buffer + lines->start;
	line->size = size;
	lines->start = lines->scanned = next;
	lines->skipping = false;
	lines->number++;
	return skipped || size > lines->limit ? BRB_CLI_LINES_LONG : BRB_CLI_LINES_LINE;
}

brb_cli_lines_outcome brb_cli_lines_next(brb_cli_lines *lines, brb_cli_line *line)
{
	for (;;) {
		char *newline = NULL;
		if (lines->scanned < lines->end)
			newline = memchr(lines->buffer + lines->scanned, '\n', lines->end - lines->scanned);
		if (newline) {
			size_t end = (size_t)(newline - lines->buffer);
			return return_line(lines, end, end + 1, line);
		}
		lines->scanned = lines->end;
		if (lines->ended) {
			if (lines->start == lines->end && !lines->skipping)
				return BRB_CLI_LINES_END;
			return return_line(lines, lines->end, lines->end, line);
		}
		/* One byte more than the limit may be the "\r" of "\r\n". */
		if (lines->skipping || lines->end - lines->start > lines->limit + 1) {
			lines->skipping = true;
			lines->start = lines->scanned = lines->end = 0;
		}
		brb_cli_lines_outcome outcome = read_piece(lines);
		if (outcome != BRB_CLI_LINES_LINE)
			return outcome;
		skip_byte_order_mark(lines);
	}
}

bool brb_cli_line_is_blank(const brb_cli_line *line)
{
	for (size_t i = 0; i < line->size; i++)
		if (line->text[i] != ' ' && line->text[i] != '\t' && line->text[i] != '\r')
			return false;
	return true;
}
