/*
 * guard: what a thread is in the middle of. Whether it is inside code that must not call the engine (a plugin's function,
 * the host's log callback, clock or allocator), and whose allocator its new blocks come from (memory.h). One record per
 * thread, for all engines of the process.
 */
#ifndef BRB_BASE_GUARD_H
#define BRB_BASE_GUARD_H

#include <brabeion/engine.h>

typedef struct brb_guard {
	unsigned depth; /* 0 when the thread may call the engine */
	const brabeion_allocator *allocator;
} brb_guard;

/* This thread's. */
brb_guard *brb_guard_here(void);

/* This thread's number: whoever enters such code adds one, and takes it off again. */
static inline unsigned *brb_guard_depth(void)
{
	return &brb_guard_here()->depth;
}

static inline void brb_guard_enter(void)
{
	++*brb_guard_depth();
}

static inline void brb_guard_leave(void)
{
	--*brb_guard_depth();
}

#endif
