/*
 * guard: see guard.h.
 */
#include "base/guard.h"

static _Thread_local brb_guard here;

brb_guard *brb_guard_here(void)
{
	return &here;
}
