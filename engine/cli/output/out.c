/*
 * cli/output/out: a buffer before write(2).
 *
 * Not stdio: a partial write and the errno of an error must be known, and no exit handler may write the buffer again.
 */
#include "cli/output/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/support/signals.h"

enum { LOOK_MS = 100, GRACE_US = 1000000 };

void brb_cli_out_init(brb_cli_out *out, int fd)
{
	out->fd = fd;
	out->error = 0;
	out->is_held = false;
	out->held = NULL;
	out->held_size = out->held_capacity = 0;
	out->used = 0;
}

static bool is_regular(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* Waits for a reader. False: a signal asks for the end, and nobody has read for GRACE_US since. */
static bool wait_writable(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int64_t asked_us = 0;
	while (poll(&wait, 1, LOOK_MS) <= 0) {
		int64_t now_us = brb_clock_monotonic_us();
		if (!brb_cli_signals_caught())
			continue;
		if (!asked_us)
			asked_us = now_us;
		if (now_us - asked_us >= GRACE_US)
			return false;
	}
	return true;
}

/*
 * A pipe that nobody reads must not keep the process from ending at a signal. A pipe with room takes PIPE_BUF bytes
 * without blocking (pipe(7)); it cannot be made non-blocking, since others may have it open, too.
 */
static int write_whole(int fd, const char *bytes, size_t size)
{
	bool regular = is_regular(fd);
	while (size > 0) {
		if (!regular && !wait_writable(fd))
			return ECANCELED;
		ssize_t written = write(fd, bytes, regular || size < PIPE_BUF ? size : PIPE_BUF);
		if (written < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (written < 0)
			return errno;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

/* Moves the buffer behind what is held already. */
static void keep(brb_cli_out *out)
{
	size_t wanted = out->held_size + out->used;
	if (wanted > out->held_capacity) {
		size_t capacity = wanted > out->held_capacity * 2 ? wanted : out->held_capacity * 2;
		char *held = realloc(out->held, capacity);
		if (!held) {
			out->error = out->error ? out->error : ENOMEM;
			out->used = 0;
			return;
		}
		out->held = held;
		out->held_capacity = capacity;
	}
	memcpy(out->held + out->held_size, out->data, out->used);
	out->held_size = wanted;
	out->used = 0;
}

void brb_cli_out_hold(brb_cli_out *out)
{
	out->is_held = true;
}

void brb_cli_out_drop(brb_cli_out *out)
{
	free(out->held);
	out->held = NULL;
	out->held_size = out->held_capacity = 0;
	out->used = 0;
	out->is_held = false;
}

size_t brb_cli_out_size(const brb_cli_out *out)
{
	return out->held_size + out->used;
}

int brb_cli_out_flush(brb_cli_out *out)
{
	if (out->held_size > 0 && !out->error)
		out->error = write_whole(out->fd, out->held, out->held_size);
	if (out->used > 0 && !out->error)
		out->error = write_whole(out->fd, out->data, out->used);
	brb_cli_out_drop(out);
	return out->error;
}

void brb_cli_out_bytes(brb_cli_out *out, const char *bytes, size_t size)
{
	while (size > 0) {
		if (out->used == sizeof out->data && out->is_held)
			keep(out);
		else if (out->used == sizeof out->data)
			brb_cli_out_flush(out);
		size_t room = sizeof out->data - out->used;
		size_t part = size < room ? size : room;
		memcpy(out->data + out->used, bytes, part);
		out->used += part;
		bytes += part;
		size -= part;
	}
}

void brb_cli_out_text(brb_cli_out *out, const char *text)
{
	brb_cli_out_bytes(out, text, strlen(text));
}

void brb_cli_out_format(brb_cli_out *out, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (size > 0)
		brb_cli_out_bytes(out, text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1);
}

void brb_cli_out_spaces(brb_cli_out *out, size_t count)
{
	for (; count > 0; count--)
		brb_cli_out_bytes(out, " ", 1);
}

void brb_cli_out_number(brb_cli_out *out, uint64_t number)
{
	char text[BRB_TEXT_NUMBER_BYTES];
	brb_text_number(number, text);
	brb_cli_out_text(out, text);
}

void brb_cli_out_count(brb_cli_out *out, uint64_t count, const char *one, const char *many)
{
	brb_cli_out_number(out, count);
	brb_cli_out_bytes(out, " ", 1);
	brb_cli_out_text(out, count == 1 ? one : many);
}
