/*
 * guard: see guard.h.
 */
#include "base/guard.h"

static _Thread_local unsigned depth;

unsigned *brb_guard_depth(void)
{
	return &depth;
}
