/*
 * guard: see guard.h.
 */
#include "base/guard.h"

_Thread_local brb_guard brb_guard_of_thread;
