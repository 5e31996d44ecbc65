/*
 * judging/memory_helpers: the functions behind badge.h's helpers of memory: cells, keys, and the cells of a user who is
 * merged. Each finds the declared name, checks owner and key, and asks the backend.
 *
 * A name that is not declared, or as something else, fails the judgement with the line to add; judge->undeclared stays set,
 * so that a trial can refuse the plugin.
 */
#ifndef BRB_JUDGING_MEMORY_HELPERS_H
#define BRB_JUDGING_MEMORY_HELPERS_H

#include "judging/call.h"

enum { BRB_KEY_STEPS_MOST = 10000 }; /* in one judgement */

int64_t brb_helper_cell_number(badge_call *call, const char *name, const char *owner, const char *key);
int64_t brb_helper_cell_add(badge_call *call, const char *name, const char *owner, const char *key, int64_t delta);
int32_t brb_helper_cell_set_number(badge_call *call, const char *name, const char *owner, const char *key,
				   int64_t value);
const char *brb_helper_cell_text(badge_call *call, const char *name, const char *owner, const char *key);
int32_t brb_helper_cell_set_text(badge_call *call, const char *name, const char *owner, const char *key,
				 const char *text);
const char *brb_helper_cell_user(badge_call *call, const char *name, const char *owner, const char *key);
int32_t brb_helper_cell_set_user(badge_call *call, const char *name, const char *owner, const char *key,
				 const char *user);
int64_t brb_helper_key_count(badge_call *call, const char *name, const char *owner);
const char *brb_helper_key_next(badge_call *call, const char *name, const char *owner, const char *after);

int64_t brb_helper_merged_number(badge_call *call, const char *name, const char *key);
const char *brb_helper_merged_text(badge_call *call, const char *name, const char *key);
const char *brb_helper_merged_user(badge_call *call, const char *name, const char *key);
int64_t brb_helper_merged_key_count(badge_call *call, const char *name);
const char *brb_helper_merged_key_next(badge_call *call, const char *name, const char *after);

#endif
