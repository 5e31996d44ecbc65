/*
 * plugin/instance: the `self` that a plugin's `open` made, with the `close` that ends it.
 *
 * Generations share instances: a reload that does not change a badge keeps its `self`, and `close` is called once, when
 * the last of these generations is closed.
 *
 * Threads: any may release. Acquire only what is acquired already.
 */
#ifndef BRB_PLUGIN_INSTANCE_H
#define BRB_PLUGIN_INSTANCE_H

#include <stdatomic.h>

#include "plugin/setup.h"

typedef struct brb_instance {
	atomic_size_t uses;
	void *self;
	void (*close)(void *self); /* NULL: nothing to end */
	brb_opened opened;
} brb_instance;

typedef int32_t (*brb_instance_opener)(badge_setup *setup, void **self);

/*
 * Opens one; the setup stays the caller's. NULL when `open` fails, with the faults added to the configuration's, or without
 * memory, with the setup's error set.
 */
brb_instance *brb_instance_open(brb_setup *setup, brb_instance_opener open, void (*close)(void *self));

/* Adds a use. NULL is fine. */
brb_instance *brb_instance_acquire(brb_instance *instance);

/* Drops a use; the last one calls `close`, which must not call the engine. NULL is fine. */
void brb_instance_release(brb_instance *instance);

#endif
