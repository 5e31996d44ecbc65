/*
 * api/backfill: what the files of a backfill share.
 */
#ifndef BRB_API_BACKFILL_H
#define BRB_API_BACKFILL_H

#include "api/internal.h"
#include "base/table.h"
#include "store/backfill.h"
#include "store/compare.h"

/* Numbers that the sandbox's database keeps: how far it has come, and which times that was. */
#define BRB_BACKFILL_NUMBER "backfill.number"
#define BRB_BACKFILL_MARK "backfill.mark"
#define BRB_BACKFILL_FIRST "backfill.first_us"
#define BRB_BACKFILL_LAST "backfill.last_us"

struct brabeion_backfill {
	brabeion_engine *live;
	brabeion_engine *sandbox; /* in which the past is judged anew */
	char *path;               /* of its database */
	int lock_fd;
	bool from_journal;
	brabeion_checkpoint checkpoint;
	bool seeded;
	int64_t held_before; /* of the journal: all awards of a smaller sequence are of events that it has judged */
	int64_t first_us, last_us; /* the times of the events that were judged; of the journal the last is open */
	brb_arena arena;           /* of what follows */
	brb_table chosen;          /* slug -> brb_compared_badge */
	size_t plugin_count;
	brb_store_owner *plugins; /* that own a chosen badge, and had nothing when it began */
};

#endif
