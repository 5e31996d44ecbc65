/*
 * base/reentrancy: whether this thread is inside code that must not call the engine (a plugin's function, the host's log
 * callback, clock or allocator), which allocator its new blocks come from (memory.h), and for how long its call has waited. One
 * record per thread, for all
 * engines of the process; it is defined in memory.c.
 */
#ifndef BRB_BASE_REENTRANCY_H
#define BRB_BASE_REENTRANCY_H

#include <brabeion/engine.h>

typedef struct brb_reentrancy {
	unsigned depth; /* 0 when the thread may call the engine */
	const brabeion_allocator *allocator;
	int64_t waited_us; /* in this call, for a database that another process holds */
} brb_reentrancy;

/*
 * Read on every call: the initial-exec model takes one instruction where others call the dynamic linker. It uses 24 of
 * the bytes that glibc reserves for libraries opened by dlopen(3) (rtld.optional_static_tls, 512).
 */
extern _Thread_local brb_reentrancy brb_reentrancy_of_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The record of this thread. */
static inline brb_reentrancy *brb_reentrancy_here(void)
{
	brb_reentrancy *guard = &brb_reentrancy_of_thread;
	/*
	 * Hides where the address comes from: gcc's UBSan compares it with NULL by the flags of the addition that
	 * computed it, and the linker relaxes that addition to a "lea", which sets no flags.
	 */
	__asm__("" : "+r"(guard));
	return guard;
}

/* A call begins, or a turn of one of the library's own threads: the busy timeout is that of the whole. */
static inline void brb_reentrancy_begin_call(void)
{
	brb_reentrancy_here()->waited_us = 0;
}

/* How deep this thread is in such code. */
static inline unsigned *brb_reentrancy_depth(void)
{
	return &brb_reentrancy_here()->depth;
}

static inline void brb_reentrancy_enter(void)
{
	++*brb_reentrancy_depth();
}

static inline void brb_reentrancy_leave(void)
{
	--*brb_reentrancy_depth();
}

#endif
