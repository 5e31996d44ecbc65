/*
 * badgeset/readers: the slots in which threads name the generation that they use.
 */
#ifndef BRB_BADGESET_READERS_H
#define BRB_BADGESET_READERS_H

#include "badgeset/registry_types.h"

brabeion_status brb_readers_init(brb_registry *registry, brabeion_error *error);
void brb_readers_finish(brb_registry *registry);

/* After it, each reader has acquired what was published before, or will see what is published now. */
void brb_readers_fence(const brb_registry *registry);

/* Whether a reader or a holder uses a generation. Call it after a fence that came after the generation's end. */
bool brb_readers_use(brb_registry *registry, const brb_generation *generation);

/* This thread's slot; NULL: no memory. A thread acquires one generation at a time. */
brb_reader *brb_registry_reader_slow(brb_registry *registry);

#endif
