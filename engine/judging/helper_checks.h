/*
 * judging/helper_checks: what the helpers of plugins check before they do their work, and the store's status after it.
 */
#ifndef BRB_JUDGING_HELPER_CHECKS_H
#define BRB_JUDGING_HELPER_CHECKS_H

#include "judging/call.h"

/* True: the helper may use the store. */
bool brb_helper_enter_store(brb_call *call);

/* Keeps the store's status; true when it is well. */
static inline bool brb_helper_kept(brb_call *call, brabeion_status status)
{
	call->judge->fault = status;
	return status == BRABEION_OK;
}

/*
 * The present name of who is meant by a name; the name itself when that cannot be found out, after a fault. While no name of
 * the database is an alias, which is the usual case, it costs nothing.
 */
const char *brb_helper_present_name(brb_call *call, const char *user);

/* True: a text of `least` to `most` bytes of UTF-8; else the judgement has failed. */
bool brb_helper_check_text(brb_call *call, const char *text, size_t least, size_t most, const char *what);

#endif
