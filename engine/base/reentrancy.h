/*
 * guard: what a thread is in the middle of. Whether it is inside code that must not call the engine (a plugin's function,
 * the host's log callback, clock or allocator), and whose allocator its new blocks come from (memory.h). One record per
 * thread, for all engines of the process.
 */
#ifndef BRB_BASE_REENTRANCY_H
#define BRB_BASE_REENTRANCY_H

#include <brabeion/engine.h>

typedef struct brb_reentrancy {
	unsigned depth; /* 0 when the thread may call the engine */
	const brabeion_allocator *allocator;
} brb_reentrancy;

/*
 * Asked for on every call: in the initial-exec model that takes an instruction, not a call of the dynamic linker's. It
 * takes up 16 bytes of what glibc sets aside for libraries that are opened late (rtld.optional_static_tls, 512).
 */
extern _Thread_local brb_reentrancy brb_reentrancy_of_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* This thread's. */
static inline brb_reentrancy *brb_reentrancy_here(void)
{
	brb_reentrancy *guard = &brb_reentrancy_of_thread;
	/*
	 * Nothing is to be known of where it came from: gcc's UBSan otherwise compares it with NULL by the flags of the
	 * addition that made it, and the linker puts a "lea" in its place, which sets none.
	 */
	__asm__("" : "+r"(guard));
	return guard;
}

/* This thread's number: whoever enters such code adds one, and takes it off again. */
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
