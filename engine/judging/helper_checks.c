/*
 * judging/helper_checks: see helper_checks.h.
 */
#include "judging/helper_checks.h"

#include "judging/backend.h"

bool brb_helper_enter_store(brb_call *call)
{
	if (call->failed || !call->judge->backend->enter(call->judge))
		return false;
	call->judge->needed_store = true;
	return true;
}

const char *brb_helper_present_name(brb_call *call, const char *user)
{
	const char *name = user;
	brb_judge *judge = call->judge;
	if (brb_store_has_aliases(judge->store) && brb_helper_enter_store(call))
		brb_helper_kept(call, judge->backend->present_name(judge, user, &name));
	return name;
}

bool brb_helper_check_text(brb_call *call, const char *text, size_t least, size_t most, const char *what)
{
	size_t length = text ? brb_text_checked_length(text, most) : SIZE_MAX;
	if (length != SIZE_MAX && length >= least)
		return true;
	if (text && !text[0])
		brb_call_fail(call, "the %s is empty", what);
	else
		brb_call_fail(call, "the %s %s", what,
			      text ? "is longer than its bound or not UTF-8 (see brabeion/badge.h)" : "is NULL");
	return false;
}
