/*
 * plugin/instance: what an `open` of a plugin made: its `self`, with the `close` that ends it. Part of the room
 * plugin/plugin.
 *
 * The generations that use an instance share it: a reload that changes nothing about a badge goes on with the same
 * `self`, and `close` is called once, when the last of them is closed.
 *
 * Threads: any may release. Only who holds one may acquire another use of it.
 */
#ifndef BRB_PLUGIN_INSTANCE_H
#define BRB_PLUGIN_INSTANCE_H

#include <stdatomic.h>

#include "plugin/setup.h"

typedef struct brb_instance {
	atomic_size_t uses;
	void *self;
	void (*close)(void *self); /* NULL: nothing to end */
} brb_instance;

typedef int32_t (*brb_instance_opener)(badge_setup *setup, void **self);

/*
 * Opens one; the setup is yours before and after. NULL when `open` refuses, with the faults added to the
 * configuration's, or when memory is short, which the setup's error says then.
 */
brb_instance *brb_instance_open(brb_setup *setup, brb_instance_opener open, void (*close)(void *self));

/* One use more. NULL is fine. */
brb_instance *brb_instance_acquire(brb_instance *instance);

/* One use less: the last one closes it, with the guard raised. NULL is fine. */
void brb_instance_release(brb_instance *instance);

#endif
