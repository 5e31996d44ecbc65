/*
 * judging/progress: how far a user is on the way to a badge's next level, as the badge's function `progress` reports it.
 *
 * There is no event, and nothing is changed. A judge of brb_backend_snapshot reads what is committed, all of it at one
 * moment, and holds no lock that judging waits for; with the transaction's backend the badge sees its changes, too.
 *
 * A failure of the badge goes to the caller alone: it is neither counted nor logged.
 *
 * Threads: as a judge.
 */
#ifndef BRB_JUDGING_PROGRESS_H
#define BRB_JUDGING_PROGRESS_H

#include "judging/backend.h"
#include "judging/call.h"
#include "store/snapshot_reader.h"

/* For judges whose backend_context is a brb_snapshot_reader between its begin and end. It has no functions that change. */
extern const brb_backend brb_backend_snapshot;

/*
 * Calls `progress` of a badge that has it, for one level. *why is the badge's failure, in the judge's scratch, else NULL.
 * Returns the store's status; `progress` and *why are set when it is OK.
 */
brabeion_status brb_progress_ask(brb_judge *judge, const brb_badge *badge, const char *user, uint32_t level,
				 brb_reported_progress *progress, const char **why);

/* Where a user stands with a badge. */
typedef struct brb_progress {
	int64_t held;                   /* awards */
	uint32_t held_level;            /* the highest, 0: none */
	uint32_t level;                 /* that comes next, 0: none is left, or the badge has ended */
	bool ended;                     /* it cannot be earned any more */
	brb_reported_progress reported; /* of that level; nothing, where the badge is not asked */
	const char *why;                /* the badge's failure, in the judge's scratch, else NULL */
} brb_progress;

/*
 * Finds the next level, and calls `progress` for it if `ask` and if the badge has the function. Next is the lowest above
 * the highest that is held, but for levels that were revoked for good. Of a multiple badge it is the first that the badge
 * reports as not complete, or else its last. A hidden badge that is not held is not asked. With a judge of brb_backend_snapshot.
 */
brabeion_status brb_progress_find(brb_judge *judge, const brb_badge *badge, const char *user, bool ask,
				  brb_progress *progress);

#endif
