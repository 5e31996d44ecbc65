/*
 * guard: see guard.h.
 */
#include "base/reentrancy.h"

_Thread_local brb_reentrancy brb_reentrancy_of_thread;
