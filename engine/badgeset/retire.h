/*
 * badgeset/retire: the thread that closes old generations.
 */
#ifndef BRB_BADGESET_RETIRE_H
#define BRB_BADGESET_RETIRE_H

#include "badgeset/registry_types.h"

brabeion_status brb_retirement_init(brb_registry *registry, brabeion_error *error);

/* Ends the thread, and closes what it has left. */
void brb_retirement_finish(brb_registry *registry);

/* Adds an old generation, which nobody can acquire any more. */
void brb_retirement_add(brb_registry *registry, brb_generation *generation);

/*
 * Wakes or starts the thread that closes old generations. If it cannot be started, logs that and closes those that are
 * unused at once. Called by the publisher.
 */
void brb_registry_retire(brb_registry *registry, const brb_log *log);

/* How many old generations are not closed yet. */
size_t brb_registry_retiring(const brb_registry *registry);

#endif
