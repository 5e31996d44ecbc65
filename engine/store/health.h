/*
 * store/health: what a database looks like to who may have to mend it: the file and what stands beside it, and the few
 * numbers of what is in it that tell whether all is well.
 *
 * Keeps true: the database is not created, changed or migrated, also one that is older; it may be in use meanwhile, by
 * this process or another. No question walks through a table that may have millions of rows (health_sql.h).
 *
 * Leaves to others: what is good or bad.
 */
#ifndef BRB_STORE_HEALTH_H
#define BRB_STORE_HEALTH_H

#include "store/types.h"

/*
 * `health` is yours: brb_health_finish(). A database that cannot be read is no error: see `fault`.
 * Errors: BRABEION_ABSENT when there is none; BRABEION_MEMORY.
 */
brabeion_status brb_health_read(const brb_health_options *options, brb_health *health, brabeion_error *error);
void brb_health_finish(brb_health *health);

#endif
