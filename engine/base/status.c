/*
 * status: see status.h. The one trick is `no_memory`: a message that cannot be allocated is a static text, which
 * brabeion_error_finish knows by its address.
 */
#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char out_of_memory[] = "out of memory";

static void drop(brabeion_error *error)
{
	if (error->message != out_of_memory)
		free(error->message);
	error->message = NULL;
}

BRB_PRINTF(1, 0) static char *format_text(const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	char *text = length < 0 ? NULL : malloc((size_t)length + 1);
	if (!text)
		return out_of_memory;
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

/* Joins two texts; frees neither. */
static char *joined(const char *head, const char *between, const char *tail)
{
	size_t size = strlen(head) + strlen(between) + strlen(tail) + 1;
	char *text = malloc(size);
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

brabeion_status brb_status_add_va(brabeion_error *error, brabeion_status status, const char *format,
				  va_list arguments)
{
	if (!error->message)
		return brb_status_set_va(error, status, format, arguments);
	char *line = format_text(format, arguments);
	char *both = joined(error->message, "\n", line);
	if (line != out_of_memory)
		free(line);
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
	if (prefix != out_of_memory)
		free(prefix);
	drop(error);
	error->message = both;
	return error->status;
}

brabeion_status brb_status_no_memory(brabeion_error *error)
{
	drop(error);
	error->status = BRABEION_MEMORY;
	error->message = out_of_memory;
	return BRABEION_MEMORY;
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

void brabeion_error_finish(brabeion_error *error)
{
	if (!error)
		return;
	drop(error);
	error->status = BRABEION_OK;
}

const char *brabeion_status_name(brabeion_status status)
{
	static const char *const names[] = { "ok",     "invalid",       "configuration", "store",
					     "busy",   "out of memory", "reentrant",     "forked",
					     "system", "full",          "absent" };
	size_t index = (size_t)status;
	return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}
