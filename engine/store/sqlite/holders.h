/*
 * store/sqlite/holders: how many users hold each badge and level, counted as awards come and go, in their transaction.
 * Private to the room.
 */
#ifndef BRB_STORE_SQLITE_HOLDERS_H
#define BRB_STORE_SQLITE_HOLDERS_H

#include "store/driver.h"
#include "store/sqlite/database.h"

enum { BRB_HOLDERS_SLOTS = 64 };

/* Changes that are not written yet: a slot for each of a few badges' levels. All zeroes but for the database. */
typedef struct brb_holders_change {
	brb_database *database;
	struct {
		int64_t badge, level, change;
	} slots[BRB_HOLDERS_SLOTS];
	int64_t awards; /* held by anybody */
} brb_holders_change;

/* Before the award is written. */
brabeion_status brb_holders_will_gain(brb_holders_change *change, const brb_effect_award *award,
				      brabeion_error *error);

/* After awards of the user were revoked or removed: of a level; of the badge (level 0). *last: none is left. */
brabeion_status brb_holders_lost(brb_holders_change *change, int64_t user, int64_t badge, int64_t level, bool *last,
				 brabeion_error *error);

brabeion_status brb_holders_write(brb_holders_change *change, brabeion_error *error);

#endif
