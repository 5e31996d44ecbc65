/*
 * base/log: see log.h.
 */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/reentrancy.h"
#include "base/text.h"
#include "base/utf8.h"

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
	char message[LONGEST_RECORD + BRB_UTF8_BYTES_MOST], shown[LONGEST_RECORD];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	message[brb_text_cut_length(message, LONGEST_RECORD - 1)] = '\0'; /* not inside of a character */
	brb_utf8_show_all(message, false, shown, sizeof shown);           /* users' text may hold escape sequences */
	call_back(log, level, shown);
}

void brb_log_lines(const brb_log *log, brabeion_log_level level, const char *text)
{
	while (text && *text) {
		size_t length = strcspn(text, "\n");
		brb_log_write(log, level, "%.*s", (int)(length < LONGEST_RECORD ? length : LONGEST_RECORD), text);
		text += length + (text[length] == '\n');
	}
}
