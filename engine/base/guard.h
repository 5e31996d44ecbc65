/*
 * guard: knows whether this thread is inside code that must not call the engine: a plugin's function, the host's log
 * callback, clock or allocator. One number per thread, for all engines of the process.
 */
#ifndef BRB_BASE_GUARD_H
#define BRB_BASE_GUARD_H

/* This thread's number: 0 when it may call the engine. Whoever enters such code adds one, and takes it off again. */
unsigned *brb_guard_depth(void);

static inline void brb_guard_enter(void)
{
	++*brb_guard_depth();
}

static inline void brb_guard_leave(void)
{
	--*brb_guard_depth();
}

#endif
