/*
 * judging/call: see call.h.
 */
#include "judging/call.h"

#include <stdio.h>

void brb_call_fail(brb_call *call, const char *format, ...)
{
	if (call->failed)
		return;
	call->failed = true;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(call->texts->message, sizeof call->texts->message, format, arguments);
	va_end(arguments);
	brb_text_clean_line(call->texts->message); /* it may be the plugin's, or cut inside a character */
}

const char *brb_call_function(const brb_call *call)
{
	if (call->progress)
		return "progress";
	if (call->frozen)
		return "freeze";
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
