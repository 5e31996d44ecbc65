/*
 * judging/call: see call.h.
 */
#include "judging/call.h"

#include <stdio.h>

__attribute__((format(printf, 2, 0))) static void fail_va(brb_call *call, const char *format, va_list arguments)
{
	call->failed = true;
	vsnprintf(call->texts->message, sizeof call->texts->message, format, arguments);
	brb_text_clean_line(call->texts->message); /* it may be the plugin's, or cut inside a character */
}

void brb_call_fail(brb_call *call, const char *format, ...)
{
	if (call->failed)
		return;
	va_list arguments;
	va_start(arguments, format);
	fail_va(call, format, arguments);
	va_end(arguments);
}

void brb_call_refuse(brb_call *call, const char *format, ...)
{
	if (call->failed)
		return;
	va_list arguments;
	va_start(arguments, format);
	fail_va(call, format, arguments);
	va_end(arguments);
	call->refused = true;
}

const char *brb_call_function(const brb_call *call)
{
	switch ((brb_call_mode)call->mode) {
	case BRB_CALL_FREEZING:
		return "freeze";
	case BRB_CALL_PROGRESS:
		return "progress";
	case BRB_CALL_MERGING:
		return "merge";
	case BRB_CALL_JUDGING:
		break;
	}
	return call->badge ? "award" : "observe";
}

int64_t brb_call_at(brb_call *call)
{
	if (!call->has_at) {
		call->at_us = call->event->has_at ? call->event->at_us : brb_clock_now_us(call->judge->clock);
		call->has_at = true;
	}
	return call->at_us;
}
