/*
 * judging/result: fills the brabeion_result of a call. Texts and lists are in the result's own memory.
 */
#ifndef BRB_JUDGING_RESULT_H
#define BRB_JUDGING_RESULT_H

#include <brabeion/engine.h>

#include "base/text.h"

/* The result's memory, made when it is first needed; NULL when there is none. */
brb_arena *brb_result_memory(brabeion_result *result);

/* Sets the message, or "out of memory". */
void brb_result_set_message(brabeion_result *result, const char *message);

/*
 * Adds to the failures and refusals, up to BRABEION_FAILURES_MOST. `slug` NULL: the plugin's observe. Left out when memory is short.
 */
void brb_result_add_failure(brabeion_result *result, const char *plugin, const char *slug, const char *message,
			    bool refused);

/* Adds a copy of the award. False when memory is short. */
bool brb_result_add_award(brabeion_result *result, const brabeion_award_info *award);

/* Adds changes whose texts are in the result's memory already. False when memory is short. */
bool brb_result_add_lapsed(brabeion_result *result, const brabeion_change *changes, size_t count);

#endif
