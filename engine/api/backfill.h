/*
 * api/backfill: what the files of a backfill share.
 */
#ifndef BRB_API_BACKFILL_H
#define BRB_API_BACKFILL_H

#include "api/internal.h"
#include "base/table.h"
#include "store/backfill.h"
#include "store/compare.h"

/* Numbers in the sandbox's database: the checkpoint, and the times of the first and last event judged. */
#define BRB_BACKFILL_NUMBER "backfill.number"
#define BRB_BACKFILL_MARK "backfill.mark"
#define BRB_BACKFILL_FIRST "backfill.first_us"
#define BRB_BACKFILL_LAST "backfill.last_us"

struct brabeion_backfill {
	brabeion_engine *live;
	brabeion_engine *sandbox; /* the history engine that judges */
	char *path;               /* of the sandbox's database */
	int lock_fd;
	bool from_journal;
	brabeion_checkpoint checkpoint;
	bool seeded;
	int64_t held_before;       /* journal only: awards of a smaller sequence come from events already judged */
	int64_t first_us, last_us; /* of the judged events; with the journal, last_us is no bound */
	brb_arena arena;           /* owns what follows */
	brb_table chosen;          /* slug -> brb_compared_badge */
	size_t plugin_count;
	brb_store_owner *plugins; /* see keep_fresh() in backfill.c */
};

#endif
