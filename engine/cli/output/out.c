/*
 * cli/output/out: a buffer before write(2).
 *
 * Not stdio: a partial write and the errno of an error must be known, and no exit handler may write the buffer again.
 */
#include "cli/output/out.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

void brb_cli_out_init(brb_cli_out *out, int fd)
{
	out->fd = fd;
	out->error = 0;
	out->used = 0;
}

/* Another process may have made the terminal non-blocking. */
static int write_whole(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);
		if (written < 0 && errno == EAGAIN) {
			struct pollfd wait = { .fd = fd, .events = POLLOUT };
			poll(&wait, 1, -1);
			continue;
		}
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

int brb_cli_out_flush(brb_cli_out *out)
{
	if (out->used > 0 && !out->error)
		out->error = write_whole(out->fd, out->data, out->used);
	out->used = 0;
	return out->error;
}

void brb_cli_out_bytes(brb_cli_out *out, const char *bytes, size_t size)
{
	while (size > 0) {
		if (out->used == sizeof out->data)
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
