/*
 * store/health: the state of a database for its operator: its files, and the few numbers that show whether all is well.
 *
 * Guarantees: the database is not created, changed or migrated, even an older one; it may be in use meanwhile, by this
 * process or another. No query walks through a table that may have millions of rows.
 *
 * Not here: what is good or bad.
 */
#ifndef BRB_STORE_HEALTH_H
#define BRB_STORE_HEALTH_H

#include "store/types.h"

/*
 * Owns: `health` is the caller's to brb_health_finish(). A database that cannot be read is no error: see `fault`.
 * Errors: BRABEION_ABSENT when there is none; BRABEION_NO_MEMORY.
 */
brabeion_status brb_health_read(const brb_health_options *options, brb_health *health, brabeion_error *error);
void brb_health_finish(brb_health *health);

#endif
