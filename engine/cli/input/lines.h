/*
 * cli/input/lines: a file, pipe or terminal -> lines of bounded length.
 *
 * Guarantees: a line longer than the bound is skipped in constant memory; before a read that would block the caller gets IDLE
 * and can finish what it has; a wait ends when `wake` becomes readable. One buffer serves all inputs, one after another.
 * Not here: what a line means. Blank lines are lines.
 */
#ifndef BRB_CLI_INPUT_LINES_H
#define BRB_CLI_INPUT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum brb_cli_lines_outcome {
	BRB_CLI_LINES_LINE,
	BRB_CLI_LINES_LONG, /* a line that is longer than the bound, skipped */
	BRB_CLI_LINES_IDLE, /* nothing to read now: the next call blocks */
	BRB_CLI_LINES_WOKEN,
	BRB_CLI_LINES_END,
	BRB_CLI_LINES_FAILED, /* see error */
	BRB_CLI_LINES_MEMORY
} brb_cli_lines_outcome;

typedef struct brb_cli_lines {
	size_t limit;   /* of a line's bytes, without its end */
	size_t padding; /* bytes that may be read behind every line */
	int wake;       /* -1: none */
	int input;
	bool may_wait; /* reading may block: neither a regular file, a block device nor a directory */
	bool idle_reported;
	bool begun;    /* the start has been checked for a byte order mark */
	bool skipping; /* inside a line that is too long */
	bool ended;
	int error; /* errno of FAILED */
	char *buffer;
	size_t start, scanned, end, capacity;
	uint64_t number; /* of the last line returned, from 1 */
	uint64_t bytes;  /* read so far, of all inputs */
} brb_cli_lines;

/* One line, without "\n" or "\r\n". Not NUL-terminated; valid until the next call. */
typedef struct brb_cli_line {
	const char *text;
	size_t size;
} brb_cli_line;

/* Prepares a reader in the caller's memory. */
void brb_cli_lines_init(brb_cli_lines *lines, size_t limit, size_t padding, int wake);

/* Frees the buffer; closes no input. */
void brb_cli_lines_finish(brb_cli_lines *lines);

/* Starts with another input. A UTF-8 byte order mark at its start is skipped. */
void brb_cli_lines_begin(brb_cli_lines *lines, int input);

brb_cli_lines_outcome brb_cli_lines_next(brb_cli_lines *lines, brb_cli_line *line);

/* Nothing but spaces and tabs: neither an event nor an error. */
bool brb_cli_line_is_blank(const brb_cli_line *line);

#endif
