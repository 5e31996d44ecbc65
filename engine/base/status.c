/*
 * base/status: see status.h. Messages that must not take memory, because there is none or because the call is refused, are
 * static texts, recognised by their address.
 */
#include "base/status.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

static char out_of_memory[] = "out of memory";
static char forked[] = "the engine was opened by another process: open after fork";
static char reentrant[] = "called from inside a plugin's function, the log callback, the clock or the allocator";

static char read_only[] = "the engine was opened to look only (options.read_only): nothing is stored by it";

/* The message if it is a static one, else NULL. */
static char *as_static(const char *message)
{
	return message == out_of_memory ? out_of_memory
	       : message == forked      ? forked
	       : message == reentrant   ? reentrant
	       : message == read_only   ? read_only
					: NULL;
}

static char *static_text(brabeion_status status)
{
	switch (status) {
	case BRABEION_FORKED:
		return forked;
	case BRABEION_REENTRANT:
		return reentrant;
	case BRABEION_READ_ONLY:
		return read_only;
	default:
		return out_of_memory;
	}
}

static void release_text(char *text)
{
	if (!as_static(text))
		brb_memory_release(text);
}

static void drop(brabeion_error *error)
{
	release_text(error->message);
	error->message = NULL;
}

/* Releases `text`, and returns it as people may read it: it may quote names of users, or what a plugin said. */
static char *as_shown(char *text)
{
	size_t length = brb_utf8_show_all(text, true, NULL, 0);
	char *shown = brb_memory_take(length + 1);
	if (shown)
		brb_utf8_show_all(text, true, shown, length + 1);
	brb_memory_release(text);
	return shown ? shown : out_of_memory;
}

BRB_PRINTF(1, 0) static char *format_text(const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	char *text = length < 0 ? NULL : brb_memory_take((size_t)length + 1);
	if (!text)
		return out_of_memory;
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return as_shown(text);
}

static char *joined(const char *head, const char *between, const char *tail)
{
	size_t size = strlen(head) + strlen(between) + strlen(tail) + 1;
	char *text = brb_memory_take(size);
	if (!text)
		return out_of_memory;
	snprintf(text, size, "%s%s%s", head, between, tail);
	return text;
}

brabeion_status brb_status_set_va(brabeion_error *error, brabeion_status status, const char *format,
				  va_list arguments)
{
	char *text = format_text(format, arguments);
	drop(error);
	error->status = status;
	error->message = text;
	return status;
}

brabeion_status brb_status_set(brabeion_error *error, brabeion_status status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	brb_status_set_va(error, status, format, arguments);
	va_end(arguments);
	return status;
}

brabeion_status brb_status_set_text(brabeion_error *error, brabeion_status status, const char *text)
{
	if (!as_static(text))
		return brb_status_set(error, status, "%s", text);
	drop(error);
	error->status = status;
	error->message = as_static(text);
	return status;
}

brabeion_status brb_status_add_va(brabeion_error *error, brabeion_status status, const char *format,
				  va_list arguments)
{
	if (!error->message)
		return brb_status_set_va(error, status, format, arguments);
	char *line = format_text(format, arguments);
	char *both = joined(error->message, "\n", line);
	release_text(line);
	drop(error);
	error->message = both;
	return error->status;
}

brabeion_status brb_status_add(brabeion_error *error, brabeion_status status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	brabeion_status first = brb_status_add_va(error, status, format, arguments);
	va_end(arguments);
	return first;
}

brabeion_status brb_status_prefix(brabeion_error *error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *prefix = format_text(format, arguments);
	va_end(arguments);
	char *both = joined(prefix, "", error->message ? error->message : "");
	release_text(prefix);
	drop(error);
	error->message = both;
	return error->status;
}

brabeion_status brb_status_no_memory(brabeion_error *error)
{
	return brb_status_refuse(error, BRABEION_NO_MEMORY);
}

brabeion_status brb_status_refuse(brabeion_error *error, brabeion_status status)
{
	drop(error);
	error->status = status;
	error->message = static_text(status);
	return status;
}

const char *brb_status_refusal(brabeion_status status)
{
	return static_text(status);
}

bool brb_status_is_refusal(const char *message)
{
	return as_static(message) != NULL;
}

brabeion_status brb_status_hand_over(brabeion_error *to, brabeion_error *from)
{
	brabeion_status status = from->status;
	if (to) {
		drop(to);
		*to = *from;
	} else {
		drop(from);
	}
	*from = (brabeion_error)BRABEION_NO_ERROR;
	return status;
}

void brb_status_clear(brabeion_error *error)
{
	drop(error);
	error->status = BRABEION_OK;
}
