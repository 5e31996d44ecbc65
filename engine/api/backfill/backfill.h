/*
 * api/backfill/backfill: what the files of a backfill share.
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

/* The sandbox's database is beside the live one, by its path and this. */
#define BRB_BACKFILL_SUFFIX "-backfill"

/* How far the judging has come. */
typedef struct brb_backfill_progress {
	brabeion_checkpoint checkpoint;
	bool seeded;
	int64_t first_us, last_us; /* of the judged events; with the journal, last_us is no bound */
} brb_backfill_progress;

struct brabeion_backfill {
	brabeion_engine *live;
	brabeion_engine *sandbox; /* the history engine that judges */
	brabeion_bulk *bulk;      /* of the sandbox: judges, and commits */
	int64_t begun_us;         /* monotonic: when the bulk's transaction began; 0: nothing is uncommitted */
	char *path;               /* of the sandbox's database */
	int lock_fd;
	bool from_journal;
	brb_backfill_progress reached; /* what is judged */
	brb_backfill_progress stored;  /* what of it is committed */
	int64_t held_before; /* journal only: awards of a smaller sequence come from events already judged */
	brb_arena arena;     /* owns what follows */
	brb_table chosen;    /* slug -> brb_compared_badge */
	size_t owner_count;
	brb_store_owner *owners; /* whose state is taken over: see keep_fresh() in backfill.c */
};

/* Commits what is judged. On failure, what was reached is what is stored. (backfill_judging.c) */
brabeion_status brb_backfill_store(brabeion_backfill *backfill, brabeion_error *error);

/* ---- files (backfill_files.c): each by the path of the live database ---- */

/* The two texts as one, the caller's; NULL: out of memory. */
char *brb_backfill_join(const char *path, const char *more);

/* Errors: BRABEION_BUSY while a backfill is under way; *fd is -1 after any. */
brabeion_status brb_backfill_lock(const char *database, int *fd, brabeion_error *error);

/* Keeps the lock's file for a backfill that is to be resumed. */
void brb_backfill_unlock(const char *database, int fd, bool keep);

/* Removes all files of the sandbox at this path; the lock is held. */
void brb_backfill_remove(const char *path);

/* Whether an interrupted backfill has left its database, and none is under way. Takes no lock. */
bool brb_backfill_is_left(const char *database);

/*
 * Removes what an interrupted backfill has left, which must begin anew then; *removed says whether there was any.
 * Errors: BRABEION_BUSY while a backfill is under way.
 */
brabeion_status brb_backfill_discard(const char *database, bool *removed, brabeion_error *error);

#endif
