/*
 * base/log: see log.h.
 */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/reentrancy.h"
#include "base/text.h"

enum { LONGEST_RECORD = 4096 };

static void call_back(const brb_log *log, brabeion_log_level level, const char *message)
{
	brb_reentrancy_enter();
	log->callback(log->context, level, message);
	brb_reentrancy_leave();
}

void brb_log_write(const brb_log *log, brabeion_log_level level, const char *format, ...)
{
	if (!log->callback)
		return;
	char message[LONGEST_RECORD];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	brb_text_clean_line(message); /* users' text may hold escape sequences */
	call_back(log, level, message);
}

void brb_log_lines(const brb_log *log, brabeion_log_level level, const char *text)
{
	while (text && *text) {
		size_t length = strcspn(text, "\n");
		brb_log_write(log, level, "%.*s", (int)(length < LONGEST_RECORD ? length : LONGEST_RECORD), text);
		text += length + (text[length] == '\n');
	}
}
