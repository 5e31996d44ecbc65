/*
 * plugin/instance: see instance.h.
 */
#include "plugin/instance.h"

#include "base/memory.h"
#include "base/reentrancy.h"

brb_instance *brb_instance_open(brb_setup *setup, brb_instance_opener open, void (*close)(void *self))
{
	brb_instance *instance = brb_memory_take_zeroed(1, sizeof *instance);
	if (!instance) {
		brb_status_no_memory(setup->error);
		return NULL;
	}
	setup->opened = &instance->opened;
	brb_setup_init(setup);
	bool opened = brb_setup_open(setup, open, close, &instance->self);
	brb_setup_finish(setup);
	if (!opened) {
		brb_arena_finish(&instance->opened.conditions.arena);
		brb_memory_release(instance);
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
		brb_reentrancy_enter();
		instance->close(instance->self);
		brb_reentrancy_leave();
	}
	brb_arena_finish(&instance->opened.conditions.arena);
	brb_memory_release(instance);
}
