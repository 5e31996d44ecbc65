/*
 * loading/instance: see instance.h.
 */
#include "loading/instance.h"

#include <stdlib.h>

#include "base/guard.h"

brb_instance *brb_instance_open(brb_setup *setup, brb_instance_opener open, void (*close)(void *self))
{
	brb_instance *instance = calloc(1, sizeof *instance);
	if (!instance) {
		brb_status_no_memory(setup->error);
		return NULL;
	}
	brb_setup_init(setup);
	bool opened = brb_setup_open(setup, open, close, &instance->self);
	brb_setup_finish(setup);
	if (!opened) {
		free(instance);
		return NULL;
	}
	atomic_init(&instance->uses, 1);
	instance->close = close;
	return instance;
}

brb_instance *brb_instance_acquire(brb_instance *instance)
{
	if (instance)
		atomic_fetch_add_explicit(&instance->uses, 1, memory_order_relaxed);
	return instance;
}

void brb_instance_release(brb_instance *instance)
{
	if (!instance || atomic_fetch_sub_explicit(&instance->uses, 1, memory_order_acq_rel) > 1)
		return;
	if (instance->close) {
		brb_guard_enter();
		instance->close(instance->self);
		brb_guard_leave();
	}
	free(instance);
}
